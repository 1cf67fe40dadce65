"""Nothing that a controller says brings an unsafe aspect: judged from the lamps, by a checker of its own."""

import math
import random
from typing import Any

import msgspec
import pytest
from crossing import CROSSING
from hostile import KINDS, a_junction, behaves
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from shown_history import broken_rules

from pinisi.services.mobility.engine.signals.asked import asked
from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Demand, GroupState, Shown, all_red
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

Row = tuple[float, tuple[str, ...]]
LAYER = SafetyLayer(CROSSING)
MAIN_GREEN = frozenset({"north", "south"})


def lamps(shown: Shown) -> tuple[str, ...]:
    return tuple(state.aspect.value for state in shown.groups)


def run(seed: int, ticks: int = 400) -> tuple[Junction, list[Row]]:
    """A junction, a hostile controller and uneven ticks, all drawn by the seed."""
    draw = random.Random(seed)
    junction = a_junction(draw)
    layer, want, now = SafetyLayer(junction), behaves(junction, draw), 50.0
    shown, history = all_red(junction, now), list[Row]()
    for _ in range(ticks):
        history.append((now, lamps(shown)))
        now += draw.choice((1.0, 1.0, 0.5, 0.1)) * junction.step
        shown = layer.decide(shown, want(now), now).shown
        assert shown.fault is None
    return junction, history


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, 1_000_000))
def test_no_controller_brings_an_unsafe_aspect_to_any_junction(seed: int) -> None:
    assert broken_rules(*run(seed)) == []


class HostileController(RuleBasedStateMachine):
    """Hypothesis chooses what is demanded, for how long, and at which ticks the layer is asked."""

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.junction = a_junction(self.draw)
        self.layer = SafetyLayer(self.junction)
        self.now = 0.0
        self.shown = all_red(self.junction, self.now)
        self.history: list[Row] = [(0.0, lamps(self.shown))]

    def ask(self, wanted: object, part: float) -> None:
        self.now += part * self.junction.step
        self.shown = self.layer.decide(self.shown, wanted, self.now).shown
        self.history.append((self.now, lamps(self.shown)))

    @rule(kind=st.sampled_from(KINDS), ticks=st.integers(1, 60), part=st.sampled_from((1.0, 0.7, 0.05)))
    def keep_at_it(self, kind: Any, ticks: int, part: float) -> None:
        want = kind(self.junction, self.draw)
        for _ in range(ticks):
            self.ask(want(self.now), part)

    @rule(green=st.frozensets(st.sampled_from([f"g{n}" for n in range(8)])), part=st.floats(0.001, 1.0))
    def want_any_groups(self, green: frozenset[str], part: float) -> None:
        self.ask(Demand(green=green, at=self.now), part)

    @rule(wanted=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.text())), part=st.floats(0.001, 1.0))
    def talk_nonsense(self, wanted: object, part: float) -> None:
        self.ask(wanted, part)

    def teardown(self) -> None:
        if hasattr(self, "history"):
            assert broken_rules(self.junction, self.history) == []


HostileController.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None, derandomize=True)
TestHostileController = HostileController.TestCase


def after(layer: SafetyLayer, wanted: frozenset[str], seconds: int, shown: Shown) -> Shown:
    for now in range(int(shown.at) + 1, int(shown.at) + seconds + 1):
        shown = layer.decide(shown, Demand(green=wanted, at=float(now)), float(now)).shown
    return shown


