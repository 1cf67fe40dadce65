"""The stored plan runs to the second, changes where it is safe, and takes over when nothing else can be trusted."""

import math
import random

import pytest
from crossing import CROSSING, PLAN
from hostile import a_junction, behaves
from msgspec.structs import replace
from shown_history import Run, broken_rules, runs

from pinisi.services.mobility.engine.signals.demand import Controller, Demand, Shown, all_red
from pinisi.services.mobility.engine.signals.fallback import FallBackRule, Heard, Standing, WithFallBack, judged
from pinisi.services.mobility.engine.signals.fixed import FixedPlan, Timetable
from pinisi.services.mobility.engine.signals.interstage import cycle_needed
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.engine.signals.priority import AMBULANCE, BUS, PriorityRequest, WithPriority
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

Row = tuple[float, tuple[str, ...]]
NORTH, SOUTH, EAST, WALK = range(4)


def driven(junction: Junction, controller: Controller, begin: int, end: int) -> list[Row]:
    """Second by second through the safety layer, from all red."""
    layer, shown, history = SafetyLayer(junction), all_red(junction, float(begin)), list[Row]()
    for now in range(begin, end):
        shown = layer.decide(shown, controller.demand(float(now), shown), float(now)).shown
        assert shown.forced is None
        history.append((float(now), tuple(state.aspect.value for state in shown.groups)))
    return history


def greens(history: list[Row], group: int) -> list[tuple[float, float]]:
    def whole(run: Run) -> bool:
        return run.aspect == "green" and not run.first and not run.last

    return [(run.begin, run.end) for run in runs(history, group) if whole(run)]


def test_a_plan_runs_to_the_second_cycle_after_cycle() -> None:
    history = driven(CROSSING, FixedPlan(CROSSING, "1"), 0, 301)
    assert greens(history, NORTH) == [(10, 50), (85, 125), (160, 200), (235, 275)]
    assert greens(history, EAST) == [(55, 75), (130, 150), (205, 225), (280, 300)]
    assert broken_rules(CROSSING, history) == []


def test_the_offset_moves_the_plan_on_the_common_clock() -> None:
    moved = replace(CROSSING, plans=(replace(PLAN, offset=30),))
    assert greens(driven(moved, FixedPlan(moved, "1"), 30, 150), NORTH) == [(40, 80)]
    assert Timetable(moved, moved.plans[0]).second(30.0 + 7 * PLAN.cycle) == 0


def test_a_plan_joined_in_the_middle_of_its_cycle_is_in_step_within_one_cycle() -> None:
    history = driven(CROSSING, FixedPlan(CROSSING, "1"), 1_000_033, 1_000_333)
    begin = 1_000_050 - 1_000_050 % 75
    assert all((at - begin) % 75 == 10 for at, _ in greens(history, NORTH)[1:])


def test_a_plan_goes_over_to_another_when_both_want_the_same_groups() -> None:
    controller = FixedPlan(CROSSING, "1")
    shown = all_red(CROSSING, 0.0)
    controller.demand(20.0, shown)
    controller.change_to("2")
    seen = [(now, controller.demand(float(now), shown).by) for now in range(21, 200)]
    changed = next(now for now, by in seen if by == "plan 2")
    before, after = (Timetable(CROSSING, CROSSING.plan(id)) for id in ("1", "2"))
    assert before.green(float(changed)) == after.green(float(changed))
    assert all(before.green(float(now)) != after.green(float(now)) for now in range(21, changed))
    assert controller.plan == "2"


def test_a_plan_that_never_agrees_is_changed_at_the_end_of_a_cycle_and_nothing_unsafe_is_shown() -> None:
    halves = (PlannedStage(stage="main", green=25), PlannedStage(stage="side", green=30))
    one = SignalPlan(id="1", cycle=70, stages=halves)
    junction = replace(CROSSING, plans=(one, replace(one, id="2", offset=35)))
    controller = FixedPlan(junction, "1")
    layer, shown, history = SafetyLayer(junction), all_red(junction, 0.0), list[Row]()
    for now in range(500):
        if now == 100:
            controller.change_to("2")
        shown = layer.decide(shown, controller.demand(float(now), shown), float(now)).shown
        history.append((float(now), tuple(state.aspect.value for state in shown.groups)))
        assert controller.plan == ("2" if now >= 280 else "1")
    assert broken_rules(junction, history) == []


