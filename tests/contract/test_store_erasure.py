"""History can be erased for good, by those who may change everything; and read in pages, oldest first."""

import pytest
from city_at_hand import (
    LEVEL,
    SENSOR,
    SPEED,
    TENANT,
    Clock,
    late,
    limited,
    patch,
    person,
    put,
    remove,
    thing,
    value,
    write,
)

from pinisi.store.change import Edit, EntityChange, Forbidden, Forgotten
from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import SCOPE

pytestmark = pytest.mark.anyio
T = 1_000_000_000_000_000


async def told(store: Store, query: HistoryQuery | None = None) -> list[object]:
    stories = await store.stories(TENANT, ["urn:a"], query or HistoryQuery(), EVERYTHING)
    moments: list[Moment] = list(stories[0].moments) if stories else []
    return [None if moment.instance is None else moment.instance.value for moment in moments]


def forget(*gone: Forgotten, delete: bool = False) -> EntityChange:
    return EntityChange("urn:a", lambda present, now: Edit(None if delete else present, forget=gone))


async def test_one_attribute_is_erased_and_the_others_stay(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1, level=2)), patch("urn:a", SPEED, value(3)))
    await write(store, forget(Forgotten(SPEED)))
    assert await told(store) == [2]


async def test_one_instance_is_erased(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)), patch("urn:a", SPEED, value(2, dataset="urn:d")))
    await write(store, forget(Forgotten(SPEED, "")))
    assert await told(store) == [2]


async def test_all_that_was_said_of_one_moment_is_erased(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    await write(store, late("urn:a", SPEED, value(3, observed=T - 5)), late("urn:a", SPEED, value(4, observed=T - 5)))
    await write(store, forget(Forgotten(SPEED, "", T - 5)))
    assert await told(store) == [5]


async def test_an_entity_is_erased_without_a_trace_in_history(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    await write(store, forget(Forgotten(), delete=True))
    assert await told(store) == []
    assert await store.entity(TENANT, "urn:a", EVERYTHING) is None
    await write(store, put(thing("urn:a", speed=2)))
    assert await told(store) == [2]


async def test_what_is_left_of_a_deleted_entity_is_erased(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)), remove("urn:a"))
    assert await told(store) == [1, None]
    await write(store, forget(Forgotten(), delete=True))
    assert await told(store) == []


async def test_values_of_the_same_group_are_erased_and_later_ones_stay(store: Store) -> None:
    changes = [put(thing("urn:a", speed=1)), forget(Forgotten(SPEED)), patch("urn:a", SPEED, value(2))]
    await write(store, *changes)
    assert await told(store) == [2]


async def test_only_who_may_change_everything_erases(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    with pytest.raises(Forbidden):
        await write(store, forget(Forgotten(SPEED)), by=person(limited(types=[SENSOR], write=True)))
    assert await told(store) == [1]


async def test_each_attribute_is_read_from_its_oldest_value_on(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")))
    for number in range(4):
        clock.forward(10)
        await write(store, patch("urn:a", SPEED, value(number)), patch("urn:a", LEVEL, value(number * 10)))
    assert await told(store, HistoryQuery(limit=2, each=True)) in ([0, 1, 0, 10], [0, 10, 0, 1])
    assert await told(store, HistoryQuery(limit=2, each=True, last=3, attributes=(SPEED,))) == [2, 3]


async def test_scopes_have_a_history(store: Store) -> None:
    entity = thing("urn:a")
    entity.scopes = ["/a"]
    await write(store, put(entity))
    moved = thing("urn:a")
    moved.scopes = ["/b", "/c"]
    await write(store, put(moved), remove("urn:a"))
    assert await told(store, HistoryQuery(attributes=(SCOPE,))) == [["/a"], ["/b", "/c"], None]
