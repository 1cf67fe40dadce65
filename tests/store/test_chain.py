"""The chain over the log: written with each line, by whatever commit, and never broken by what fails."""

import asyncio
from hashlib import sha256
from pathlib import Path

import apsw
import pytest
from failing_disk import FailingDisk
from hypothesis import given
from hypothesis import strategies as some
from things_at_hand import TENANT, put, remove, thing, value

from pinisi.store.chain import Chain, first_link
from pinisi.store.change import AuditEntry, DocumentChange, EntityChange, Refused, StoreUnavailable
from pinisi.store.interning import Families, Names
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio


async def chained(store: SqliteStore) -> int:
    """How many lines there are; each has the link that its text makes."""
    begin = await store.chain_begin(TENANT)
    assert begin is not None
    link, lines = begin[1], await store.chain(TENANT, begin[0], 10_000)
    for number, line in enumerate(lines, start=begin[0] + 1):
        link = sha256(link + line.text).digest()
        assert (line.position, line.link) == (number, link)
    return len(lines)


async def test_every_kind_of_line_has_its_link(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 7) as store:
        await store.apply(TENANT, [put(thing("urn:a")), put(thing("urn:a", types=("urn:b",)))], SYSTEM)
        await store.apply(TENANT, [remove("urn:a")], SYSTEM)
        await store.apply(TENANT, [DocumentChange("note", "n", b"{}"), AuditEntry("seen", "x", {"a": "é\n"})], SYSTEM)
        assert await chained(store) == 5
        lines = await store.chain(TENANT, 2, 10)
    assert [line.text.decode() for line in lines] == [
        '[3,7,"delete","urn:a",[["urn:b"],[]],null,[],"system",null]',
        '[4,7,"document","note/n",null,null,[],"system",null]',
        '[5,7,"audit","x",null,null,[],"system",{"act":"seen","a":"é\\n"}]',
    ]


async def test_many_writers_at_once_leave_one_chain_that_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 7) as store:
        await asyncio.gather(*(store.apply(TENANT, [put(thing(f"urn:{n}"))], SYSTEM) for n in range(200)))
    async with SqliteStore(tmp_path, lambda: 7) as store:
        await store.apply(TENANT, [put(thing(f"urn:later:{n}")) for n in range(150)], SYSTEM)
        assert await chained(store) == 350


async def test_what_is_refused_or_cannot_be_written_has_no_part_in_it(tmp_path: Path) -> None:
    def refuse(_old: Entity | None, _now: int) -> None:
        raise Refused("no")

    disk = FailingDisk("failing-chain")
    async with SqliteStore(tmp_path, lambda: 7, settings=Settings(vfs=disk.name)) as store:
        await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM)
        with pytest.raises(Refused):
            await store.apply(TENANT, [put(thing("urn:b")), EntityChange("urn:c", refuse)], SYSTEM)  # type: ignore[arg-type]
        disk.fault = apsw.FullError
        with pytest.raises(StoreUnavailable):
            await store.apply(TENANT, [put(thing("urn:b"))], SYSTEM)
        disk.fault = None
        await store.apply(TENANT, [put(thing("urn:b"))], SYSTEM)
        assert await chained(store) == 2


async def test_a_file_without_a_chain_begins_it_where_it_is(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 7) as store:
        await store.apply(TENANT, [put(thing(f"urn:{n}")) for n in range(3)], SYSTEM)
    connection = apsw.Connection(str(tmp_path / f"{TENANT}.sqlite"))
    connection.execute("DROP TABLE point; DROP TABLE recent; DROP TABLE owed; DROP TABLE due; DROP TABLE seal")
    connection.execute("ALTER TABLE log DROP COLUMN link")
    connection.execute("ALTER TABLE entity DROP COLUMN untold; ALTER TABLE entity DROP COLUMN birth")
    connection.pragma("user_version", 4)
    connection.close()
    async with SqliteStore(tmp_path, lambda: 7) as store:
        assert await store.chain_begin(TENANT) == (3, first_link(TENANT))
        assert await store.seal(TENANT) is None
        await store.apply(TENANT, [put(thing("urn:9", speed=value(1)))], SYSTEM)
        assert await chained(store) == 1


@given(some.lists(some.integers(0, 5), max_size=4), some.lists(some.integers(0, 5), max_size=4))
def test_two_lines_that_differ_have_texts_that_differ(one: list[int], other: list[int]) -> None:
    names, families = Names(), Families()
    for word in "abc":
        names.intern(word)
    chain = Chain(names, families)
    texts = [
        chain.text((1, 7, "update", "x", None, None, ",".join(map(str, numbers)), 0, None)) for numbers in (one, other)
    ]
    assert (texts[0] == texts[1]) == (one == other)
