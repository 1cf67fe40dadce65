"""The usual speed of every road at every time of day, held towards what is known better when days are few.

The mean of the days of the same kind (working day, free day), smoothed over the time of day; days of the other kind and
the mean of the road count a little. For a moment of a day that was learnt from, that day itself does not count: else
the past would seem more usual than the future will.
"""

from dataclasses import dataclass

import numpy as np

from pinisi.services.mobility.engine.forecast.speeds import DAY_STEPS, Numbers, Places, Speeds, carried, free_day

SMOOTH = 4.0
"""Steps: width (standard deviation) of the smoothing."""
REACH = 12
OTHER_KIND = 0.15
"""Of a day: what one of the other kind counts."""
_APART = 2
"""Days that a compact one keeps apart: what it says of a moment of theirs leaves that day out."""
MEAN = 0.3
"""Of a day: what the mean of the road counts."""


@dataclass(frozen=True)
class Usual:
    """Attributes:
    days: the days learnt from, by `step // 288`.
    free: which of them are free.
    sums, weights: smoothed speeds and how much of the day was there: day x time of day x road, and without road.
    mean: of each road.
    """

    days: Places
    free: Places
    sums: Numbers
    weights: Numbers
    mean: Numbers

    def at(self, steps: Places, ahead: int) -> Numbers:
        """The usual of the steps `ahead` of some, a row each, by the days known beside their own."""
        found = np.empty((steps.size, self.mean.size), np.float32)
        for day in np.unique(steps // DAY_STEPS):
            rows = np.flatnonzero(steps // DAY_STEPS == day)
            found[rows] = self._but(int(day))[(steps[rows] + ahead) % DAY_STEPS]
        return found

    def compact(self) -> "Usual":
        """The same of every moment from the last day but one on: days before it become one of each kind."""
        if self.days.size <= _APART + 2:
            return self
        old, young = slice(None, -_APART), slice(-_APART, None)
        kinds = np.unique(self.free[old])
        of = [np.flatnonzero(self.free[old] == kind) for kind in kinds]
        return Usual(
            np.concatenate((-1 - np.arange(kinds.size, dtype=np.int64), self.days[young])),
            np.concatenate((kinds, self.free[young])),
            np.concatenate((np.stack([self.sums[each].sum(axis=0) for each in of]), self.sums[young])),
            np.concatenate((np.stack([self.weights[each].sum(axis=0) for each in of]), self.weights[young])),
            self.mean,
        )

    def _but(self, day: int) -> Numbers:
        """The usual day of a day's kind, without that day."""
        free = bool(free_day(np.array([day * DAY_STEPS]))[0])
        share = np.where(self.free == free, 1.0, OTHER_KIND) * (self.days != day)
        sums = np.tensordot(share, self.sums, 1) + MEAN * self.mean
        return np.asarray(sums / (share @ self.weights + MEAN)[:, None], np.float32)


def usual(speeds: Speeds) -> Usual:
    values = carried(speeds.values)
    of_row = speeds.steps // DAY_STEPS
    days = np.unique(of_row)
    sums = np.zeros((days.size, DAY_STEPS, speeds.roads), np.float32)
    weights = np.zeros((days.size, DAY_STEPS), np.float32)
    places = np.searchsorted(days, of_row), speeds.steps % DAY_STEPS
    sums[places] = values
    weights[places] = 1.0
    free = free_day(days * DAY_STEPS).astype(np.int64)
    return Usual(days, free, _smoothed(sums), _smoothed(weights), values.mean(axis=0))


def _smoothed(days: Numbers) -> Numbers:
    """Over the time of day, midnight no edge."""
    offsets = np.arange(-REACH, REACH + 1)
    shares = np.exp(-0.5 * (offsets / SMOOTH) ** 2)
    shares /= shares.sum()
    rolled = (share * np.roll(days, int(by), axis=1) for by, share in zip(offsets, shares, strict=True))
    return np.asarray(sum(rolled), np.float32)
