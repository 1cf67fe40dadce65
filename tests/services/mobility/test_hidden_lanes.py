"""A lane whose detector is dead: inferred from what comes out of it, from the lane beside, from plan and junction."""

from math import inf, nan

import msgspec
import pytest

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
GREEN_S, CYCLE_S, CROSSING_S = 30, 60, 5


def hidden_of(junction: Junction) -> HiddenLanes:
    return HiddenLanes(junction, Approaches(junction, STANDARD).heads, STANDARD)


def seen(second: int, out_of_e: int, *, exits: bool = True) -> Observation:
    """The lane from the east is dark; so many have come out of it."""
    known = {"s": Exit(0, 14, second // 10), "w": Exit(0, 14, out_of_e)} if exits else {}
    return Observation(float(second), {"n": ()}, known, {"n": second // 10})


def standing(lanes: dict[str, tuple[Seen, ...]]) -> float:
    return sum(each.share for each in lanes["e"] if each.speed_mps < 14)


def coming(lanes: dict[str, tuple[Seen, ...]]) -> float:
    return sum(each.share for each in lanes["e"] if each.speed_mps == 14)


def after(seconds: int, per_cycle: int, *, exits: bool = True) -> float:
    """How many are assumed on the dark lane at the end of its red, where so many came out in each green."""
    hidden, assumed, out = hidden_of(CROSSING), 0.0, 0
    for second in range(seconds):
        phase = second % CYCLE_S
        east = phase >= GREEN_S
        since_s = phase - GREEN_S - CROSSING_S
        out += int(east and 0 <= since_s < 2 * per_cycle and since_s % 2)
        lanes = hidden.look(seen(second, out, exits=exits), EAST if east else NORTH, float(phase % GREEN_S))
        assumed = standing(dict(lanes)) if phase == GREEN_S - 1 else assumed
    return assumed


def test_a_lane_that_many_come_out_of_is_assumed_to_be_fuller() -> None:
    assert after(1800, 1) < after(1800, 5) < after(1800, 10)


def test_as_many_are_assumed_as_come_on_average_in_a_red() -> None:
    """Eight a cycle of 60 s; 30 to 36 s of them the lane waits."""
    assert 2 < after(1800, 8) < 6


def test_a_lane_that_nobody_comes_out_of_in_green_is_empty() -> None:
    assert after(3600, 0) < 0.6


def test_without_any_camera_a_queue_is_assumed_all_the_same() -> None:
    assert after(600, 0, exits=False) >= 2


def test_the_first_has_waited_for_as_long_as_it_was_red() -> None:
    hidden = hidden_of(CROSSING)
    lanes = hidden.look(seen(0, 0), NORTH, 0)
    for second in range(1, 40):
        lanes = hidden.look(seen(second, 0), NORTH, float(second))
    assert 38 <= lanes["e"][0].waited_s <= 40
    assert lanes["n"] == ()


def test_a_lane_is_known_by_what_was_counted_on_it_before_it_went_dark() -> None:
    """One lane that had many, one that had hardly anybody: the detectors of both die in the same second."""
    assumed: list[float] = []
    for every_s in (6, 90):
        hidden = hidden_of(CROSSING)
        for second in range(1800):
            hidden.look(Observation(float(second), {"n": (), "e": ()}, {}, {"e": second // every_s}), NORTH, 9.0)
        lanes = hidden.look(Observation(1800.0, {"n": ()}, {}), NORTH, 9.0)
        for second in range(1801, 2400):
            lanes = hidden.look(Observation(float(second), {"n": ()}, {}), NORTH, 9.0)
        assumed.append(coming(dict(lanes)))
    assert assumed[0] > 1.5 * assumed[1]


def test_a_lane_that_the_plan_gives_little_green_is_expected_to_have_little_traffic() -> None:
    little = msgspec.structs.replace(CROSSING, plan_s=(50, 6))
    flows: list[float] = []
    for junction in (CROSSING, little):
        hidden = hidden_of(junction)
        lanes = hidden.look(Observation(0.0, {"n": ()}, {}), NORTH, 9.0)
        for second in range(1, 900):
            lanes = hidden.look(Observation(float(second), {"n": ()}, {}, {"n": second // 12}), NORTH, 9.0)
        flows.append(coming(dict(lanes)))
    assert flows[1] < 0.7 * flows[0]


def test_who_waits_for_a_gap_is_no_sign_that_nobody_is_there() -> None:
    """Silence in a green without priority leaves more doubt than silence in one with it."""
    doubt: list[float] = []
    for letters in ("rG", "rg"):
        junction = msgspec.structs.replace(CROSSING, stages=(NORTH, EAST, Stage("rg")), plan_s=(30, 30, 30))
        hidden = hidden_of(junction)
        for second in range(60):
            hidden.look(seen(second, 0), NORTH, float(second))
        lanes = hidden.look(seen(60, 0), Stage(letters), 0.0)
        for second in range(61, 76):
            lanes = hidden.look(seen(second, 0), Stage(letters), float(second - 60))
        doubt.append(standing(dict(lanes)))
    assert doubt[1] > doubt[0]


def test_what_is_only_assumed_holds_no_green_for_longer_than_the_plan_would() -> None:
    hidden = hidden_of(CROSSING)
    for second in range(120):
        hidden.look(seen(second, 0, exits=False), NORTH, float(second))
    held = [standing(dict(hidden.look(seen(120 + s, 0, exits=False), EAST, float(s)))) > 0 for s in range(60)]
    assert held[5]
    assert not any(held[31:])


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
    queue = tuple(Seen(7.5 * place, 0, 20) for place in range(8))
    lanes = hidden_of(junction).look(Observation(1, {"n": (), "e2": queue}, {}), NORTH, 10)
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


IMPOSSIBLE = [
    *(Seen(value, 5, 0) for value in (nan, -1.0, inf)),
    *(Seen(10, value, 0) for value in (nan, -3.0, inf)),
    *(Seen(10, 0, value) for value in (nan, -1.0, inf)),
    *(Seen(10, 0, 0, value) for value in (nan, -1.0, 7.0)),
]


@pytest.mark.parametrize("lie", IMPOSSIBLE)
def test_a_detector_that_tells_what_cannot_be_is_as_a_dead_one(lie: Seen) -> None:
    honest, lied = hidden_of(CROSSING), hidden_of(CROSSING)
    for second in range(30):
        dark = seen(second, 0)
        wrong = msgspec.structs.replace(dark, lanes={"n": (), "e": (lie,)})
        assert lied.look(wrong, NORTH, float(second)) == honest.look(dark, NORTH, float(second))


@pytest.mark.parametrize("lie", [Exit(nan, 1), Exit(-1, 1), Exit(0.5, nan), Exit(0.5, -2), Exit(0, 14, -5)])
def test_a_controller_goes_on_whatever_an_exit_tells(lie: Exit) -> None:
    controller, stage, since = Acyclic(CROSSING), 0, 0
    stages: set[int] = set()
    for second in range(300):
        told = Observation(float(second), {"n": ()}, {"s": lie, "w": lie}, {"n": second // 10})
        wanted = controller.stage(told, stage, float(second - since))
        stage, since = (wanted, second) if wanted != stage else (stage, since)
        stages.add(stage)
    assert stages == {0, 1}


def test_counts_that_leap_or_fall_teach_nothing() -> None:
    honest, lied = hidden_of(CROSSING), hidden_of(CROSSING)
    for second in range(120):
        lie = Exit(0, 14, 1_000_000_000 if second % 2 else -1_000_000_000)
        told = seen(second, 0, exits=False)
        with_lie = msgspec.structs.replace(told, exits={"w": lie}, left={"n": second // 10})
        assumed = lied.look(with_lie, NORTH, float(second))
        expected = honest.look(told, NORTH, float(second))
        assert abs(standing(dict(assumed)) - standing(dict(expected))) < 3
