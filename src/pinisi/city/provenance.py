"""Source cards: who published what, under which licence, and what is known of its faults."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.facts import Entity, Origin, fact, listing, source_id, words
from pinisi.city.period import period_start
from pinisi.city.reading import read_toml
from pinisi.city.text import Text


class SourceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the city folder that holds data of the source; `rows` counts its entries."""

    name: str
    rows: int


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source card. `year` is what the data stand for, `retrieved` the day on which they were fetched."""

    id: str
    title: Text
    publisher: str
    year: str
    licence: str
    licence_note: str
    url: str
    retrieved: date
    files: tuple[SourceFile, ...]
    note: Text


class _Sources(msgspec.Struct, forbid_unknown_fields=True):
    sources: tuple[Source, ...] = ()


def read_sources(path: Path) -> tuple[Source, ...]:
    """The cards of `sources.toml`.

    Raises:
        CityError: when a card is incomplete or an id occurs twice.
    """
    sources = read_toml(path, _Sources).sources
    seen: set[str] = set()
    for number, source in enumerate(sources):
        if source.id in seen:
            raise CityError(path, f"sources[{number}].id", f"{source.id!r} occurs twice")
        seen.add(source.id)
    return sources


def source_entities(sources: Sequence[Source], zone: ZoneInfo) -> list[Entity]:
    """Entities of type DataSource, each its own provider."""
    return [_source_entity(source, zone) for source in sources]


def _source_entity(source: Source, zone: ZoneInfo) -> Entity:
    day = source.retrieved.isoformat()
    origin = Origin(source=source.id, observed_at=period_start(day, zone), period=day)
    entity: Entity = {"id": source_id(source.id), "type": "DataSource", "title": words(source.title)}
    plain = {
        "publisher": source.publisher,
        "year": source.year,
        "licence": source.licence,
        "licenceNote": source.licence_note,
        "url": source.url,
        "retrieved": day,
    }
    entity |= {name: fact(value, origin) for name, value in plain.items()}
    entity["files"] = listing([{"name": file.name, "rows": file.rows} for file in source.files])
    entity["note"] = words(source.note)
    return entity
