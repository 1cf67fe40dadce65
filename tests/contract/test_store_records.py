"""What a service keeps in tables of its own: committed with the facts it publishes, seen by few, erased for good."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from city_at_hand import TENANT, Clock, put, refuse, thing, write
from records_at_hand import (
    FIRST,
    KEEPER,
    LOOKER,
    OF_OTHER_THINGS,
    OWNER,
    SECOND,
    VISIT,
    WELL,
    WEST_ONLY,
    book,
    keeper,
    statement,
)
from stores_at_hand import Place

from pinisi.store.change import Forbidden, RecordChange, Refused, VersionConflict
from pinisi.store.history import HistoryQuery
from pinisi.store.protocol import Store
from pinisi.store.record_tables import BadRecords, ReadyStatement
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Principal

pytestmark = pytest.mark.anyio
Ready = Mapping[str, ReadyStatement]


@pytest.fixture
async def ready(store: Store) -> Ready:
    return await store.prepare_records(TENANT, book())


def owner(ready: Ready, key: str = "o1", name: str = "Daeng Siti", area: str = "73.1", wells: int = 2) -> RecordChange:
    return RecordChange(ready["take in"], {"key": key, "name": name, "area": area, "wells": wells})


async def asked(store: Store, ready: Ready, name: str, by: Principal = KEEPER, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in await store.records(TENANT, ready[name], values, by)]


async def acts(store: Store) -> list[dict[str, Any]]:
    """The audit lines of the log, each with its subject and who it was."""
    entries = (await store.log(TENANT, 0, 1_000)).entries
    return [
        msgspec.json.decode(entry.detail or b"{}") | {"subject": entry.subject, "by": entry.principal}
        for entry in entries
        if entry.op == "audit"
    ]


# committed together


async def test_a_record_and_the_fact_that_it_publishes_are_there_together(store: Store, ready: Ready) -> None:
    await store.apply(TENANT, [owner(ready), put(thing("urn:well:1", WELL, level=3))], KEEPER)
    assert await asked(store, ready, "how many") == [{"owners": 1, "wells": 2}]
    assert await store.entity(TENANT, "urn:well:1", EVERYTHING) is not None


async def test_a_refused_fact_takes_the_record_back(store: Store, ready: Ready) -> None:
    with pytest.raises(Refused, match="not today"):
        await store.apply(TENANT, [owner(ready), refuse("urn:well:1")], KEEPER)
    assert await asked(store, ready, "how many") == [{"owners": 0, "wells": None}]


async def test_a_rule_of_the_table_that_is_broken_takes_the_fact_back_and_nothing_of_others(
    store: Store, ready: Ready
) -> None:
    await store.apply(TENANT, [owner(ready)], KEEPER)
    before = await store.position(TENANT)
    with pytest.raises(Refused, match=r"wells/take in: .*UNIQUE"):
        await store.apply(TENANT, [put(thing("urn:well:9", WELL)), owner(ready)], KEEPER)
    with pytest.raises(Refused, match=r"wells/take in: .*CHECK"):
        await store.apply(TENANT, [owner(ready, "o2", wells=0)], KEEPER)
    assert await store.entity(TENANT, "urn:well:9", EVERYTHING) is None
    assert await store.position(TENANT) == before
    await write(store, put(thing("urn:well:2", WELL)))
    assert await store.position(TENANT) == before + 1


async def test_who_writes_at_the_same_moment_is_not_touched_by_a_broken_rule(store: Store, ready: Ready) -> None:
    import asyncio

    await store.apply(TENANT, [owner(ready)], KEEPER)
    works = [store.apply(TENANT, [put(thing(f"urn:well:{n}", WELL))], SYSTEM) for n in range(5)]
    works.insert(2, store.apply(TENANT, [owner(ready)], KEEPER))
    answers = await asyncio.gather(*works, return_exceptions=True)
    assert [isinstance(answer, Refused) for answer in answers] == [False, False, True, False, False, False]
    assert (await store.type_counts(TENANT, EVERYTHING))[WELL] == 5


async def test_a_change_that_finds_other_rows_than_it_expects_is_refused(store: Store, ready: Ready) -> None:
    rename = RecordChange(ready["rename"], {"key": "o1", "name": "Daeng Tata"}, rows=1)
    with pytest.raises(VersionConflict, match="0 rows were there to change, not 1"):
        await store.apply(TENANT, [rename], KEEPER)
    await store.apply(TENANT, [owner(ready), rename], KEEPER)
    assert await asked(store, ready, "who", key="o1") == [{"key": "o1", "name": "Daeng Tata"}]


async def test_a_repeated_key_changes_no_record_twice(store: Store, ready: Ready) -> None:
    note = RecordChange(ready["note"], {"key": "o1", "said": "pump broken"})
    for _ in range(2):
        await store.apply(TENANT, [note], KEEPER, key="visit 7")
    count = statement("visits", "SELECT count(*) AS n FROM wells__visit")
    more = await store.prepare_records(TENANT, book(statements=(count,)))
    assert await asked(store, more, "visits") == [{"n": 1}]


async def test_records_never_change_in_a_set_that_may_succeed_in_part(store: Store, ready: Ready) -> None:
    with pytest.raises(Refused, match="or not at all"):
        await store.apply(TENANT, [owner(ready)], KEEPER, atomic=False)


async def test_records_are_there_after_the_store_was_closed(place: Place, clock: Clock) -> None:
    async with place.open(clock) as first:
        ready = await first.prepare_records(TENANT, book())
        await first.apply(TENANT, [owner(ready)], KEEPER)
    async with place.open(clock) as second:
        ready = await second.prepare_records(TENANT, book())
        assert await asked(second, ready, "who", key="o1") == [{"key": "o1", "name": "Daeng Siti"}]


# who may


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (keeper(EVERYTHING, "records.write"), "needs records.read"),
        (OF_OTHER_THINGS, "lie outside"),
        (WEST_ONLY, "limited to areas"),
    ],
)
async def test_who_is_not_reached_reads_nothing(store: Store, ready: Ready, by: Principal, reason: str) -> None:
    await store.apply(TENANT, [owner(ready)], KEEPER)
    with pytest.raises(Forbidden, match=reason):
        await asked(store, ready, "who", by, key="o1")


@pytest.mark.parametrize("by", [LOOKER, keeper(EVERYTHING, "records.read")])
async def test_who_may_only_look_changes_nothing(store: Store, ready: Ready, by: Principal) -> None:
    with pytest.raises(Forbidden):
        await store.apply(TENANT, [owner(ready)], by)
    assert (await asked(store, ready, "how many"))[0]["owners"] == 0


async def test_who_is_limited_to_an_area_reads_the_rows_of_that_area(store: Store, ready: Ready) -> None:
    await store.apply(TENANT, [owner(ready), owner(ready, "o2", area="73.2", wells=5)], KEEPER)
    assert await asked(store, ready, "mine", WEST_ONLY) == [{"key": "o1", "wells": 2}]
    assert [row["key"] for row in await asked(store, ready, "mine")] == ["o1", "o2"]


async def test_nobody_names_the_areas_himself(store: Store, ready: Ready) -> None:
    with pytest.raises(Refused, match="has no parameter areas"):
        await asked(store, ready, "mine", WEST_ONLY, areas='["73.2"]')


# on record


async def test_a_reading_of_personal_columns_is_in_the_trail_with_whose_they_were(store: Store, ready: Ready) -> None:
    await store.apply(TENANT, [owner(ready)], KEEPER)
    await asked(store, ready, "who", LOOKER, key="o1")
    assert (await acts(store))[-1] == {
        "act": "records.read",
        "subject": "wells/who",
        "by": "person:ani",
        "columns": ["wells__owner.name"],
        "rows": 1,
        "subjects": ["o1"],
    }


async def test_a_reading_of_nothing_personal_is_not(store: Store, ready: Ready) -> None:
    before = await acts(store)
    await asked(store, ready, "how many")
    await asked(store, ready, "mine")
    assert await acts(store) == before


async def test_no_personal_column_is_read_by_another_name(store: Store) -> None:
    hidden = statement("hidden", "SELECT count(*) AS n FROM wells__owner AS w WHERE w.name LIKE :like")
    all = statement("all", "SELECT * FROM wells__owner")
    ready = await store.prepare_records(TENANT, book(statements=(hidden, all)))
    assert ready["hidden"].personal == ("wells__owner.name",)
    assert ready["all"].personal == ("wells__owner.name", "wells__owner.phone")
    await asked(store, ready, "hidden", like="D%")
    assert (await acts(store))[-1]["subject"] == "wells/hidden"


async def test_a_change_is_in_the_trail_without_what_it_says(store: Store, ready: Ready) -> None:
    await store.apply(TENANT, [owner(ready)], KEEPER)
    assert (await acts(store))[-1] == {"act": "records.change", "subject": "wells/take in", "by": "person:ani"}


async def test_nothing_of_a_record_is_readable_through_the_context(store: Store, ready: Ready) -> None:
    await store.apply(TENANT, [owner(ready, name="Daeng Rahasia"), put(thing("urn:well:1", WELL, level=3))], KEEPER)
    await asked(store, ready, "who", key="o1")
    said = [repr(entry) for entry in (await store.log(TENANT, 0, 100)).entries]
    said += [repr(await store.stories(TENANT, ["urn:well:1"], HistoryQuery(), EVERYTHING))]
    said += [repr((await store.entity(TENANT, "urn:well:1", EVERYTHING) or object).__getattribute__("body"))]  # type: ignore[union-attr]
    said += [repr(await store.documents(TENANT, kind)) for kind in ("record", "wells", "wells__owner")]
    assert [text for text in said if "Rahasia" in text] == []


# erased


async def test_an_erased_subject_is_in_no_table_and_in_no_byte_of_the_file(tmp_path: Any, clock: Clock) -> None:
    async with SqliteStore(tmp_path / "own", clock) as store:
        ready = await store.prepare_records(TENANT, book())
        noted = RecordChange(ready["note"], {"key": "o1", "said": "Rahasia called from 0812-555"})
        changes = [owner(ready, f"o{n}", name=f"Daeng {n}") for n in range(2, 40)]
        await store.apply(TENANT, [owner(ready, name="Daeng Rahasia"), noted, *changes], KEEPER)
        for name in ("erase wells__owner", "erase wells__visit"):
            await store.apply(TENANT, [RecordChange(ready[name], {"subject": "o1"})], KEEPER)
        await store.wipe(TENANT)
        assert await asked(store, ready, "who", key="o1") == []
        assert (await asked(store, ready, "how many"))[0]["owners"] == 38
        left = [path.name for path in (tmp_path / "own").iterdir() if b"Rahasia" in path.read_bytes()]
        assert left == []


async def test_what_a_change_overwrites_is_wiped_too(tmp_path: Any, clock: Clock) -> None:
    async with SqliteStore(tmp_path / "own", clock) as store:
        ready = await store.prepare_records(TENANT, book())
        await store.apply(TENANT, [owner(ready, name="Daeng Rahasia " * 50)], KEEPER)
        await store.apply(TENANT, [RecordChange(ready["rename"], {"key": "o1", "name": "x"}, rows=1)], KEEPER)
        await store.wipe(TENANT)
        assert [path.name for path in (tmp_path / "own").iterdir() if b"Rahasia" in path.read_bytes()] == []


async def test_to_erase_needs_the_permission(store: Store, ready: Ready) -> None:
    by = keeper(EVERYTHING, "records.read", "records.write")
    with pytest.raises(Forbidden, match=r"records\.erase"):
        await store.apply(TENANT, [RecordChange(ready["erase wells__owner"], {"subject": "o1"})], by)


# what cannot be kept


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"key": "o1"}, "is missing"),
        ({"key": "o1", "name": "a", "area": "b", "wells": 1, "x": 1}, "no parameter x"),
        ({"key": "o1", "name": "a", "area": "b", "wells": float("nan")}, "no finite number"),
        ({"key": "o1", "name": "a", "area": "b", "wells": 10**400}, "more than 64 bits"),
        ({"key": "o1", "name": "\ud800", "area": "b", "wells": 1}, "UTF-8"),
        ({"key": "o1", "name": ["a"], "area": "b", "wells": 1}, "a list"),
        ({"key": "o1", "name": "a", "area": "b", "wells": "many"}, "wells/take in"),
        ({"key": None, "name": None, "area": "b", "wells": 1}, "wells/take in"),
    ],
)
async def test_values_that_cannot_be_kept_are_told_by_name(
    store: Store, ready: Ready, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        await store.apply(TENANT, [RecordChange(ready["take in"], values)], KEEPER)
    assert (await asked(store, ready, "how many"))[0]["owners"] == 0


async def test_reading_and_changing_are_not_mixed_up(store: Store, ready: Ready) -> None:
    with pytest.raises(Refused, match="changes nothing"):
        await store.apply(TENANT, [RecordChange(ready["who"], {"key": "o1"})], KEEPER)
    with pytest.raises(Refused, match="give it to `apply`"):
        await store.records(TENANT, ready["rename"], {"key": "o1", "name": "x"}, KEEPER)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT body FROM entity", "reaches beyond wells__"),
        ("SELECT name FROM sqlite_schema", "reaches beyond"),
        ("SELECT key FROM wells__owner JOIN document USING (id)", "wells/s"),
        ("DELETE FROM log", "reaches beyond"),
        ("PRAGMA user_version = 9", "reaches beyond"),
        ("ATTACH '/tmp/x' AS x", "reaches beyond"),
        ("DROP TABLE wells__owner", "reaches beyond"),
        ("SELECT key FROM wells__owner; DELETE FROM wells__owner", "more than one statement"),
        ("SELECT key FROM wells__owner WHERE key = ?", "without a name"),
        ("SELECT colour FROM wells__owner", "no such column"),
        ("SELEC", "syntax"),
    ],
)
async def test_a_statement_that_reaches_beyond_its_own_tables_is_not_taken(store: Store, sql: str, reason: str) -> None:
    with pytest.raises(BadRecords, match=reason):
        await store.prepare_records(TENANT, book(statements=(statement("s", sql),)))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE owner (key TEXT)",
        "DROP TABLE log",
        "DELETE FROM history",
        "CREATE TABLE wells__copy AS SELECT * FROM entity",
        "ALTER TABLE document ADD COLUMN x",
        "COMMIT",
        "PRAGMA journal_mode = delete",
        "ATTACH '/tmp/x' AS x",
        "CREATE TRIGGER wells__t AFTER INSERT ON entity BEGIN DELETE FROM log; END",
        "CREATE VIEW wells__v AS SELECT 1",
        "CREATE TABLE wells__x (",
    ],
)
async def test_a_migration_that_reaches_beyond_its_own_tables_changes_nothing(store: Store, sql: str) -> None:
    await store.prepare_records(TENANT, book(migrations=(FIRST,), tables=(replaced_owner(),), statements=()))
    with pytest.raises(BadRecords, match=r"wells: migration 3"):
        await store.prepare_records(TENANT, book(migrations=(FIRST, SECOND, sql)))
    await write(store, put(thing("urn:well:1", WELL)))
    ready = await store.prepare_records(TENANT, book())
    assert (await asked(store, ready, "how many"))[0]["owners"] == 0


def replaced_owner() -> Any:
    return msgspec.structs.replace(OWNER, personal=frozenset({"name"}))


async def test_a_released_migration_is_never_changed(store: Store, ready: Ready) -> None:
    with pytest.raises(BadRecords, match="migration 1 has been changed"):
        await store.prepare_records(TENANT, book(migrations=(FIRST + "\n", SECOND)))


async def test_a_file_that_is_newer_than_the_service_is_told(store: Store, ready: Ready) -> None:
    with pytest.raises(BadRecords, match="version 2, this version of it knows 1"):
        await store.prepare_records(TENANT, book(migrations=(FIRST,)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tables": (OWNER,)}, "wells__visit is made, and not declared"),
        ({"tables": (msgspec.structs.replace(OWNER, subject="nik"), VISIT)}, "has no column nik"),
        ({"tables": (msgspec.structs.replace(OWNER, name="document"), VISIT)}, "no table document"),
    ],
)
async def test_a_table_is_declared_as_it_is(store: Store, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRecords, match=reason):
        await store.prepare_records(TENANT, book(**changes))
