"""Which store a house has: a folder of SQLite files, or a PostgreSQL that several processes share."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pinisi.store.change import StoreUnavailable
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.instant import Instant

if TYPE_CHECKING:
    from pinisi.store.postgres import PostgresStore

    AnyStore = SqliteStore | PostgresStore

PREFIXES = ("postgresql://", "postgres://")


def open_store(
    address: str, folder: Path, clock: Callable[[], Instant], settings: Settings | None = None
) -> "AnyStore":
    """The store at an address; without one, the SQLite files of a folder.

    Raises:
        StoreUnavailable: the address is of no store that is known, or its package is missing.
    """
    if not address:
        return SqliteStore(folder, clock, settings=settings)
    if not address.startswith(PREFIXES):
        raise StoreUnavailable(f"store: {address.partition('://')[0]!r} is none that Pinisi has: postgresql://…")
    try:
        from pinisi.store.postgres import PostgresStore
    except ImportError as error:
        raise StoreUnavailable("store: PostgreSQL needs the extra: pip install 'pinisi[postgres]'") from error
    return PostgresStore(address, clock, settings=settings)


def without_password(address: str) -> str:
    """The address as it may be shown."""
    return re.sub(r"(?<=:)[^:@/]+(?=@)|(?<=password=)[^&]*", "...", address)
