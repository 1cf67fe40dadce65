"""Hot attributes: exact answers before, during and after the table is filled; bounded; nothing for strangers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pinisi.store import hot
from pinisi.store.change import Edit, EntityChange
from pinisi.store.query import Compare, EntityQuery, TypeIs
from pinisi.store.query import Path as Where
from pinisi.store.record import Page, Record
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.entity import JSON, LIST, PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants, Projection

pytestmark = pytest.mark.anyio

MANY = 3_000
NAMES = [f"urn:attribute:{n}" for n in range(4)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: 1_000_000, settings=Settings(hot_attributes=2)) as store:
        await store.apply("city", [keep(n, n % 100) for n in range(MANY)], SYSTEM)
        yield store


def keep(number: int, value: object) -> EntityChange:
    attributes = {name: [Instance(PROPERTY, value)] for name in NAMES}
    entity = Entity(f"urn:{number}", ["urn:type"], attributes)
    return EntityChange(entity.id, lambda old, now: Edit(entity))


async def matching(store: SqliteStore, value: object, name: str = NAMES[0], *, heat: bool = True) -> int | None:
    query = EntityQuery(types=TypeIs("urn:type"), filter=Compare(Where(name), "==", (value,)))
    page = await store.find("city", query, EVERYTHING, limit=5, count=True, heat=heat)
    await as_bytes(store, query, page)
    return page.count


class ById:
    def key(self, projection: Projection) -> int:
        return 0

    def body(self, record: Record, projection: Projection) -> bytes:
        return f"{record.id} {record.position}".encode()


async def as_bytes(store: SqliteStore, query: EntityQuery, page: Page) -> None:
    """The same answer as bytes; that may take a way of its own."""
    told = [f"{record.id} {record.position}".encode() for record in page.records]
    for count in (True, False):
        shown = await store.shown("city", query, EVERYTHING, ById(), limit=5, count=count, heat=False)
        assert list(shown.bodies) == told
        assert shown.count == (page.count if count else None)
        assert shown.more is ((page.count or 0) > 5)


async def make_hot(store: SqliteStore, name: str = NAMES[0]) -> None:
    await matching(store, 7, name)
    await store.wait_until_hot("city", name)


def table(store: SqliteStore) -> set[str]:
    """The attributes that have rows in the side table."""
    tenant = store.tenant("city")
    return {tenant.names.text[n] for (n,) in tenant.reader.execute("SELECT DISTINCT attribute FROM hot")}


async def test_an_attribute_becomes_hot_when_a_query_had_to_scan_for_it(store: SqliteStore) -> None:
    assert table(store) == set()
    await make_hot(store)
    assert store.tenant("city").hot.complete == {NAMES[0]}
    assert await matching(store, 7) == 30


async def test_a_stranger_s_query_builds_nothing(store: SqliteStore) -> None:
    assert await matching(store, 7, heat=False) == 30
    await store.wait_until_hot("city", NAMES[0])
    assert table(store) == set()


async def test_an_attribute_that_nobody_ever_wrote_is_not_kept(store: SqliteStore) -> None:
    assert await matching(store, 7, "urn:never-written") == 0
    await store.wait_until_hot("city", "urn:never-written")
    assert store.tenant("city").hot.attributes == {}


async def test_changes_are_followed_once_it_is_hot(store: SqliteStore) -> None:
    await make_hot(store)
    await store.apply("city", [keep(0, 7), keep(7, 8), keep(MANY, 7)], SYSTEM)
    await store.apply("city", [EntityChange("urn:107", lambda old, now: Edit(None))], SYSTEM)
    assert await matching(store, 7) == 30
    assert await matching(store, 8) == 31


async def test_a_value_that_comes_and_goes_within_one_commit_is_followed_too(store: SqliteStore) -> None:
    await make_hot(store)
    await store.apply("city", [keep(0, 555), keep(0, 0), keep(1, 555), keep(1, 1), keep(1, 555)], SYSTEM)
    assert await matching(store, 555) == 1
    assert await matching(store, 0) == 30


async def test_answers_are_exact_while_it_is_being_filled(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot, "SLICE_SECONDS", 0)
    await matching(store, 7)
    for n in range(60):
        await store.apply("city", [keep(100 + n, 7)], SYSTEM)
        await asyncio.sleep(0)
        assert await matching(store, 7) == 30 + n + (n < 7)
    tenant = store.tenant("city")
    assert NAMES[0] in tenant.hot.attributes and NAMES[0] not in tenant.hot.complete


async def test_the_least_used_gives_way_and_leaves_nothing(store: SqliteStore) -> None:
    await make_hot(store, NAMES[0])
    await make_hot(store, NAMES[1])
    await matching(store, 7, NAMES[0])
    await make_hot(store, NAMES[2])
    assert set(store.tenant("city").hot.attributes) == table(store) == {NAMES[0], NAMES[2]}
    assert await matching(store, 7, NAMES[1], heat=False) == 30


async def test_what_is_hot_stays_hot_after_a_restart(store: SqliteStore, tmp_path: Path) -> None:
    await make_hot(store)
    await store.close()
    assert await matching(store, 7, heat=False) == 30
    assert store.tenant("city").hot.complete == {NAMES[0]}


async def test_a_filling_that_a_stop_interrupted_begins_anew(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(hot, "SLICE_SECONDS", 0)
        await matching(store, 7)
        await asyncio.sleep(0.05)
        await store.close()
    assert await matching(store, 7) == 30
    await store.wait_until_hot("city", NAMES[0])
    await store.apply("city", [keep(0, 7)], SYSTEM)
    assert await matching(store, 7) == 31
    assert store.tenant("city").hot.complete == {NAMES[0]}


ODD = [
    7, 7.0, 8, 2**53 + 7, -7, True, False, 1, 0, "7", "true", None, [7], [[7], 8], [], {"@value": 7},
    {"@value": [8, 7]}, {"object": 7}, {"@value": None, "object": 7}, [{"object": 7}], [{"object": "urn:x"}, 7],
    {"a": 7}, {"a": {"object": 1}},
]  # fmt: skip


async def test_of_odd_values_the_table_decides_as_the_matcher_does(tmp_path: Path) -> None:
    """Equality with a number is decided by the table alone; what it takes in and is never equal is proved."""
    name = NAMES[0]

    def change(number: int, kind: str, value: object) -> EntityChange:
        entity = Entity(
            f"urn:{number}", ["urn:type"], {name: [Instance(kind, value)], "urn:b": [Instance(PROPERTY, 7)]}
        )
        return EntityChange(entity.id, lambda old, now: Edit(entity))

    cases = [(kind, value) for kind in (PROPERTY, JSON, LIST) for value in ODD]
    changes = [change(number, *case) for number, case in enumerate(cases)]
    filler = [change(number + len(cases), PROPERTY, 5) for number in range(MANY)]
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.apply("city", changes + filler, SYSTEM)
        before = {literal: await matching(store, literal, heat=False) for literal in (7, 7.0, 8, 1, 0, -7, 2**53 + 7)}
        await make_hot(store)
        after = {literal: await matching(store, literal) for literal in before}
    assert after == before
    assert before[7] == 3 * 7


async def test_the_table_shows_nobody_what_he_may_not_see(store: SqliteStore) -> None:
    await make_hot(store)
    query = EntityQuery(types=TypeIs("urn:type"), filter=Compare(Where(NAMES[0]), "==", (7,)))
    for attributes, found in ((frozenset(NAMES[:1]), 30), (frozenset(NAMES[1:]), 0)):
        grants = Grants((Grant(attributes=attributes),))
        assert (await store.find("city", query, grants, limit=100, count=True)).count == found
    assert (await store.find("city", query, EVERYTHING, limit=4, offset=28)).count is None
    assert len((await store.find("city", query, EVERYTHING, limit=4, offset=28)).records) == 2
    assert len((await store.shown("city", query, EVERYTHING, ById(), limit=4, offset=28)).bodies) == 2
    hidden = Grants((Grant(attributes=frozenset(NAMES[1:])),))
    assert (await store.shown("city", query, hidden, ById(), limit=4)).bodies == []


async def test_of_two_types_that_share_a_hot_attribute_each_is_shown_by_itself(store: SqliteStore) -> None:
    others = [Entity(f"urn:other:{n}", ["urn:other"], {NAMES[0]: [Instance(PROPERTY, n % 100)]}) for n in range(300)]
    await store.apply("city", [EntityChange(one.id, lambda old, now, one=one: Edit(one)) for one in others], SYSTEM)
    await make_hot(store)
    for type, found in (("urn:type", 30), ("urn:other", 3)):
        query = EntityQuery(types=TypeIs(type), filter=Compare(Where(NAMES[0]), "==", (7,)))
        for _ in range(2):
            page = await store.find("city", query, EVERYTHING, limit=5, count=True)
            await as_bytes(store, query, page)
            assert page.count == found


async def test_a_value_that_many_have_is_counted_to_the_last(store: SqliteStore) -> None:
    await make_hot(store)
    for many in (254, 255, 256, 257, 400):
        await store.apply("city", [keep(MANY + n, -3) for n in range(many)], SYSTEM)
        assert await matching(store, -3) == many


async def test_no_more_is_kept_of_what_was_shown_than_allowed(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000, settings=Settings(cache_records=50)) as store:
        await store.apply("city", [keep(n, n % 100) for n in range(300)], SYSTEM)
        for offset in range(0, 300, 20):
            page = await store.shown(
                "city", EntityQuery(types=TypeIs("urn:type")), EVERYTHING, ById(), limit=20, offset=offset
            )
            assert len(page.bodies) == 20
            assert store.tenant("city").shelves.size <= 50
