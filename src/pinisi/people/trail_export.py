"""The audit trail as text that anyone can check: see `proof.exported` for its form."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path

import apsw

from pinisi.people.proof.statements import Key
from pinisi.people.sealing import checkpoint_of
from pinisi.store.chain import Chain, chain_begin, read_chain
from pinisi.store.change import StoreUnavailable
from pinisi.store.interning import Families, Names
from pinisi.store.log import ChainedLine, Position, Seal
from pinisi.store.protocol import Store
from pinisi.store.sql_rows import first, rows

AT_ONCE = 1_000


async def exported(store: Store, tenant: str, keys: Sequence[Key], *, signing: bool = True) -> AsyncIterator[bytes]:
    """The trail of one tenant up to now, piece by piece; its last line has just been signed, or nothing is written.

    A tenant that keeps no chain has an empty export.

    Raises:
        StoreUnavailable: retention took lines away that were not read yet.
    """
    if signing:
        await store.seal(tenant)
    begin, last = await store.chain_begin(tenant), await store.position(tenant)
    if begin is None:
        return
    seals = [seal for seal in await store.seals(tenant, begin[0] - 1) if seal.position <= last]
    yield _head(tenant, keys, begin, seals)
    after = begin[0]
    while after < last and (lines := await store.chain(tenant, after, min(AT_ONCE, last - after))):
        if lines[0].position > after + 1 and await store.chain_begin(tenant) != begin:
            raise StoreUnavailable(f"lines of the trail of {tenant} were trimmed while it was read: read it again")
        yield _lines(lines)
        after = lines[-1].position
    yield b"end %d\n" % after


def exported_file(path: Path, keys: Sequence[Key]) -> Iterator[bytes]:
    """The trail in a tenant's file, also while a server writes it: one picture of it, nothing is changed.

    What stands there wrong is exported as it stands. A replay keeps no chain.
    """
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.pragma("query_only", True)
        connection.execute("BEGIN")
        yield from exported_from(connection, path.stem, keys)
    finally:
        connection.close()


def exported_from(connection: apsw.Connection, tenant: str, keys: Sequence[Key]) -> Iterator[bytes]:
    """The trail as one connection sees it."""
    names, families = Names(), Families()
    names.load(connection)
    families.load(connection)
    chain, begin = Chain(names, families), chain_begin(connection, tenant)
    sql = "SELECT position, time, link, key, signature FROM seal WHERE position >= ? AND key != '' ORDER BY position"
    yield _head(tenant, keys, begin, [Seal(*row) for row in rows(connection, sql, (begin[0],))])
    after = begin[0]
    while lines := read_chain(connection, chain, after, AT_ONCE):
        yield _lines(lines)
        after = lines[-1].position
    yield b"end %d\n" % after


def keeps_chain(path: Path) -> bool:
    """Whether a tenant's file has a chain at all: one that an older Pinisi wrote last has none."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.pragma("query_only", True)
        return first(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'seal'") is not None
    finally:
        connection.close()


def _head(tenant: str, keys: Iterable[Key], begin: tuple[Position, bytes], seals: Iterable[Seal]) -> bytes:
    rows = [f"pinisi trail 1 {tenant}", *(key.text() for key in keys), f"begin {begin[0]} {begin[1].hex()}"]
    rows += [checkpoint_of(tenant, seal).text() for seal in seals]
    return "".join(row + "\n" for row in rows).encode()


def _lines(lines: Iterable[ChainedLine]) -> bytes:
    return b"".join(b"line %s %s\n" % (line.link.hex().encode(), line.text) for line in lines)
