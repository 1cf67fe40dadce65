"""From counts of short intervals to the demand of the busiest hour."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pinisi.services.mobility.engine.capacity.approach import (
    MOVEMENTS,
    VEHICLE_CLASSES,
    Counted,
    Demand,
    Movement,
    Turn,
    VehicleClass,
)
from pinisi.services.mobility.engine.capacity.saturation import in_cars

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
_WHOLE = 59
"""Minutes from which on an hour counts as counted whole."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of one movement of one approach from `begin` on, for so many `minutes`.

    `length`: how long the interval is where it was not counted whole; `by_class`: for how long each class was counted,
    where they differ. A class that is not in it was not counted.
    """

    approach: str
    movement: Turn
    begin: datetime
    minutes: float
    counted: Counted
    length: float = 0
    by_class: Mapping[VehicleClass, float] = {}

    @property
    def end(self) -> datetime:
        return self.begin + timedelta(minutes=self.length or self.minutes)

    def counted_for(self, kind: VehicleClass) -> float:
        return self.by_class.get(kind, 0) if self.by_class else self.minutes


class Peak(msgspec.Struct, frozen=True, kw_only=True):
    """The hour with most passenger cars over all approaches.

    Attributes:
        peak_factor: PHF, the hour by four times its busiest quarter; None where no quarter was counted as one.
        missing: (approach, movement) that were counted at other times, but not for the whole hour.
        uncounted: (approach, movement, class) that nobody counted in the hour: they are taken for 0.
    """

    begin: datetime
    demand: Mapping[str, Demand]
    peak_factor: float | None
    missing: tuple[tuple[str, Turn], ...] = ()
    uncounted: tuple[tuple[str, Turn, VehicleClass], ...] = ()


def peak_hour(intervals: Sequence[Interval]) -> Peak | None:
    """The hour that begins with an interval and has most protected passenger cars; None of no intervals.

    An interval counts where it lies within the hour as a whole. What was counted for less than an hour in all is blown
    up to one, and named in `missing`. Who turns round belongs to the right turn.
    """
    kept = _latest(intervals)
    begins = sorted({each.begin for each in kept})
    hours = [(begin, [each for each in kept if _within(each, begin)]) for begin in begins]
    found = max(hours, key=lambda hour: sum(in_cars(each.counted, False) for each in hour[1]), default=None)
    if found is None:
        return None
    begin, inside = found
    known = sorted({_of(each) for each in kept})
    hour = {pair: _an_hour([each for each in inside if _of(each) == pair]) for pair in known}
    demand = {
        approach: Demand(**{name: _with_turners(hour, approach, name) for name in MOVEMENTS})
        for approach in sorted({approach for approach, _ in known})
    }
    return Peak(
        begin=begin,
        demand=demand,
        peak_factor=_peak_factor(inside, begin),
        missing=tuple(pair for pair in known if hour[pair].minutes < _WHOLE),
        uncounted=tuple((*pair, kind) for pair in known for kind in hour[pair].uncounted),
    )


class _Hour(msgspec.Struct, frozen=True):
    counted: Counted
    minutes: float
    uncounted: tuple[VehicleClass, ...]


def _latest(intervals: Iterable[Interval]) -> list[Interval]:
    """One of each approach, movement and begin: the last that was told."""
    return list({(each.approach, each.movement, each.begin): each for each in intervals}.values())


def _of(interval: Interval) -> tuple[str, Turn]:
    return interval.approach, interval.movement


def _within(interval: Interval, begin: datetime) -> bool:
    return begin <= interval.begin and interval.end <= begin + HOUR


def _an_hour(inside: Sequence[Interval]) -> _Hour:
    """Of one movement, each class blown up by how long it was counted."""
    minutes = {kind: sum(each.counted_for(kind) for each in inside) for kind in VEHICLE_CLASSES}
    counted = {kind: sum(getattr(each.counted, kind) for each in inside) for kind in VEHICLE_CLASSES}
    return _Hour(
        Counted(**{kind: counted[kind] * 60 / (minutes[kind] or 60) for kind in VEHICLE_CLASSES}),
        min((minutes[kind] for kind in VEHICLE_CLASSES if minutes[kind]), default=0),
        tuple(kind for kind in VEHICLE_CLASSES if inside and not minutes[kind]),
    )


def _with_turners(hour: Mapping[tuple[str, Turn], _Hour], approach: str, movement: Movement) -> Counted:
    turns: tuple[Turn, ...] = ("right", "u-turn") if movement == "right" else (movement,)
    found = [hour[approach, turn].counted for turn in turns if (approach, turn) in hour]
    return Counted(*(sum(getattr(each, kind) for each in found) for kind in VEHICLE_CLASSES))


def _peak_factor(inside: Sequence[Interval], begin: datetime) -> float | None:
    quarters: dict[int, float] = {}
    for each in inside:
        number = (each.begin - begin) // QUARTER
        if each.end > begin + (number + 1) * QUARTER:
            return None
        quarters[number] = quarters.get(number, 0) + in_cars(each.counted, False)
    busiest = max(quarters.values(), default=0)
    return sum(quarters.values()) / (4 * busiest) if busiest and len(quarters) == 4 else None
