"""What was said beside what came, and beside plain rules: the errors by which every forecast of the house is judged.

Pure. `runtime/backtest.py` scores by it what a reaction says of any past; a service's own engine may score by it a rule
that has not become a reaction.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

import msgspec

from pinisi.vocabulary.instant import DAY, HOUR, Instant

RECENT_DAYS = 28


class Plain(msgspec.Struct, frozen=True, kw_only=True):
    """What the plain rules would have said: the last value again; the mean of all earlier values of the same hour of
    the day (UTC), or of all earlier values where that hour has none; that of its last 28 days, a harder rule.

    None where nothing was known.
    """

    persistence: float | None
    hour_of_day: float | None
    recent_mean: float | None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A value that was said `ahead` of its time, and what came. `interval`: between what it should lie."""

    at: Instant
    ahead: Instant
    value: float
    interval: tuple[float, float] | None
    came: float
    plain: Plain


class Errors(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Mean absolute errors over `count` values in their own unit; those of the plain rules beside them.

    `held`: the share of values within the interval, `width` its mean; None where there are none.
    """

    count: int
    error: float
    persistence: float | None
    hour_of_day: float | None
    recent_mean: float | None
    held: float | None
    width: float | None

    @property
    def gain(self) -> float | None:
        """How much smaller the error is than the better of persistence and hour-of-day mean: 0.15 is 15 % better."""
        plain = min([each for each in (self.persistence, self.hour_of_day) if each is not None], default=0.0)
        return 1 - self.error / plain if plain else None


class PlainRules:
    """What came, by moment, with the sums that make each plain rule one look-up at any origin."""

    def __init__(self, came: Mapping[Instant, float]) -> None:
        self._moments = sorted(came)
        self._values = [came[moment] for moment in self._moments]
        self._sums = list(accumulate(self._values, initial=0.0))
        by_hour: dict[int, list[Instant]] = {}
        for moment in self._moments:
            by_hour.setdefault(moment // HOUR % 24, []).append(moment)
        self._hours = by_hour
        self._hour_sums = {
            hour: list(accumulate((came[each] for each in many), initial=0.0)) for hour, many in by_hour.items()
        }

    def within(self, at: Instant, step: Instant) -> float | None:
        """The first value of a step of time."""
        place = bisect_left(self._moments, at)
        there = place < len(self._moments) and self._moments[place] < at + step
        return self._values[place] if there else None

    def said(self, origin: Instant, at: Instant) -> Plain:
        """What the rules would have said of a moment, by what was known at `origin`."""
        known = bisect_right(self._moments, origin)
        if not known:
            return Plain(persistence=None, hour_of_day=None, recent_mean=None)
        every = self._sums[known] / known
        return Plain(
            persistence=self._values[known - 1],
            hour_of_day=self._of_hour(at, self._moments[0] - 1, origin, every),
            recent_mean=self._of_hour(at, origin - RECENT_DAYS * DAY, origin, every),
        )

    def _of_hour(self, at: Instant, after: Instant, until: Instant, otherwise: float) -> float:
        """The mean of the same hour of the day over a time; `otherwise` where it has no value."""
        hour = at // HOUR % 24
        moments = self._hours.get(hour, [])
        first, end = bisect_right(moments, after), bisect_right(moments, until)
        sums = self._hour_sums.get(hour, [])
        return (sums[end] - sums[first]) / (end - first) if end > first else otherwise


def errors(compared: Sequence[Compared]) -> Errors:
    """The errors of what was said, at least once."""
    held = [one.interval[0] <= one.came <= one.interval[1] for one in compared if one.interval]
    return Errors(
        count=len(compared),
        error=sum(abs(one.value - one.came) for one in compared) / len(compared),
        persistence=_error([(one.plain.persistence, one.came) for one in compared]),
        hour_of_day=_error([(one.plain.hour_of_day, one.came) for one in compared]),
        recent_mean=_error([(one.plain.recent_mean, one.came) for one in compared]),
        held=_mean([float(one) for one in held]),
        width=_mean([one.interval[1] - one.interval[0] for one in compared if one.interval]),
    )


def _error(pairs: Sequence[tuple[float | None, float]]) -> float | None:
    return _mean([abs(said - came) for said, came in pairs if said is not None])


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
