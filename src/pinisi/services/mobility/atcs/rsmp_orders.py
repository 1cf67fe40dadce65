"""The orders of the control room as RSMP commands of SXL 1.2.1."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.services.mobility.atcs.adapter import (
    ChoosePlan,
    EndFlash,
    Flash,
    GiveBack,
    Offset,
    Order,
    OrderRefused,
    Priority,
    Retime,
    Wish,
)
from pinisi.services.mobility.atcs.layout import Plot
from pinisi.services.mobility.engine.signals.junction import Junction

BLOCK = 16
"""Inputs of one block of M0013."""
LONGEST_ETA = 255
VEHICLES = {"ambulance": "emergency", "bus": "bus"}


class Command(msgspec.Struct, frozen=True):
    """One command to the main component. The security code is put in where it is sent, where the list has one."""

    code: str
    arguments: Mapping[str, str]
    secured: bool = True


def commands(order: Order, plot: Plot) -> Sequence[Command]:
    """In the order in which they are sent. Raises OrderRefused for a plan that the junction has not."""
    match order:
        case ChoosePlan(number=None):
            return (Command("M0002", {"status": "False", "timeplan": "1"}),)
        case ChoosePlan(number=number):
            return (Command("M0002", {"status": "True", "timeplan": str(number)}),)
        case Flash(minutes=minutes):
            return (Command("M0001", {"status": "YellowFlash", "timeout": str(minutes), "intersection": "0"}),)
        case EndFlash():
            return (Command("M0001", {"status": "NormalControl", "timeout": "0", "intersection": "0"}),)
        case Wish(green=green):
            return (_inputs(plot, True, green),)
        case GiveBack():
            return (_inputs(plot, False, frozenset()),)
        case Retime():
            return _retimed(order)
        case Offset():
            return (_offset(order, plot.junction),)
        case Priority():
            return (_priority(order, plot),)


def _inputs(plot: Plot, ours: bool, green: frozenset[str]) -> Command:
    """All in one command, since half a wish is none."""
    layout = plot.layout
    inputs = {layout.external: ours}
    inputs |= {layout.first_wish + number: group.id in green for number, group in enumerate(plot.junction.groups)}
    return Command("M0013", {"status": ";".join(_blocks(inputs))})


def _retimed(order: Retime) -> Sequence[Command]:
    """The bands are set to nothing before the cycle changes: old bands need not fit the new cycle."""
    plan = {"plan": str(order.plan)}
    nothing = Command("M0014", plan | {"status": ",".join(f"{band}-0" for band in order.later)})
    cycle = Command("M0018", plan | {"status": str(order.cycle)})
    later = ",".join(f"{band}-{seconds}" for band, seconds in order.later.items())
    return nothing, cycle, Command("M0014", plan | {"status": later})


def _offset(order: Offset, junction: Junction) -> Command:
    """RSMP adds its offset to the clock (S0001), ours delays the plan."""
    if not any(plan.id == str(order.plan) for plan in junction.plans):
        raise OrderRefused(f"plan {order.plan} is not stored")
    cycle = round(junction.plan(str(order.plan)).cycle)
    return Command("M0015", {"plan": str(order.plan), "status": str(-order.seconds % cycle)})


def _priority(order: Priority, plot: Plot) -> Command:
    """M0022; a signal group is named by its component id, as the list has them: SG and three digits."""
    said = {"requestId": order.request, "type": order.stage, "level": str(order.level)}
    if order.stage != "cancel":
        said["eta"] = str(min(max(order.arrives, 0), LONGEST_ETA))
    if order.stage == "new":
        numbers = {group.id: number for number, group in enumerate(plot.junction.groups, start=1)}
        if order.group not in numbers:
            raise OrderRefused(f"there is no signal group {order.group}")
        said["signalGroupId"] = f"{plot.layout.site}SG{numbers[order.group]:03d}"
        said["vehicleType"] = VEHICLES[order.vehicle]
    return Command("M0022", said, secured=False)


def _blocks(inputs: Mapping[int, bool]) -> Iterable[str]:
    """`first,on,off`: bits from the first input on (SXL 1.2.1, M0013)."""
    left = sorted(inputs)
    while left:
        first = left[0]
        here = [number for number in left if number < first + BLOCK]
        on = sum(1 << number - first for number in here if inputs[number])
        off = sum(1 << number - first for number in here if not inputs[number])
        yield f"{first},{on},{off}"
        left = left[len(here) :]
