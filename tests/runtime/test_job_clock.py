"""Jobs with a clock: at each whole period of the tenant's time, never beside themselves, the last of missed turns."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from reaction_world import CITY, PATIENCE, TABLE, text
from tide_turns import Tide, Wish, clocked

from pinisi.feed.in_process import InProcessFeed
from pinisi.runtime.clock import Mode, WallClock
from pinisi.runtime.job_entity import Asked
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.manifest import Service
from pinisi.runtime.rooms import Rooms
from pinisi.runtime.services import Found, Registry
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
NOON = parse_instant("2026-03-01T12:00:00Z")


class Hand:
    """A clock that a test sets: that of a replay, which may jump."""

    mode: Mode = "replayed"
    speed = 1.0

    def __init__(self, moment: Instant) -> None:
        self.moment = moment

    def now(self) -> Instant:
        return self.moment


class Tower:
    """What a job has of its tenant."""

    exercise = False

    def __init__(self, clock: Hand) -> None:
        self.now = clock.now

    def is_off(self, service: str) -> bool:
        return not service


class World:
    def __init__(self, folder: Path, store: SqliteStore, clock: Hand, service: Service) -> None:
        self.folder, self.clock = folder, clock
        registry = Registry([Found(service.name, "a test", service)])
        self.jobs = Jobs(store, TABLE, registry, lambda _tenant: Tower(clock), 2)
        self.rooms = Rooms(store, CITY, TABLE, clock, Keeper())
        self.feed, self.registry, self.store = InProcessFeed(store), registry, store

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    async def turns(self) -> Sequence[Asked]:
        return await self.jobs.turns(CITY, EVERYTHING)

    async def counted(self, gauge: str = "paotere") -> Any:
        record = await self.store.entity(CITY, f"urn:ngsi-ld:WellState:{gauge}", EVERYTHING)
        return None if record is None else record.entity.attributes[TABLE.expand_term("doubled")][0].value


@asynccontextmanager
async def world(folder: Path, clock: Hand, gauges: Sequence[str] = ("paotere",), **more: Any) -> AsyncGenerator[World]:
    """A house of one service, opened upon what it wrote before."""

    async def asked(_reading: JobReading) -> Sequence[Wish]:
        return [Wish(str(folder), gauge) for gauge in gauges]

    job = clocked(**({"due": asked} | more))
    async with SqliteStore(folder / "data", WallClock().now) as store:
        service = Service(name="tide", title=text("tide"), types=("WellState",), jobs=(job,))
        made = World(folder, store, clock, service)
        await made.rooms.open(made.registry, made.feed, made.jobs)
        await made.jobs.go_on([CITY])
        try:
            yield made
        finally:
            await made.rooms.close()
            await made.jobs.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


async def quiet() -> None:
    """Longer than the clock takes to look twice."""
    await asyncio.sleep(0.75)


async def over(world: World, turn: Instant, gauge: str = "") -> Asked:
    async with asyncio.timeout(PATIENCE):
        while True:
            for each in await world.turns():
                if each.turn == turn and not each.open and gauge.encode() in bytes(each.input):
                    return each
            await asyncio.sleep(0.02)


async def test_each_period_of_the_tenants_time_is_a_turn_that_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    clock = Hand(NOON + 7 * SECOND)
    async with world(tmp_path, clock) as made:
        first = await over(made, NOON)
        await quiet()
        assert len(made.lines("ended")) == 1
        clock.moment = NOON + MINUTE
        second = await over(made, NOON + MINUTE)
        assert await made.counted() == 2
        everything, count = await made.jobs.all(CITY, EVERYTHING, limit=9)
    assert first.state == second.state == "done" and first.id == second.id
    assert (count, len(everything)) == (1, 1) and second.every == 60.0 and second.started == NOON + MINUTE


async def test_of_turns_that_were_missed_while_the_house_stood_the_last_is_made_up_for(tmp_path: Path) -> None:
    clock = Hand(NOON)
    async with world(tmp_path, clock) as made:
        await over(made, NOON)
    async with world(tmp_path, clock) as made:
        await quiet()
        assert len(made.lines("ended")) == 1
    clock.moment = NOON + 90 * MINUTE
    async with world(tmp_path, clock) as made:
        await over(made, clock.moment)
        await quiet()
        assert len(made.lines("ended")) == 2 and await made.counted() == 2


async def test_it_never_runs_beside_itself_and_what_a_slow_turn_missed_is_not_piled_up(tmp_path: Path) -> None:
    clock = Hand(NOON)
    (tmp_path / "slow").touch()
    async with world(tmp_path, clock) as made:
        await until(lambda: len(made.lines("begun")) == 1)
        await made.jobs.ask(CITY, "tide", "turns", msgspec.json.encode(Wish(str(tmp_path))), SYSTEM)
        for minute in (1, 2):
            clock.moment = NOON + minute * MINUTE
            await quiet()
        assert len(made.lines("begun")) == 1
        (tmp_path / "slow").unlink()
        await until(lambda: len(made.lines("ended")) == 2)
        clock.moment = NOON + 3 * MINUTE
        await over(made, clock.moment)
    assert len(made.lines("ended")) == 3


async def test_a_turn_that_failed_is_seen_and_comes_again_at_the_next(tmp_path: Path) -> None:
    clock = Hand(NOON)
    (tmp_path / "broken").touch()
    async with world(tmp_path, clock) as made:
        failed = await over(made, NOON)
        (tmp_path / "broken").unlink()
        clock.moment = NOON + MINUTE
        mended = await over(made, clock.moment)
    assert failed.state == "failed" and failed.reason is not None and failed.reason.en == "It is broken"
    assert (mended.state, mended.reason) == ("done", None)


async def test_each_of_what_is_due_is_a_run_of_its_own_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "slow").touch()
    async with world(tmp_path, Hand(NOON), gauges=("paotere", "untia")) as made:
        await until(lambda: len(made.lines("begun")) == 1)
        await quiet()
        assert len(made.lines("begun")) == 1
        (tmp_path / "slow").unlink()
        await until(lambda: len(made.lines("ended")) == 2)
        assert [(await over(made, NOON, gauge)).state for gauge in ("paotere", "untia")] == ["done", "done"]
        assert (await made.counted(), await made.counted("untia")) == (1, 1)


async def test_with_nothing_due_nothing_is_asked_for_and_what_cannot_tell_says_why(tmp_path: Path) -> None:
    async def failing(_reading: JobReading) -> Sequence[Wish]:
        raise ZeroDivisionError("no gauges")

    async with world(tmp_path, Hand(NOON), gauges=()) as made:
        await quiet()
        assert not await made.turns()
    async with world(tmp_path, Hand(NOON), due=failing) as made:
        await quiet()
        room = made.rooms.rooms["tide"]
        assert room.state == "running" and room.job_clock is not None
        assert room.job_clock.faults == {"turns": "ZeroDivisionError: no gauges"}


async def test_a_service_that_is_switched_off_takes_no_turn(tmp_path: Path) -> None:
    clock = Hand(NOON)
    async with world(tmp_path, clock) as made:
        await over(made, NOON)
        await made.rooms.stop(made.rooms.rooms["tide"])
        clock.moment = NOON + MINUTE
        await quiet()
        assert len(made.lines("ended")) == 1
        await made.rooms.start(made.rooms.rooms["tide"])
        await over(made, clock.moment)


async def nothing(_reading: JobReading) -> Sequence[Wish]:
    return ()


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"every": 1.0}, "from 10 to"),
        ({"every": 1e9}, "from 10 to"),
        ({"every": None, "due": nothing}, "has none"),
        ({"every": 60.0, "due": None}, "needs a default"),
    ],
)
def test_a_clock_that_cannot_be_kept_is_refused(declared: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        clocked(**declared)


def test_without_due_the_defaults_of_the_input_are_asked_for() -> None:
    assert clocked(input=Tide, due=None).due is None
