"""Types, ids, positions and attributes are proposed from what a file holds; a mapping is a file that says the same."""

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pinisi.city.errors import CityError
from pinisi.city.importing.cells import boolean_in, moment_in, number_in, quantity_in
from pinisi.city.importing.columns import column_of
from pinisi.city.importing.doctor import City, examine
from pinisi.city.importing.mapping_file import read_mapping, write_mapping
from pinisi.city.importing.opening import open_content
from pinisi.city.importing.proposal import noted, propose
from pinisi.city.registers import Register

GOLDEN = Path(__file__).parent / "golden"
ZONE = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("name", "cells", "guess"),
    [
        ("lat", ["-5.1", "-5.2"], "latitude"),
        ("Longitude", ["119,4", "119,5"], "longitude"),
        ("tahun", ["2021", "2022"], "period"),
        ("jumlah", ["2021", "2022"], "integer"),
        ("luas", ["1.234,5", "20", "7,25"], "number"),
        ("diterima", ["2.06 ton", "350 kg", "12 kg"], "number"),
        ("received_unit", ["kg/year", "ton/year", ""], "unit"),
        ("kode", ["73.71.01.1001", "73.71.01.1002"], "area-code"),
        ("village_code", ["id7371101005", "id7371101006"], "area-code"),
        ("buka", ["ya", "tidak", "ya"], "boolean"),
        ("waktu", ["2017-02-21T06:00:00", "2017-02-21T06:00:00.5"], "date-time"),
        ("tanggal", ["31/12/2024", "01/01/2025"], "date-time"),
        ("telp", ["0411-123456"], "personal"),
        ("kontak", ["+62 811 4567 890", "081145678901"], "personal"),
        ("surel", ["a@b.co", "c@d.id"], "personal"),
        ("nama", ["Melati", "Mawar"], "text"),
        ("kosong", ["", "-", "n/a"], "empty"),
        ("geom_id", ["3172060008008000", "3172060008005000"], "integer"),
    ],
)
def test_the_kind_of_a_column_is_guessed(name: str, cells: list[str], guess: str) -> None:
    assert column_of(name, cells).guess == guess


def test_days_above_twelve_tell_the_order_of_day_and_month() -> None:
    assert column_of("d", ["3/14/2025 1:20", "1/2/2025 0:10"]).dates == "month-first"
    assert column_of("d", ["31/12/2024", "01/01/2025"]).dates == "day-first"
    unsure = column_of("d", ["01/02/2025", "03/04/2025"])
    assert (unsure.dates, unsure.sure) == ("day-first", False)


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("-5.1", ".", -5.1),
        ("1e3", ".", 1000),
        ("350.0", ".", 350),
        ("1.2.3", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("9" * 80, ".", None),
        ("", ".", None),
    ],
)
def test_numbers_as_people_write_them(cell: str, decimal: str, value: float | None) -> None:
    assert number_in(cell, decimal) == value  # type: ignore[arg-type]


def test_a_number_with_its_unit_is_a_quantity() -> None:
    assert quantity_in("2.06 ton") == (2.06, "TNE")
    assert quantity_in("1.234,5 m²", ",") == (1234.5, "MTK")
    assert quantity_in("12 monkeys") is None


@pytest.mark.parametrize(
    ("cell", "form", "moment"),
    [
        ("2017-02-21T06:34:07.672", "iso", "2017-02-20T22:34:07.672000Z"),
        ("2017-02-21 06:34:07+07", "iso", "2017-02-20T23:34:07Z"),
        ("2025-04-11T03:00:00.000Z", "iso", "2025-04-11T03:00:00Z"),
        ("2022-03-01", "iso", "2022-02-28T16:00:00Z"),
        ("31/12/2024 23:00", "day-first", "2024-12-31T15:00:00Z"),
        ("3/14/2025 1:20 PM", "month-first", "2025-03-14T05:20:00Z"),
        ("30/02/2025", "day-first", None),
        ("yesterday", "iso", None),
    ],
)
def test_moments_as_people_write_them(cell: str, form: str, moment: str | None) -> None:
    assert moment_in(cell, ZONE, form) == moment  # type: ignore[arg-type]


