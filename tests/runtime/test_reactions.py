"""Reactions: woken by what they declare, given what they declare, answered once, and honest about their failures."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from reaction_world import CITY, PATIENCE, TABLE, World, doubled, only, reaction, settled, state_of, until, well, world

from pinisi.city.text import Text, fill
from pinisi.runtime import running_reaction
from pinisi.runtime.clock import ReplayClock
from pinisi.runtime.known import Document, Inputs, known_from
from pinisi.runtime.lineage import FromReaction, decode_origin
from pinisi.runtime.parking import parked_runs
from pinisi.runtime.reaction import WHOLE_CITY, BadReaction, Named, Others, Past, Wake, Writes, check_reactions
from pinisi.runtime.run_texts import TOO_LONG
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant, parse_instant

pytestmark = pytest.mark.anyio


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failed runs are tried again at once."""
    monkeypatch.setattr(running_reaction, "PAUSES", (0.01, 0.01))


async def test_a_change_wakes_it_and_the_answer_tells_method_card_time_and_unit(city: World) -> None:
    async with city.running(reaction(doubled)) as reactor:
        await city.level(1.5)
        await settled(reactor)
    found = await city.instance("urn:ngsi-ld:WellState:1", "doubled")
    assert found is not None
    inner = {TABLE.compact_iri(name): many[0].value for name, many in found.attributes.items()}
    assert (found.value, found.unit_code, found.observed_at is not None) == (3.0, "MTR", True)
    assert inner == {"method": "modelled", "provider": "urn:ngsi-ld:DataSource:wells.double"}


async def test_a_new_reaction_looks_at_what_is_known_already(city: World) -> None:
    await city.level(2.0)
    async with city.running(reaction(doubled)) as reactor:
        await settled(reactor)
    assert await city.doubled() == 4.0


async def test_an_answer_tells_which_versions_of_which_values_it_was_made_of(city: World) -> None:
    async with city.running(reaction(doubled)) as reactor:
        position = await city.level(1.5)
        await settled(reactor)
    (moment,) = await city.history("urn:ngsi-ld:WellState:1", "doubled")
    origin = decode_origin((await city.store.origins(CITY, [moment.position]))[moment.position])
    assert isinstance(origin, FromReaction)
    assert (origin.service, origin.reaction) == ("wells", "double")
    assert [(read.id, read.position, read.attributes) for read in origin.inputs] == [
        (well(), position, ("waterLevel",))
    ]


async def test_run_again_after_a_restart_it_answers_nothing_twice(city: World) -> None:
    async with city.running(reaction(doubled)) as reactor:
        await city.level(1.5)
        await settled(reactor)
    position = await city.store.position(CITY)
    async with city.running(reaction(doubled)) as reactor:
        only(reactor).wake(well(), position, parse_instant("2026-01-01T00:00:00Z"))
        await settled(reactor)
        assert (only(reactor).counts.runs, only(reactor).counts.unchanged) == (0, 1)
    assert await city.store.position(CITY) == position


async def test_what_it_writes_beside_its_input_is_no_new_input(city: World) -> None:
    def noted(inputs: Inputs) -> Sequence[Document]:
        note = {"type": "Property", "value": inputs.subject.number("waterLevel")}
        return [{"id": inputs.subject.id, "type": "Well", "note": note}]

    own = reaction(noted, "note", writes=(Writes(type="Well", attributes=("note",)),))
    async with city.running(own) as reactor:
        await city.level(1.0)
        await settled(reactor)
        only(reactor).wake(well(), await city.store.position(CITY), parse_instant("2026-01-01T00:00:00Z"))
        await settled(reactor)
        assert (only(reactor).counts.runs, only(reactor).counts.unchanged) == (1, 1)


async def test_a_new_version_answers_all_that_is_known_anew(city: World) -> None:
    async with city.running(reaction(doubled)) as reactor:
        await city.level(1.5)
        await settled(reactor)

    def tripled(inputs: Inputs) -> Sequence[Document]:
        return [state_of(inputs.subject.id, 3 * (inputs.subject.number("waterLevel") or 0))]

    async with city.running(reaction(tripled, version=2)) as reactor:
        await settled(reactor)
    assert await city.doubled() == 4.5


async def test_what_changes_while_it_is_stopped_is_answered_when_it_runs_again(city: World) -> None:
    async with city.running(reaction(doubled)) as reactor:
        await city.level(1.0)
        await settled(reactor)
    await city.level(5.0)
    async with city.running(reaction(doubled)) as reactor:
        await settled(reactor)
        assert only(reactor).counts.runs == 1
    assert await city.doubled() == 10.0


