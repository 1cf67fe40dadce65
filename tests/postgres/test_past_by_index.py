"""Statistics of the past are read from the index alone, the last ten values without the others; older tables too."""

from typing import Any, cast

import asyncpg
import msgspec
import pytest
from written_at_hand import COUNT, TENANT, made, value

from pinisi.store import postgres_schema
from pinisi.store.change import Edit, EntityChange
from pinisi.store.history import HistoryQuery
from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
BEGIN: Instant = 1_770_000_000_000_000
MOST = 1_800
_connect: Any = cast(Any, asyncpg).connect


def clock() -> Instant:
    return BEGIN + MOST * MINUTE


async def fill(store: PostgresStore) -> None:
    """A value a minute, of each of two things."""
    ids = [f"urn:{n}" for n in range(2)]
    await store.apply(TENANT, [made(id, 0, BEGIN) for id in ids], SYSTEM)
    for start in range(1, MOST, 600):
        minutes = range(start, min(start + 600, MOST))
        await store.apply(TENANT, [told(id, minutes) for id in ids], SYSTEM)


def told(id: str, minutes: range) -> EntityChange:
    late = tuple((COUNT, value(n % 100, BEGIN + n * MINUTE)) for n in minutes)

    def transform(old: Entity | None, now: Instant) -> Edit:
        return Edit(old, late=late)

    return EntityChange(id, transform)


async def hourly(store: PostgresStore) -> list[tuple[int, float]]:
    query = HistoryQuery(attributes=(COUNT,), since=BEGIN, until=BEGIN + MOST * MINUTE, period=60 * MINUTE)
    (story,) = await store.stories(TENANT, ["urn:1"], query, EVERYTHING)
    assert not story.moments
    return [(hour.n, hour.total) for hour in story.hours]


def sums(minutes: int) -> list[tuple[int, float]]:
    return [(60, float(sum(n % 100 for n in range(at, at + 60)))) for at in range(0, minutes, 60)]


async def plan_of(store: PostgresStore, address: str, words: str, query: HistoryQuery) -> str:
    """How PostgreSQL finds what a reading asks first with these words."""
    asked: list[tuple[str, tuple[Any, ...]]] = []
    async with store.postgres.connection() as connection:

        def note(said: Any) -> None:
            if words in said.query:
                asked.append((said.query, said.args))

        connection.add_query_logger(note)
        tenant = await store.tenant(TENANT)
    await store.stories(TENANT, ["urn:1"], query, EVERYTHING)
    sql, values = asked[0]
    connection = await _connect(address)
    await connection.execute(f"SET search_path TO {tenant.schema}")
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    await connection.close()
    return plan


async def test_periods_are_read_from_the_index_and_the_last_values_alone(address: str) -> None:
    async with PostgresStore(address, clock, connections=5) as store:
        await fill(store)
        connection = await _connect(address)
        await connection.execute('VACUUM ANALYZE "tenant city".history')
        await connection.close()
        assert await hourly(store) == sums(MOST)
        query = HistoryQuery(attributes=(COUNT,), since=BEGIN, period=60 * MINUTE)
        plan = await plan_of(store, address, "array_agg(number)", query)
        assert "Index Only Scan" in _nodes(plan)
        assert not {"Index Scan", "Bitmap Heap Scan"} & _nodes(plan)
        last = HistoryQuery(attributes=(COUNT,), last=10)
        plan = await plan_of(store, address, "ORDER BY observed DESC", last)
        assert "Sort" not in _nodes(plan)
        (story,) = await store.stories(TENANT, ["urn:1"], last, EVERYTHING)
        assert [one.instance.value for one in story.moments if one.instance] == [
            n % 100 for n in range(MOST - 10, MOST)
        ]


def _nodes(plan: str) -> set[str]:
    def walk(node: dict[str, Any]) -> set[str]:
        return {node["Node Type"]}.union(*map(walk, node.get("Plans", ())))

    return walk(msgspec.json.decode(plan)[0]["Plan"])


async def test_tables_of_before_are_brought_forward_with_their_past(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(postgres_schema, "MIGRATIONS", postgres_schema.MIGRATIONS[:3])
        async with PostgresStore(address, clock) as store:
            await store.apply(TENANT, [made("urn:1", 0, BEGIN), made("urn:2", "words", BEGIN)], SYSTEM)
            await store.apply(TENANT, [told("urn:1", range(1, 120))], SYSTEM)
    async with PostgresStore(address, clock) as store:
        assert await hourly(store) == sums(120)
        query = HistoryQuery(since=BEGIN, period=60 * MINUTE)
        (words,) = await store.stories(TENANT, ["urn:2"], query, EVERYTHING)
        assert [one.instance.value for one in words.moments if one.instance] == ["words"]
        await store.apply(TENANT, [told("urn:1", range(120, 180))], SYSTEM)
        assert await hourly(store) == sums(180)
