"""A junction or plan that is wrong in itself is refused, by the name of the field and the reason."""

from typing import Any

import pytest
from crossing import CROSSING, EAST, LONG, MATRIX, NORTH, PLAN, SIDE, SOUTH, WALK
from msgspec.structs import replace

from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.junction_check import checked, wrongs
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import PlannedStage, Stage
from pinisi.services.mobility.engine.signals.safety import SafetyLayer
from pinisi.services.mobility.engine.signals.wrong import WrongJunction


def groups(**changes: Any) -> Junction:
    """The crossing, with its northern group changed."""
    return replace(CROSSING, groups=(replace(NORTH, **changes), SOUTH, EAST, WALK))


def matrix(*changed: tuple[str, str, float | None]) -> Junction:
    """The crossing, with other intergreens; None takes one out."""
    table = {**MATRIX.table(), **{(a, b): seconds for a, b, seconds in changed}}
    kept = [(pair, seconds) for pair, seconds in table.items() if seconds is not None]
    given = tuple(Intergreen(clearing=a, entering=b, seconds=seconds) for (a, b), seconds in kept)
    return replace(CROSSING, matrix=ConflictMatrix(given), plans=())


def plan(**changes: Any) -> Junction:
    return replace(CROSSING, plans=(replace(PLAN, **changes), LONG))


def stages(*pairs: tuple[str, float]) -> tuple[PlannedStage, ...]:
    return tuple(PlannedStage(stage=stage, green=green) for stage, green in pairs)


def without_stage(group: str) -> Junction:
    kept = Stage(id="side", groups=tuple(id for id in SIDE.groups if id != group))
    return replace(CROSSING, stages=(CROSSING.stages[0], kept), plans=())


REFUSED: dict[str, tuple[Junction, str]] = {
    "no id": (replace(CROSSING, id=""), "id: is empty"),
    "no step": (replace(CROSSING, step=0), "step: 0: is not a time above 0 s"),
    "all-red below zero": (replace(CROSSING, all_red=-1), "all_red: -1: is not a time from 0 to 3600 s"),
    "no groups": (replace(CROSSING, groups=()), "groups: there is none"),
    "a group twice": (replace(CROSSING, groups=(NORTH, NORTH)), "groups: the id 'north' is given 2 times"),
    "amber of no number": (
        groups(amber=float("nan")),
        "groups[0].amber: nan: is not a time from 0 to 3600 s",
    ),
    "amber of a text": (groups(amber="3"), "groups[0].amber: 3: is not a time from 0 to 3600 s"),
    "no amber": (groups(amber=0), "groups[0].amber: must be above 0 s for a vehicle group"),
    "no minimum green": (groups(minimum_green=0), "groups[0].minimum_green: must be above 0 s"),
    "an unknown group in the matrix": (matrix(("north", "left", 5)), "matrix[8]: there is no group 'left'"),
    "a group against itself": (matrix(("north", "north", 5)), "matrix[8]: 'north' cannot conflict with itself"),
    "an intergreen that lacks": (
        matrix(("east", "north", None)),
        "matrix: the intergreen from 'east' to 'north' is lacking",
    ),
    "an intergreen shorter than amber and all-red": (
        matrix(("north", "east", 3.5)),
        "matrix[0].seconds: 3.5 s from 'north' to 'east' is shorter than its amber and all-red of 4 s",
    ),
    "an intergreen shorter than people need": (
        matrix(("walk", "north", 8)),
        "matrix[4].seconds: 8 s from 'walk' to 'north' is shorter than its pedestrian clearance of 9 s",
    ),
    "no stages": (replace(CROSSING, stages=(), plans=()), "stages: there is none"),
    "conflicting groups in one stage": (
        replace(CROSSING, stages=(*CROSSING.stages, Stage(id="all", groups=("north", "east")))),
        "stages[2].groups: 'east' and 'north' conflict",
    ),
    "an unknown group in a stage": (
        replace(CROSSING, stages=(*CROSSING.stages, Stage(id="left", groups=("left",)))),
        "stages[2].groups: there is no group 'left'",
    ),
    "a maximum red that nobody serves": (
        without_stage("walk"),
        "groups[3].maximum_red: cannot be kept: 'walk' is in no stage",
    ),
    "a maximum red too short to serve all": (
        groups(maximum_red=50),
        "groups[0].maximum_red: 50 s is shorter than the 59 s in which each stage can be served once",
    ),
    "a plan with an unknown stage": (
        plan(stages=stages(("main", 40), ("left", 20))),
        "plans[0].stages[1].stage: there is no stage 'left'",
    ),
    "a cycle that does not add up": (
        plan(cycle=80),
        "plans[0].cycle: 80 s, but 60 s of green and 15 s of change make 75 s",
    ),
    "a green below the minimum": (
        plan(stages=stages(("main", 7), ("side", 53))),
        "plans[0].stages[0].green: 7 s is shorter than the minimum green of 'north', 8 s",
    ),
    "an offset outside the cycle": (plan(offset=75), "plans[0].offset: 75: does not lie from 0 s to below the cycle"),
    "a plan without stages": (plan(stages=()), "plans[0].stages: there is none"),
    "a maximum red shorter than the cycle": (
        groups(maximum_red=70),
        "plans[0].cycle: 75 s is longer than the maximum red of 'north', 70 s",
    ),
    "a group that the plan never serves": (
        plan(stages=stages(("main", 75)), cycle=75),
        "plans[0].stages: 'east' is in none, and has a maximum red",
    ),
    "a plan twice": (replace(CROSSING, plans=(PLAN, PLAN)), "plans: the id '1' is given 2 times"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_with_field_and_reason(case: str) -> None:
    junction, reason = REFUSED[case]
    with pytest.raises(WrongJunction) as refused:
        SafetyLayer(junction)
    assert reason in [str(each) for each in refused.value.wrong]


def test_a_junction_that_is_right_is_run() -> None:
    assert wrongs(CROSSING) == ()
    assert checked(CROSSING) is CROSSING
