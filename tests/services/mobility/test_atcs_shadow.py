"""The shadow: plan and controller on the same arrivals, and what a controller may know from zones of detectors."""

from pathlib import Path

import msgspec
import pytest

from pinisi.services.mobility.atcs.beside import Beside, stage_loads
from pinisi.services.mobility.atcs.detection import Detection
from pinisi.services.mobility.atcs.layout import Plot, Rule, read_layout
from pinisi.services.mobility.engine.shadow.street import ModelLane, ModelMovement, ModelStreet
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

PLOT = read_layout(Path(__file__).parent / "atcs" / "crossing.toml")


def shadowed(seconds: int, north_every: int, east_every: int, rule: Rule = "acyclic", allows: str = "groups") -> Beside:
    """Vehicles come in evenly on both lanes, one each so many seconds; 0: none."""
    layout = msgspec.structs.replace(PLOT.layout, shadow=rule, allows=allows)  # pyright: ignore[reportArgumentType]
    plot = Plot(layout, PLOT.junction)
    detection = Detection(plot.layout)
    beside = Beside(plot, SafetyLayer(plot.junction), 0)
    for second in range(1, seconds + 1):
        came = [bool(every) and second % every == 0 for every in (north_every, east_every)]
        detection.take(second, f"0,{int(came[0])},0,{int(came[1])},0", "-1,-1,-1,-1,-1", "0,0,0,0,0")
        beside.second(detection, second)
    return beside


def test_nothing_is_said_before_five_minutes_or_where_hardly_anybody_comes() -> None:
    assert shadowed(290, 10, 10).gain() is None
    assert shadowed(400, 0, 90).gain() is None


@pytest.mark.parametrize(("rule", "allows"), [("acyclic", "groups"), ("cyclic", "groups"), ("cyclic", "bands")])
def test_where_one_road_is_nearly_empty_the_controller_saves_most_of_the_delay(rule: Rule, allows: str) -> None:
    gain = shadowed(900, 4, 60, rule, allows).gain()
    assert gain is not None
    assert gain.vehicles == pytest.approx(240, abs=10)
    assert gain.delay_plan > gain.delay_control
    assert gain.saved is not None
    assert gain.saved > (40 if allows == "groups" else 10)
    assert gain.queue_plan == pytest.approx(gain.delay_plan * gain.vehicles / gain.minutes / 60)


def test_the_delay_of_the_plan_is_that_of_even_arrivals_at_a_red() -> None:
    """Webster's uniform term: C (1 - g/C)^2 / (2 (1 - q/s)), with 60 s, 25 s of green and little demand."""
    gain = shadowed(900, 20, 20).gain()
    assert gain is not None
    red = 60 - 25
    expected = red**2 / (2 * 60) / (1 - 1.9 / 20)
    assert gain.delay_plan == pytest.approx(expected, rel=0.25)


def test_a_queue_leaves_at_the_saturation_flow_and_waiting_is_counted_by_the_second() -> None:
    street = ModelStreet([ModelLane("a", 10.0, (ModelMovement("north"),))])
    for _ in range(5):
        street.come("a", 0.0)
    for second in range(1, 11):
        street.second(frozenset(), "", second)
    assert (street.waited, street.queued(10)) == (50, 5)
    for second in range(11, 21):
        street.second(frozenset({"north"}), "1", second)
    assert street.queued(20) == 0
    assert street.look(20).lanes == {"a": ()}


def test_a_lane_counts_in_the_stage_that_lets_it_go() -> None:
    assert [list(load.headways) for load in stage_loads(PLOT)] == [["north-1"], ["east-1"]]


def test_a_zone_that_is_covered_and_still_is_a_queue_and_one_that_flows_is_none() -> None:
    detection = Detection(PLOT.layout)
    detection.take(100, "0,0,0,2,0", "0,-1,-1,45,0", "50,0,0,10,0")
    seen = detection.look(103)
    north, east = seen.lanes["north-1"], seen.lanes["east-1"]
    assert [each.distance_m for each in north] == [0, 7.5, 15, 22.5, 30]
    assert {(each.speed_mps, each.waited_s) for each in north} == {(0, 3)}
    assert [each.speed_mps for each in east] == [12.5, 12.5]
    assert all(50 < each.distance_m < 150 for each in east)
    assert detection.standing(PLOT.layout.lanes[0]) == (5, 5)


def test_a_lane_of_which_a_zone_is_at_fault_or_silent_is_not_seen_at_all() -> None:
    detection = Detection(PLOT.layout)
    detection.take(100, "0,-1,0,0,0", "0,-1,0,0,0", "0,-1,0,0,0")
    assert set(detection.look(101).lanes) == {"east-1"}
    assert (detection.state(2, 101), detection.state(3, 101), detection.state(3, 111)) == ("faulty", "heard", "silent")
    assert detection.look(111).lanes == {}
    detection.faulty = frozenset({3})
    assert detection.look(101).lanes == {}


def test_a_report_of_fewer_detectors_than_there_are_leaves_the_others_silent() -> None:
    detection = Detection(PLOT.layout)
    detection.take(100, "1,1", "0,0", "0,0")
    assert detection.state(1, 100) == "heard"
    assert detection.state(4, 100) == "silent"