def test_a_wish_is_shown_once_the_intergreens_are_over() -> None:
    shown = after(LAYER, MAIN_GREEN, 9, all_red(CROSSING, 0.0))
    assert shown.green(CROSSING) == frozenset()
    assert after(LAYER, MAIN_GREEN, 1, shown).green(CROSSING) == MAIN_GREEN


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (None, "demand: is no demand but NoneType"),
        (ValueError("x"), "demand: is no demand but ValueError"),
        (Demand(green=frozenset({"left"}), at=100), "demand.green: there is no group 'left'"),
        (Demand(green=frozenset({"north", "east"}), at=100), "demand.green: east, north: two of them conflict"),
        (Demand(green=MAIN_GREEN, at=94), "demand.at: is 6 s old, more than 5 s"),
        (Demand(green=MAIN_GREEN, at=101), "demand.at: 101 is not before now, 100"),
        (Demand(green=MAIN_GREEN, at=math.nan), "demand.at: nan is not before now, 100"),
        (Demand(green=["north"], at=100), "demand.green: is no set of ids"),  # pyright: ignore[reportArgumentType]
        (Demand(green=MAIN_GREEN, at="now"), "demand: cannot be read: TypeError"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_a_demand_that_cannot_be_followed_is_refused_by_name_and_all_stays(wanted: object, reason: str) -> None:
    shown = after(LAYER, MAIN_GREEN, 99, all_red(CROSSING, 0.0))
    decision = LAYER.decide(shown, wanted, 100.0)
    assert [str(each) for each in decision.refused] == [reason]
    assert decision.shown.green(CROSSING) == MAIN_GREEN


def test_whoever_says_nothing_for_ever_still_has_every_group_served_within_its_maximum_red() -> None:
    shown, history = all_red(CROSSING, 0.0), list[Row]()
    for now in range(1, 900):
        shown = LAYER.decide(shown, None, float(now)).shown
        history.append((float(now), lamps(shown)))
    assert broken_rules(CROSSING, history) == []
    assert all(any(row[1][column] == "green" for row in history[-121:]) for column in range(4))


def test_a_controller_that_crashes_is_refused_by_the_name_of_its_exception() -> None:
    class Crashes:
        def demand(self, now: float, shown: Shown) -> Demand:
            raise ZeroDivisionError

    shown = all_red(CROSSING, 0.0)
    decision = LAYER.decide(shown, asked(Crashes(), 1.0, shown), 1.0)
    assert str(decision.refused[0]) == "demand: is no demand but ZeroDivisionError"


@pytest.mark.parametrize("now", [math.nan, math.inf, 9.0])
def test_a_clock_that_goes_back_or_is_none_changes_nothing(now: float) -> None:
    shown = all_red(CROSSING, 10.0)
    decision = LAYER.decide(shown, Demand(green=MAIN_GREEN, at=9.0), now)
    assert decision.shown == shown
    assert decision.refused[0].field == "now"


def told(**aspects: tuple[Aspect, float, float]) -> Shown:
    """What the street says at 100 s; the groups not named are red since long."""
    red = (Aspect.RED, 0.0, 0.0)
    return Shown(100.0, tuple(GroupState(*aspects.get(group.id, red)) for group in CROSSING.groups))


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        (
            told(north=(Aspect.GREEN, 90, 0), east=(Aspect.AMBER, 99, 99)),
            "'north' and 'east' conflict and are green and amber",
        ),
        (
            told(north=(Aspect.GREEN, 98, 0), east=(Aspect.RED, 96, 93)),
            "'north' turned green before the intergreen after 'east' was over",
        ),
        (told(walk=(Aspect.DARK, 90, 0)), "'walk' shows dark"),
        (told(walk=(Aspect.RED, 900, 0)), "'walk' changes in the future"),
        (told(walk=(Aspect.RED, math.nan, 0)), "'walk' has no time"),
        (Shown(100.0, ()), "0 groups are reported, there are 4"),
    ],
)
def test_where_the_street_is_unsafe_all_groups_flash_until_somebody_starts_anew(shown: Shown, fault: str) -> None:
    decision = LAYER.decide(shown, Demand(green=MAIN_GREEN, at=101.0), 101.0)
    assert set(lamps(decision.shown)) == {"flashing"}
    assert str(decision.refused[0]) == f"junction: {fault}"
    later = LAYER.decide(decision.shown, Demand(green=MAIN_GREEN, at=200.0), 200.0)
    assert set(lamps(later.shown)) == {"flashing"}
    assert set(lamps(after(LAYER, MAIN_GREEN, 12, all_red(CROSSING, 300.0)))) == {"green", "red"}


def test_the_layer_holds_nothing_so_what_was_shown_can_be_kept_and_gone_on_with() -> None:
    shown = after(LAYER, MAIN_GREEN, 30, all_red(CROSSING, 0.0))
    kept = msgspec.json.decode(msgspec.json.encode(shown), type=Shown)
    assert after(SafetyLayer(CROSSING), frozenset({"east"}), 30, kept) == after(LAYER, frozenset({"east"}), 30, shown)
