"""An extract that Valhalla reads, written from the roads of a register that is none (a shapefile).

Roads that have a point in common meet there. What the register does not say is not said here either: a road without a
direction may be driven both ways, and no turn is forbidden.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np

from pinisi.city.roads.extract import NeedsOsmium
from pinisi.city.roads.road import LeftOut, Road

_ONE_WAY = {"forward": "yes", "backward": "-1", "no": "no"}
_DECIMALS = 7
_NOT_DRIVEN = frozenset({"construction"})


class Written(msgspec.Struct, frozen=True):
    """`keys`: of the road that is way 1, 2 ... in the extract. `directed`: how many of them say their direction."""

    keys: tuple[str, ...]
    directed: int


def write_extract(roads: Iterable[Road | LeftOut], path: Path) -> Written:
    """Raises `NeedsOsmium`."""
    try:
        import osmium
        from osmium.osm import mutable
    except ModuleNotFoundError:
        raise NeedsOsmium from None

    kept = [road for road in roads if isinstance(road, Road) and road.road_class not in _NOT_DRIVEN]
    nodes: dict[tuple[int, int], int] = {}
    refs = [[_node(nodes, lon, lat) for lon, lat in _cells(road)] for road in kept]
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for (lon, lat), number in nodes.items():
            place = (lon / 10**_DECIMALS, lat / 10**_DECIMALS)
            writer.add_node(mutable.Node(id=number, location=place, version=1))
        for number, (road, points) in enumerate(zip(kept, refs, strict=True), start=1):
            writer.add_way(mutable.Way(id=number, nodes=points, tags=road_tags(road), version=1))
    return Written(tuple(road.key for road in kept), sum(road.one_way is not None for road in kept))


def road_tags(road: Road) -> dict[str, str]:
    """The tags of OpenStreetMap that say what the register says."""
    kind = "road" if road.road_class == "unknown" else road.road_class
    stated: dict[str, str | None] = {
        "highway": f"{kind}_link" if road.link else kind,
        "name": road.name,
        "ref": road.ref,
        "oneway": _ONE_WAY.get(road.one_way or ""),
        "lanes": None if road.lanes is None else str(road.lanes),
        "maxspeed": None if road.max_speed is None else f"{road.max_speed:g}",
        "surface": road.surface,
        "bridge": "yes" if road.structure == "bridge" else None,
        "tunnel": "yes" if road.structure == "tunnel" else None,
    }
    return {key: value for key, value in stated.items() if value}


def _cells(road: Road) -> list[list[int]]:
    return np.rint(road.line * 10**_DECIMALS).astype(np.int64).tolist()


def _node(nodes: dict[tuple[int, int], int], lon: int, lat: int) -> int:
    return nodes.setdefault((lon, lat), len(nodes) + 1)
