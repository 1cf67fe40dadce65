"""Saturation flow of an approach: base flow by effective width, and the six factors (PKJI 2023, 5.3.3)."""

from bisect import bisect_right
from collections.abc import Mapping

import msgspec

from pinisi.services.mobility.engine.capacity.approach import (
    MOVEMENTS,
    Approach,
    Counted,
    Environment,
    Friction,
    total,
)

FLOW_A_METRE = 600
"""J0 = 600 x LE, pcu an hour of green and metre (5-6); the same number as in MKJI 1997, formula 4 of chapter 2."""

NORMAL_GREEN = 27
"""Seconds of green in the parking factor where none is planned yet (5-5; MKJI 1997: 26)."""

EQUIVALENTS: Mapping[bool, tuple[float, float, float]] = {False: (0.15, 1.0, 1.3), True: (0.40, 1.0, 1.3)}
"""EMP of motorcycle, light and heavy vehicle (table 5-2), by opposed. MKJI 1997: 0.2 instead of 0.15."""

_CITY = ((1.0, 1.00), (0.5, 0.94), (0.1, 0.83))

_UNMOTORISED = (0.0, 0.05, 0.10, 0.15, 0.20, 0.25)
_FRICTION: Mapping[tuple[Environment, Friction, bool], tuple[float, ...]] = {
    ("commercial", "high", True): (0.93, 0.88, 0.84, 0.79, 0.74, 0.70),
    ("commercial", "high", False): (0.93, 0.91, 0.88, 0.87, 0.85, 0.81),
    ("commercial", "medium", True): (0.94, 0.89, 0.85, 0.80, 0.75, 0.71),
    ("commercial", "medium", False): (0.94, 0.92, 0.89, 0.88, 0.86, 0.82),
    ("commercial", "low", True): (0.95, 0.90, 0.86, 0.81, 0.76, 0.72),
    ("commercial", "low", False): (0.95, 0.93, 0.90, 0.89, 0.87, 0.83),
    ("residential", "high", True): (0.96, 0.91, 0.86, 0.81, 0.78, 0.72),
    ("residential", "high", False): (0.96, 0.94, 0.92, 0.89, 0.86, 0.84),
    ("residential", "medium", True): (0.97, 0.92, 0.87, 0.82, 0.79, 0.73),
    ("residential", "medium", False): (0.97, 0.95, 0.93, 0.90, 0.87, 0.85),
    ("residential", "low", True): (0.98, 0.93, 0.88, 0.83, 0.80, 0.74),
    ("residential", "low", False): (0.98, 0.96, 0.94, 0.91, 0.88, 0.86),
    **{("restricted", level, True): (1.00, 0.95, 0.90, 0.85, 0.80, 0.75) for level in ("high", "medium", "low")},
    **{("restricted", level, False): (1.00, 0.98, 0.95, 0.93, 0.90, 0.88) for level in ("high", "medium", "low")},
}
"""FHS (table 12-3; as MKJI 1997, table C-4:4) at the shares of vehicles without motor above."""


class Saturation(msgspec.Struct, frozen=True, kw_only=True):
    """J of an approach and how it came about. Flows in pcu an hour, `effective_width` in metres.

    `flow` is q at the signal: without a left turn that need not stop on a lane of its own. `turning` is the share of
    all turning vehicles, `by_exit` says that the exit is what is narrow.
    """

    flow: float
    left_on_red: float
    turning: float
    effective_width: float
    by_exit: bool
    base: float
    friction: float
    city: float
    gradient: float
    parking: float
    left: float
    right: float

    @property
    def saturated(self) -> float:
        """J (5-4)."""
        return self.base * self.friction * self.city * self.gradient * self.parking * self.left * self.right

    @property
    def ratio(self) -> float:
        """Rq/J (5-8)."""
        return self.flow / self.saturated


def in_cars(counted: Counted, opposed: bool) -> float:
    """Passenger cars (SMP) an hour; what has no motor is not converted, but weighs in FHS."""
    motorcycle, light, heavy = EQUIVALENTS[opposed]
    return counted.motorcycle * motorcycle + counted.light * light + counted.heavy * heavy


def city_factor(population: float) -> float:
    """FUK of a city of so many million (table 12-1)."""
    if population > 3:
        return 1.05
    return next((factor for least, factor in _CITY if population >= least), 0.82)


def friction_factor(environment: Environment, friction: Friction, opposed: bool, unmotorised: float) -> float:
    """FHS at a share of vehicles without motor, by straight lines between the columns of the table."""
    row = _FRICTION[environment, friction, opposed]
    if unmotorised >= _UNMOTORISED[-1]:
        return row[-1]
    place = bisect_right(_UNMOTORISED, unmotorised) - 1
    along = (unmotorised - _UNMOTORISED[place]) / 0.05
    return row[place] + along * (row[place + 1] - row[place])


def parking_factor(parked_at: float | None, width: float, green: float = NORMAL_GREEN) -> float:
    """FP (5-5), at most 1: vehicles parked far away change nothing."""
    if parked_at is None:
        return 1
    third = parked_at / 3
    return min(1, max(0.1, (third - (width - 2) * (third - green) / width) / green))


def saturation(approach: Approach, population: float) -> Saturation:
    """J0, the factors and q of an approach."""
    moving = {movement: in_cars(approach.demand.of(movement), approach.opposed) for movement in MOVEMENTS}
    everything = sum(moving.values())
    right, left = (moving[name] / everything if everything else 0 for name in ("right", "left"))
    own_lane = approach.left_on_red_width >= 2
    entry = _entry_width(approach, left)
    by_exit = not approach.opposed and _exit_is_narrow(approach, left, right)
    width = approach.exit_width if by_exit else entry
    counted = total([approach.demand.of(movement) for movement in MOVEMENTS])
    plain = approach.opposed or by_exit
    return Saturation(
        flow=everything - (moving["left"] if own_lane else 0),
        left_on_red=moving["left"] if own_lane else 0,
        turning=left + right,
        effective_width=width,
        by_exit=by_exit,
        base=approach.base_flow or FLOW_A_METRE * width,
        friction=friction_factor(
            approach.environment,
            approach.friction,
            approach.opposed,
            counted.unmotorised / counted.motorised if counted.motorised else 0,
        ),
        city=city_factor(population),
        gradient=approach.gradient_factor,
        parking=1 if by_exit else parking_factor(approach.parked_at, approach.width),
        left=1 if plain or approach.left_on_red_width else 1 - left * 0.16,
        right=1 if plain or approach.median or approach.one_way else 1 + right * 0.26,
    )


def _entry_width(approach: Approach, left: float) -> float:
    """LE (5-2, 5-3) before the exit is looked at."""
    lane = approach.left_on_red_width
    if lane >= 2 or not lane:
        return min(approach.width - lane, approach.entry_width)
    return min(approach.width, approach.entry_width + lane, approach.width * (1 + left) - lane)


def _exit_is_narrow(approach: Approach, left: float, right: float) -> bool:
    turns = right + (left if 0 < approach.left_on_red_width < 2 else 0)
    return approach.exit_width < approach.entry_width * (1 - turns)
