"""Cyclic control keeps the stored plan's order, but for somebody who has found no gap for too long."""

from pinisi.services.mobility.engine.control.cyclic import Cyclic
from pinisi.services.mobility.engine.control.junction import Junction, Link, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import STANDARD

NORTH, CROSS, TURNING = 0, 1, 2
LANES = ("north", "turning", "cross")
JUNCTION = Junction(
    name="x",
    links=((Link("north", "s"),), (Link("turning", "w"),), (Link("cross", "e"),)),
    stages=(Stage("Ggr"), Stage("rrG"), Stage("rGr")),
    plan_s=(30, 30, 6),
    clearance_s=3,
    speed_mps=dict.fromkeys(LANES, 14.0),
    length_m=dict.fromkeys(LANES, 200.0),
)


def wanted(turning_waited_s: float, cross: int) -> int:
    """In the north's green: nobody comes there, one stands who turns, so many stand in the cross street."""
    lanes = {
        "north": (),
        "turning": (Seen(1.0, 0.0, turning_waited_s),),
        "cross": tuple(Seen(1.0 + 7.5 * place, 0.0, 20.0) for place in range(cross)),
    }
    return Cyclic(JUNCTION).stage(Observation(100.0, lanes, {}), NORTH, 20.0)


def test_the_next_of_the_order_with_somebody_waiting_follows() -> None:
    assert wanted(5.0, cross=6) == CROSS


def test_who_has_found_no_gap_for_too_long_is_next_whatever_the_order() -> None:
    assert wanted(STANDARD.maximum_red_s + 1, cross=6) == TURNING
