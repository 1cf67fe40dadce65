"""The map of a city whose folder brings none: tiles of its areas and roads, made once for each content."""

from pathlib import Path

import structlog

from pinisi.city.area_tiles import drawable, write_area_tiles
from pinisi.city.entities import city_roads
from pinisi.city.profile import Profile
from pinisi.city.roads.tiles import write_road_tiles
from pinisi.city.vector_tiles.archive import read_metadata
from pinisi.runtime.made_files import BASEMAP, ROADS, tiles_folder

_log = structlog.get_logger("pinisi.city")


def make_maps(profile: Profile, data: Path, tenant: str, digest: str) -> None:
    """Write what is missing or made of an older folder. Tiles that somebody brought himself stay.

    Raises:
        OSError: the data folder cannot be written.
    """
    folder = tiles_folder(data, tenant)
    if profile.basemap is None and drawable(profile.areas) and _is_old(folder / BASEMAP, digest):
        credit = profile.shapes.credit
        write_area_tiles(profile.areas, folder / BASEMAP, name=tenant, credit=credit, digest=digest)
        _log.info("areas drawn", tenant=tenant)
    drawn = profile.shapes.roads
    if drawn is not None and _is_old(folder / ROADS, digest):
        roads = list(city_roads(profile))
        write_road_tiles(roads, folder / ROADS, name=tenant, attribution=drawn.credit, digest=digest)
        _log.info("roads drawn", tenant=tenant, roads=len(roads))


def _is_old(path: Path, digest: str) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        return True
    made_of = read_metadata(path).get("digest")
    return made_of is not None and made_of != digest
