"""Retention: raw history for some time, hourly statistics for ever, holds above both; and the log's own end."""

from collections.abc import AsyncIterator

import pytest
from city_at_hand import EAST, EAST_CODE, SPEED, TENANT, WEST, WEST_CODE, at, found_districts, put, thing, value
from stores_at_hand import AnyStore, Place

from pinisi.store.change import Edit, EntityChange
from pinisi.store.debt import Seen
from pinisi.store.history import HistoryQuery, PictureQuery, Story
from pinisi.store.query import EntityQuery
from pinisi.store.retention import Hold
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants
from pinisi.vocabulary.terms import HOURLY, LOCATION

pytestmark = pytest.mark.anyio
T = 1_000_000 * HOUR


class Clock:
    now = T

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(place: Place, clock: Clock) -> AsyncIterator[AnyStore]:
    async with place.open(clock) as store:
        await store.apply(TENANT, [put(thing("urn:a"))], SYSTEM)
        yield store


def measure(content: object, observed: int, id: str = "urn:a", **others: Instance) -> EntityChange:
    def transform(old: Entity | None, now: int) -> Edit:
        assert old is not None
        attributes = {**old.attributes, SPEED: [value(content, observed)]}
        if "location" in others:
            attributes[LOCATION] = [others["location"]]
        return Edit(Entity(id, old.types, attributes))

    return EntityChange(id, transform)


async def story(store: AnyStore, grants: Grants = EVERYTHING) -> Story:
    (found,) = await store.stories(TENANT, ["urn:a"], HistoryQuery(attributes=(SPEED,)), grants)
    return found


async def values(store: AnyStore) -> list[object]:
    return [moment.instance and moment.instance.value for moment in (await story(store)).moments]


async def test_what_goes_leaves_the_statistics_of_its_hour(store: AnyStore) -> None:
    for n in range(6):
        await store.apply(TENANT, [measure(n, T + n * 20 * MINUTE)], SYSTEM)
    gone, _ = await store.retain(TENANT, T + DAY, 0)
    assert gone == 5
    first, second = (await story(store)).hours
    assert (first.hour, first.n, first.total, first.squares, first.low, first.high) == (T, 3, 3, 5, 0, 2)
    assert (second.hour, second.n, second.total, second.low, second.high) == (T + HOUR, 2, 7, 3, 4)


async def test_the_last_word_before_the_limit_stays(store: AnyStore, clock: Clock) -> None:
    await store.apply(TENANT, [measure(1, T), measure(2, T + 1)], SYSTEM)
    clock.now += DAY
    await store.apply(TENANT, [measure(3, T + DAY)], SYSTEM)
    await store.retain(TENANT, T + HOUR, 0)
    assert await values(store) == [2, 3]


async def test_what_was_known_after_the_limit_stays(store: AnyStore, clock: Clock) -> None:
    clock.now += DAY
    await store.apply(TENANT, [measure(1, T), measure(2, T + 1)], SYSTEM)
    assert (await store.retain(TENANT, T + HOUR, 0))[0] == 0


async def test_a_hold_keeps_its_own_and_lets_go_when_it_is_released(store: AnyStore) -> None:
    await store.apply(TENANT, [measure(n, T + n) for n in range(6)], SYSTEM)
    await store.hold(TENANT, Hold("report", "urn:a", T + 1, T + 3))
    await store.hold(TENANT, Hold("other", "urn:b", 0, T + DAY))
    await store.retain(TENANT, T + DAY, 0)
    assert await values(store) == [1, 2, 5]
    await store.release(TENANT, "report")
    await store.retain(TENANT, T + DAY, 0)
    assert await values(store) == [5]


async def test_a_hold_on_everything_keeps_everything_of_its_time(store: AnyStore) -> None:
    await store.apply(TENANT, [measure(n, T + n) for n in range(4)], SYSTEM)
    await store.hold(TENANT, Hold("incident", "", T, T + 2))
    await store.retain(TENANT, T + DAY, 0)
    assert await values(store) == [0, 1, 3]


async def test_a_corrected_value_counts_once_with_its_last_word(store: AnyStore) -> None:
    await store.apply(TENANT, [measure(100, T)], SYSTEM)
    await store.apply(TENANT, [measure(7, T)], SYSTEM)
    await store.apply(TENANT, [measure(8, T + 1)], SYSTEM)
    await store.retain(TENANT, T + DAY, 0)
    (hour,) = (await story(store)).hours
    assert (hour.n, hour.total, hour.high) == (1, 7, 7)


