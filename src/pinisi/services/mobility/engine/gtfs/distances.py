"""How far along its trip each stop lies."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from pinisi.services.mobility.engine.gtfs.stop_lists import Halt, Point, metres
from pinisi.services.mobility.engine.gtfs.table import Feed
from pinisi.services.mobility.engine.gtfs.values import number_of

MOST_STRETCH = 3.0
"""A shape longer than so many times the straight lines between the stops is not that of the trip alone."""


def lengths_of(feed: Feed) -> dict[str, float]:
    """Shape -> its length in metres, by `shape_pt_sequence`."""
    lines: dict[str, list[tuple[float, Point]]] = {}
    columns = ("shape_id", "shape_pt_sequence", "shape_pt_lat", "shape_pt_lon")
    for shape, *told in zip(*(feed.values("shapes.txt", column) for column in columns), strict=True):
        order, lat, lon = map(number_of, told)
        if order is not None and lat is not None and lon is not None:
            lines.setdefault(shape, []).append((order, (lat, lon)))
    for points in lines.values():
        points.sort(key=lambda point: point[0])
    return {shape: sum(metres(a[1], b[1]) for a, b in pairwise(points)) for shape, points in lines.items()}


def along(halts: Sequence[Halt], points: Mapping[str, Point], length: float | None) -> list[float]:
    """Metres from the first stop to each: straight lines, stretched to the length of the shape where it fits.

    A stop whose place is not known lies where the one before it does.
    """
    far = [0.0]
    last = points.get(halts[0].stop)
    for halt in halts[1:]:
        here = points.get(halt.stop, last)
        far.append(far[-1] + (metres(last, here) if last is not None and here is not None else 0.0))
        last = here
    stretch = length / far[-1] if length is not None and far[-1] > 0 else 1.0
    return [metre * stretch for metre in far] if 1 < stretch <= MOST_STRETCH else far
