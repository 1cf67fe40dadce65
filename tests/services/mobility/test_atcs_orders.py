"""What a controller in the street is told: every order is sound by the list, and does what was meant at the site."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.services.mobility.atcs.adapter import (
    ABILITIES,
    ChoosePlan,
    EndFlash,
    Flash,
    GiveBack,
    Offset,
    Order,
    OrderRefused,
    Priority,
    ProtocolName,
    Retime,
    Wish,
)
from pinisi.services.mobility.atcs.layout import read_layout
from pinisi.services.mobility.atcs.retiming import retimed
from pinisi.services.mobility.atcs.rsmp_orders import Command, commands
from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.engine.signals.plan_check import wrong_plan
from pinisi.services.mobility.engine.signals.splits import shared, shortest, webster
from pinisi.services.mobility.ntcip.orders import Ordering
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


def sound(order: Command) -> Mapping[str, str]:
    """The arguments as the site takes them; raises where the list does not allow them."""
    given = {**order.arguments, "securityCode": "2222"}
    code = command_of(order.code).order
    arguments = tuple(Given(code=order.code, name=name, order=code, value=value) for name, value in given.items())
    return commands_in(CommandRequest(component="TC", arguments=arguments), "controller")[order.code]


def carry_out(made: Cabinet, order: Order | Command) -> str:
    """The first refusal; empty where all was done."""
    for command in [order] if isinstance(order, Command) else commands(order, PLOT):
        arguments = sound(command)
        if refusal := made.refusal(made.main, command.code, arguments, NOW):
            return refusal
        assert made.perform(made.main, command.code, arguments, NOW)
    return ""


EVERY_ORDER: tuple[Order, ...] = (
    ChoosePlan(2), ChoosePlan(None), Flash(30), EndFlash(), Wish(frozenset({"north"})), GiveBack(),
    Retime(1, 60, {1: 3, 2: 0}), Offset(1, 12),
    Priority(request="a", stage="new", group="north", level=14, arrives=20, vehicle="ambulance"),
)  # fmt: skip


def said_by(protocol: ProtocolName, order: Order) -> object:
    """Raises OrderRefused."""
    if protocol == "rsmp":
        return commands(order, PLOT)
    return Ordering(PLOT.junction, {"north": 2, "east": 12}, (1, 2)).sets(order)


@pytest.mark.parametrize("order", EVERY_ORDER, ids=lambda order: type(order).__name__)
@pytest.mark.parametrize("protocol", ["rsmp", "ntcip"])
def test_an_adapter_can_what_it_says_and_refuses_all_else_in_words(protocol: ProtocolName, order: Order) -> None:
    if type(order) in ABILITIES[protocol].orders:
        assert said_by(protocol, order)
    else:
        with pytest.raises(OrderRefused, match=type(order).__name__):
            said_by(protocol, order)


@pytest.mark.parametrize("order", EVERY_ORDER[:-1], ids=lambda order: type(order).__name__)
def test_every_order_is_one_of_the_list(order: Order) -> None:
    assert all(sound(command) for command in commands(order, PLOT))


def test_an_offset_delays_the_plan_and_a_plan_that_is_not_stored_is_refused() -> None:
    made = cabinet()
    assert carry_out(made, Offset(1, 12)) == ""
    assert made.state.timed_plan(made.street, NOW).offset == 12
    with pytest.raises(OrderRefused, match="plan 9 is not stored"):
        commands(Offset(9, 12), PLOT)


@given(green=EVERY)
def test_a_wish_arrives_as_it_was_meant_and_ends_by_itself(green: frozenset[str]) -> None:
    made = cabinet()
    assert carry_out(made, Wish(green)) == ""
    assert made.state.wishes(made.street, NOW) == green
    assert made.state.wishes(made.street, NOW + 6 * SECOND) is None
    assert carry_out(made, GiveBack()) == ""
    assert made.state.wishes(made.street, NOW) is None


def test_wishes_that_conflict_never_give_two_greens_at_the_site() -> None:
    made = cabinet()
    for second in range(1, 90):
        now = NOW + second * SECOND
        (command,) = commands(Wish(frozenset({"north", "east"})), PLOT)
        made.perform(made.main, command.code, sound(command), now)
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
    order, made_plan = retimed(junction, plan, wanted)
    made = cabinet()
    made.state.plan = int(stored)
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
    carry_out(made, retimed(PLOT.junction, plan, wanted)[0])
    carry_out(made, Command("M0023", {"status": "2"}))
    made.link(False, NOW)
    made.view(NOW + MINUTE)
    assert made.state.timed_plan(made.street, NOW + MINUTE).stages[0].green == 30
    made.view(NOW + 2 * MINUTE)
    assert made.state.timed_plan(made.street, NOW + 2 * MINUTE).stages[0].green == 25