def test_a_change_to_a_plan_that_is_not_there_is_a_key_error_and_the_old_one_runs_on() -> None:
    controller = FixedPlan(CROSSING, "1")
    with pytest.raises(KeyError, match="night"):
        controller.change_to("night")
    assert controller.demand(0.0, all_red(CROSSING, 0.0)).by == "plan 1"


RULE = FallBackRule(stale_after=10, back_after=60, enough=0.7)
START = Standing(since=0)


def heard(now: float, *silent: str) -> Heard:
    return Heard(link=now, detectors={id: -1e9 if id in silent else now for id in ("d1", "d2", "d3", "d4")})


def adaptive(now: float = 60.0) -> Standing:
    return judged(RULE, judged(RULE, START, heard(0), 0), heard(now), now)


def test_a_controller_gets_the_junction_after_all_has_been_well_for_a_minute() -> None:
    first = judged(RULE, START, heard(0), 0)
    assert judged(RULE, first, heard(59), 59).mode == "plan"
    assert judged(RULE, first, heard(60), 60) == Standing(mode="adaptive", since=60, reason=None, well_since=0)


def test_a_silent_link_gives_the_junction_to_the_plan() -> None:
    assert judged(RULE, adaptive(), heard(60), 70).mode == "adaptive"
    cut = judged(RULE, adaptive(), heard(60), 71)
    assert (cut.mode, cut.reason, cut.since) == ("plan", "link", 71)


def test_one_dead_detector_of_four_is_borne_and_two_are_not() -> None:
    one = judged(RULE, adaptive(), heard(61, "d2"), 61)
    assert (one.mode, one.silent) == ("adaptive", ("d2",))
    two = judged(RULE, adaptive(), heard(61, "d2", "d4"), 61)
    assert (two.mode, two.reason, two.silent) == ("plan", "detectors", ("d2", "d4"))
    faulty = replace(heard(61), faulty=frozenset({"d1", "d3"}))
    assert judged(RULE, adaptive(), faulty, 61).reason == "detectors"


def test_a_link_that_comes_and_goes_leaves_the_junction_with_the_plan() -> None:
    standing = judged(RULE, adaptive(), heard(60), 71)
    for now in range(72, 400, 30):
        standing = judged(RULE, standing, heard(now), now)
        standing = judged(RULE, standing, heard(now), now + 15)
        assert standing.mode == "plan"


class Always:
    """Wants the same for ever, or dies."""

    def __init__(self, green: frozenset[str] | None) -> None:
        self.green = green

    def demand(self, now: float, shown: Shown) -> Demand:
        if self.green is None:
            raise RuntimeError
        return Demand(green=self.green, at=now, by="adaptive")


@pytest.mark.parametrize("bad", [None, frozenset({"north", "east"}), frozenset({"left"})])
def test_a_controller_that_dies_or_lies_leaves_the_junction_to_the_plan_at_once(bad: frozenset[str] | None) -> None:
    inner = Always(frozenset({"east"}))
    controller = WithFallBack(inner, FixedPlan(CROSSING, "1"), SafetyLayer(CROSSING), RULE, now=0.0)
    shown = all_red(CROSSING, 0.0)
    said = list[str]()
    for now in range(200):
        controller.hear(heard(float(now)))
        inner.green = bad if now == 100 else frozenset({"east"})
        said.append(controller.demand(float(now), shown).by)
    assert set(said[:60]) == {"plan 1"}
    assert set(said[60:100]) == {"adaptive"}
    assert set(said[100:161]) == {"plan 1"}
    assert set(said[161:]) == {"adaptive"}


