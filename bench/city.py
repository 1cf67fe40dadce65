"""The import doctor on the national registers: waste, green spaces and health, through the store on the disk."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from figure import figure
from pinisi.city.context import context_bytes
from pinisi.city.importing.doctor import City, city_of
from pinisi.city.importing.opening import open_file
from pinisi.city.importing.proposal import propose
from pinisi.city.profile import load_profile
from pinisi.context.contexts import Contexts
from pinisi.runtime.importing import File, Import, digest_of, load_file
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import SYSTEM
from shared import shared_folder

FIGURES = ("city.load.", "city.faults.")
NATIONAL = (
    "waste/indonesia_waste_facilities_sipsn_2023.csv.gz",
    "waste/indonesia_green_spaces_sipsn_2023.csv.gz",
    "health/indonesia_faskes_2019.csv.gz",
)
MAKASSAR = Path(__file__).parents[1] / "cities" / "makassar"
TENANT = "makassar"


def now() -> int:
    return time.time_ns() // 1000


async def load(store: SqliteStore, city: City, data: Path, file: str) -> Import:
    table = Contexts({"urn:pinisi:context": msgspec.json.decode(context_bytes())}).table("urn:pinisi:context")
    path = data / file
    sheet = open_file(path)
    opened = File(sheet, propose(sheet, "2026-11-25").register, digest_of(path.read_bytes()))
    made, _ = await load_file(store, TENANT, table, city, opened, SYSTEM, now())
    return made


async def measure(folder: Path) -> None:
    data = shared_folder() / "data"
    city = city_of(load_profile(MAKASSAR))
    async with SqliteStore(folder, now) as store:
        begun, cpu = time.monotonic(), time.process_time()
        loaded = [await load(store, city, data, file) for file in NATIONAL]
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        counts = await store.type_counts(TENANT, SYSTEM.grants)
        again = [await load(store, city, data, file) for file in NATIONAL]
    entities = sum(counts.values()) - len(NATIONAL)
    rows = sum(each.rows for each in loaded)
    rejected, repeated = sum(each.rejected for each in loaded), sum(each.repeated for each in loaded)
    faults = sum(sum(each.faults.values()) for each in loaded)
    note = f"{rows} rows of three files, mappings proposed, store on disk, {cpu:.1f} s of CPU"
    figure("city.load.seconds", seconds, "s", "60", note)
    figure(
        "city.load.entities", entities, "count", "", f"{rejected} rows wait in quarantine, {repeated} repeat another"
    )
    figure(
        "city.load.lost",
        rows - entities - rejected - repeated,
        "count",
        "0",
        "rows neither loaded, nor waiting, nor repeated",
    )
    figure(
        "city.load.flagged",
        sum(each.flagged for each in loaded),
        "count",
        "",
        f"{faults} faults, each with row and reason",
    )
    figure(
        "city.load.again", sum(each.changed for each in again), "count", "0", "entities changed by the same files again"
    )


def main() -> int:
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    if only and not any(name.startswith(only) or only.startswith(name) for name in FIGURES[:1]):
        return 0
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
