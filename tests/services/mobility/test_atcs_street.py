"""The loop closed: SUMO drives in a process of its own, the house hears its detectors and orders its lamps by RSMP."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import built_crossing
import pytest
from atcs_hall import LONG, START, HallLine

from patience import PATIENCE
from pinisi.services.mobility.atcs.control_source import read
from pinisi.services.mobility.atcs.duty import on_duty
from pinisi.services.mobility.atcs.layout import read_layout
from pinisi.services.mobility.atcs.room import ControlRoom
from pinisi.services.mobility.atcs.signal_actions import SignalMode, set_mode
from pinisi.services.mobility.atcs.street.child import StreetChild, layouts
from pinisi.services.mobility.atcs.street.playing import Played, Playing
from pinisi.services.mobility.engine.signals.fallback import FallBackRule
from pinisi.services.mobility.twin.child import TwinFailed
from pinisi.vocabulary.instant import SECOND
from ports import free_port

PACE = 15.0


class Loop:
    """The house's side of it, with the latest value of each attribute."""

    def __init__(self, playing: Playing) -> None:
        plots = [read_layout(Path(path)) for path in layouts(Path(playing.folder))]
        rule = FallBackRule(stale_after=60, back_after=10)
        line = HallLine(playing.now, "2222")
        self.room = ControlRoom(line, plots, tell_every=2, rule=rule, at_most_every=0.05, times=LONG, tick=0.02)
        self.said: dict[tuple[str, str], list[tuple[object, str]]] = {}

    async def listen(self, port: int) -> None:
        async for message in self.room.messages("127.0.0.1", port):
            for entity in read(message).entities:
                for name, value in entity.items():
                    if isinstance(value, dict) and "value" in value:
                        method = value.get("method", {}).get("value", "")
                        self.said.setdefault((str(entity["type"]), name), []).append((value["value"], method))

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def closed(folder: Path) -> tuple[Loop, Played]:
    """Adaptive control of the built crossing, its lines cut once, until it is back."""
    playing = Playing(
        scenario=str(built_crossing.build(folder)), folder=str(folder), port=free_port(), seconds=900, pace=PACE,
        start=START, began=time.time(), reconnect=0.2,
    )  # fmt: skip
    street = await StreetChild.start(playing)
    loop = Loop(playing)
    listening = asyncio.create_task(loop.listen(playing.port))
    try:
        with on_duty(loop.room):
            street.go()
            went = playing.now()
            await loop.until(lambda: loop.room.seats and all(s.post.lamps.known for s in loop.room.seats.values()))
            (seat,) = loop.room.seats.values()
            junction = f"urn:ngsi-ld:Junction:{seat.post.plot.junction.id}"
            await set_mode(SignalMode(junction=junction, mode="acyclic"), "urn:command:1")
            await loop.until(
                lambda: seat.post.control == "acyclic" and len(loop.said["SignalGroup", "signalAspect"]) > 9
            )
            street.cut(0.5)
            await loop.until(lambda: ("link", "simulated") in loop.said["Junction", "fallbackReason"])
            await loop.until(lambda: seat.post.control == "acyclic" and playing.now() - went > 90 * SECOND)
            return loop, await street.finish()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await street.kill()


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loop, Played]:
    return asyncio.run(closed(tmp_path_factory.mktemp("street")))


def test_the_house_controls_the_lamps_of_a_simulated_street_and_a_cut_line_is_survived(
    loop: tuple[Loop, Played],
) -> None:
    _, played = loop
    assert played.wishes > 0
    assert played.completed > 0
    assert played.lamp_ms
    assert played.longest_wait_s < 300


def test_all_that_comes_of_it_says_that_it_is_simulated(loop: tuple[Loop, Played]) -> None:
    said = loop[0].said
    for type, name in (
        ("SignalGroup", "signalAspect"),
        ("TrafficDetector", "occupancy"),
        ("Junction", "queuedVehicles"),
    ):
        assert {method for _, method in said[type, name]} == {"simulated"}
    assert max(int(str(value)) for value, _ in said["TrafficDetector", "occupancy"]) > 0


def test_a_scenario_that_sumo_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    playing = Playing(
        scenario=str(tmp_path / "nowhere.sumocfg"), folder=str(tmp_path), port=1, start=START, began=time.time()
    )
    with pytest.raises(TwinFailed, match="nowhere"):
        asyncio.run(StreetChild.start(playing))
