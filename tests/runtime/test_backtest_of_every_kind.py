"""Any reaction is run over the past again with what the house gave it then: others, named ones, the whole city."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from reaction_world import CITY, TABLE, World, reaction, settled, state_of, until, well, world

from pinisi.runtime.backtest import KnownBy, Plan, Report, backtest
from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.reaction import WHOLE_CITY, Claim, Judgement, Named, Others, Past, Reaction, Wake
from pinisi.store.change import Edit, EntityChange
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR, Instant, format_instant, parse_instant
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
BEGIN = parse_instant("2026-01-01T00:00:00Z")
DEVICE = "urn:ngsi-ld:Device:7"
Sighting = tuple[float | None, list[str], list[str], str | None, list[float | None]]


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


class Looking:
    """A reaction of every kind of input, that notes what it was given."""

    def __init__(self) -> None:
        self.seen: list[Sighting] = []
        inputs = (
            Past(attributes=("waterLevel",), hours=6),
            Others(type="Well", near=500.0),
            Others(type="Pump", linked="refWell"),
            Named(attribute="refDevice"),
        )
        wakes = (Wake(type="Gate", attributes=("waterLevel",)),)
        self.reaction = reaction(self.look, wakes=wakes, inputs=inputs)

    def look(self, inputs: Inputs) -> Sequence[Document]:
        named = inputs.named("refDevice")
        self.seen.append(
            (
                inputs.subject.number("waterLevel"),
                sorted(known.id for known in inputs.others("Well")),
                sorted(known.id for known in inputs.others("Pump")),
                None if named is None else named.text("name"),
                [said.number for said in inputs.past("waterLevel")],
            )
        )
        return []


def at(longitude: float) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [longitude, -5.14]}}


def relation(id: str) -> dict[str, Any]:
    return {"type": "Relationship", "object": id}


async def gate(city: World, level: float) -> None:
    value = {"type": "Property", "value": level}
    place = {"location": at(119.41), "refDevice": relation(DEVICE)}
    await city.write({"id": "urn:ngsi-ld:Gate:1", "type": "Gate", "waterLevel": value, **place})


async def pump(city: World, number: int, of: str) -> None:
    await city.write({"id": f"urn:ngsi-ld:Pump:{number}", "type": "Pump", "refWell": relation(of)})


async def device(city: World, name: str) -> None:
    await city.write({"id": DEVICE, "type": "Device", "name": {"type": "Property", "value": name}})


async def gone(city: World, id: str) -> None:
    def nothing(_old: Entity | None, _now: Instant) -> Edit:
        return Edit(None)

    await city.store.apply(CITY, [EntityChange(id, nothing)], SYSTEM)


async def last_moment(city: World) -> Instant:
    """When the newest change was received."""
    position = await city.store.position(CITY)
    piece = await city.store.log(CITY, position - 1, 1)
    return piece.entries[-1].time


async def once(city: World, judged: Reaction, moment: Instant, known_by: KnownBy = "received") -> Report:
    plan = Plan(since=moment, until=moment + 1, known_by=known_by)
    return await backtest(city.store, CITY, TABLE, "wells", judged, plan)


async def test_a_run_over_the_past_is_given_what_the_house_gave_then(city: World) -> None:
    """Others near, others linked, the one that is named, and the past: before and after all of them have changed."""
    looking = Looking()
    moments: list[Instant] = []
    async with city.running(looking.reaction) as reactor:
        await device(city, "old gauge")
        await city.level(1.0, 2, location=at(119.4101))
        await city.level(1.0, 3, location=at(119.9))
        await pump(city, 1, "urn:ngsi-ld:Gate:1")
        await pump(city, 2, well(3))
        await gate(city, 1.5)
        moments.append(await last_moment(city))
        await settled(reactor)
        await until(lambda: len(looking.seen) == 1)
        await device(city, "new gauge")
        await city.level(1.0, 2, location=at(119.9))
        await city.level(1.0, 3, location=at(119.4101))
        await gone(city, "urn:ngsi-ld:Pump:1")
        await pump(city, 2, "urn:ngsi-ld:Gate:1")
        await gate(city, 2.5)
        moments.append(await last_moment(city))
        await settled(reactor)
        await until(lambda: len(looking.seen) == 2)
    await device(city, "gauge of today")
    await gone(city, "urn:ngsi-ld:Pump:2")
    await gate(city, 9.5)
    given = list(looking.seen)
    assert given == [
        (1.5, [well(2)], ["urn:ngsi-ld:Pump:1"], "old gauge", [1.5]),
        (2.5, [well(3)], ["urn:ngsi-ld:Pump:2"], "new gauge", [1.5, 2.5]),
    ]
    looking.seen.clear()
    reports = [await once(city, looking.reaction, moment) for moment in moments]
    assert looking.seen == given
    assert [(each.runs, each.failed) for each in reports] == [(1, 0), (1, 0)]


def all_fall_to_the_mean(inputs: Inputs) -> Sequence[Document]:
    """In an hour every well stands where the mean of the city stands now."""
    levels = [(known.id, known.number("waterLevel")) for known in inputs.others("Well")]
    there = [level for _, level in levels if level is not None]
    mean, later = sum(there) / len(there), format_instant(inputs.now + HOUR)
    return [state_of(id, mean) | {"said": later, "of": id} for id, level in levels if level is not None]


def claims(document: Document) -> Sequence[Claim]:
    at, value = parse_instant(document["said"]), document["doubled"]["value"]
    return [Claim(entity=document["of"], attribute="waterLevel", at=at, value=value)]


def came(_attribute: str, said: Sequence[Said]) -> Mapping[Instant, float]:
    return {each.observed: each.number for each in said if each.number is not None}


async def test_one_about_the_whole_city_is_judged_on_every_entity_that_it_speaks_of(city: World) -> None:
    """Two wells at 2 and 4: the mean is one away from each of them; saying the last value again is never wrong."""
    whole = reaction(
        all_fall_to_the_mean,
        wakes=(Wake(type="Well", subject=WHOLE_CITY),),
        inputs=(Others(type="Well"),),
        judgement=Judgement(claims=claims, came=came),
    )
    for hour in range(5):
        await city.level(2.0, 1, format_instant(BEGIN + hour * HOUR))
        await city.level(4.0, 2, format_instant(BEGIN + hour * HOUR))
    plan = Plan(since=BEGIN, until=BEGIN + 4 * HOUR, known_by="observed")
    found = await backtest(city.store, CITY, TABLE, "wells", whole, plan)
    (score,) = found.scores
    assert (found.subjects, found.runs, found.failed, found.pending) == (1, 4, 0, 0)
    assert (score.count, score.error, score.persistence, score.ahead) == (8, 1.0, 0.0, 3_600.0)


async def test_one_that_a_relationship_leads_to_its_subject_runs_for_those_that_are_named(city: World) -> None:
    seen: list[str] = []

    def look(inputs: Inputs) -> Sequence[Document]:
        seen.append(inputs.subject.id)
        return []

    await city.level(1.0, 1)
    await city.level(1.0, 2)
    await pump(city, 1, well(2))
    found = await once(city, reaction(look, wakes=(Wake(type="Pump", subject="refWell"),)), await last_moment(city))
    assert (seen, found.subjects, found.runs) == ([well(2)], 1, 1)


async def test_many_subjects_are_gone_through_each_with_its_own_past(city: World) -> None:
    seen: dict[str, list[float | None]] = {}

    def look(inputs: Inputs) -> Sequence[Document]:
        seen.setdefault(inputs.subject.id, []).append(inputs.past("waterLevel")[-1].number)
        return []

    for number in range(45):
        for hour in range(3):
            await city.level(number + hour / 10, number, format_instant(BEGIN + hour * HOUR))
    plan = Plan(since=BEGIN, until=BEGIN + 3 * HOUR, known_by="observed")
    looking = reaction(look, inputs=(Past(attributes=("waterLevel",), hours=1),))
    found = await backtest(city.store, CITY, TABLE, "wells", looking, plan)
    assert (found.subjects, found.runs, found.failed) == (45, 135, 0)
    assert seen == {well(number): [number, number + 0.1, number + 0.2] for number in range(45)}