async def test_other_attributes_and_its_own_writes_do_not_wake_it(city: World) -> None:
    def noted(inputs: Inputs) -> Sequence[Document]:
        note = {"type": "Property", "value": inputs.subject.number("waterLevel")}
        return [{"id": inputs.subject.id, "type": "Well", "note": note}]

    own = reaction(noted, "note", writes=(Writes(type="Well", attributes=("note",)),), wakes=(Wake(type="Well"),))
    async with city.running(own, reaction(doubled)) as reactor:
        await city.level(1.0)
        await settled(reactor)
        await city.write({"id": well(), "type": "Well", "name": {"type": "Property", "value": "Well of the mosque"}})
        await settled(reactor)
        assert [each.counts.runs for each in reactor.reactions] == [2, 1]


async def test_values_of_the_past_come_oldest_first_and_only_those_of_the_window(city: World) -> None:
    seen: list[list[float | None]] = []

    def remember(inputs: Inputs) -> Sequence[Document]:
        seen.append([said.number for said in inputs.past("waterLevel")])
        return [state_of(inputs.subject.id, len(seen[-1]))]

    now = parse_instant("2026-01-01T00:00:00Z")
    for hour, value in ((-30, 9.0), (-2, 1.0), (-1, 2.0), (0, 3.0)):
        await city.level(value, at=format_instant(now + hour * HOUR))
    clock = ReplayClock(now, now + HOUR)
    window = reaction(remember, inputs=(Past(attributes=("waterLevel",), hours=24.0),))
    async with city.running(window, clock=clock) as reactor:
        await settled(reactor)
    assert seen == [[1.0, 2.0, 3.0]]
    (moment,) = await city.history("urn:ngsi-ld:WellState:1", "doubled")
    origin = decode_origin((await city.store.origins(CITY, [moment.position]))[moment.position])
    assert isinstance(origin, FromReaction)
    assert [(read.attributes, read.values) for read in origin.inputs] == [(("waterLevel",), 3)]


def place(longitude: float, latitude: float) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [longitude, latitude]}}


def pump(number: int) -> dict[str, Any]:
    target = {"type": "Relationship", "object": well(number)}
    return {"id": f"urn:ngsi-ld:Pump:{number}", "type": "Pump", "refWell": target}


async def test_it_is_given_the_entities_around_linked_and_named(city: World) -> None:
    seen: list[tuple[Any, ...]] = []

    def look(inputs: Inputs) -> Sequence[Document]:
        named = inputs.named("refDevice")
        seen.append(
            (
                [known.id for known in inputs.others("Well")],
                [known.id for known in inputs.others("Pump")],
                None if named is None else named.text("name"),
                inputs.subject.point,
            )
        )
        return []

    await city.write(
        {"id": "urn:ngsi-ld:Pump:1", "type": "Pump", "refWell": {"type": "Relationship", "object": well(1)}}
    )
    await city.write(
        {"id": "urn:ngsi-ld:Pump:2", "type": "Pump", "refWell": {"type": "Relationship", "object": well(2)}}
    )
    await city.write({"id": "urn:ngsi-ld:Device:7", "type": "Device", "name": {"type": "Property", "value": "gauge"}})
    await city.level(1.0, 2, location=place(119.4101, -5.14))
    await city.level(1.0, 3, location=place(119.9, -5.14))
    inputs = (Others(type="Well", near=500.0), Others(type="Pump", linked="refWell"), Named(attribute="refDevice"))
    looking = reaction(look, inputs=inputs)
    async with city.running(looking) as reactor:
        await settled(reactor)
        seen.clear()
        device = {"type": "Relationship", "object": "urn:ngsi-ld:Device:7"}
        await city.level(1.0, 1, location=place(119.41, -5.14), refDevice=device)
        await settled(reactor)
    assert seen == [([well(2)], ["urn:ngsi-ld:Pump:1"], "gauge", (119.41, -5.14))]


async def test_a_relationship_leads_the_wake_to_another_subject(city: World) -> None:
    seen: list[str] = []

    def look(inputs: Inputs) -> Sequence[Document]:
        seen.append(inputs.subject.id)
        return []

    await city.level(1.0)
    led = reaction(look, wakes=(Wake(type="Pump", subject="refWell"),))
    async with city.running(led) as reactor:
        await city.write(pump(1))
        await settled(reactor)
    assert seen == [well()]


async def test_one_about_the_whole_city_runs_once_for_many_changes(city: World) -> None:
    def total(inputs: Inputs) -> Sequence[Document]:
        levels = [known.number("waterLevel") or 0 for known in inputs.others("Well")]
        return [state_of(well(0), sum(levels))]

    whole = reaction(total, wakes=(Wake(type="Well", subject=WHOLE_CITY),), inputs=(Others(type="Well"),), settle=0.2)
    async with city.running(whole) as reactor:
        await settled(reactor)
        before = only(reactor).counts.runs
        for number in range(20):
            await city.level(1.0, number)
        await settled(reactor)
        assert only(reactor).counts.runs - before < 5
    assert await city.doubled(0) == 20.0


