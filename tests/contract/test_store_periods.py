"""Statistics of periods, made by the store, say what the values themselves say (NGSI-LD 4.5.19)."""

from random import Random

import pytest
from city_at_hand import EAST, SPEED, TENANT, WEST, Clock, found_districts, late, put, thing, value, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinisi.context.aggregation import aggregate
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.context.temporal_render import as_known_now
from pinisi.store.history import HistoryQuery, Story
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import JSON, Instance
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
ID = "urn:s:1"
BEGIN: Instant = 1_000_000_000_000_000


def question(period: str, methods: str = "totalCount,sum,avg,min,max,sumsq", by: str = "observedAt") -> TemporalQuery:
    return parse_temporal_query(
        {
            "timeproperty": by,
            "timerel": "between",
            "timeAt": format_instant(BEGIN),
            "endTimeAt": format_instant(BEGIN + 100 * MINUTE),
            "aggrMethods": methods,
            "aggrPeriodDuration": period,
        }
    )


async def told(store: Store, query: TemporalQuery, *, by_store: bool) -> tuple[Story, object]:
    by_truth = query.timeproperty == "observedAt"
    history = HistoryQuery(
        attributes=(SPEED,),
        by="observed" if by_truth else "received",
        since=query.since,
        until=query.until,
        period=query.even_period if by_store else None,
    )
    (story,) = await store.stories(TENANT, [ID], history, EVERYTHING)
    if by_truth:
        values = [(moment.observed, moment.instance) for moment in as_known_now(story.moments)]
    else:
        values = [(moment.received, moment.instance) for moment in story.moments]
    assert query.since is not None
    return story, aggregate(values, story.hours, query, query.since)


@pytest.mark.parametrize("period", ["PT10M", "PT7M", "PT0S", "P1D"])
@pytest.mark.parametrize("seed", range(3))
async def test_the_same_as_of_the_values(store: Store, clock: Clock, period: str, seed: int) -> None:
    clock.now = BEGIN + 200 * MINUTE
    await write(store, put(thing(ID)))
    numbers = [(seed * 31 + n * 17) % 23 - 5 + (0.1 if n % 3 else 0) for n in range(40)]
    for n, number in enumerate(numbers):
        observed = BEGIN + (n * 37 * (seed + 1)) % 130 * MINUTE
        await write(store, late(ID, SPEED, value(number, observed)))
    query = question(period)
    story, fast = await told(store, query, by_store=True)
    assert not story.moments
    assert story.hours
    _, slow = await told(store, query, by_store=False)
    assert fast == slow


@pytest.mark.parametrize("by", ["observedAt", "createdAt"])
@pytest.mark.parametrize("seed", range(2))
async def test_of_what_was_corrected_the_last_word_counts(store: Store, clock: Clock, seed: int, by: str) -> None:
    clock.now = BEGIN
    await write(store, put(thing(ID)))
    draw = Random(seed)
    for _ in range(60):
        clock.forward(2 * MINUTE)
        number = draw.choice([0.1, 0.2, 0.3, 1e16, -1e16, 7])
        await write(store, late(ID, SPEED, value(number, BEGIN + draw.randrange(20) * MINUTE)))
    query = question("PT7M", by=by)
    story, fast = await told(store, query, by_store=True)
    assert story.hours
    assert not story.moments
    assert fast == (await told(store, query, by_store=False))[1]


async def test_values_of_several_families_are_told_in_full(store: Store, clock: Clock) -> None:
    await found_districts(store)
    clock.now = BEGIN
    await write(store, put(thing(ID, place=WEST, speed=1)))
    clock.forward(MINUTE)
    await write(store, put(thing(ID, place=EAST, speed=2)))
    story, _ = await told(store, question("PT10M"), by_store=True)
    assert (len(story.moments), list(story.hours)) == (2, [])


@pytest.mark.parametrize(
    "odd",
    [
        value("text", BEGIN + MINUTE),
        value(True, BEGIN + MINUTE),
        value([1, 2], BEGIN + MINUTE),
        Instance(JSON, 5, observed_at=format_instant(BEGIN + MINUTE)),
        Instance("Property", 5, observed_at=format_instant(BEGIN + MINUTE), expires_at="2100-01-01T00:00:00Z"),
    ],
    ids=["text", "truth", "list", "json", "ending"],
)
async def test_what_is_no_plain_number_is_told_in_full(store: Store, clock: Clock, odd: Instance) -> None:
    clock.now = BEGIN + 200 * MINUTE
    await write(store, put(thing(ID)), late(ID, SPEED, value(3, BEGIN)), late(ID, SPEED, odd))
    query = question("PT10M")
    story, fast = await told(store, query, by_store=True)
    assert len(story.moments) == 2
    assert not story.hours
    assert fast == (await told(store, query, by_store=False))[1]


@given(methods=st.sampled_from(["distinctCount", "stddev", "avg,stddev"]), period=st.sampled_from(["PT1H", "P1M"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_methods_that_look_at_single_values_ask_for_them(methods: str, period: str) -> None:
    assert question(period, methods).even_period is None


def test_only_even_periods_from_a_known_moment_on() -> None:
    assert question("P1M").even_period is None
    assert question("PT1H").even_period == 60 * MINUTE
    assert question("PT0S").even_period == 100 * MINUTE
    assert parse_temporal_query({"aggrMethods": "avg", "aggrPeriodDuration": "PT1H"}).even_period is None
