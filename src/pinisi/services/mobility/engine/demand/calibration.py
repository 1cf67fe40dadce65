"""How many drive along each way, so that the counts come out: generalised least squares over ways, none below zero.

Cascetta 1984, "Estimation of trip matrices from traffic counts and survey data: a generalized least squares estimator":
counts vary like counts do (variance their own size); the prior says that all ways are driven about alike, with little
weight. Solved by accelerated projected gradients, then made whole vehicles and mended one vehicle at a time. The same
input gives the same answer.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinisi.services.mobility.engine.demand.candidates import Place
from pinisi.services.mobility.engine.demand.fit import Fit, geh
from pinisi.services.mobility.engine.demand.ways import Way

Numbers = NDArray[np.float64]
PRIOR_WEIGHT = 0.002
"""Of the prior beside the counts: it only chooses among demands that fit about equally well. A default of Pinisi."""
STEPS, MENDED = 1_500, 2_000


class Count(msgspec.Struct, frozen=True):
    """`vehicles` in so many hours at a place; `id` is of the entity that says so."""

    id: str
    place: Place
    vehicles: float
    hours: float


class Calibrated(msgspec.Struct, frozen=True):
    """Vehicles along each way, ways that nobody drives left out."""

    ways: tuple[Way, ...]
    vehicles: tuple[int, ...]
    fits: tuple[Fit, ...]


def calibrated(ways: Sequence[Way], counts: Sequence[Count]) -> Calibrated:
    """Counts of one and the same interval; a count that no way passes stays unserved, and its fit says so."""
    passes = _passes(ways, [count.place for count in counts])
    counted = np.array([count.vehicles for count in counts], dtype=np.float64)
    weights = 1 / np.maximum(counted, 1.0)
    driven = _mended(passes, counted, weights, _rounded(_solved(passes, counted, weights) * passes.any(axis=0)))
    kept = [index for index, number in enumerate(driven) if number > 0]
    return Calibrated(
        ways=tuple(ways[index] for index in kept),
        vehicles=tuple(int(driven[index]) for index in kept),
        fits=judged(counts, [ways[index] for index in kept], [float(driven[index]) for index in kept]),
    )


def judged(counts: Sequence[Count], ways: Sequence[Way], vehicles: Sequence[float]) -> tuple[Fit, ...]:
    """How counts compare with a demand, whether it was made of them or not."""
    modelled = _passes(ways, [count.place for count in counts]) @ np.array(vehicles, dtype=np.float64)
    return tuple(
        Fit(count.id, count.vehicles, float(each), geh(float(each) / count.hours, count.vehicles / count.hours))
        for count, each in zip(counts, modelled, strict=True)
    )


def _passes(ways: Sequence[Way], places: Sequence[Place]) -> Numbers:
    table = np.zeros((len(places), len(ways)))
    for row, place in enumerate(places):
        near = place.all_edges
        for column, way in enumerate(ways):
            if not near.isdisjoint(way):
                table[row, column] = place.passed(way)
    return table


def _solved(passes: Numbers, counted: Numbers, weights: Numbers) -> Numbers:
    """FISTA (Beck and Teboulle 2009) with the bound that nobody drives less than not at all."""
    if not passes.size:
        return np.zeros(int(passes.shape[1]), dtype=np.float64)
    prior = np.full(passes.shape[1], counted.sum() / max(passes.sum(), 1.0))
    lean = PRIOR_WEIGHT / max(float(prior[0]), 1e-9)
    step = 1 / (_largest(passes, weights) + lean)
    here, ahead, momentum = prior, prior, 1.0
    for _ in range(STEPS):
        slope = passes.T @ (weights * (passes @ ahead - counted)) + lean * (ahead - prior)
        there = np.maximum(ahead - step * slope, 0.0)
        later = (1 + sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = there + (momentum - 1) / later * (there - here)
        if float(np.abs(there - here).max(initial=0.0)) < 1e-4:
            return there
        here, momentum = there, later
    return here


def _largest(passes: Numbers, weights: Numbers) -> float:
    """The largest eigenvalue of the weighted normal equations, by iteration."""
    vector = np.ones(passes.shape[1])
    size = 1.0
    for _ in range(50):
        vector = passes.T @ (weights * (passes @ vector))
        size = float(np.linalg.norm(vector))
        if size <= 0:
            return 1.0
        vector = vector / size
    return size * 1.02


def _rounded(driven: Numbers) -> Numbers:
    """Whole vehicles; what ways lose or win is carried on to the next, so that the sum stays."""
    up_to: Numbers = np.floor(np.cumsum(driven) + 0.5)
    return up_to - np.concatenate([np.zeros(1), up_to[:-1]])


def _mended(passes: Numbers, counted: Numbers, weights: Numbers, driven: Numbers) -> Numbers:
    """One vehicle more or less at a time, where that brings the counts nearest, until none does."""
    squares: Any = (passes * passes).T @ weights
    off = passes @ driven - counted
    for _ in range(MENDED):
        slope = passes.T @ (weights * off)
        more, less = squares + 2 * slope, np.where(driven > 0, squares - 2 * slope, np.inf)
        best_more, best_less = int(more.argmin()) if more.size else -1, int(less.argmin()) if less.size else -1
        if best_more < 0 or min(more[best_more], less[best_less]) >= -1e-12:
            break
        way, by = (best_more, 1.0) if more[best_more] <= less[best_less] else (best_less, -1.0)
        driven[way] += by
        off = off + by * passes[:, way]
    return driven
