"""How much changed when: exact in a small city, and only of what the reader may see."""

import pytest
from city_at_hand import CAR, LEVEL, SENSOR, SPEED, TENANT, Clock, late, limited, patch, put, thing, value, write

from pinisi.store.history import TimelineQuery
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio

T = 1_000_000_000_000_000
HOUR = 3_600_000_000


async def test_each_part_of_a_time_has_its_count_by_type(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a", speed=1)), put(thing("urn:b", CAR, speed=1, level=2)))
    clock.forward(2 * HOUR)
    await write(store, patch("urn:a", SPEED, value(2)), patch("urn:a", SPEED, value(3)))
    asked = TimelineQuery(since=T, until=T + 3 * HOUR, buckets=3)
    found = await store.timeline(TENANT, asked, EVERYTHING)
    assert found.counts == [{SENSOR: 1, CAR: 2}, {}, {SENSOR: 2}]
    assert (found.read, found.entities, found.begun) == (2, 2, T)


async def test_a_late_value_counts_when_it_was_true_or_when_it_was_known(store: Store, clock: Clock) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(2, observed=T)))
    clock.forward(HOUR)
    await write(store, late("urn:a", SPEED, value(1, observed=T - HOUR)))
    for by, counts in (("observed", [1, 1, 0]), ("received", [0, 1, 1])):
        asked = TimelineQuery(since=T - HOUR, until=T + 2 * HOUR, buckets=3, by=by)  # type: ignore[arg-type]
        found = await store.timeline(TENANT, asked, EVERYTHING)
        assert [part.get(SENSOR, 0) for part in found.counts] == counts


async def test_without_a_beginning_it_begins_with_the_first_moment_known_of(store: Store) -> None:
    await write(store, put(thing("urn:a")), patch("urn:a", SPEED, value(2, observed=T - 5 * HOUR)))
    found = await store.timeline(TENANT, TimelineQuery(since=None, until=T + HOUR, buckets=6), EVERYTHING)
    assert (found.since, [sum(part.values()) for part in found.counts]) == (T - 5 * HOUR, [1, 0, 0, 0, 0, 0])


async def test_no_reader_learns_when_something_happened_that_he_may_not_see(store: Store) -> None:
    await write(store, put(thing("urn:a", speed=1, level=1)), put(thing("urn:b", CAR, speed=1)))
    asked = TimelineQuery(since=T, until=T + HOUR, buckets=1)
    assert (await store.timeline(TENANT, asked, limited(types=[CAR]))).counts == [{CAR: 1}]
    assert (await store.timeline(TENANT, asked, limited(attributes=[LEVEL]))).counts == [{SENSOR: 1}]


async def test_a_tenant_that_is_not_there_has_an_empty_time(store: Store) -> None:
    found = await store.timeline("nowhere", TimelineQuery(since=None, until=T, buckets=2), EVERYTHING)
    assert (found.counts, found.entities) == ([{}, {}], 0)
