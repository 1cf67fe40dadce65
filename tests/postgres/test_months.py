"""History by months: made as time goes on and as much is said of one, left out of plans, dropped by retention."""

from collections.abc import Callable
from typing import Any, cast

import asyncpg
import msgspec
import pytest
from written_at_hand import COUNT, TENANT, add_one, made, value

from pinisi.store.change import Edit, EntityChange
from pinisi.store.history import HistoryQuery
from pinisi.store.postgres import PostgresStore
from pinisi.store.postgres_months import month_of
from pinisi.store.postgres_stories import pairs_sql
from pinisi.store.postgres_thread import translated
from pinisi.store.postgres_words import SharedNames
from pinisi.store.stories import StoryReader
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import DAY, MINUTE, Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
_connect: Any = cast(Any, asyncpg).connect
NOW = parse_instant("2026-03-15T12:00:00Z")


class Clock:
    now = NOW

    def __call__(self) -> Instant:
        return self.now


async def tables(address: str) -> dict[str, int]:
    """The partitions, and how many rows each has."""
    connection = await _connect(address)
    found = await connection.fetch(
        "SELECT c.oid::regclass::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid "
        f"WHERE i.inhparent = '\"tenant {TENANT}\".history'::regclass ORDER BY 1"
    )
    counts = {name.rpartition(".")[2]: await connection.fetchval(f"SELECT count(*) FROM {name}") for (name,) in found}
    await connection.close()
    return counts


def past(id: str, *moments: Instant) -> EntityChange:
    def transform(old: Entity | None, _now: Instant) -> Edit:
        late = [(COUNT, value(n, moment)) for n, moment in enumerate(moments)]
        return Edit(old, late=late)

    return EntityChange(id, transform)


async def test_this_month_and_the_next_are_there_and_the_rest_lies_together(address: str) -> None:
    clock = Clock()
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a"), past("urn:a", NOW - 400 * DAY, NOW + 20 * DAY)], SYSTEM)
        assert await tables(address) == {"history_2026_03": 1, "history_2026_04": 1, "history_other": 1}
        clock.now = month_of(NOW)[1]
        await add_one(store, "urn:a")
        assert await tables(address) == {
            "history_2026_03": 1, "history_2026_04": 2, "history_2026_05": 0, "history_other": 1,
        }  # fmt: skip


async def test_an_import_of_the_past_gets_its_months_and_what_lay_there_comes_over(address: str) -> None:
    clock = Clock()
    day = parse_instant("2025-11-10T00:00:00Z")
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a"), past("urn:a", day - 1)], SYSTEM)
        await store.apply(TENANT, [past("urn:a", *(day + n * MINUTE for n in range(600)))], SYSTEM)
        assert (await tables(address))["history_2025_11"] == 601
        (story,) = await store.stories(TENANT, ["urn:a"], HistoryQuery(), EVERYTHING)
        assert len(story.moments) == 602


async def test_a_query_of_a_day_reads_the_tables_of_its_month_only(address: str) -> None:
    """What the reader of histories asks is explained as PostgreSQL runs it, with five months of tables."""
    clock = Clock()
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a")], SYSTEM)
        for month in (11, 12):
            day = parse_instant(f"2025-{month}-10T00:00:00Z")
            await store.apply(TENANT, [past("urn:a", *(day + n * MINUTE for n in range(600)))], SYSTEM)
        day = parse_instant("2025-12-10T00:00:00Z")
        query = HistoryQuery(attributes=(COUNT,), since=day, until=day + DAY)
        (story,) = await store.stories(TENANT, ["urn:a"], query, EVERYTHING)
        assert len(story.moments) == 600
        asked: list[tuple[str, Any]] = []
        _listen(asked, query)
    connection = await _connect(address)
    await connection.execute(f'SET search_path TO "tenant {TENANT}", public')
    pairs, values = pairs_sql(1, query, {2})
    for sql, given in [(pairs, values), *asked]:
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {translated(sql)[0]}", *given)
        read = _tables_of(msgspec.json.decode(plan))
        assert read == {"history_2025_12"}, sql
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {translated(pairs_sql(1, HistoryQuery(), None)[0])[0]}", 1)
    assert {"history_2025_12", "history_2026_03", "history_other"} <= _tables_of(msgspec.json.decode(plan))
    await connection.close()


def _listen(asked: list[tuple[str, Any]], query: HistoryQuery) -> None:
    """What the reader of histories says to a connection about one pair."""

    class Ear:
        def execute(self, statements: str, bindings: Any = None, /) -> list[Any]:
            asked.append((statements, bindings))
            return []

    names = SharedNames()
    assert names.intern("urn:other") == 1
    assert names.intern(COUNT) == 2
    reader = StoryReader(cast(Any, Ear()), names, cast(Any, None), {})
    read: Callable[..., Any] = cast(Any, reader)._moments
    read(1, (2, 0), query, 100)


def _tables_of(plan: Any) -> set[str]:
    if isinstance(plan, list):
        return {table for each in cast(list[Any], plan) for table in _tables_of(each)}
    if not isinstance(plan, dict):
        return set()
    members = cast(dict[str, Any], plan)
    found = {members["Relation Name"]} if str(members.get("Relation Name", "")).startswith("history") else set[str]()
    return found.union(*(_tables_of(each) for each in members.values()))


async def test_retention_drops_months_and_keeps_the_last_word_before_them(address: str) -> None:
    clock = Clock()
    async with PostgresStore(address, clock) as store:
        await store.apply(TENANT, [made("urn:a", 0, NOW), made("urn:still", 7, NOW)], SYSTEM)
        for _ in range(10):
            clock.now += 10 * DAY
            await add_one(store, "urn:a")
        before = await tables(address)
        gone, _ = await store.retain(TENANT, clock.now - 30 * DAY, 0)
        after = await tables(address)
        assert gone == 6
        assert before.keys() - after.keys() == {"history_2026_03", "history_2026_04"}
        assert sum(after.values()) == sum(before.values()) - gone
        stories = await store.stories(TENANT, ["urn:a", "urn:still"], HistoryQuery(), EVERYTHING)
        assert [moment.instance and moment.instance.value for moment in stories[1].moments] == [7]
        assert [moment.instance and moment.instance.value for moment in stories[0].moments] == [6, 7, 8, 9, 10]
        clock.now += 40 * DAY
        await add_one(store, "urn:a")
    async with PostgresStore(address, clock) as store:
        await add_one(store, "urn:a")