def test_yes_and_no_in_three_languages() -> None:
    assert [boolean_in(cell) for cell in ("Ya", "TIDAK", "yes", "はい", "perhaps")] == [True, False, True, True, None]


def test_waste_banks_are_proposed_with_type_unit_year_and_address(proposed: Callable[[str], Register]) -> None:
    mapping = proposed("waste-facilities.geojson")
    assert mapping.types_by == {"banksampah": ("WasteBank",), "tps3r": ("WasteFacility",), "tpa": ("Landfill",)}
    assert (mapping.geometry, mapping.repeated) == (True, "number")
    assert mapping.address["neighborhood"] == "kelurahan_txt"
    received = next(each for each in mapping.attributes if each.name == "wasteReceived")
    assert (received.column, received.unit_column, received.period_column) == ("received", "received_unit", "year")


def test_measurements_are_proposed_as_a_series(proposed: Callable[[str], Register]) -> None:
    mapping = proposed("aqi-surabaya.csv")
    assert (mapping.observed, mapping.series, mapping.types) == ("timestamp", True, ("AirQualityObserved",))
    assert mapping.entity == "urn:ngsi-ld:AirQualityObserved:aqi-surabaya"


def test_an_official_code_becomes_the_id(proposed: Callable[[str], Register]) -> None:
    mapping = proposed("puskesmas.geojson")
    assert mapping.entity.endswith("{kode_faskes:slug}")
    assert mapping.repeated == "fault"


def test_the_comma_of_a_workbook_is_seen(proposed: Callable[[str], Register]) -> None:
    area = next(each for each in proposed("bank-sampah.xlsx").attributes if each.name == "area")
    assert (area.kind, area.decimal, area.unit) == ("number", ",", "MTK")


def test_a_file_that_writes_latitude_first_is_read_the_other_way_round_and_says_so(city: City) -> None:
    ring = [[-5.1, 119.4], [-5.1, 119.5], [-5.2, 119.5], [-5.1, 119.4]]
    feature = {"type": "Feature", "properties": {"nama": "A"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    sheet = open_content("wilayah.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
    proposal = propose(sheet, "2026-11-25")
    assert proposal.register.axes == "lat-lon"
    diagnosis = examine(noted(sheet, proposal), proposal.register, city)
    assert [fault.code for fault in diagnosis.faults] == ["all-swapped"]
    assert diagnosis.accepted[0].entity["location"]["value"]["coordinates"][0][0] == [119.4, -5.1]


def test_personal_columns_are_left_out_and_said() -> None:
    sheet = open_content("a.csv", b"nama,lat,lon,no_hp\nA,-5.1,119.4,081145678901\nB,-5.2,119.5,081145678902\n")
    proposal = propose(sheet, "2026-11-25")
    assert [each.column for each in proposal.register.attributes] == ["nama"]
    assert proposal.notes == (("personal", {"column": "no_hp"}),)


@pytest.mark.parametrize("file", sorted(path.name for path in GOLDEN.glob("*.[gcjx]*")))
def test_every_proposal_can_be_saved_and_read_again(file: str, proposed: Callable[[str], Register]) -> None:
    mapping = proposed(file)
    assert read_mapping(write_mapping(mapping)) == mapping


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ('kind = "number"', 'kind = "numbr"', "registers[0].attributes[1].kind", "Invalid enum value 'numbr'"),
        ('period = "2023"', 'period = "lately"', "registers[0].period", "is no period"),
        ('name = "name"', 'name = "id"', "registers[0].attributes[0].name", "is no name of an attribute"),
        ('source = "', 'source = "A ', "registers[0].source", "lower-case letters"),
        ('column = "lokasi" }', 'column = "lokasi", pattern = "(" }', "attributes[0].pattern", "no pattern"),
        ("[[registers]]", "[[registers", "", "not valid TOML"),
    ],
)
def test_a_wrong_mapping_names_its_field(
    old: str, new: str, field: str, reason: str, proposed: Callable[[str], Register]
) -> None:
    text = write_mapping(proposed("green-spaces.csv")).replace('period = "2026-11-25"', 'period = "2023"')
    assert old in text
    with pytest.raises(CityError) as found:
        read_mapping(text.replace(old, new, 1))
    assert field in found.value.field
    assert reason in found.value.reason
