"""How a device in the street has done lately: failures of the last thirty days, silence, and work that is open."""

from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.alarm_rules import alarms_of
from pinisi.city.context import context_bytes
from pinisi.city.profile import load_profile
from pinisi.context.contexts import Contexts
from pinisi.context.payload import read_entity
from pinisi.runtime.known import Inputs, Known
from pinisi.services.mobility.atcs.work_orders import react
from pinisi.services.mobility.models.controllers import SitePlace, controller_entity
from pinisi.services.mobility.rsmp.events import Closed, Opened
from pinisi.services.mobility.rsmp.health import DAYS, SiteHealth, after, marked
from pinisi.services.mobility.rsmp.reports import report_of
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, parse_instant

START = parse_instant("2026-11-01T00:00:00Z")
MAKASSAR = load_profile(Path(__file__).parents[3] / "cities" / "makassar")
TABLE = Contexts({"urn:c": msgspec.json.decode(context_bytes())}, lambda _: None).table("urn:c")
PLACE = SitePlace(id="KK+MKS001=", lon=119.42, lat=-5.14)


def days(count: int, fails_on: frozenset[int]) -> tuple[SiteHealth, Instant]:
    """A link that stands all day, and is cut at noon for an hour on some days."""
    health, now = after(SiteHealth(site=PLACE.id, down_since=START), Opened(START, "3.2.2", (PLACE.id,))), START
    for day in range(count):
        now = START + day * DAY
        health = marked(health, now)
        if day in fails_on:
            health = after(health, Closed(now + 12 * HOUR, "cut", "the other side hung up"))
            health = after(health, Opened(now + 13 * HOUR, "3.2.2", (PLACE.id,)))
    return health, now


def told(health: SiteHealth, now: Instant) -> dict[str, Any]:
    return controller_entity(report_of(health, PLACE, now))


def test_what_failed_longer_ago_than_thirty_days_counts_no_more() -> None:
    health, now = days(45, frozenset({2, 20, 40}))
    assert len(health.days) == DAYS
    entity = told(health, now)
    assert (entity["linkFailures"]["value"], entity["failuresLately"]["value"], entity["latelyDays"]["value"]) == (
        3,
        2,
        30,
    )
    assert entity["meanTimeBetweenFailuresLately"] | {"observedAt": ""} == {
        "type": "Property", "value": (29 * 24 - 2) / 2, "unitCode": "HUR", "observedAt": "",
    }  # fmt: skip


def test_without_a_failure_no_time_between_failures_is_made_up() -> None:
    entity = told(*days(3, frozenset()))
    assert entity["failuresLately"]["value"] == 0
    assert "meanTimeBetweenFailuresLately" not in entity
    assert entity["silentFor"]["value"] == 0


def test_a_device_that_is_silent_for_ten_minutes_raises_an_incident_by_the_rule_of_makassar() -> None:
    rules = [each for each in MAKASSAR.rules.alarms if each.type == "SignalController"]
    health, now = days(1, frozenset())
    cut = after(health, Closed(now + HOUR, "silent", "nothing heard for 130 s"))
    assert alarms_of(rules, told(cut, now + HOUR + 9 * MINUTE)) == []
    (alarm,) = alarms_of(rules, told(cut, now + HOUR + 12 * MINUTE))
    assert alarm.title.en == "KK+MKS001=: traffic light controller without a link for 12 min"
    assert (alarm.category, alarm.subcategory) == ("traffic", "signal")


def test_open_work_on_a_device_is_counted_and_closed_work_is_not() -> None:
    """The incident that the rule opens is about the controller (`subject`); its page shows what is open."""

    def known(document: dict[str, Any]) -> Known:
        return Known(read_entity(document, TABLE), TABLE)

    def incident(number: int, state: str) -> Known:
        id = f"urn:ngsi-ld:Incident:{number}"
        return known({"id": id, "type": "Incident", "state": {"type": "Property", "value": state}})

    device = known(told(*days(1, frozenset())))
    others = {"Incident": [incident(1, "new"), incident(2, "closed"), incident(3, "assigned")]}
    (entity,) = react(Inputs(START, device, past={}, others=others, named={}))
    assert entity["openWorkOrders"]["value"] == 2
    assert [each["state"] for each in entity["workOrders"]["json"]] == ["new", "assigned"]
    assert react(Inputs(START, incident(9, "new"), past={}, others=others, named={})) == []
