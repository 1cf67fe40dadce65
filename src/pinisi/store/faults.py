"""What SQLite's errors mean to an operator."""

import apsw

from pinisi.store.change import StoreUnavailable


def unavailable(error: BaseException) -> StoreUnavailable:
    """The store's own error, in plain words, for one of SQLite's."""
    return StoreUnavailable(_plain(error))


def _plain(error: BaseException) -> str:
    if isinstance(error, apsw.FullError):
        return "the disk is full: nothing was written"
    if isinstance(error, apsw.ReadOnlyError):
        return "the database file is read-only: nothing was written"
    if isinstance(error, apsw.CantOpenError):
        return "the database file cannot be opened: look at the data folder and its rights"
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return "the database file is damaged: run `pinisi doctor`, then restore a backup"
    if isinstance(error, apsw.IOError):
        return f"the disk cannot be read or written now: {error}"
    return f"the database cannot be used now: {error}"
