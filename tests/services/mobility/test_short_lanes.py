"""Two junctions a few metres apart: nobody who waits in the one for a gap may close the other."""

from pinisi.services.mobility.engine.control.acyclic import Acyclic
from pinisi.services.mobility.engine.control.junction import Junction, Link, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import STANDARD

GIVES_WAY, FREED, ACROSS = 0, 1, 2
LANES = ("link", "opposite", "across")


def junction(close: frozenset[str] = frozenset({"link"}), link_m: float = 12.0) -> Junction:
    """Who turns left out of the link gives way to the opposite; the second stage gives him priority."""
    return Junction(
        name="west of two",
        links=((Link("link", "south"),), (Link("opposite", "east"),), (Link("across", "north"),)),
        stages=(Stage("gGr"), Stage("Grr"), Stage("rrG")),
        plan_s=(30, 6, 30),
        clearance_s=3,
        speed_mps=dict.fromkeys(LANES, 14.0),
        length_m={"link": link_m, "opposite": 54.0, "across": 200.0},
        close=close,
    )


def standing(waited_s: float, *distances_m: float) -> tuple[Seen, ...]:
    return tuple(Seen(each, 0.0, waited_s) for each in distances_m)


def wanted(controller: Acyclic, lanes: dict[str, tuple[Seen, ...]], green_s: float, stage: int = GIVES_WAY) -> int:
    return controller.stage(Observation(green_s, dict.fromkeys(LANES, ()) | lanes, {}), stage, green_s)


def test_before_others_go_across_who_may_wait_for_a_gap_is_let_out() -> None:
    queue = {"across": standing(20.0, 1.0, 9.0, 17.0, 25.0)}
    assert wanted(Acyclic(junction()), queue, 6.0) == FREED
    assert wanted(Acyclic(junction()), queue, 6.0, FREED) == ACROSS


def test_a_long_lane_and_one_from_no_other_signal_need_no_such_stage() -> None:
    queue = {"across": standing(20.0, 1.0, 9.0, 17.0, 25.0)}
    assert wanted(Acyclic(junction(link_m=80.0)), queue, 6.0) == ACROSS
    assert wanted(Acyclic(junction(close=frozenset())), queue, 6.0) == ACROSS


def test_one_who_fills_the_link_goes_before_a_longer_queue() -> None:
    opposite = standing(10.0, 1.0, 9.0, 17.0)
    assert wanted(Acyclic(junction()), {"link": standing(8.0, 11.0), "opposite": opposite}, 6.0) == FREED
    assert wanted(Acyclic(junction()), {"link": (), "opposite": opposite}, 6.0) == GIVES_WAY
    longer = junction(link_m=80.0)
    assert wanted(Acyclic(longer), {"link": standing(8.0, 11.0), "opposite": opposite}, 6.0) == GIVES_WAY


def test_green_in_which_nobody_moves_serves_nobody_however_far_off_they_stand() -> None:
    """A queue of the lane beside reaches back to where the road forks: in this lane nobody comes to the line."""
    controller = Acyclic(junction())
    lanes = {"opposite": standing(90.0, 59.0, 67.0, 75.0), "across": standing(10.0, 1.0)}
    answers = [wanted(controller, lanes, float(second)) for second in range(1, 30)]
    assert set(answers[: int(STANDARD.unmoved_s)]) == {GIVES_WAY}
    assert answers[-1] != GIVES_WAY
