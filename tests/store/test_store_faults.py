"""A disk that fails is told in plain words, keeps nothing of what failed, and is used again when it is well."""

import asyncio
import contextlib
import itertools
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from failing_disk import FailingDisk
from things_at_hand import TENANT, area, put, square, thing

from patience import PATIENCE
from pinisi.store.change import StoreUnavailable
from pinisi.store.history import HistoryQuery
from pinisi.store.query import EntityQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from pinisi.store.tenant_name import BadTenantName
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

pytestmark = pytest.mark.anyio
_names = itertools.count()


@pytest.fixture
def disk() -> FailingDisk:
    return FailingDisk(f"failing-{next(_names)}")


@pytest.fixture
async def store(tmp_path: Path, disk: FailingDisk) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path, lambda: 1_000_000, settings=Settings(vfs=disk.name)) as store:
        await store.apply(TENANT, [put(thing("urn:first"))], SYSTEM)
        yield store
        disk.fault = None


async def ids(store: SqliteStore) -> list[str]:
    page = await store.find(TENANT, EntityQuery(), EVERYTHING, limit=100)
    return [record.id for record in page.records]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (apsw.FullError, "the disk is full"),
        (apsw.ReadOnlyError, "read-only"),
        (apsw.IOError, "the disk cannot be read or written now"),
    ],
)
async def test_a_failing_disk_refuses_writes_in_plain_words_and_reads_go_on(
    store: SqliteStore, disk: FailingDisk, fault: type[apsw.Error], words: str
) -> None:
    disk.fault = fault
    with pytest.raises(StoreUnavailable, match=words):
        await store.apply(TENANT, [put(thing("urn:second"))], SYSTEM)
    assert await ids(store) == ["urn:first"]
    assert await store.position(TENANT) == 1


async def test_a_disk_that_is_well_again_is_used_again(store: SqliteStore, disk: FailingDisk, tmp_path: Path) -> None:
    disk.fault = apsw.FullError
    news = thing("urn:second", types=["urn:type:new"], news=1)
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await store.apply(TENANT, [put(news)], SYSTEM)
    disk.fault = None
    await store.apply(TENANT, [put(news)], SYSTEM)
    assert [entry.subject for entry in (await store.log(TENANT, 0, 10)).entries] == ["urn:first", "urn:second"]
    await store.close()
    async with SqliteStore(tmp_path, lambda: 1_000_000) as again:
        record = await again.entity(TENANT, "urn:second", EVERYTHING)
        assert record is not None and record.entity == news


N = "urn:attribute:n"
FULL_AFTER = (0, 1, 2, 3, 5, 8, 12, 17, 23, 30, 40, 55, 75, 100)


@pytest.mark.parametrize("left", FULL_AFTER)
async def test_a_disk_that_is_full_in_the_middle_keeps_what_was_answered_and_nothing_else(
    tmp_path: Path, disk: FailingDisk, left: int
) -> None:
    """In the middle of a batch, of history, of bringing the write-ahead log into the file: it is full at any write."""
    answered: dict[str, int] = {}
    many = Settings(vfs=disk.name, checkpoint_pages=8)

    async def batch(store: SqliteStore, n: int) -> None:
        changes = [put(thing(f"urn:{each}", text="x" * 3_000, n=n)) for each in range(n % 3, 30, 3)]
        await store.apply(TENANT, changes, SYSTEM)
        answered.update({f"urn:{each}": n for each in range(n % 3, 30, 3)})

    async with SqliteStore(tmp_path, lambda: 1_000_000, settings=many) as store:
        for n in range(3):
            await batch(store, n)
        disk.left, disk.fault = left, apsw.FullError
        for n in range(3, 12):
            with contextlib.suppress(StoreUnavailable):
                await batch(store, n)
        assert disk.failed
        assert await numbers(store) == answered
        disk.fault = None
        await batch(store, 12)
        assert await numbers(store) == answered
    async with SqliteStore(tmp_path, lambda: 1_000_000) as again:
        assert await numbers(again) == answered
        stories = await again.stories(TENANT, sorted(answered), HistoryQuery(attributes=(N,)), EVERYTHING)
        newest = {story.id: max(story.moments, key=lambda one: one.position).instance for story in stories}
        assert {id: None if one is None else one.value for id, one in newest.items()} == answered
        entries = (await again.log(TENANT, 0, 10_000)).entries
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))


