"""History keeps when a value was true and when it was known; corrections append and replace nothing."""

import pytest
from city_at_hand import (
    EAST,
    LEVEL,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    Clock,
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

from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio

T = 1_000_000_000_000_000
HOUR = 3_600_000_000


async def moments(store: Store, query: HistoryQuery | None = None, id: str = "urn:a") -> list[Moment]:
    stories = await store.stories(TENANT, [id], query or HistoryQuery(), EVERYTHING)
    return list(stories[0].moments) if stories else []


def words(found: list[Moment]) -> list[object]:
    return [None if moment.instance is None else moment.instance.value for moment in found]


async def test_every_value_enters_history_with_both_times_and_its_writer(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(7, observed=T - HOUR)), by=person())
    (moment,) = await moments(store)
    assert (moment.observed, moment.received, moment.position, moment.principal) == (T - HOUR, T, 2, "person:ani")
    assert moment.instance == value(7, observed=T - HOUR)


async def test_a_value_without_observation_time_counts_from_when_it_was_known(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    (moment,) = await moments(store)
    assert moment.observed == moment.received == T


async def test_untouched_attributes_do_not_enter_history_again(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1, level=2)))
    await write(store, patch("urn:a", SPEED, value(3)))
    assert words(await moments(store, HistoryQuery(attributes=(LEVEL,)))) == [2]


async def test_a_late_value_enters_history_without_replacing_a_newer_one(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    clock.forward(HOUR)
    await write(store, late("urn:a", SPEED, value(3, observed=T - HOUR)))
    assert words(await moments(store)) == [3, 5]
    record = await store.entity(TENANT, "urn:a", EVERYTHING)
    assert record is not None and record.entity.attributes[SPEED] == [value(5, observed=T)]


async def test_as_it_was_then_knows_nothing_of_what_came_later(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    clock.forward(HOUR)
    await write(store, late("urn:a", SPEED, value(3, observed=T - HOUR)))
    assert words(await moments(store, HistoryQuery(known=T + HOUR - 1))) == [5]
    assert words(await moments(store, HistoryQuery(known=T + HOUR))) == [3, 5]


async def test_a_correction_stands_beside_what_it_corrects(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T)))
    clock.forward(1)
    await write(store, patch("urn:a", SPEED, value(6, observed=T)))
    assert words(await moments(store)) == [5, 6]


async def test_a_deletion_is_a_moment_too(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)))
    clock.forward(1)
    await write(store, patch("urn:a", SPEED))
    clock.forward(1)
    await write(store, patch("urn:a", SPEED, value(2)))
    clock.forward(1)
    await write(store, remove("urn:a"))
    assert words(await moments(store)) == [1, None, 2, None]


async def test_times_include_their_beginning_and_exclude_their_end(store: Store) -> None:
    await write(store, put(thing("urn:a")))
    for n in range(5):
        await write(store, patch("urn:a", SPEED, value(n, observed=T + n)))
    assert words(await moments(store, HistoryQuery(since=T + 1, until=T + 3))) == [1, 2]


async def test_the_last_values_are_the_last_that_the_reader_may_see(store: Store, clock: Clock) -> None:
    """The newest lie elsewhere, and are not his."""
    await found_districts(store)
    for n in range(12):
        clock.forward(1)
        await write(store, put(thing("urn:a", place=WEST if n < 6 else EAST, speed=n)))
    asked = HistoryQuery(attributes=(SPEED,), last=4)
    (story,) = await store.stories(TENANT, ["urn:a"], asked, limited(areas=[WEST_CODE]))
    assert words(list(story.moments)) == [2, 3, 4, 5]


async def test_history_can_be_asked_by_the_time_it_was_received(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(5, observed=T + 9 * HOUR)))
    clock.forward(HOUR)
    await write(store, late("urn:a", SPEED, value(3, observed=T - HOUR)))
    asked = HistoryQuery(by="received", since=T + HOUR)
    assert words(await moments(store, asked)) == [3]
    assert words(await moments(store, HistoryQuery(by="received"))) == [5, 3]


async def test_last_keeps_the_newest_of_each_instance(store: Store) -> None:
    await write(store, put(thing("urn:a")))
    for n in range(4):
        both = (value(n, observed=T + n), value(10 + n, observed=T + n, dataset="urn:model"))
        await write(store, patch("urn:a", SPEED, *both))
    found = await moments(store, HistoryQuery(last=2))
    assert words([m for m in found if m.dataset is None]) == [2, 3]
    assert words([m for m in found if m.dataset == "urn:model"]) == [12, 13]


async def test_a_limit_keeps_the_newest_and_says_that_it_cut(store: Store) -> None:
    await write(store, put(thing("urn:a")))
    for n in range(6):
        await write(store, patch("urn:a", SPEED, value(n, observed=T + n)))
    (story,) = await store.stories(TENANT, ["urn:a"], HistoryQuery(limit=4), EVERYTHING)
    assert (words(list(story.moments)), story.complete) == ([2, 3, 4, 5], False)
    (whole,) = await store.stories(TENANT, ["urn:a"], HistoryQuery(limit=6), EVERYTHING)
    assert (words(list(whole.moments)), whole.complete) == ([0, 1, 2, 3, 4, 5], True)


async def test_history_outlives_its_entity_and_has_its_place_in_a_list(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1)), put(thing("urn:b", speed=2)))
    await write(store, remove("urn:a"))
    stories = await store.stories(TENANT, ["urn:b", "urn:a", "urn:nobody"], HistoryQuery(), EVERYTHING)
    assert [story.id for story in stories] == ["urn:b", "urn:a"]
    assert [story.types for story in stories] == [("urn:type:Sensor",), ("urn:type:Sensor",)]


async def test_a_history_tells_every_attribute_whichever_times_its_values_are_of(store: Store, clock: Clock) -> None:
    """Values of this month, of one long ago and of one still to come; what was written first has no higher number."""
    names = [f"urn:attribute:{n}" for n in range(9)]
    times = [T - 400 * 24 * HOUR, T, T + 40 * 24 * HOUR]
    await write(store, put(thing("urn:a", speed=1, level=2)))
    for round, name in enumerate([*names, *reversed(names)]):
        await write(store, patch("urn:a", name, value(round, observed=times[round % 3])))
    told = {moment.attribute for moment in await moments(store)}
    assert told == {SPEED, LEVEL, *names}
