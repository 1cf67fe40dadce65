"""The numbers of Now carry source, age, doubts and the rule that made them."""

from typing import Any

import pytest

from pinisi.city.facts import Selection
from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.city.tiles import LATE_AFTER_DAYS, EntityNeed, Tile, TileFlag, Value, tile_value, tiles_need
from pinisi.vocabulary.instant import DAY, parse_instant

NOW = parse_instant("2026-11-22T06:32:00Z")
LABEL = Text("Air", "Water", "水")


@pytest.fixture(scope="module")
def shown(makassar: Profile, entities: list[dict[str, Any]]) -> dict[str, Value]:
    return {tile.id: tile_value(tile, entities, NOW) for tile in makassar.city.tiles}


def test_now_shows_the_six_numbers_of_makassar(shown: dict[str, Value]) -> None:
    assert {id: value.value for id, value in shown.items()} == {
        "population": 1_482_354,
        "landfill-a-day": 753.18,
        "puskesmas": 37,
        "hospitals": 4,
        "waste-banks": 167,
        "green-space": 244.23,
    }


def test_every_number_has_source_method_period_and_age(shown: dict[str, Value]) -> None:
    for value in shown.values():
        assert value.provider is not None
        assert value.method == "reported"
        assert value.period is not None
        assert value.age_days is not None


def test_old_numbers_are_late_and_say_by_how_much(shown: dict[str, Value]) -> None:
    assert {id for id, value in shown.items() if value.state == "late"} == {"landfill-a-day", "puskesmas", "hospitals"}
    assert shown["landfill-a-day"].age_days == 1421


def test_a_computed_number_says_its_rule_and_a_plain_one_says_where_it_is_kept(shown: dict[str, Value]) -> None:
    derived = shown["landfill-a-day"].derived
    assert derived is not None
    assert derived.en == "Waste received 2022 divided by 365 days"
    assert shown["landfill-a-day"].entity is None
    assert shown["population"].derived is None
    assert shown["population"].attribute == "population"


def test_what_is_doubtful_is_said(shown: dict[str, Value]) -> None:
    assert [flag["text"]["id"] for flag in shown["green-space"].flags] == ["1.778 dari 1.811 luasnya 0"]
    assert [flag["code"] for flag in shown["hospitals"].flags] == ["incomplete-register"]


def tile(kind: Any, **more: Any) -> Tile:
    return Tile(id="t", label=LABEL, kind=kind, **more)


def well(id: str, value: float, period: str = "2024", provider: str = "a", **more: Any) -> dict[str, Any]:
    fact = {
        "type": "Property",
        "value": value,
        "unitCode": "MTK",
        "observedAt": f"{period}-12-31T00:00:00Z",
        "period": {"type": "Property", "value": period},
        "method": {"type": "Property", "value": "measured"},
        "provider": {"type": "Relationship", "object": provider},
    }
    return {"id": id, "type": ["Well"], "area": fact, "name": fact, **more}


def test_a_leap_year_has_366_days() -> None:
    value = tile_value(tile("per_day", entity="w", attribute="area", unit="MTK"), [well("w", 366, "2024")])
    assert value.value == 1


def test_a_day_of_something_without_a_period_is_not_known() -> None:
    bare = {"id": "w", "type": "Well", "area": {"type": "Property", "value": 5}}
    assert tile_value(tile("per_day", entity="w", attribute="area"), [bare]).value is None


def test_a_sum_turns_square_metres_into_hectares_and_takes_the_oldest_time() -> None:
    rows = [well("a", 5000), well("b", 15_000, "2019")]
    value = tile_value(tile("sum", select=Selection(type="Well"), attribute="area", unit="HAR"), rows, NOW)
    assert (value.value, value.unit) == (2, "HAR")
    assert value.observed_at == "2019-12-31T00:00:00Z"
    assert value.period is None


def test_inputs_of_several_sources_name_none() -> None:
    rows = [well("a", 1), well("b", 1, provider="b")]
    value = tile_value(tile("count", select=Selection(type="Well")), rows, NOW)
    assert (value.value, value.provider, value.method) == (2, None, "measured")


def test_without_inputs_a_count_is_zero_and_a_sum_is_not_known() -> None:
    chosen = Selection(type="Well")
    assert tile_value(tile("count", select=chosen), [], NOW).value == 0
    assert tile_value(tile("sum", select=chosen, attribute="area"), [], NOW).value is None
    missing = tile_value(tile("attribute", entity="x", attribute="area"), [], NOW)
    assert (missing.value, missing.state) == (None, "undated")


def test_a_doubt_about_zeros_is_silent_when_there_are_none() -> None:
    flags = (TileFlag(code="z", when="some-zero", text=LABEL),)
    summed = tile("sum", select=Selection(type="Well"), attribute="area", flags=flags)
    assert tile_value(summed, [well("a", 1)]).flags == ()
    assert len(tile_value(summed, [well("a", 0)]).flags) == 1


def test_a_number_inherits_the_doubts_about_its_own_attribute() -> None:
    text = {"id": "x", "en": "x", "ja": "x"}
    doubts = [{"code": code, "attribute": code, "text": text} for code in ("area", "location")]
    row = well("a", 1, dataQuality={"type": "JsonProperty", "json": doubts})
    assert tile_value(tile("attribute", entity="a", attribute="area"), [row]).flags == (doubts[0],)


@pytest.mark.parametrize(("days", "state"), [(LATE_AFTER_DAYS, "fresh"), (LATE_AFTER_DAYS + 1, "late")])
def test_a_number_is_late_after_its_limit(days: int, state: str) -> None:
    observed = parse_instant("2024-12-31T00:00:00Z")
    value = tile_value(tile("attribute", entity="a", attribute="area"), [well("a", 1)], observed + days * DAY)
    assert (value.age_days, value.state) == (days, state)


def test_units_that_do_not_go_together_give_no_number_but_the_reason() -> None:
    value = tile_value(tile("sum", select=Selection(type="Well"), attribute="area", unit="KGM"), [well("a", 1)], NOW)
    assert value.value is None
    assert value.flags[0]["text"]["en"] == "units cannot be compared: MTK cannot be written in KGM"


def test_a_tile_tells_which_entities_it_needs() -> None:
    assert tiles_need(tile("attribute", entity="a", attribute="area")) == EntityNeed(ids=("a",))
    assert tiles_need(tile("count", select=Selection(type="Well"))) == EntityNeed(types=("Well",))
