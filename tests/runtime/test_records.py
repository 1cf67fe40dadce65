"""A service's own tables as it reaches them: by name, brought forward from every version, in a room of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from well_source import pinisi_table

from pinisi.city.text import Text
from pinisi.feed.in_process import InProcessFeed
from pinisi.runtime.clock import WallClock
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.manifest import Service
from pinisi.runtime.records import BadRecords, RecordRoom, Records, Statement, Table, migrations_of, open_records
from pinisi.runtime.rooms import Rooms
from pinisi.runtime.services import Found, Registry
from pinisi.store.change import Forbidden
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.records import from_every_version
from pinisi.vocabulary.principal import EVERYTHING, Principal

pytestmark = pytest.mark.anyio
TABLE = pinisi_table()
FIRST = "CREATE TABLE wells__owner (key TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;"
SECOND = "ALTER TABLE wells__owner ADD COLUMN phone TEXT NOT NULL DEFAULT 'none';"
THIRD = """\
CREATE TABLE wells__visit (owner TEXT NOT NULL, said TEXT NOT NULL) STRICT;
INSERT INTO wells__visit SELECT key, 'called ' || phone FROM wells__owner WHERE phone != 'none';
"""
RECORDS = Records(
    type="Well",
    migrations=(FIRST, SECOND, THIRD),
    tables=(
        Table(name="owner", subject="key", personal=("name", "phone")),
        Table(name="visit", subject="owner", personal=("said",)),
    ),
    statements=(
        Statement(name="take in", sql="INSERT INTO wells__owner (key, name) VALUES (:key, :name)"),
        Statement(name="all", sql="SELECT key, name, phone FROM wells__owner ORDER BY key"),
        Statement(name="visits", sql="SELECT owner, said FROM wells__visit ORDER BY owner"),
    ),
)
KEEPER = Principal(
    id="person:ani",
    name="Ani",
    kind="person",
    permissions=frozenset({"records.read", "records.write", "records.erase"}),
    grants=EVERYTHING,
)


def service(records: Records = RECORDS) -> Service:
    return Service(name="wells", title=Text("Sumur", "Wells", "井戸"), types=("Well",), records=records)


async def rows(room: RecordRoom, name: str) -> list[Mapping[str, Any]]:
    return list(await room.read(name, {}, KEEPER))


async def test_a_file_of_every_released_version_comes_forward_with_its_rows() -> None:
    filled = {
        1: "INSERT INTO wells__owner VALUES ('a', 'Siti')",
        2: "INSERT INTO wells__owner VALUES ('a', 'Siti', '0812')",
        3: "INSERT INTO wells__owner VALUES ('a', 'Siti', '0812'); INSERT INTO wells__visit VALUES ('a', 'came')",
    }
    said = {1: [], 2: [{"owner": "a", "said": "called 0812"}], 3: [{"owner": "a", "said": "came"}]}
    seen: list[int] = []
    async for version, room in from_every_version("wells", RECORDS, TABLE, filled):
        (owner,) = await rows(room, "all")
        assert (owner["name"], owner["phone"]) == ("Siti", "none" if version == 1 else "0812")
        assert await rows(room, "visits") == said[version]
        seen.append(version)
    assert seen == [1, 2, 3]


async def test_a_step_that_cannot_take_what_was_kept_before_is_found() -> None:
    strict = "CREATE UNIQUE INDEX wells__once ON wells__owner (name);"
    tables = (Table(name="owner", subject="key", personal=("name",)),)
    records = Records(type="Well", migrations=(FIRST, strict), tables=tables, statements=RECORDS.statements[:1])
    twice = "INSERT INTO wells__owner VALUES ('a', 'Siti'), ('b', 'Siti')"
    with pytest.raises(BadRecords, match="migration 2: UNIQUE"):
        async for _ in from_every_version("wells", records, TABLE, {1: twice}):
            pass


async def opened(store: SqliteStore, *services: Service) -> Rooms:
    clock, feed = WallClock(), InProcessFeed(store)
    rooms = Rooms(store, "city", TABLE, clock, Keeper())
    await rooms.open(Registry([Found(each.name, "test", each) for each in services]), feed)
    return rooms


async def test_a_running_service_reaches_its_records_and_erases_whom_it_must(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, WallClock().now) as store:
        rooms = await opened(store, service())
        room = rooms.rooms["wells"].records
        assert room is not None
        await store.apply("city", [room.change("take in", {"key": "a", "name": "Siti"})], KEEPER)
        assert [row["name"] for row in await rows(room, "all")] == ["Siti"]
        with pytest.raises(Forbidden):
            await room.erase("a", Principal(id="x", name="X", kind="person", grants=EVERYTHING))
        await room.erase("a", KEEPER)
        assert await rows(room, "all") == []
        assert [path.name for path in tmp_path.iterdir() if b"Siti" in path.read_bytes()] == []
        await rooms.close()


async def test_a_service_whose_records_cannot_be_kept_is_shown_as_failed_and_the_rest_runs(tmp_path: Path) -> None:
    broken = Records(type="Well", migrations=("CREATE TABLE owner (x)",), tables=(), statements=())
    other = Service(name="rivers", title=Text("Sungai", "Rivers", "川"), types=("River",))
    async with SqliteStore(tmp_path, WallClock().now) as store:
        rooms = await opened(store, service(broken), other)
        assert {name: room.state for name, room in rooms.rooms.items()} == {"wells": "failed", "rivers": "running"}
        assert "migration 1" in rooms.rooms["wells"].reason
        await rooms.close()


async def test_a_statement_is_reached_by_its_name_and_the_houses_own_are_not(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, WallClock().now) as store:
        room = await open_records("wells", RECORDS, store, "city", TABLE)
        for name in ("nothing", "erase wells__owner"):
            with pytest.raises(LookupError):
                room.change(name, {})


def test_migrations_are_read_from_their_folder_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "wells_at_hand" / "migrations"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("")
    (folder / "0002-phone.sql").write_text(SECOND)
    (folder / "0001-begin.sql").write_text(FIRST)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert migrations_of("wells_at_hand") == (FIRST, SECOND)
    (folder / "0004-late.sql").write_text(THIRD)
    with pytest.raises(BadRecords, match="have holes"):
        migrations_of("wells_at_hand")
    (folder / "phone.sql").write_text(THIRD)
    with pytest.raises(BadRecords, match="is not called 0001-name"):
        migrations_of("wells_at_hand")
