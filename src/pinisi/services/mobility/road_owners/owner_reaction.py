"""What runs by itself when a register says to whom roads belong: each road says it, and the city how much of each."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

from pinisi.runtime.known import Document, Inputs, Known
from pinisi.runtime.reaction import WHOLE_CITY, Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_json
from pinisi.services.mobility.models.roads import CITY_ROAD_OWNERS, OWNERSHIP
from pinisi.services.mobility.road_owners.owned import OWNERS, UNKNOWN, owned
from pinisi.vocabulary.instant import format_instant

TEXTS = texts_of("pinisi.services.mobility")
ROAD = "RoadSegment"
MOST_ROADS, MOST_ROWS, MOST_NAMED = 50_000, 10_000, 200
_METRES_A_DEGREE = 111_195.0


def react_owners(inputs: Inputs) -> Sequence[Document]:
    """A road whose row is gone, or says another thing than a second one, is unknown again.

    All of it is told as of the newest row.
    """
    rows, roads = inputs.others(OWNERSHIP), inputs.others(ROAD)
    if not rows and not inputs.others(CITY_ROAD_OWNERS):
        return []
    found, told_at = owned(roads, rows), [said.observed for row in rows if (said := row.said("roadOwner")) is not None]
    at = format_instant(max(told_at, default=inputs.now))
    belonging = [
        {"id": road.id, "type": ROAD, "roadOwner": told(owner, at)}
        for road in roads
        if (owner := found.owners.get(road.id, UNKNOWN)) != UNKNOWN or road.text("roadOwner") not in (None, UNKNOWN)
    ]
    metres: dict[str, float] = defaultdict(float)
    for road in roads:
        metres[found.owners.get(road.id, UNKNOWN)] += _metres(road)
    lengths = {f"roadLength{owner.title()}": told(round(metres[owner] / 1_000, 2), at, "KMT") for owner in _ALL}
    without = [{"id": id} for id in found.without_road[:MOST_NAMED]]
    city = {"id": f"urn:ngsi-ld:{CITY_ROAD_OWNERS}:city", "type": CITY_ROAD_OWNERS, **lengths}
    return [*belonging, city | {"rowsWithoutRoad": told_json(without, at)}]


_ALL = (*OWNERS, UNKNOWN)


def _metres(road: Known) -> float:
    """What the road says of itself, else along its line."""
    said = road.number("length")
    if said is not None and said >= 0:
        return said
    return sum(_between(one, other) for one, other in pairwise(_points(road.value("location"))))


def _between(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (other[0] - one[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(east, other[1] - one[1]) * _METRES_A_DEGREE


def _points(ground: Any) -> Iterator[tuple[float, float]]:
    if isinstance(ground, dict):
        line = cast("dict[str, Any]", ground)
        for point in cast("list[list[float]]", line["coordinates"] if line.get("type") == "LineString" else []):
            yield point[0], point[1]


ROAD_OWNER = Reaction(
    name="road-owners",
    title=TEXTS["road-owners"],
    rule=TEXTS["road-owners-rule"],
    react=react_owners,
    wakes=(Wake(type=OWNERSHIP, subject=WHOLE_CITY),),
    inputs=(
        Others(type=ROAD, most=MOST_ROADS),
        Others(type=OWNERSHIP, most=MOST_ROWS),
        Others(type=CITY_ROAD_OWNERS, most=1),
    ),
    writes=(Writes(type=ROAD, attributes=("roadOwner",)), Writes(type=CITY_ROAD_OWNERS)),
    every=86_400.0,
    settle=2.0,
    rest=30.0,
    limit=60.0,
    method="reported",
)
