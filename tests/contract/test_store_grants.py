"""No reader learns of an entity, an attribute, a count or a past outside of his grants."""

import pytest
from city_at_hand import (
    CAR,
    CITY_CODE,
    EAST,
    EAST_CODE,
    LEVEL,
    OUTSIDE,
    OWNER,
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
    person,
    put,
    remove,
    thing,
    value,
    write,
)

from pinisi.store.change import Forbidden, VersionConflict
from pinisi.store.history import HistoryQuery
from pinisi.store.protocol import Store
from pinisi.store.query import Compare, EntityQuery, Exists, Missing, Path, TypeIs
from pinisi.vocabulary.principal import EVERYTHING, NOTHING, Grants
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION

pytestmark = pytest.mark.anyio

READERS = {
    "everything": (EVERYTHING, {"urn:car:west", "urn:car:east", "urn:car:lost", "urn:sensor:west", "urn:sensor:none"}),
    "nothing": (NOTHING, set[str]()),
    "cars": (limited(types=[CAR]), {"urn:car:west", "urn:car:east", "urn:car:lost"}),
    "west": (limited(areas=[WEST_CODE]), {"urn:car:west", "urn:sensor:west"}),
    "the city": (limited(areas=[CITY_CODE]), {"urn:car:west", "urn:car:east", "urn:sensor:west"}),
    "cars of the west": (limited(types=[CAR], areas=[WEST_CODE]), {"urn:car:west"}),
    "speed of anything": (
        limited(attributes=[SPEED]),
        {"urn:car:west", "urn:car:east", "urn:car:lost", "urn:sensor:west", "urn:sensor:none"},
    ),
    "sensors, and cars of the east": (
        Grants(limited(types=[SENSOR]).grants + limited(types=[CAR], areas=[EAST_CODE]).grants),
        {"urn:car:east", "urn:sensor:west", "urn:sensor:none"},
    ),
}


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> tuple[Grants, set[str]]:
    return READERS[request.param]


async def populate(store: Store) -> None:
    await found_districts(store)
    await write(
        store,
        put(thing("urn:car:west", CAR, WEST, speed=1, owner="Ani")),
        put(thing("urn:car:east", CAR, EAST, speed=2, owner="Budi")),
        put(thing("urn:car:lost", CAR, OUTSIDE, speed=3)),
        put(thing("urn:sensor:west", SENSOR, WEST, level=4)),
        put(thing("urn:sensor:none", SENSOR, level=5)),
    )


async def test_entities_pages_and_counts_agree(store: Store, reader: tuple[Grants, set[str]]) -> None:
    await populate(store)
    grants, seen = reader
    everyone = READERS["everything"][1]
    one_by_one = {id for id in everyone if await store.entity(TENANT, id, grants) is not None}
    by_type = {
        record.id
        for type in (CAR, SENSOR)
        for record in (await store.find(TENANT, EntityQuery(types=TypeIs(type)), grants, limit=100)).records
    }
    by_id = await store.find(TENANT, EntityQuery(ids=tuple(sorted(everyone))), grants, limit=100, count=True)
    by_pattern = await store.find(TENANT, EntityQuery(id_pattern="car|sensor"), grants, limit=100, count=True)
    assert one_by_one == by_type == {record.id for record in by_id.records} == seen
    assert (by_id.count, by_pattern.count) == (len(seen), len(seen))


async def test_counts_by_type_tell_only_of_what_is_seen(store: Store, reader: tuple[Grants, set[str]]) -> None:
    await populate(store)
    grants, seen = reader
    counts = dict(await store.type_counts(TENANT, grants))
    counts.pop(ADMINISTRATIVE_AREA, None)
    expected = {CAR: sum("car" in id for id in seen), SENSOR: sum("sensor" in id for id in seen)}
    assert counts == {type: n for type, n in expected.items() if n}


async def test_attributes_in_use_are_those_that_are_seen(store: Store) -> None:
    await populate(store)

    async def used(grants: Grants) -> set[tuple[str, str, int]]:
        uses = await store.attribute_uses(TENANT, grants)
        return {(use.attribute, use.types[0], use.n) for use in uses if ADMINISTRATIVE_AREA not in use.types}

    assert await used(limited(types=[SENSOR], areas=[WEST_CODE])) == {(LEVEL, SENSOR, 1), (LOCATION, SENSOR, 1)}
    assert {attribute for attribute, _, _ in await used(limited(attributes=[SPEED]))} == {SPEED}
    assert await used(NOTHING) == set()


async def test_a_filter_on_a_hidden_attribute_finds_nothing(store: Store) -> None:
    await populate(store)
    grants = limited(attributes=[SPEED])

    async def count(filter: object) -> int | None:
        query = EntityQuery(types=TypeIs(CAR), filter=filter)  # type: ignore[arg-type]
        return (await store.find(TENANT, query, grants, limit=0, count=True)).count

    assert await count(Compare(Path(OWNER), "==", ("Ani",))) == 0
    assert await count(Exists(Path(OWNER))) == 0
    assert await count(Missing(Path(OWNER))) == 3
    assert await count(Compare(Path(SPEED), ">", (1,))) == 2


async def test_the_past_is_seen_by_those_who_could_see_it_then(store: Store, clock: Clock) -> None:
    await found_districts(store)
    await write(store, put(thing("urn:car", CAR, WEST, speed=1)))
    for place, speed in ((EAST, 2), (WEST, 3), (EAST, 4)):
        clock.forward(10)
        await write(store, patch("urn:car", LOCATION, at(place)), patch("urn:car", SPEED, value(speed)))

    async def speeds(grants: Grants) -> list[object]:
        stories = await store.stories(TENANT, ["urn:car"], HistoryQuery(attributes=(SPEED,)), grants)
        return [moment.instance and moment.instance.value for story in stories for moment in story.moments]

    assert await speeds(EVERYTHING) == [1, 2, 3, 4]
    assert await speeds(limited(areas=[WEST_CODE])) == [1, 3]
    assert await speeds(limited(areas=[EAST_CODE])) == [2, 4]
    assert await speeds(limited(types=[SENSOR])) == []


