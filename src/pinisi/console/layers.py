"""Layers of map and list: compact rows of entities, one row kept beside each version of an entity."""

import asyncio
from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any, cast

import msgspec

from pinisi.city.profile import Layer, Profile
from pinisi.city.text import Language
from pinisi.console.atlas import Atlas, value_of
from pinisi.console.citing import Citing, cards_of
from pinisi.console.facts import flags_of, name_of
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import WHOLE, Projection
from pinisi.vocabulary.terms import DATA_QUALITY, LOCATION, NAME

MOVED_AT = "movedAt"
"""Column of a layer whose things move: the moment of the position."""
SOURCE = "source"
"""Column before the last: a number that stands for the sources that the row rests upon (`Citing`)."""
FIXED = ("id", "name", "area", "lon", "lat")
MOST_ROWS = 200_000
MEMO_MOST = 8
SLICE_SECONDS = 0.01

_encode = msgspec.json.Encoder().encode


class _Drawn(msgspec.Struct, frozen=True):
    """A layer with its names expanded. `where`: attribute IRI -> the value it must have."""

    layer: Layer
    type: str
    where: Mapping[str, str]
    columns: tuple[str, ...]

    @property
    def read(self) -> tuple[str, ...]:
        """The attributes that a row is made of, beside the location."""
        return (NAME, DATA_QUALITY, *self.where, *self.columns)

    @property
    def shown(self) -> tuple[str, ...]:
        """The attributes that a row is drawn of."""
        return (NAME, LOCATION, *self.where, *self.columns)

    def holds(self, entity: Entity) -> bool:
        return self.type in entity.types and all(value_of(entity, iri) == value for iri, value in self.where.items())


class Layers:
    def __init__(self, profile: Profile, table: TermTable, atlas: Atlas) -> None:
        self._atlas = atlas
        self.citing = Citing()
        self._drawn = {layer.id: _draw(layer, table) for layer in profile.city.layers}

    def ids(self) -> Iterable[str]:
        return self._drawn.keys()

    def names(self, ids: Iterable[str], language: Language) -> str:
        """What the layers are called, in one line."""
        return ", ".join(str(getattr(self._drawn[id].layer.title, language)) for id in ids)

    def columns(self, id: str) -> list[str]:
        layer = self._drawn[id].layer
        moved = [MOVED_AT] if layer.moving else []
        return [*FIXED, *(column.key for column in layer.columns), *moved, SOURCE, "flags"]

    async def records(self, view: Viewpoint, id: str) -> list[tuple[Record, Projection]]:
        """The entities of a layer that the reader may see, with what he sees of each.

        An entity is in the layer for those who see the attributes that put it there.
        """
        await self._atlas.refresh()
        drawn = self._drawn[id]
        records = await view.find(EntityQuery(types=TypeIs(drawn.type)), limit=MOST_ROWS, attributes=drawn.read)
        found: list[tuple[Record, Projection]] = []
        started, everything = perf_counter(), view.grants.sees_all
        for record in records:
            projection = WHOLE if everything else projection_of(record, view.grants)
            if projection is not None and self.row(id, record, projection) is not None:
                found.append((record, projection))
            if perf_counter() - started > SLICE_SECONDS:
                await asyncio.sleep(0)
                started = perf_counter()
        return found

    def row(self, id: str, record: Record, projection: Projection) -> bytes | None:
        """The encoded row of an entity in a layer; None when the layer does not show it."""
        key = ("row", id, projection.attributes, self._atlas.version)
        row = record.memo.get(key)
        if row is None:
            row = self._row(self._drawn[id], record, projection)
            if len(record.memo) >= MEMO_MOST:
                del record.memo[next(iter(record.memo))]
            record.memo[key] = row
        return row or None

    def drawing(self, types: Iterable[str]) -> frozenset[str]:
        """The layers that draw entities of any of these types."""
        wanted = frozenset(types)
        return frozenset(id for id, drawn in self._drawn.items() if drawn.type in wanted)

    def rows_of(self, record: Record, projection: Projection) -> dict[str, msgspec.Raw]:
        """Layer -> row, for every layer that shows the entity to a reader who sees so much of it."""
        rows = {
            id: row
            for id, drawn in self._drawn.items()
            if drawn.type in record.family.types and (row := self.row(id, record, projection)) is not None
        }
        return {id: msgspec.Raw(row) for id, row in rows.items()}

    def _row(self, drawn: _Drawn, record: Record, projection: Projection) -> bytes:
        entity = seen(record, projection)
        if not drawn.holds(entity):
            return b""
        place = value_of(entity, LOCATION)
        point = point_of(place) or (None, None)
        values = [_cell(value_of(entity, iri)) for iri in drawn.columns]
        if drawn.layer.moving:
            values.append(_moved_at(entity))
        source = self.citing.key(drawn.layer.id, cards_of(entity, drawn.shown))
        flags = [flag["code"] for flag in flags_of(entity)]
        area = self._atlas.name(areas_seen(record, projection))
        return _encode([entity.id, name_of(entity), area, point[0], point[1], *values, source, flags])


def _moved_at(entity: Entity) -> str | None:
    """When its position was true, as its source says; else when it was written."""
    instances = entity.attributes.get(LOCATION)
    if not instances:
        return None
    return instances[0].observed_at or format_instant(instances[0].modified_at)


def location_of(entity: Entity) -> dict[str, Any] | None:
    """The place of an entity as GeoJSON."""
    value = value_of(entity, LOCATION)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def point_of(geojson: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a GeoJSON point; None of anything else."""
    place = cast("dict[str, Any]", geojson) if isinstance(geojson, dict) else {}
    return tuple(place["coordinates"][:2]) if place.get("type") == "Point" else None


def _draw(layer: Layer, table: TermTable) -> _Drawn:
    expand = table.expand_term
    return _Drawn(
        layer,
        expand(layer.type),
        {expand(name): value for name, value in layer.where.items()},
        tuple(expand(column.key) for column in layer.columns),
    )


def _cell(value: Any) -> Any:
    """Numbers and words as they are, of a date-time its text."""
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("@value", value)  # pyright: ignore[reportUnknownVariableType]
    return value if isinstance(value, (int, float, str)) or value is None else str(value)
