"""How far forecasts of speed were from what came: the mean absolute error over the steps up to a horizon.

A part of the past is held back: both the last hour that is looked at and what is told lie within it. For a horizon of
`ahead` steps every origin counts whose `ahead` steps are all there, as in the tables of T-GCN (Zhao et al. 2020, IEEE
T-ITS 21, 3848); the error is the mean over the steps 1 to `ahead` of the mean over origins and roads.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pinisi.services.mobility.engine.forecast.network import windows_of
from pinisi.services.mobility.engine.forecast.speeds import AHEAD, PAST, Numbers, Places, Speeds

Rule = Callable[[Numbers, Places], Numbers]
"""origin x `PAST` x road and the origins' steps -> origin x `AHEAD` x road."""


@dataclass(frozen=True)
class Held:
    """A part of the past that is held back: rows from `first` up to `end`, which is left out."""

    speeds: Speeds
    first: int
    end: int

    @property
    def origins(self) -> Places:
        """Every row with a whole hour before it and at least one step after it within the part."""
        return np.arange(self.first + PAST - 1, self.end - 1)


def last_fifth(speeds: Speeds) -> Held:
    rows = speeds.steps.size
    return Held(speeds, int(0.8 * rows), rows)


def said_of(held: Held, rule: Rule) -> Numbers:
    """What a rule says at every origin of a part."""
    return rule(windows_of(held.speeds, held.origins), held.speeds.steps[held.origins])


def mean_error(held: Held, said: Numbers, ahead: int, came: Numbers | None = None) -> float:
    """The mean absolute error over the steps 1 to `ahead`, in the unit of the speeds.

    Args:
        came: rows to compare with, NaN where a value does not count; those of the part where none are given.
    """
    values = held.speeds.values if came is None else came
    whole = held.origins[held.origins + ahead < held.end]
    missed = (np.abs(said[: whole.size, by - 1] - values[whole + by]) for by in range(1, ahead + 1))
    return float(np.mean([np.nanmean(each, dtype=np.float64) for each in missed]))


def persistence(windows: Numbers, _steps: Places) -> Numbers:
    """The last speed again: the plain rule."""
    return np.repeat(windows[:, -1:], AHEAD, axis=1)
