"""The road that comes to a junction from a direction of the compass."""

from collections.abc import Iterator, Sequence
from math import atan2, cos, degrees, radians
from typing import Any, cast

from pinisi.runtime.known import Known
from pinisi.services.mobility.engine.compass import COMPASS, WIDEST_TURN, apart

END_M, BACK_M = 60.0, 40.0
"""A road comes to the junction where it ends within 60 m of it; its direction is that of its first 40 m."""
_METRES = 111_195.0
Place = tuple[float, float]


def road_of_approach(junction: Known | None, roads: Sequence[Known], approach: str) -> tuple[Known | None, str]:
    """The road; else why it is not known."""
    here = None if junction is None else junction.point
    if here is None:
        return None, "its junction is not known, or does not say where it is"
    bearing = COMPASS.get(approach.strip().casefold())
    if bearing is None:
        return None, f"approach {approach!r} names no direction of the compass"
    comes = [(apart(bearing, each), road.id, road) for road in roads for each in _directions(here, road)]
    if not comes or min(comes[:], key=lambda one: one[:2])[0] > WIDEST_TURN:
        return None, f"no road segment of the city ends at the junction from the {approach}"
    return min(comes, key=lambda one: one[:2])[2], ""


def _directions(here: Place, road: Known) -> Iterator[float]:
    """From where a road comes, of each of its ends at the junction."""
    for line in _lines(road.value("location")):
        for course in (line, line[::-1]):
            if _far(here, course[0]) <= END_M:
                yield _bearing(course[0], _back(course))


def _lines(ground: Any) -> list[list[Place]]:
    """Its lines, as far as they are any."""
    said = cast("dict[str, Any]", ground) if isinstance(ground, dict) else {}
    many: Any = said.get("coordinates")
    lines: Any = [many] if said.get("type") == "LineString" else many if said.get("type") == "MultiLineString" else []
    try:
        return [[(float(place[0]), float(place[1])) for place in line] for line in lines if len(line) > 1]
    except (TypeError, ValueError, IndexError):
        return []


def _back(course: Sequence[Place]) -> Place:
    """The first place of the course that is far enough from its begin, else its end."""
    return next((place for place in course if _far(course[0], place) >= BACK_M), course[-1])


def _plane(one: Place, other: Place) -> Place:
    return (other[0] - one[0]) * _METRES * cos(radians(one[1])), (other[1] - one[1]) * _METRES


def _far(one: Place, other: Place) -> float:
    x, y = _plane(one, other)
    return (x * x + y * y) ** 0.5


def _bearing(one: Place, other: Place) -> float:
    x, y = _plane(one, other)
    return degrees(atan2(x, y)) % 360
