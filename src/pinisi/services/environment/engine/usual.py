"""What is usual at an hour of the day, and how far each hour was from it.

On the scale log(value + 10), on which the hours of a polluted and of a clean day spread alike. The usual of an hour is
the mean of the same hour of the days before, half as heavy for each 30 days of age, smoothed over the hours beside it
(1/4, 1/2, 1/4). Of an hour `k` it uses nothing later than 24 hours before `k`.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

DAY_HOURS = 24
HALF_LIFE_DAYS = 30.0
SHIFT = 10.0
_LITTLE = 1e-3


def to_scale(values: Numbers) -> Numbers:
    return np.log(np.maximum(values, 0.0) + SHIFT)


def from_scale(scaled: Numbers) -> Numbers:
    return np.maximum(np.exp(scaled) - SHIFT, 0.0)


def usual(scaled: Numbers, ahead: int) -> Numbers:
    """The usual of every hour of a series and of `ahead` (at most 24) hours after it.

    Args:
        scaled: values on the scale, hour by hour, NaN where there is none.
        ahead: hours beyond the end.
    """
    count = scaled.size + ahead
    days = -(-count // DAY_HOURS)
    table = np.full(days * DAY_HOURS, np.nan)
    table[: scaled.size] = scaled
    before = _means_before(table.reshape(days, DAY_HOURS)).reshape(-1)
    middle = before[:count]
    earlier = np.concatenate((middle[:1], middle[:-1]))
    later = np.concatenate((middle[1:DAY_HOURS], middle[: max(0, count - DAY_HOURS + 1)]))[:count]
    return earlier / 4 + middle / 2 + later / 4


def _means_before(table: Numbers) -> Numbers:
    """For each day and hour the fading mean of the same hour of the days before; the mean of all where none was."""
    known = ~np.isnan(table)
    values = np.where(known, table, 0.0)
    fades = np.where(known, 0.5 ** (1 / HALF_LIFE_DAYS), 1.0)
    start = float(values.sum() / max(1, np.count_nonzero(known)))
    total, weight = np.full(table.shape[1], start * _LITTLE), np.full(table.shape[1], _LITTLE)
    result = np.empty_like(table)
    for day in range(table.shape[0]):
        result[day] = total / weight
        total = total * fades[day] + values[day]
        weight = weight * fades[day] + known[day]
    return result
