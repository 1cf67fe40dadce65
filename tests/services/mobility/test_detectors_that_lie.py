"""Detectors that lie: always occupied, always empty, jumping, impossible: faulty, as if dark, and nothing stops."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pinisi.services.mobility.atcs.as_control import Adaptive, control_junction
from pinisi.services.mobility.atcs.detection import Detection
from pinisi.services.mobility.atcs.layout import Plot, read_layout
from pinisi.services.mobility.atcs.trust import BACK_AFTER, MISSED_AT_JUNCTION, STUCK_S
from pinisi.services.mobility.engine.signals.demand import all_red
from pinisi.services.mobility.engine.signals.fallback import FallBackRule, Standing, judged
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

PLOT: Plot = read_layout(Path(__file__).parent / "atcs" / "crossing.toml")
LIAR = 1
"""The zone at the stop line of north-1; 2 lies behind it, 3 and 4 on east-1, 5 is the exit south-out."""

Told = tuple[str, str, str]


def told(detection: Detection, second: int, lie: Told, *, busy: bool = True) -> None:
    """A street as it is (on each lane somebody comes every six seconds) but for what the liar tells."""
    came = int(busy and second % 6 == 0)
    honest = (str(came), "30" if came else "-1", "12" if came else "0")
    columns = [[lie[n], *([honest[n]] * 4)] for n in range(3)]
    detection.take(float(second), *(",".join(column) for column in columns))


def after(seconds: int, lie: Callable[[int], Told], *, busy: bool = True) -> Detection:
    detection = Detection(PLOT.layout)
    for second in range(1, seconds + 1):
        told(detection, second, lie(second), busy=busy)
    return detection


LIES: dict[str, tuple[int, Callable[[int], Told]]] = {
    "always occupied": (round(STUCK_S) + 60, lambda second: ("0", "0", "100")),
    "always zero": (200, lambda second: ("0", "-1", "0")),
    "jumping": (60, lambda second: ("0", "0", "100") if second % 4 < 2 else ("0", "-1", "0")),
    "negative": (3, lambda second: ("-7", "20", "10")),
    "negative speed": (3, lambda second: ("1", "-20", "10")),
    "above all": (3, lambda second: ("1", "20", "140")),
    "faster than anything": (3, lambda second: ("1", "999", "10")),
    "no number": (3, lambda second: ("nan", "nan", "nan")),
    "half a number": (3, lambda second: ("1", "20", "0.5")),
    "nothing": (3, lambda second: ("", "", "")),
    "a thousand at once": (3, lambda second: ("1000", "20", "10")),
    "endless": (3, lambda second: ("9" * 4000, "20", "10")),
}


@pytest.mark.parametrize("name", LIES)
def test_a_detector_that_lies_is_faulty_and_its_lane_as_if_dark(name: str) -> None:
    seconds, lie = LIES[name]
    detection = after(seconds, lie)
    assert detection.state(LIAR, seconds) == "faulty"
    assert [detection.state(number, seconds) for number in (2, 3, 4, 5)] == ["heard"] * 4
    seen = detection.look(seconds)
    assert set(seen.lanes) == {"east-1"}
    assert set(seen.left) == {"east-1"}


@pytest.mark.parametrize("name", LIES)
def test_one_that_lies_costs_the_junction_neither_its_controller_nor_a_green(name: str) -> None:
    """One of five is faulty: seven tenths are enough. All stages are still wished."""
    seconds, lie = LIES[name]
    detection = after(seconds, lie)
    heard = detection.heard()
    assert str(LIAR) in heard.faulty
    before = Standing(mode="adaptive", since=0, reason=None, well_since=0)
    alive = msgspec.structs.replace(heard, link=float(seconds))
    assert judged(FallBackRule(), before, alive, seconds).mode == "adaptive"
    adaptive, layer = Adaptive(PLOT, "acyclic", detection), SafetyLayer(PLOT.junction)
    shown, lit = all_red(PLOT.junction, seconds), set[str]()
    for second in range(seconds + 1, seconds + 300):
        told(detection, second, lie(second))
        shown = layer.decide(shown, adaptive.demand(second, shown), second).shown
        lit |= shown.green(PLOT.junction)
    assert lit >= {"north", "east"}


def test_a_detector_that_tells_the_truth_again_is_believed_after_a_minute() -> None:
    detection = after(10, lambda second: ("-7", "20", "10"))
    honest: Told = ("0", "-1", "0")
    for second in range(11, 11 + round(BACK_AFTER) + 1):
        assert detection.state(LIAR, second - 1) == "faulty"
        told(detection, second, honest, busy=False)
    assert detection.state(LIAR, 11 + BACK_AFTER) == "heard"


def test_at_night_nobody_is_no_lie() -> None:
    detection = after(3 * 3600, lambda second: ("0", "-1", "0"), busy=False)
    assert {detection.state(number, 3 * 3600) for number in (1, 2, 3, 4, 5)} == {"heard"}


def test_a_queue_that_stands_through_a_long_red_is_no_lie() -> None:
    def queue(second: int) -> Told:
        return ("1", "15", "60") if second % 180 > 165 else ("0", "0", "100")

    assert after(1800, queue).state(LIAR, 1800) == "heard"


def test_a_loop_alone_on_its_lane_that_is_blind_is_found_by_all_the_others() -> None:
    lanes = tuple(msgspec.structs.replace(lane, zones=lane.zones[:1]) for lane in PLOT.layout.lanes)
    detection = Detection(msgspec.structs.replace(PLOT.layout, lanes=lanes))
    for second in range(1, MISSED_AT_JUNCTION + 10):
        detection.take(float(second), "0,0,1,0,0", "-1,-1,30,-1,-1", "0,0,20,0,0")
    assert detection.state(LIAR, MISSED_AT_JUNCTION + 9) == "faulty"
    assert detection.state(3, MISSED_AT_JUNCTION + 9) == "heard"


def test_who_came_into_the_zone_at_the_line_and_is_gone_has_left() -> None:
    detection = Detection(PLOT.layout)
    detection.take(1, "1,0,0,0,0", "20,-1,-1,-1,-1", "10,0,0,0,0")
    assert detection.look(1).left == {"north-1": 0, "east-1": 0}
    detection.take(2, "1,0,1,0,0", "20,-1,20,-1,-1", "10,0,10,0,0")
    detection.take(3, "0,0,0,0,1", "-1,-1,20,-1,30", "0,0,10,0,10")
    seen = detection.look(3)
    assert seen.left == {"north-1": 2, "east-1": 0}
    assert seen.exits["south-out"].passed == 1


def test_an_exit_whose_detector_counts_nobody_is_not_said_to_have_been_empty() -> None:
    detection = Detection(PLOT.layout)
    detection.take(1, "1,0,0,0,0", "20,-1,-1,-1,40", "10,0,0,0,10")
    assert detection.look(1).exits["south-out"].passed is None


def test_lanes_of_one_road_lie_beside_each_other() -> None:
    first = PLOT.layout.lanes[0]
    lanes = tuple(
        msgspec.structs.replace(first, id=id, road=road, zones=())
        for id, road in (("a", "north"), ("b", "north"), ("c", ""), ("d", ""))
    )
    plot = Plot(msgspec.structs.replace(PLOT.layout, lanes=lanes), PLOT.junction)
    assert control_junction(plot).beside == {"a": ("b",), "b": ("a",), "c": (), "d": ()}
