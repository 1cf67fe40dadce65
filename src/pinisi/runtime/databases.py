"""The SQLite files of a data folder that no server holds: copying and checking them."""

from collections.abc import Iterator
from pathlib import Path

import apsw

from pinisi.vocabulary.instant import Instant


def database_files(folder: Path) -> Iterator[Path]:
    """Every database in the folder, at any depth, in order."""
    yield from sorted(folder.rglob("*.sqlite"))


def database_fault(path: Path) -> str | None:
    """What SQLite's quick check finds first; None: the database is whole."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            found: str = connection.execute("PRAGMA quick_check(1)").get
        finally:
            connection.close()
    except apsw.Error as error:
        return f"the database cannot be read: {error}"
    return None if found == "ok" else f"the database is damaged: {found}"


def copy_database(source: Path, target: Path) -> None:
    """Copy one database, with what its write-ahead log still holds, by SQLite's online backup.

    Raises:
        apsw.Error: it cannot be read or written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    origin = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
    copy = apsw.Connection(str(target))
    try:
        with copy.backup("main", origin, "main") as progress:
            while not progress.done:
                progress.step(4096)
        copy.pragma("journal_mode", "delete")
    finally:
        copy.close()
        origin.close()


def newest_change(path: Path) -> Instant | None:
    """When the last change in a database was made; None: there is none, or it cannot be read."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            return connection.execute("SELECT time FROM log ORDER BY position DESC LIMIT 1").get
        finally:
            connection.close()
    except apsw.Error:
        return None
