"""A junction whose controller speaks NTCIP 1202, run over a real socket: our agent at one end, pysnmp at the other."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from ntcip_street import COMMUNITY, LAYOUT, NtcipHall, asked, plot_at

from patience import PATIENCE
from pinisi.runtime.action import NotDone
from pinisi.services.mobility.atcs.adapter import ChoosePlan, GiveBack, LineDown, Offset, OrderRefused, Wish
from pinisi.services.mobility.atcs.live_view import live_of
from pinisi.services.mobility.atcs.signal_actions import SignalMode, set_mode
from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.ntcip import objects
from pinisi.services.mobility.ntcip.line import NtcipLine
from pinisi.services.mobility.ntcip.site.agent import GENERAL, TOO_BIG
from pinisi.services.mobility.rsmp.events import Closed, Event, Opened
from pinisi.vocabulary.instant import SECOND, parse_instant

JUNCTION = "urn:ngsi-ld:Junction:ahmad-yani"
CONTROLLER = "SignalController:ahmad-yani-ntcip"
GREENS = (*objects.STATUS, objects.GREENS, 1)
REDS = (*objects.STATUS, objects.REDS, 1)


def run(
    talk: Callable[[NtcipHall], Awaitable[None]], community: str = COMMUNITY, backup: int = 600, pace: float = 20.0
) -> None:
    async def whole() -> None:
        async with asked(pace, community, backup) as hall:
            await talk(hall)

    asyncio.run(whole())


async def alive(hall: NtcipHall) -> None:
    await hall.until(lambda: hall.value(CONTROLLER, "alive") is True and hall.seat.post.lamps.known)


def order(mode: str, **more: int) -> SignalMode:
    return SignalMode(junction=JUNCTION, mode=mode, **more)  # pyright: ignore[reportArgumentType]


async def adaptive(hall: NtcipHall) -> None:
    await alive(hall)
    hall.controller.counts = {1: (0, 0), 2: (1, 80), 3: (0, 0), 4: (0, 0)}
    await set_mode(order("acyclic"), "urn:command:1")
    await hall.until(lambda: hall.seat.post.control == "acyclic")


def test_lamps_plan_counts_and_health_come_as_from_any_other_controller() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-north", "signalAspect", "green"))
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-east", "signalAspect", "green"))
        hall.controller.counts[2] = (3, 41)
        await hall.until(lambda: hall.value("TrafficDetector:ahmad-yani-2", "vehicleCount") == 3)
        assert hall.value("TrafficDetector:ahmad-yani-2", "occupancy") == 20
        assert hall.value("Junction:ahmad-yani", "timePlan") == "1"
        assert hall.value(CONTROLLER, "protocolVersion") == "NTCIP 1202"
        assert hall.value(CONTROLLER, "controlMode") == "control"
        said = hall.entities["urn:ngsi-ld:SignalGroup:ahmad-yani-north"]["signalAspect"]
        assert said["method"]["value"] == "simulated"

    run(talk)


def test_nobody_says_how_many_stand_where_no_detector_tells_a_speed() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        await hall.until(lambda: hall.seat.post.detection.measured)
        live = live_of(hall.seat.post, hall.room.health(hall.seat), hall.line.now(), "signal-control")
        assert [(each.vehicles, each.standing) for each in live.groups] == [(None, None), (None, None)]
        assert "queuedVehicles" not in hall.entities[JUNCTION]

    run(talk)


def test_a_stored_plan_flashing_and_the_way_back_are_ordered() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        await set_mode(order("plan", plan=2), "urn:command:1")
        await hall.until(lambda: hall.said("Junction:ahmad-yani", "timePlan", "2"))
        await set_mode(order("flash", minutes=1), "urn:command:2")
        await hall.until(lambda: hall.said("SignalGroup:ahmad-yani-east", "signalAspect", "flashing"))
        await hall.until(lambda: hall.value("Junction:ahmad-yani", "signalMode") == "plan")
        await hall.until(lambda: hall.controller.pattern == 2)

    run(talk)


def test_a_controller_of_ours_gets_the_groups_by_calls_holds_and_omits_and_gives_them_back() -> None:
    async def talk(hall: NtcipHall) -> None:
        await adaptive(hall)
        await hall.until(lambda: hall.controller.pattern == objects.FREE)
        wanted = {"1": (objects.VEH_CALL, 1), "2": (objects.VEH_CALL, 2)}
        await hall.until(lambda: hall.controller.control.get(wanted[hall.seat.post.wanted_stage or "1"], 0))
        assert not hall.controller.control[objects.VEH_CALL, 1] & hall.controller.control[objects.PHASE_OMIT, 1]
        await set_mode(order("plan", plan=1), "urn:command:2")
        await hall.until(lambda: hall.controller.pattern == 1 and not any(hall.controller.control.values()))

    run(talk)


def test_a_cut_line_leaves_the_junction_to_its_plan_and_the_controller_takes_back_its_groups() -> None:
    async def talk(hall: NtcipHall) -> None:
        await adaptive(hall)
        hall.agent.faults.mute = True
        await hall.until(lambda: hall.said("Junction:ahmad-yani", "fallbackReason", "link"))
        await hall.until(lambda: hall.value(CONTROLLER, "linkFailures") == 1)
        assert "silent" in hall.value(CONTROLLER, "linkFault")
        hall.controller.backup = 1
        await hall.until(lambda: hall.controller.values()[objects.PATTERN_CONTROL] == objects.OWN)
        assert not any(hall.controller.control.values())
        hall.controller.backup, hall.agent.faults.mute = 600, False
        await hall.until(lambda: hall.seat.post.control == "acyclic")

    run(talk, pace=100.0)


def test_a_wrong_community_name_is_silence_and_says_what_may_be_wrong() -> None:
    async def talk(hall: NtcipHall) -> None:
        await hall.until(lambda: hall.agent.heard > 1)
        await hall.until(lambda: "community name?" in str(hall.value(CONTROLLER, "linkFault")))
        assert hall.value(CONTROLLER, "alive") is False
        assert hall.value(CONTROLLER, "linkFailures") == 0
        with pytest.raises(NotDone):
            await set_mode(order("plan", plan=2), "urn:command:1")

    run(talk, community="wrong")


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({GREENS: b"green"}, "phaseStatusGroupGreens.1 is b'green' and no number"),
        ({GREENS: None}, "phaseStatusGroupGreens.1 is b'' and no number"),
        ({objects.PATTERN_STATUS: 999}, "coordPatternStatus is 999, not from 0 to 255"),
        ({GREENS: 2, REDS: 2}, "phase 2 shows 2 colours at once"),
    ],
)
def test_a_controller_that_states_nonsense_is_not_believed(lie: dict[objects.Oid, int | bytes], reason: str) -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        hall.agent.faults.lies = dict(lie)
        await hall.until(lambda: reason in str(hall.value(CONTROLLER, "linkFault")))
        hall.agent.faults.lies = {}
        await hall.until(lambda: hall.value(CONTROLLER, "alive") is True)

    run(talk)


@pytest.mark.parametrize(("status", "word"), [(TOO_BIG, "tooBig"), (GENERAL, "genErr")])
def test_an_error_status_is_told_with_the_object(status: int, word: str) -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        hall.agent.faults.refuses = {GREENS: status}
        await hall.until(lambda: f"{word} for phaseStatusGroupGreens.1" in str(hall.value(CONTROLLER, "linkFault")))

    run(talk)


@pytest.mark.parametrize("fault", ["short", "stranger"])
def test_answers_that_are_cut_or_are_none_to_the_question_count_as_none(fault: str) -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        setattr(hall.agent.faults, fault, True)
        await hall.until(lambda: "silent" in str(hall.value(CONTROLLER, "linkFault")))
        setattr(hall.agent.faults, fault, False)
        await hall.until(lambda: hall.value(CONTROLLER, "alive") is True)

    run(talk)


def test_two_greens_that_conflict_stop_our_control_at_once() -> None:
    async def talk(hall: NtcipHall) -> None:
        await adaptive(hall)
        for group, mask in ((1, 2), (2, 8)):
            hall.agent.faults.lies[*objects.STATUS, objects.GREENS, group] = mask
            hall.agent.faults.lies[*objects.STATUS, objects.REDS, group] = 0
            hall.agent.faults.lies[*objects.STATUS, objects.YELLOWS, group] = 0
        await hall.until(lambda: hall.seat.post.reason == "lamps")
        await hall.until(lambda: "conflictingGreen" in str(hall.value(CONTROLLER, "contradictions")))

    run(talk)


def test_a_controller_that_confirms_another_value_is_told_to_the_one_who_commands() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        hall.agent.faults.lies = {objects.PATTERN_CONTROL: 7}
        with pytest.raises(NotDone, match="systemPatternControl: 2 was ordered and 7 confirmed"):
            await set_mode(order("plan", plan=2), "urn:command:1")

    run(talk)


def test_a_controller_that_would_never_be_its_own_again_gets_no_wishes() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        with pytest.raises(OrderRefused, match="unitBackupTime is 0"):
            await hall.room.give(hall.seat, Wish(frozenset({"north"})))
        await hall.room.give(hall.seat, GiveBack())
        with pytest.raises(OrderRefused, match="plan 9 is not stored"):
            await hall.room.give(hall.seat, ChoosePlan(9))
        with pytest.raises(OrderRefused, match="no order for Offset"):
            await hall.room.give(hall.seat, Offset(1, 5))

    run(talk, backup=0)


def test_alarms_of_the_unit_and_broken_loops_are_told_and_end() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        hall.controller.alarms = {objects.ALARMS_1: 1 << 4, objects.ALARMS_2: 1 << 1}
        hall.controller.counts[3] = (0, 212)
        await hall.until(lambda: hall.value(CONTROLLER, "alarmCount") == 3)
        codes = {each["code"] for each in hall.value(CONTROLLER, "activeAlarms")}
        assert codes == {"mmuFlash", "lowBattery", "openLoop"}
        await hall.until(lambda: hall.value("TrafficDetector:ahmad-yani-3", "detectorState") == "faulty")
        hall.controller.alarms, hall.controller.counts[3] = {}, (0, 0)
        await hall.until(lambda: hall.value(CONTROLLER, "alarmCount") == 0)

    run(talk)


def test_a_controller_without_our_detectors_goes_on_and_says_so() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        hall.controller.counts = {}
        await hall.until(lambda: "noSuchName for detectorVolume.1" in str(hall.value(CONTROLLER, "activeAlarms")))
        assert hall.value(CONTROLLER, "alive") is True

    run(talk)


def test_whatever_is_wished_the_simulated_controller_never_shows_two_greens_that_conflict() -> None:
    async def talk(hall: NtcipHall) -> None:
        await alive(hall)
        for _ in range(40):
            await hall.room.give(hall.seat, Wish(frozenset({"north", "east"})))
            hall.controller.values()
            shown = hall.controller._lamps.shown.groups  # pyright: ignore[reportPrivateUsage]
            assert [state.aspect for state in shown] != [Aspect.GREEN, Aspect.GREEN]

    run(talk)


def test_a_second_process_is_asked_and_ordered() -> None:
    """The simulated controller in a process of its own; it goes, and the line says so."""
    heard: list[Event] = []

    async def talk() -> None:
        command = ("-m", "pinisi.services.mobility.ntcip.site", str(LAYOUT), "0", COMMUNITY)
        process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        port = int((await process.stdout.readline()).split()[1])
        start = parse_instant("2026-11-26T07:00:00Z")
        line = NtcipLine(
            plot_at(port), COMMUNITY, lambda: start + len(heard) * SECOND, lambda _, event: heard.append(event)
        )
        running = asyncio.create_task(line.run())
        async with asyncio.timeout(PATIENCE):
            while not any(isinstance(event, Opened) for event in heard):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await line.give(ChoosePlan(2))
            process.terminate()
            await process.communicate()
            while not isinstance(heard[-1], Closed):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        with pytest.raises(LineDown):
            await line.give(ChoosePlan(1))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(talk())


def test_the_line_is_one_of_a_source_and_reads_the_file_of_the_city() -> None:
    assert Path(LAYOUT).is_file()
    assert plot_at(1161).layout.secret == "ntcip-community"
