"""An arterial as the search for offsets needs it: signals with a common cycle, greens both ways, travel times.

Seconds. "Out" runs from the first signal to the last, "back" the other way.
"""

from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan


class Green(msgspec.Struct, frozen=True):
    """Of one direction, in each cycle: it begins `start` after the plan begins, and lasts `length`."""

    start: float
    length: float


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """`offset` is that of the plan as stored: `engine.signals.plan`."""

    id: str
    out: Green
    back: Green
    offset: float = 0.0


class Arterial(msgspec.Struct, frozen=True, kw_only=True):
    """`travel_out[n]` is from signal n to n+1, `travel_back[n]` from n+1 to n.

    `weight_out`: what a second of band out is worth for one back; 1 is fair.
    """

    cycle: int
    signals: tuple[Signal, ...]
    travel_out: tuple[float, ...]
    travel_back: tuple[float, ...]
    weight_out: float = 1.0

    @property
    def offsets(self) -> tuple[float, ...]:
        return tuple(signal.offset for signal in self.signals)


class NoProgression(ValueError):
    """Why there can be no band: the text says which signal."""


def green_of(junction: Junction, plan: SignalPlan, group: str) -> Green:
    """The longest green that a group has in one piece: while consecutive stages hold it, it goes on.

    Raises:
        NoProgression: the plan never gives it green, or never ends it.
    """
    holds = [group in junction.stage(each.stage).groups for each in plan.stages]
    if not any(holds):
        raise NoProgression(f"{junction.id}: group {group!r} has no green in plan {plan.id}")
    if all(holds):
        raise NoProgression(f"{junction.id}: group {group!r} is green all the time in plan {plan.id}")
    runs = [
        _run(junction, plan, holds, number) for number in range(len(holds)) if holds[number] and not holds[number - 1]
    ]
    return max(runs, key=lambda green: green.length)


def _run(junction: Junction, plan: SignalPlan, holds: Sequence[bool], first: int) -> Green:
    """The change before a stage belongs to it: a group that goes on is green throughout."""
    changes = interstages(junction, plan)
    starts = [0.0]
    for change, each in zip(changes, plan.stages, strict=True):
        starts.append(starts[-1] + change + each.green)
    length, number = plan.stages[first].green, (first + 1) % len(holds)
    while holds[number]:
        length += changes[number] + plan.stages[number].green
        number = (number + 1) % len(holds)
    return Green(starts[first] + changes[first], length)
