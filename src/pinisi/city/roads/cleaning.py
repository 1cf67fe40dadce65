"""From the points that a file gives to a line that can be drawn and measured."""

import hashlib
from collections.abc import Iterator

import numpy as np

from pinisi.city.roads.road import LeftOut, Line, Road

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def clean_line(key: str, points: Line) -> Line | LeftOut:
    """The line without repeated points; why there is none where a point is off the Earth or nothing has a length."""
    if points.ndim != 2 or len(points) == 0:
        return LeftOut(key, "no-place", "has no points")
    line = points[:, :2]
    if not np.isfinite(line).all() or (np.abs(line) > (180, 90)).any():
        strange = next(pair for pair in line.tolist() if not (abs(pair[0]) <= 180 and abs(pair[1]) <= 90))
        return LeftOut(key, "no-place", f"{strange[0]}, {strange[1]} is no longitude and latitude")
    moved = np.ones(len(line), np.bool_)
    moved[1:] = (np.diff(line, axis=0) != 0).any(axis=1)
    line = line[moved]
    if len(line) < 2:
        return LeftOut(key, "no-length", "begins and ends at one point")
    return line


def touches(line: Line, bounds: Bounds) -> bool:
    """Whether the rectangles of a line and of the bounds meet: roads that cross the edge of the city stay whole."""
    west, south, east, north = bounds
    low, high = line.min(axis=0), line.max(axis=0)
    return bool(low[0] <= east and low[1] <= north and high[0] >= west and high[1] >= south)


def without_repeats(roads: Iterator[Road | LeftOut]) -> Iterator[Road | LeftOut]:
    """The second of two roads with one key or with the very same line (also drawn backwards) is left out."""
    keys: set[str] = set()
    lines: dict[bytes, str] = {}
    for road in roads:
        if isinstance(road, LeftOut):
            yield road
            continue
        forward, backward = _digest(road.line), _digest(road.line[::-1])
        same = lines.get(forward) or lines.get(backward)
        if road.key in keys:
            yield LeftOut(road.key, "same-line", "occurs twice")
        elif same is not None:
            yield LeftOut(road.key, "same-line", f"has the very line of {same}")
        else:
            keys.add(road.key)
            lines[forward] = road.key
            yield road


def _digest(line: Line) -> bytes:
    return hashlib.blake2b(line.tobytes(), digest_size=16).digest()


def within(roads: Iterator[Road | LeftOut], bounds: Bounds | None) -> Iterator[Road | LeftOut]:
    """Roads that do not touch the bounds become what was left out."""
    for road in roads:
        if bounds is None or isinstance(road, LeftOut) or touches(road.line, bounds):
            yield road
        else:
            lon, lat = road.line[0].tolist()
            yield LeftOut(road.key, "outside", f"lies at {lon:.4f}, {lat:.4f}")
