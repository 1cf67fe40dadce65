"""A city's rules turn values into alarms, and nothing else does."""

from typing import Any

import pytest

from pinisi.city.alarm_rules import AlarmRule, alarms_of
from pinisi.city.profile import Profile
from pinisi.city.text import Text

HIGH = Text("{name}: {value} cm (batas {limit})", "{name}: {value} cm (limit {limit})", "{name}：{value} cm")


def rule(comparison: Any = "above", limit: float = 150, **more: Any) -> AlarmRule:
    return AlarmRule(
        id="high-water", type="Gauge", attribute="level", comparison=comparison, limit=limit,
        severity="danger", title=HIGH, **more,
    )  # fmt: skip


def gauge(value: Any, unit: str | None = None) -> dict[str, Any]:
    level = {"type": "Property", "value": value} | ({"unitCode": unit} if unit else {})
    return {"id": "urn:g:1", "type": "Gauge", "name": {"type": "Property", "value": "Tello"}, "level": level}


def test_an_alarm_names_its_subject_and_writes_numbers_in_each_language() -> None:
    (alarm,) = alarms_of([rule()], gauge(1500.5))
    assert (alarm.subject, alarm.severity, alarm.key) == ("urn:g:1", "danger", "high-water:urn:g:1")
    assert alarm.title.id == "Tello: 1.500,5 cm (batas 150)"
    assert alarm.title.en == "Tello: 1,500.5 cm (limit 150)"


@pytest.mark.parametrize(
    ("comparison", "raised"),
    [("above", [151]), ("at-least", [150, 151]), ("below", [149]), ("at-most", [149, 150])],
)
def test_comparisons_at_the_limit(comparison: str, raised: list[int]) -> None:
    assert [value for value in (149, 150, 151) if alarms_of([rule(comparison)], gauge(value))] == raised


def test_units_are_compared_alike() -> None:
    assert alarms_of([rule(limit=2, unit="TNE")], gauge(2500, "KGM"))
    assert not alarms_of([rule(limit=2, unit="TNE")], gauge(1500, "KGM"))


@pytest.mark.parametrize("odd", [gauge("high"), gauge(None), gauge(True), gauge(999, "CEL"), {"id": "x", "type": "Y"}])
def test_what_cannot_be_compared_raises_nothing(odd: dict[str, Any]) -> None:
    assert alarms_of([rule(unit="TNE")], odd) == []


def test_another_type_raises_nothing() -> None:
    assert alarms_of([rule()], gauge(999) | {"type": "Well"}) == []


def test_makassar_raises_alarms_of_live_values_only(makassar: Profile) -> None:
    assert {rule.type for rule in makassar.rules.alarms} == {"AirQualityIndex", "FloodEstimate", "SignalController"}
    limits = {rule.id: rule.limit for rule in makassar.rules.alarms}
    assert limits == {
        "air-very-unhealthy": 200,
        "air-unhealthy": 100,
        "flooded-kelurahan": 0,
        "signal-controller-silent": 10,
    }