async def test_what_is_no_number_goes_without_statistics(store: AnyStore) -> None:
    await store.apply(TENANT, [measure("open", T), measure(True, T + 1), measure("shut", T + 2)], SYSTEM)
    await store.retain(TENANT, T + DAY, 0)
    assert await values(store) == ["shut"]
    assert (await story(store)).hours == []


async def test_more_than_one_slice_goes_too(store: AnyStore) -> None:
    await store.apply(TENANT, [measure(n, T + n) for n in range(1_700)], SYSTEM)
    assert (await store.retain(TENANT, T + DAY, 0))[0] == 1_699
    (hour,) = (await story(store)).hours
    assert hour.n == 1_699


async def test_statistics_are_seen_by_those_who_saw_the_values(store: AnyStore) -> None:
    await found_districts(store)
    for n, place in enumerate((WEST, WEST, EAST, EAST)):
        await store.apply(TENANT, [measure(n, T + n, location=at(place))], SYSTEM)
    await store.retain(TENANT, T + DAY, 0)
    (west,) = (await story(store, Grants((Grant(areas=frozenset({WEST_CODE})),)))).hours
    (east,) = (await story(store, Grants((Grant(areas=frozenset({EAST_CODE})),)))).hours
    (whole,) = (await story(store)).hours
    assert [(hour.n, hour.total) for hour in (west, east, whole)] == [(2, 1), (1, 2), (3, 3)]


async def test_the_log_ends_where_nobody_needs_it_any_more(store: AnyStore, clock: Clock) -> None:
    for n in range(9):
        await store.apply(TENANT, [measure(n, T + n)], SYSTEM)
    await store.apply(TENANT, [], SYSTEM, cursor=("reaction", 6))
    clock.now += DAY
    assert (await store.retain(TENANT, 0, T + 1))[1] == 6
    assert (await store.log(TENANT, 5, 10)).reset
    left = (await store.log(TENANT, 6, 10)).entries
    assert [(entry.position, entry.op) for entry in left] == [*((n, "update") for n in (7, 8, 9, 10)), (11, "audit")]
    assert left[-1].detail == b'{"act":"log-trimmed","through":6}'


def _owing_one(_tenant: str, _seen: Seen) -> tuple[str, ...]:
    return ("s",)


async def test_owed_notifications_keep_the_log(store: AnyStore) -> None:
    store.owing = _owing_one
    await store.apply(TENANT, [measure(1, T)], SYSTEM)
    store.owing = None
    await store.apply(TENANT, [measure(2, T + 1)], SYSTEM)
    assert (await store.retain(TENANT, 0, T + DAY))[1] == 1
    assert [debt.position for debt in await store.debts(TENANT)] == [2]


async def test_a_trimmed_log_goes_on_after_a_restart(store: AnyStore) -> None:
    await store.apply(TENANT, [measure(n, T + n) for n in range(3)], SYSTEM)
    await store.retain(TENANT, 0, T + DAY)
    await store.close()
    assert await store.position(TENANT) == 5
    assert (await store.log(TENANT, 1, 10)).reset
    assert (await store.apply(TENANT, [measure(9, T + 9)], SYSTEM)).position == 6


async def test_where_values_have_gone_stands_the_mean_of_their_hour_and_says_so(store: AnyStore, clock: Clock) -> None:
    for content, observed in ((10, T + MINUTE), (20, T + 2 * MINUTE), (90, T + 3 * HOUR), (7, T + 50 * HOUR)):
        clock.now = observed
        await store.apply(TENANT, [measure(content, observed)], SYSTEM)
    await store.retain(TENANT, T + 10 * HOUR, 0)
    asked = [PictureQuery(entities=EntityQuery(ids=("urn:a",)), at=T + hours * HOUR) for hours in (1, 4, 51)]
    gone, kept, raw = [await store.picture(TENANT, each, EVERYTHING) for each in asked]
    (mean,) = gone.records[0].entity.attributes[SPEED]
    assert (mean.value, gone.condensed) == (15, True)
    assert mean.attributes[HOURLY][0].value == {"n": 2, "low": 10, "high": 20}
    assert kept.records[0].entity.attributes[SPEED][0].value == 90
    assert HOURLY not in kept.records[0].entity.attributes[SPEED][0].attributes
    assert (raw.records[0].entity.attributes[SPEED][0].value, raw.condensed) == (7, False)