async def test_a_late_value_is_seen_by_those_who_saw_the_entity_where_it_was_then(store: Store, clock: Clock) -> None:
    await found_districts(store)
    begun = clock.now
    await write(store, put(thing("urn:car", CAR, WEST)))
    clock.forward(1_000)
    await write(store, patch("urn:car", LOCATION, at(EAST)))
    clock.forward(1_000)
    await write(store, late("urn:car", SPEED, value(7, observed=begun + 500)))
    query = HistoryQuery(attributes=(SPEED,))
    assert [len(s.moments) for s in await store.stories(TENANT, ["urn:car"], query, limited(areas=[WEST_CODE]))] == [1]
    assert [len(s.moments) for s in await store.stories(TENANT, ["urn:car"], query, limited(areas=[EAST_CODE]))] == [0]


async def test_the_story_of_what_has_left_tells_nothing_of_where_it_is_now(store: Store, clock: Clock) -> None:
    await found_districts(store)
    await write(store, put(thing("urn:car", CAR, WEST, speed=1)))
    await write(store, put(thing("urn:car", SENSOR, EAST, speed=1)))
    (story,) = await store.stories(TENANT, ["urn:car"], HistoryQuery(), limited(areas=[WEST_CODE]))
    assert (story.types, story.modified_at, story.created_at) == ((CAR,), 0, 0)


async def test_hidden_attributes_have_no_past(store: Store) -> None:
    await populate(store)
    (story,) = await store.stories(TENANT, ["urn:car:west"], HistoryQuery(), limited(attributes=[SPEED]))
    assert {moment.attribute for moment in story.moments} == {SPEED}


async def test_a_limited_writer_changes_only_what_his_grant_reaches(store: Store) -> None:
    await populate(store)
    driver = person(limited(types=[CAR], areas=[WEST_CODE], attributes=[SPEED], write=True))
    await write(store, patch("urn:car:west", SPEED, value(9)), by=driver)
    for change in (
        patch("urn:car:west", OWNER, value("Eka")),
        put(thing("urn:car:new", CAR, EAST, speed=1)),
        patch("urn:car:west", LOCATION, at(EAST)),
        remove("urn:car:west"),
    ):
        with pytest.raises(Forbidden):
            await write(store, change, by=driver)


async def test_a_writer_cannot_push_an_entity_out_of_his_area_nor_pull_one_in(store: Store) -> None:
    await populate(store)
    west = person(limited(areas=[WEST_CODE], write=True))
    with pytest.raises(Forbidden):
        await write(store, patch("urn:car:west", LOCATION, at(EAST)), by=west)
    with pytest.raises(Forbidden):
        await write(store, put(thing("urn:car:east", CAR, WEST)), by=west)


async def test_what_is_hidden_cannot_be_told_from_what_is_not_there(store: Store) -> None:
    await populate(store)
    west = person(limited(areas=[WEST_CODE], write=True))
    for id in ("urn:car:east", "urn:nobody"):
        applied = await store.apply(TENANT, [remove(id)], west)
        assert (applied.outcomes[0].position, applied.outcomes[0].existed) == (None, False)
        with pytest.raises(VersionConflict):
            await write(store, remove(id, expected=5), by=west)
    assert await store.entity(TENANT, "urn:car:east", EVERYTHING) is not None


async def test_who_replaces_an_entity_leaves_what_he_does_not_see(store: Store) -> None:
    """It is as it was, in history too; what he names of it is refused, whether it is there or not."""
    await populate(store)
    driver = person(limited(types=[CAR], attributes=[SPEED], write=True))
    await write(store, put(thing("urn:car:west", CAR, speed=7)), by=driver)
    record = await store.entity(TENANT, "urn:car:west", EVERYTHING)
    assert record is not None
    assert {name: each[0].value for name, each in record.entity.attributes.items() if name != LOCATION} == {
        SPEED: 7,
        OWNER: "Ani",
    }
    assert record.family.areas[0] == WEST_CODE
    (story,) = await store.stories(TENANT, ["urn:car:west"], HistoryQuery(), EVERYTHING)
    assert sorted(moment.attribute for moment in story.moments) == sorted([SPEED, SPEED, OWNER, LOCATION])
    for change in (patch("urn:car:west", OWNER, value("Eka")), patch("urn:car:lost", OWNER, value("Eka"))):
        with pytest.raises(Forbidden):
            await write(store, change, by=driver)


async def test_reading_rights_do_not_let_one_write(store: Store) -> None:
    await populate(store)
    with pytest.raises(Forbidden):
        await write(store, patch("urn:car:west", SPEED, value(9)), by=person(limited()))


async def test_the_areas_at_a_position_are_those_that_grants_rest_upon(store: Store) -> None:
    await found_districts(store)
    record = await store.entity(TENANT, await put_car(store), EVERYTHING)
    assert record is not None
    assert await store.areas_at(TENANT, [WEST, OUTSIDE, (float("nan"), 1e300)]) == [record.family.areas, (), ()]
    assert await store.areas_at("nowhere", [WEST]) == [()]


async def put_car(store: Store) -> str:
    await write(store, put(thing("urn:car:here", CAR, WEST)))
    return "urn:car:here"
