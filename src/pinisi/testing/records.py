"""The tables of a service, brought forward from every version that was ever released."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.records import RecordRoom, Records, book_of, open_records
from pinisi.store.sql_rows import rows
from pinisi.store.sqlite import SqliteStore
from pinisi.store.sqlite_records import migrate_records
from pinisi.store.sqlite_schema import migrate, open_connection
from pinisi.vocabulary.instant import Instant

TENANT = "city"


async def from_every_version(
    service: str, records: Records, table: TermTable, filled: Mapping[int, str]
) -> AsyncGenerator[tuple[int, RecordRoom]]:
    """For each version: a file as it was then with the rows of `filled` (SQL by version), brought to the newest.

    Raises:
        AssertionError: a version that was brought forward has other tables than a new one.
    """
    newest = len(records.migrations)
    async with _opened(service, records, table, 0, "") as (_, wanted):
        pass
    for version in range(1, newest + 1):
        async with _opened(service, records, table, version, filled.get(version, "")) as (room, shape):
            if shape != wanted:
                raise AssertionError(f"{service}: version {version} brought forward has other tables: {shape}")
            yield version, room


class _opened:
    """A store whose file stood at a version, with the tables that it has now."""

    def __init__(self, service: str, records: Records, table: TermTable, version: int, filled: str) -> None:
        self._service, self._records, self._table = service, records, table
        self._version, self._filled = version, filled

    async def __aenter__(self) -> tuple[RecordRoom, list[str]]:
        self._folder = TemporaryDirectory()
        folder = Path(self._folder.name)
        book = book_of(self._service, self._records, self._table)
        with closing(open_connection(str(folder / f"{TENANT}.sqlite"))) as connection:
            migrate(connection)
            with connection:
                migrate_records(connection, msgspec.structs.replace(book, migrations=book.migrations[: self._version]))
                connection.execute(self._filled)
        self._store = SqliteStore(folder, _no_time)
        try:
            room = await open_records(self._service, self._records, self._store, TENANT, self._table)
        except BaseException:
            await self.__aexit__()
            raise
        sql = "SELECT sql FROM sqlite_schema WHERE substr(name, 1, ?) = ? AND sql IS NOT NULL ORDER BY name"
        shape = await self._store.tenant(TENANT).read_far(
            lambda connection: [row[0] for row in rows(connection, sql, (len(book.prefix), book.prefix))]
        )
        return room, shape

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()
        self._folder.cleanup()


def _no_time() -> Instant:
    return 0
