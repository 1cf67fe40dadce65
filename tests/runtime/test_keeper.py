"""A source runs by itself: restarted when it fails, late and silent by its own period, all of it on its card."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from well_source import NOW, Fed, encoded, level, pinisi_table, well_source

from patience import PATIENCE
from pinisi.runtime import keeper as keeping
from pinisi.runtime.clock import WallClock
from pinisi.runtime.health import Health, freshness, state_of
from pinisi.runtime.keeper import Keeper, Running
from pinisi.runtime.source import TransportFailed
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import MINUTE, SECOND
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()
CARD = "urn:ngsi-ld:DataSource:wells"


class Moved(WallClock):
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> int:
        return self.time


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(keeping, "FIRST_PAUSE", 0.01)


class Case:
    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.clock = Moved()
        self.fed = Fed()
        self.running = Running(well_source(self.fed), "test", store, "city", TABLE, self.clock)

    async def card(self) -> dict[str, object]:
        record = await self.store.entity("city", CARD, EVERYTHING)
        if record is None:
            return {}
        return {TABLE.compact_iri(name): many[0].value for name, many in record.entity.attributes.items()}

    async def until(self, holds: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        """The card once something holds of it."""
        async with asyncio.timeout(PATIENCE):
            while not holds(card := await self.card()):  # noqa: ASYNC110 (the card is on the disk)
                await asyncio.sleep(0.01)
        return card


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    async with SqliteStore(tmp_path, lambda: NOW) as store:
        made = Case(store)
        yield made
        await made.running.stop()


async def test_a_source_waits_then_lives(case: Case) -> None:
    await case.running.start()
    assert (await case.card())["state"] == "waiting"
    case.fed.queue.put_nowait(encoded(level(1.0, "2026-11-25T05:59:00Z")))
    card = await case.until(lambda card: card.get("state") == "live")
    assert card["updatePeriod"] == 60.0
    assert "2026-11-25T06:00:00Z" in str(card["lastMessage"])


async def test_a_quiet_source_turns_late_then_silent_by_its_own_period(case: Case) -> None:
    await case.running.start()
    case.fed.queue.put_nowait(encoded(level(1.0, "2026-11-25T05:59:00Z")))
    await case.until(lambda card: card.get("state") == "live")
    case.clock.time = NOW + 3 * MINUTE
    await case.until(lambda card: card.get("state") == "late")
    case.clock.time = NOW + 6 * MINUTE
    await case.until(lambda card: card.get("state") == "silent")


async def test_a_failing_source_says_why_and_is_tried_again_until_it_delivers(case: Case) -> None:
    await case.running.start()
    case.fed.queue.put_nowait(TransportFailed("the broker refuses the password"))
    card = await case.until(lambda card: card.get("state") == "failing")
    assert card["lastError"] == "the broker refuses the password"
    case.fed.queue.put_nowait(encoded(level(1.0, "2026-11-25T05:59:00Z")))
    card = await case.until(lambda card: card.get("state") == "live")
    assert (card["lastError"], case.fed.begun) == ("", 2)


async def test_a_source_with_a_fault_of_its_own_is_shown_and_the_house_stands(case: Case) -> None:
    await case.running.start()
    case.fed.queue.put_nowait(ZeroDivisionError("division by zero"))
    card = await case.until(lambda card: card.get("state") == "failing")
    assert card["lastError"] == "ZeroDivisionError: division by zero"


async def test_counters_tell_what_came_and_what_was_rejected(case: Case) -> None:
    await case.running.start()
    body = encoded(level(1.0, "2026-11-25T05:59:00Z"), {"id": "x"})
    case.fed.queue.put_nowait(body)
    await case.until(lambda card: card.get("state") == "live")
    await case.running.tell()
    card = await case.card()
    assert (card["messages"], card["accepted"], card["rejected"]) == (1, 1, 1)


async def test_a_source_that_is_switched_off_says_so(case: Case) -> None:
    keeper = Keeper()
    await keeper.add(case.running, on=False)
    assert (await case.card())["state"] == "off"
    await case.running.start()
    assert (await case.card())["state"] == "waiting"
    await case.running.stop(switched_off=True)
    assert (await case.card())["state"] == "off"


def test_a_source_that_never_spoke_is_silent_after_five_periods() -> None:
    health = Health(period=MINUTE, since=NOW)
    assert state_of(health, NOW + 5 * MINUTE) == "waiting"
    assert state_of(health, NOW + 6 * MINUTE) == "silent"


def test_values_age_by_the_period_of_their_source() -> None:
    ages = [60, 120, 121, 300, 301]
    assert [freshness(age * SECOND, 60) for age in ages] == ["fresh", "fresh", "late", "late", "dead"]
