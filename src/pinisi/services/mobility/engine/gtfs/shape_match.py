"""Which line passes which stops: the nearest pairs first, each line for one list of stops."""

from collections.abc import Sequence

from pinisi.services.mobility.engine.gtfs.stop_lists import Point

NEAR = 500.0
"""Metres: a line that passes one of the stops farther off is not that trip's."""
_METRES_A_DEGREE = 111_195.0


def match(lists: Sequence[Sequence[Point]], lines: Sequence[Sequence[Point]]) -> list[int | None]:
    """For each list of stops the line whose points lie nearest to all of them; None where none is near."""
    costs = sorted(
        (cost, stops, line)
        for line, points in enumerate(lines)
        for stops, cost in enumerate(_farthest(lists, points))
        if cost <= NEAR
    )
    found: list[int | None] = [None] * len(lists)
    used: set[int] = set()
    for _, stops, line in costs:
        if found[stops] is None and line not in used:
            found[stops] = line
            used.add(line)
    return found


def _farthest(lists: Sequence[Sequence[Point]], line: Sequence[Point]) -> list[float]:
    """Metres from a line's points to the stop of each list that lies farthest from it, on a flat Earth."""
    import numpy as np

    if not line:
        return [float("inf")] * len(lists)
    points = np.array(line)
    scale = np.array([1.0, np.cos(np.radians(points[0, 0]))]) * _METRES_A_DEGREE
    found: list[float] = []
    for stops in lists:
        if not stops:
            found.append(float("inf"))
            continue
        apart = (np.array(stops)[:, None, :] - points[None, :, :]) * scale
        found.append(float(np.sqrt((apart**2).sum(axis=2)).min(axis=1).max()))
    return found
