"""What a controller in the street is told: every order is sound by the list, and does what was meant at the site."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.services.mobility.atcs.layout import read_layout
from pinisi.services.mobility.atcs.orders import (
    Order,
    choose_plan,
    flash,
    follow_tables,
    give_back,
    normal,
    timings,
    wishes,
)
from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.engine.signals.plan_check import wrong_plan
from pinisi.services.mobility.engine.signals.splits import shared, shortest, webster
from pinisi.services.mobility.rsmp.judgement import command_of, commands_in
from pinisi.services.mobility.rsmp.messages import CommandRequest, Given
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.vocabulary.instant import MINUTE, SECOND, parse_instant

PLOT = read_layout(Path(__file__).parent / "atcs" / "crossing.toml")
NOW = parse_instant("2026-11-26T07:00:00Z")
EVERY = st.frozensets(st.sampled_from(["north", "east"]))


def cabinet() -> Cabinet:
    street = Street(site="KK+MKS001=", junction=PLOT.junction, external=1, first_wish=2)
    made = Cabinet(street, NOW)
    made.state.started -= MINUTE
    return made


def sound(order: Order) -> Mapping[str, str]:
    """The arguments as the site takes them; raises where the list does not allow them."""
    given = {**order.arguments, "securityCode": "2222"}
    code = command_of(order.code).order
    arguments = tuple(Given(code=order.code, name=name, order=code, value=value) for name, value in given.items())
    return commands_in(CommandRequest(component="TC", arguments=arguments), "controller")[order.code]


def carry_out(made: Cabinet, order: Order) -> str:
    arguments = sound(order)
    refusal = made.refusal(made.main, order.code, arguments, NOW)
    if not refusal:
        assert made.perform(made.main, order.code, arguments, NOW)
    return refusal


@pytest.mark.parametrize(
    "order", [choose_plan(2), follow_tables(), flash(30), normal(), give_back(PLOT.layout, PLOT.junction)]
)
def test_every_order_is_one_of_the_list(order: Order) -> None:
    assert sound(order)


@given(green=EVERY)
def test_a_wish_arrives_as_it_was_meant_and_ends_by_itself(green: frozenset[str]) -> None:
    made = cabinet()
    assert carry_out(made, wishes(PLOT.layout, PLOT.junction, green)) == ""
    assert made.state.wishes(made.street, NOW) == green
    assert made.state.wishes(made.street, NOW + 6 * SECOND) is None
    assert carry_out(made, give_back(PLOT.layout, PLOT.junction)) == ""
    assert made.state.wishes(made.street, NOW) is None


def test_wishes_that_conflict_never_give_two_greens_at_the_site() -> None:
    made = cabinet()
    for second in range(1, 90):
        now = NOW + second * SECOND
        order = wishes(PLOT.layout, PLOT.junction, frozenset({"north", "east"}))
        made.perform(made.main, order.code, sound(order), now)
        assert made.view(now).lamps.letters() != "11"


@settings(derandomize=True, deadline=None)
@given(ratios=st.tuples(*[st.floats(0, 0.6)] * 2), stored=st.sampled_from(["1", "2"]))
def test_timings_by_demand_are_safe_and_the_site_makes_of_them_what_was_reckoned(
    ratios: tuple[float, float], stored: str
) -> None:
    junction, plan = PLOT.junction, PLOT.junction.plan(stored)
    cycle = webster(junction, plan, sum(ratios))
    assert shortest(junction, plan) <= cycle <= 120
    wanted = shared(junction, plan, ratios, cycle)
    assert wanted is not None
    assert list(wrong_plan(junction, wanted)) == []
    orders, made_plan = timings(junction, plan, wanted)
    made = cabinet()
    made.state.plan = int(stored)
    for order in orders:
        assert carry_out(made, order) == ""
    runs = made.state.timed_plan(made.street, NOW)
    assert [each.green for each in runs.stages] == pytest.approx([each.green for each in made_plan.stages])
    assert [each.green for each in runs.stages] == pytest.approx([each.green for each in wanted.stages], abs=2)


def test_without_a_supervisor_the_stored_timings_come_back_after_the_minutes_of_m0023() -> None:
    made = cabinet()
    plan = PLOT.junction.plan("1")
    greens = (30.0, 20.0)
    stages = tuple(PlannedStage(stage=each.stage, green=green) for each, green in zip(plan.stages, greens, strict=True))
    wanted = SignalPlan(id="1", cycle=sum(greens) + sum(interstages(PLOT.junction, plan)), stages=stages)
    for order in timings(PLOT.junction, plan, wanted)[0]:
        carry_out(made, order)
    carry_out(made, Order("M0023", {"status": "2"}))
    made.link(False, NOW)
    made.view(NOW + MINUTE)
    assert made.state.timed_plan(made.street, NOW + MINUTE).stages[0].green == 30
    made.view(NOW + 2 * MINUTE)
    assert made.state.timed_plan(made.street, NOW + 2 * MINUTE).stages[0].green == 25
