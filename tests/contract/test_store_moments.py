"""A reader sees one moment: never half of a set, whether the answer comes from an index, a cache or a scan."""

import asyncio

import pytest
from city_at_hand import EAST, SENSOR, SPEED, TENANT, WEST, put, thing, write

from pinisi.store.protocol import Store
from pinisi.store.query import Compare, EntityQuery, GeoQuery, Path, TypeIs
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio

BOX = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
QUESTIONS = (
    EntityQuery(types=TypeIs(SENSOR), filter=Compare(Path(SPEED), "==", (1,))),
    EntityQuery(types=TypeIs(SENSOR), geo=GeoQuery("within", BOX, LOCATION)),
    EntityQuery(types=TypeIs(SENSOR)),
)


async def test_two_entities_that_change_places_in_one_set_are_never_seen_in_the_same(store: Store) -> None:
    """One of them always has speed 1 and lies in the west; the other neither."""
    done = False

    async def change() -> None:
        nonlocal done
        for n in range(300):
            one, other = ("urn:a", "urn:b") if n % 2 else ("urn:b", "urn:a")
            await write(store, put(thing(one, SENSOR, WEST, speed=1)), put(thing(other, "urn:type:Off", EAST, speed=0)))
        done = True

    async def look(query: EntityQuery) -> int:
        looks = 0
        while not done:
            page = await store.find(TENANT, query, EVERYTHING, limit=10, count=True)
            if page.position:
                assert (len(page.records), page.count) == (1, 1)
                looks += 1
            await asyncio.sleep(0)
        return looks

    _, *looks = await asyncio.gather(change(), *(look(query) for query in QUESTIONS))
    assert min(looks) > 100


async def test_what_a_writer_was_told_is_seen_by_the_next_reader(store: Store) -> None:
    async def client(number: int) -> None:
        for n in range(40):
            position = await write(store, put(thing(f"urn:{number}", SENSOR, speed=n)))
            record = await store.entity(TENANT, f"urn:{number}", EVERYTHING)
            assert record is not None and record.position == position
            assert await store.position(TENANT) >= position

    await asyncio.gather(*(client(number) for number in range(10)))
