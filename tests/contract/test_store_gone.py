"""Deleted entities that have a past are found by their types, for who could see them; those without one are not."""

import pytest
from city_at_hand import CAR, SENSOR, TENANT, Clock, limited, put, remove, thing, write

from pinisi.store.change import Edit, EntityChange, Forgotten
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.principal import EVERYTHING, NOTHING, Grants

pytestmark = pytest.mark.anyio


async def gone(
    store: Store, grants: Grants = EVERYTHING, *, since: int = 0, limit: int = 9, offset: int = 0
) -> list[str]:
    query = EntityQuery(types=TypeIs(SENSOR))
    return list(await store.gone(TENANT, query, grants, since=since, limit=limit, offset=offset))


async def test_deleted_entities_are_found_page_by_page(store: Store, clock: Clock) -> None:
    ids = [f"urn:s:{number}" for number in range(4)]
    await write(store, *[put(thing(id, SENSOR, speed=1)) for id in ids], put(thing("urn:c", CAR, speed=1)))
    await write(store, *[remove(id) for id in (*ids[:3], "urn:c")])
    assert await gone(store) == ids[:3]
    assert await gone(store, limit=2) == ids[:2]
    assert await gone(store, limit=2, offset=2) == ids[2:3]
    named = EntityQuery(ids=(ids[1], ids[3], "urn:c", "urn:none"))
    assert list(await store.gone(TENANT, named, EVERYTHING, since=0, limit=9)) == [ids[1], "urn:c"]
    assert await gone(store, since=clock.now + 10**12) == []


async def test_only_who_could_see_them_finds_them(store: Store) -> None:
    await write(store, put(thing("urn:s", SENSOR, speed=1)), remove("urn:s"))
    assert await gone(store, limited(types=[SENSOR])) == ["urn:s"]
    assert await gone(store, limited(types=[CAR])) == []
    assert await gone(store, NOTHING) == []


async def test_what_returns_or_is_erased_is_not_gone(store: Store) -> None:
    await write(store, put(thing("urn:s:1", SENSOR, speed=1)), put(thing("urn:s:2", SENSOR, speed=1)))
    await write(store, remove("urn:s:1"), remove("urn:s:2"))
    await write(store, put(thing("urn:s:1", SENSOR, speed=2)))
    await write(store, EntityChange("urn:s:2", lambda _old, _now: Edit(None, forget=(Forgotten(),))))
    assert await gone(store) == []
