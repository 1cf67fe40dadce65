"""The tables of services in a tenant's SQLite file: migrated forward, walled off, their statements looked at.

SQLite's own authorizer tells what a statement reads and changes, so that nothing rests on what its author says of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import apsw
import apsw.ext

from pinisi.store.change import AuditEntry, Forbidden, RecordChange, Refused, VersionConflict
from pinisi.store.record_tables import (
    BadRecords,
    NotReached,
    ReadyStatement,
    RecordBook,
    RecordStatement,
    RecordValue,
    Values,
    areas_reached,
    bound,
)
from pinisi.store.sql_rows import rows
from pinisi.vocabulary.principal import Principal

_ON_TABLES = {apsw.SQLITE_CREATE_TABLE, apsw.SQLITE_DROP_TABLE, apsw.SQLITE_CREATE_INDEX, apsw.SQLITE_DROP_INDEX}
_ON_ROWS = {apsw.SQLITE_READ, apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE}
_HARMLESS = {apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE, apsw.SQLITE_REINDEX}
_OF_SQLITE = frozenset(
    {"sqlite_master", "sqlite_temp_master", "sqlite_schema", "sqlite_sequence", "pragma_quick_check"}
)
"""Tables that SQLite itself reads and writes when a table is made or altered; it refuses to write them for others."""
MOST_SUBJECTS = 1_000
"""Subjects that one line of the audit trail names."""
_JSON = frozenset({"json_each", "json_tree"})


def migrate_records(connection: apsw.Connection, book: RecordBook) -> int:
    """Bring the tables of a service to its newest version, in the transaction that is open; how many steps it took.

    Raises:
        BadRecords: a step fails or reaches beyond the service's own tables, one that was taken has been changed
            since, or the file is newer than the service.
    """
    sql = "SELECT number, digest FROM record_migration WHERE service = ? ORDER BY number"
    taken = rows(connection, sql, (book.service,))
    if len(taken) > len(book.migrations):
        raise BadRecords(
            f"the records of {book.service} have version {len(taken)}, this version of it knows "
            f"{len(book.migrations)}: install the newer one again"
        )
    for (number, digest), script in zip(taken, book.migrations, strict=False):
        if digest != digest_of(script):
            raise BadRecords(f"{book.service}: migration {number} has been changed since it was released")
    for number, script in enumerate(book.migrations[len(taken) :], start=len(taken) + 1):
        _step(connection, book, number, script)
    return len(book.migrations) - len(taken)


def _step(connection: apsw.Connection, book: RecordBook, number: int, script: str) -> None:
    before = connection.authorizer
    connection.authorizer = _Wall(book.prefix)
    try:
        connection.execute(script)
    except apsw.Error as error:
        raise BadRecords(f"{book.service}: migration {number}: {error}") from error
    finally:
        connection.authorizer = before
    sql = "INSERT INTO record_migration VALUES (?, ?, ?)"
    connection.execute(sql, (book.service, number, digest_of(script)))


def digest_of(script: str) -> bytes:
    return blake2b(script.encode(), digest_size=16).digest()


class _Wall:
    """Lets a migration touch nothing but what begins with the service's prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __call__(self, action: int, one: str | None, two: str | None, _base: str | None, _by: str | None) -> int:
        if action in _HARMLESS or (action == apsw.SQLITE_PRAGMA and one == "quick_check"):
            return apsw.SQLITE_OK
        if action == apsw.SQLITE_FUNCTION and two != "load_extension":
            return apsw.SQLITE_OK
        name = two if action == apsw.SQLITE_ALTER_TABLE else one
        if action in _ON_ROWS and name in _OF_SQLITE:
            return apsw.SQLITE_OK
        touches = action in _ON_ROWS or action in _ON_TABLES or action == apsw.SQLITE_ALTER_TABLE
        return apsw.SQLITE_OK if touches and self._own(name) else apsw.SQLITE_DENY

    def _own(self, name: str | None) -> bool:
        return name is not None and name.removeprefix("sqlite_autoindex_").startswith(self._prefix)


def ready_statements(connection: apsw.Connection, book: RecordBook) -> dict[str, ReadyStatement]:
    """Every statement of a service, looked at; none is run.

    Raises:
        BadRecords: a table or a personal column is not there, or a statement reaches beyond the service's own tables.
    """
    for table in book.tables:
        columns = {row[1] for row in rows(connection, "SELECT * FROM pragma_table_info(?)", (table.name,))}
        marked = table.personal | frozenset(filter(None, [table.subject]))
        if not columns or not table.name.startswith(book.prefix):
            raise BadRecords(f"{book.service}: there is no table {table.name} that begins with {book.prefix}")
        for name in sorted(marked - columns):
            raise BadRecords(f"{book.service}: {table.name} has no column {name}")
    _all_declared(connection, book)
    return {each.name: _ready(connection, book, each) for each in (*book.statements, *erasing(book))}


