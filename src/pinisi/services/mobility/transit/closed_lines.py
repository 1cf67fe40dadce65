"""Which lines go over a closed road."""

from collections.abc import Iterator, Sequence
from typing import Any

from pinisi.runtime.known import Known
from pinisi.services.mobility.road_closures import holding
from pinisi.vocabulary.instant import Instant

WITHIN_METRES = 25.0
"""So near does the way of a line lie to the road that it goes over."""
_METRES = 111_195.0


def closed_lines(
    routes: Sequence[Known], closures: Sequence[Known], now: Instant
) -> Iterator[tuple[Known, tuple[str, ...]]]:
    """Each closure that holds for buses, with the ids of the routes whose way it lies on."""
    from shapely import STRtree

    plane = _Plane()
    ways = [(route.id, way) for route in routes if (way := plane.flat(route.value("location"))) is not None]
    tree = STRtree([way for _, way in ways])
    for closure in holding(closures, now, "bus"):
        ground = plane.flat(closure.value("location"))
        if ground is not None and ways:
            near = tree.query(ground, predicate="dwithin", distance=WITHIN_METRES)
            yield closure, tuple(sorted(ways[int(place)][0] for place in near))


class _Plane:
    """Metres east and north, by the latitude of the first ground that it is given."""

    def __init__(self) -> None:
        self._east: float | None = None

    def flat(self, ground: Any) -> Any:
        """GeoJSON on the plane; None where it cannot be used."""
        from math import cos, radians

        from shapely import GEOSException
        from shapely.affinity import scale
        from shapely.geometry import shape

        try:
            found = shape(ground)
            if found.is_empty:
                return None
            if self._east is None:
                self._east = _METRES * cos(radians(found.centroid.y))
            return scale(found, self._east, _METRES, origin=(0, 0))
        except (GEOSException, ValueError, TypeError, KeyError, AttributeError, IndexError):
            return None
