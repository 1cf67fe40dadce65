"""How many drive along each way, so that the counts come out: generalised least squares over ways, none below zero.

Cascetta 1984, "Estimation of trip matrices from traffic counts and survey data: a generalized least squares estimator":
counts vary like counts do (variance their own size), and so does a prior, which has little weight: how many drive along
each way by what is known without the counts; without one, about as many on all. Solved by accelerated projected
gradients, then made whole vehicles and mended one vehicle at a time. The same input gives the same answer.
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
PRIOR_WEIGHT = 0.01
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


def calibrated(ways: Sequence[Way], counts: Sequence[Count], prior: Sequence[float] | None = None) -> Calibrated:
    """Counts of one and the same interval; a count that no way passes stays unserved, and its fit says so.

    `prior`: of each way, in any measure; only with one is a way driven that no count is on.
    """
    passes = passages(ways, [count.place for count in counts])
    counted = np.array([count.vehicles for count in counts], dtype=np.float64)
    weights = 1 / np.maximum(counted, 1.0)
    solved = estimated(passes, counted, np.ones(len(ways)) if prior is None else np.array(prior, dtype=np.float64))
    known = passes.any(axis=0) if prior is None else np.ones(len(ways), dtype=bool)
    driven = _mended(passes, counted, weights, _rounded(solved * known))
    kept = [index for index, number in enumerate(driven) if number > 0]
    return Calibrated(
        ways=tuple(ways[index] for index in kept),
        vehicles=tuple(int(driven[index]) for index in kept),
        fits=judged(counts, [ways[index] for index in kept], [float(driven[index]) for index in kept]),
    )


def judged(counts: Sequence[Count], ways: Sequence[Way], vehicles: Sequence[float]) -> tuple[Fit, ...]:
    """How counts compare with a demand, whether it was made of them or not."""
    modelled = passages(ways, [count.place for count in counts]) @ np.array(vehicles, dtype=np.float64)
    return tuple(
        Fit(count.id, count.vehicles, float(each), geh(float(each) / count.hours, count.vehicles / count.hours))
        for count, each in zip(counts, modelled, strict=True)
    )


def passages(ways: Sequence[Way], places: Sequence[Place]) -> Numbers:
    """How often a vehicle on each way (column) is counted at each place (row)."""
    rows: dict[str, list[int]] = {}
    for row, place in enumerate(places):
        for edge in place.all_edges:
            rows.setdefault(edge, []).append(row)
    table = np.zeros((len(places), len(ways)))
    for column, way in enumerate(ways):
        for row in {row for edge in way for row in rows.get(edge, ())}:
            table[row, column] = places[row].passed(way)
    return table


def estimated(passes: Numbers, counted: Numbers, prior: Numbers, steps: int = STEPS) -> Numbers:
    """FISTA (Beck and Teboulle 2009) with the bound that nobody drives less than not at all.

    The prior is scaled to the sum of the counts; what is sought is how far each way is from it, in its own deviation.
    """
    if not passes.size:
        return np.zeros(int(passes.shape[1]), dtype=np.float64)
    weights = 1 / np.maximum(counted, 1.0)
    expected: Numbers = prior * (counted.sum() / max(float((passes @ prior).sum()), 1e-9))
    spread: Numbers = np.sqrt(np.maximum(expected, 1e-12))
    spreading, off, least = passes * spread, passes @ expected - counted, -expected / spread
    step = 1 / (_largest(spreading, weights) + PRIOR_WEIGHT)
    here, ahead, momentum = np.zeros_like(expected), np.zeros_like(expected), 1.0
    for _ in range(steps):
        slope = spreading.T @ (weights * (spreading @ ahead + off)) + PRIOR_WEIGHT * ahead
        there = np.maximum(ahead - step * slope, least)
        later = (1 + sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = there + (momentum - 1) / later * (there - here)
        moved = float(np.abs(there - here).max(initial=0.0))
        here, momentum = there, later
        if moved < 1e-5:
            break
    return np.maximum(expected + spread * here, 0.0)


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
