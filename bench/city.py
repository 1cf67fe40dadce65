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
from pinisi.city.importing.diagnosis import Diagnosis
from pinisi.city.importing.doctor import City, city_of, examine
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
    doubts = sum(sum(each.faults.values()) for each in loaded)
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
        f"{doubts} faults, each with row and reason",
    )
    figure(
        "city.load.again", sum(each.changed for each in again), "count", "0", "entities changed by the same files again"
    )


KNOWN: tuple[tuple[str, str, str], ...] = (
    ("waste/makassar_waste_facilities_sipsn_2023.geojson", "outlier", "445,335 kg: 60 %"),
    ("waste/makassar_waste_facilities_sipsn_2023.geojson", "minority-unit", "the unit is t"),
    ("waste/makassar_waste_facilities_sipsn_2023.geojson", "shared-position", "same coordinates as"),
    ("waste/makassar_green_spaces_sipsn_2023.geojson", "area-zero", "area recorded as 0"),
    ("waste/makassar_waste_facilities_sipsn_2023.geojson", "misspelt-area", "written Mapala; read as Mappala"),
    ("health/makassar_puskesmas_2019.geojson", "misspelt-area", "written Bitowo; read as Bitowa"),
    ("waste/indonesia_green_spaces_sipsn_2023.csv.gz", "swapped", "look swapped"),
    ("waste/indonesia_green_spaces_sipsn_2023.csv.gz", "off-earth", "is not on the Earth"),
    ("waste/indonesia_green_spaces_sipsn_2023.csv.gz", "coarse-position", "rounded to 0 decimals"),
    ("waste/indonesia_green_spaces_sipsn_2023.csv.gz", "fill-in-position", "a fill-in may be meant"),
    ("waste/indonesia_green_spaces_sipsn_2023.csv.gz", "duplicate-row", "exactly the same"),
    ("boundaries/makassar_kelurahan_hdx_bps_2020.geojson", "displaced", "Barrang Caddi is drawn"),
    ("health/makassar_puskesmas_2019.geojson", "outside-city", "nearest kelurahan, Barrang Lompo"),
    ("health/indonesia_faskes_2019.csv.gz", "outside-named-area", "lies in Wajo, 24 m from Ujung Pandang"),
    ("health/indonesia_faskes_2019.csv.gz", "incomplete-list", "no RUMAH SAKIT for SULAWESI SELATAN"),
    ("flood/petabencana_2017/floods/state_changes.jsonl", "mixed-times", "mixes forms of time"),
    ("airquality/aqi_surabaya_hourly.csv", "same-time", "already, with other values"),
    ("airquality/aqi_surabaya_hourly.csv", "gap", "the longest is 6 h"),
    ("airquality/aqi_surabaya_hourly.csv", "sensor-zero", "the sensor may have failed"),
    ("ngsi_ld_examples/Environment__NightSkyQuality.jsonld", "id-not-uri", "'DTI-036' is no URI"),
)
"""Faults of the reference page: the file that has them, their code, and words of the reason."""

CLEAN = (
    "population/sulsel_population_kabkota_2025.csv",
    "traffic/metr_la_sensor_locations.csv",
    "mobility_traces/liverpool_bus_route14_outbound_2026-01.csv",
    "mobility_traces/geolife_small.csv",
    "basemap/mamminasata_pangkep_villages_2025.geojson",
    "boundaries/makassar_kelurahan_peta_dasar_2021.geojson",
    "boundaries/makassar_kel_kepmendagri_2025_simplified.geojson",
    "flood/inasafe_jakarta/kelurahan_jakarta.shp",
)
"""Files without any of these faults, most of other cities."""


def faults() -> None:
    data = shared_folder() / "data"
    city = city_of(load_profile(MAKASSAR))

    def examined(file: str) -> Diagnosis:
        sheet = open_file(data / file)
        return examine(sheet, propose(sheet, "2026-11-25").register, city)

    by_file = {file: examined(file) for file in dict.fromkeys(file for file, _, _ in KNOWN)}
    found = sum(
        any(fault.code == code and words in fault.text.en for fault in by_file[file].faults)
        for file, code, words in KNOWN
    )
    clean = [examined(file) for file in CLEAN]
    alarms = sum(fault.action != "notice" for diagnosis in clean for fault in diagnosis.faults)
    rows = sum(diagnosis.rows for diagnosis in clean)
    figure(
        "city.faults.found", found, "count", str(len(KNOWN)), "faults of the reference page, by the proposed mappings"
    )
    figure(
        "city.faults.false_alarms",
        alarms,
        "count",
        "0",
        f"rows flagged or kept back of {rows} in {len(CLEAN)} clean files",
    )


def main() -> int:
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    if FIGURES[0].startswith(only) or only.startswith(FIGURES[0]):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(Path(folder)))
    if FIGURES[1].startswith(only) or only.startswith(FIGURES[1]):
        faults()
    return 0


if __name__ == "__main__":
    sys.exit(main())
