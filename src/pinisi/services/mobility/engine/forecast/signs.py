"""What is looked at before a forecast: of each road its last hour, its neighbours', its usual; of all roads together
the state of the network and the time.
"""

from dataclasses import dataclass

import numpy as np

from pinisi.services.mobility.engine.forecast.neighbours import CHANGE, Leaders, beside, changes, leaders, second
from pinisi.services.mobility.engine.forecast.speeds import (
    DAY_STEPS,
    PAST,
    Numbers,
    Places,
    Speeds,
    carried,
    free_day,
)
from pinisi.services.mobility.engine.forecast.usual import Usual, usual

BESIDE_LAGS = (0, 1, 2, 3, 5, 8, 11)
SECOND_LAGS = (0, 2, 5)
USUAL_AHEAD = (0, 1, 2, 3, 6, 9, 12)
PARTS = 12
"""Principal components of the network's distance from its usual."""
TREND, LONG_TREND = 3, 6
"""Steps over which a change is looked at: of the leaders, of the network."""


@dataclass(frozen=True)
class Signs:
    """What was learnt for looking.

    Attributes:
        usual: by time of day.
        near, far: shares of the neighbours and of theirs.
        by_level, by_trend: leaders by their distance from the usual, and by its change over `TREND`.
        parts: component x road, in size of their own spread.
    """

    usual: Usual
    near: Numbers
    far: Numbers
    by_level: Leaders
    by_trend: Leaders
    parts: Numbers

    def own(self, windows: Numbers, steps: Places) -> Numbers:
        """origin x `PAST` x road, the last step the origin -> origin x road x sign."""
        ahead = [self.usual.at(steps, by) for by in USUAL_AHEAD]
        now, before = (self._away(windows, steps, back) for back in (0, TREND))
        levels = [windows[:, -1 - lag] for lag in range(PAST)]
        levels += [windows[:, -1 - lag] @ self.near.T for lag in BESIDE_LAGS]
        levels += [windows[:, -1 - lag] @ self.far.T for lag in SECOND_LAGS]
        led = (self.by_level.signs(now), self.by_trend.signs(now - before))
        return np.concatenate((np.stack(levels + ahead, axis=-1), *led), axis=-1)

    def shared(self, windows: Numbers, steps: Places) -> Numbers:
        """The same of the whole network: origin x sign."""
        now, before = (self._away(windows, steps, back) @ self.parts.T for back in (0, LONG_TREND))
        turn = 2 * np.pi * (steps % DAY_STEPS)[:, None] / DAY_STEPS * np.array([1, 2])
        told = (now, now - before, np.sin(turn), np.cos(turn), free_day(steps)[:, None])
        return np.concatenate(told, axis=1).astype(np.float32)

    def _away(self, windows: Numbers, steps: Places, back: int) -> Numbers:
        return windows[:, -1 - back] - self.usual.at(steps - back, 0)


def learn_signs(speeds: Speeds, adjacency: Numbers) -> Signs:
    """`adjacency`: road x road, how near (0: not at all)."""
    known = usual(speeds)
    away = carried(speeds.values) - known.at(speeds.steps, 0)
    change, now = changes(away)[TREND:], away[TREND:-CHANGE]
    trend = np.asarray(now - away[: now.shape[0]], np.float32)
    near = beside(adjacency)
    return Signs(known, near, second(near), leaders(change, now), leaders(change, trend), _parts(away))


def _parts(away: Numbers) -> Numbers:
    """The directions in which the network is away from its usual, each divided by the spread along it."""
    _, _, directions = np.linalg.svd(away - away.mean(axis=0), full_matrices=False)
    parts = directions[:PARTS]
    return np.asarray(parts / ((away @ parts.T).std(axis=0)[:, None] + 1e-6), np.float32)
