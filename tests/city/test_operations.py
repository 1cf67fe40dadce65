"""How a city works on incidents: the shipped file is whole, and a faulty one names its field."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pinisi.city.errors import CityError
from pinisi.city.facts import Selection
from pinisi.city.intake import taken_in
from pinisi.city.operations import DEFAULTS, Condition, Intake, Operations, PriorityRule, read_operations
from pinisi.city.suppression import SuppressRule, parents_of
from pinisi.city.text import Text
from pinisi.incidents.priority import Facts, proposed
from pinisi.vocabulary.instant import parse_instant

CITIES = Path(__file__).parents[2] / "cities"
MAKASSAR = read_operations(CITIES / "makassar")
WORD = Text("a", "b", "c")


def test_the_shipped_city_names_its_agencies_and_who_leads_what() -> None:
    assert {"damkar", "bpbd", "dinkes", "polrestabes", "pln", "pdam"} <= {each.code for each in MAKASSAR.agencies}
    assert {"fire", "flood", "health", "traffic", "room"} <= {each.code for each in MAKASSAR.categories}
    assert MAKASSAR.note is not None
    assert {each.level for each in MAKASSAR.agencies} == {"city", "province", "nation"}


def test_a_city_without_the_file_has_the_defaults() -> None:
    assert read_operations(CITIES / "liverpool") is DEFAULTS
    assert (DEFAULTS.verification.priorities, DEFAULTS.verification.share, DEFAULTS.shelving.hours) == ((1, 2), 0.05, 8)


AGENCY = '[[agencies]]\ncode = "pu"\nname = { id = "a", en = "b", ja = "c" }\n'
CATEGORY = '[[categories]]\ncode = "flood"\nlead = "{lead}"\npriority = {priority}\n'
CATEGORY += 'name = {{ id = "a", en = "b", ja = "c" }}\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[shelving]\nhours = 0\n", "shelving.hours"),
        ("[verification]\nshare = 1.5\n", "verification.share"),
        ("[verification]\npriorities = [0]\n", "priorities of verification or wall"),
        ("[targets]\ntriage = [1, 2, 3, 4, 0]\n", "targets.triage"),
        ("[targets]\ntriage = [1, 2, 3]\n", "targets.triage"),
        ("[wall]\nseconds = 1\n", "wall.seconds"),
        (AGENCY + AGENCY, "agencies[1].code"),
        (CATEGORY.format(lead="pu", priority=3), "categories[0].lead"),
        (AGENCY + CATEGORY.format(lead="pu", priority=6), "categories[0].priority"),
        ('[[agencies]]\ncode = "pu"\nnmae = "x"\n', "agencies[0]"),
        ("shelving = 3\n", "shelving"),
        ("[[[", ""),
    ],
)
def test_a_faulty_file_names_the_field(tmp_path: Path, text: str, field: str) -> None:
    (tmp_path / "operations.toml").write_text(text)
    with pytest.raises(CityError) as bad:
        read_operations(tmp_path)
    assert bad.value.field.startswith(field)
    assert bad.value.file.endswith("operations.toml")


def of(**facts: Any) -> tuple[int, list[str]]:
    found = proposed(MAKASSAR, Facts(**facts))
    return found.priority, [reason.rule for reason in found.reasons]


def test_priority_is_by_written_rule_the_gravest_first_each_with_its_reason() -> None:
    assert of(category="flood") == (3, ["category"])
    assert of(category="flood", subcategory="houses") == (2, ["category"])
    assert of(category="flood", injured=1) == (2, ["injured"])
    assert of(category="flood", injured=3, text="Dua orang TERJEBAK di atap") == (
        1,
        ["many-injured", "life-in-danger", "injured"],
    )
    assert of(text="jalan terjebakan") == (3, ["usual"])
    assert of(text="子どもが閉じ込められている") == (1, ["life-in-danger"])
    assert of(channel="rule", severity="danger") == (2, ["danger-by-sensor"])
    assert of(channel="call", severity="danger") == (3, ["usual"])


def test_a_rule_for_an_area_covers_the_areas_within() -> None:
    rule = PriorityRule(id="hill", priority=1, text=WORD, areas=("73.71.09",))
    city = Operations(priorities=(rule,))
    assert proposed(city, Facts(areas=("73.71.09.1003", "73.71"))).priority == 1
    assert proposed(city, Facts(areas=("73.71.10.1003",))).priority == 3


def test_a_rule_without_a_condition_never_holds() -> None:
    assert proposed(Operations(priorities=(PriorityRule(id="x", priority=1, text=WORD),)), Facts()).priority == 3


def value(of: Any) -> dict[str, Any]:
    return {"type": "Property", "value": of}


@pytest.mark.parametrize(("magnitude", "taken"), [(5.9, 0), (6.0, 1), ("strong", 0), (None, 0)])
def test_an_entity_of_a_service_needs_people_where_a_written_rule_says_so(magnitude: Any, taken: int) -> None:
    quake = {"id": "urn:q", "type": "Earthquake", "name": value("Selat Makassar"), "magnitude": value(magnitude)}
    found = taken_in(MAKASSAR.intake, quake)
    assert len(found) == taken
    assert [each.title.en for each in found] == ["Earthquake M 6: Selat Makassar"] * taken
    assert [each.key for each in found] == ["earthquake:urn:q"] * taken


def test_a_title_takes_words_in_each_language() -> None:
    rule = Intake(
        id="r", type="Alert", channel="warning", conditions=(Condition(attribute="state"),), title=Text(*["{name}"] * 3)
    )
    name = {"type": "LanguageProperty", "languageMap": {"id": "Hujan", "en": "Rain"}}
    (found,) = taken_in((rule,), {"id": "urn:a", "type": "Alert", "name": name, "state": value("on")})
    assert found.title == Text("Hujan", "Rain", "Hujan")
    assert taken_in((rule,), {"id": "urn:a", "type": "Alert", "name": name}) == []


def test_a_report_of_long_ago_needs_nobody() -> None:
    rule = Intake(
        id="r",
        type="Report",
        channel="citizen-report",
        conditions=(Condition(attribute="state"),),
        title=WORD,
        fresh_hours=3,
    )
    noon = parse_instant("2026-11-25T12:00:00Z")

    def taken(at: str | None, rule: Intake = rule) -> int:
        said = value("wet") | ({"observedAt": at} if at else {})
        return len(taken_in((rule,), {"id": "urn:a", "type": "Report", "state": said}, noon))

    assert taken("2026-11-25T09:00:00Z") == 1
    assert taken("2026-11-25T08:59:59Z") == 0
    assert taken("2026-11-25T08:59:59Z", replace(rule, fresh_hours=None)) == 1
    assert taken(None) == taken("noon") == 1


def test_suppression_finds_what_an_alarm_rests_upon() -> None:
    rule = SuppressRule(
        id="down", rules=("high",), by="level.provider", while_=Selection(type="DataSource"), text=WORD
    )  # fmt: skip
    gauge = {"level": {"type": "Property", "value": 3, "provider": {"type": "Relationship", "object": "urn:source"}}}
    assert list(parents_of([rule], "high", gauge)) == [(rule, "urn:source")]
    assert list(parents_of([rule], "low", gauge)) == []
    assert list(parents_of([rule], "high", {"level": value(3)})) == []
