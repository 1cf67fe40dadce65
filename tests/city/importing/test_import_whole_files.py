"""The whole reference files: how often each fault is found, and that clean files of other cities raise no alarm."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pinisi.city.importing.diagnosis import Diagnosis
from pinisi.city.importing.doctor import City, examine
from pinisi.city.importing.opening import open_content
from pinisi.city.importing.proposal import propose

Examined = Callable[[Path], Diagnosis]
NATIONAL = [
    (
        "waste/indonesia_waste_facilities_sipsn_2023.csv.gz",
        (21_171, 21_167, 0, 4),
        {"misspelt-area": 21, "outside-named-area": 3, "outside-city": 2, "duplicate-row": 4, "incomplete-list": 1},
    ),
    (
        "waste/indonesia_green_spaces_sipsn_2023.csv.gz",
        (35_417, 35_092, 305, 20),
        {"swapped": 296, "off-earth": 7, "zero-position": 1, "no-id": 1, "duplicate-row": 20, "coarse-position": 137},
    ),
    (
        "health/indonesia_faskes_2019.csv.gz",
        (10_284, 10_283, 1, 0),
        {"shared-position": 325, "off-earth": 1, "incomplete-list": 2, "outside-named-area": 1},
    ),
]


@pytest.mark.parametrize(("file", "rows", "expected"), NATIONAL)
def test_no_national_row_is_lost_and_every_fault_is_counted(
    file: str, rows: tuple[int, int, int, int], expected: dict[str, int], shared_data: Path, examined: Examined
) -> None:
    diagnosis = examined(shared_data / file)
    counted = (diagnosis.rows, len(diagnosis.accepted), len(diagnosis.rejected), diagnosis.repeated)
    assert counted == rows
    counts = diagnosis.counts()
    assert {code: counts.get(code) for code in expected} == expected


def test_hospitals_of_the_province_of_makassar_are_missing_from_a_list_that_looks_complete(
    shared_data: Path, examined: Examined
) -> None:
    diagnosis = examined(shared_data / "health" / "indonesia_faskes_2019.csv.gz")
    texts = [fault.text.en for fault in diagnosis.faults if fault.code == "incomplete-list"]
    assert any("no RUMAH SAKIT for SULAWESI SELATAN" in text for text in texts)


def test_the_displaced_islands_of_the_bps_layer_are_found_in_no_other_layer(
    shared_data: Path, examined: Examined
) -> None:
    folder = shared_data / "boundaries"
    displaced = examined(folder / "makassar_kelurahan_hdx_bps_2020.geojson").counts()
    assert displaced == {"displaced": 3}
    assert examined(folder / "makassar_kelurahan_peta_dasar_2021.geojson").counts() == {}
    assert examined(folder / "makassar_kel_kepmendagri_2025_simplified.geojson").counts() == {}


def test_the_series_of_surabaya_has_its_36_repeated_hours_its_zeros_and_its_gaps(
    shared_data: Path, examined: Examined
) -> None:
    diagnosis = examined(shared_data / "airquality" / "aqi_surabaya_hourly.csv")
    counts = diagnosis.counts()
    assert counts["same-time"] + counts["duplicate-row"] == 36
    assert counts["sensor-zero"] == 11
    (gap,) = [fault for fault in diagnosis.faults if fault.code == "gap"]
    assert "the longest is 6 h" in gap.text.en


def test_the_rows_of_kembar_and_the_tonnes_are_found_among_all_banks_of_the_city(
    shared_data: Path, examined: Examined
) -> None:
    diagnosis = examined(shared_data / "waste" / "makassar_waste_facilities_sipsn_2023.geojson")
    received = [f for f in diagnosis.faults if f.code == "outlier" and f.field == "received"]
    assert [fault.text.en for fault in received] == [
        "445,335 kg: 60 % of the 747,705 kg that 165 waste banks report in kilograms"
    ]
    minority = {fault.row for fault in diagnosis.faults if fault.code == "minority-unit"}
    assert len(minority) == 2
    assert diagnosis.counts()["shared-position"] == 119


CLEAN = (
    "population/sulsel_population_kabkota_2025.csv",
    "traffic/metr_la_sensor_locations.csv",
    "mobility_traces/liverpool_bus_route14_outbound_2026-01.csv",
    "mobility_traces/geolife_small.csv",
    "basemap/mamminasata_pangkep_villages_2025.geojson",
    "flood/inasafe_jakarta/kelurahan_jakarta.shp",
)


@pytest.mark.parametrize("file", CLEAN)
def test_clean_files_of_other_places_raise_no_alarm(file: str, shared_data: Path, examined: Examined) -> None:
    diagnosis = examined(shared_data / file)
    assert [fault.code for fault in diagnosis.faults if fault.action != "notice"] == []
    assert diagnosis.rejected == []


def test_complaints_of_new_york_lack_62_positions_and_nothing_else(shared_data: Path, examined: Examined) -> None:
    diagnosis = examined(shared_data / "reports" / "nyc311_animals_2025-03.csv")
    assert diagnosis.counts() == {"no-position": 62}


@pytest.mark.parametrize(
    ("feed", "stops", "expected"),
    [("transjakarta_2021-09", 5365, {}), ("bogor_angkot_2019-01", 346, {"shared-position": 6})],
)
def test_stops_of_two_transit_feeds_are_clean_but_for_pairs_at_one_point(
    feed: str, stops: int, expected: dict[str, int], shared_data: Path, city: City
) -> None:
    with zipfile.ZipFile(shared_data / "gtfs" / f"{feed}.zip") as archive:
        sheet = open_content("stops.txt", archive.read("stops.txt"))
    diagnosis = examine(sheet, propose(sheet, "2026").register, city)
    assert len(diagnosis.accepted) == stops
    assert {code: n for code, n in diagnosis.counts().items() if code != "elsewhere"} == expected


def test_of_the_normalized_examples_only_those_whose_id_is_no_uri_wait(shared_data: Path, city: City) -> None:
    waiting: list[str] = []
    taken = 0
    for path in sorted((shared_data / "ngsi_ld_examples").glob("*.jsonld")):
        sheet = open_content(path.name, path.read_bytes())
        diagnosis = examine(sheet, propose(sheet, "2026").register, city)
        waiting += [each.identity for each in diagnosis.rejected]
        taken += len(diagnosis.accepted)
    assert len(waiting) + taken == 101
    assert "DTI-036" in waiting
    assert any(identity.startswith("Spain-WeatherForecast") for identity in waiting)
    assert len(waiting) == 2
