"""A file of roads, of whatever kind: opened, dated, and read road by road."""

from collections.abc import Iterator
from pathlib import Path

from pinisi.city.errors import CityError
from pinisi.city.roads.cleaning import Bounds, within, without_repeats
from pinisi.city.roads.extract import extract_time, is_extract, read_extract
from pinisi.city.roads.road import LeftOut, Road
from pinisi.city.roads.shapes import read_road_shapes
from pinisi.city.shapefile import is_shapefile


def file_time(path: Path) -> str | None:
    """When the roads were as the file says, where the file tells; UTC text."""
    return extract_time(path) if is_extract(path) else None


def read_roads(path: Path, prefix: str, bounds: Bounds | None) -> Iterator[Road | LeftOut]:
    """Every road that touches the bounds, once; and what was left out.

    Args:
        prefix: begins the keys of roads that have no number of OpenStreetMap.

    Raises:
        CityError: the file is of no kind that is read here, or damaged.
        NeedsOsmium: see there.
    """
    if not path.is_file():
        raise CityError(path, "", "the file is not there")
    if is_extract(path):
        found = read_extract(path)
    elif is_shapefile(path):
        found = read_road_shapes(path, prefix)
    else:
        raise CityError(path, "", "is neither an OpenStreetMap extract (.osm.pbf) nor a shapefile (.shp)")
    return without_repeats(within(found, bounds))
