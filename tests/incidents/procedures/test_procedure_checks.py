"""Checks and proposals: what holds of entities around an incident. Nothing known is not the same as all is well."""

from typing import Any

import msgspec
import pytest

from pinisi.city.text import Text
from pinisi.incidents.procedures.checking import Circumstances, finding, is_proposed
from pinisi.incidents.procedures.playbook import Check, Condition, When
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-25T12:00:00Z")
DEEP = Condition(type="FloodReport", attribute="floodDepth", comparison="at-least", value=70.0, unit="CMT")
WORDS = Text("a", "b", "c")


def report(id: str, depth: float | None, at: str = "2026-11-25T11:00:00Z", unit: str = "CMT") -> dict[str, Any]:
    entity: dict[str, Any] = {"id": f"urn:ngsi-ld:FloodReport:{id}", "type": "FloodReport"}
    if depth is not None:
        entity["floodDepth"] = {"type": "Property", "value": depth, "unitCode": unit, "observedAt": at}
    return entity


def check(**more: object) -> Check:
    return msgspec.structs.replace(Check(condition=DEEP, effect="warn", text=WORDS), **more)


def test_it_holds_when_one_entity_fits_and_names_it() -> None:
    found = finding(check(), [report("a", 20), report("b", 90)], NOW)
    assert (found.holds, found.entities, found.looked) == (True, ("urn:ngsi-ld:FloodReport:b",), 2)


def test_a_value_in_another_unit_of_the_same_kind_is_compared() -> None:
    assert finding(check(), [report("a", 0.9, unit="MTR")], NOW).holds
    assert not finding(check(), [report("a", 900, unit="KGM")], NOW).holds


def test_where_nothing_is_known_it_neither_holds_nor_fails() -> None:
    assert finding(check(), [], NOW).holds is None
    assert finding(check(holds="none"), [report("a", None)], NOW).holds is None


def test_old_values_do_not_count() -> None:
    old = report("a", 90, at="2026-11-25T08:59:59Z")
    assert finding(check(newer=3 * 3600), [old], NOW).holds is None
    assert finding(check(newer=3 * 3600), [report("a", 90, at="2026-11-25T09:00:00Z")], NOW).holds
    assert finding(check(newer=3600), [{**old, "floodDepth": {"type": "Property", "value": 90}}], NOW).holds is None


@pytest.mark.parametrize(
    ("holds", "depths", "expected"),
    [
        ("all", (90, 80), True),
        ("all", (90, 20), False),
        ("none", (20, 30), True),
        ("none", (20, 90), False),
        ("some", (20, 90), True),
    ],
)
def test_some_all_or_none_have_to_fit(holds: str, depths: tuple[float, ...], expected: bool) -> None:
    reports = [report(str(number), depth) for number, depth in enumerate(depths)]
    assert finding(check(holds=holds), reports, NOW).holds is expected


def test_at_least_so_many_can_be_asked_for() -> None:
    reports = [report(str(number), 90) for number in range(3)]
    assert finding(check(least=3), reports, NOW).holds
    assert not finding(check(least=4), reports, NOW).holds


def test_words_are_compared_as_they_are_written() -> None:
    alert = {"id": "urn:a", "type": "Alert", "severity": {"type": "Property", "value": "high"}}
    high = Condition(type="Alert", attribute="severity", comparison="equal", value="high")
    assert finding(check(condition=high), [alert], NOW).holds
    assert not finding(check(condition=msgspec.structs.replace(high, value="low")), [alert], NOW).holds


FLOOD = Circumstances(category="flood", subcategory="houses", severity="danger", priority=2, injured=1)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(categories=("flood",)), True),
        (When(categories=("flood/houses",)), True),
        (When(categories=("flood/road", "fire")), False),
        (When(severities=("caution",)), False),
        (When(priority=2), True),
        (When(priority=1), False),
        (When(injured=5), False),
        (When(categories=("flood",), injured=1), True),
        (When(subject_types=("FloodReport",)), False),
    ],
)
def test_a_playbook_is_proposed_when_all_that_its_rule_says_fits(when: When, expected: bool) -> None:
    assert is_proposed(when, FLOOD) is expected


def test_before_triage_nothing_is_proposed_by_priority() -> None:
    assert not is_proposed(When(priority=5), msgspec.structs.replace(FLOOD, priority=0))


def test_a_rule_can_look_at_what_the_incident_is_about() -> None:
    known = msgspec.structs.replace(FLOOD, subject=report("a", 90))
    assert is_proposed(When(subject_types=("FloodReport",), subject=DEEP), known)
    assert not is_proposed(When(subject=DEEP), msgspec.structs.replace(FLOOD, subject=report("a", 10)))
