"""Pictures of the past: the state of entities at a moment, as it was known then or as it is known now."""

import pytest
from city_at_hand import (
    CAR,
    EAST,
    EAST_CODE,
    LEVEL,
    SENSOR,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    Clock,
    at,
    found_districts,
    late,
    limited,
    patch,
    put,
    remove,
    thing,
    value,
    write,
)

from pinisi.store.change import Edit, EntityChange, Forgotten
from pinisi.store.history import Picture, PictureQuery
from pinisi.store.protocol import Store
from pinisi.store.query import Compare, EntityQuery, GeoQuery, TypeIs
from pinisi.store.query import Path as Where
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING, Grants
from pinisi.vocabulary.terms import LOCATION

pytestmark = pytest.mark.anyio

T = 1_000_000_000_000_000
HOUR = 3_600_000_000
CODES = (WEST_CODE, EAST_CODE)
SENSORS = EntityQuery(types=TypeIs(SENSOR))


async def picture(
    store: Store,
    moment: Instant,
    *,
    then: bool = False,
    query: EntityQuery = SENSORS,
    grants: Grants = EVERYTHING,
    attributes: tuple[str, ...] | None = None,
    limit: int = 100,
) -> Picture:
    known = moment if then else None
    asked = PictureQuery(entities=query, at=moment, known=known, attributes=attributes, limit=limit)
    return await store.picture(TENANT, asked, grants)


def value_at(place: tuple[float, float], observed: Instant) -> Instance:
    found = at(place)
    found.observed_at = format_instant(observed)
    return found


def said(picture: Picture, attribute: str = SPEED) -> dict[str, object]:
    """What the picture says of an attribute of each entity; None where the entity has none."""
    return {
        record.id: next((one.value for one in record.entity.attributes.get(attribute, ())), None)
        for record in picture.records
    }


async def test_each_moment_has_the_value_that_held_then(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", SPEED, value(2)))
    found = [said(await picture(store, moment)) for moment in (T - 1, T, T + HOUR - 1, T + HOUR, T + 9 * HOUR)]
    assert found == [{}, {"urn:a": 1}, {"urn:a": 1}, {"urn:a": 2}, {"urn:a": 2}]


async def test_what_came_late_is_known_now_and_was_not_known_then(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    clock.forward(2 * HOUR)
    await write(store, patch("urn:a", SPEED, value(9, observed=T + 2 * HOUR)))
    await write(store, late("urn:a", SPEED, value(7, observed=T + HOUR)))
    assert said(await picture(store, T + HOUR)) == {"urn:a": 7}
    assert said(await picture(store, T + HOUR, then=True)) == {"urn:a": 5}


async def test_of_two_words_on_one_moment_the_later_is_known_now(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", SPEED, value(6, observed=T)))
    assert said(await picture(store, T)) == {"urn:a": 6}
    assert said(await picture(store, T, then=True)) == {"urn:a": 5}


async def test_the_moment_of_knowing_may_lie_between_then_and_now(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    for correction in (6, 7):
        clock.forward(HOUR)
        await write(store, patch("urn:a", SPEED, value(correction, observed=T)))
    asked = PictureQuery(entities=SENSORS, at=T, known=T + HOUR)
    assert said(await store.picture(TENANT, asked, EVERYTHING)) == {"urn:a": 6}


async def test_an_attribute_that_was_taken_away_is_gone_from_then_on(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1, level=2)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", SPEED))
    before, after = await picture(store, T), await picture(store, T + HOUR)
    assert (said(before), said(after), said(after, LEVEL)) == ({"urn:a": 1}, {"urn:a": None}, {"urn:a": 2})


async def test_a_deleted_entity_is_there_until_it_was_deleted(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)), put(Entity("urn:bare", [SENSOR])))
    clock.forward(HOUR)
    await write(store, remove("urn:a"), remove("urn:bare"))
    assert said(await picture(store, T)) == {"urn:a": 1, "urn:bare": None}
    for then in (True, False):
        assert said(await picture(store, T + HOUR, then=then)) == {}


async def test_a_value_of_a_later_day_does_not_bring_back_a_deleted_entity(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T + 9 * HOUR)))
    clock.forward(HOUR)
    await write(store, remove("urn:a"))
    assert said(await picture(store, T + 9 * HOUR)) == {}


