"""The tables of services in a tenant's PostgreSQL schema: migrated forward, walled in, their statements looked at."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from pinisi.store.change import RecordChange, Refused, VersionConflict
from pinisi.store.postgres_faults import cannot_be_kept
from pinisi.store.postgres_record_sql import changes, migration, spoken
from pinisi.store.record_tables import (
    BadRecords,
    ReadyStatement,
    RecordBook,
    RecordStatement,
    RecordTable,
    RecordValue,
)
from pinisi.store.sqlite_records import digest_of, erasing

Types = tuple[str, ...]
_COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
_TABLES = """
SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r'
"""
_READS = """
SELECT DISTINCT c.relname, n.nspname = current_schema(), a.attname
FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
JOIN pg_class AS c ON d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
WHERE r.ev_class = 'pg_temp.pinisi_look'::regclass AND c.oid <> r.ev_class
"""


async def prepare_records(connection: Any, book: RecordBook) -> dict[str, ReadyStatement]:
    """Bring the tables of a service to its version, in the transaction that is open, and look at its statements.

    Raises:
        BadRecords: they cannot be kept as they are declared.
    """
    await _migrate(connection, book)
    for table in book.tables:
        await _check_table(connection, book, table)
    declared = {table.name for table in book.tables}
    for (name,) in await connection.fetch(_TABLES):
        if name.startswith(book.prefix) and name not in declared:
            raise BadRecords(f"{book.service}: the table {name} is made, and not declared")
    return {each.name: await _ready(connection, book, each) for each in (*book.statements, *erasing(book))}


async def _migrate(connection: Any, book: RecordBook) -> None:
    sql = "SELECT number, digest FROM record_migration WHERE service = $1 ORDER BY number"
    taken = await connection.fetch(sql, book.service)
    if len(taken) > len(book.migrations):
        raise BadRecords(
            f"the records of {book.service} have version {len(taken)}, this version of it knows "
            f"{len(book.migrations)}: install the newer one again"
        )
    for (number, digest), script in zip(taken, book.migrations, strict=False):
        if digest != digest_of(script):
            raise BadRecords(f"{book.service}: migration {number} has been changed since it was released")
    for number, script in enumerate(book.migrations[len(taken) :], start=len(taken) + 1):
        try:
            for statement in migration(script, book.prefix):
                await connection.execute(statement)
        except (asyncpg.PostgresError, BadRecords) as error:
            raise BadRecords(f"{book.service}: migration {number}: {error}") from error
        sql = "INSERT INTO record_migration VALUES ($1, $2, $3)"
        await connection.execute(sql, book.service, number, digest_of(script))


async def _check_table(connection: Any, book: RecordBook, table: RecordTable) -> None:
    columns = {name for (name,) in await connection.fetch(_COLUMNS, f'"{table.name}"')}
    if not columns or not table.name.startswith(book.prefix):
        raise BadRecords(f"{book.service}: there is no table {table.name} that begins with {book.prefix}")
    marked = table.personal | frozenset(filter(None, [table.subject]))
    for name in sorted(marked - columns):
        raise BadRecords(f"{book.service}: {table.name} has no column {name}")


async def _ready(connection: Any, book: RecordBook, statement: RecordStatement) -> ReadyStatement:
    what = f"{book.service}/{statement.name}"
    try:
        changing = changes(statement.sql, book.prefix)
        text, names = spoken(statement.sql)
        prepared = await connection.prepare(text)
        types = tuple(each.name for each in prepared.get_parameters())
        columns = () if changing else tuple(each.name for each in prepared.get_attributes())
        personal = () if changing else await _personal(connection, book, text, types)
        if changing:
            await _check_plan(connection, book, text, types)
    except asyncpg.UndefinedTableError as error:
        raise BadRecords(f"{what}: reaches beyond {book.prefix}…: {error}") from error
    except asyncpg.UndefinedColumnError as error:
        raise BadRecords(f"{what}: no such column: {error}") from error
    except (asyncpg.PostgresError, BadRecords) as error:
        raise BadRecords(f"{what}: {error}") from error
    subjects = {table.subject for table in book.tables if table.subject}
    return ReadyStatement(
        service=book.service,
        name=statement.name,
        sql=statement.sql,
        type=book.type,
        permission=statement.permission or ("records.write" if changing else "records.read"),
        changes=changing,
        parameters=frozenset(names or ()),
        columns=columns,
        personal=personal,
        subjects=frozenset(subjects.intersection(columns)),
    )


async def _personal(connection: Any, book: RecordBook, text: str, types: Types) -> tuple[str, ...]:
    """The personal columns that a statement reads, wherever in it: what a view of it would depend on."""
    nothing = text
    for number in range(len(types), 0, -1):
        nothing = nothing.replace(f"${number}", f"NULL::{types[number - 1]}")
    await connection.execute(f"CREATE TEMPORARY VIEW pinisi_look AS {nothing}")
    read = await connection.fetch(_READS)
    await connection.execute("DROP VIEW pg_temp.pinisi_look")
    marked = {(table.name, column) for table in book.tables for column in table.personal}
    for table, ours, _ in read:
        if not ours or not table.startswith(book.prefix):
            raise BadRecords(f"reaches beyond {book.prefix}…: {table}")
    return tuple(sorted(f"{table}.{column}" for table, _, column in read if (table, column) in marked))


async def _check_plan(connection: Any, book: RecordBook, text: str, types: Types) -> None:
    """Whether all tables of a changing statement's plan are the service's own."""
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    listed = f" ({', '.join(types)})" if types else ""
    await connection.execute(f"PREPARE pinisi_look{listed} AS {text}")
    nothing = f" ({', '.join(['NULL'] * len(types))})" if types else ""
    plan = await connection.fetchval(f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE pinisi_look{nothing}")
    await connection.execute("DEALLOCATE pinisi_look")
    for table in _tables_in(msgspec.json.decode(plan)):
        if not table.startswith(book.prefix):
            raise BadRecords(f"reaches beyond {book.prefix}…: {table}")


def _tables_in(plan: Any) -> set[str]:
    if isinstance(plan, list):
        return {table for each in plan for table in _tables_in(each)}  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(plan, dict):
        return set()
    members: dict[str, Any] = plan  # pyright: ignore[reportUnknownVariableType]
    found = {members["Relation Name"]} if "Relation Name" in members else set[str]()
    return found.union(*(_tables_in(value) for value in members.values()))


# reading and changing


async def read_records(
    connection: Any, statement: ReadyStatement, values: Mapping[str, RecordValue]
) -> list[dict[str, RecordValue]]:
    """The rows of an answer, by the names of its columns.

    Raises:
        Refused: a value does not fit.
    """
    try:
        found = await _run(connection, statement, values)
    except Exception as error:
        raise _refused(statement, error) from error
    return [dict(zip(statement.columns, map(_plain, row), strict=True)) for row in found]


async def change_records(connection: Any, changed: Sequence[tuple[RecordChange, dict[str, Any]]]) -> None:
    """Run changes in the transaction that is open.

    Raises:
        Refused: a rule of the table is broken, or another number of rows was touched than was expected.
    """
    for change, values in changed:
        try:
            touched = await _run(connection, change.statement, values, count=True)
        except Exception as error:
            raise _refused(change.statement, error) from error
        if change.rows is not None and touched != change.rows:
            title = change.statement.title
            raise VersionConflict(f"{title}: {touched} rows were there to change, not {change.rows}")


async def _run(
    connection: Any, statement: ReadyStatement, values: Mapping[str, RecordValue], *, count: bool = False
) -> Any:
    text, names = spoken(statement.sql)
    prepared = await connection.prepare(text)
    types = [each.name for each in prepared.get_parameters()]
    given = [_fitting(values[name], type) for name, type in zip(names or (), types, strict=True)]
    if not count:
        return await prepared.fetch(*given)
    status = await connection.execute(text, *given)
    return int(status.rpartition(" ")[2])


def _fitting(value: RecordValue, type: str) -> Any:
    """A value as the column wants it, where nothing is lost by it; as SQLite's strict tables take it."""
    if type == "text" and isinstance(value, int | float):
        return str(int(value) if isinstance(value, bool) else value)
    if type in ("int8", "int4") and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _plain(value: Any) -> Any:
    """Numbers as SQLite answers them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return int(value) if isinstance(value, bool) else value


def _named(error: Exception, what: str) -> str:
    return str(getattr(error, what, ""))


def _refused(statement: ReadyStatement, error: Exception) -> Exception:
    title = statement.title
    if isinstance(error, asyncpg.UniqueViolationError):
        return Refused(f"{title}: UNIQUE constraint failed: {_named(error, 'constraint_name')}")
    if isinstance(error, asyncpg.CheckViolationError):
        return Refused(f"{title}: CHECK constraint failed: {_named(error, 'constraint_name')}")
    if isinstance(error, asyncpg.NotNullViolationError):
        return Refused(f"{title}: NOT NULL constraint failed: {_named(error, 'column_name')}")
    if cannot_be_kept(error) or isinstance(error, asyncpg.PostgresSyntaxError | asyncpg.ForeignKeyViolationError):
        return Refused(f"{title}: cannot be done: {error}")
    return error