async def test_what_is_modelled_never_replaces_what_is_measured(city: World, quick: None) -> None:
    def overwrite(inputs: Inputs) -> Sequence[Document]:
        return [{"id": inputs.subject.id, "type": "Well", "waterLevel": {"type": "Property", "value": 99}}]

    bold = reaction(overwrite, writes=(Writes(type="Well"),))
    async with city.running(bold) as reactor:
        await city.level(1.0)
        await until(lambda: only(reactor).parked)
        await settled(reactor)
    found = await city.instance(well(), "waterLevel")
    assert found is not None
    assert found.value == 1.0
    (run,) = await parked_runs(city.store, CITY, "wells", "double")
    assert isinstance(run.reason, Text) and "datasetId" in run.reason.en


async def test_one_that_raises_is_tried_again_then_parked_with_what_it_was_given(city: World, quick: None) -> None:
    def fails(inputs: Inputs) -> Sequence[Document]:
        raise ZeroDivisionError(f"no level at {inputs.subject.id}")

    async with city.running(reaction(fails)) as reactor:
        position = await city.level(1.0)
        await until(lambda: only(reactor).parked)
        assert (only(reactor).counts.runs, only(reactor).state()) == (3, "failing")
        await settled(reactor)
    (run,) = await parked_runs(city.store, CITY, "wells", "double")
    assert (run.subject, run.tries) == (well(), 3)
    why = f"ZeroDivisionError: no level at {well()}"
    assert run.reason == Text(
        f"kesalahan dalam aturannya: {why}", f"an error in its rule: {why}", f"規則の中の誤り: {why}"
    )
    assert "test_reactions.py" in run.trace
    assert [(given.id, given.position) for given in run.given] == [(well(), position)]


async def test_a_parked_run_can_be_run_again_after_a_repair(city: World, quick: None) -> None:
    async with city.running(reaction(lambda inputs: [] if inputs.now < 0 else [][0])) as reactor:  # type: ignore[return-value]
        await city.level(4.0)
        await until(lambda: only(reactor).parked)
        await settled(reactor)
    async with city.running(reaction(doubled)) as reactor:
        assert only(reactor).parked == {well()}
        await only(reactor).run_parked()
        await settled(reactor)
        assert (only(reactor).parked, only(reactor).state()) == (set[str](), "running")
    assert await city.doubled() == 8.0
    assert not await parked_runs(city.store, CITY, "wells", "double")


async def test_one_bad_subject_holds_up_no_other(city: World, quick: None) -> None:
    def picky(inputs: Inputs) -> Sequence[Document]:
        if inputs.subject.id == well(1):
            raise ValueError("not this one")
        return doubled(inputs)

    async with city.running(reaction(picky)) as reactor:
        for number in range(10):
            await city.level(1.0, number)
        await until(lambda: only(reactor).parked)
        await settled(reactor)
        assert only(reactor).parked == {well(1)}
    assert [await city.doubled(number) for number in (0, 1, 9)] == [2.0, None, 2.0]


async def test_one_that_does_not_end_is_interrupted_and_the_others_run(city: World, quick: None) -> None:
    def endless(inputs: Inputs) -> Sequence[Document]:
        while inputs.subject.id == well(1):
            pass
        return doubled(inputs)

    async with city.running(reaction(endless, limit=0.1)) as reactor:
        await city.level(1.0, 1)
        await city.level(1.0, 2)
        await until(lambda: only(reactor).parked)
        await settled(reactor)
    (run,) = await parked_runs(city.store, CITY, "wells", "double")
    assert run.reason == fill(TOO_LONG, seconds=0.1)
    assert isinstance(run.reason, Text) and run.reason.id == "berjalan lebih lama dari batasnya, 0,1 detik"
    assert await city.doubled(2) == 2.0


