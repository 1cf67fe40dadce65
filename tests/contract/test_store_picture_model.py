"""Whatever was written in whatever order: the picture of a moment, as known then, is what every reader found then."""

import asyncio
from typing import Any

from city_at_hand import (
    CAR,
    CITY_CODE,
    EAST,
    EAST_CODE,
    LEVEL,
    OUTSIDE,
    SENSOR,
    SITE,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    Clock,
    at,
    found_districts,
    late,
    limited,
    remove,
    value,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from stores_at_hand import AnyStore, Place, relocating

from pinisi.store.change import Edit, EntityChange
from pinisi.store.history import PictureQuery
from pinisi.store.query import AnyOf, EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, Grants
from pinisi.vocabulary.terms import LOCATION

HOUR = 3_600_000_000
BEFORE = Clock().now - HOUR
QUERY = EntityQuery(types=AnyOf((TypeIs(SENSOR), TypeIs(CAR))))
READERS: tuple[Grants, ...] = (
    EVERYTHING,
    limited(types=[CAR]),
    limited(areas=[WEST_CODE]),
    limited(attributes=[SPEED]),
    Grants(limited(types=[CAR], areas=[EAST_CODE], attributes=[LEVEL]).grants + limited(types=[SITE]).grants),
    limited(areas=[CITY_CODE], attributes=[SPEED, LOCATION]),
)

ids = st.integers(0, 3).map(lambda n: f"urn:{n}")
numbers = st.dictionaries(st.sampled_from([SPEED, LEVEL]), st.tuples(st.integers(0, 9), st.booleans()), max_size=2)
places = st.sampled_from([WEST, EAST, OUTSIDE, None])
puts = st.tuples(st.just("put"), ids, st.sampled_from([CAR, SENSOR, SITE]), places, numbers, st.booleans())
merges = st.tuples(st.just("merge"), ids, numbers, places)
acts = st.one_of(
    puts, merges, st.tuples(st.just("remove"), ids), st.tuples(st.just("late"), ids, st.integers(0, 9)),
    st.tuples(st.just("retype"), ids, st.sampled_from([CAR, SENSOR])),
)  # fmt: skip


def instances(values: dict[str, tuple[int, bool]], now: int) -> dict[str, list[Instance]]:
    """Dated ones were observed a minute before they are written."""
    return {name: [value(n, observed=now - HOUR // 60 if dated else None)] for name, (n, dated) in values.items()}


def changes(act: tuple[Any, ...], now: int) -> list[EntityChange]:
    kind, id, *rest = act
    if kind == "remove":
        return [remove(id)]
    if kind == "late":
        late_one = late(id, SPEED, value(rest[0], observed=BEFORE))
        return [EntityChange(id, lambda old, at: late_one.transform(old, at) if _has_speed(old) else Edit(old))]
    if kind == "put":
        type, place, values, model = rest
        attributes = instances(values, now) | ({LOCATION: [at(place)]} if place else {})
        if model:
            attributes.setdefault(LEVEL, []).append(value(7, dataset="urn:model"))
        return [EntityChange(id, lambda old, at: Edit(Entity(id, [type], attributes)))]
    if kind == "retype":
        return [EntityChange(id, lambda old, at: Edit(old and Entity(id, [rest[0]], old.attributes)))]
    values, place = rest
    added = instances(values, now) | ({LOCATION: [at(place)]} if place else {})
    return [EntityChange(id, lambda old, at: Edit(old and Entity(id, old.types, {**old.attributes, **added})))]


def _has_speed(entity: Entity | None) -> bool:
    return entity is not None and SPEED in entity.attributes


def shown(record: Record, grants: Grants) -> dict[str, Any]:
    entity = record.entity
    projection = grants.projection(record.family.types, record.family.areas)
    assert projection is not None
    seen = projection.attributes
    values = {
        (name, one.dataset_id): one.value
        for name, many in entity.attributes.items()
        for one in many
        if seen is None or name in seen
    }
    return {"types": entity.types, "values": values, "areas": record.family.areas}


async def story(place: Place, acts: list[tuple[Any, ...]], districts_after: int) -> None:
    clock = Clock()
    async with place.open(clock) as store:
        kept: list[tuple[int, list[dict[str, Any]]]] = []
        for n, act in enumerate(acts):
            if n == districts_after:
                await found_districts(store)
                for _ in range(1000):
                    if not relocating(store, TENANT):
                        break
                    await asyncio.sleep(0.001)
            await write(store, *changes(act, clock.now))
            kept.append((clock.now, [await found(store, reader) for reader in READERS]))
            clock.forward(HOUR)
        for moment, pictures in kept:
            asked = PictureQuery(entities=QUERY, at=moment, known=moment)
            for reader, expected in zip(READERS, pictures, strict=True):
                told = await store.picture(TENANT, asked, reader)
                assert {one.id: shown(one, reader) for one in told.records} == expected, (moment, reader)
        asked = PictureQuery(entities=QUERY, at=clock.now)
        for reader in READERS:
            told = await store.picture(TENANT, asked, reader)
            assert {one.id: shown(one, reader) for one in told.records} == await found(store, reader)


async def found(store: AnyStore, reader: Grants) -> dict[str, Any]:
    page = await store.find(TENANT, QUERY, reader, limit=100)
    return {record.id: shown(record, reader) for record in page.records}


def test_a_picture_as_known_then_is_what_was_found_then(place: Place) -> None:
    @settings(max_examples=30 if place.kind == "sqlite" else 10)
    @given(st.lists(acts, min_size=1, max_size=12), st.integers(0, 4))
    def lived(acts: list[tuple[Any, ...]], districts_after: int) -> None:
        place.empty()
        asyncio.run(story(place, acts, districts_after))

    lived()
