"""One row of a register as an entity, or the fault that keeps it from being one."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import shapely

from pinisi.city.errors import CityError
from pinisi.city.facts import Attribute, Entity, Origin, fact, link, place, said, source_id
from pinisi.city.importing.cells import boolean_in, is_nothing, moment_in, number_in, quantity_in
from pinisi.city.importing.fault_texts import english
from pinisi.city.period import NotAPeriod, period_end
from pinisi.city.registers import Mapped, Part, Register, Table, words_columns
from pinisi.city.text import Text
from pinisi.city.units import unit_named

_PLACE = re.compile(r"\{([^{}]*?)(:slug)?\}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,480}")
_YEAR = re.compile(r"(\d{4})\.0")
Words = dict[str, str | float]


class RowFault(Exception):
    """Why a row is no entity: `code` of `faults.toml`, the column, and the words of its text."""

    def __init__(self, code: str, field: str, **words: str | float) -> None:
        self.code = code
        self.field = field
        self.words: Words = words
        super().__init__(f"{field}: {self.reason}")

    @property
    def reason(self) -> str:
        return english(self.code, self.words)


class Doubt(msgspec.Struct, frozen=True):
    """A fault of a row that is accepted with a flag: its code, column, the doubted attribute, and its words."""

    code: str
    field: str
    attribute: str
    words: Words


class RowReader:
    """Turns rows into entities by one mapping.

    `accepted` are the codes of faults that leave a value out instead of the whole row; what was found and accepted in
    the last row stands in `doubts`, its id in `known_id`. An empty `locality`: the register is not only of this city.
    """

    def __init__(
        self, register: Register, zone: ZoneInfo, country: str, locality: str, accepted: Collection[str] = ()
    ) -> None:
        self.register = register
        self.zone = zone
        self.address = {"addressCountry": country} | ({"addressLocality": locality} if locality else {})
        self.accepted = frozenset(accepted)
        self.doubts: list[Doubt] = []
        self.known_id = ""
        self._nothing = frozenset(register.nothing)
        self._patterns = {mapped.name: compiled(mapped.pattern) for mapped in register.attributes if mapped.pattern}

    def entity(self, row: Mapping[str, str], geometry: Mapping[str, Any] | None = None) -> Entity:
        """The entity of a row.

        Raises:
            RowFault: naming the column, for what the mapping cannot read and `accepted` does not let pass.
        """
        self.doubts, self.known_id = [], ""
        register = self.register
        self.known_id = filled(register.entity, row)
        origin = self._origin(row, None)
        entity: Entity = {"id": self.known_id, "type": _plain_types(types_in(register, row))}
        for name, value in register.constants.items():
            entity[name] = fact(value, origin)
        for mapped in register.attributes:
            made = self._attribute(row, mapped, origin)
            if made is not None:
                entity[mapped.name] = made
        self._place(entity, row, geometry, origin)
        return entity

    def _cell(self, row: Mapping[str, str], column: str) -> str:
        cell = row.get(column, "")
        return "" if cell in self._nothing else cell

    def _attribute(self, row: Mapping[str, str], mapped: Mapped, origin: Origin) -> Attribute | None:
        """The attribute; None where the register leaves the cell empty (a gap stays a gap)."""
        if mapped.kind == "words":
            return self._words(row, mapped, origin)
        cell = self._cell(row, mapped.column)
        if not cell or (mapped.kind != "text" and is_nothing(cell)):
            return None
        if mapped.pattern:
            found = self._patterns[mapped.name].search(cell)
            if found is None:
                return None
            cell = found.group(1)
        cell = mapped.values.get(cell, cell)
        try:
            if mapped.kind == "source":
                return link(source_id(cell), self._origin(row, mapped.period_column))
            value, unit = self._value(mapped, cell)
            unit = unit or self._unit(row, mapped)
            return fact(value, self._origin(row, mapped.period_column) if mapped.period_column else origin, unit)
        except RowFault as fault:
            self._doubt(fault, mapped.name)
            return None

    def _words(self, row: Mapping[str, str], mapped: Mapped, origin: Origin) -> Attribute | None:
        """A text in three languages, none of which may be left out."""
        columns = words_columns(mapped.column)
        cells = [self._cell(row, column) for column in columns]
        if not any(cells):
            return None
        if not all(cells):
            raise RowFault("words-missing", columns[cells.index("")])
        return said(Text(*cells), self._origin(row, mapped.period_column) if mapped.period_column else origin)

    def _value(self, mapped: Mapped, cell: str) -> tuple[Any, str | None]:
        """The value, and the unit where the cell itself holds one."""
        kind = mapped.kind
        if kind == "text":
            return cell, None
        if kind == "date-time":
            moment = moment_in(cell, self.zone, mapped.dates)
            if moment is None:
                raise RowFault("not-a-date", mapped.column, value=cell[:80])
            return {"@type": "DateTime", "@value": moment}, None
        if kind == "boolean":
            answer = boolean_in(cell)
            if answer is None:
                raise RowFault("not-yes-or-no", mapped.column, value=cell[:80])
            return answer, None
        return self._number(mapped, cell)

    def _number(self, mapped: Mapped, cell: str) -> tuple[float, str | None]:
        value = number_in(cell, mapped.decimal)
        if value is None:
            quantity = quantity_in(cell, mapped.decimal)
            if quantity is None:
                raise RowFault("not-a-number", mapped.column, value=cell[:80])
            words: Words = {"value": cell[:80], "unit": quantity[1]}
            self.doubts.append(Doubt("unit-in-number", mapped.column, mapped.name, words))
            return quantity
        if mapped.kind == "integer" and value != int(value):
            raise RowFault("not-a-whole-number", mapped.column, value=cell[:80])
        return value, None

    def _unit(self, row: Mapping[str, str], mapped: Mapped) -> str | None:
        if not mapped.unit_column:
            return mapped.unit
        written = self._cell(row, mapped.unit_column)
        if not written:
            return mapped.unit
        code = mapped.values.get(written) or unit_named(written)
        if code is None:
            raise RowFault("unknown-unit", mapped.unit_column, value=written[:40])
        return code

    def _origin(self, row: Mapping[str, str], column: str | None) -> Origin:
        register = self.register
        written = self._cell(row, column) if column else ""
        found = _YEAR.fullmatch(written)
        period = (found.group(1) if found else written) or register.period
        if register.observed and not column:
            return self._observed(row, period)
        ends = register.as_of if register.as_of and period == register.period else period
        try:
            return Origin(source=self._source(row), observed_at=_end(ends, self.zone), period=period)
        except NotAPeriod as error:
            raise RowFault("not-a-period", column or "period", value=period[:40], reason=str(error)) from None

    def _source(self, row: Mapping[str, str]) -> str:
        named = self.register.source_column
        return (self._cell(row, named) if named else "") or self.register.source

    def _observed(self, row: Mapping[str, str], period: str) -> Origin:
        cell = self._cell(row, self.register.observed)
        moment = moment_in(cell, self.zone, self.register.observed_dates)
        if moment is None:
            raise RowFault("not-a-date", self.register.observed, value=cell[:80])
        return Origin(source=self._source(row), observed_at=moment, period=moment[:10] if cell else period)

    def _place(
        self, entity: Entity, row: Mapping[str, str], geometry: Mapping[str, Any] | None, origin: Origin
    ) -> None:
        register = self.register
        if register.address or register.position or register.geometry:
            named = {name: text for name, part in register.address.items() if (text := self._named(row, part))}
            entity["address"] = fact({**self.address, **named}, origin)
        try:
            if register.position:
                point = self._point(row, *register.position)
                if point is not None:
                    entity["location"] = place(point, origin)
            elif register.geometry:
                entity["location"] = place(checked_geometry(geometry, register.axes), origin)
        except RowFault as fault:
            self._doubt(fault, "location")

    def _named(self, row: Mapping[str, str], part: str | Part) -> str:
        """A part of the address as the register writes it; empty where it says nothing."""
        if isinstance(part, str):
            cell = self._cell(row, part)
            return "" if is_nothing(cell) else cell
        found = compiled(part.pattern).search(self._cell(row, part.column))
        return found.group(1).strip() if found else ""

    def _point(self, row: Mapping[str, str], lon_column: str, lat_column: str) -> dict[str, Any] | None:
        lon, lat = self._degrees(row, lon_column), self._degrees(row, lat_column)
        if lon is None and lat is None and self.register.source:
            raise RowFault("no-position", lon_column)
        check_position(lon, lat, lon_column, lat_column)
        return {"type": "Point", "coordinates": [lon, lat]}

    def _degrees(self, row: Mapping[str, str], column: str) -> float | None:
        cell = self._cell(row, column)
        if is_nothing(cell):
            return None
        value = number_in(cell, ".")
        if value is None:
            value = number_in(cell, ",")
        if value is None:
            raise RowFault("not-a-number", column, value=cell[:80])
        return value

    def _doubt(self, fault: RowFault, attribute: str) -> None:
        if fault.code not in self.accepted:
            raise fault
        self.doubts.append(Doubt(fault.code, fault.field, attribute, fault.words))


def register_entities(table: Table, zone: ZoneInfo, country: str, locality: str) -> Iterator[Entity]:
    """One entity a row, in the order of the table. `zone` is the city's time zone; the rest completes addresses.

    Raises:
        CityError: naming row and column of a number, position or period that cannot be read.
    """
    reader = RowReader(table.register, zone, country, locality)
    seen: dict[str, str] = {}
    for number, row in enumerate(table.rows, start=2):
        try:
            entity = reader.entity(row)
        except RowFault as fault:
            raise CityError(table.path, f"row {number}, {fault.field}", fault.reason) from None
        id, newest = entity["id"], max(part["observedAt"] for part in entity.values() if "observedAt" in part)
        if id in seen and not table.register.series:
            raise CityError(table.path, f"row {number}", f"{id} occurs twice")
        if newest <= seen.get(id, ""):
            raise CityError(table.path, f"row {number}", f"{id}: is not newer than the row before it")
        seen[id] = newest
        yield entity


def types_in(register: Register, row: Mapping[str, str]) -> Sequence[str]:
    """The types of a row's entity."""
    word = row.get(register.types_column, "") if register.types_column else ""
    return register.types_by.get(word, register.types)


