"""Roads of an OpenStreetMap extract (`.osm.pbf`), read with osmium in two passes.

Memory grows with the roads of the extract (16 bytes a node), not with the extract.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pinisi.city.errors import CityError
from pinisi.city.roads.cleaning import clean_line
from pinisi.city.roads.road import LeftOut, Road
from pinisi.city.roads.tags import tagged_road
from pinisi.vocabulary.instant import SECOND, format_instant

_ENDINGS = (".osm.pbf", ".osm", ".osm.bz2", ".osm.gz", ".pbf")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def is_extract(path: Path) -> bool:
    return path.name.lower().endswith(_ENDINGS)


def _osmium() -> Any:
    try:
        import osmium
    except ImportError:
        raise NeedsOsmium from None
    return osmium


class NeedsOsmium(Exception):
    """The extra that reads extracts is not installed."""

    def __init__(self) -> None:
        super().__init__("OpenStreetMap extracts are read with osmium: install pinisi[roads]")


def extract_time(path: Path) -> str | None:
    """When the extract was true: what its header says, else the newest edit of a road in it.

    Raises:
        CityError: the file is no extract, or damaged.
        NeedsOsmium: see there.
    """
    osmium = _osmium()
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            said = reader.header().get("osmosis_replication_timestamp") or reader.header().get("timestamp")
        if _STAMP.fullmatch(said):
            return said
        newest = max((way.timestamp.timestamp() for way in _ways(osmium, path)), default=0.0)
    except (RuntimeError, OSError) as error:
        raise _damaged(path, error) from None
    return format_instant(int(newest) * SECOND) if newest > 0 else None


def read_extract(path: Path) -> Iterator[Road | LeftOut]:
    """Every way with a tag `highway`, as a road or as the reason why it is none.

    A way that the extract cuts (nodes are missing) becomes one road for each piece, `osm-7-1`, `osm-7-2` ...

    Raises:
        CityError: the file is no extract, or damaged.
        NeedsOsmium: see there.
    """
    osmium = _osmium()
    try:
        needed = osmium.IdTracker()
        for way in _ways(osmium, path):
            needed.add_references(way)
        locations = osmium.NodeLocationsForWays(osmium.index.create_map("sparse_mem_array"))
        locations.ignore_errors()
        drawn = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
        drawn = drawn.with_filter(needed.id_filter().enable_for(osmium.osm.NODE)).with_filter(locations)
        drawn = drawn.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        for way in drawn.with_filter(osmium.filter.KeyFilter("highway")):
            yield from _roads(way)
    except (RuntimeError, OSError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> CityError:
    return CityError(path, "", f"cannot be read as an OpenStreetMap extract: {error}")


def _ways(osmium: Any, path: Path) -> Iterator[Any]:
    yield from osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))


def _roads(way: Any) -> Iterator[Road | LeftOut]:
    tags = {tag.k: tag.v for tag in way.tags}
    key = f"osm-{way.id}"
    pieces = _pieces(way)
    if not pieces:
        yield LeftOut(key, "cut-off", "the extract holds fewer than two of its nodes in a row")
    for number, piece in enumerate(pieces, start=1):
        name = key if len(pieces) == 1 else f"{key}-{number}"
        line = clean_line(name, np.array(piece))
        yield line if isinstance(line, LeftOut) else tagged_road(name, tags, line)


def _pieces(way: Any) -> list[list[tuple[float, float]]]:
    """Runs of nodes that the extract holds, of two nodes at least."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            pieces[-1].append((node.lon, node.lat))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if len(piece) > 1]
