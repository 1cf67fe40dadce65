"""The reader of a source that has a mapping file: rows in, entities and rejects out. Pure."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.facts import Entity
from pinisi.city.importing.cells import moment_in, number_in
from pinisi.city.importing.fault_texts import english
from pinisi.city.profile import Profile
from pinisi.city.row_entity import RowFault, RowReader
from pinisi.city.text import Text
from pinisi.runtime.about import NOBODY_KNOWS, about_row
from pinisi.runtime.mapping.mapping import OBSERVED, Format, Mapping, MappingFile
from pinisi.runtime.mapping.ngsi_ld import read_entities
from pinisi.runtime.mapping.pattern import pattern_of
from pinisi.runtime.mapping.rows import Cells, rows_of
from pinisi.runtime.source import Message, Read, Reading, Reject, Unreadable, row_key
from pinisi.vocabulary.instant import DAY, SECOND, Instant, format_instant, parse_instant

AHEAD = DAY
"""A value of later than this from now is no value: the sender's clock is wrong."""
BY_MEDIA: dict[str, Format] = {
    "text/csv": "csv",
    "application/geo+json": "geojson",
    "application/senml+json": "senml",
    "application/ld+json": "ngsi-ld",
}
"""Media types that say how a message is written, whatever the mapping file expects."""
_TRACE = ("method", "provider", "period")


class _BadRow(Exception):
    """`key` and `about` are filled in where the mapping knows them."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.key = ""
        self.about = NOBODY_KNOWS


class MappedReader:
    """Reads messages by a mapping file."""

    def __init__(self, file: MappingFile, profile: Profile) -> None:
        self._file = file
        self._zone = profile.zone
        self._origin, self._name = pattern_of(file.origin), pattern_of(file.name)
        city = profile.city
        self._readers = [(each, RowReader(each.register(), self._zone, city.country, "")) for each in file.mappings]

    def __call__(self, message: Message) -> Reading:
        format = BY_MEDIA.get(message.media, self._file.format)
        if format == "ngsi-ld":
            return read_entities(message)
        if not self._readers:
            raise Unreadable(f"comes as {format}, for which the source has no mapping file")
        known = self._captured(message.origin)
        entities: list[Entity] = []
        rejects: list[Reject] = []
        sound: list[str] = []
        for row in rows_of(message, self._file, format):
            try:
                entities += self._entities(row, known, message)
                sound.append(_place(message, row))
            except _BadRow as bad:
                rejects.append(_reject(message, row, bad))
        return Reading(entities=entities, rejects=rejects, sound=sound)

    def _captured(self, origin: str) -> dict[str, str]:
        if self._origin is None:
            return {}
        found = self._origin.captured(origin)
        if found is None:
            raise Unreadable(f"comes from {origin[:120]!r}, which is not of the form {self._origin.text}")
        return found

    def _entities(self, row: Cells, known: dict[str, str], message: Message) -> Iterator[Entity]:
        """The entity of a row, by the first mapping that is for it."""
        if row.fault:
            raise _BadRow("", row.fault)
        cells = {**row.cells, **known, **self._named(row)}
        for mapping, reader in self._readers:
            if all(cells.get(column) == word for column, word in mapping.only.items()):
                yield from self._entity(mapping, reader, cells, row, message)
                return
        if self._file.others == "reject":
            raise _BadRow("", "no mapping is for this row (`only`)")

    def _entity(
        self, mapping: Mapping, reader: RowReader, cells: dict[str, str], row: Cells, message: Message
    ) -> Iterator[Entity]:
        moment = None
        try:
            moment = _moment(mapping, cells, message, self._zone)
            if moment is not None:
                yield _entity(mapping, reader, {**cells, OBSERVED: moment}, row)
        except _BadRow as bad:
            bad.about = about_row(reader.register, cells, row.geometry)
            bad.key = _key(mapping, bad.about.entity, moment)
            raise

    def _named(self, row: Cells) -> dict[str, str]:
        """What the name of a SenML record holds."""
        if self._name is None:
            return {}
        name = row.cells.get("n", "")
        found = self._name.captured(name)
        if found is None:
            raise _BadRow("n", f"{name[:80]!r} is not of the form {self._name.text}")
        return found


def mapped_reader(file: MappingFile, profile: Profile) -> Read:
    return MappedReader(file, profile)


def _moment(mapping: Mapping, cells: dict[str, str], message: Message, zone: ZoneInfo) -> str | None:
    """When the row was true; None where nobody can know: what a broker kept, without a time of its own."""
    if not mapping.observed:
        return None if message.kept else format_instant(message.received)
    cell = cells.get(mapping.observed, "")
    moment = _since_1970(cell, mapping.clock) if mapping.clock != "text" else moment_in(cell, zone)
    if moment is None:
        raise _BadRow(mapping.observed, f"{cell[:60]!r} is no time" if cell else "the time is missing")
    if parse_instant(moment) > message.received + AHEAD:
        raise _BadRow(mapping.observed, f"{moment} lies in the future: the sender's clock is wrong")
    return moment


def _key(mapping: Mapping, id: str, moment: str | None) -> str:
    """The name of a bad row; empty where only its place is known: without an id, or with an unreadable time."""
    if not id or moment is None:
        return ""
    return row_key(id, parse_instant(moment) if mapping.observed else None)


def _since_1970(cell: str, clock: str) -> str | None:
    number = number_in(cell)
    if number is None:
        return None
    seconds = number / 1000 if clock == "unix-ms" else number
    instant: Instant = round(seconds * SECOND)
    return format_instant(instant) if 0 <= instant < 253_402_300_800 * SECOND else None


def _entity(mapping: Mapping, reader: RowReader, cells: dict[str, str], row: Cells) -> Entity:
    try:
        entity = reader.entity(cells, row.geometry)
    except RowFault as fault:
        raise _BadRow(fault.field, english(fault.code, fault.words)) from None
    for name, (least, most) in mapping.bounds.items():
        value = entity.get(name, {}).get("value")
        if isinstance(value, int | float) and not least <= value <= most:
            raise _BadRow(name, f"{value} is not between {least:g} and {most:g}")
    return {name: _plain(value) for name, value in entity.items() if name != "address"}


def _plain(attribute: Any) -> Any:
    """Method and provider are added on the way in."""
    if not isinstance(attribute, dict):
        return attribute
    return {key: value for key, value in attribute.items() if key not in _TRACE}  # pyright: ignore[reportUnknownVariableType]


def _reject(message: Message, row: Cells, bad: _BadRow) -> Reject:
    reason = Text(str(bad), str(bad), str(bad))
    raw = row.raw or msgspec.json.encode(row.cells).decode("utf-8", "replace")
    return Reject(
        key=bad.key or _place(message, row),
        row=str(row.number),
        field=bad.field,
        reason=reason,
        raw=raw,
        about=bad.about,
    )


def _place(message: Message, row: Cells) -> str:
    return f"{message.origin} {row.number}"
