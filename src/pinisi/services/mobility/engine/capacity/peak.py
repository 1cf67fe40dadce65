"""From counts of quarters of an hour to the demand of the busiest hour."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pinisi.services.mobility.engine.capacity.approach import MOVEMENTS, Counted, Demand, Movement, total
from pinisi.services.mobility.engine.capacity.saturation import in_cars

HOUR = timedelta(hours=1)


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of one movement of one approach from `begin` on, for so many `minutes`."""

    approach: str
    movement: Movement
    begin: datetime
    minutes: float
    counted: Counted


class Peak(msgspec.Struct, frozen=True, kw_only=True):
    """The hour with most passenger cars over all approaches.

    Attributes:
        peak_factor: PHF, the hour by four times its busiest quarter; None where no quarter was counted as one.
        missing: (approach, movement) that were counted at other times, but not for the whole hour.
    """

    begin: datetime
    demand: Mapping[str, Demand]
    peak_factor: float | None
    missing: tuple[tuple[str, Movement], ...] = ()


def peak_hour(intervals: Sequence[Interval]) -> Peak | None:
    """The hour that begins with an interval and has most protected passenger cars; None of no intervals.

    An interval counts where it lies within the hour as a whole. What was counted for less than an hour in all is blown
    up to one, and named in `missing`.
    """
    kept = _latest(intervals)
    begins = sorted({each.begin for each in kept})
    hours = [(begin, [each for each in kept if _within(each, begin)]) for begin in begins]
    found = max(hours, key=lambda hour: sum(in_cars(each.counted, False) for each in hour[1]), default=None)
    if found is None:
        return None
    begin, inside = found
    known: list[tuple[str, Movement]] = sorted({_of(each) for each in kept})
    minutes = {pair: sum(each.minutes for each in inside if _of(each) == pair) for pair in known}
    demand = {
        approach: Demand(**{name: _an_hour(inside, approach, name, minutes) for name in MOVEMENTS})
        for approach in sorted({approach for approach, _ in known})
    }
    short = tuple(pair for pair in known if minutes[pair] < 59)
    return Peak(begin=begin, demand=demand, peak_factor=_peak_factor(inside), missing=short)


def _latest(intervals: Iterable[Interval]) -> list[Interval]:
    """One of each approach, movement and begin: the last that was told."""
    return list({(each.approach, each.movement, each.begin): each for each in intervals}.values())


def _of(interval: Interval) -> tuple[str, Movement]:
    return interval.approach, interval.movement


def _within(interval: Interval, begin: datetime) -> bool:
    return begin <= interval.begin and interval.begin + timedelta(minutes=interval.minutes) <= begin + HOUR


def _an_hour(
    inside: Sequence[Interval], approach: str, movement: Movement, minutes: Mapping[tuple[str, Movement], float]
) -> Counted:
    counted = total([each.counted for each in inside if _of(each) == (approach, movement)])
    times = 60 / (minutes.get((approach, movement)) or 60)
    return Counted(*(getattr(counted, field) * times for field in Counted.__struct_fields__))


def _peak_factor(inside: Sequence[Interval]) -> float | None:
    quarters: dict[datetime, float] = {}
    for each in inside:
        if each.minutes == 15:
            quarters[each.begin] = quarters.get(each.begin, 0) + in_cars(each.counted, False)
    busiest = max(quarters.values(), default=0)
    return sum(quarters.values()) / (4 * busiest) if busiest and len(quarters) == 4 else None
