"""History of what changed here and there: the same to every reader, before, while and after it goes to its place."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import apsw
import pytest
from failing_disk import FailingDisk
from hypothesis import given
from hypothesis import strategies as st
from things_at_hand import SPEED, TENANT, put, remove, thing

from pinisi.store import recent
from pinisi.store.history import HistoryQuery, PictureQuery
from pinisi.store.query import EntityQuery
from pinisi.store.recent import parted, prepare_to_settle, pull, put_recent, settle_slice
from pinisi.store.recent_shown import RecentShown, show_unsorted
from pinisi.store.retelling import retell
from pinisi.store.sql_rows import rows
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_schema import migrate, open_connection
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

ALL_OF_IT = f"SELECT {recent.COLUMNS} FROM history ORDER BY entity, attribute, dataset, observed, position"
ENTITIES = st.integers(1, 5)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.lists(ENTITIES, min_size=1, max_size=4)),
        st.tuples(st.just("settle"), st.integers(1, 4)),
        st.tuples(st.just("erase"), ENTITIES),
        st.tuples(st.just("erase in its place"), ENTITIES),
        st.tuples(st.just("pull"), ENTITIES),
        st.tuples(st.just("look"), st.just(0)),
        st.tuples(st.just("open again"), st.just(0)),
    ),
    max_size=30,
)


class _Kept:
    """Rows in a file: what a writer does to them, what two readers see, and what ought to be there."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.position = 0
        self.model: list[tuple[Any, ...]] = []
        self.open()

    def open(self) -> None:
        self.writer = open_connection(self.path)
        migrate(self.writer)
        prepare_to_settle(self.writer)
        self.reader = open_connection(self.path, read_only=True)
        self.shown = RecentShown(self.reader)

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    def do(self, act: str, what: Any) -> None:
        if act == "look":
            self.look()
        elif act == "open again":
            self.close()
            self.open()
        else:
            with self.writer:
                self._write(act, what)

    def _write(self, act: str, what: Any) -> None:
        if act == "write":
            self.position += 1
            lines = [(entity, 7, 0, 100 - self.position, self.position, 1, 1, 1, 0.5, b"x") for entity in set(what)]
            lines += [
                (entity, 7, 0, -self.position, -self.position, 1, 1, 1, 0.5, b"birth") for entity in set(what[:1])
            ]
            put_recent(self.writer, lines, came=self.position)
            self.model += lines
        elif act == "settle":
            for _ in range(what):
                settle_slice(self.writer)
        elif act == "pull":
            pull(self.writer, [what])
        else:
            if act == "erase":
                pull(self.writer, [what])
            gone = "DELETE FROM history WHERE entity = ?"
            before = set(rows(self.writer, ALL_OF_IT))
            self.writer.execute(gone, (what,))
            left = set() if act == "erase" else before
            self.model = [line for line in self.model if line[0] != what or (act != "erase" and line not in left)]

    def look(self) -> None:
        with self.reader:
            self.shown.catch_up()
            assert rows(self.reader, ALL_OF_IT) == sorted(self.model)
        once = open_connection(self.path)
        show_unsorted(once)
        assert rows(once, ALL_OF_IT) == sorted(self.model)
        once.close()


@given(ACTS)
def test_every_reader_sees_each_row_once(acts: list[tuple[str, Any]]) -> None:
    with TemporaryDirectory() as folder, patch.object(recent, "SLICE", 2), patch.object(recent, "AT_ONCE", 3):
        kept = _Kept(f"{folder}/kept.sqlite")
        for act, what in acts:
            kept.do(act, what)
        kept.look()
        kept.close()


TO_ITS_END = ("settle", 40)


@pytest.mark.parametrize("begun", range(12))
@pytest.mark.parametrize("act", ["erase", "erase in its place"])
@pytest.mark.parametrize("entity", [1, 3, 5])
def test_what_is_erased_amid_a_move_does_not_come_back(tmp_path: Path, begun: int, act: str, entity: int) -> None:
    with patch.object(recent, "SLICE", 1), patch.object(recent, "AT_ONCE", 4):
        kept = _Kept(str(tmp_path / "kept.sqlite"))
        for entities in ([1, 2, 3], [3, 4, 5], [1, 5], [3]):
            kept.do("write", entities)
        kept.do("settle", begun)
        kept.do(act, entity)
        kept.look()
        kept.do("pull", entity)
        kept.look()
        kept.do("erase", entity % 3 + 1)
        kept.do(*TO_ITS_END)
        kept.look()
        kept.close()


