"""What a service keeps in tables of its own: what it declares, and what the store makes of it.

The tables lie in the tenant's one file, so that a record and the facts that it publishes commit together. No entity,
no history and no line of the log holds what is in them.
"""

import math
from collections.abc import Mapping

import msgspec

from pinisi.vocabulary.principal import Grant, Principal

RecordValue = str | int | float | bytes | bool | None
Values = Mapping[str, RecordValue]
AREAS = "areas"
"""The parameter that the store itself binds: codes of the areas that the reader reaches as JSON, null for all."""
_LARGEST = 2**63


class RecordTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table, by its whole name.

    `subject` is the column that says whom a row is about: a key that the service gives and that means nothing outside
    of it, never a name or a national number. `personal` are the columns of which every reading is on record.
    """

    name: str
    subject: str = ""
    personal: frozenset[str] = frozenset()


class RecordStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One SQL statement by its name; parameters are `:named`. `permission` is what it asks of the one who acts."""

    name: str
    sql: str
    permission: str


class RecordBook(msgspec.Struct, frozen=True, kw_only=True):
    """All that a service keeps. `type` is the IRI of the entity type whose grants open it.

    `migrations` are numbered from 1, forward only; a released one is never changed.
    """

    service: str
    type: str
    migrations: tuple[str, ...]
    tables: tuple[RecordTable, ...]
    statements: tuple[RecordStatement, ...]

    @property
    def prefix(self) -> str:
        """How the names of its tables and indexes begin."""
        return prefix_of(self.service)


class ReadyStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that the store has looked at: what it binds, reads and changes.

    `personal` are the personal columns (`table.column`) that it reads, `subjects` the columns of its answer that say
    whom a row is about.
    """

    service: str
    name: str
    sql: str
    type: str
    permission: str
    changes: bool
    parameters: frozenset[str]
    columns: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    subjects: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return f"{self.service}/{self.name}"


class BadRecords(ValueError):
    """Records that cannot be kept as they are declared; says why."""


class NotReached(Exception):
    """The one who acts may not use the statement; says why."""


def prefix_of(service: str) -> str:
    return service.replace("-", "_") + "__"


def areas_reached(statement: ReadyStatement, principal: Principal) -> frozenset[str] | None:
    """The areas whose records the statement may touch for him; None: all.

    Raises:
        NotReached: he has not the permission, or his grants do not reach.
    """
    if statement.permission not in principal.permissions:
        raise NotReached(f"{principal.name} may not use {statement.title}: it needs {statement.permission}")
    reaching = [grant for grant in principal.grants.grants if _opens(grant, statement)]
    if not reaching:
        raise NotReached(f"the records of {statement.service} lie outside of what {principal.name} may use")
    areas: set[str] = set()
    for grant in reaching:
        if grant.areas is None:
            return None
        areas |= grant.areas
    if AREAS not in statement.parameters:
        raise NotReached(f"{statement.title} is about the whole city, and {principal.name} is limited to areas")
    return frozenset(areas)


def _opens(grant: Grant, statement: ReadyStatement) -> bool:
    if grant.attributes is not None or (statement.changes and not grant.write):
        return False
    return grant.types is None or statement.type in grant.types


def bound(statement: ReadyStatement, values: Values, areas: frozenset[str] | None) -> dict[str, RecordValue]:
    """The values with what the store binds itself.

    Raises:
        ValueError: naming the parameter that is missing, unknown, or cannot be kept.
    """
    given = dict(values)
    for name in statement.parameters - {AREAS} - given.keys():
        raise ValueError(f"{statement.title}: {name} is missing")
    for name, value in given.items():
        if name not in statement.parameters or name == AREAS:
            raise ValueError(f"{statement.title}: has no parameter {name}")
        _check(f"{statement.title}: {name}", value)
    if AREAS in statement.parameters:
        given[AREAS] = None if areas is None else msgspec.json.encode(sorted(areas)).decode()
    return given


def _check(what: str, value: RecordValue) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{what} is no finite number")
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise ValueError(f"{what} has more than 64 bits")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{what} has characters that UTF-8 cannot carry") from None
    elif value is not None and not isinstance(value, int | float | bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"{what} is a {type(value).__name__}: only texts, numbers and bytes are kept")