def _plain_types(types: Sequence[str]) -> str | list[str]:
    return types[0] if len(types) == 1 else list(types)


def filled(template: str, row: Mapping[str, str]) -> str:
    """The id of a row.

    Raises:
        RowFault: a column is not there or empty, or what comes out is no URI.
    """

    def put(found: re.Match[str]) -> str:
        column = found.group(1)
        if column not in row:
            raise RowFault("column-missing", "id", column=column[:80])
        cell = row.get(column, "").strip()
        part = slug(cell) if found.group(2) else cell
        if not part:
            raise RowFault("no-id", column)
        return part

    id = _PLACE.sub(put, template)
    if _URI.fullmatch(id) is None:
        raise RowFault("id-not-uri", "id", value=id[:120])
    return id


def slug(text: str) -> str:
    """Lower-case letters and digits without accents, the rest as single dashes."""
    plain = unicodedata.normalize("NFKD", text[:200]).casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _checked_point(coordinates: Any, axes: str) -> dict[str, Any]:
    try:
        lon, lat = msgspec.convert(coordinates, list[float])[:2]
    except (msgspec.ValidationError, ValueError):
        raise RowFault("bad-geometry", "geometry", reason="a point is two numbers") from None
    if axes == "lat-lon":
        lon, lat = lat, lon
    check_position(lon, lat, "geometry", "geometry")
    return {"type": "Point", "coordinates": [lon, lat]}


