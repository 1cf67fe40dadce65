"""The next hour of one road from its own past alone: for a city with few sensors, or none beside it.

For each step ahead the change is a weighted sum of what is known at the origin: how far the road is from its usual
now, 5, 10 and 15 minutes ago and on average over the last half hour and hour, and what its usual will change. The
weights are those of the least absolute error over the past (by reweighted least squares: Schlossmacher 1973, JASA 68,
857), held towards none, which is the last speed again. The interval is made of the errors that these weights had where
the road was about as fast as it is now.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from pinisi.services.mobility.engine.forecast.speeds import (
    AHEAD,
    DAY_STEPS,
    PAST,
    STEP,
    Numbers,
    Places,
    Speeds,
    carried,
    step_of,
)
from pinisi.services.mobility.engine.forecast.usual import usual
from pinisi.vocabulary.instant import Instant

DAYS = 28
"""Looked at; older values are not."""
FEWEST = 2 * DAY_STEPS
"""Values without which nothing is forecast."""
SILENT = 6
"""Steps without a value after which nothing is forecast."""
ROUNDS = 4
"""Of reweighting."""
LEAST_ERROR = 0.3
"""Of the unit of speed: smaller errors weigh no more."""
RIDGE = 20.0
"""Steps of no evidence that hold each weight towards zero."""
NEAREST = 0.25
"""The share of the past, nearest in speed, whose errors make the interval."""
SHARES = (0.05, 0.95)


class SpeedAhead(msgspec.Struct, frozen=True):
    """One moment of a forecast and the interval that holds nine times in ten. Unit: that of the past."""

    at: Instant
    value: float
    low: float
    high: float


class RoadForecast(msgspec.Struct, frozen=True):
    """`origin`: the moment of the last five minutes known; `learnt_from`: five-minute values."""

    origin: Instant
    ahead: tuple[SpeedAhead, ...]
    learnt_from: int


@dataclass(frozen=True)
class RoadPast:
    """Five-minute values of one road, one after the other, NaN where there is none; `first`: the first one's moment."""

    first: Instant
    values: Numbers

    def until(self, origin: Instant) -> "RoadPast":
        """The last `DAYS` up to the step in which a moment lies."""
        end = max(0, (origin - self.first) // STEP + 1)
        start = max(0, end - DAYS * DAY_STEPS)
        return RoadPast(self.first + start * STEP, self.values[start:end])


def five_minutes(said: dict[Instant, float]) -> RoadPast:
    """The mean of the values above zero in each five minutes; a zero is a sensor that saw nobody, not a jam."""
    good = {at: value for at, value in said.items() if value > 0}
    if not good:
        return RoadPast(0, np.zeros(0, np.float32))
    first = min(good) // STEP
    size = max(good) // STEP - first + 1
    places = np.array([at // STEP - first for at in good], np.int64)
    sums = np.bincount(places, np.array(list(good.values())), size)
    counts = np.bincount(places, minlength=size)
    values = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return RoadPast(first * STEP, values.astype(np.float32))


def forecast_road(past: RoadPast, origin: Instant, ahead_of_utc: Instant) -> RoadForecast | None:
    """Forecast the hour after `origin` from what was measured up to it.

    Args:
        ahead_of_utc: the city's zone, for the time of day and the day of the week.

    Returns:
        None when fewer than `FEWEST` five-minute values are there, or the last one is older than `SILENT` steps.
    """
    known = past.until(origin)
    there = np.flatnonzero(~np.isnan(known.values))
    if there.size < FEWEST or (origin - known.first) // STEP - int(there[-1]) > SILENT:
        return None
    last = int(there[-1])
    values = known.values[: last + 1]
    steps = step_of(known.first, ahead_of_utc) + np.arange(values.size, dtype=np.int64)
    signs = _signs(Speeds(values[:, None], steps))
    at = known.first + last * STEP
    found = tuple(_told(values, signs, by, at + by * STEP) for by in range(1, AHEAD + 1))
    return RoadForecast(at, found, int(there.size))


@dataclass(frozen=True)
class _Signs:
    """Attributes:
    level: the values, gaps carried.
    rows: a row a step.
    usual: step x 0 to `AHEAD` steps ahead.
    """

    level: Numbers
    rows: Numbers
    usual: Numbers

    def of(self, places: Places, by: int) -> Numbers:
        change = self.usual[places, by] - self.usual[places, 0]
        return np.column_stack((self.rows[places], change))


def _signs(speeds: Speeds) -> _Signs:
    known = usual(speeds)
    normal = np.stack([known.at(speeds.steps, by)[:, 0] for by in range(AHEAD + 1)], axis=1)
    level = carried(speeds.values)[:, 0]
    away = level - normal[:, 0]
    lags = [_back(away, by) for by in range(4)]
    means = [np.mean([_back(away, by) for by in range(steps)], axis=0) for steps in (6, PAST)]
    return _Signs(level, np.stack([np.ones_like(away), *lags, *means], axis=1).astype(np.float32), normal)


def _back(values: Numbers, by: int) -> Numbers:
    return np.concatenate((np.repeat(values[:1], by), values[: values.size - by]))


def _told(values: Numbers, signs: _Signs, by: int, at: Instant) -> SpeedAhead:
    now = values.size - 1
    places = np.arange(PAST, now + 1 - by)
    places = places[~np.isnan(values[places + by]) & ~np.isnan(values[places])]
    rows, wanted = signs.of(places, by), values[places + by] - signs.level[places]
    weights = least_absolute(rows, wanted)
    said = float(signs.level[now] + signs.of(np.array([now]), by)[0] @ weights)
    apart = np.abs(signs.level[places] - signs.level[now])
    near = np.argsort(apart, kind="stable")[: max(1, int(NEAREST * places.size))]
    low, high = np.quantile((wanted - rows @ weights)[near], SHARES)
    return SpeedAhead(at, max(0.0, said), max(0.0, said + min(0.0, float(low))), max(0.0, said + max(0.0, float(high))))


def least_absolute(rows: Numbers, wanted: Numbers) -> Numbers:
    """Weights of the least absolute error, held towards zero."""
    held = np.eye(rows.shape[1]) * RIDGE
    share = np.ones(wanted.size)
    weights = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        heavy = rows * share[:, None]
        weights = np.linalg.solve(heavy.T @ rows + held, heavy.T @ wanted)
        share = 1 / np.maximum(np.abs(wanted - rows @ weights), LEAST_ERROR)
    return np.asarray(weights, np.float32)
