"""Layers of map and list: compact rows of entities, one row kept beside each version of an entity."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from pinisi.city.profile import Layer, Profile
from pinisi.console.atlas import Atlas, value_of
from pinisi.console.facts import flags_of, name_of
from pinisi.context.term_table import TermTable
from pinisi.store.protocol import Record, Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Grants, Projection
from pinisi.vocabulary.terms import LOCATION

FIXED = ("id", "name", "area", "lon", "lat")
MOST_ROWS = 200_000

_encode = msgspec.json.Encoder().encode


class _Drawn(msgspec.Struct, frozen=True):
    """A layer with its names expanded. `where`: attribute IRI -> the value it must have."""

    layer: Layer
    type: str
    where: Mapping[str, str]
    columns: tuple[str, ...]

    def holds(self, entity: Entity) -> bool:
        return self.type in entity.types and all(value_of(entity, iri) == value for iri, value in self.where.items())


class Layers:
    def __init__(self, profile: Profile, table: TermTable, atlas: Atlas) -> None:
        self._atlas = atlas
        self._drawn = {layer.id: _draw(layer, table) for layer in profile.city.layers}

    def ids(self) -> Iterable[str]:
        return self._drawn.keys()

    def columns(self, id: str) -> list[str]:
        return [*FIXED, *(column.key for column in self._drawn[id].layer.columns), "flags"]

    async def records(self, store: Store, tenant: str, id: str, grants: Grants) -> list[tuple[Record, Projection]]:
        """The entities of a layer that the reader may see, with what he sees of each."""
        drawn = self._drawn[id]
        page = await store.find(tenant, EntityQuery(types=TypeIs(drawn.type)), grants, limit=MOST_ROWS)
        found = [record for record in page.records if self.row(id, record, WHOLE) is not None]
        return [(record, projection_of(record, grants) or WHOLE) for record in found]

    def row(self, id: str, record: Record, projection: Projection) -> bytes | None:
        """The encoded row of an entity in a layer; None when the layer does not show it."""
        key = ("row", id, projection.attributes)
        row = record.memo.get(key)
        if row is None:
            row = self._row(self._drawn[id], record, projection)
            record.memo[key] = row
        return row or None

    def rows_of(self, record: Record, grants: Grants) -> dict[str, Any]:
        """Layer -> row, for every layer that shows the entity to this reader."""
        projection = projection_of(record, grants)
        if projection is None:
            return {}
        rows = {
            id: row
            for id, drawn in self._drawn.items()
            if drawn.type in record.family.types and (row := self.row(id, record, projection)) is not None
        }
        return {id: msgspec.Raw(row) for id, row in rows.items()}

    def _row(self, drawn: _Drawn, record: Record, projection: Projection) -> bytes:
        entity = record.entity
        if not drawn.holds(entity):
            return b""
        seen = projection.attributes
        place = value_of(entity, LOCATION) if seen is None or LOCATION in seen else None
        point = place["coordinates"] if isinstance(place, dict) and place.get("type") == "Point" else (None, None)
        values = [_cell(value_of(entity, iri)) if seen is None or iri in seen else None for iri in drawn.columns]
        flags = [flag["code"] for flag in flags_of(entity)]
        area = self._atlas.name(record.family.areas)
        return _encode([entity.id, name_of(entity), area, point[0], point[1], *values, flags])


def projection_of(record: Record, grants: Grants) -> Projection | None:
    return WHOLE if grants.sees_all else grants.projection(record.family.types, record.family.areas)


def _draw(layer: Layer, table: TermTable) -> _Drawn:
    expand = table.expand_term
    return _Drawn(
        layer,
        expand(layer.type),
        {expand(name): value for name, value in layer.where.items()},
        tuple(expand(column.key) for column in layer.columns),
    )


def _cell(value: Any) -> Any:
    return value if isinstance(value, (int, float, str)) or value is None else str(value)
