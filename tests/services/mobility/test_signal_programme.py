"""Groups, conflicts, stages and plans, by numbers that can be worked out by hand."""

import msgspec
import pytest
from crossing import CROSSING, EAST, MAIN, MATRIX, NORTH, PLAN, SIDE, WALK

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import all_red
from pinisi.services.mobility.engine.signals.interstage import changeover, cycle_needed, interstage, interstages
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen


def test_a_conflict_is_mutual_and_its_times_are_not() -> None:
    table = MATRIX.table()
    assert (table["north", "east"], table["east", "north"]) == (5, 6)
    assert ("north", "south") not in table
    one_way = ConflictMatrix((Intergreen(clearing="a", entering="b", seconds=4),))
    assert one_way.conflicts() == {("a", "b"), ("b", "a")}


def test_a_changeover_waits_for_people_on_foot_and_for_red_amber_after_amber() -> None:
    assert changeover(WALK, NORTH, 5) == 9
    assert changeover(NORTH, EAST, 2) == 4
    assert changeover(NORTH, EAST, 2, all_red=3) == 6


def test_the_interstage_is_the_longest_change_of_a_pair_that_conflicts() -> None:
    assert interstage(CROSSING, MAIN, SIDE) == 5
    assert interstage(CROSSING, SIDE, MAIN) == 10
    assert interstages(CROSSING, PLAN) == (10, 5)
    assert cycle_needed(CROSSING, PLAN) == PLAN.cycle


def test_a_junction_begins_all_red_as_if_every_green_had_just_ended() -> None:
    shown = all_red(CROSSING, 100.0)
    assert {state.aspect for state in shown.groups} == {Aspect.RED}
    assert {state.green_ended for state in shown.groups} == {100.0}
    assert shown.green(CROSSING) == frozenset()


def test_a_junction_survives_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CROSSING), type=type(CROSSING)) == CROSSING


def test_a_stage_or_plan_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="night"):
        CROSSING.plan("night")
    with pytest.raises(KeyError, match="left"):
        CROSSING.stage("left")
