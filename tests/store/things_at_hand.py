"""Short words for the tests of the SQLite store."""

from collections.abc import Sequence
from typing import Any

from pinisi.store.change import Edit, EntityChange
from pinisi.vocabulary.entity import GEO, PROPERTY, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION, PART_OF

TENANT = "city"
SPEED = "urn:attribute:speed"


def value(content: Any, observed: Instant | None = None) -> Instance:
    return Instance(PROPERTY, content, observed_at=None if observed is None else format_instant(observed))


def point(lon: float, lat: float) -> Instance:
    return Instance(GEO, {"type": "Point", "coordinates": [lon, lat]})


def square(west: float, south: float, side: float = 1.0) -> Instance:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Instance(GEO, {"type": "Polygon", "coordinates": [ring]})


def area(code: str, shape: Instance | None = None, parent: str | None = None) -> Entity:
    attributes = {CODE: [Instance(PROPERTY, code)]}
    if shape is not None:
        attributes[LOCATION] = [shape]
    if parent is not None:
        attributes[PART_OF] = [Instance(RELATIONSHIP, f"urn:area:{parent}")]
    return Entity(f"urn:area:{code}", [ADMINISTRATIVE_AREA], attributes)


def thing(id: str, location: Instance | None = None, types: Sequence[str] = ("urn:type",), **values: Any) -> Entity:
    attributes = {f"urn:attribute:{name}": [value(content)] for name, content in values.items()}
    if location is not None:
        attributes[LOCATION] = [location]
    return Entity(id, list(types), attributes)


def put(entity: Entity) -> EntityChange:
    return EntityChange(entity.id, lambda old, now: Edit(entity))


def remove(id: str) -> EntityChange:
    return EntityChange(id, lambda old, now: Edit(None))