def check_position(lon: float | None, lat: float | None, lon_column: str, lat_column: str) -> None:
    """Raises `RowFault` for half a position, the zero point, and what is not on the Earth."""
    if lon is None or lat is None:
        raise RowFault("half-a-position", lon_column if lon is None else lat_column)
    on_earth = -180 <= lon <= 180 and -90 <= lat <= 90
    if not on_earth and -180 <= lat <= 180 and -90 <= lon <= 90:
        raise RowFault("swapped", lat_column, lon=str(lon), lat=str(lat))
    if not on_earth:
        column = lon_column if not -180 <= lon <= 180 else lat_column
        raise RowFault("off-earth", column, lon=str(lon), lat=str(lat))
    if lon == 0 and lat == 0:
        raise RowFault("zero-position", lon_column)


_FORMS = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def checked_geometry(geometry: Mapping[str, Any] | None, axes: str = "lon-lat") -> dict[str, Any]:
    """The geometry in longitude, latitude, closed and on the Earth.

    Raises:
        RowFault: there is none, or it is broken.
    """
    if geometry is None:
        raise RowFault("no-position", "geometry")
    if geometry.get("type") == "Point":
        return _checked_point(geometry.get("coordinates"), axes)
    if geometry.get("type") not in _FORMS:
        raise RowFault("bad-geometry", "geometry", reason=f"{str(geometry.get('type'))[:40]!r} is no kind of geometry")
    try:
        shape = shapely.from_geojson(msgspec.json.encode(geometry))
        if axes == "lat-lon":
            shape = shapely.transform(shape, lambda points: points[:, ::-1])
        shape = shapely.force_2d(shape)
        west, south, east, north = (float(bound) for bound in shape.bounds)
    except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
        raise RowFault("bad-geometry", "geometry", reason=str(error)[:120]) from None
    if not west <= east:
        raise RowFault("bad-geometry", "geometry", reason="it is empty")
    check_position(west, south, "geometry", "geometry")
    check_position(east, north, "geometry", "geometry")
    if not shape.is_valid:
        raise RowFault("bad-geometry", "geometry", reason=str(shapely.is_valid_reason(shape))[:120])
    return msgspec.json.decode(shapely.to_geojson(shape))


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """The pattern, ready to search in linear time.

    Raises:
        ValueError: it is none, or has no group.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        made: Any = re2.compile(pattern, options)
    except re2.error:
        raise ValueError(f"{pattern[:80]!r} is no pattern that RE2 knows") from None
    if made.groups < 1:
        raise ValueError(f"{pattern[:80]!r} has no group in parentheses")
    return made


@lru_cache(maxsize=512)
def _end(period: str, zone: ZoneInfo) -> str:
    return period_end(period, zone)
