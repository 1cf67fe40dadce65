"""How congested a road is, by the measures of the Federal Highway Administration (Urban Congestion Report,
"Documentation and Definitions", and "Travel Time Reliability", FHWA-HOP-06-070).

With t the time that a kilometre takes and f the same at free speed, over the peaks of working days:

- travel time index: mean of t over f;
- planning time index: the 95th percentile of t over f;
- buffer index: (95th percentile of t - mean of t) over mean of t.

So planning time index = travel time index x (1 + buffer index), always. Each five minutes count the same; a speed of
zero is no travel time and is not looked at. Motorcycles pass where cars stand: their speeds, where they are told apart,
make indices and a free speed of their own.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

import msgspec

from pinisi.vocabulary.instant import DAY, HOUR, Instant

NIGHT = (22.0, 5.0)
"""Hours of the day, in the city's time, in which the free speed is looked for."""
PEAKS = ((6.0, 9.0), (16.0, 19.0))
"""Hours of working days over which the indices are taken (Urban Congestion Report)."""
FREE_SHARE, LATE_SHARE = 0.85, 0.95
FEWEST_AT_NIGHT = 36
"""Values (three hours of five minutes) without which the night says nothing and the whole day is looked at."""
FEWEST_IN_PEAKS = 36
EXCESSIVE = 0.6
"""Of the free speed. 23 CFR 490.705 calls delay excessive below 60 percent of the posted limit; a city that has few
limits posted takes the free speed for it, until it writes a rule of its own."""
SLOW = 0.9
"""Of the free speed: below it the Urban Congestion Report counts an hour as congested; here the road is slow."""
_MONDAY = 3 * DAY


class State(Enum):
    FREE = "free"
    SLOW = "slow"
    CONGESTED = "congested"


class Basis(Enum):
    """What a free speed is of: the city's word, the nights, or all day because the nights are too few."""

    GIVEN = "given"
    NIGHT = "night"
    ALL_DAY = "all-day"


class CongestionRule(msgspec.Struct, frozen=True, kw_only=True):
    """The city's written rule: from when on a road counts as congested.

    Attributes:
        below: share of the free speed.
        minutes: over which the speed is averaged, so that one red light is no jam.
        written: whether the city has written it; else it is the default above.
    """

    below: float = EXCESSIVE
    minutes: float = 15.0
    written: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.below <= 1:
            raise ValueError(f"below: {self.below} is no share between 0 and 1 of the free speed")
        if not 5 <= self.minutes <= 120:
            raise ValueError(f"minutes: {self.minutes} is not between 5 and 120")


class FreeSpeed(msgspec.Struct, frozen=True):
    """`speed`: in the unit of the speeds it is of. `values`: how many it was taken from; 0 where it was given."""

    speed: float
    basis: Basis
    values: int


class Indices(msgspec.Struct, frozen=True):
    """No unit. `values`: speeds in the peaks of working days."""

    travel_time: float
    planning_time: float
    buffer: float
    values: int


class Counted(msgspec.Struct, frozen=True):
    """`congested` of `judged` roads; `known` roads in all, of which the others have said nothing of late."""

    congested: int
    judged: int
    known: int


def free_speed(
    speeds: Mapping[Instant, float],
    ahead_of_utc: Instant,
    given: float | None = None,
    night: tuple[float, float] = NIGHT,
) -> FreeSpeed | None:
    """The city's word, else the 85th percentile of the speeds at night.

    Args:
        speeds: by moment; those of zero and below do not count.
        ahead_of_utc: the city's zone.

    Returns:
        None where there is neither a word nor a speed.
    """
    if given is not None and given > 0:
        return FreeSpeed(given, Basis.GIVEN, 0)
    moving = {at: speed for at, speed in speeds.items() if speed > 0}
    dark = [speed for at, speed in moving.items() if _between(_hour(at, ahead_of_utc), night)]
    if len(dark) >= FEWEST_AT_NIGHT:
        return FreeSpeed(percentile(dark, FREE_SHARE), Basis.NIGHT, len(dark))
    if not moving:
        return None
    return FreeSpeed(percentile(list(moving.values()), FREE_SHARE), Basis.ALL_DAY, len(moving))


def indices(
    speeds: Mapping[Instant, float], free: float, ahead_of_utc: Instant, peaks: Sequence[tuple[float, float]] = PEAKS
) -> Indices | None:
    """The indices of the peaks of working days; None of fewer than `FEWEST_IN_PEAKS` speeds."""
    found = [1 / speed for at, speed in speeds.items() if speed > 0 and _in_peak(at, ahead_of_utc, peaks)]
    return of_times(found, 1 / free) if len(found) >= FEWEST_IN_PEAKS else None


def of_times(times: Sequence[float], free: float) -> Indices:
    """The indices of times that a way took, at least one, beside the time it takes when it is free."""
    mean, late = sum(times) / len(times), percentile(times, LATE_SHARE)
    return Indices(mean / free, late / free, (late - mean) / mean, len(times))


def state(recent: Sequence[float], free: float, rule: CongestionRule) -> State | None:
    """What a road is by its speeds of the last `rule.minutes`; None of none.

    The mean is that of the times (space mean speed): of 60 and 20 km/h 30, not 40.
    """
    moving = [speed for speed in recent if speed > 0]
    if not moving:
        return None
    share = len(moving) / sum(1 / speed for speed in moving) / free
    if share < rule.below:
        return State.CONGESTED
    return State.SLOW if share < SLOW else State.FREE


def counted(states: Sequence[State | None]) -> Counted:
    """`n of N segments congested`: `N` are those that have a state."""
    judged = [each for each in states if each is not None]
    return Counted(judged.count(State.CONGESTED), len(judged), len(states))


def percentile(values: Sequence[float], share: float) -> float:
    """Between the two values beside it in proportion (type 7 of Hyndman and Fan 1996); at least one value."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _in_peak(at: Instant, ahead_of_utc: Instant, peaks: Sequence[tuple[float, float]]) -> bool:
    working = (at + ahead_of_utc + _MONDAY) // DAY % 7 < 5
    return working and any(_between(_hour(at, ahead_of_utc), peak) for peak in peaks)


def _hour(at: Instant, ahead_of_utc: Instant) -> float:
    return (at + ahead_of_utc) % DAY / HOUR


def _between(hour: float, window: tuple[float, float]) -> bool:
    """Whether an hour lies in a window, its end left out; one that ends before it begins goes over midnight."""
    begin, end = window
    return begin <= hour < end if begin <= end else hour >= begin or hour < end
