"""The next 24 hours of an hourly series with an interval that holds nine times in ten.

For each hour ahead: the usual of the hour of the day, plus a weighted sum of how far the air is from its usual now,
over the last 6, 24 and 96 hours (fading means) and at the same hour a day before. The weights are those of least
squares over the last 150 days. The interval is made of the errors that these weights had at nearby hours of the day,
recent ones heavier (weighted conformal: Barber et al. 2023, Ann. Stat. 51, 816). Nothing else is learnt or kept: the
same history always gives the same forecast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinisi.services.environment.engine.hourly import Hourly
from pinisi.services.environment.engine.usual import DAY_HOURS, Numbers, from_scale, to_scale, usual
from pinisi.vocabulary.instant import HOUR, Instant

Places = NDArray[np.int64]

HORIZON = 24
WINDOW = 150 * DAY_HOURS
"""Hours of history that are looked at."""
FEWEST = 21 * DAY_HOURS
"""Hours of history without which no forecast is made."""
SILENT = 24
"""Hours without a value after which nothing is forecast."""
WARM_UP = 10 * DAY_HOURS
"""The first hours of the window teach only what is usual."""
MEMORIES = (6.0, 24.0, 96.0)
"""Half-lives, in hours, of the fading means of how far the air was from its usual."""
RIDGE = 3.0
"""Hours of no evidence that hold each weight towards zero."""
SHARES = (0.05, 0.5, 0.95)
"""Of the errors: the lower end, the middle and the upper end of the interval."""
ERROR_HALF_LIFE = 30 * DAY_HOURS
NEARBY = 2
"""Errors count for the interval when their hour of the day is at most so far from that of the forecast."""


class Hour(msgspec.Struct, frozen=True):
    """One hour of a forecast: the value as likely passed as not, and the interval. Unit: that of the series."""

    at: Instant
    value: float
    low: float
    high: float


class Forecast(msgspec.Struct, frozen=True):
    """`latest`: the last hour that has a value, at most `SILENT` before `origin`. `learnt_from`: hours with a value."""

    origin: Instant
    hours: tuple[Hour, ...]
    latest: Instant
    learnt_from: int


@dataclass(frozen=True)
class _Known:
    """A window of history, hour by hour up to the origin, on the scale of `usual`.

    Attributes:
        scaled: the values, NaN where there is none.
        normal: the usual of each hour, and of the 24 after it.
        away: how far each hour was from its usual.
        signs: a row an hour of what was known then: 1, `away`, its fading means.
        weight: how much the error of each hour tells of the next ones.
    """

    scaled: Numbers
    normal: Numbers
    away: Numbers
    signs: Numbers
    weight: Numbers


def forecast(series: Hourly, origin: Instant, horizons: Sequence[int] = range(1, HORIZON + 1)) -> Forecast | None:
    """Forecast the hours after `origin` from what was measured up to it.

    Args:
        series: good values only (`hourly` of the verdicts); later ones than `origin` are not looked at.
        origin: full hour.
        horizons: hours ahead, 1 to 24.

    Returns:
        None when fewer than `FEWEST` hours of the window have a value, or the last one is older than `SILENT`.

    Raises:
        ValueError: a horizon outside 1 to 24.
    """
    if not all(1 <= ahead <= HORIZON for ahead in horizons):
        raise ValueError(f"horizons: {list(horizons)} are not all within 1 to {HORIZON} hours")
    values = _window(series, origin)
    there = np.flatnonzero(~np.isnan(values))
    if there.size < FEWEST or values.size - 1 - there[-1] > SILENT:
        return None
    known = _known(to_scale(values))
    hours = tuple(_hour(known, ahead, origin + ahead * HOUR) for ahead in horizons)
    return Forecast(origin, hours, origin - int(values.size - 1 - there[-1]) * HOUR, int(there.size))


def _window(series: Hourly, origin: Instant) -> Numbers:
    """The last hours up to `origin`, ending with it; NaN where there is no value."""
    end = max(0, (origin - series.first) // HOUR + 1)
    start = max(0, end - WINDOW)
    values = np.array(series.values[start:end], np.float64)
    return np.concatenate((values, np.full(end - start - values.size, np.nan)))


def _known(scaled: Numbers) -> _Known:
    normal = usual(scaled, HORIZON)
    away = _carried(scaled - normal[: scaled.size])
    signs = np.stack([np.ones_like(away), away, *(_faded(away, half_life) for half_life in MEMORIES)], axis=1)
    weight = 0.5 ** (np.arange(scaled.size)[::-1] / ERROR_HALF_LIFE)
    return _Known(scaled, normal, away, signs, weight)


def _carried(away: Numbers) -> Numbers:
    """Where there is no value the distance of the hour before goes on."""
    places = np.where(np.isnan(away), 0, np.arange(away.size))
    filled = away[np.maximum.accumulate(places)]
    return np.where(np.isnan(filled), 0.0, filled)


def _faded(values: Numbers, half_life: float) -> Numbers:
    """The mean of all values so far, half as heavy for each `half_life` of age."""
    growth = 2.0 ** (np.arange(values.size) / half_life)
    return np.cumsum(values * growth) / np.cumsum(growth)


def _hour(known: _Known, ahead: int, at: Instant) -> Hour:
    now = known.scaled.size - 1
    past = np.arange(WARM_UP, now + 1 - ahead)
    past = past[~np.isnan(known.scaled[past + ahead])]
    rows = _rows(known, past, ahead)
    wanted = known.scaled[past + ahead] - known.normal[past + ahead]
    weights = _least_squares(rows, wanted)
    centre = known.normal[now + ahead] + _rows(known, np.array([now]), ahead)[0] @ weights
    near = _near(past, now)
    errors = (wanted - rows @ weights)[near]
    low, value, high = from_scale(centre + _quantiles(errors, known.weight[past[near] + ahead]))
    return Hour(at, float(value), float(low), float(high))


def _rows(known: _Known, places: Places, ahead: int) -> Numbers:
    """What was known at some hours, with the distance of the hour that lies a day before each one's target."""
    return np.column_stack((known.signs[places], known.away[places + ahead - DAY_HOURS]))


def _least_squares(rows: Numbers, wanted: Numbers) -> Numbers:
    held = np.eye(rows.shape[1]) * RIDGE
    return np.asarray(np.linalg.solve(rows.T @ rows + held, rows.T @ wanted), np.float64)


def _near(places: Places, place: int) -> NDArray[np.bool_]:
    """Which hours lie at most `NEARBY` hours of the day from another; all when none does."""
    apart = np.abs(places - place) % DAY_HOURS
    near = np.minimum(apart, DAY_HOURS - apart) <= NEARBY
    return near if near.any() else np.ones_like(near)


def _quantiles(errors: Numbers, weight: Numbers) -> Numbers:
    order = np.argsort(errors)
    passed = np.cumsum(weight[order])
    places = [int(np.count_nonzero(passed < share * passed[-1])) for share in SHARES]
    return errors[order][places]