def _all_declared(connection: apsw.Connection, book: RecordBook) -> None:
    """A table that is not declared could hold personal columns that nobody has marked."""
    declared = {table.name for table in book.tables}
    sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, ?) = ?"
    for (name,) in rows(connection, sql, (len(book.prefix), book.prefix)):
        if name not in declared:
            raise BadRecords(f"{book.service}: the table {name} is made, and not declared")


def erasing(book: RecordBook) -> list[RecordStatement]:
    """The statements that erase a subject, of each table that knows whom its rows are about."""
    return [
        RecordStatement(
            name=f"erase {table.name}",
            sql=f'DELETE FROM "{table.name}" WHERE "{table.subject}" = :subject',
            permission="records.erase",
        )
        for table in book.tables
        if table.subject
    ]


def _ready(connection: apsw.Connection, book: RecordBook, statement: RecordStatement) -> ReadyStatement:
    what = f"{book.service}/{statement.name}"
    try:
        found = apsw.ext.query_info(connection, statement.sql, actions=True)
    except apsw.Error as error:
        raise BadRecords(f"{what}: {error}") from error
    if found.query_remaining:
        raise BadRecords(f"{what}: is more than one statement")
    if any(name is None for name in found.bindings_names) or not all(found.bindings_names):
        raise BadRecords(f"{what}: has a parameter without a name")
    actions = found.actions or []
    for action in actions:
        _check_action(what, book, action)
    columns = tuple(column for column, _ in found.description)
    subjects = {table.subject for table in book.tables if table.subject}
    return ReadyStatement(
        service=book.service,
        name=statement.name,
        sql=statement.sql,
        type=book.type,
        permission=statement.permission or ("records.read" if found.is_readonly else "records.write"),
        changes=not found.is_readonly,
        parameters=frozenset(str(name) for name in found.bindings_names),
        columns=columns,
        personal=_personal(book, actions),
        subjects=frozenset(subjects.intersection(columns)),
    )


def _check_action(what: str, book: RecordBook, action: Any) -> None:
    if action.action in _HARMLESS or (
        action.action == apsw.SQLITE_FUNCTION and action.function_name != "load_extension"
    ):
        return
    name = action.table_name or ""
    if action.action in _ON_ROWS and (name.startswith(book.prefix) or name in _JSON):
        return
    raise BadRecords(f"{what}: reaches beyond {book.prefix}…: {action.action_name} {name}".rstrip())


def _personal(book: RecordBook, actions: Iterable[Any]) -> tuple[str, ...]:
    marked = {(table.name, column) for table in book.tables for column in table.personal}
    read = {
        (action.table_name, action.column_name)
        for action in actions
        if action.action == apsw.SQLITE_READ and (action.table_name, action.column_name) in marked
    }
    return tuple(sorted(f"{table}.{column}" for table, column in read))


def read_records(
    connection: apsw.Connection, statement: ReadyStatement, values: dict[str, RecordValue]
) -> list[dict[str, RecordValue]]:
    """The rows of an answer, by the names of its columns."""
    return [dict(zip(statement.columns, row, strict=True)) for row in rows(connection, statement.sql, values)]


def asked_of_records(statement: ReadyStatement, values: Values, principal: Principal) -> dict[str, RecordValue]:
    """What a reading statement binds, for the one who reads.

    Raises:
        Forbidden: his permissions or grants do not reach them.
        Refused: a parameter is missing or unknown; names it.
    """
    try:
        given = bound(statement, values, areas_reached(statement, principal))
    except NotReached as error:
        raise Forbidden(str(error)) from None
    except ValueError as error:
        raise Refused(str(error)) from None
    if statement.changes:
        raise Refused(f"{statement.title} changes records: give it to `apply`")
    return given


def seen_entry(statement: ReadyStatement, found: Sequence[Mapping[str, RecordValue]]) -> AuditEntry:
    """Who was looked at: by the keys that the service gives them, which name nobody once they are erased."""
    subjects = sorted({str(row[column]) for row in found for column in statement.subjects})
    detail = {"columns": statement.personal, "rows": len(found), "subjects": subjects[:MOST_SUBJECTS]}
    return AuditEntry("records.read", statement.title, detail)


def change_records(connection: apsw.Connection, changes: Sequence[tuple[RecordChange, dict[str, Any]]]) -> None:
    """Run changes in the transaction that is open. What they overwrite and delete is wiped from the pages.

    Raises:
        Refused: a rule of the table is broken, or another number of rows was touched than was expected.
    """
    connection.pragma("secure_delete", True)
    try:
        for change, values in changes:
            _change(connection, change, values)
    finally:
        connection.pragma("secure_delete", False)


def _change(connection: apsw.Connection, change: RecordChange, values: dict[str, Any]) -> None:
    title = change.statement.title
    try:
        rows(connection, change.statement.sql, values)
    except apsw.ConstraintError as error:
        raise Refused(f"{title}: {error}") from error
    except (apsw.SQLError, apsw.MismatchError, apsw.TooBigError) as error:
        raise Refused(f"{title}: cannot be done: {error}") from error
    touched = connection.changes()
    if change.rows is not None and touched != change.rows:
        raise VersionConflict(f"{title}: {touched} rows were there to change, not {change.rows}")
