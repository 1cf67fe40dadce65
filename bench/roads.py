"""Roads of Jakarta: read, cleaned and kept; drawn into tiles, beside GDAL in the same run."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from figure import figure
from pinisi.city.ellipsoid import length_m
from pinisi.city.facts import Origin
from pinisi.city.roads.entities import road_entity, road_id
from pinisi.city.roads.road import LeftOut, Road
from pinisi.city.roads.road_file import read_roads
from pinisi.city.roads.tiles import FIRST_ZOOM, LAST_ZOOM, write_road_tiles
from pinisi.commands.road_destination import destination
from pinisi.runtime.road_import import RoadBatch
from pinisi.settings import Settings
from shared import shared_folder

FIGURES = ("roads.",)
BATCH = 500
TENANT = "jakarta"
ORIGIN = Origin(source="roads", observed_at="2012-12-31T17:00:00Z", period="2012")
KILOMETRES = 5_692
RUNS = 3


def main() -> int:
    file = shared_folder() / "data" / "flood" / "inasafe_jakarta" / "jakarta_roads.shp"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roads = imported(file, folder)
        drawn(roads, folder)
    return 0


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what came of it."""
    before = time.process_time()
    result = act()
    return time.process_time() - before, result


def imported(file: Path, folder: Path) -> list[Road]:
    """Read, clean and write every road into a new store; what is neither there nor told is lost."""
    started = time.perf_counter()
    seconds, (roads, left, kept) = timed(lambda: asyncio.run(bring(file, folder)))
    wall = time.perf_counter() - started
    kilometres = sum(length_m(road.line) for road in roads) / 1000
    if abs(kilometres / KILOMETRES - 1) > 0.01:
        raise SystemExit(f"{kilometres:.0f} km of roads instead of {KILOMETRES}")
    rows = len(roads) + len(left)
    lost = rows - len(left) - len(kept & {road_id(road.key) for road in roads})
    note = f"{rows} lines, {kilometres:.0f} km; CPU time of reading, cleaning and writing, durable; {wall:.1f} s wall"
    figure("roads.import.seconds", seconds, "s", "", note)
    figure("roads.import.roads", len(kept), "count", "18574", f"{len(left)} left out: {left[0].reason if left else ''}")
    figure("roads.import.lost", lost + 18_574 - rows, "count", "0", "neither in the store nor told with a reason")
    return roads


async def bring(file: Path, folder: Path) -> tuple[list[Road], list[LeftOut], set[str]]:
    roads: list[Road] = []
    left: list[LeftOut] = []
    async with destination(Settings(data=folder), TENANT, "") as there:
        for one in read_roads(file, TENANT, None):
            roads.append(one) if isinstance(one, Road) else left.append(one)
        for start in range(0, len(roads), BATCH):
            entities = tuple(road_entity(road, ORIGIN) for road in roads[start : start + BATCH])
            taken = await there.take(RoadBatch(source=ORIGIN.source, file=file.name, entities=entities))
            if taken.rejected:
                raise SystemExit(f"{taken.rejected} roads were rejected")
        return roads, left, set(await there.known("urn:ngsi-ld:DataSource:roads"))


def drawn(roads: list[Road], folder: Path) -> None:
    """The same lines, words and zooms by our encoder and by GDAL."""
    ours = folder / "roads.pmtiles"
    seconds = min(timed(lambda: write_road_tiles(roads, ours, name=TENANT, attribution=""))[0] for _ in range(RUNS))
    if len(pyogrio.raw.read(ours, layer="roads", ZOOM_LEVEL=LAST_ZOOM)[2]) < 1_000:
        raise SystemExit("the tiles are empty")
    theirs = folder / "gdal.pmtiles"
    gdal, _ = timed(lambda: by_gdal(roads, theirs))
    size, its_size = (path.stat().st_size / 1e6 for path in (ours, theirs))
    zooms = f"zoom {FIRST_ZOOM} to {LAST_ZOOM}, {len(roads)} roads; best of {RUNS}, CPU time"
    ratio = f"GDAL (pyogrio) {gdal:.1f} s in the same run, {gdal / seconds:.0f} times ours"
    figure("roads.tiles.seconds", seconds, "s", ratio, f"{zooms}; GDAL draws every road at every zoom")
    figure("roads.tiles.mb", size, "MB", f"GDAL (pyogrio) {its_size:.2f} MB", zooms)


def by_gdal(roads: list[Road], path: Path) -> None:
    lines = np.array([shapely.LineString(road.line) for road in roads], np.object_)
    columns = [
        np.array([road.road_class for road in roads], object),
        np.array([road.name or "" for road in roads], object),
    ]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(lines),
        field_data=columns,
        fields=np.array(["class", "name"]),
        layer="roads",
        driver="PMTiles",
        geometry_type="LineString",
        crs="EPSG:4326",
        dataset_options={"MINZOOM": str(FIRST_ZOOM), "MAXZOOM": str(LAST_ZOOM)},
    )


if __name__ == "__main__":
    main()
