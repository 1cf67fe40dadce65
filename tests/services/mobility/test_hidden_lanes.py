"""A lane whose detector is dead: inferred from what comes out of it, from the lane beside, from the junction's mean."""

from pinisi.services.mobility.engine.control.acyclic import Acyclic
from pinisi.services.mobility.engine.control.approaches import Approaches
from pinisi.services.mobility.engine.control.hidden_lanes import HiddenLanes
from pinisi.services.mobility.engine.control.junction import Exit, Junction, Link, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import STANDARD

NORTH, EAST = Stage("Gr"), Stage("rG")
CROSSING = Junction(
    name="x",
    links=((Link("n", "s"),), (Link("e", "w"),)),
    stages=(NORTH, EAST),
    plan_s=(30, 30),
    clearance_s=3,
    speed_mps={"n": 14, "e": 14, "s": 14, "w": 14},
    length_m={"n": 200, "e": 200, "s": 200, "w": 200},
)
GREEN_S, CYCLE_S = 30, 60


def seen(second: int, out_of_e: int, *, exits: bool = True) -> Observation:
    """The lane from the east is dark; so many have come out of it."""
    known = {"s": Exit(0, 14, second // 10), "w": Exit(0, 14, out_of_e)} if exits else {}
    return Observation(float(second), {"n": ()}, known, {"n": second // 10})


def after(seconds: int, per_cycle: int, *, exits: bool = True) -> int:
    """How many are assumed on the dark lane at the end of its red, where so many came out in each green."""
    hidden = HiddenLanes(CROSSING, Approaches(CROSSING, STANDARD).heads, STANDARD)
    standing, out = 0, 0
    for second in range(seconds):
        phase = second % CYCLE_S
        east = phase >= GREEN_S
        if east and phase - GREEN_S < 2 * per_cycle and (phase - GREEN_S) % 2:
            out += 1
        lanes = hidden.look(seen(second, out, exits=exits), EAST if east else NORTH, float(phase % GREEN_S))
        if phase == GREEN_S - 1:
            standing = sum(1 for each in lanes["e"] if each.speed_mps == 0)
    return standing


def test_a_lane_that_many_come_out_of_is_assumed_to_be_fuller() -> None:
    assert after(1800, 1) < after(1800, 6) < after(1800, 12)


def test_a_lane_that_nobody_comes_out_of_in_green_is_empty() -> None:
    assert after(3600, 0) == 0


def test_without_any_camera_a_queue_is_assumed_all_the_same() -> None:
    assert after(600, 0, exits=False) >= 2


def test_the_first_has_waited_for_as_long_as_it_was_red() -> None:
    hidden = HiddenLanes(CROSSING, Approaches(CROSSING, STANDARD).heads, STANDARD)
    lanes = hidden.look(seen(0, 0), NORTH, 0)
    for second in range(1, 40):
        lanes = hidden.look(seen(second, 0), NORTH, float(second))
    assert 38 <= lanes["e"][0].waited_s <= 40
    assert lanes["n"] == ()


def test_what_stands_on_the_lane_beside_is_assumed_here_too() -> None:
    junction = Junction(
        name="x",
        links=((Link("n", "s"),), (Link("e", "w"), Link("e2", "w"))),
        stages=(NORTH, EAST),
        plan_s=(30, 30),
        clearance_s=3,
        speed_mps={"n": 14, "e": 14, "e2": 14},
        length_m={"n": 200, "e": 200, "e2": 200},
        beside={"e": ("e2",), "e2": ("e",)},
    )
    hidden = HiddenLanes(junction, Approaches(junction, STANDARD).heads, STANDARD)
    queue = (Seen(1, 0, 20), Seen(8, 0, 15), Seen(16, 0, 3))
    lanes = hidden.look(Observation(1, {"n": (), "e2": queue}, {}), NORTH, 10)
    assert lanes["e"] == queue


def test_a_dark_lane_gets_green_before_long() -> None:
    controller, stage, since = Acyclic(CROSSING), 0, 0
    served = 0
    for second in range(600):
        wanted = controller.stage(seen(second, second // 20), stage, float(second - since))
        if wanted != stage:
            stage, since = wanted, second
        served += stage == 1
    assert served > 30
