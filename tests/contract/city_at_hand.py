"""A small city to write into any store: two districts side by side, and things that lie in them or move."""

from collections.abc import Sequence
from typing import Any

from pinisi.store.change import Edit, EntityChange, Refused
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import GEO, PROPERTY, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION, PART_OF

TENANT = "city"
SENSOR, CAR, SITE = "urn:type:Sensor", "urn:type:Car", "urn:type:Site"
SPEED, LEVEL, OWNER = "urn:attribute:speed", "urn:attribute:level", "urn:attribute:owner"
WEST, EAST, OUTSIDE = (0.5, 0.5), (1.5, 0.5), (9.0, 9.0)
WEST_CODE, EAST_CODE, CITY_CODE = "73.1", "73.2", "73"


class Clock:
    """The tenant's clock, moved by hand."""

    def __init__(self, now: Instant = 1_000_000_000_000_000) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now

    def forward(self, microseconds: int) -> Instant:
        self.now += microseconds
        return self.now


def value(content: Any, observed: Instant | None = None, dataset: str | None = None) -> Instance:
    at = None if observed is None else format_instant(observed)
    return Instance(PROPERTY, content, dataset_id=dataset, observed_at=at)


def at(place: tuple[float, float]) -> Instance:
    return Instance(GEO, {"type": "Point", "coordinates": list(place)})


def thing(id: str, type: str = SENSOR, place: tuple[float, float] | None = None, **values: Any) -> Entity:
    """An entity; `speed`, `level` and `owner` become its attributes."""
    names = {"speed": SPEED, "level": LEVEL, "owner": OWNER}
    attributes = {names[name]: [value(content)] for name, content in values.items()}
    if place is not None:
        attributes[LOCATION] = [at(place)]
    return Entity(id, [type], attributes)


def put(entity: Entity, expected: int | None = None) -> EntityChange:
    """Create or replace the whole entity."""
    return EntityChange(entity.id, lambda old, now: Edit(entity), expected)


def patch(id: str, attribute: str, *instances: Instance) -> EntityChange:
    """Replace one attribute; without instances take it away. Refused where there is no entity."""

    def transform(old: Entity | None, now: Instant) -> Edit:
        if old is None:
            raise Refused(f"{id} is not there")
        attributes = {**old.attributes, attribute: list(instances)}
        if not instances:
            del attributes[attribute]
        return Edit(Entity(old.id, old.types, attributes, old.scopes, old.expires_at))

    return EntityChange(id, transform)


def late(id: str, attribute: str, instance: Instance) -> EntityChange:
    """A value older than the one that stands: history only."""
    return EntityChange(id, lambda old, now: Edit(old, late=((attribute, instance),)))


def remove(id: str, expected: int | None = None) -> EntityChange:
    return EntityChange(id, lambda old, now: Edit(None), expected)


def refuse(id: str) -> EntityChange:
    def transform(old: Entity | None, now: Instant) -> Edit:
        raise Refused("not today")

    return EntityChange(id, transform)


def _square(west: float) -> Instance:
    ring = [[west, 0.0], [west + 1, 0.0], [west + 1, 1.0], [west, 1.0], [west, 0.0]]
    return Instance(GEO, {"type": "Polygon", "coordinates": [ring]})


def _area(code: str, parent: str | None, shape: Instance | None) -> Entity:
    attributes = {CODE: [value(code)]}
    if parent is not None:
        attributes[PART_OF] = [Instance(RELATIONSHIP, f"urn:area:{parent}")]
    if shape is not None:
        attributes[LOCATION] = [shape]
    return Entity(f"urn:area:{code}", [ADMINISTRATIVE_AREA], attributes)


AREAS: Sequence[Entity] = (
    _area(CITY_CODE, None, None),
    _area(WEST_CODE, CITY_CODE, _square(0.0)),
    _area(EAST_CODE, CITY_CODE, _square(1.0)),
)


async def found_districts(store: Store) -> None:
    """Write the two districts and the city around them."""
    await store.apply(TENANT, [put(area) for area in AREAS], SYSTEM)


async def write(store: Store, *changes: EntityChange, by: Principal = SYSTEM) -> int:
    return (await store.apply(TENANT, changes, by)).position


def limited(
    *,
    types: Sequence[str] | None = None,
    areas: Sequence[str] | None = None,
    attributes: Sequence[str] | None = None,
    write: bool = False,
) -> Grants:
    grant = Grant(
        types=None if types is None else frozenset(types),
        areas=None if areas is None else frozenset(areas),
        attributes=None if attributes is None else frozenset(attributes),
        write=write,
    )
    return Grants((grant,))


def person(grants: Grants = EVERYTHING) -> Principal:
    return Principal(id="person:ani", name="Ani", kind="person", grants=grants)
