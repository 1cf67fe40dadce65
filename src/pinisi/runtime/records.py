"""A service's own system of record: what it declares, and how it reaches it. docs/reference/records.md is its page.

Personal and transactional data live here and nowhere else: never readable through the context. The service publishes
only facts that name nobody, in the same `apply` as the change of records that they follow from.
"""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.store.change import RecordChange
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.store.record_tables import (
    BadRecords,
    ReadyStatement,
    RecordBook,
    RecordStatement,
    RecordTable,
    RecordValue,
    Values,
    prefix_of,
)
from pinisi.vocabulary.principal import Principal

Row = Mapping[str, RecordValue]
_MIGRATION = re.compile(r"(\d{4})[-_a-z0-9]*\.sql")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table by its short name; in SQL it is called `<service>__<name>`.

    `subject` is the column that says whom a row is about: a key that the service gives, never a name or a national
    number, since it stands in the audit trail. `personal` are the columns of which every reading is on record.
    """

    name: str
    subject: str = ""
    personal: tuple[str, ...] = ()


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One SQL statement; parameters are `:named`. `:areas` is bound by the house: codes of the areas that the one who
    acts reaches, as JSON, null for all; without it nobody who is limited to areas may use the statement.

    `permission` is what it asks for; empty: `records.read`, or `records.write` where it changes something.
    """

    name: str
    sql: str
    permission: str = ""


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """What a service keeps in tables of its own.

    `type` is the entity type, by short name, whose grants open them. `migrations` are SQL scripts numbered from 1,
    forward only; `migrations_of(package)` reads them from its folder.
    """

    type: str
    migrations: tuple[str, ...]
    tables: tuple[Table, ...]
    statements: tuple[Statement, ...]


def migrations_of(package: str) -> tuple[str, ...]:
    """The scripts `migrations/0001-name.sql`, `0002-...` of a package, in order.

    Raises:
        BadRecords: a number is missing, stands twice, or a file is called otherwise.
    """
    found: dict[int, str] = {}
    for file in (files(package) / "migrations").iterdir():
        if not file.name.endswith(".sql"):
            continue
        matched = _MIGRATION.fullmatch(file.name)
        if matched is None or int(matched[1]) in found:
            raise BadRecords(f"{package}: migrations/{file.name}: is not called 0001-name.sql, or its number is taken")
        found[int(matched[1])] = file.read_text(encoding="utf-8")
    if sorted(found) != list(range(1, len(found) + 1)):
        raise BadRecords(f"{package}: the migrations are {sorted(found)}: their numbers have holes")
    return tuple(found[number] for number in sorted(found))


def book_of(service: str, records: Records, table: TermTable) -> RecordBook:
    """The declaration as the store knows it."""
    prefix = prefix_of(service)
    return RecordBook(
        service=service,
        type=table.expand_term(records.type),
        migrations=records.migrations,
        tables=tuple(
            RecordTable(name=prefix + each.name, subject=each.subject, personal=frozenset(each.personal))
            for each in records.tables
        ),
        statements=tuple(
            RecordStatement(name=each.name, sql=each.sql, permission=each.permission) for each in records.statements
        ),
    )


async def open_records(service: str, records: Records, store: Store, tenant: str, table: TermTable) -> "RecordRoom":
    """Bring the tables of a service to its version and answer the way to them.

    Raises:
        BadRecords: they cannot be kept as they are declared; says why.
    """
    names = [each.name for each in records.statements]
    for name in names:
        if names.count(name) > 1 or name.startswith("erase "):
            raise BadRecords(f"{service}/{name}: the name stands twice, or is the house's own")
    return RecordRoom(store, tenant, await store.prepare_records(tenant, book_of(service, records, table)))


class RecordRoom:
    """The tables of one service in one tenant."""

    def __init__(self, store: Store, tenant: str, statements: Mapping[str, ReadyStatement]) -> None:
        self._store = store
        self._tenant = tenant
        self._statements = statements

    def change(self, name: str, values: Values, *, rows: int | None = None) -> RecordChange:
        """A change to be given to `Store.apply`, with the facts that it publishes. `rows` must be touched by it.

        Raises:
            LookupError: no statement of that name.
        """
        return RecordChange(self._statement(name), values, rows)

    async def read(self, name: str, values: Values, principal: Principal) -> Sequence[Row]:
        """Rows that the reader's grants reach. A reading of personal columns is in the audit trail before it is
        answered.

        Raises:
            LookupError: no statement of that name.
            Forbidden: his permissions or grants do not reach them.
            Refused: a parameter is missing or unknown.
        """
        return await self._store.records(self._tenant, self._statement(name), values, principal)

    async def erase(self, subject: str, principal: Principal) -> Position:
        """Erase whom a key speaks of from every table that knows its subjects, also from the pages of the file.

        Raises:
            Forbidden: he may not.
        """
        erasing = [each for name, each in self._statements.items() if name.startswith("erase ")]
        changes = [RecordChange(each, {"subject": subject}) for each in erasing]
        applied = await self._store.apply(self._tenant, changes, principal)
        await self._store.wipe(self._tenant)
        return applied.position

    def _statement(self, name: str) -> ReadyStatement:
        found = self._statements.get(name)
        if found is None or name.startswith("erase "):
            raise LookupError(f"no statement {name!r}")
        return found