async def numbers(store: SqliteStore) -> dict[str, int]:
    page = await store.find(TENANT, EntityQuery(), EVERYTHING, limit=100)
    return {record.id: record.entity.attributes[N][0].value for record in page.records}


async def test_all_who_wait_for_a_failing_commit_are_told(store: SqliteStore, disk: FailingDisk) -> None:
    disk.fault = apsw.FullError
    writes = (store.apply(TENANT, [put(thing(f"urn:{n}"))], SYSTEM) for n in range(20))
    answers = await asyncio.wait_for(asyncio.gather(*writes, return_exceptions=True), PATIENCE)
    assert all(isinstance(answer, StoreUnavailable) for answer in answers)


async def test_an_area_that_was_not_written_is_not_believed(store: SqliteStore, disk: FailingDisk) -> None:
    disk.fault = apsw.FullError
    with pytest.raises(StoreUnavailable):
        await store.apply(TENANT, [put(area("73.1", square(0, 0)))], SYSTEM)
    disk.fault = None
    assert len(store.tenant(TENANT).locator) == 0


async def test_the_store_s_own_work_fails_alone(store: SqliteStore, disk: FailingDisk) -> None:
    def fault(connection: apsw.Connection) -> None:
        connection.execute("DELETE FROM entity")
        raise ValueError("a programming error")

    work = store.tenant(TENANT).work(fault)
    write = store.apply(TENANT, [put(thing("urn:second"))], SYSTEM)
    answers = await asyncio.gather(work, write, return_exceptions=True)
    assert isinstance(answers[0], ValueError)
    assert await ids(store) == ["urn:first", "urn:second"]


async def test_a_damaged_file_is_named_as_such_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "city.sqlite").write_bytes(os.urandom(8192))
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="damaged: run `pinisi doctor`"):
                await store.entity(TENANT, "urn:a", EVERYTHING)


async def test_a_page_that_was_damaged_is_found_by_the_check(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.apply(TENANT, [put(thing(f"urn:{n}", text="x" * 500)) for n in range(200)], SYSTEM)
        assert await store.damaged() == []
    file = tmp_path / "city.sqlite"
    content = bytearray(file.read_bytes())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    file.write_bytes(content)
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        try:
            found = await store.damaged()
        except StoreUnavailable as error:
            found = [str(error)]
        assert found


async def test_a_file_of_a_newer_pinisi_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "city.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        with pytest.raises(StoreUnavailable, match="install the newer Pinisi again"):
            await store.entity(TENANT, "urn:a", EVERYTHING)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        SqliteStore(tmp_path / "file" / "data", lambda: 0)


@pytest.mark.parametrize("name", ["", ".hidden", "-dash", "a/b", "..", "a" * 65, "ä"])
async def test_a_tenant_s_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    async with SqliteStore(tmp_path, lambda: 0) as store:
        with pytest.raises(BadTenantName):
            await store.apply(name, [put(thing("urn:a"))], SYSTEM)
        assert await store.entity(name, "urn:a", EVERYTHING) is None
        assert await store.tenants() == []


async def test_a_closing_store_finishes_what_waits_and_takes_nothing_more(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, lambda: 1_000_000)
    tenant = store.tenant(TENANT)
    waiting = [asyncio.create_task(store.apply(TENANT, [put(thing(f"urn:{n}"))], SYSTEM)) for n in range(10)]
    await asyncio.sleep(0)
    await store.close()
    assert [(await task).position for task in waiting] == list(range(1, 11))
    with pytest.raises(StoreUnavailable, match="being closed"):
        await tenant.apply([put(thing("urn:late"))], SYSTEM, atomic=True, key=None, cursor=None)


async def test_a_listener_that_fails_takes_nothing_from_writers_and_other_listeners(tmp_path: Path) -> None:
    heard: list[int] = []

    def broken(tenant: str, entries: object) -> None:
        raise KeyError("a programming error")

    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        store.listen(broken)
        store.listen(lambda tenant, entries: heard.extend(entry.position for entry in entries))
        assert (await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM)).position == 1
        assert heard == [1]
        assert await store.position(TENANT) == 1
