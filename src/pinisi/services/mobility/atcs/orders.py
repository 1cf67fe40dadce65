"""What a controller in the street is told: RSMP commands of SXL 1.2.1, as typed values."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.services.mobility.atcs.layout import Layout
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.engine.signals.splits import least_greens
from pinisi.services.mobility.rsmp.site.timing import Unsafe, with_bands, with_cycle

BLOCK = 16
"""Inputs of one block of M0013."""
LONGEST_BAND = 99


class Order(msgspec.Struct, frozen=True):
    """One command to the main component. The security code is put in where it is sent."""

    code: str
    arguments: Mapping[str, str]


def choose_plan(number: int) -> Order:
    return Order("M0002", {"status": "True", "timeplan": str(number)})


def follow_tables() -> Order:
    """The controller follows its own time tables again; the number means nothing then."""
    return Order("M0002", {"status": "False", "timeplan": "1"})


def flash(minutes: int) -> Order:
    return Order("M0001", {"status": "YellowFlash", "timeout": str(minutes), "intersection": "0"})


def normal() -> Order:
    return Order("M0001", {"status": "NormalControl", "timeout": "0", "intersection": "0"})


def wishes(layout: Layout, junction: Junction, green: frozenset[str]) -> Order:
    """The groups are ours, and these are wished green; all in one command, since half a wish is none."""
    inputs = {layout.external: True}
    inputs |= {layout.first_wish + number: group.id in green for number, group in enumerate(junction.groups)}
    return Order("M0013", {"status": ";".join(_blocks(inputs))})


def give_back(layout: Layout, junction: Junction) -> Order:
    """The groups are the controller's own again."""
    inputs = {layout.external: False} | {layout.first_wish + number: False for number in range(len(junction.groups))}
    return Order("M0013", {"status": ";".join(_blocks(inputs))})


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


def timings(junction: Junction, stored: SignalPlan, wanted: SignalPlan) -> tuple[tuple[Order, ...], SignalPlan]:
    """The cycle and the dynamic bands that come nearest to a plan, and the plan that they make.

    The bands are set to nothing before the cycle changes: old bands need not fit the new cycle.

    Raises:
        Unsafe: it cannot be said by bands, or what they make is not safe.
    """
    rescaled = with_cycle(junction, stored, wanted.cycle)
    bands = _bands(rescaled, wanted, least_greens(junction, stored))
    made = with_bands(junction, rescaled, bands)
    plan = {"plan": stored.id}
    nothing = Order("M0014", plan | {"status": ",".join(f"{band}-0" for band in bands)})
    cycle = Order("M0018", plan | {"status": str(round(wanted.cycle))})
    moved = Order("M0014", plan | {"status": ",".join(f"{band}-{seconds}" for band, seconds in bands.items())})
    return (nothing, cycle, moved), made


def _bands(stored: SignalPlan, wanted: SignalPlan, least: Sequence[float]) -> dict[int, int]:
    """Whole seconds by which each stage ends later, none negative: the same for all would change nothing.

    Where rounding leaves a stage less than its minimum green it ends a second later still; where there is no room for
    that, nothing is moved.
    """
    total, later = 0.0, list[int]()
    for before, after in zip(stored.stages, wanted.stages, strict=True):
        total += after.green - before.green
        later.append(round(total))
    for _ in range(3 * len(later)):
        short = [n for n, green in enumerate(_greens(stored, later)) if green < least[n]]
        if not short:
            break
        later[short[0]] += 1
    else:
        later = [0] * len(later)
    bands = {number: seconds - min(later) for number, seconds in enumerate(later, start=1)}
    if len(bands) > 10 or max(bands.values()) > LONGEST_BAND:
        raise Unsafe("cannot be said by ten bands of 99 s")
    return bands


def _greens(stored: SignalPlan, later: Sequence[int]) -> list[float]:
    """A stage that ends later takes from the next."""
    return [stage.green + later[number] - later[number - 1] for number, stage in enumerate(stored.stages)]
