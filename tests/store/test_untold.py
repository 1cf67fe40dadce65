"""What history has only by the state of an entity: every reader of the past tells the same as if it had been written.

Two stores live through the same; one writes of each birth what the other leaves untold.
"""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from things_at_hand import TENANT, area, point, put, square

from pinisi.context import edits
from pinisi.context.newborns import Newborns
from pinisi.context.payload import Fragment
from pinisi.context.plain_batch import WholeEntities
from pinisi.context.term_table import CORE_TABLE
from pinisi.store import partly_told
from pinisi.store.change import Change, Edit, EntityChange, Forgotten, Renewal
from pinisi.store.history import HistoryQuery, PictureQuery, TimelineQuery
from pinisi.store.query import Compare, EntityQuery
from pinisi.store.query import Path as Where
from pinisi.store.retelling import retell
from pinisi.store.retention import Hold
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import HOUR, Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants
from pinisi.vocabulary.terms import DEFAULT_CONTEXT, LOCATION

BEGIN = 1_795_738_320_000_000 - 1_795_738_320_000_000 % HOUR
NAME, LEVEL, STATUS = (DEFAULT_CONTEXT + word for word in ("name", "level", "status"))
TYPE = DEFAULT_CONTEXT + "Sensor"
IDS = tuple(f"urn:ngsi-ld:Sensor:{n}" for n in range(3))
READERS = (
    EVERYTHING,
    Grants((Grant(areas=frozenset({"1"})),)),
    Grants((Grant(attributes=frozenset({LEVEL, LOCATION})),)),
)


class Clock:
    now = BEGIN

    def __call__(self) -> Instant:
        return self.now


def document(id: str, level: Any, moment: Instant | None, lon: float | None) -> dict[str, Any]:
    dated = {} if moment is None else {"observedAt": format_instant(moment)}
    told: dict[str, Any] = {
        "id": id,
        "type": "Sensor",
        "name": {"type": "Property", "value": 'a "name"\n'},
        "level": {"type": "Property", "value": level, "unitCode": "MTR", **dated},
        "refSite": {"type": "Relationship", "object": "urn:site:1"},
    }
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, 0.5]}}
    return told if lon is None else told | {"location": place}


def upserts(documents: list[dict[str, Any]]) -> list[Change]:
    """As the endpoint of batches makes them."""
    whole = WholeEntities(msgspec.json.encode(documents))
    assert whole.plain is not None
    newborns = Newborns(whole.plain)
    changes: list[Change] = []
    for place in range(len(documents)):
        told = newborns.read(place, CORE_TABLE)
        assert told is not None
        id, newborn = told
        changes.append(EntityChange(id, partial(_upserted, whole, place), None, None, newborn))
    return changes


def _upserted(whole: WholeEntities, place: int, present: Entity | None, now: Instant) -> Edit:
    return edits.upsert(whole.read(place, CORE_TABLE))(present, now)


def renewal(id: str, name: str, instance: Instance) -> EntityChange:
    def made() -> Instance:
        return msgspec.structs.replace(instance)

    transform = edits.update(id, Fragment(attributes={name: [made()]}))
    short = Renewal({name: made()}, edits.UpdateResult([name], []))
    return EntityChange(id, _lenient(transform), None, None, None, short)


def _lenient(transform: Any) -> Any:
    return lambda present, now: Edit(None) if present is None else transform(present, now)


def edited(id: str, edit: Any) -> EntityChange:
    return EntityChange(id, lambda old, now: Edit(None) if old is None else edit(old, now))


def with_instance(name: str, instance: Instance) -> Any:
    """Beside those that are there under another dataset."""

    def edit(old: Entity, now: Instant) -> Edit:
        fresh = msgspec.structs.replace(instance, created_at=now, modified_at=now)
        kept = [one for one in old.attributes.get(name, ()) if one.dataset_id != fresh.dataset_id]
        return Edit(msgspec.structs.replace(old, attributes={**old.attributes, name: [*kept, fresh]}, modified_at=now))

    return edit


def without(name: str) -> Any:
    def edit(old: Entity, now: Instant) -> Edit:
        left = {key: many for key, many in old.attributes.items() if key != name}
        return Edit(msgspec.structs.replace(old, attributes=left, modified_at=now))

    return edit


def late(name: str, instance: Instance, said_once: bool) -> Any:
    return lambda old, now: Edit(old, late=[(name, msgspec.structs.replace(instance))], said_once=said_once)


