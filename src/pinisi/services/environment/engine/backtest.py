"""What forecasts would have said, hour after hour, and what came: beside plain rules.

Persistence says the last value again. The hour-of-day mean says the mean of all earlier values of the same hour, or of
all earlier values where that hour has none. The recent mean is a harder one: of the same hour in the last 28 days.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np

from pinisi.services.environment.engine.forecast import Forecast, forecast
from pinisi.services.environment.engine.hourly import Hourly
from pinisi.services.environment.engine.usual import DAY_HOURS, Numbers
from pinisi.vocabulary.instant import DAY, HOUR, Instant

Rule = Callable[[Hourly, Instant, Sequence[int]], Forecast | None]
HORIZONS = (1, 6, 24)
RECENT_DAYS = 28


class Said(msgspec.Struct, frozen=True):
    """One value forecast `ahead` hours before it came, with what the plain rules said then."""

    at: Instant
    ahead: int
    value: float
    low: float
    high: float
    persistence: float
    hour_of_day: float
    recent_mean: float
    came: float


class Skill(msgspec.Struct, frozen=True):
    """Mean absolute errors over `count` values, in the unit of the series, and the share that the interval held."""

    ahead: int
    count: int
    error: float
    persistence: float
    hour_of_day: float
    recent_mean: float
    covered: float
    width: float

    @property
    def gain(self) -> float:
        """How much smaller the error is than the better of persistence and hour-of-day mean: 0.15 is 15 % better."""
        return 1 - self.error / min(self.persistence, self.hour_of_day)


def backtest(
    series: Hourly,
    first: Instant,
    until: Instant,
    came: Hourly | None = None,
    horizons: Sequence[int] = HORIZONS,
    rule: Rule = forecast,
    every: int = 1,
) -> list[Said]:
    """Forecast from every full hour of a period with what was known by then.

    Args:
        series: good values by the verdicts as they were when each value came.
        first, until: the origins, `until` left out; what lies beyond `until` is not compared.
        came: the values to compare with; `series` where none are given.
        horizons: hours ahead.
        rule: what forecasts.
        every: hours from one origin to the next.
    """
    truth = came or series
    found: list[Said] = []
    for origin in range(first, until, every * HOUR):
        targets = [ahead for ahead in horizons if origin + ahead * HOUR < until]
        wanted = [ahead for ahead in targets if not math.isnan(truth.at(origin + ahead * HOUR))]
        known = series.until(origin)
        told = rule(known, origin, wanted) if wanted else None
        if told is not None:
            found.extend(_said(known, told, wanted, truth))
    return found


def skills(said: Iterable[Said]) -> list[Skill]:
    """The errors of each horizon, the nearest first."""
    by_horizon: dict[int, list[Said]] = {}
    for one in said:
        by_horizon.setdefault(one.ahead, []).append(one)
    return [_skill(ahead, by_horizon[ahead]) for ahead in sorted(by_horizon)]


def measured(series: Hourly, origin: Instant, days: int = 28, every: int = 3) -> list[Skill]:
    """The errors of the forecasts of the last days, from origins `every` so many hours: what to tell beside a new one.

    Nothing later than `origin` is looked at. Empty where no forecast could be made.
    """
    return skills(backtest(series.until(origin), origin - days * DAY, origin + HOUR, every=every))


def _said(known: Hourly, told: Forecast, horizons: Sequence[int], truth: Hourly) -> Iterable[Said]:
    values = np.array(known.values, np.float64)
    there = values[~np.isnan(values)]
    for ahead, hour in zip(horizons, told.hours, strict=True):
        same = values[(hour.at - known.first) // HOUR % DAY_HOURS :: DAY_HOURS]
        yield Said(
            at=hour.at,
            ahead=ahead,
            value=hour.value,
            low=hour.low,
            high=hour.high,
            persistence=float(there[-1]),
            hour_of_day=_mean(same, there),
            recent_mean=_mean(same[-RECENT_DAYS:], there),
            came=truth.at(hour.at),
        )


def _mean(values: Numbers, otherwise: Numbers) -> float:
    """The mean of what is no gap; of `otherwise` where nothing is."""
    there = values[~np.isnan(values)]
    return float(np.mean(there if there.size else otherwise))


def _skill(ahead: int, said: Sequence[Said]) -> Skill:
    def error(of: Callable[[Said], float]) -> float:
        return sum(abs(of(one) - one.came) for one in said) / len(said)

    return Skill(
        ahead=ahead,
        count=len(said),
        error=error(lambda one: one.value),
        persistence=error(lambda one: one.persistence),
        hour_of_day=error(lambda one: one.hour_of_day),
        recent_mean=error(lambda one: one.recent_mean),
        covered=sum(one.low <= one.came <= one.high for one in said) / len(said),
        width=sum(one.high - one.low for one in said) / len(said),
    )
