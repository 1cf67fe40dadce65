"""The next hour of all roads together: what is learnt from days of speeds, and what it says of twelve steps.

Three nets from different seeds; what is said is their mean. The interval is what such nets, learnt from the part of
the past before its last fifth, missed on that fifth (split conformal: Vovk et al. 2005), apart by steps ahead and by
whether the road stands, flows or is in between.
"""

from dataclasses import dataclass

import numpy as np

from pinisi.services.mobility.engine.forecast.net import Examples, Net, learnt
from pinisi.services.mobility.engine.forecast.signs import Signs, learn_signs
from pinisi.services.mobility.engine.forecast.speeds import (
    AHEAD,
    DAY_STEPS,
    PAST,
    Numbers,
    Places,
    Speeds,
    carried,
)

SEEDS = (0, 1, 2)
FEWEST = 2 * DAY_STEPS
"""Steps without which nothing is learnt."""
MOST = 500_000
"""Origins times roads learnt from: more are thinned out evenly, so that memory and time stay bounded."""
UNIT = 10.0
"""Of the speed: the unit learnt in."""
LAST = 5
"""One part in so many, the last one, is held back to measure the interval."""
SHARES = (0.05, 0.95)
LEVELS = (0.4, 0.75)
"""Of a road's free speed (85th percentile): below the first it stands, above the second it flows."""
FREE = 0.85


class TooLittle(ValueError):
    """The past is too short to learn from; says how long it is."""


@dataclass(frozen=True)
class Scale:
    """Mean and spread of signs."""

    mean: Numbers
    spread: Numbers

    def of(self, signs: Numbers) -> Numbers:
        return np.asarray((signs - self.mean) / self.spread, np.float32)


@dataclass(frozen=True)
class Margins:
    """Attributes:
    free: the free speed of each road.
    low, high: level x step, what is added to a forecast.
    """

    free: Numbers
    low: Numbers
    high: Numbers

    def level(self, now: Numbers) -> Places:
        return np.digitize(now / self.free, LEVELS)


@dataclass(frozen=True)
class Learnt:
    """All that a forecast needs beside the last hour. Roads are in the order of what it was learnt from."""

    signs: Signs
    own: Scale
    shared: Scale
    nets: tuple[Net, ...]

    def ahead(self, windows: Numbers, steps: Places) -> Numbers:
        """What the roads will do.

        Args:
            windows: origin x `PAST` x road, the last step the origin; no NaN (`carried`).
            steps: the number of each origin's step.

        Returns:
            origin x `AHEAD` x road, in the unit of the past, never below 0.
        """
        own = self.own.of(self.signs.own(windows, steps))
        shared = self.shared.of(self.signs.shared(windows, steps))
        change = np.mean([net.said(own, shared) for net in self.nets], axis=0)
        said = windows[:, -1][:, None] + UNIT * change.transpose(0, 2, 1)
        return np.asarray(np.maximum(said, 0), np.float32)


def learn(speeds: Speeds, adjacency: Numbers, targets: Numbers | None = None) -> Learnt:
    """Learn from a past.

    Args:
        adjacency: road x road, how near they are (0: not at all, symmetric or not).
        targets: like `speeds.values`, NaN where a value must not be learnt as an outcome.

    Raises:
        TooLittle: fewer than `FEWEST` steps.
    """
    rows = speeds.steps.size
    if rows < FEWEST:
        raise TooLittle(f"{rows} steps of five minutes are too few to learn from: {FEWEST} are needed")
    origins = _origins(rows, speeds.roads)
    signs = learn_signs(speeds, adjacency)
    windows, steps = windows_of(speeds, origins), speeds.steps[origins]
    own, shared = signs.own(windows, steps), signs.shared(windows, steps)
    scales = _scale(own, (0, 1)), _scale(shared, (0,))
    came = outcomes(speeds.values if targets is None else targets, origins)
    wanted = (came - windows[:, -1:]).transpose(0, 2, 1) / UNIT
    examples = Examples(scales[0].of(own), scales[1].of(shared), np.asarray(wanted, np.float32))
    return Learnt(signs, *scales, tuple(learnt(examples, seed) for seed in SEEDS))


def margins(speeds: Speeds, adjacency: Numbers) -> Margins:
    """What such forecasts miss, measured on the last part of the past by nets that did not see it."""
    before = speeds.steps.size - speeds.steps.size // LAST
    made = learn(speeds.until(before), adjacency)
    origins = np.arange(before, speeds.steps.size - AHEAD)
    windows = windows_of(speeds, origins)
    missed = outcomes(speeds.values, origins) - made.ahead(windows, speeds.steps[origins])
    free = np.quantile(carried(speeds.values), FREE, axis=0)
    level = np.digitize(windows[:, -1] / free, LEVELS)
    ends = np.array([_ends(missed.transpose(0, 2, 1)[level == each]) for each in range(len(LEVELS) + 1)])
    return Margins(np.asarray(free, np.float32), *np.asarray(ends.transpose(1, 0, 2), np.float32))


def _ends(missed: Numbers) -> Numbers:
    """The ends of the interval by step, of what was missed (case x step); of no case: without width."""
    known = missed[~np.isnan(missed).any(axis=1)]
    return np.asarray(np.quantile(known, SHARES, axis=0) if known.size else np.zeros((2, AHEAD)), np.float32)


def windows_of(speeds: Speeds, origins: Places) -> Numbers:
    """origin x `PAST` x road: the hour up to each origin (a row of `speeds`), with what was last known carried on."""
    values = carried(speeds.values)
    return values[origins[:, None] + np.arange(1 - PAST, 1)]


def outcomes(values: Numbers, origins: Places) -> Numbers:
    """origin x `AHEAD` x road: what came."""
    return values[origins[:, None] + np.arange(1, AHEAD + 1)]


def _origins(rows: int, roads: int) -> Places:
    first, end = PAST - 1, rows - AHEAD
    every = -(-(end - first) * roads // MOST)
    return np.arange(first, end, every)


def _scale(signs: Numbers, axes: tuple[int, ...]) -> Scale:
    mean, spread = signs.mean(axis=axes), signs.std(axis=axes) + 1e-3
    return Scale(np.asarray(mean, np.float32), np.asarray(spread, np.float32))
