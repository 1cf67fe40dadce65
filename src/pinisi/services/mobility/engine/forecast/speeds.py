"""What a forecast is learnt from and judged by: five-minute speeds of many roads, and when they were.

A *step* is five minutes. The number of a step counts from Monday 1969-12-29 00:00 in the time of the city, so that
`step % 288` is the time of day and `step // 288 % 7` the day of the week, Monday first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinisi.vocabulary.instant import DAY, MINUTE, Instant

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]
Marks = NDArray[np.bool_]

STEP = 5 * MINUTE
DAY_STEPS = 288
PAST = 12
"""Steps that a forecast looks at."""
AHEAD = 12
"""Steps that it tells."""
STRAIGHT = 3
"""So many steps in a row exactly on one straight line were filled, not measured."""
_MONDAY = 3 * DAY
"""From Monday 1969-12-29 to the epoch."""


@dataclass(frozen=True)
class Speeds:
    """Attributes:
    values: a row a step, a column a road; any unit of speed, above 0; NaN where nothing was measured.
    steps: the number of each row's step, one after the other.
    """

    values: Numbers
    steps: Places

    def until(self, rows: int) -> "Speeds":
        return Speeds(self.values[:rows], self.steps[:rows])

    @property
    def roads(self) -> int:
        return self.values.shape[1]


def step_of(at: Instant, ahead_of_utc: Instant) -> int:
    """The step in which a moment lies; `ahead_of_utc` is the city's zone (UTC+8: 8 hours)."""
    return (at + ahead_of_utc + _MONDAY) // STEP


def free_day(steps: Places) -> Marks:
    """Saturdays and Sundays."""
    return steps // DAY_STEPS % 7 >= 5


def carried(values: Numbers) -> Numbers:
    """Where nothing was measured the last value goes on; before the first one stands the first one.

    A road without any value gets the median of all values, or 0 where there is none at all.
    """
    rows = np.arange(values.shape[0], dtype=np.int64)[:, None]
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, rows), axis=0)
    there = ~np.isnan(values)
    first = np.where(there.any(axis=0), there.argmax(axis=0), 0)
    found = np.take_along_axis(values, np.where(last < 0, first[None], last), axis=0)
    rest = np.median(values[there]) if there.any() else 0.0
    return np.where(np.isnan(found), rest, found).astype(np.float32)


def filled(values: Numbers) -> Marks:
    """Which values were put in by whoever made the file: on an exact straight line over gaps of at least `STRAIGHT`.

    A line knows the value after the gap: as a target it is no measurement, and as a past it tells the future.
    """
    bend = np.abs(values[2:] - 2 * values[1:-1] + values[:-2]) < 1e-4 * np.abs(values[1:-1])
    straight = np.zeros(values.shape, np.bool_)
    straight[1:-1] = bend
    return _long(straight)


def _long(marks: Marks) -> Marks:
    """Marks that stand in a run of at least `STRAIGHT` down a column."""
    edge = np.zeros((1, marks.shape[1]), np.int64)
    change = np.diff(np.concatenate((edge, marks.astype(np.int64), edge)), axis=0)
    kept = np.zeros_like(marks)
    for column in range(marks.shape[1]):
        starts, ends = np.flatnonzero(change[:, column] == 1), np.flatnonzero(change[:, column] == -1)
        for start, end in zip(starts, ends, strict=True):
            kept[start:end, column] = end - start >= STRAIGHT
    return kept
