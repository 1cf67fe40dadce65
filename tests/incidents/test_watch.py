"""The alarm watch: once for each condition, over restarts, trimmed logs, odd entities and a full disk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
import pytest

from patience import PATIENCE
from pinisi.feed.in_process import InProcessFeed
from pinisi.incidents import watch as watching
from pinisi.incidents.acts import Close, Open, Shelve, Take, act_word
from pinisi.incidents.desk import Desk
from pinisi.incidents.grouping.gate import Gate
from pinisi.incidents.grouping.rules import default_rules
from pinisi.incidents.incident import Raised
from pinisi.incidents.queue import NoSuchIncident, Wanted
from pinisi.incidents.shelf import tend_shelf
from pinisi.incidents.states import OPEN
from pinisi.incidents.watch import Quieted, Rules, watch
from pinisi.store.change import Edit, EntityChange, StoreUnavailable
from pinisi.store.record import Record
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Principal

pytestmark = pytest.mark.anyio
GAUGE, LEVEL = "urn:Gauge", "urn:level"
OPERATOR = Principal(id="account:ani", name="Ani", kind="person", grants=EVERYTHING)


async def alarms_of(record: Record) -> Sequence[Raised]:
    level = record.entity.attributes[LEVEL][0].value
    if level <= 2:
        return ()
    id = f"urn:ngsi-ld:Incident:high:{record.id}"
    return (Raised(id=id, title={"en": "High water"}, severity="danger", kind="rule", subject=record.id),)


async def nothing(_record: Record) -> Sequence[Raised]:
    return ()


RULES = Rules(frozenset({GAUGE}), alarms_of, "one")
HIGH = "urn:ngsi-ld:Incident:high:urn:gauge:1"


@contextlib.asynccontextmanager
async def watched(
    store: SqliteStore, desk: Desk, rules: Rules = RULES, gate: Gate | None = None
) -> AsyncIterator[None]:
    feed = InProcessFeed(store)
    store.listen(feed.heard)
    task = asyncio.create_task(watch("city", store, feed, desk, rules, lambda: 7, gate))
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def measure(store: SqliteStore, level: Any, number: int = 1, type: str = GAUGE) -> None:
    entity = Entity(f"urn:gauge:{number}", [type], {LEVEL: [Instance(PROPERTY, level)]})
    await store.apply("city", [EntityChange(entity.id, lambda old, now: Edit(entity))], SYSTEM)


async def settled(store: SqliteStore, check: Callable[[], Any]) -> None:
    """Wait until the check holds, and a little longer, so that what comes too much is seen as well."""
    async with asyncio.timeout(PATIENCE):
        while not await check():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)


async def count(desk: Desk, states: Sequence[Any] = OPEN) -> int:
    return (await desk.queue.cases("city", Wanted(states=tuple(states)), EVERYTHING, limit=100))[1]


async def ended(store: SqliteStore) -> None:
    """Wait until no alarm holds any more."""

    async def check() -> bool:
        return not await store.documents("city", watching.STANDING)

    await settled(store, check)


def raised(desk: Desk, number: int) -> Callable[[], Any]:
    async def check() -> bool:
        return await count(desk) == number

    return check


async def close(desk: Desk, number: int = 1) -> None:
    id = f"urn:ngsi-ld:Incident:high:urn:gauge:{number}"
    await desk.act("city", id, Take(), OPERATOR, 8)
    await desk.act("city", id, Close(reason="pumped"), OPERATOR, 9)


async def test_an_alarm_is_raised_when_its_condition_begins_to_hold(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 1)
        await measure(store, 3)
        await settled(store, raised(desk, 1))
        await measure(store, 4)
        await measure(store, 5)
        await asyncio.sleep(0.1)
        assert len(await desk.queue.acts("city", "urn:ngsi-ld:Incident:high:urn:gauge:1")) == 1


async def test_a_closed_alarm_whose_cause_goes_on_does_not_call_again(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, raised(desk, 1))
        await close(desk)
        await measure(store, 4)
        await asyncio.sleep(0.15)
        assert await count(desk) == 0
        await measure(store, 1)
        await ended(store)
        await measure(store, 4)
        await settled(store, raised(desk, 1))


async def test_a_change_before_a_restart_is_an_alarm_after_it(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 1)
        await asyncio.sleep(0.05)
    await measure(store, 3)
    async with watched(store, desk):
        await settled(store, raised(desk, 1))
    async with watched(store, desk):
        await asyncio.sleep(0.1)
        assert await count(desk) == 1
        assert len(await desk.queue.acts("city", "urn:ngsi-ld:Incident:high:urn:gauge:1")) == 1


async def test_what_stands_is_remembered_over_a_restart(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, raised(desk, 1))
        await close(desk)
    async with watched(store, desk):
        await measure(store, 5)
        await asyncio.sleep(0.15)
        assert await count(desk) == 0


async def test_where_the_log_was_cut_everything_is_looked_at(store: SqliteStore, desk: Desk) -> None:
    for number in range(1, 4):
        await measure(store, number, number)
    await store.retain("city", 0, 2_000_000_000_000_000)
    async with watched(store, desk):
        await settled(store, raised(desk, 1))


async def test_new_rules_look_at_what_is_known_already(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk, Rules(frozenset({GAUGE}), nothing, "none yet")):
        await measure(store, 3)
        await asyncio.sleep(0.1)
    async with watched(store, desk, RULES):
        await settled(store, raised(desk, 1))


async def test_an_entity_that_no_rule_can_read_stops_nothing(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, "high")
        await measure(store, 3, 2)
        await settled(store, raised(desk, 1))


async def test_other_types_are_passed_over(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 9, 5, "urn:Other")
        await measure(store, 3, 1)
        await settled(store, raised(desk, 1))


async def test_what_is_deleted_stands_no_longer(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, raised(desk, 1))
        await close(desk)
        await store.apply("city", [EntityChange("urn:gauge:1", lambda old, now: Edit(None))], SYSTEM)
        await ended(store)
        await measure(store, 3)
        await settled(store, raised(desk, 1))


async def test_a_store_that_cannot_write_delays_an_alarm_and_loses_none(
    store: SqliteStore, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RETRY_SECONDS", 0.05)
    full = [True]

    class FullDesk(Desk):
        async def raise_incident(self, *args: Any, **kwargs: Any) -> bool:
            if full[0]:
                raise StoreUnavailable("the disk is full: nothing was written")
            return await super().raise_incident(*args, **kwargs)

    async with watched(store, FullDesk(store)):
        await measure(store, 3)
        await asyncio.sleep(0.15)
        assert await count(desk) == 0
        full[0] = False
        await settled(store, raised(desk, 1))


async def test_a_gate_between_rules_and_desk_keeps_a_flood_of_alarms_quiet_and_hears_of_ends(
    store: SqliteStore, desk: Desk
) -> None:
    async def flood_of(record: Record) -> Sequence[Raised]:
        place = {"type": "Point", "coordinates": [119.43, -5.15]}
        return [
            msgspec.structs.replace(each, category="flood", severity="caution", location=place)
            for each in await alarms_of(record)
        ]

    async def both(states: Sequence[Any], number: int) -> bool:
        return await count(desk, states) == number

    gate = Gate("city", store, desk, default_rules())
    async with watched(store, desk, Rules(frozenset({GAUGE}), flood_of, "flood"), gate):
        for number in (1, 2, 3):
            await measure(store, 3, number)
        await settled(store, lambda: both(("suppressed",), 2))
        assert await both(("unacknowledged",), 1)
        first = "urn:ngsi-ld:Incident:high:urn:gauge:1"
        await desk.act("city", first, Take(), OPERATOR, 7)
        await desk.act("city", first, Close(reason="over"), OPERATOR, 7)
        await measure(store, 3, 4)
        await settled(store, lambda: both(("unacknowledged",), 1))


def state_is(desk: Desk, wanted: str) -> Callable[[], Any]:
    async def check() -> bool:
        with contextlib.suppress(NoSuchIncident):
            return (await desk.queue.case("city", HIGH, EVERYTHING)).record.state == wanted
        return False

    return check


async def test_an_alarm_whose_condition_ends_returns_and_rings_again_with_it(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, state_is(desk, "unacknowledged"))
        await measure(store, 1)
        await settled(store, state_is(desk, "returned"))
        await measure(store, 4)
        await settled(store, state_is(desk, "unacknowledged"))
    story = [act_word(act.deed) for act in await desk.queue.acts("city", HIGH)]
    assert story == ["raise", "return", "resume"]


async def test_a_condition_that_ended_while_the_house_was_shut_returns(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, state_is(desk, "unacknowledged"))
    await measure(store, 1)
    async with watched(store, desk):
        await settled(store, state_is(desk, "returned"))


async def test_an_alarm_that_became_an_incident_goes_on_when_its_condition_ends(store: SqliteStore, desk: Desk) -> None:
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, state_is(desk, "unacknowledged"))
        await desk.act("city", HIGH, Open(), OPERATOR, 8)
        await measure(store, 1)
        await ended(store)
    record = (await desk.queue.case("city", HIGH, EVERYTHING)).record
    assert (record.state, record.over) == ("open", True)


PUMP = "urn:Pump"


async def test_an_alarm_is_quiet_while_a_written_rule_says_so_and_rings_afterwards(
    store: SqliteStore, desk: Desk
) -> None:
    async def quieted(_incident: str, subject: str) -> Quieted | None:
        pump = await store.entity("city", "urn:pump", EVERYTHING)
        down = pump is not None and pump.entity.attributes[LEVEL][0].value == 0
        return Quieted("pump-down", f"the pump of {subject} is down") if down else None

    async def pump(running: int) -> None:
        entity = Entity("urn:pump", [PUMP], {LEVEL: [Instance(PROPERTY, running)]})
        await store.apply("city", [EntityChange(entity.id, lambda old, now: Edit(entity))], SYSTEM)

    rules = Rules(frozenset({GAUGE}), alarms_of, "two", frozenset({PUMP}), quieted)
    await pump(0)
    async with watched(store, desk, rules):
        await measure(store, 3)
        await settled(store, state_is(desk, "suppressed"))
        case = await desk.queue.case("city", HIGH, EVERYTHING)
        assert (case.record.suppressed_by, case.record.reason) == ("pump-down", "the pump of urn:gauge:1 is down")
        await pump(1)
        await settled(store, state_is(desk, "unacknowledged"))
        await pump(0)
        await settled(store, state_is(desk, "suppressed"))


async def test_what_is_shelved_comes_back_by_itself_also_over_a_restart(store: SqliteStore, desk: Desk) -> None:
    clock = [1_000]
    async with watched(store, desk):
        await measure(store, 3)
        await settled(store, state_is(desk, "unacknowledged"))
    await desk.act("city", HIGH, Shelve(reason="works", until=5_000), OPERATOR, 1_000)
    for now, expected in ((4_999, "shelved"), (5_000, "unacknowledged")):
        clock[0] = now
        task = asyncio.create_task(tend_shelf("city", store, desk, lambda: clock[0]))
        await settled(store, state_is(desk, expected))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [act.by for act in await desk.queue.acts("city", HIGH)][-1] == SYSTEM.id