def test_a_move_ends_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with patch.object(recent, "SLICE", 10), patch.object(recent, "AT_ONCE", 7):
        kept = _Kept(str(tmp_path / "kept.sqlite"))
        for _ in range(25):
            kept.do("write", [1, 2, 3, 4])
        steps, left = 0, None
        while left is None:
            with kept.writer:
                left = settle_slice(kept.writer)
            steps += 1
            if steps == 5:
                kept.do("write", [1, 2])
            kept.look()
        assert left == 3
        assert steps > 10
        kept.do("settle", 20)
        assert rows(kept.writer, "SELECT count(*) FROM recent") == [(0,)]
        assert rows(kept.writer, "SELECT * FROM fact WHERE name LIKE 'settl%'") == []
        assert settle_slice(kept.writer) == 0
        kept.close()


def test_few_rows_are_scattered_and_none_of_what_is_new() -> None:
    many = [(entity, 1) for entity in range(recent.FEW + 1)]
    assert parted(many, ()) == (many, ())
    assert parted(many[1:], ()) == ([], many[1:])
    assert parted([(1, 1), (7, 1), (1, 2)], {7}) == ([(7, 1)], [(1, 1), (1, 2)])
    assert parted([], ()) == ([], [])


pytestmark = pytest.mark.anyio


async def _change(store: SqliteStore, first: int, last: int) -> None:
    for n in range(first, last):
        await store.apply(TENANT, [put(thing(f"urn:{n % 5}", speed=n))], SYSTEM)


async def _speeds(store: SqliteStore) -> dict[str, list[int]]:
    query = HistoryQuery(attributes=(SPEED,))
    told = await store.stories(TENANT, [f"urn:{n}" for n in range(5)], query, EVERYTHING)
    return {one.id: [moment.instance.value for moment in one.moments if moment.instance] for one in told}


def _expected(until: int) -> dict[str, list[int]]:
    return {f"urn:{n}": list(range(n, until, 5)) for n in range(5)}


class _Clock:
    now = 1_795_738_320_000_000

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


async def test_history_is_readable_at_once_while_it_moves(tmp_path: Path) -> None:
    clock = _Clock()
    with patch.object(recent, "SLICE", 3):
        async with SqliteStore(tmp_path, clock, settings=Settings(recent_most=20)) as store:
            for n in range(60):
                await _change(store, n, n + 1)
                if n >= 4:
                    assert await _speeds(store) == _expected(n + 1)
        async with SqliteStore(tmp_path, clock, settings=Settings(recent_most=20)) as store:
            assert await _speeds(store) == _expected(60)
            middle = await store.picture(
                TENANT, PictureQuery(entities=EntityQuery(), at=clock.now - 10_000), EVERYTHING
            )
            assert {record.id for record in middle.records} == {f"urn:{n}" for n in range(5)}
            assert len(list(retell(tmp_path / f"{TENANT}.sqlite", None, 0, clock.now + 1))) == 60


async def test_what_is_erased_does_not_come_back_by_a_move(tmp_path: Path) -> None:
    with patch.object(recent, "SLICE", 3):
        async with SqliteStore(tmp_path, _Clock(), settings=Settings(recent_most=20)) as store:
            await _change(store, 0, 25)
            await store.apply(TENANT, [remove("urn:1")], SYSTEM)
            told = await _speeds(store)
            assert told == _expected(25)
            await _change(store, 25, 26)
            for n in range(100, 160, 5):
                await _change(store, n, n + 1)
            assert (await _speeds(store))["urn:1"] == _expected(25)["urn:1"]


async def test_a_full_disk_keeps_history_where_it_came_and_readable(tmp_path: Path) -> None:
    disk = FailingDisk("failing-settling")
    settings = Settings(recent_most=10, vfs=disk.name)
    async with SqliteStore(tmp_path, _Clock(), settings=settings) as store:
        await _change(store, 0, 9)
        disk.fault = apsw.FullError
        assert await _speeds(store) == _expected(9)
        disk.fault = None
        await _change(store, 9, 40)
        assert await _speeds(store) == _expected(40)
        await store.tenant(TENANT).settle()
        assert await _speeds(store) == _expected(40)
        assert not await store.damaged()
