"""Each fault of the reference list is found on the row that has it, in real files, and never mended silently."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pinisi.city.importing.diagnosis import Diagnosis, Fault
from pinisi.city.importing.doctor import City, examine
from pinisi.city.importing.fault_texts import catalogue
from pinisi.city.importing.opening import open_content, open_file
from pinisi.city.importing.proposal import propose
from pinisi.city.importing.rows import NotReadable
from pinisi.city.registers import Register
from pinisi.city.text import strange_place

GOLDEN = Path(__file__).parent / "golden"
Examined = Callable[[str], Diagnosis]


def found(diagnosis: Diagnosis, code: str) -> list[Fault]:
    return [fault for fault in diagnosis.faults if fault.code == code]


def whole(diagnosis: Diagnosis) -> bool:
    """No row is lost: each is accepted, waits, or repeats another."""
    return diagnosis.rows == len(diagnosis.accepted) + len(diagnosis.rejected) + diagnosis.repeated


def test_the_weigh_in_of_kembar_stands_out(examined: Examined) -> None:
    outliers = found(examined("waste-facilities.geojson"), "outlier")
    assert {(fault.row, fault.field) for fault in outliers} == {(37, "received"), (37, "managed")}
    assert outliers[0].text.en.startswith("445,335 kg: 90 %")
    assert outliers[0].text.id.startswith("445.335 kg: 90 %")


def test_banks_in_tonnes_among_banks_in_kilograms_are_seen(examined: Examined) -> None:
    minority = found(examined("waste-facilities.geojson"), "minority-unit")
    assert {fault.row for fault in minority} == {40, 42}
    assert minority[0].text.en == "the unit is t, though 40 others use kg"


def test_the_central_bank_contradicts_its_members_by_the_rule_of_the_city(city: City, proposed: Any) -> None:
    mapping: Register = proposed("waste-facilities.geojson")
    pattern = "Jenis(Induk|Unit)"
    kind = next(each for each in mapping.attributes if each.name == "kind")
    central = msgspec.structs.replace(
        kind, column="detail", pattern=pattern, values={"Induk": "central", "Unit": "unit"}
    )
    others = tuple(each for each in mapping.attributes if each.name != "kind")
    mapping = msgspec.structs.replace(mapping, attributes=(*others, central))
    faults = found(examine(open_file(GOLDEN / "waste-facilities.geojson"), mapping, city), "unit-contradiction")
    assert any(fault.text.en.startswith("2,060 kg in the year, though") for fault in faults)


def test_a_unit_inside_a_cell_is_read_and_said(city: City, proposed: Any) -> None:
    mapping: Register = proposed("bank-sampah.xlsx")
    received = next(each for each in mapping.attributes if each.column == "Diterima")
    number = msgspec.structs.replace(received, kind="number", unit="KGM")
    mapping = msgspec.structs.replace(mapping, attributes=(number,))
    diagnosis = examine(open_file(GOLDEN / "bank-sampah.xlsx"), mapping, city)
    (fault,) = found(diagnosis, "unit-in-number")
    assert (fault.row, fault.field, fault.action) == (4, "Diterima", "accept-with-flag")
    assert diagnosis.accepted[0].entity["diterima"]["value"] == 2.06
    assert diagnosis.accepted[0].entity["diterima"]["unitCode"] == "TNE"
    (rejected,) = diagnosis.rejected
    assert (rejected.fault.row, rejected.fault.code) == (6, "not-a-number")
    assert rejected.fault.text.en == "'banyak' is no number"
    assert rejected.cells["Nama"] == "Mawar"


def test_shared_and_zero_are_counted(examined: Examined) -> None:
    assert len(found(examined("waste-facilities.geojson"), "shared-position")) == 28
    assert len(found(examined("green-spaces.csv"), "area-zero")) == 7


def test_misspelt_kelurahan_are_resolved_with_a_flag(examined: Examined) -> None:
    texts = {fault.text.en for fault in found(examined("puskesmas.geojson"), "misspelt-area")}
    assert texts == {"written Bitowo; read as Bitowa"}
    written = {fault.text.en for fault in found(examined("waste-facilities.geojson"), "misspelt-area")}
    assert "written Mapala; read as Mappala" in written


@pytest.mark.parametrize(
    ("written", "name"),
    [("Suwangga", "Suangga"), ("Paccerakang", "Paccerakkang"), ("Pattingalloang", "Patingalloang")],
)
def test_the_known_misspellings_are_found(written: str, name: str, city: City) -> None:
    table = f"nama,kelurahan,lat,lon\nA,{written},-5.11,119.42\nB,{name},-5.12,119.43\n"
    sheet = open_content("places.csv", table.encode())
    faults = found(examine(sheet, propose(sheet, "2026").register, city), "misspelt-area")
    texts = {fault.text.en for fault in faults}
    official = {area.name for area in city.areas.areas.values()}
    expected = {written, name} - official
    assert {text.split(";")[0].removeprefix("written ") for text in texts} == expected


def test_a_space_more_or_less_is_no_misspelling(city: City) -> None:
    sheet = open_content("places.csv", b"nama,kecamatan,lat,lon\nA,Biring Kanaya,-5.09,119.52\n")
    assert examine(sheet, propose(sheet, "2026").register, city).faults == []


def test_swapped_rows_wait_with_the_correction_proposed(examined: Examined) -> None:
    diagnosis = examined("green-spaces.csv")
    (swapped,) = [each for each in diagnosis.rejected if each.fault.code == "swapped"]
    assert (swapped.cells["lat"], swapped.cells["lon"]) == ("109.0", "-6.0")
    assert (float(swapped.proposed["lat"]), float(swapped.proposed["lon"])) == (-6, 109)
    assert swapped.fault.row == 72


def test_rows_swapped_on_the_earth_are_seen_by_their_company(city: City) -> None:
    lines = ["nama,lat,lon", *(f"P{n},40.{n:03},-73.{n:03}" for n in range(60)), "X,-73.5,40.5"]
    sheet = open_content("points.csv", "\n".join(lines).encode())
    diagnosis = examine(sheet, propose(sheet, "2026").register, city)
    (rejected,) = diagnosis.rejected
    assert (rejected.fault.code, rejected.fault.row) == ("swapped", 62)
    assert (rejected.proposed["lat"], rejected.proposed["lon"]) == ("40.5", "-73.5")


def test_coordinates_off_the_earth_zero_and_rounded_are_told_apart(examined: Examined) -> None:
    diagnosis = examined("green-spaces.csv")
    assert len(found(diagnosis, "off-earth")) == 5
    assert [fault.row for fault in found(diagnosis, "zero-position")] == [73]
    assert {fault.text.en for fault in found(diagnosis, "coarse-position")} == {
        "coordinates rounded to 0 decimals: up to 78.7 km off"
    }
    assert whole(diagnosis)


def test_the_displaced_island_is_found_and_the_right_ones_are_not(examined: Examined) -> None:
    displaced = found(examined("kelurahan-bps.geojson"), "displaced")
    assert {fault.text.en.split(" is drawn")[0] for fault in displaced} == {"Antang", "Barrang Caddi"}


def test_the_puskesmas_beside_its_island_is_found(examined: Examined) -> None:
    (outside,) = found(examined("puskesmas.geojson"), "outside-city")
    assert outside.text.en == "lies 1.1 km from the nearest kelurahan, Barrang Lompo"


def test_a_point_outside_the_named_kecamatan_is_found(examined: Examined) -> None:
    rows = {fault.row for fault in found(examined("waste-facilities.geojson"), "outside-named-area")}
    assert rows == {31, 44}


def test_mixed_moments_are_read_and_said(examined: Examined) -> None:
    diagnosis = examined("state-changes.jsonl")
    (mixed,) = found(diagnosis, "mixed-times")
    assert (mixed.action, mixed.field) == ("notice", "changed")
    assert diagnosis.rejected == []


def test_an_hour_that_occurs_twice_is_merged_or_waits(examined: Examined) -> None:
    diagnosis = examined("aqi-surabaya.csv")
    assert (diagnosis.repeated, len(diagnosis.rejected)) == (4, 3)
    assert {each.fault.code for each in diagnosis.rejected} == {"same-time"}
    assert found(diagnosis, "gap")[0].action == "notice"
    assert whole(diagnosis)


def test_ids_that_are_no_uri_wait_and_their_neighbours_are_taken(examined: Examined) -> None:
    diagnosis = examined("entities.jsonld")
    (rejected,) = diagnosis.rejected
    assert (rejected.fault.code, rejected.identity, rejected.fault.field) == ("id-not-uri", "DTI-036", "id")
    assert len(diagnosis.accepted) == 3
    assert all("@context" not in each.entity for each in diagnosis.accepted)


def test_a_polygon_that_crosses_itself_waits(examined: Examined) -> None:
    (rejected,) = examined("rw-jakarta.shp").rejected
    assert (rejected.fault.code, rejected.fault.row) == ("bad-geometry", 5)


def test_a_list_that_lacks_a_region_is_called_incomplete(city: City) -> None:
    lines = ["kode_faskes,jenis,nama,province,lat,lon"]
    for number in range(900):
        kind = "RUMAH SAKIT" if number % 4 == 0 else "PUSKESMAS"
        province = f"Province {(number // 4) % 9}"
        if not (kind == "RUMAH SAKIT" and province == "Province 7"):
            lines.append(f"K{number},{kind},N{number},{province},-{number % 10}.{number},1{number % 30 + 10}.{number}5")
    sheet = open_content("faskes.csv", "\n".join(lines).encode())
    incomplete = found(examine(sheet, propose(sheet, "2026").register, city), "incomplete-list")
    assert [fault.text.en for fault in incomplete] == [
        "the list is incomplete: no RUMAH SAKIT for Province 7, though about 17 were to be expected"
    ]


def test_fill_in_coordinates_of_places_far_apart_are_found(city: City) -> None:
    lines = ["nama,kabkota,lat,lon", *(f"P{n},Kota {n % 7},-2.{n:04},120.{n:04}" for n in range(40))]
    lines += [f"Plant {n},Kota {n},-2.5213,121.357" for n in range(4)]
    sheet = open_content("plants.csv", "\n".join(lines).encode())
    fill_ins = found(examine(sheet, propose(sheet, "2026").register, city), "fill-in-position")
    assert {fault.row for fault in fill_ins} == {42, 43, 44, 45}


@dataclass
class Ruled:
    action: str
    accepted: int
    rejected: int


@pytest.mark.parametrize("ruled", [Ruled("quarantine", 44, 2), Ruled("accept-with-flag", 46, 0)])
def test_the_rule_of_the_city_decides_between_flag_and_quarantine(ruled: Ruled, city: City, proposed: Any) -> None:
    strict = msgspec.structs.replace(city, imports={"outside-city": ruled.action})
    sheet = open_file(GOLDEN / "waste-facilities.geojson")
    diagnosis = examine(sheet, proposed("waste-facilities.geojson"), strict)
    assert (len(diagnosis.accepted), len(diagnosis.rejected)) == (ruled.accepted, ruled.rejected)
    assert whole(diagnosis)


def test_a_flag_stands_beside_the_value_in_three_languages(examined: Examined) -> None:
    kembar = next(each for each in examined("waste-facilities.geojson").accepted if each.row == 37)
    flags = kembar.entity["dataQuality"]["json"]
    assert {"outlier"} <= {flag["code"] for flag in flags}
    assert all(flag["text"]["id"] and flag["text"]["en"] and flag["text"]["ja"] for flag in flags)
    assert kembar.entity["wasteReceived"]["value"] == 445_335


def test_a_column_that_is_not_there_is_named(city: City, proposed: Any) -> None:
    sheet = open_content("other.csv", b"a,b\n1,2\n")
    with pytest.raises(NotReadable) as error:
        examine(sheet, proposed("green-spaces.csv"), city)
    assert (error.value.code, error.value.words["column"]) == ("column-missing", "lokasi")


def test_clean_parts_raise_no_alarm(examined: Examined) -> None:
    assert examined("ispu-jakarta.csv").faults == []


def test_every_text_of_the_catalogue_has_the_same_places_in_each_language() -> None:
    for code, fault in catalogue().items():
        places = {part.split("}")[0] for part in fault.en.split("{")[1:]}
        assert strange_place(fault.text, places) is None, code
        assert all(f"{{{place}}}" in text for text in (fault.id, fault.ja) for place in places), code


def test_a_row_of_a_series_that_says_nothing_at_any_moment_hides_no_gap_and_stops_nothing(city: City) -> None:
    sheet = open_content("levels.csv", b"A,0\nA,1/1/0002\n,1/1/0002")
    diagnosis = examine(sheet, propose(sheet, "2026-11-25").register, city)
    assert diagnosis.rows == 2
