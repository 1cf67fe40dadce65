"""A flood of alarms at the real desk: which ring, which are quiet within which, and how a restart goes on."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from happenings_at_hand import real_events

from pinisi.incidents.acts import AnyDeed, Close, Note, Open, Release, Resolve, Take
from pinisi.incidents.desk import Desk
from pinisi.incidents.grouping.gate import GROUPING, Gate
from pinisi.incidents.grouping.happening import Severity
from pinisi.incidents.grouping.rules import default_rules
from pinisi.incidents.incident import Raised
from pinisi.incidents.queue import Wanted
from pinisi.incidents.record import Record
from pinisi.incidents.states import OPEN
from pinisi.store.change import Change, StoreUnavailable
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import MINUTE, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

pytestmark = pytest.mark.anyio
NOON = parse_instant("2026-11-25T04:00:00Z")
OPERATOR = Principal(id="account:ani", name="Ani", kind="person", grants=EVERYTHING)


def alarm(name: str, km: float = 0.0, severity: Severity = "caution", category: str = "flood") -> Raised:
    point = {"type": "Point", "coordinates": [119.43, -5.15 + km / 110.574]}
    title = dict.fromkeys(("id", "en", "ja"), name)
    return Raised(id=f"urn:{name}", title=title, severity=severity, kind="rule", category=category, location=point)


@pytest.fixture
def gate(store: SqliteStore, desk: Desk) -> Gate:
    return Gate("city", store, desk, default_rules())


async def record(desk: Desk, name: str) -> Record:
    return (await desk.queue.case("city", f"urn:{name}", EVERYTHING)).record


async def raised(gate: Gate, *alarms: Raised, minutes: float = 0) -> None:
    for each in alarms:
        assert await gate.raise_alarm(each, NOON + round(minutes * MINUTE))


async def test_the_first_alarm_rings_and_the_rest_of_the_water_is_quiet_within_it(desk: Desk, gate: Gate) -> None:
    await raised(gate, alarm("a"), alarm("b", 0.2), alarm("c", 2.0))
    assert (await record(desk, "a")).state == "unacknowledged"
    same, part = await record(desk, "b"), await record(desk, "c")
    assert (same.state, same.suppressed_by, same.group) == ("suppressed", GROUPING, "urn:a")
    assert same.reason.startswith("An operator has been called already")
    assert "200 m and 0 minutes" in same.reason
    assert (part.state, part.group) == ("suppressed", "urn:a")
    story = await desk.queue.acts("city", "urn:b")
    assert [act.deed.__class__.__name__ for act in story] == ["Raise", "Suppress"]


async def test_what_waits_is_quiet_until_its_turn_and_then_rings(desk: Desk, gate: Gate) -> None:
    await raised(gate, *(alarm(name, 10.0 * number) for number, name in enumerate("abcd")))
    await raised(gate, alarm("beside d", 30.1))
    waiting = await record(desk, "d")
    assert (waiting.state, waiting.group) == ("suppressed", "")
    assert (await record(desk, "beside d")).group == "urn:d"
    await gate.turns(NOON + 9 * MINUTE)
    assert (await record(desk, "d")).state == "suppressed"
    await gate.turns(NOON + 10 * MINUTE)
    assert (await record(desk, "d")).state == "unacknowledged"
    assert (await record(desk, "d")).rang_at == NOON + 10 * MINUTE
    assert (await record(desk, "beside d")).state == "suppressed"


async def test_what_waited_and_is_part_of_a_new_alarm_belongs_to_that(desk: Desk, gate: Gate) -> None:
    await raised(gate, *(alarm(name, 10.0 * number) for number, name in enumerate("abcd")), alarm("e", 32.0))
    await gate.turns(NOON + 10 * MINUTE)
    part = await record(desk, "e")
    assert (part.state, part.group) == ("suppressed", "urn:d")


async def test_danger_rings_whatever_waits(desk: Desk, gate: Gate) -> None:
    await raised(gate, *(alarm(name, 10.0 * number) for number, name in enumerate("abcd")))
    await raised(gate, alarm("trapped", 30.1, "danger"))
    assert (await record(desk, "trapped")).state == "unacknowledged"
    assert (await record(desk, "d")).group == "urn:trapped"
    await raised(gate, alarm("also", 30.0, "danger", "fire"), alarm("again", 0.1, "danger"))
    assert (await record(desk, "also")).state == (await record(desk, "again")).state == "unacknowledged"


async def test_a_report_that_is_an_incident_at_once_is_quiet_as_an_alarm(desk: Desk, gate: Gate) -> None:
    reports = [msgspec.structs.replace(alarm(name), begins="open", channel="citizen-report") for name in "ab"]
    await raised(gate, *reports)
    assert (await record(desk, "a")).state == "open"
    assert ((await record(desk, "b")).state, (await record(desk, "b")).group) == ("suppressed", "urn:a")


async def test_an_alarm_without_a_category_rings_as_ever(desk: Desk, gate: Gate) -> None:
    await raised(gate, *(alarm(name, category="") for name in "abcde"))
    assert (await desk.queue.cases("city", Wanted(states=("unacknowledged",)), EVERYTHING, limit=9))[1] == 5


async def test_an_area_is_somewhere_within_it(desk: Desk, gate: Gate) -> None:
    ring = [[119.42, -5.16], [119.44, -5.16], [119.44, -5.14], [119.42, -5.14], [119.42, -5.16]]
    area = msgspec.structs.replace(alarm("area"), location={"type": "Polygon", "coordinates": [ring]})
    nowhere = msgspec.structs.replace(alarm("nowhere"), location=None)
    await raised(gate, area, alarm("a", 0.1), nowhere)
    assert (await record(desk, "a")).group == "urn:area"
    assert (await record(desk, "nowhere")).state == "unacknowledged"


async def test_what_is_open_already_is_not_raised_again(desk: Desk, gate: Gate) -> None:
    await raised(gate, alarm("a"))
    assert not await gate.raise_alarm(alarm("a"), NOON + MINUTE)


async def test_a_closed_incident_covers_nothing(desk: Desk, gate: Gate) -> None:
    await raised(gate, alarm("a"))
    await desk.act("city", "urn:a", Take(), OPERATOR, NOON)
    await desk.act("city", "urn:a", Close(reason="over"), OPERATOR, NOON)
    await gate.closed("urn:a")
    await raised(gate, alarm("b", 0.1), minutes=1)
    assert (await record(desk, "b")).state == "unacknowledged"


async def test_what_a_person_opened_needs_no_turn(desk: Desk, gate: Gate) -> None:
    await raised(gate, *(alarm(name, 10.0 * number) for number, name in enumerate("abcd")))
    await desk.act("city", "urn:d", Open(), OPERATOR, NOON)
    await gate.turns(NOON + 10 * MINUTE)
    assert (await record(desk, "d")).state == "open"


async def test_a_restart_goes_on_from_what_was_decided(store: SqliteStore, desk: Desk, gate: Gate) -> None:
    await raised(gate, *(alarm(name, 10.0 * number) for number, name in enumerate("abcd")))
    await desk.act("city", "urn:b", Open(), OPERATOR, NOON)
    await desk.act("city", "urn:b", Resolve(note="dry"), OPERATOR, NOON)
    again = Gate("city", store, desk, default_rules())
    await raised(again, alarm("beside a", 0.1), alarm("far", 60.0), minutes=1)
    assert (await record(desk, "beside a")).group == "urn:a"
    assert (await record(desk, "far")).state == "suppressed"
    await again.turns(NOON + 10 * MINUTE)
    assert (await record(desk, "d")).state == (await record(desk, "far")).state == "unacknowledged"


async def test_a_write_that_fails_leaves_no_alarm_silent(store: SqliteStore, desk: Desk) -> None:
    """The alarm that could not be written is decided anew: it was not called, so it calls."""
    full = [True]

    class FullDesk(Desk):
        async def raise_incident(self, *args: Any, **kwargs: Any) -> bool:
            if full[0]:
                raise StoreUnavailable("the disk is full: nothing was written")
            return await super().raise_incident(*args, **kwargs)

    gate = Gate("city", store, FullDesk(store), default_rules())
    with pytest.raises(StoreUnavailable):
        await gate.raise_alarm(alarm("a"), NOON)
    full[0] = False
    await raised(gate, alarm("a"), minutes=1)
    assert (await record(desk, "a")).state == "unacknowledged"


async def test_real_reports_of_a_flooded_quarter_ring_rarely_and_each_has_its_incident(desk: Desk, gate: Gate) -> None:
    events = real_events()
    for event in events:
        place = {"type": "Point", "coordinates": [event.lon, event.lat]}
        report = Raised(
            id=f"urn:{event.id}",
            title={"en": "water"},
            severity="caution",
            kind="rule",
            category="flood",
            location=place,
        )
        assert await gate.raise_alarm(report, event.at)
    cases, total = await desk.queue.cases("city", Wanted(states=OPEN), EVERYTHING, limit=100)
    assert total == len(events) == 45
    states = Counter(case.record.state for case in cases)
    ringing = {case.entity.id for case in cases if case.record.state == "unacknowledged"}
    assert states == {"unacknowledged": len(ringing), "suppressed": 45 - len(ringing)}
    assert len(ringing) == 5
    assert all(case.record.group for case in cases if case.record.state == "suppressed")


async def test_flood_control_counts_on_those_who_are_on_duty(store: SqliteStore, desk: Desk) -> None:
    there = 1

    async def on_duty() -> int:
        return there

    gate = Gate("city", store, desk, default_rules(), on_duty=on_duty)
    await raised(gate, alarm("a"), alarm("b", 10))
    assert [(await record(desk, each)).state for each in "ab"] == ["unacknowledged", "suppressed"]
    there = 2
    await gate.turns(NOON + 1)
    assert (await record(desk, "b")).state == "unacknowledged"
    there = 1
    await raised(gate, alarm("c", 20), minutes=1)
    assert (await record(desk, "c")).state == "suppressed"


async def test_a_note_of_the_moment_of_its_turn_keeps_no_alarm_from_ringing(
    desk: Desk, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is a moment earlier, with an act that decides nothing."""
    await raised(gate, *(alarm(name, 10.0 * number) for number, name in enumerate("abcd")))
    making = desk.changes

    async def changes(tenant: str, id: str, deed: AnyDeed, *more: Any, **named: Any) -> Sequence[Change]:
        made = await making(tenant, id, deed, *more, **named)
        if isinstance(deed, Release):
            monkeypatch.setattr(desk, "changes", making)
            await desk.act("city", id, Note(note="heard of it"), OPERATOR, NOON)
        return made

    monkeypatch.setattr(desk, "changes", changes)
    await gate.turns(NOON + 10 * MINUTE)
    assert (await record(desk, "d")).state == "unacknowledged"
