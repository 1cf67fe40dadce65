"""Registers: tables, and the mapping that turns their rows into entities.

One language for the registers of a city's folder (`registers.toml`) and for the mappings of imported files.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.importing.cells import DateForm, Decimal
from pinisi.city.reading import read_text, read_toml
from pinisi.city.text import LANGUAGES

Kind = Literal["text", "number", "integer", "boolean", "date-time", "words", "source"]


class Mapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One attribute from one column; unit and period are fixed, or stand in a column of their own.

    `pattern` (RE2, one group) takes a part of the cell; `values` replaces words by words. `decimal` is the sign between
    whole and part, `dates` the order in which days are written. `words` are read from three columns (`name_id`,
    `name_en`, `name_ja`). `source` holds the id of a card.
    """

    name: str
    column: str
    kind: Kind = "text"
    unit: str | None = None
    unit_column: str | None = None
    period_column: str | None = None
    decimal: Decimal = "."
    dates: DateForm = "iso"
    pattern: str = ""
    values: dict[str, str] = {}


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of an address that stands inside a longer text: `pattern` is RE2 with one group."""

    column: str
    pattern: str


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Who published an imported file: for the source card that stands beside each of its numbers."""

    title: str
    publisher: str = ""
    licence: str = "none stated"
    licence_note: str = ""
    url: str = ""
    note: str = ""


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How one table becomes entities.

    `entity` is the id with `{column}` places (`{column:slug}`: in lower case, only letters, digits and dashes);
    `repeated` says what an id means that occurs again: a fault, or another thing of the same name (numbered in the
    order of the file). `series`: rows of the same entity follow each other in time and become its history; those of a
    city's folder stand there with older ones first.

    `period` is what the register as a whole stands for; `as_of` (a day) is when it was true where that is earlier than
    the end of the period; `observed` names the column with the moment of each row. `position` names the columns of
    longitude and latitude, `geometry` takes the file's own, `axes` tells the order in it. `address` names the columns
    of the area names that the register itself gives. `extends` adds the attributes to entities that exist already.
    `source_column` names the card of each row; `source` is that of rows which name none.

    `types_by` chooses the types by the word in `types_column`; a row with another word has the `types`. `delimiter`,
    `encoding` and `sheet` help to open a file; `nothing` lists words that mean an empty cell; `card` is for files
    whose source has no card yet.
    """

    id: str
    file: str = ""
    entity: str
    types: tuple[str, ...]
    types_column: str = ""
    types_by: dict[str, tuple[str, ...]] = {}
    source: str
    source_column: str | None = None
    period: str
    as_of: str | None = None
    observed: str = ""
    observed_dates: DateForm = "iso"
    position: tuple[str, str] | None = None
    geometry: bool = False
    axes: Literal["lon-lat", "lat-lon"] = "lon-lat"
    address: dict[str, str | Part] = {}
    constants: dict[str, str] = {}
    attributes: tuple[Mapped, ...] = ()
    extends: bool = False
    series: bool = False
    repeated: Literal["fault", "number"] = "fault"
    nothing: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    card: Card | None = None


class Registers(msgspec.Struct, forbid_unknown_fields=True):
    """A file of mappings."""

    registers: tuple[Register, ...] = ()


def read_registers(path: Path) -> tuple[Register, ...]:
    """The mappings of `registers.toml`.

    Raises:
        CityError: when a mapping is incomplete.
    """
    registers = read_toml(path, Registers).registers
    for number, register in enumerate(registers):
        if not register.file:
            raise CityError(path, f"registers[{number}].file", "names no file")
    return registers


class Table(msgspec.Struct, frozen=True):
    """A register with its rows, ready to become entities."""

    register: Register
    path: Path
    rows: tuple[dict[str, str], ...]


def read_table(register: Register, folder: Path) -> Table:
    """The rows of a register's CSV file.

    Raises:
        CityError: when the file or one of the mapped columns is not there.
    """
    path = folder / register.file
    lines = read_text(path).splitlines()
    reader = csv.DictReader(lines)
    columns = set(reader.fieldnames or ())
    for column in columns_of(register):
        if column not in columns:
            raise CityError(path, column, "the column that registers.toml names is not in the table")
    rows: list[dict[str, str]] = []
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise CityError(path, f"row {number}", f"has not {len(columns)} cells")
        rows.append(row)
    return Table(register, path, tuple(rows))


def columns_of(register: Register) -> Iterator[str]:
    """Every column that the mapping needs, but for those of the id."""
    for mapped in register.attributes:
        yield from words_columns(mapped.column) if mapped.kind == "words" else (mapped.column,)
        yield from (c for c in (mapped.unit_column, mapped.period_column) if c is not None)
    yield from (register.source_column,) if register.source_column is not None else ()
    yield from register.position or ()
    yield from (part if isinstance(part, str) else part.column for part in register.address.values())
    yield from (column for column in (register.observed, register.types_column) if column)


def words_columns(column: str) -> tuple[str, ...]:
    """The columns of a text in three languages."""
    return tuple(f"{column}_{language}" for language in LANGUAGES)
