"""A page as bytes holds what the same page of entities holds, after every change and for every reader."""

import asyncio
from collections.abc import Hashable, Sequence
from typing import Any

import msgspec
import pytest
from city_at_hand import (
    CAR,
    CITY_CODE,
    EAST,
    LEVEL,
    OUTSIDE,
    SENSOR,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    Clock,
    at,
    found_districts,
    limited,
    patch,
    put,
    remove,
    thing,
    value,
    write,
)
from stores_at_hand import Place, relocating

from pinisi.store import find
from pinisi.store.change import EntityChange
from pinisi.store.protocol import Store
from pinisi.store.query import AnyOf, Compare, EntityQuery, Path, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.principal import EVERYTHING, NOTHING, WHOLE, Grants, Projection
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio


class Plainly:
    """Shows the position and what the reader sees of the entity."""

    def __init__(self) -> None:
        self.made = 0

    def key(self, projection: Projection) -> Hashable:
        return projection.attributes

    def body(self, record: Record, projection: Projection) -> bytes:
        self.made += 1
        return msgspec.json.encode((record.position, seen(record, projection)))


READERS = (
    EVERYTHING,
    NOTHING,
    limited(types=[CAR]),
    limited(areas=[WEST_CODE]),
    limited(areas=[CITY_CODE]),
    limited(attributes=[SPEED]),
    limited(attributes=[LEVEL]),
    Grants(limited(types=[SENSOR]).grants + limited(types=[CAR], attributes=[SPEED]).grants),
)
QUERIES = (
    EntityQuery(types=TypeIs(CAR)),
    EntityQuery(types=AnyOf((TypeIs(CAR), TypeIs(SENSOR)))),
    EntityQuery(types=TypeIs("urn:type:Unknown")),
    EntityQuery(types=TypeIs(CAR), filter=Compare(Path(SPEED), "==", (2,))),
    EntityQuery(types=TypeIs(CAR), filter=Compare(Path(SPEED), ">", (1,))),
    EntityQuery(filter=Compare(Path(SPEED), "==", (2,))),
    EntityQuery(types=AnyOf((TypeIs(CAR), TypeIs(SENSOR))), filter=Compare(Path(LEVEL), "==", (4.0,))),
    EntityQuery(types=TypeIs(CAR), filter=Compare(Path(SPEED), "==", (7,))),
)
CHANGES: Sequence[Sequence[EntityChange]] = (
    (),
    (patch("urn:car:west", SPEED, value(2)),),
    (patch("urn:car:west", LOCATION, at(EAST)),),
    (remove("urn:car:east"),),
    (put(thing("urn:car:new", CAR, WEST, speed=2)), patch("urn:car:lost", SPEED, value(9))),
    (put(thing("urn:car:east", CAR, WEST, speed=2)),),
    (put(thing("urn:sensor:west", CAR, WEST, speed=2)),),
    (patch("urn:sensor:none", LEVEL),),
)


async def populate(store: Store) -> None:
    await found_districts(store)
    for _ in range(1000):
        if not relocating(store, TENANT):
            break
        await asyncio.sleep(0.001)
    await write(
        store,
        put(thing("urn:car:west", CAR, WEST, speed=1, owner="Ani")),
        put(thing("urn:car:east", CAR, EAST, speed=2, owner="Budi")),
        put(thing("urn:car:lost", CAR, OUTSIDE, speed=3)),
        put(thing("urn:sensor:west", SENSOR, WEST, level=4)),
        put(thing("urn:sensor:none", SENSOR, level=5)),
    )


async def agree(store: Store) -> None:
    for grants in READERS:
        for query in QUERIES:
            for limit, offset, count in ((20, 0, False), (2, 1, True), (1, 0, False), (0, 0, True), (3, 90, True)):
                page = await store.find(TENANT, query, grants, limit=limit + 1, offset=offset, count=count)
                showing = Plainly()
                shown = await store.shown(TENANT, query, grants, showing, limit=limit, offset=offset, count=count)
                told = [showing.body(r, found) for r in page.records[:limit] if (found := projection_of(r, grants))]
                assert list(shown.bodies) == told
                assert (shown.count, shown.position) == (page.count, page.position)
                assert limit == 0 or shown.more is (len(page.records) > limit)


async def test_after_every_change_for_every_reader(store: Store) -> None:
    await populate(store)
    for changes in CHANGES:
        await write(store, *changes)
        await agree(store)
        await agree(store)


async def heat(store: Any) -> None:
    """Ask until the numbers have their index."""
    for name in (SPEED, LEVEL):
        asked = EntityQuery(filter=Compare(Path(name), "==", (0,)))
        await store.find(TENANT, asked, EVERYTHING, limit=1)
        await store.wait_until_hot(TENANT, name)


async def test_of_hot_attributes_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "HEAT_ROWS", -1)
    await populate(store)
    await heat(store)
    for changes in CHANGES:
        await write(store, *changes)
        await agree(store)
        await agree(store)


async def test_many_of_one_value_are_shown_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "HEAT_ROWS", -1)
    await write(store, *(put(thing(f"urn:car:{n}", CAR, speed=n % 2)) for n in range(600)))
    await heat(store)
    query = EntityQuery(types=TypeIs(CAR), filter=Compare(Path(SPEED), "==", (1,)))
    for limit, offset, count in ((20, 0, False), (20, 240, False), (20, 290, True), (100, 250, False), (0, 0, True)):
        page = await store.find(TENANT, query, EVERYTHING, limit=limit + 1, offset=offset, count=count)
        shown = await store.shown(TENANT, query, EVERYTHING, Plainly(), limit=limit, offset=offset, count=count)
        assert list(shown.bodies) == [Plainly().body(record, WHOLE) for record in page.records[:limit]]
        assert (shown.count, limit and shown.more) == (page.count, limit and len(page.records) > limit)


async def test_a_tenant_that_nobody_has_written_to_shows_nothing(store: Store) -> None:
    shown = await store.shown("nobody", QUERIES[0], EVERYTHING, Plainly(), limit=20, count=True)
    assert (list(shown.bodies), shown.more, shown.count) == ([], False, 0)


@pytest.mark.parametrize("hot", [False, True])
async def test_what_another_process_wrote_is_shown(
    place: Place, clock: Clock, hot: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place.kind == "sqlite":
        pytest.skip("one process alone has the files of SQLite open")
    monkeypatch.setattr(find, "HEAT_ROWS", -1 if hot else 1_000_000)
    async with place.open(clock) as one, place.open(clock) as other:
        await populate(one)
        if hot:
            await heat(one)
        await agree(other)
        for changes in CHANGES:
            await write(one, *changes)
            await agree(other)