def forgotten(*gone: Forgotten, delete: bool = False) -> Any:
    return lambda old, now: Edit(None if delete else old, forget=gone)


ids = st.sampled_from(IDS)
moments = st.sampled_from([None, BEGIN - 3 * HOUR, BEGIN - HOUR + 1, BEGIN + HOUR])
levels = st.sampled_from([1, 2.5, True, "text", -0.0, 10**18 + 1, 1e301])
lons = st.sampled_from([None, 0.5, 1.5, 40.0])
names = st.sampled_from([NAME, LEVEL, STATUS, LOCATION])
values = st.builds(
    lambda value, moment: Instance(PROPERTY, value, observed_at=None if moment is None else format_instant(moment)),
    levels, moments,
)  # fmt: skip
others = values.map(lambda one: msgspec.structs.replace(one, dataset_id="urn:d"))
places = st.sampled_from([point(0.5, 0.5), point(1.5, 0.5), point(40.0, 1.0)])
named = st.tuples(st.just(LOCATION), places) | st.tuples(st.sampled_from([NAME, LEVEL, STATUS]), values)
changes = st.one_of(
    st.lists(st.builds(document, ids, levels, moments, lons), min_size=1, max_size=3).map(upserts),
    st.builds(lambda id, told: [renewal(id, *told)], ids, named),
    st.builds(lambda id, told: [edited(id, with_instance(*told))], ids, named),
    st.builds(lambda id, one: [edited(id, with_instance(LEVEL, one))], ids, others),
    st.builds(lambda id, name: [edited(id, without(name))], ids, names),
    st.builds(lambda id: [EntityChange(id, lambda old, now: Edit(None))], ids),
    st.builds(lambda id, one, once: [edited(id, late(LEVEL, one, once))], ids, values, st.booleans()),
    st.builds(lambda id, name: [edited(id, forgotten(Forgotten(name)))], ids, names),
    st.builds(lambda id, at: [edited(id, forgotten(Forgotten(LEVEL, "", at)))], ids, st.just(BEGIN - 3 * HOUR)),
    st.builds(lambda id, whole: [edited(id, forgotten(Forgotten(), delete=whole))], ids, st.booleans()),
    st.builds(lambda west: [put(area("1", square(west, 0.0)))], st.sampled_from([0.0, 1.0])),
)  # fmt: skip
steps = st.one_of(
    st.lists(changes, min_size=1, max_size=3).map(lambda some: ("apply", [one for each in some for one in each])),
    st.lists(changes, min_size=2, max_size=4).map(lambda some: ("group", some)),
    st.sampled_from([("reopen", None), ("retain", None), ("hold", None), ("rest", None), ("settle", None)]),
)


