"""Faults of the registers are found with exact counts, on the rows that have them and on no other."""

from collections import defaultdict
from typing import Any

import pytest

from pinisi.city.areas import Area, AreaIndex
from pinisi.city.facts import Selection, types_of
from pinisi.city.faults import FaultRule, find_faults
from pinisi.city.text import Text

Entities = list[dict[str, Any]]
EMPTY = AreaIndex(())


def flagged(entities: Entities) -> dict[str, dict[str, str]]:
    """Code -> id -> English text."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for entity in entities:
        for flag in entity.get("dataQuality", {}).get("json", ()):
            found[flag["code"]][entity["id"]] = flag["text"]["en"]
    return found


def test_each_kind_of_fault_is_found_on_exactly_its_rows(entities: Entities) -> None:
    counts = {code: len(rows) for code, rows in flagged(entities).items()}
    assert counts == {
        "unit-contradiction": 1,
        "outlier": 1,
        "figure-too-small": 10,
        "shared-position": 119,
        "area-zero": 1778,
        "outside-city": 10,
        "outside-named-area": 7,
        "layers-disagree": 3,
    }


def test_38_positions_are_shared_and_hold_81_banks_too_many(entities: Entities) -> None:
    shared = set(flagged(entities)["shared-position"])
    positions = {tuple(e["location"]["value"]["coordinates"]) for e in entities if e["id"] in shared}
    assert len(positions) == 38
    assert len(shared) - len(positions) == 81


def test_the_central_bank_contradicts_its_members(entities: Entities) -> None:
    (text,) = flagged(entities)["unit-contradiction"].values()
    assert text == "2,060 kg in the year, though 84 unit banks report 161,426 kg for 2022: the unit is doubtful"


def test_kembar_holds_60_percent_of_all_kilograms(entities: Entities) -> None:
    assert flagged(entities)["outlier"] == {
        "urn:ngsi-ld:WasteBank:makassar-bank-sampah-unit-kembar": (
            "445,335 kg: 60 % of the 747,705 kg that 165 waste banks report in kilograms"
        )
    }


def test_nine_rows_of_the_waste_registers_and_one_puskesmas_lie_outside_the_city(entities: Entities) -> None:
    outside = flagged(entities)["outside-city"]
    by_type = [entity_id.split(":")[2] for entity_id in outside]
    assert (by_type.count("WasteBank"), by_type.count("GreenSpace"), by_type.count("HealthFacility")) == (2, 7, 1)
    assert outside["urn:ngsi-ld:HealthFacility:id-P7371080103"] == (
        "lies 1.1 km from the nearest kelurahan, Barrang Lompo"
    )


def test_makkasau_lies_outside_the_kecamatan_of_its_address(entities: Entities) -> None:
    rows = flagged(entities)["outside-named-area"]
    puskesmas = {entity_id: text for entity_id, text in rows.items() if ":HealthFacility:" in entity_id}
    assert puskesmas == {
        "urn:ngsi-ld:HealthFacility:id-P7371050201": (
            "lies in Kecamatan Wajo, 24 m from Kecamatan Ujung Pandang that its address names"
        )
    }


def test_the_layers_of_both_codes_disagree_on_three_kelurahan(entities: Entities) -> None:
    names = {e["name"]["value"] for e in entities if e["id"] in flagged(entities)["layers-disagree"]}
    assert names == {"Antang", "Bitowa", "Barrang Caddi"}


def test_a_clean_row_has_no_flag(entities: Entities) -> None:
    clean = {"urn:ngsi-ld:HealthFacility:id-P7371031101", "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"}
    assert [e["id"] for e in entities if e["id"] in clean and "dataQuality" in e] == []


def test_flags_are_written_in_three_languages_with_their_own_numbers(entities: Entities) -> None:
    texts = [flag["text"] for e in entities for flag in e.get("dataQuality", {}).get("json", ())]
    assert all(text["id"] and text["en"] and text["ja"] for text in texts)
    (outlier,) = [text for text in texts if text["en"].startswith("445,335")]
    assert outlier["id"].startswith("445.335 kg: 60 %")


def test_a_flag_says_which_attribute_it_doubts(entities: Entities) -> None:
    doubted = {(f["code"], f["attribute"]) for e in entities for f in e.get("dataQuality", {}).get("json", ())}
    assert doubted == {
        ("unit-contradiction", "wasteReceived"),
        ("outlier", "wasteReceived"),
        ("figure-too-small", "wasteReceived"),
        ("area-zero", "area"),
        ("shared-position", "location"),
        ("outside-city", "location"),
        ("outside-named-area", "location"),
        ("layers-disagree", "bpsCode"),
    }


def test_a_fault_changes_no_value(entities: Entities) -> None:
    (central,) = [e for e in entities if e["id"].endswith("bank-sampah-kota-makassar")]
    assert (central["wasteReceived"]["value"], central["wasteReceived"]["unitCode"]) == (2.06, "TNE")


# rules on rows of their own


def text(template: str) -> Text:
    return Text(template, template, template)


def bank(id: str, kg: float, unit: str = "KGM", kind: str = "unit", period: str = "2022") -> dict[str, Any]:
    return {
        "id": id,
        "type": "Bank",
        "kind": {"type": "Property", "value": kind},
        "got": {"type": "Property", "value": kg, "unitCode": unit, "period": {"type": "Property", "value": period}},
    }


def rule(kind: Any, template: str = "{value}", **more: Any) -> FaultRule:
    return FaultRule(code="x", kind=kind, type="Bank", attribute="got", text=text(template), **more)


def test_an_outlier_needs_at_least_three_rows_to_stand_out_of() -> None:
    assert find_faults([rule("share-above", limit=0.5)], [bank("a", 1), bank("b", 9)], EMPTY) == {}
    found = find_faults([rule("share-above", limit=0.5)], [bank("a", 1), bank("b", 9), bank("c", 1)], EMPTY)
    assert list(found) == ["b"]


def test_shares_are_taken_among_rows_of_the_same_unit() -> None:
    rows = [bank("a", 4), bank("b", 3), bank("c", 3), bank("d", 900, "TNE")]
    assert find_faults([rule("share-above", limit=0.5)], rows, EMPTY) == {}


def test_tonnes_and_kilograms_are_compared_in_one_unit() -> None:
    rows = [bank("c", 2, "TNE", "central"), bank("a", 1500), bank("b", 400)]
    members = Selection(type="Bank", where={"kind": "unit"})
    less = rule("less-than-sum", "{sum}", where={"kind": "central"}, unit="KGM", members=members)
    assert find_faults([less], rows, EMPTY) == {}
    assert list(find_faults([less], [*rows, bank("d", 101)], EMPTY)) == ["c"]


def test_members_of_another_year_do_not_count() -> None:
    members = Selection(type="Bank", where={"kind": "unit"})
    less = rule("less-than-sum", "{sum}", where={"kind": "central"}, unit="KGM", members=members)
    assert find_faults([less], [bank("c", 1, kind="central"), bank("a", 9, period="2019")], EMPTY) == {}


@pytest.mark.parametrize(("value", "faulty"), [(0, False), (0.1, True), (9.99, True), (10, False)])
def test_too_small_means_more_than_nothing_and_less_than_the_limit(value: float, faulty: bool) -> None:
    found = find_faults([rule("below", limit=10, unit="KGM")], [bank("a", value)], EMPTY)
    assert bool(found) == faulty


def square(code: str, name: str, level: Any, west: float) -> Area:
    ring = [[west, 0.0], [west + 1, 0.0], [west + 1, 1.0], [west, 1.0], [west, 0.0]]
    return Area(code=code, name=name, level=level, geojson={"type": "Polygon", "coordinates": [ring]})


TWO = AreaIndex(
    [
        square("1", "Left", "kecamatan", 0.0),
        square("2", "Right", "kecamatan", 1.0),
        square("1.1", "Left", "kelurahan", 0.0),
        square("2.1", "Right", "kelurahan", 1.0),
    ]
)


def place(lon: float, district: str = "Left") -> dict[str, Any]:
    return {
        "id": "p",
        "type": "Bank",
        "address": {"type": "Property", "value": {"district": district}},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, 0.5]}},
    }


@pytest.mark.parametrize(
    ("lon", "district", "faulty"),
    [(0.5, "Left", False), (1.5, "Left", True), (1.0001, "Left", False), (1.5, "LEFTT", True), (1.5, "Nowhere", False)],
)
def test_a_position_outside_the_named_area_counts_beyond_the_limit(lon: float, district: str, faulty: bool) -> None:
    outside = rule("outside-named-area", "{named} {found} {distance}", limit=20)
    assert bool(find_faults([outside], [place(lon, district)], TWO)) == faulty
    assert types_of(place(lon)) == ["Bank"]


@pytest.mark.parametrize(("lon", "faulty"), [(0.5, False), (-0.00001, False), (-0.5, True)])
def test_outside_the_city_is_measured_from_the_nearest_area(lon: float, faulty: bool) -> None:
    found = find_faults([rule("outside-city", "{distance} {area}", limit=5)], [place(lon)], TWO)
    assert bool(found) == faulty
    if faulty:
        assert found["p"][0].text.en == "55.6 km Left"
