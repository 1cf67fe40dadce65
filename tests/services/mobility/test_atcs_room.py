"""A junction is run over a real socket: shadow, switching, what is refused, what a cut line does."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from atcs_hall import FULL, QUIET, SITE, Hall, controlled

from pinisi.runtime.action import NotDone, Situation
from pinisi.services.mobility.atcs.live_view import live_of
from pinisi.services.mobility.atcs.signal_actions import (
    SignalMode,
    SignalPriority,
    give_priority,
    mode_safety,
    priority_safety,
    set_mode,
    unfit_mode,
)
from pinisi.services.mobility.rsmp.site.faults import Faults

JUNCTION = "urn:ngsi-ld:Junction:ahmad-yani"


def run(talk: Callable[[Hall], Awaitable[None]], faults: Faults | None = None, code: str = "2222") -> None:
    async def whole() -> None:
        async with controlled(faults=faults, code=code) as hall:
            await talk(hall)

    asyncio.run(whole())


def order(mode: str, **more: int) -> SignalMode:
    return SignalMode(junction=JUNCTION, mode=mode, **more)  # pyright: ignore[reportArgumentType]


async def adaptive(hall: Hall) -> None:
    await set_mode(order("acyclic"), "urn:command:1")
    await hall.until(lambda: hall.seat.post.control == "acyclic")


def test_at_first_the_plan_runs_and_nothing_is_sent() -> None:
    async def talk(hall: Hall) -> None:
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-north", "signalAspect", "green"))
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-east", "signalAspect", "green"))
        assert hall.value("Junction:ahmad-yani", "signalMode") == "plan"
        assert hall.value("TrafficDetector:ahmad-yani-3", "detectorState") == "heard"
        said = hall.entities["urn:ngsi-ld:SignalGroup:ahmad-yani-north"]["signalAspect"]
        assert said["method"]["value"] == "simulated"
        assert hall.cabinet.state.wished == 0

    run(talk)


def test_the_controller_that_is_switched_to_gives_green_to_those_who_wait() -> None:
    async def talk(hall: Hall) -> None:
        await adaptive(hall)
        for number, group in ((3, "east"), (1, "north")):
            hall.counts = QUIET | {number: FULL}
            await hall.until(lambda group=group: hall.seat.post.wanted_stage == {"north": "1", "east": "2"}[group])
            lamp = f"SignalGroup:ahmad-yani-{group}"
            await hall.until(lambda lamp=lamp: hall.value(lamp, "signalAspect") == "green")
        assert hall.value("Junction:ahmad-yani", "signalControl") == "acyclic"

    run(talk)


def test_a_cut_line_leaves_the_junction_to_its_plan_and_the_controller_comes_back_by_itself() -> None:
    async def talk(hall: Hall) -> None:
        await adaptive(hall)
        hall.site.cut()
        await hall.until(lambda: hall.said("Junction:ahmad-yani", "fallbackReason", "link"))
        await hall.until(lambda: hall.seat.post.control == "acyclic")
        assert hall.value(f"SignalController:{SITE.replace('+', '%2B').replace('=', '%3D')}", "linkFailures") == 1

    run(talk)


def test_silent_detectors_bring_the_plan_back() -> None:
    async def talk(hall: Hall) -> None:
        await adaptive(hall)
        blind = {number: type(FULL)() for number in (1, 2, 3)}
        hall.counts |= blind
        await hall.until(lambda: hall.seat.post.reason == "detectors")
        await hall.until(lambda: hall.said("TrafficDetector:ahmad-yani-1", "detectorState", "faulty"))
        assert hall.value("Junction:ahmad-yani", "signalMode") == "acyclic"

    run(talk)


def test_a_controller_that_confirms_and_does_nothing_is_left_to_its_plan() -> None:
    async def talk(hall: Hall) -> None:
        await adaptive(hall)
        hall.counts |= {3: FULL}
        await hall.until(lambda: hall.seat.post.reason == "lamps")

    run(talk, Faults(deaf=True))


def test_two_greens_that_conflict_stop_our_control_at_once() -> None:
    async def talk(hall: Hall) -> None:
        await adaptive(hall)
        hall.site.faults.lies = {("S0001", "signalgroupstatus"): "11"}
        await hall.until(lambda: hall.seat.post.reason == "lamps")

    run(talk)


def test_a_wrong_security_code_is_told_to_the_one_who_commands() -> None:
    async def talk(hall: Hall) -> None:
        with pytest.raises(NotDone, match="Incorrect security code"):
            await set_mode(order("plan", plan=2), "urn:command:1")
        assert hall.seat.post.ordered.mode == "plan"

    run(talk, code="0000")


def test_a_stored_plan_and_flashing_are_ordered_and_end() -> None:
    async def talk(hall: Hall) -> None:
        await set_mode(order("plan", plan=2), "urn:command:1")
        await hall.until(lambda: hall.said("Junction:ahmad-yani", "timePlan", "2"))
        await set_mode(order("flash", minutes=1), "urn:command:2")
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-east", "signalAspect", "flashing"))
        await hall.until(lambda: hall.said("Junction:ahmad-yani", "signalMode", "flash"))
        await hall.until(lambda: hall.value("Junction:ahmad-yani", "signalMode") == "plan")
        await hall.until(lambda: hall.value("SignalGroup:ahmad-yani-east", "signalAspect") == "green")

    run(talk)


def test_where_no_control_runs_the_junction_nothing_is_done() -> None:
    with pytest.raises(NotDone, match="No signal control here runs this junction"):
        asyncio.run(set_mode(order("acyclic"), "urn:command:1"))  # pyright: ignore[reportArgumentType]


def test_the_safety_layer_of_the_command_wants_the_shadow_first_and_a_stored_plan() -> None:
    def against(command: SignalMode, **said: object) -> list[str]:
        target = {name: {"type": "Property", "value": value} for name, value in said.items()}
        target |= {"storedPlans": {"type": "JsonProperty", "json": [{"plan": "1"}]}}  # pyright: ignore[reportAssignmentType]
        return [text.en for text in mode_safety(command, Situation(now=0, targets={JUNCTION: target}))]

    assert against(order("acyclic"), controlAllowed="groups", shadowVerdict="better") == []
    assert "compared for long enough" in against(order("acyclic"), controlAllowed="groups")[0]
    assert "worse" in against(order("cyclic"), controlAllowed="bands", shadowVerdict="worse")[0]
    assert "does not take" in against(order("acyclic"), controlAllowed="bands", shadowVerdict="better")[0]
    assert against(order("plan", plan=3), controlAllowed="plans") == ["Plan 3 is not stored; there are 1."]
    assert against(order("flash", minutes=5)) == ["No signal control here runs this junction."]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (order("acyclic", plan=1), "plan"),
        (order("flash"), "minutes"),
        (order("plan", minutes=3), "minutes"),
    ],
)
def test_a_command_that_does_not_hang_together_names_the_field(command: SignalMode, field: str) -> None:
    assert [fault.field for fault in unfit_mode(command)] == [field]


def test_an_ambulance_gets_its_green_early_and_only_where_a_controller_of_ours_has_the_junction() -> None:
    async def talk(hall: Hall) -> None:
        asked = SignalPriority(junction=JUNCTION, group="east", vehicle="ambulance", seconds=5)
        with pytest.raises(NotDone, match="runs by its plan"):
            await give_priority(asked, "urn:command:1")
        hall.counts = QUIET | {1: FULL}
        await adaptive(hall)
        await hall.until(lambda: hall.value("SignalGroup:ahmad-yani-north", "signalAspect") == "green")
        said = await give_priority(asked, "urn:command:2")
        assert said[0]["signalPriority"]["json"] == {"group": "east", "vehicle": "ambulance", "seconds": 5}
        await hall.until(lambda: hall.value("SignalGroup:ahmad-yani-east", "signalAspect") == "green")
        with pytest.raises(NotDone, match="'west' is in no stage"):
            await give_priority(msgspec.structs.replace(asked, group="west"), "urn:command:3")

    run(talk)


def test_a_request_for_priority_names_what_stands_against_it() -> None:
    stages = {"type": "JsonProperty", "json": [{"id": "1", "groups": ["north"]}]}
    target = {"signalControl": {"type": "Property", "value": "plan"}, "signalStages": stages}
    asked = SignalPriority(junction=JUNCTION, group="east", vehicle="bus", seconds=5)
    against = priority_safety(asked, Situation(now=0, targets={JUNCTION: target}))
    assert [text.en for text in against] == [
        "This junction runs by its plan just now; early green needs adaptive control.",
        "There is no signal group east; there are north.",
    ]


def test_the_page_of_a_junction_has_lamps_beside_the_plan_queues_and_detectors_with_their_age() -> None:
    async def talk(hall: Hall) -> None:
        hall.counts = QUIET | {1: FULL, 2: type(FULL)(vehicles=1, speed=45, occupancy=5)}
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-east", "signalAspect", "green"))
        live = live_of(hall.seat.post, hall.room.health(hall.seat), hall.line.now(), "signal-control")
        assert (live.alive, live.method, live.mode, live.control, live.plan) == (True, "simulated", "plan", "plan", "1")
        assert live.provider == "urn:ngsi-ld:DataSource:signal-control"
        assert [(each.id, each.standing) for each in live.groups] == [("north", 6), ("east", 0)]
        for told in (*live.actual, *live.planned):
            assert all(-live.window <= span.start < span.end <= 0 for span in told.spans)
        planned = {each.group: [span.aspect for span in each.spans] for each in live.planned}
        assert set(planned["north"]) == {"red", "redAmber", "green", "amber"}
        assert {each.state for each in live.detectors} == {"heard"}
        assert msgspec.json.decode(msgspec.json.encode(live), type=type(live)) == live

    run(talk)


def test_the_mode_that_was_ordered_outlives_a_restart_of_the_house() -> None:
    async def twice() -> None:
        async with controlled() as hall:
            await adaptive(hall)
            await hall.until(lambda: hall.line.place is not None and b'"acyclic"' in hall.line.place)
            place = hall.line.place
        async with controlled(place=place) as again:
            await again.until(lambda: again.seat.post.control == "acyclic")

    asyncio.run(twice())
