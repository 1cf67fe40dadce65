"""The past run again through the same function: with what was known then, compared with what came, nothing written."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
from reaction_world import CITY, TABLE, World, reaction, well, world

from pinisi.runtime.backtest import CannotBacktest, KnownBy, Plan, Report, backtest
from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.reaction import Claim, Judgement, Past, Reaction
from pinisi.vocabulary.instant import HOUR, Instant, format_instant, parse_instant

pytestmark = pytest.mark.anyio
BEGIN = parse_instant("2026-01-01T00:00:00Z")


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


def rises_by_one(inputs: Inputs) -> Sequence[Document]:
    """The last value and one more, two hours from now."""
    past = inputs.past("waterLevel")
    if not past:
        return []
    level, at = past[-1].number or 0.0, inputs.now + 2 * HOUR
    value = {"type": "Property", "value": level + 1, "observedAt": format_instant(at)}
    return [{"id": inputs.subject.id.replace("Well", "WellState"), "type": "WellState", "doubled": value}]


def claims(document: Document) -> Sequence[Claim]:
    said = document["doubled"]
    at, value = parse_instant(said["observedAt"]), said["value"]
    return [Claim(entity=well(), attribute="waterLevel", at=at, value=value, interval=(value - 0.5, value + 1.5))]


def came(_attribute: str, said: Sequence[Said]) -> Mapping[Instant, float]:
    return {each.observed: each.number for each in said if each.number is not None}


JUDGED = reaction(
    rises_by_one,
    inputs=(Past(attributes=("waterLevel",), hours=6),),
    judgement=Judgement(claims=claims, came=came, promised=0.9),
)


async def report(
    city: World, judged: Reaction = JUDGED, known_by: KnownBy = "observed", hours: int = 10, every: float = 3_600.0
) -> Report:
    plan = Plan(since=BEGIN, until=BEGIN + hours * HOUR, known_by=known_by, every=every)
    return await backtest(city.store, CITY, TABLE, "wells", judged, plan)


async def rising(city: World, hours: int = 12) -> None:
    for hour in range(hours):
        await city.level(float(hour), at=format_instant(BEGIN + hour * HOUR))


async def test_errors_are_those_of_what_was_said_and_of_the_plain_rules(city: World) -> None:
    await rising(city)
    found = await report(city)
    (score,) = found.scores
    assert (found.runs, found.silent, found.failed, found.pending) == (10, 0, 0, 0)
    assert (score.ahead, score.count, score.error, score.persistence) == (7_200.0, 10, 1.0, 2.0)
    assert (score.held, score.width, found.promised) == (1.0, 2.0, 0.9)


async def test_nothing_is_written(city: World) -> None:
    await rising(city)
    before = await city.store.position(CITY)
    await report(city)
    assert await city.store.position(CITY) == before


async def test_what_came_in_later_was_not_known_then(city: World) -> None:
    """The whole history was written today: by what had been received then, nothing was known."""
    await rising(city)
    found = await report(city, known_by="received")
    assert (found.silent, found.scores) == (10, ())


async def test_what_has_not_come_yet_is_counted_and_not_judged(city: World) -> None:
    await rising(city, 5)
    found = await report(city, hours=5)
    assert (found.pending, [score.count for score in found.scores]) == (2, [3])


async def test_a_run_that_fails_is_told_with_its_moment_and_the_others_count(city: World) -> None:
    def picky(inputs: Inputs) -> Sequence[Document]:
        if inputs.now == BEGIN + 3 * HOUR:
            raise ValueError("not at three")
        return rises_by_one(inputs)

    await rising(city)
    judged = reaction(picky, inputs=JUDGED.inputs, judgement=JUDGED.judgement)
    found = await report(city, judged)
    assert [(each.moment, each.reason) for each in found.failures] == [(BEGIN + 3 * HOUR, "ValueError: not at three")]
    assert [score.count for score in found.scores] == [9]


async def test_the_subject_is_as_it_was_known_then(city: World) -> None:
    seen: list[float | None] = []

    def look(inputs: Inputs) -> Sequence[Document]:
        seen.append(inputs.subject.number("waterLevel"))
        return []

    await rising(city)
    await report(city, reaction(look, inputs=JUDGED.inputs, judgement=JUDGED.judgement), hours=3)
    assert seen == [0.0, 1.0, 2.0]


async def test_what_was_first_said_later_is_not_known_before(city: World) -> None:
    seen: list[str | None] = []

    def look(inputs: Inputs) -> Sequence[Document]:
        seen.append(inputs.subject.text("state"))
        return []

    await rising(city)
    state = {"type": "Property", "value": "flooded", "observedAt": format_instant(BEGIN + 2 * HOUR)}
    await city.write({"id": well(), "type": "Well", "state": state})
    found = await report(city, reaction(look, inputs=JUDGED.inputs), hours=4)
    assert seen == [None, None, "flooded", "flooded"]
    assert (found.runs, found.silent, found.promised, found.scores) == (4, 4, None, ())


async def test_too_many_moments_and_none_are_refused(city: World) -> None:
    await rising(city, 1)
    with pytest.raises(CannotBacktest, match="moments"):
        await report(city, hours=0)
    with pytest.raises(CannotBacktest, match="moments"):
        await report(city, hours=10_000, every=1.0)
