"""`roads.pmtiles`: one layer `roads`, the important ones from far, all of them near."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely

from pinisi.city.roads.cleaning import Bounds
from pinisi.city.roads.road import Road, RoadClass
from pinisi.city.vector_tiles.address import Address, unit_square
from pinisi.city.vector_tiles.archive import write_archive
from pinisi.city.vector_tiles.lines import Geometries, Words, cut_lines

LAYER = "roads"
FIRST_ZOOM, LAST_ZOOM = 8, 15
FROM_ZOOM: Mapping[RoadClass, int] = {
    "motorway": 8,
    "trunk": 8,
    "primary": 9,
    "secondary": 10,
    "tertiary": 11,
    "unclassified": 12,
    "residential": 13,
    "living_street": 13,
    "busway": 13,
    "unknown": 13,
    "pedestrian": 13,
}
"""The first zoom of a class; those that are not here begin at 14."""
LATEST = 14
NAMES_FROM = 12
"""No name is written on a map smaller than this."""
TOLERANCE, FINEST = 8.0, 2.0
"""Units of a tile (half a pixel of 256; 15 cm at the last zoom) by which drawing may differ."""
FIELDS = {"class": "String", "link": "Boolean", "name": "String", "ref": "String", "structure": "String"}


def write_road_tiles(
    roads: Sequence[Road], path: Path, *, name: str, attribution: str, digest: str | None = None
) -> None:
    """Write the archive; `path` is replaced as a whole when it is done. `digest` says from what it was made.

    Raises:
        OSError: it cannot be written.
    """
    lines = _lines(roads)
    firsts = np.array([_first_zoom(road) for road in roads])
    tiles: dict[Address, bytes] = {}
    for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1):
        shown = np.flatnonzero(firsts <= zoom)
        words = [_words(roads[number], zoom) for number in shown.tolist()]
        tiles.update(cut_lines(LAYER, lines[shown], words, zoom, FINEST if zoom == LAST_ZOOM else TOLERANCE))
    part = path.with_name(path.name + ".part")
    told = _metadata(name, attribution) | ({"digest": digest} if digest else {})
    write_archive(tiles, told, bounds_of(roads), part)
    part.replace(path)


def bounds_of(roads: Sequence[Road]) -> Bounds:
    """The rectangle of all roads; the whole Earth where there are none."""
    if not roads:
        return (-180.0, -90.0, 180.0, 90.0)
    corners = np.array([(*road.line.min(axis=0), *road.line.max(axis=0)) for road in roads])
    west, south = corners[:, :2].min(axis=0).tolist()
    east, north = corners[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def _lines(roads: Sequence[Road]) -> Geometries:
    if not roads:
        return np.empty(0, np.object_)
    owner = np.repeat(np.arange(len(roads)), [len(road.line) for road in roads])
    drawn = shapely.linestrings(unit_square(np.vstack([road.line for road in roads])), indices=owner)
    return np.asarray(drawn, np.object_)


def _first_zoom(road: Road) -> int:
    return min(FROM_ZOOM.get(road.road_class, LATEST) + road.link, LATEST)


def _words(road: Road, zoom: int) -> Words:
    words: list[tuple[str, str | bool]] = [("class", road.road_class)]
    if road.link:
        words.append(("link", True))
    if road.structure is not None and zoom >= NAMES_FROM:
        words.append(("structure", road.structure))
    if zoom >= NAMES_FROM:
        words += [(key, text) for key, text in (("name", road.name), ("ref", road.ref)) if text is not None]
    return tuple(words)


def _metadata(name: str, attribution: str) -> dict[str, object]:
    layer = {"id": LAYER, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM, "fields": FIELDS}
    return {"name": name, "description": "Roads by class", "attribution": attribution, "vector_layers": [layer]}
