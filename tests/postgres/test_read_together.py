"""What one process reads while another writes is of one moment: the other writes between two steps of a reading."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from written_at_hand import COUNT, TENANT, clock, made, one_more, value

from pinisi.store.change import DebtChange, Edit, EntityChange
from pinisi.store.debt import Seen
from pinisi.store.history import HistoryQuery
from pinisi.store.postgres import PostgresStore
from pinisi.store.query import AnyOf, Compare, EntityQuery, Path, TypeIs
from pinisi.store.record import Record
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Projection
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION

pytestmark = pytest.mark.anyio
SIZE = "urn:attribute:size"
BOTH = EntityQuery(types=AnyOf((TypeIs("urn:type:a"), TypeIs("urn:type:b"))))

Step = Callable[[], Awaitable[object]]


class Named:
    """Shows id and number."""

    def key(self, projection: Projection) -> Hashable:
        return projection.attributes

    def body(self, record: Record, projection: Projection) -> bytes:
        return msgspec.json.encode((record.id, record.entity.attributes[COUNT][0].value))


def typed(id: str, type: str, **more: Instance) -> EntityChange:
    """The entity shall be of this type."""
    entity = Entity(id, [type], {COUNT: [value(1)], **{name: [each] for name, each in more.items()}})
    return EntityChange(id, lambda old, now: Edit(entity))


def before_fetch(store: PostgresStore, words: str, step: Step) -> None:
    """The first time that the store asks for something with these words, something else happens before."""
    real: Any = store.postgres.fetch
    waiting = [step]

    async def fetch(sql: str, *values: Any) -> Any:
        if words in sql and waiting:
            await waiting.pop()()
        return await real(sql, *values)

    store.postgres.fetch = fetch


def before_snapshot(store: PostgresStore, step: Step) -> None:
    """The first time that the store opens a snapshot, something else happens before."""
    real: Any = store.postgres.snapshot
    waiting = [step]

    @asynccontextmanager
    async def snapshot() -> AsyncGenerator[Any]:
        if waiting:
            await waiting.pop()()
        async with real() as connection:
            yield connection

    store.postgres.snapshot = snapshot


async def page(store: PostgresStore, query: EntityQuery, limit: int = 10, offset: int = 0) -> Sequence[Sequence[Any]]:
    shown = await store.shown(TENANT, query, EVERYTHING, Named(), limit=limit, offset=offset)
    return [msgspec.json.decode(body) for body in shown.bodies]


@pytest.fixture
async def one(address: str) -> AsyncIterator[PostgresStore]:
    async with PostgresStore(address, clock) as store:
        yield store


async def test_what_changed_together_is_shown_together(one: PostgresStore, address: str) -> None:
    query = EntityQuery(types=TypeIs("urn:type"))
    await one.apply(TENANT, [made("urn:a"), made("urn:b")], SYSTEM)
    async with PostgresStore(address, clock) as other:
        assert await page(other, query, limit=1, offset=1) == [["urn:b", 0]]
        before_fetch(
            other,
            "WHERE row = ANY",
            lambda: one.apply(TENANT, [one_more("urn:a"), one_more("urn:b")], SYSTEM),
        )
        assert await page(other, query) == [["urn:a", 1], ["urn:b", 1]]


async def test_what_moves_to_another_type_while_members_are_read_is_missed_by_nobody(
    one: PostgresStore, address: str
) -> None:
    await one.apply(TENANT, [typed("urn:1", "urn:type:a"), typed("urn:2", "urn:type:b")], SYSTEM)
    async with PostgresStore(address, clock) as other:
        assert len(await page(other, EntityQuery(types=TypeIs("urn:type:a")))) == 1
        tenant = await other.tenant(TENANT)
        looked, found = asyncio.Event(), list[asyncio.Task[Any]]()
        fetch: Any = other.postgres.fetch
        hear: Any = tenant.hear

        async def late(sql: str, *values: Any) -> Any:
            rows = await fetch(sql, *values)
            if "array_agg" not in sql and found and not looked.is_set():
                await one.apply(TENANT, [typed("urn:2", "urn:type:a")], SYSTEM)
                looked.set()
                await asyncio.sleep(0.05)
            return rows

        async def meet(sql: str, *values: Any) -> Any:
            if "array_agg" in sql and not found:
                found.append(asyncio.create_task(page(other, BOTH)))
                await looked.wait()
            return await late(sql, *values)

        async def slowly(connection: Any = None, *, upto: int | None = None) -> None:
            if found and not found[0].done():
                await asyncio.sleep(0.2)
            await hear(connection, upto=upto)

        other.postgres.fetch = meet
        tenant.hear = slowly
        assert [id for id, _ in await page(other, BOTH)] == ["urn:1", "urn:2"]
        assert [id for id, _ in await found[0]] == ["urn:1", "urn:2"]


async def test_an_attribute_that_cools_in_the_middle_of_a_long_proof_loses_nothing(address: str) -> None:
    few = Settings(hot_attributes=1)
    asked = EntityQuery(types=TypeIs("urn:type:a"), filter=Compare(Path(COUNT), "==", (1,)))
    elsewhere = EntityQuery(types=TypeIs("urn:type:a"), filter=Compare(Path(SIZE), "==", (2,)))
    async with PostgresStore(address, clock, settings=few) as one, PostgresStore(address, clock) as other:
        size = Instance(PROPERTY, 2)
        things = [typed(f"urn:{n}", "urn:type:a", **{SIZE: size}) for n in range(300)]
        await one.apply(TENANT, things, SYSTEM)

        async def heated(attribute: str, query: EntityQuery) -> None:
            for _ in range(400):
                await one.find(TENANT, query, EVERYTHING, limit=0, count=True)
                if attribute in (await one.tenant(TENANT)).hot.complete:
                    return
                await one.wait_until_hot(TENANT, attribute)
            raise AssertionError("it did not become hot")

        await heated(COUNT, asked)
        assert (await other.find(TENANT, asked, EVERYTHING, limit=400)).records
        before_snapshot(other, lambda: heated(SIZE, elsewhere))
        found = await other.find(TENANT, asked, EVERYTHING, limit=400, count=True)
        assert (len(found.records), found.count) == (300, 300)


async def test_a_number_that_changes_while_it_is_looked_up_is_not_shown_with_another(address: str) -> None:
    """The index says who has the number; what is shown of them is of the same moment."""
    query = EntityQuery(types=TypeIs("urn:type"), filter=Compare(Path(COUNT), "==", (1,)))
    async with PostgresStore(address, clock) as one, PostgresStore(address, clock) as other:
        await one.apply(TENANT, [made(f"urn:{n}", 1) for n in range(4)], SYSTEM)
        tenant = await one.tenant(TENANT)
        for _ in range(400):
            if COUNT in tenant.hot.complete:
                break
            await one.find(TENANT, query, EVERYTHING, limit=0, count=True)
            monkey = one._finders[TENANT]  # pyright: ignore[reportPrivateUsage]
            monkey._consider_heat([COUNT], 1_000_000)  # pyright: ignore[reportPrivateUsage]
            await one.wait_until_hot(TENANT, COUNT)
        ids = [f"urn:{n}" for n in range(4)]
        assert await page(other, query) == [[id, 1] for id in ids]
        fetch: Any = other.postgres.fetch

        async def late(sql: str, *values: Any) -> Any:
            rows = await fetch(sql, *values)
            if "number = $2" in sql and ids:
                await one.apply(TENANT, [one_more(ids.pop(0))], SYSTEM)
                await (await other.tenant(TENANT)).hear()
            return rows

        other.postgres.fetch = late
        while ids:
            assert all(number == 1 for _, number in await page(other, query))
        assert await page(other, query) == []


async def test_a_history_is_read_with_the_words_of_its_moment(one: PostgresStore, address: str) -> None:
    await one.apply(TENANT, [typed("urn:1", "urn:type:a")], SYSTEM)
    async with PostgresStore(address, clock) as other:
        await other.entity(TENANT, "urn:1", EVERYTHING)
        changed = typed("urn:1", "urn:type:new", **{SIZE: value(3)})
        before_snapshot(other, lambda: one.apply(TENANT, [changed], SYSTEM))
        (story,) = await other.stories(TENANT, ["urn:1"], HistoryQuery(), EVERYTHING)
        assert story.types == ("urn:type:new",)
        assert {(moment.attribute, moment.instance.value) for moment in story.moments if moment.instance} == {
            (COUNT, 1),
            (SIZE, 3),
        }


async def test_types_and_attributes_are_counted_with_the_words_of_their_moment(
    one: PostgresStore, address: str
) -> None:
    await one.apply(TENANT, [typed("urn:1", "urn:type:a")], SYSTEM)
    async with PostgresStore(address, clock) as other:
        await other.entity(TENANT, "urn:1", EVERYTHING)
        moved = typed("urn:1", "urn:type:new", **{SIZE: value(3)})
        before_fetch(other, ".usage", lambda: one.apply(TENANT, [moved], SYSTEM))
        uses = await other.attribute_uses(TENANT, EVERYTHING)
        assert [(use.attribute, use.types) for use in uses] == [(COUNT, ("urn:type:new",)), (SIZE, ("urn:type:new",))]
        again = typed("urn:1", "urn:type:newer")
        before_fetch(other, ".family", lambda: one.apply(TENANT, [again], SYSTEM))
        assert await other.type_counts(TENANT, EVERYTHING) == {"urn:type:newer": 1}


class Late:
    """A connection whose rows come after something else has happened."""

    def __init__(self, connection: Any, step: Step) -> None:
        self._connection = connection
        self._step = step

    async def fetch(self, sql: str, *values: Any) -> Any:
        rows = await self._connection.fetch(sql, *values)
        await self._step()
        return rows


def area(west: float) -> EntityChange:
    ring = [[west, 0.0], [west + 1, 0.0], [west + 1, 1.0], [west, 1.0], [west, 0.0]]
    shape = Instance(GEO, {"type": "Polygon", "coordinates": [ring]})
    entity = Entity("urn:area", [ADMINISTRATIVE_AREA], {CODE: [value("73")], LOCATION: [shape]})
    return EntityChange("urn:area", lambda old, now: Edit(entity))


async def test_a_slow_look_at_areas_does_not_bring_back_old_ones(one: PostgresStore) -> None:
    def lies(id: str) -> EntityChange:
        return typed(id, "urn:type:a", **{LOCATION: Instance(GEO, {"type": "Point", "coordinates": [5.5, 0.5]})})

    await one.apply(TENANT, [area(0.0)], SYSTEM)
    await one.apply(TENANT, [lies("urn:outside")], SYSTEM)
    tenant = await one.tenant(TENANT)

    async def moves() -> None:
        await one.apply(TENANT, [area(5.0)], SYSTEM)
        for _ in range(1_000):
            if not one.relocating(TENANT):
                break
            await asyncio.sleep(0.001)
        await one.apply(TENANT, [lies("urn:1")], SYSTEM)

    async with one.postgres.connection() as connection:
        old = (await tenant.head(connection)).areas
        tenant.areas_known = -1
        await tenant.learn_areas(Late(connection, moves), old)
    await one.apply(TENANT, [lies("urn:2")], SYSTEM)
    for id in ("urn:1", "urn:2"):
        record = await one.entity(TENANT, id, EVERYTHING)
        assert record is not None
        assert record.family.areas == ("73",)


async def test_a_debt_that_leaves_the_list_meanwhile_is_summed_up_once(one: PostgresStore, address: str) -> None:
    def owing(_tenant: str, _seen: Seen) -> Sequence[str]:
        return ("s",)

    one.owing = owing
    await one.apply(TENANT, [made("urn:a")], SYSTEM)
    async with PostgresStore(address, clock) as other:
        assert [told.waiting for told in await other.debt_sums(TENANT)] == [1]
        postponed = DebtChange("s", 1, "postponed", attempts=1, due=99, reason="503")
        _before_the_second(other, lambda: one.apply(TENANT, [postponed], SYSTEM))
        assert [told.waiting for told in await other.debt_sums(TENANT)] == [1]
        assert [told.tried for told in await other.debt_sums(TENANT)] == [1], "it was postponed meanwhile"


def _before_the_second(store: PostgresStore, step: Step) -> None:
    """Between the first two statements that the store makes from now on, something else happens."""
    real: Any = store.postgres.connection
    asked = 0

    class Slow:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        async def fetch(self, sql: str, *values: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == 2:
                await step()
            return await self._connection.fetch(sql, *values)

    @asynccontextmanager
    async def connection() -> AsyncGenerator[Any]:
        async with real() as found:
            yield Slow(found)

    store.postgres.connection = connection


async def test_lines_that_are_all_trimmed_before_they_are_read_are_not_passed_over(
    one: PostgresStore, address: str
) -> None:
    async with PostgresStore(address, clock) as other:
        await one.apply(TENANT, [made("urn:a"), made("urn:b")], SYSTEM)
        assert (await other.log(TENANT, 2, 10)).entries == []
        (await other.tenant(TENANT)).tail.clear()
        before_fetch(other, "ORDER BY position LIMIT", lambda: one.retain(TENANT, 0, clock() + 1))
        told = await other.log(TENANT, 0, 10)
        assert told.reset
        assert told.position == 2