def test_what_was_never_heard_is_stale() -> None:
    controller = WithFallBack(Always(frozenset()), FixedPlan(CROSSING, "1"), SafetyLayer(CROSSING), RULE, now=0.0)
    assert controller.demand(0.0, all_red(CROSSING, 0.0)).by == "plan 1"
    assert controller.standing.reason == "link"
    assert Heard().link == -math.inf


def with_priority() -> WithPriority:
    return WithPriority(CROSSING, FixedPlan(CROSSING, "1"))


def test_an_ambulance_finds_green_that_would_have_ended() -> None:
    controller = with_priority()
    controller.request(PriorityRequest(id="a", group="north", level=AMBULANCE, arrives=48))
    held = greens(driven(CROSSING, controller, 0, 90), NORTH)[0]
    assert held == (10, 69), "its end at 50 is put off to the end of the request"


def test_an_ambulance_finds_green_that_comes_early_and_the_plan_is_back_in_step_when_it_has_passed() -> None:
    controller = with_priority()
    controller.request(PriorityRequest(id="a", group="east", level=AMBULANCE, arrives=35))
    history, shown, layer = list[Row](), all_red(CROSSING, 0.0), SafetyLayer(CROSSING)
    for now in range(310):
        if now == 38:
            controller.cancel("a")
        shown = layer.decide(shown, controller.demand(float(now), shown), float(now)).shown
        history.append((float(now), tuple(state.aspect.value for state in shown.groups)))
    assert greens(history, EAST)[0][0] <= 35
    assert greens(history, EAST)[-1] == (280, 300)
    assert broken_rules(CROSSING, history) == []


def test_the_ambulance_goes_before_the_bus_and_of_two_buses_the_first_to_come() -> None:
    controller = with_priority()
    controller.request(PriorityRequest(id="late", group="east", level=BUS, arrives=12))
    controller.request(PriorityRequest(id="soon", group="east", level=BUS, arrives=10))
    assert (acting := controller.acting(9.0)) is not None
    assert acting.id == "soon"
    controller.request(PriorityRequest(id="ambulance", group="north", level=AMBULANCE, arrives=20))
    assert (acting := controller.acting(9.0)) is not None
    assert acting.id == "ambulance"


def test_a_request_for_a_group_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="group: 'left' is in no stage of crossing"):
        with_priority().request(PriorityRequest(id="a", group="left", arrives=1))


def test_priorities_without_end_never_break_a_rule_nor_the_longest_red() -> None:
    for seed in range(25):
        draw = random.Random(seed)
        junction = a_junction(draw)
        junction = replace(junction, plans=(a_plan(junction),), groups=junction.groups)
        longest = max(group.maximum_red or 0 for group in junction.groups) + junction.plans[0].cycle
        junction = replace(junction, groups=tuple(replace(group, maximum_red=longest) for group in junction.groups))
        controller = WithPriority(junction, FixedPlan(junction, "drawn"))
        layer, now, shown, history = SafetyLayer(junction), 0.0, all_red(junction, 0.0), list[Row]()
        hostile = behaves(junction, draw)
        for tick in range(500):
            if draw.random() < 0.2:
                group = draw.choice(junction.groups).id
                level = draw.choice((BUS, AMBULANCE))
                controller.request(PriorityRequest(id=str(tick % 5), group=group, level=level, arrives=now + 9))
            history.append((now, tuple(state.aspect.value for state in shown.groups)))
            now += junction.step
            wanted = hostile(now) if draw.random() < 0.1 else controller.demand(now, shown)
            shown = layer.decide(shown, wanted, now).shown
        assert broken_rules(junction, history) == []


def a_plan(junction: Junction) -> SignalPlan:
    """Every stage for ten seconds."""
    stages = tuple(PlannedStage(stage=stage.id, green=10.0) for stage in junction.stages)
    plan = SignalPlan(id="drawn", cycle=1.0, stages=stages)
    return replace(plan, cycle=cycle_needed(junction, plan))