async def test_an_entity_that_returns_has_only_what_it_returned_with(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", level=1, place=WEST)))
    clock.forward(HOUR)
    await write(store, remove("urn:a"))
    clock.forward(HOUR)
    returned = Entity("urn:a", [SENSOR], {SPEED: [value(3, observed=T - HOUR)]})
    await write(store, put(returned))
    found = await picture(store, T + 2 * HOUR)
    assert (said(found), said(found, LEVEL)) == ({"urn:a": 3}, {"urn:a": None})
    assert said(await picture(store, T + HOUR, then=True)) == {}


async def test_what_has_no_time_of_its_own_holds_as_far_back_as_its_entity_is_known(store: Store) -> None:
    station = thing("urn:a", level=4, place=WEST)
    station.attributes[SPEED] = [value(1, observed=T - HOUR)]
    await write(store, put(station), put(thing("urn:new", level=1)))
    now = await picture(store, T - 1)
    assert (said(now), said(now, LEVEL)) == ({"urn:a": 1}, {"urn:a": 4})
    assert LOCATION in now.records[0].entity.attributes
    assert said(await picture(store, T - 1, then=True)) == {}
    assert said(await picture(store, T - 2 * HOUR)) == {}


async def test_what_had_been_said_of_a_time_still_to_come_was_on_the_screen_then(store: Store, clock: Clock) -> None:
    """A register whose period runs yet: its names, places and figures are dated by the end of it."""
    await found_districts(store)
    end = T + 9 * HOUR
    sensor = Entity("urn:a", [SENSOR], {SPEED: [value(1, observed=end)], LOCATION: [value_at(WEST, end)]})
    await write(store, put(sensor))
    clock.forward(HOUR)
    await write(store, patch("urn:a", LEVEL, value(4, observed=T + HOUR)))
    for then in (True, False):
        found = [await picture(store, moment, then=then) for moment in (T - 1, T, T + HOUR)]
        assert [said(each) for each in found] == [{}, {"urn:a": 1}, {"urn:a": 1}]
        assert [said(each, LEVEL) for each in found[1:]] == [{"urn:a": None}, {"urn:a": 4}]
        west, east = [await picture(store, T, then=then, grants=limited(areas=[code])) for code in CODES]
        assert (said(west), said(east)) == ({"urn:a": 1}, {})


async def test_of_a_time_still_to_come_the_word_of_an_earlier_time_holds_until_then(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    await write(store, patch("urn:a", SPEED, value(6, observed=T + 9 * HOUR)))
    clock.forward(HOUR)
    assert said(await picture(store, T + HOUR, then=True)) == {"urn:a": 5}
    assert said(await picture(store, T + 9 * HOUR, then=True)) == {"urn:a": 6}


async def test_what_is_taken_away_before_its_time_comes_is_gone(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T + 9 * HOUR)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", SPEED))
    before, after = [await picture(store, moment, then=True) for moment in (T, T + HOUR)]
    assert (said(before), said(after)) == ({"urn:a": 5}, {"urn:a": None})


async def test_what_was_added_to_a_known_entity_later_was_not_there_before(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", LEVEL, value(2)))
    assert said(await picture(store, T), LEVEL) == {"urn:a": None}


async def test_named_instances_stand_beside_the_default_one(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", SPEED, value(1), value(8, dataset="urn:model")))
    clock.forward(HOUR)
    await write(store, patch("urn:a", SPEED, value(1), value(9, dataset="urn:model")))
    found = (await picture(store, T + HOUR)).records[0].entity.attributes[SPEED]
    assert [(one.dataset_id, one.value) for one in found] == [(None, 1), ("urn:model", 8)]
    assert len((await picture(store, T)).records[0].entity.attributes[SPEED]) == 1


async def test_a_reader_sees_what_he_would_have_seen_then(store: Store, clock: Clock) -> None:
    await found_districts(store)
    await write(store, put(thing("urn:car", CAR, WEST, speed=1)))
    clock.forward(HOUR)
    await write(store, patch("urn:car", LOCATION, at(EAST)))
    cars = EntityQuery(types=TypeIs(CAR))
    for code, seen in ((WEST_CODE, [True, False]), (EAST_CODE, [False, True])):
        reader = limited(areas=[code])
        found = [said(await picture(store, moment, query=cars, grants=reader)) for moment in (T, T + HOUR)]
        assert [found_one == {"urn:car": 1} for found_one in found] == seen


async def test_a_reader_of_some_attributes_sees_no_others_in_the_past(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1, level=2)))
    found = await picture(store, T, grants=limited(attributes=[LEVEL]))
    assert (said(found), said(found, LEVEL)) == ({"urn:a": None}, {"urn:a": 2})


async def test_districts_that_come_later_do_not_change_who_saw_what_before(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", place=WEST, speed=1)))
    clock.forward(HOUR)
    await found_districts(store)
    await store.find(TENANT, SENSORS, EVERYTHING, limit=1)
    for _ in range(200):
        if (await store.find(TENANT, SENSORS, limited(areas=[WEST_CODE]), limit=1)).records:
            break
        await write(store, put(thing("urn:other")))
    west = limited(areas=[WEST_CODE])
    assert said(await picture(store, T, grants=west)) == {}
    assert said(await picture(store, T + HOUR, grants=west)) == {"urn:a": 1}


async def test_an_entity_that_changed_its_type_has_the_one_of_the_moment(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", place=WEST, speed=1)))
    clock.forward(HOUR)
    await write(
        store, EntityChange("urn:a", lambda old, now: Edit(Entity("urn:a", [CAR], old.attributes if old else {})))
    )
    cars = EntityQuery(types=TypeIs(CAR))
    assert [said(await picture(store, moment)) for moment in (T, T + HOUR)] == [{"urn:a": 1}, {}]
    assert [said(await picture(store, moment, query=cars)) for moment in (T, T + HOUR)] == [{}, {"urn:a": 1}]


async def test_the_past_can_be_asked_by_id_place_and_value(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", place=WEST, speed=1)), put(thing("urn:b", place=EAST, speed=2)))
    clock.forward(HOUR)
    await write(store, patch("urn:a", LOCATION, at(EAST)), patch("urn:a", SPEED, value(2)))
    near = GeoQuery("near", {"type": "Point", "coordinates": list(WEST)}, LOCATION, max_distance=1000)
    fast = Compare(Where(SPEED), "==", (2.0,))
    asked = [EntityQuery(ids=("urn:b", "urn:nobody")), EntityQuery(geo=near), EntityQuery(filter=fast)]
    found = [[*said(await picture(store, T, query=query))] for query in asked]
    assert found == [["urn:b"], ["urn:a"], ["urn:b"]]


async def test_only_the_attributes_asked_for_are_read_and_the_place_always(store: Store) -> None:
    await write(store, put(thing("urn:a", place=WEST, speed=1, level=2)))
    found = await picture(store, T, attributes=(LEVEL, "urn:attribute:unheard-of"))
    assert set(found.records[0].entity.attributes) == {LEVEL, LOCATION}


async def test_a_picture_keeps_the_order_of_first_creation_and_its_limit(store: Store) -> None:
    await write(store, *(put(thing(f"urn:{name}", speed=1)) for name in "cab"))
    assert [*said(await picture(store, T))] == ["urn:c", "urn:a", "urn:b"]
    assert [*said(await picture(store, T, limit=2))] == ["urn:c", "urn:a"]


async def test_scopes_are_those_of_the_moment(store: Store, clock: Clock) -> None:
    await write(store, put(Entity("urn:a", [SENSOR], {SPEED: [value(1)]}, ["/city/north"])))
    clock.forward(HOUR)
    await write(store, put(Entity("urn:a", [SENSOR], {SPEED: [value(1)]}, ["/city/south"])))
    found = [(await picture(store, moment)).records[0].entity.scopes for moment in (T, T + HOUR)]
    assert found == [["/city/north"], ["/city/south"]]


async def test_what_was_erased_is_in_no_picture(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", place=WEST, speed=1)), put(thing("urn:bare")))
    clock.forward(HOUR)
    for id in ("urn:a", "urn:bare"):
        await write(store, EntityChange(id, lambda old, now: Edit(None, forget=(Forgotten(),))))
    assert said(await picture(store, T)) == {}


async def test_nobody_knows_anything_of_a_tenant_that_is_not_there(store: Store) -> None:
    assert (await picture(store, T)).records == ()
