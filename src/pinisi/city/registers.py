"""Registers: tables of the city folder, and the mapping that turns their rows into entities."""

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.facts import Attribute, Entity, Origin, fact, link, place, said, source_id
from pinisi.city.period import NotAPeriod, period_end
from pinisi.city.reading import read_text, read_toml
from pinisi.city.text import LANGUAGES, Text

Row = dict[str, str]


class Mapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One attribute from one column; unit and period are fixed, or stand in a column of their own.

    `words` are read from three columns (`name_id`, `name_en`, `name_ja`). `source` holds the id of a card.
    """

    name: str
    column: str
    kind: Literal["text", "number", "words", "source"] = "text"
    unit: str | None = None
    unit_column: str | None = None
    period_column: str | None = None


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one table becomes entities.

    `entity` is the id with `{column}` places. `period` is what the register as a whole stands for; `as_of` (a day) is
    when it was true where that is earlier than the end of the period. `position` names the columns of longitude and
    latitude, `address` those of the area names that the register itself gives. `extends` adds the attributes to
    entities that exist already. `source_column` names the card of each row; `source` is that of rows which name none.
    `series`: rows of the same entity follow each other in time, older ones first, and become its history.
    """

    id: str
    file: str
    entity: str
    types: tuple[str, ...]
    source: str
    source_column: str | None = None
    period: str
    as_of: str | None = None
    position: tuple[str, str] | None = None
    address: dict[str, str] = {}
    constants: dict[str, str] = {}
    attributes: tuple[Mapped, ...]
    extends: bool = False
    series: bool = False


class _Registers(msgspec.Struct, forbid_unknown_fields=True):
    registers: tuple[Register, ...] = ()


def read_registers(path: Path) -> tuple[Register, ...]:
    """The mappings of `registers.toml`.

    Raises:
        CityError: when a mapping is incomplete.
    """
    return read_toml(path, _Registers).registers


class Table(msgspec.Struct, frozen=True):
    """A register with its rows, ready to become entities."""

    register: Register
    path: Path
    rows: tuple[Row, ...]


def read_table(register: Register, folder: Path) -> Table:
    """The rows of a register's CSV file.

    Raises:
        CityError: when the file or one of the mapped columns is not there.
    """
    path = folder / register.file
    lines = read_text(path).splitlines()
    reader = csv.DictReader(lines)
    columns = set(reader.fieldnames or ())
    for column in _columns(register):
        if column not in columns:
            raise CityError(path, column, "the column that registers.toml names is not in the table")
    rows: list[Row] = []
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise CityError(path, f"row {number}", f"has not {len(columns)} cells")
        rows.append(row)
    return Table(register, path, tuple(rows))


def _columns(register: Register) -> Iterator[str]:
    for mapped in register.attributes:
        yield from words_columns(mapped.column) if mapped.kind == "words" else (mapped.column,)
        yield from (c for c in (mapped.unit_column, mapped.period_column) if c is not None)
    yield from (register.source_column,) if register.source_column is not None else ()
    yield from register.position or ()
    yield from register.address.values()


def words_columns(column: str) -> tuple[str, ...]:
    """The columns of a text in three languages."""
    return tuple(f"{column}_{language}" for language in LANGUAGES)


def register_entities(table: Table, zone: ZoneInfo, country: str, locality: str) -> Iterator[Entity]:
    """One entity a row, in the order of the table. `zone` is the city's time zone; the rest completes addresses.

    Raises:
        CityError: naming row and column of a number, position or period that cannot be read.
    """
    seen: dict[str, str] = {}
    for number, row in enumerate(table.rows, start=2):
        entity = _RowReader(table, number, row, zone).entity(country, locality)
        id, newest = entity["id"], max(part["observedAt"] for part in entity.values() if "observedAt" in part)
        if id in seen and not table.register.series:
            raise CityError(table.path, f"row {number}", f"{id} occurs twice")
        if newest <= seen.get(id, ""):
            raise CityError(table.path, f"row {number}", f"{id}: is not newer than the row before it")
        seen[id] = newest
        yield entity


class _RowReader:
    """Turns one row into an entity, knowing where it stands for errors."""

    def __init__(self, table: Table, number: int, row: Mapping[str, str], zone: ZoneInfo) -> None:
        self.register = table.register
        self.path = table.path
        self.number = number
        self.row = row
        self.zone = zone

    def entity(self, country: str, locality: str) -> Entity:
        register = self.register
        origin = self.origin(None)
        types = list(register.types)
        entity: Entity = {"id": self.id(), "type": types[0] if len(types) == 1 else types}
        entity |= {name: fact(value, origin) for name, value in register.constants.items()}
        entity |= {mapped.name: made for mapped in register.attributes if (made := self.attribute(mapped))}
        named = {part: self.row[column] for part, column in register.address.items() if self.row[column]}
        if register.position:
            address = {"addressCountry": country, "addressLocality": locality, **named}
            entity["address"] = fact(address, origin)
            entity["location"] = place(self.point(*register.position), origin)
        return entity

    def id(self) -> str:
        try:
            return self.register.entity.format(**self.row)
        except (KeyError, IndexError, ValueError) as error:
            raise self.error("id", f"{self.register.entity!r} cannot be filled: {error}") from None

    def attribute(self, mapped: Mapped) -> Attribute | None:
        """The attribute; None where the register leaves the cell empty (a gap stays a gap)."""
        if mapped.kind == "words":
            return self.words(mapped)
        cell = self.row[mapped.column]
        if not cell:
            return None
        origin = self.origin(mapped.period_column)
        if mapped.kind == "source":
            return link(source_id(cell), origin)
        value = cell if mapped.kind == "text" else self.number_in(mapped.column)
        unit = self.row[mapped.unit_column] if mapped.unit_column else mapped.unit
        return fact(value, origin, unit or None)

    def words(self, mapped: Mapped) -> Attribute | None:
        """A text in three languages, none of which may be left out."""
        columns = words_columns(mapped.column)
        cells = [self.row[column] for column in columns]
        if not any(cells):
            return None
        if not all(cells):
            raise self.error(columns[cells.index("")], "is empty, though the text is there in another language")
        return said(Text(*cells), self.origin(mapped.period_column))

    def number_in(self, column: str) -> float:
        try:
            value = float(self.row[column])
        except ValueError:
            raise self.error(column, f"{self.row[column]!r} is no number") from None
        if not math.isfinite(value):
            raise self.error(column, f"{self.row[column]!r} is no finite number")
        return int(value) if value.is_integer() else value

    def point(self, lon_column: str, lat_column: str) -> dict[str, object]:
        lon, lat = self.number_in(lon_column), self.number_in(lat_column)
        if not -180 <= lon <= 180:
            raise self.error(lon_column, f"longitude {lon} is not between -180 and 180")
        if not -90 <= lat <= 90:
            raise self.error(lat_column, f"latitude {lat} is not between -90 and 90")
        return {"type": "Point", "coordinates": [lon, lat]}

    def source(self) -> str:
        named = self.register.source_column
        return (self.row[named] if named else "") or self.register.source

    def origin(self, column: str | None) -> Origin:
        register = self.register
        period = (self.row[column] if column else "") or register.period
        ends = register.as_of if register.as_of and period == register.period else period
        try:
            return Origin(source=self.source(), observed_at=period_end(ends, self.zone), period=period)
        except NotAPeriod as error:
            raise self.error(column or "period", str(error)) from None

    def error(self, column: str, reason: str) -> CityError:
        return CityError(self.path, f"row {self.number}, {column}", reason)