async def test_one_that_is_caught_in_a_call_is_left_behind(city: World, quick: None) -> None:
    def sleeps(inputs: Inputs) -> Sequence[Document]:
        if inputs.subject.id == well(1):
            time.sleep(6)
        return doubled(inputs)

    async with city.running(reaction(sleeps, limit=0.1)) as reactor:
        await city.level(1.0, 1)
        await city.level(1.0, 2)
        await until(lambda: city.doubled(2))
        assert only(reactor).counts.failed >= 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([{"id": "urn:x:1", "type": "Pump"}], "does not declare that it writes Pump"),
        ([{"id": "urn:x:1", "type": "WellState", "other": {"type": "Property", "value": 1}}], "writes other"),
        ([{"id": "no uri", "type": "WellState"}], "no uri"),
        ([{"id": "urn:x:1", "type": "WellState", "doubled": {"type": "Property"}}], "value"),
        ([3], "AttributeError"),
        (None, "TypeError"),
    ],
)
async def test_an_answer_that_is_not_declared_or_no_entity_is_parked_with_the_reason(
    city: World, quick: None, answer: Any, reason: str
) -> None:
    async with city.running(reaction(lambda _: answer)) as reactor:
        await city.level(1.0)
        await until(lambda: only(reactor).parked)
        await settled(reactor)
    (run,) = await parked_runs(city.store, CITY, "wells", "double")
    assert isinstance(run.reason, Text) and reason in run.reason.en


async def test_a_clock_wakes_it_once_a_period_of_the_tenants_time(city: World) -> None:
    begin = parse_instant("2026-01-01T00:30:00Z")
    clock = ReplayClock(begin, begin + 10 * HOUR)
    moments: list[str] = []

    def tell(inputs: Inputs) -> Sequence[Document]:
        moments.append(format_instant(inputs.now))
        return [state_of(inputs.subject.id, len(moments))]

    await city.level(1.0, at="2026-01-01T00:00:00Z")
    hourly = reaction(tell, every=3600.0, wakes=(Wake(type="Well"),))
    async with city.running(hourly, clock=clock) as reactor:
        await until(lambda: len(moments) == 1)
        clock.put_forward(begin + 40 * MINUTE)
        await until(lambda: len(moments) == 2)
        await settled(reactor)
    async with city.running(hourly, clock=clock) as reactor:
        await until(lambda: only(reactor).counts.unchanged)
        await settled(reactor)
    assert moments == ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"]


async def test_one_that_only_the_clock_wakes_hears_of_no_change(city: World) -> None:
    begin = parse_instant("2026-01-01T00:30:00Z")
    clock = ReplayClock(begin, begin + 12 * HOUR, 0.001)
    levels: list[float | None] = []

    def look(inputs: Inputs) -> Sequence[Document]:
        levels.append(inputs.subject.number("waterLevel"))
        return []

    await city.level(1.0, at="2026-01-01T00:00:00Z")
    silent = reaction(look, every=3600.0, wakes=(Wake(type="Well", on_change=False),))
    async with city.running(silent, clock=clock) as reactor:
        await until(lambda: levels == [1.0])
        await city.level(2.0, at="2026-01-01T00:10:00Z")
        await city.level(3.0, at="2026-01-01T00:20:00Z")
        await settled(reactor)
        assert levels == [1.0]
        clock.put_forward(begin + 40 * MINUTE)
        await until(lambda: levels == [1.0, 3.0])
    with pytest.raises(BadReaction, match="no clock"):
        check_reactions("wells", ("WellState",), [reaction(look, wakes=(Wake(type="Well", on_change=False),))])


def test_a_circle_of_reactions_is_refused() -> None:
    there = reaction(doubled, "there")
    back = reaction(doubled, "back", wakes=(Wake(type="WellState"),), writes=(Writes(type="Well"),))
    with pytest.raises(BadReaction, match="there -> back -> there"):
        check_reactions("wells", ("Well", "WellState"), [there, back])
    apart = reaction(
        doubled, "back", wakes=(Wake(type="WellState"),), writes=(Writes(type="Well", attributes=("note",)),)
    )
    check_reactions("wells", ("Well", "WellState"), [there, apart])


def test_a_type_that_the_service_does_not_declare_is_refused() -> None:
    with pytest.raises(BadReaction, match="writes WellState"):
        check_reactions("wells", ("Well",), [reaction(doubled)])


def test_a_reaction_can_be_called_without_a_server() -> None:
    document = {"id": well(), "type": "Well", "waterLevel": {"type": "Property", "value": 2}}
    (answer,) = doubled(Inputs(0, known_from(document, TABLE)))
    assert answer["doubled"]["value"] == 4


@pytest.mark.parametrize("steps", range(8))
async def test_a_reactor_that_is_stopped_in_the_moment_in_which_it_is_woken_ends(tmp_path: Path, steps: int) -> None:
    """`asyncio.wait_for` of Python 3.11 forgets a cancellation that comes together with what it waits for."""
    async with world(tmp_path) as wells, wells.running(reaction(doubled)) as reactor:
        await wells.level(1.0)
        await until(lambda: wells.doubled())
        await settled(reactor)
        only(reactor).wake(well(), await wells.store.position(CITY), 0)
        for _ in range(steps):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            await reactor.stop()
