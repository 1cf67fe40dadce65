"""The numbers of a city carry source, age, sample, doubts and the rule that made them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.computing import Inputs
from pinisi.city.errors import CityError
from pinisi.city.facts import Selection
from pinisi.city.formula import EntityNeed, Formula, need_of
from pinisi.city.indicators import Flag, Indicator, indicator_value, read_indicators
from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.city.value import LATE_AFTER_DAYS, Value
from pinisi.vocabulary.instant import DAY, HOUR, parse_instant

NOW = parse_instant("2026-11-22T06:32:00Z")
LABEL = Text("Air", "Water", "水")
CITY = "urn:ngsi-ld:AdministrativeArea:id-73.71"
WELLS = Selection(type="Well")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def shown(makassar: Profile, entities: list[Row]) -> dict[str, Value]:
    return {each.id: indicator_value(each, Inputs(entities=entities, area=CITY), NOW) for each in makassar.indicators}


def test_now_shows_the_six_numbers_of_makassar(makassar: Profile, shown: dict[str, Value]) -> None:
    assert {tile.id: shown[tile.id].value for tile in makassar.tiles} == {
        "population": 1_482_354,
        "landfill-a-day": 753.18,
        "puskesmas": 37,
        "hospitals": 4,
        "waste-banks": 167,
        "green-space": 244.23,
    }


def test_every_known_number_has_source_method_and_age(shown: dict[str, Value]) -> None:
    for id, value in shown.items():
        if value.value is not None:
            assert value.providers, id
            assert value.method == "reported", id
            assert value.age_days is not None, id


def test_old_numbers_of_now_are_late_and_say_by_how_much(makassar: Profile, shown: dict[str, Value]) -> None:
    late = {tile.id for tile in makassar.tiles if shown[tile.id].state == "late"}
    assert late == {"landfill-a-day", "puskesmas", "hospitals"}
    assert shown["landfill-a-day"].age_days == 1421


def test_a_computed_number_says_its_rule_and_a_plain_one_says_where_it_is_kept(shown: dict[str, Value]) -> None:
    derived = shown["landfill-a-day"].derived
    assert derived is not None
    assert derived.en == "Waste received 2022 divided by 365 days"
    assert shown["landfill-a-day"].entity is None
    assert shown["population"].derived is None
    assert (shown["population"].entity, shown["population"].attribute) == (CITY, "population")


def test_what_is_doubtful_is_said(shown: dict[str, Value]) -> None:
    assert [flag["text"]["id"] for flag in shown["green-space"].flags] == ["1.778 dari 1.811 luasnya 0"]
    assert [flag["code"] for flag in shown["hospitals"].flags] == ["incomplete-register"]


def indicator(kind: Any, **more: Any) -> Indicator:
    return Indicator(id="t", label=LABEL, kind=kind, **more)


def value_of(made: Indicator, rows: list[Row], now: int | None = NOW, **where: Any) -> Value:
    return indicator_value(made, Inputs(entities=rows, **where), now)


def fact(value: Any, period: str = "2024", provider: str = "a", method: str = "measured", unit: str = "MTK") -> Row:
    return {
        "type": "Property",
        "value": value,
        "unitCode": unit,
        "observedAt": f"{period[:4]}-12-31T00:00:00Z",
        "period": {"type": "Property", "value": period},
        "method": {"type": "Property", "value": method},
        "provider": {"type": "Relationship", "object": provider},
    }


def well(id: str, value: Any, period: str = "2024", provider: str = "a", method: str = "measured", **more: Any) -> Row:
    area = fact(value, period, provider, method)
    return {"id": id, "type": ["Well"], "area": area, "name": area, **more}


def district(id: str, people: float | None, km2: float) -> Row:
    given = {} if people is None else {"population": fact(people)}
    return {"id": id, "type": "AdministrativeArea", "area": fact(km2, unit="KMK"), **given}


def test_a_leap_year_has_366_days() -> None:
    a_day = indicator("value", per="day", entity="w", attribute="area", unit="MTK")
    value = value_of(a_day, [well("w", 366, "2024")])
    assert value.value == 1
    assert value.unit_text == Text("m²/hari", "m²/day", "m²/日")


def test_a_day_of_something_without_a_period_is_not_known() -> None:
    bare = {"id": "w", "type": "Well", "area": {"type": "Property", "value": 5}}
    assert value_of(indicator("value", per="day", entity="w", attribute="area"), [bare]).value is None


def test_a_sum_turns_square_metres_into_hectares_and_takes_the_oldest_time() -> None:
    rows = [well("a", 5000), well("b", 15_000, "2019")]
    value = value_of(indicator("sum", select=WELLS, attribute="area", unit="HAR"), rows)
    assert (value.value, value.unit) == (2, "HAR")
    assert value.observed_at == "2019-12-31T00:00:00Z"
    assert value.period is None


def test_a_sum_without_a_unit_never_adds_up_two_units() -> None:
    rows = [well("a", 1), well("b", 1, area=fact(1, unit="HAR"))]
    value = value_of(indicator("sum", select=WELLS, attribute="area"), rows)
    assert (value.value, value.unit) == (10_001, "MTK")


def test_mean_least_and_greatest_are_of_the_same_figures() -> None:
    rows = [well("a", 1), well("b", 2), well("c", 6)]
    found = {kind: value_of(indicator(kind, select=WELLS, attribute="area"), rows) for kind in ("mean", "min", "max")}
    assert {kind: value.value for kind, value in found.items()} == {"mean": 3, "min": 1, "max": 6}
    assert found["mean"].derived is not None
    assert found["mean"].derived.en == "Area: mean over 3 entries"


def test_inputs_of_several_sources_name_them_all() -> None:
    value = value_of(indicator("count", select=WELLS), [well("a", 1), well("b", 1, provider="b")])
    assert (value.value, value.provider, value.method) == (2, None, "measured")
    assert value.providers == ("a", "b")


def test_a_number_is_no_better_than_the_weakest_of_its_inputs() -> None:
    total = indicator("sum", select=WELLS, attribute="area")
    mixed = value_of(total, [well("a", 1), well("b", 1, method="simulated"), well("c", 1, method="reported")])
    assert (mixed.method, mixed.methods) == ("simulated", ("measured", "reported", "simulated"))
    unstated = well("b", 1)
    del unstated["area"]["method"]
    assert value_of(total, [well("a", 1), unstated]).method is None


def test_what_has_no_figure_is_counted_and_said() -> None:
    rows = [well("a", 1), well("b", "many"), {"id": "c", "type": "Well"}]
    value = value_of(indicator("mean", select=WELLS, attribute="area"), rows)
    assert (value.value, value.n, value.missing) == (1, 1, 2)
    assert [flag["text"]["en"] for flag in value.flags] == ["2 of 3 have no figure that fits"]


def test_a_share_is_of_those_of_which_it_is_known() -> None:
    rows = [well(id, 1, kind=fact(kind)) for id, kind in (("a", "deep"), ("b", "deep"), ("c", "shallow"))]
    value = value_of(indicator("share", select=WELLS, having={"kind": "deep"}), [*rows, well("d", 1)])
    assert (value.value, value.unit, value.n, value.missing) == (66.67, "P1", 3, 1)
    assert value.derived == Text("2 dari 3 entri: Jenis deep", "2 of 3 entries: Kind deep", "3 件中 2 件：種類：deep")


def test_a_ratio_divides_one_number_by_another() -> None:
    total = Formula(kind="sum", select=WELLS, attribute="area")
    number = Formula(kind="count", select=WELLS)
    value = value_of(indicator("ratio", of=total, over=number), [well("a", 1), well("b", 2)])
    assert (value.value, value.n) == (1.5, 4)
    assert value.derived is not None
    assert value.derived.en == "Area: sum of 2 entries (3) divided by entries in the register: Well (2)"
    assert value_of(indicator("ratio", of=total, over=number), []).value is None


def test_a_ratio_in_percent_is_a_hundred_times_as_much() -> None:
    part = Formula(kind="value", entity="a", attribute="area")
    whole = Formula(kind="value", entity="b", attribute="area")
    value = value_of(indicator("ratio", of=part, over=whole, unit="P1"), [well("a", 237), well("b", 1244)])
    assert (value.value, value.unit_text) == (19.05, Text("%", "%", "%"))


def test_a_number_for_each_head_takes_the_people_of_the_area() -> None:
    per_head = indicator("count", select=WELLS, per="head", times=1000)
    rows = [well("a", 1), well("b", 1), district("city", 500, 4)]
    value = value_of(per_head, rows, area="city")
    assert value.value == 4
    assert value.unit_text == Text("per 1.000 orang", "per 1,000 people", "1,000 人あたり")
    assert value_of(per_head, [well("a", 1), district("city", None, 4)], area="city").value is None
    assert value_of(indicator("count", select=WELLS, per="km2"), rows, area="city").value == 0.5


def test_only_what_lies_in_the_area_is_taken() -> None:
    rows = [well("a", 1), well("b", 2), well("c", 4)]
    lies_in = {"a": ("1.1", "1"), "b": ("1.2", "1")}
    total = indicator("sum", select=WELLS, attribute="area")
    assert value_of(total, rows, lies_in=lies_in, code="1").value == 3
    assert value_of(total, rows, lies_in=lies_in, code="1.2").value == 2
    assert value_of(total, rows, lies_in=lies_in).value == 7


def test_an_attribute_of_the_area_itself_needs_no_entity() -> None:
    people = indicator("value", attribute="population")
    value = value_of(people, [district("x", 5, 1), district("y", 7, 1)], area="y")
    assert (value.value, value.entity, value.attribute) == (7, "y", "population")
    assert (people.divisible, indicator("value", entity="x", attribute="area").divisible) == (True, False)


def test_figures_of_another_period_are_missing() -> None:
    total = indicator("sum", select=WELLS, attribute="area", period="2024")
    value = value_of(total, [well("a", 1), well("b", 2, "2023")])
    assert (value.value, value.n, value.missing, value.period) == (1, 1, 1, "2024")


def test_figures_older_than_the_last_hours_are_missing() -> None:
    observed = parse_instant("2024-12-31T00:00:00Z")
    total = indicator("sum", select=WELLS, attribute="area", last_hours=3)
    rows = [well("a", 1), well("b", 2, area={"type": "Property", "value": 2})]
    assert value_of(total, rows, observed + 3 * HOUR).value == 1
    late = value_of(total, rows, observed + 3 * HOUR + 1)
    assert (late.value, late.n, late.missing) == (None, 0, 2)


def test_without_inputs_a_count_is_zero_and_a_sum_is_not_known() -> None:
    assert value_of(indicator("count", select=WELLS), []).value == 0
    assert value_of(indicator("sum", select=WELLS, attribute="area"), []).value is None
    missing = value_of(indicator("value", entity="x", attribute="area"), [])
    assert (missing.value, missing.state) == (None, "undated")


def test_a_doubt_about_zeros_is_silent_when_there_are_none() -> None:
    flags = (Flag(code="z", when="some-zero", text=LABEL),)
    summed = indicator("sum", select=WELLS, attribute="area", flags=flags)
    assert value_of(summed, [well("a", 1)]).flags == ()
    assert len(value_of(summed, [well("a", 0)]).flags) == 1


def doubtful(id: str, *codes: str) -> Row:
    text = {"id": "x", "en": "x", "ja": "x"}
    doubts = [{"code": code, "attribute": code, "text": text} for code in codes]
    return well(id, 1, dataQuality={"type": "JsonProperty", "json": [*doubts, "no doubt", {"code": 7}]})


def test_a_number_inherits_the_doubts_about_its_own_attribute() -> None:
    value = value_of(indicator("value", entity="a", attribute="area"), [doubtful("a", "area", "location")])
    assert [flag["code"] for flag in value.flags] == ["area"]


def test_doubts_of_many_inputs_are_told_once_with_their_number() -> None:
    rows = [doubtful("a", "area"), doubtful("b", "area", "kind"), well("c", 1)]
    value = value_of(indicator("sum", select=WELLS, attribute="area"), rows)
    assert [flag["text"]["en"] for flag in value.flags] == ["2 inputs are doubtful, for example: x"]


@pytest.mark.parametrize(("days", "state"), [(LATE_AFTER_DAYS, "fresh"), (LATE_AFTER_DAYS + 1, "late")])
def test_a_number_is_late_after_its_limit(days: int, state: str) -> None:
    observed = parse_instant("2024-12-31T00:00:00Z")
    value = value_of(indicator("value", entity="a", attribute="area"), [well("a", 1)], observed + days * DAY)
    assert (value.age_days, value.state) == (days, state)


def test_units_that_do_not_go_together_give_no_number_but_the_reason() -> None:
    value = value_of(indicator("sum", select=WELLS, attribute="area", unit="KGM"), [well("a", 1)])
    assert value.value is None
    assert value.flags[0]["text"]["en"] == "units cannot be compared: MTK cannot be written in KGM"


def test_a_formula_tells_what_it_needs() -> None:
    assert need_of(indicator("value", entity="a", attribute="area")) == EntityNeed(ids=("a",), attributes=("area",))
    count = Formula(kind="count", select=Selection(type="Well", where={"kind": "deep"}))
    ratio = indicator("ratio", of=count, over=Formula(kind="value", attribute="population"), per="km2")
    assert need_of(ratio, "city") == EntityNeed(("city",), ("Well",), ("area", "kind", "name", "population"))


numbers = st.integers(0, 10_000)
codes = st.sampled_from(("1.1", "1.2", "1.3"))


@given(st.lists(st.tuples(numbers, codes), max_size=30))
def test_kecamatan_add_up_to_the_city_where_every_point_lies_in_one(points: list[tuple[int, str]]) -> None:
    rows = [well(str(number), value) for number, (value, _) in enumerate(points)]
    lies_in = {str(number): (code, "1") for number, (_, code) in enumerate(points)}
    for kind in ("count", "sum"):
        made = indicator(kind, select=WELLS, attribute="area")
        parts = [value_of(made, rows, lies_in=lies_in, code=code).value or 0 for code in ("1.1", "1.2", "1.3")]
        assert sum(float(part) for part in parts) == (value_of(made, rows, lies_in=lies_in, code="1").value or 0)
        assert value_of(made, rows, lies_in=lies_in, code="1").value == value_of(made, rows).value


@given(st.lists(st.sampled_from(("deep", "shallow", None)), max_size=40))
def test_a_share_lies_between_0_and_100_and_shares_of_all_kinds_make_100(kinds: list[str | None]) -> None:
    rows = [well(str(i), 1, **({} if kind is None else {"kind": fact(kind)})) for i, kind in enumerate(kinds)]
    shares = [value_of(indicator("share", select=WELLS, having={"kind": kind}), rows) for kind in ("deep", "shallow")]
    known = [float(share.value) for share in shares if share.value is not None]
    assert all(0 <= share <= 100 for share in known)
    assert not known or abs(sum(known) - 100) < 0.02
    assert all((share.n or 0) + (share.missing or 0) == len(kinds) for share in shares)


@given(st.lists(st.one_of(numbers, st.none(), st.text(max_size=3)), max_size=30))
def test_the_sample_and_what_is_missing_are_all_that_was_chosen(values: list[Any]) -> None:
    rows = [well(str(number), value) for number, value in enumerate(values)]
    for kind in ("sum", "mean", "min", "max"):
        value = value_of(indicator(kind, select=WELLS, attribute="area"), rows)
        assert (value.n or 0) + (value.missing or 0) == len(values)
        assert (value.value is None) is (value.n == 0)


BROKEN = [
    ('kind = "sum"\nselect = { type = "Well" }', "indicators[0].attribute", "is needed for the kind 'sum'"),
    ('kind = "count"', "indicators[0].select", "is needed for the kind 'count'"),
    ('kind = "guess"', "indicators[0].kind", "Invalid enum value 'guess'"),
    ('kind = "ratio"\nof = { kind = "value", attribute = "a" }', "indicators[0].over", "is needed"),
    ('kind = "ratio"\nof = { kind = "sum" }\nover = { kind = "value", attribute = "a" }',
     "indicators[0].of.select", "is needed for the kind 'sum'"),
    ('kind = "value"\nattribute = "a"\ntimes = 5', "indicators[0].times", "goes only with per"),
    ('kind = "value"\nattribute = "a"\nper = "head"\ntimes = 0', "indicators[0].times", "is not more than 0"),
    ('kind = "value"\nattribute = "a"\nlast_hours = -1', "indicators[0].last_hours", "is not more than 0"),
    ('kind = "value"\nattribute = "a"\nfloor = 1', "indicators[0].floor", "unknown field"),
    ('kind = "value"\nattribute = "a"\nflags = [{ code = "x", text = { id = "", en = "", ja = "{sum}" } }]',
     "indicators[0].flags[0].text", "{sum} is not among"),
]  # fmt: skip
HEAD = '[[indicators]]\nid = "a"\nlabel = { id = "", en = "", ja = "" }\n'


@pytest.mark.parametrize(("text", "field", "reason"), BROKEN)
def test_a_broken_indicator_is_met_with_file_field_and_reason(
    tmp_path: Path, text: str, field: str, reason: str
) -> None:
    path = tmp_path / "indicators.toml"
    path.write_text(HEAD + text)
    with pytest.raises(CityError) as raised:
        read_indicators(path)
    assert (raised.value.field, Path(raised.value.file).name) == (field, "indicators.toml")
    assert reason in raised.value.reason


def test_an_indicator_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "indicators.toml"
    path.write_text(2 * (HEAD + 'kind = "value"\nattribute = "a"\n'))
    with pytest.raises(CityError, match="'a' occurs twice"):
        read_indicators(path)
