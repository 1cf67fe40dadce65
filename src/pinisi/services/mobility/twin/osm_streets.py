"""Roads as netconvert reads them: OpenStreetMap XML with what can be driven, and signals where somebody says so.

Signals are those of the extract (`highway=traffic_signals`) and those of the city, at the crossing within 40 m of the
place that it names. None is guessed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.roads.extract import NeedsOsmium

LonLat = tuple[float, float]
DRIVEN = frozenset(
    f"{kind}{link}"
    for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
) | {"unclassified", "residential", "living_street", "road"}  # fmt: skip
NEAR_M = 40.0
_METRES_A_DEGREE = 111_195.0
_SIGNALS = "traffic_signals"


class Streets(msgspec.Struct, frozen=True):
    """`ways`: how many can be driven. `missed`: places of the city's signals where no crossing is near."""

    ways: int
    missed: tuple[LonLat, ...]


def write_streets(extract: Path, out: Path, signals: Sequence[LonLat]) -> Streets:
    """
    Raises:
        NeedsOsmium: see there. RuntimeError, OSError: the extract is damaged, or cannot be read.
    """
    try:
        import osmium as package
        from osmium.osm import mutable
    except ModuleNotFoundError:
        raise NeedsOsmium from None
    osmium: Any = package
    arms = Counter[int]()
    ways = 0
    for way in _ways(osmium, extract):
        ways += 1
        nodes = [node.ref for node in way.nodes]
        arms.update(nodes[:-1])
        arms.update(nodes[1:])
    found, missed = _crossings(osmium, extract, arms, signals)
    with osmium.SimpleWriter(str(out), overwrite=True) as writer:
        for node in osmium.FileProcessor(str(extract), osmium.osm.NODE):
            if node.id in arms:
                tags = {"highway": _SIGNALS} if node.id in found or _signalled(node) else {}
                writer.add_node(mutable.Node(node, tags=tags))
        for way in _ways(osmium, extract):
            writer.add_way(way)
        for each in osmium.FileProcessor(str(extract), osmium.osm.RELATION):
            if each.tags.get("type") == "restriction":
                writer.add_relation(each)
    return Streets(ways, missed)


def _ways(osmium: Any, extract: Path) -> Iterator[Any]:
    for way in osmium.FileProcessor(str(extract), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
        if way.tags["highway"] in DRIVEN:
            yield way


def _signalled(node: Any) -> bool:
    return bool(node.tags.get("highway") == _SIGNALS)


def _crossings(
    osmium: Any, extract: Path, arms: Counter[int], places: Sequence[LonLat]
) -> tuple[set[int], tuple[LonLat, ...]]:
    """The crossing nearest to each place, and the places that have none near."""
    best: dict[LonLat, tuple[float, int]] = {}
    for node in osmium.FileProcessor(str(extract), osmium.osm.NODE) if places else ():
        if arms[node.id] > 2:
            for place in places:
                far = _metres(place, (node.lon, node.lat))
                if far <= NEAR_M and far < best.get(place, (NEAR_M + 1, 0))[0]:
                    best[place] = (far, node.id)
    return {id for _, id in best.values()}, tuple(place for place in places if place not in best)


def _metres(one: LonLat, other: LonLat) -> float:
    across = (one[0] - other[0]) * cos(radians(one[1]))
    return hypot(across, one[1] - other[1]) * _METRES_A_DEGREE