async def live(folder: Path, steps: list[tuple[str, Any]], *, told: bool) -> list[Any]:
    """What all readers are told after each step."""
    clock = Clock()
    heard: list[Any] = []
    store = _opened(folder, clock, told)
    try:
        for kind, what in steps:
            if kind == "apply":
                await store.apply(TENANT, what, SYSTEM, atomic=False)
            elif kind == "group":
                await asyncio.gather(*(store.apply(TENANT, some, SYSTEM, atomic=False) for some in what))
            elif kind == "retain":
                await store.retain(TENANT, clock.now - HOUR // 2, 0)
            elif kind == "hold":
                await store.hold(TENANT, Hold("report", IDS[0], BEGIN - 4 * HOUR, BEGIN + 9 * HOUR))
            elif kind == "rest":
                store.tenant(TENANT).forget_cached()
            elif kind == "settle":
                await store.tenant(TENANT).settle()
            else:
                await store.close()
                store = _opened(folder, clock, told)
            for _ in range(1_000):
                if not store.tenant(TENANT).relocating:
                    break
                await asyncio.sleep(0.001)
            clock.now += HOUR
            heard.append(await _past(store, clock.now))
    finally:
        await store.close()
    return heard


def _opened(folder: Path, clock: Clock, told: bool) -> SqliteStore:
    store = SqliteStore(folder, clock)
    store.tenant(TENANT)._writer._ledger.tells_births = told
    return store


async def _past(store: SqliteStore, now: Instant) -> list[Any]:
    queries = [
        HistoryQuery(),
        HistoryQuery(by="received", since=BEGIN, until=now, last=2),
        HistoryQuery(attributes=(LEVEL,), known=BEGIN + HOUR // 2, each=True, limit=1),
        HistoryQuery(since=BEGIN - 3 * HOUR, until=now, limit=3),
        HistoryQuery(since=BEGIN - 3 * HOUR, period=HOUR),
        HistoryQuery(since=BEGIN - 3 * HOUR, until=now, by="received", period=HOUR),
    ]
    told: list[Any] = []
    for reader in READERS:
        for query in queries:
            told.append(await store.stories(TENANT, IDS, query, reader))
        for at in (BEGIN - 4 * HOUR, BEGIN - 2 * HOUR, BEGIN, BEGIN + 2 * HOUR, now):
            for known in (None, at, BEGIN):
                asked = PictureQuery(entities=EntityQuery(), at=at, known=known)
                picture = await store.picture(TENANT, asked, reader)
                told.append([(one.id, one.family.types, one.family.areas, one.entity) for one in picture.records])
        some = PictureQuery(entities=EntityQuery(ids=IDS[:2]), at=BEGIN, attributes=(LEVEL,))
        few = PictureQuery(entities=EntityQuery(), at=now, attributes=(STATUS, LEVEL), limit=2)
        high = EntityQuery(filter=Compare(Where(LEVEL), ">", (1.0,)))
        for asked in (some, few, PictureQuery(entities=high, at=BEGIN - HOUR)):
            told.append([(one.id, one.entity) for one in (await store.picture(TENANT, asked, reader)).records])
        for by in ("observed", "received"):
            for since in (None, BEGIN - HOUR):
                asked = TimelineQuery(since=since, until=now, buckets=7, by=by)
                told.append(await store.timeline(TENANT, asked, reader))
        told.append(await store.gone(TENANT, EntityQuery(), reader, since=BEGIN, limit=9))
    told.append(list(retell(store.path(TENANT), None, BEGIN + HOUR // 2, now)))
    told.append(list(retell(store.path(TENANT), [TYPE], BEGIN, now - HOUR)))
    for id in IDS:
        record = await store.entity(TENANT, id, EVERYTHING)
        told.append(None if record is None else record.body)
    return told


@settings(max_examples=60)
@given(st.lists(steps, min_size=1, max_size=8), st.sampled_from([2, 64]))
def test_readers_are_told_the_same_as_if_it_were_written(steps: list[tuple[str, Any]], alone: int) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.object(partly_told, "ALONE", alone):
        one, other = (asyncio.run(live(Path(folder) / str(told), steps, told=told)) for told in (False, True))
    assert one == other


@pytest.mark.anyio
async def test_a_birth_has_no_rows_of_history_until_a_value_gets_another(tmp_path: Path) -> None:
    clock = Clock()
    async with SqliteStore(tmp_path, clock) as store:
        await store.apply(TENANT, upserts([document(IDS[0], 1, None, 0.5)]), SYSTEM)
        assert _counted(store) == (0, 4)
        clock.now += HOUR
        await store.apply(TENANT, [renewal(IDS[0], LEVEL, Instance(PROPERTY, 2))], SYSTEM)
        assert _counted(store) == (2, 3)
        await store.apply(TENANT, [EntityChange(IDS[0], lambda old, now: Edit(None))], SYSTEM)
        assert _counted(store) == (9, 0)


def _counted(store: SqliteStore) -> tuple[int, int]:
    """Rows of history, and values that are untold."""
    connection = apsw.Connection(str(store.path(TENANT)))
    ((rows,),) = connection.execute("SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM recent)")
    found = connection.execute("SELECT untold FROM entity WHERE untold IS NOT NULL").fetchall()
    connection.close()
    return rows, sum(len(text.split(",")) - 2 for (text,) in found)


@pytest.mark.anyio
async def test_a_hold_protects_what_only_the_state_says(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, Clock()) as store:
        await store.apply(TENANT, upserts([document(id, 1, BEGIN - HOUR, 0.5) for id in IDS[:2]]), SYSTEM)
        await store.hold(TENANT, Hold("report", IDS[0], BEGIN - 4 * HOUR, BEGIN))
        for id in IDS[:2]:
            await store.apply(TENANT, [edited(id, forgotten(Forgotten(), delete=True))], SYSTEM)
        stories = await store.stories(TENANT, IDS[:2], HistoryQuery(), EVERYTHING)
    kept = {story.id: [moment.attribute for moment in story.moments] for story in stories}
    assert kept == {IDS[0]: [LEVEL], IDS[1]: []}


@pytest.mark.anyio
async def test_what_is_left_when_a_part_is_erased_is_told_once(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, Clock()) as store:
        await store.apply(TENANT, upserts([document(IDS[0], 1, BEGIN - HOUR, 0.5)]), SYSTEM)
        await store.apply(TENANT, [edited(IDS[0], forgotten(Forgotten(LEVEL)))], SYSTEM)
        (story,) = await store.stories(TENANT, IDS[:1], HistoryQuery(), EVERYTHING)
        assert _counted(store) == (3, 0)
    attributes = [moment.attribute for moment in story.moments]
    assert sorted(attributes) == sorted({*attributes}) and LEVEL not in attributes


@pytest.mark.anyio
async def test_a_late_value_is_kept_once_and_in_the_family_of_its_time(tmp_path: Path) -> None:
    clock = Clock()
    async with SqliteStore(tmp_path, clock) as store:
        await store.apply(TENANT, upserts([document(IDS[0], 1, BEGIN - HOUR, 0.5)]), SYSTEM)
        again = Instance(PROPERTY, 1, observed_at=format_instant(BEGIN - HOUR), unit_code="MTR")
        told = await store.apply(TENANT, [edited(IDS[0], late(LEVEL, again, True))], SYSTEM)
        assert told.outcomes[0].position is None
        clock.now += HOUR
        await store.apply(TENANT, [edited(IDS[0], retyped("urn:type:other"))], SYSTEM)
        for minute, level in ((-30, 2), (30, 3)):
            one = Instance(PROPERTY, level, observed_at=format_instant(BEGIN + minute * HOUR // 60))
            await store.apply(TENANT, [edited(IDS[0], late(LEVEL, one, False))], SYSTEM)
        assert _counted(store) == (3, 3)
        sensors = Grants((Grant(types=frozenset({TYPE})),))
        (story,) = await store.stories(TENANT, IDS[:1], HistoryQuery(attributes=(LEVEL,)), sensors)
    assert [moment.instance.value for moment in story.moments if moment.instance] == [1, 3]


@pytest.mark.anyio
async def test_a_file_of_an_earlier_version_is_read_on(tmp_path: Path) -> None:
    clock = Clock()
    store = _opened(tmp_path, clock, told=True)
    await store.apply(TENANT, upserts([document(IDS[0], 1, None, 0.5)]), SYSTEM)
    await store.close()
    connection = apsw.Connection(str(store.path(TENANT)))
    connection.execute("DROP TABLE point; ALTER TABLE entity DROP COLUMN untold; ALTER TABLE entity DROP COLUMN birth")
    connection.pragma("user_version", 9)
    connection.close()
    async with SqliteStore(tmp_path, clock) as store:
        await store.apply(TENANT, upserts([document(IDS[1], 2, None, 0.5)]), SYSTEM)
        await store.apply(TENANT, [renewal(id, LEVEL, Instance(PROPERTY, 3)) for id in IDS[:2]], SYSTEM)
        stories = await store.stories(TENANT, IDS[:2], HistoryQuery(attributes=(LEVEL,)), EVERYTHING)
    values = [[moment.instance.value for moment in story.moments if moment.instance] for story in stories]
    assert values == [[1, 3], [2, 3]]


def retyped(type: str) -> Any:
    return lambda old, now: Edit(msgspec.structs.replace(old, types=[type], modified_at=now))


@pytest.mark.anyio
async def test_who_looks_at_what_never_changed_does_not_seek_it_in_history(tmp_path: Path) -> None:
    """Rows under an entity that never changed are met by nobody: there cannot be any."""
    clock = Clock()
    async with SqliteStore(tmp_path, clock) as store:
        await store.apply(TENANT, upserts([document(id, 1, None, 0.5) for id in IDS]), SYSTEM)
        clock.now += HOUR
        await store.apply(TENANT, [renewal(IDS[2], LEVEL, Instance(PROPERTY, 2))], SYSTEM)
        connection = apsw.Connection(str(store.path(TENANT)))
        connection.execute("INSERT INTO history SELECT 1, attribute, dataset, observed, 9, received, 1, 1, 9, body "
                           "FROM recent")  # fmt: skip
        connection.close()
        asked = PictureQuery(entities=EntityQuery(), at=clock.now, attributes=(LEVEL,))
        picture = await store.picture(TENANT, asked, EVERYTHING)
    assert [one.entity.attributes[LEVEL][0].value for one in picture.records] == [1, 1, 2]
