"""Whoever stands in green wants over to the lane beside, which is red: that green serves nobody, another stage does."""

from pinisi.services.mobility.engine.control.acyclic import Acyclic
from pinisi.services.mobility.engine.control.junction import Junction, Link, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import STANDARD

MAIN, LEFT = 0, 1
LANES = ("ahead", "turning", "opposite")
FORK = Junction(
    name="fork",
    links=((Link("ahead", "north"),), (Link("turning", "west"),), (Link("opposite", "south"),)),
    stages=(Stage("GrG"), Stage("GGr")),
    plan_s=(30, 30),
    clearance_s=3,
    speed_mps=dict.fromkeys(LANES, 14.0),
    length_m=dict.fromkeys(LANES, 10.0),
    beside={"ahead": ("turning",), "turning": ("ahead",)},
)
COMING = tuple(Seen(each, 10.0, 0.0) for each in (25.0, 35.0, 45.0))


def standing(*distances_m: float) -> tuple[Seen, ...]:
    return tuple(Seen(each, 0.0, 4.0) for each in distances_m)


def wanted(controller: Acyclic, ahead: tuple[Seen, ...], green_s: float) -> int:
    lanes = {"ahead": ahead, "turning": standing(1.0), "opposite": COMING}
    return controller.stage(Observation(green_s, lanes, {}), MAIN, green_s)


def test_a_queue_that_drives_keeps_its_green() -> None:
    controller, driving = Acyclic(FORK), (Seen(1.0, 3.0, 4.0), *standing(9.0, 17.0, 25.0))
    assert {wanted(controller, driving, green_s) for green_s in (4.0, 5.0, 6.0, 7.0)} == {MAIN}


def test_a_queue_that_stands_in_green_is_served_by_the_stage_that_opens_the_lane_beside() -> None:
    controller, stuck = Acyclic(FORK), standing(1.0, 9.0, 17.0, 25.0)
    assert wanted(controller, stuck, STANDARD.minimum_green_s - 1) == MAIN
    assert wanted(controller, stuck, STANDARD.minimum_green_s) == LEFT


def test_what_was_learnt_is_forgotten_once_the_first_moves() -> None:
    controller, driving = Acyclic(FORK), (Seen(1.0, 3.0, 4.0), *standing(9.0, 17.0, 25.0))
    assert wanted(controller, standing(1.0, 9.0, 17.0, 25.0), STANDARD.minimum_green_s) == LEFT
    assert wanted(controller, driving, STANDARD.minimum_green_s + 1) == MAIN
