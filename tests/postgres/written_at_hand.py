"""Short words for the tests of the PostgreSQL store."""

import random
import time

from pinisi.store.change import Edit, EntityChange, Refused
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM

TENANT = "city"
COUNT = "urn:attribute:count"


def clock() -> Instant:
    return time.time_ns() // 1000


def value(content: object, observed: Instant | None = None) -> Instance:
    return Instance(PROPERTY, content, observed_at=None if observed is None else format_instant(observed))


def made(id: str, count: object = 0, observed: Instant | None = None) -> EntityChange:
    """A new entity; refused where there is one."""

    def transform(old: Entity | None, now: Instant) -> Edit:
        if old is not None:
            raise Refused(f"{id} is there")
        return Edit(Entity(id, ["urn:type"], {COUNT: [value(count, observed)]}))

    return EntityChange(id, transform)


def one_more(id: str) -> EntityChange:
    """Not the same when it is done twice."""

    def transform(old: Entity | None, now: Instant) -> Edit:
        if old is None:
            raise Refused(f"{id} is not there")
        return Edit(Entity(id, old.types, {COUNT: [value(old.attributes[COUNT][0].value + 1)]}))

    return EntityChange(id, transform)


async def count(store: Store, id: str) -> object:
    record = await store.entity(TENANT, id, EVERYTHING)
    return None if record is None else record.entity.attributes[COUNT][0].value


async def add_one(store: Store, id: str) -> int:
    return (await store.apply(TENANT, [one_more(id)], SYSTEM)).position


def gone(id: str) -> EntityChange:
    return EntityChange(id, lambda old, now: Edit(None))


def named(id: str, *numbers: int) -> EntityChange:
    """An entity whose type and attribute have names that nobody else uses."""
    ending = ":".join(map(str, numbers))
    entity = Entity(id, [f"urn:type:{ending}"], {f"urn:attribute:{ending}": [value(1)]})
    return EntityChange(id, lambda old, now: Edit(entity))


def sized(id: str, characters: int) -> EntityChange:
    """An entity that takes room: what it says cannot be packed."""
    content = random.Random(id).randbytes(characters // 2).hex()
    return EntityChange(id, lambda old, now: Edit(Entity(id, ["urn:type"], {COUNT: [value(content)]})))
