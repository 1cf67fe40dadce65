"""Entities and attributes with an `expiresAt` end by the tenant's clock, as if they had been deleted (NGSI-LD 4.22)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from city_at_hand import LEVEL, SENSOR, SPEED, TENANT, Clock, patch, put, thing, value, write

from pinisi.store.change import Edit, EntityChange
from pinisi.store.debt import Seen
from pinisi.store.history import HistoryQuery, PictureQuery
from pinisi.store.lapse import ATTRIBUTE_ENDED, ENTITY_ENDED
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.sql_rows import rows
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import HOUR, SECOND, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants

pytestmark = pytest.mark.anyio
ID, OTHER = "urn:s:1", "urn:s:2"
SENSORS = EntityQuery(types=TypeIs(SENSOR))


def ending(id: str, end: int, **values: Any) -> Entity:
    entity = thing(id, **values)
    entity.expires_at = format_instant(end)
    return entity


def ending_value(content: object, end: int, dataset: str | None = None) -> Instance:
    instance = value(content, dataset=dataset)
    instance.expires_at = format_instant(end)
    return instance


async def ids(store: Store, grants: Grants = EVERYTHING) -> list[str]:
    page = await store.find(TENANT, SENSORS, grants, limit=10, count=True)
    assert page.count == len(page.records)
    return [record.id for record in page.records]


async def test_an_entity_is_gone_at_its_moment_whoever_asks_first(store: Store, clock: Clock) -> None:
    await write(store, put(ending(ID, clock.now + 5 * SECOND, speed=1)), put(thing(OTHER)))
    clock.forward(5 * SECOND - 1)
    assert await ids(store) == [ID, OTHER]
    clock.forward(1)
    assert await ids(store) == [OTHER]
    assert await store.entity(TENANT, ID, EVERYTHING) is None
    assert (await store.type_counts(TENANT, EVERYTHING))[SENSOR] == 1
    assert [use.n for use in await store.attribute_uses(TENANT, EVERYTHING)] == []


@pytest.mark.parametrize("ask", ["entity", "type_counts", "picture", "write"])
async def test_each_way_to_ask_meets_it_gone(store: Store, clock: Clock, ask: str) -> None:
    await write(store, put(ending(ID, clock.now + SECOND)))
    clock.forward(SECOND)
    if ask == "entity":
        assert await store.entity(TENANT, ID, EVERYTHING) is None
    elif ask == "type_counts":
        assert await store.type_counts(TENANT, EVERYTHING) == {}
    elif ask == "picture":
        assert (await store.picture(TENANT, PictureQuery(entities=SENSORS, at=clock.now), EVERYTHING)).records == []
    else:
        met: list[Entity | None] = []

        def look(old: Entity | None, _now: int) -> Edit:
            met.append(old)
            return Edit(thing(ID))

        await write(store, EntityChange(ID, look))
        assert met == [None]


async def test_the_log_tells_of_a_deletion_and_who_made_it(store: Store, clock: Clock) -> None:
    begun = await write(store, put(ending(ID, clock.now + SECOND, speed=1)))
    clock.forward(SECOND)
    await store.end_what_is_due(TENANT)
    (entry,) = (await store.log(TENANT, begun, 10)).entries
    assert (entry.op, entry.subject, entry.principal, entry.attributes) == ("delete", ID, ENTITY_ENDED.id, (SPEED,))
    (story,) = await store.stories(TENANT, [ID], HistoryQuery(), EVERYTHING)
    assert [moment.instance is None for moment in story.moments] == [False, True]


async def test_an_attribute_ends_and_its_entity_stays(store: Store, clock: Clock) -> None:
    entity = thing(ID, level=3)
    entity.attributes[SPEED] = [ending_value(1, clock.now + SECOND, "urn:d:1"), value(2)]
    begun = await write(store, put(entity))
    clock.forward(SECOND)
    record = await store.entity(TENANT, ID, EVERYTHING)
    assert record is not None
    assert [(one.value, one.dataset_id) for one in record.entity.attributes[SPEED]] == [(2, None)]
    assert record.entity.modified_at == clock.now
    assert record.entity.attributes[LEVEL][0].value == 3
    (entry,) = (await store.log(TENANT, begun, 10)).entries
    assert (entry.op, entry.principal, entry.attributes) == ("update", ATTRIBUTE_ENDED.id, (SPEED,))


async def test_an_attribute_of_an_attribute_ends(store: Store, clock: Clock) -> None:
    entity = thing(ID)
    speed = value(1)
    speed.attributes = {LEVEL: [ending_value(2, clock.now + SECOND)]}
    entity.attributes[SPEED] = [speed]
    await write(store, put(entity))
    clock.forward(SECOND)
    record = await store.entity(TENANT, ID, EVERYTHING)
    assert record is not None
    assert record.entity.attributes[SPEED][0].attributes == {}
    assert record.entity.attributes[SPEED][0].value == 1


async def test_a_later_end_and_no_end_at_all_take_the_place_of_the_first(store: Store, clock: Clock) -> None:
    await write(store, put(ending(ID, clock.now + SECOND)), put(ending(OTHER, clock.now + SECOND)))
    await write(store, put(ending(ID, clock.now + HOUR)), put(thing(OTHER)))
    clock.forward(SECOND)
    assert await ids(store) == [ID, OTHER]
    clock.forward(HOUR)
    assert await ids(store) == [OTHER]


async def test_what_is_written_when_it_is_over_is_never_shown(store: Store, clock: Clock) -> None:
    position = await write(store, put(ending(ID, clock.now - HOUR)))
    assert position
    assert await store.entity(TENANT, ID, EVERYTHING) is None
    assert [entry.op for entry in (await store.log(TENANT, 0, 10)).entries] == ["create", "delete"]


async def test_several_changes_of_one_commit_end_by_the_last_word(store: Store, clock: Clock) -> None:
    await write(
        store,
        put(ending(ID, clock.now + SECOND, speed=1)),
        put(thing(ID, speed=1)),
        patch(ID, SPEED, ending_value(2, clock.now + 2 * SECOND)),
    )
    clock.forward(3 * SECOND)
    record = await store.entity(TENANT, ID, EVERYTHING)
    assert record is not None
    assert SPEED not in record.entity.attributes


async def test_more_end_at_once_than_one_commit_takes(store: Store, clock: Clock) -> None:
    many = [put(ending(f"urn:s:{n}", clock.now + SECOND + n, speed=n)) for n in range(700)]
    await store.apply(TENANT, many, SYSTEM)
    clock.forward(2 * SECOND)
    assert await ids(store) == []
    assert len((await store.log(TENANT, 700, 2_000)).entries) == 700


async def test_readers_with_limited_grants_see_it_end_too(store: Store, clock: Clock) -> None:
    limited = Grants((Grant(types=frozenset({SENSOR})),))
    await write(store, put(ending(ID, clock.now + SECOND)))
    clock.forward(SECOND)
    assert await ids(store, limited) == []


async def test_subscriptions_are_asked_as_of_a_deletion(tmp_path: Path, clock: Clock) -> None:
    heard: list[Seen] = []

    def owing(_tenant: str, seen: Seen) -> Sequence[str]:
        heard.append(seen)
        return ["urn:subscription:1"]

    async with SqliteStore(tmp_path, clock, owing=owing) as store:
        await write(store, put(ending(ID, clock.now + SECOND, speed=1)))
        clock.forward(SECOND)
        await store.end_what_is_due(TENANT)
        assert [(seen.before is None, seen.after is None) for seen in heard] == [(True, False), (False, True)]
        assert [debt.entity is None for debt in await store.debts(TENANT)] == [False, True]


async def test_what_ends_while_nobody_runs_is_gone_at_the_start(tmp_path: Path, clock: Clock) -> None:
    async with SqliteStore(tmp_path, clock) as store:
        await write(store, put(ending(ID, clock.now + SECOND)))
    clock.forward(HOUR)
    async with SqliteStore(tmp_path, clock) as store:
        assert await ids(store) == []


async def test_a_file_of_an_earlier_version_learns_what_ends(tmp_path: Path, clock: Clock) -> None:
    async with SqliteStore(tmp_path, clock) as store:
        await write(store, put(ending(ID, clock.now + SECOND)), put(ending(OTHER, clock.now + HOUR)))
        await store.tenant(TENANT).work(
            lambda connection: rows(connection, "DROP TABLE due; DROP TABLE owed; DROP TABLE recent; DROP TABLE point")
        )
        columns = "ALTER TABLE entity DROP COLUMN untold; ALTER TABLE entity DROP COLUMN birth"
        await store.tenant(TENANT).work(lambda connection: rows(connection, columns))
        await store.tenant(TENANT).work(lambda connection: connection.pragma("user_version", 5))
    async with SqliteStore(tmp_path, clock) as store:
        assert await ids(store) == [ID, OTHER]
        clock.forward(SECOND)
        assert await ids(store) == [OTHER]
        clock.forward(HOUR)
        assert await ids(store) == []
