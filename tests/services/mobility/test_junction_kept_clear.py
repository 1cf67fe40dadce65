"""Who is still in the junction goes out first: before others come in against him, and before he is shut in."""

from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_short_lanes import ACROSS, FREED, GIVES_WAY, LANES, junction, standing

from pinisi.services.mobility.engine.control.acyclic import Acyclic
from pinisi.services.mobility.engine.control.box import Box
from pinisi.services.mobility.engine.control.junction import Inside, Link, Observation, Seen
from pinisi.services.mobility.engine.control.tuning import STANDARD
from pinisi.services.mobility.twin.child import run_twin
from pinisi.services.mobility.twin.program import Rules
from pinisi.services.mobility.twin.run import Run

MAIN, TURN, SIDE = 0, 1, 2
LINKS = ((Link("main", "east"),), (Link("main", "north"),), (Link("side", "south"),))
FOES = (frozenset({SIDE}), frozenset({SIDE}), frozenset({MAIN, TURN}))
WAITS = Inside(0.0, 6.0)
ROLLS = Inside(9.0, 0.0)
COLOGNE3 = Path(__file__).parents[3] / ".venv" / "signal-maps" / "cologne3" / "cologne3.sumocfg"


def held(begin: set[int], waited_s: float = 3.0, **inside: tuple[Inside, ...]) -> frozenset[int]:
    return Box(LINKS, FOES).held(begin, inside, waited_s)


def test_a_head_waits_for_those_who_stand_inside_across_its_way() -> None:
    assert held({SIDE}, main=(WAITS,)) == {SIDE}
    assert held({SIDE}, main=(ROLLS, Inside(1.0, 0.0))) == {SIDE}
    assert held({MAIN, TURN}, side=(WAITS,)) == {MAIN, TURN}


def test_nobody_waits_for_those_who_are_about_to_be_out_or_go_the_same_way() -> None:
    assert not held({SIDE}, main=(ROLLS,))
    assert not held({TURN}, main=(WAITS,))
    assert not held({SIDE}, elsewhere=(WAITS,))


def test_not_for_ever() -> None:
    assert held({SIDE}, STANDARD.clearing_s, main=(WAITS,))
    assert not held({SIDE}, STANDARD.clearing_s + 1, main=(WAITS,))


@given(st.floats(), st.floats(), st.floats(), st.sets(st.integers(0, 2)))
def test_only_what_was_to_begin_is_held_whatever_a_camera_tells(
    speed: float, waited: float, since: float, begin: set[int]
) -> None:
    assert held(begin, since, main=(Inside(speed, waited),)) <= begin
    assert not held({SIDE}, main=(Inside(nan, 1.0), Inside(-1.0, 1.0)))


def wanted(
    controller: Acyclic,
    lanes: dict[str, tuple[Seen, ...]],
    green_s: float,
    stage: int,
    inside: dict[str, tuple[Inside, ...]] | None = None,
    now: float | None = None,
) -> int:
    time_s, nobody = green_s if now is None else now, dict[str, tuple[Inside, ...]].fromkeys(LANES, ())
    seen = Observation(time_s, dict.fromkeys(LANES, ()) | lanes, {}, inside=nobody | (inside or {}))
    return controller.stage(seen, stage, green_s)


def test_two_junctions_that_would_shut_each_other_in_let_out_what_is_between_them_first() -> None:
    """Each link is full, and each stream against it fills the other: both begin with the stage that empties theirs."""
    queue = {"link": standing(8.0, 1.0), "opposite": standing(40.0, *(1.0 + 7.5 * place for place in range(7)))}
    for _ in ("west", "east"):
        controller = Acyclic(junction())
        assert wanted(controller, queue, 6.0, ACROSS) == FREED
        emptied = queue | {"link": ()}
        assert wanted(controller, emptied, 6.0, FREED, now=12.0) == GIVES_WAY


def test_who_came_out_of_the_link_and_stands_in_the_junction_is_let_out() -> None:
    opposite = {"opposite": standing(40.0, *(1.0 + 7.5 * place for place in range(7)))}
    controller = Acyclic(junction())
    assert wanted(controller, opposite, 6.0, GIVES_WAY, {"link": (ROLLS,)}) == GIVES_WAY
    assert wanted(controller, opposite, 7.0, GIVES_WAY, {"link": (WAITS,)}) == FREED
    assert wanted(Acyclic(junction(close=frozenset())), opposite, 7.0, GIVES_WAY, {"link": (WAITS,)}) == GIVES_WAY


def test_where_priority_moves_nobody_others_have_their_turn() -> None:
    """The link cannot empty: beyond it all is full."""
    controller = Acyclic(junction())
    lanes = {"link": standing(8.0, 1.0), "across": standing(20.0, 1.0, 9.0, 17.0)}
    answers = [wanted(controller, lanes, float(second), FREED) for second in range(1, 60)]
    assert set(answers[: int(STANDARD.unmoved_s)]) == {FREED}
    assert ACROSS in answers


@pytest.mark.long
@pytest.mark.skipif(not COLOGNE3.exists(), reason="scripts/signal-maps.sh has not brought the maps")
def test_cologne3_seed_10_no_longer_locks() -> None:
    """1,094 s after its beginning those who turned left stood in the middle, and the next stage shut them in."""
    rules = Rules(minimum_green_s=5.0, amber_s=3.0)
    outcome = run_twin(Run(str(COLOGNE3), "ACYCLIC", seed=10, rules=rules, seconds=1800))
    assert not outcome.gridlock
    assert outcome.longest_wait_s < 180
