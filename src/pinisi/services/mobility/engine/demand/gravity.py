"""Demand of counts, with a prior by gravity: trips go between gates as these are broad, by the faster ways rather.

How far trips begin and end within the network and not at its rim no count says. So several priors are tried, each by
cross-validation: a fourth of the counts is held back, the demand is made of the others and judged on those. The prior
that errs least is taken. With fewer than twelve counts there is nothing to choose by: then only ways are driven that
pass a count, all alike. The same input gives the same answer.
"""

from collections.abc import Mapping, Sequence
from math import exp, isqrt

import msgspec
import numpy as np

from pinisi.services.mobility.engine.demand.calibration import (
    Calibrated,
    Count,
    Numbers,
    calibrated,
    estimated,
    passages,
)
from pinisi.services.mobility.engine.demand.candidates import candidates, gates
from pinisi.services.mobility.engine.demand.fit import geh
from pinisi.services.mobility.engine.demand.ways import Roads, Way

INNER, INNER_WEIGHTS = (20, 60), (0.03, 0.3, 1.0)
"""How many of the longest pieces of road within are gates, and what such a gate weighs beside one of the rim."""
ALTERNATIVES, MOST_WAYS = 3, 6_000
FOLDS, FEWEST, MOST_TRIED, TRIED_STEPS = 4, 12, 200, 300
SLOWER = 5.0
"""A way that takes a tenth longer than the fastest of its pair is driven exp(-0.5) times as often."""
WORST_GEH = 20.0


class Found(msgspec.Struct, frozen=True):
    """The demand, and the prior that was chosen: its gates within, their weight, and the mean GEH on counts held back.

    With too few counts to choose by, none is (weight and error 0).
    """

    demand: Calibrated
    inner: int
    inner_weight: float
    held_geh: float


class _Ways(msgspec.Struct, frozen=True):
    """`strength`: of the gates of each way, squared breadth; `within`: how many of the two lie within."""

    inner: int
    ways: tuple[Way, ...]
    strength: Numbers
    within: Numbers

    def prior(self, weight: float) -> Numbers:
        return self.strength * weight**self.within


def demand_of(
    roads: Roads, length_m: Mapping[str, float], breadth: Mapping[str, float], counts: Sequence[Count]
) -> Found:
    """`breadth`: lanes times speed of each edge. Counts of one and the same interval."""
    if len(counts) < FEWEST:
        begins, ends = gates(roads, length_m, INNER[0])
        ways = candidates(roads, begins, ends, [each.place for each in counts], ALTERNATIVES, MOST_WAYS)
        return Found(calibrated(ways, counts), INNER[0], 0.0, 0.0)
    best: tuple[float, _Ways, float] | None = None
    for inner in INNER:
        known = _ways(roads, length_m, breadth, counts, inner)
        passes = passages(known.ways, [each.place for each in counts])
        for weight in INNER_WEIGHTS:
            error = _held_back(passes, counts, known.prior(weight))
            if best is None or error < best[0]:
                best = (error, known, weight)
    assert best is not None
    error, known, weight = best
    return Found(calibrated(known.ways, counts, list(known.prior(weight))), known.inner, weight, error)


def _ways(
    roads: Roads, length_m: Mapping[str, float], breadth: Mapping[str, float], counts: Sequence[Count], inner: int
) -> _Ways:
    begins, ends = (_broadest(each, breadth) for each in gates(roads, length_m, inner))
    rim = {edge for each in gates(roads, length_m, 0) for edge in each}
    places = [each.place for each in counts]
    ways = candidates(roads, begins, ends, places, ALTERNATIVES, MOST_WAYS, every=True)
    seconds = [sum(roads.seconds[edge] for edge in way) for way in ways]
    fastest: dict[tuple[str, str], float] = {}
    for way, each in zip(ways, seconds, strict=True):
        pair = (way[0], way[-1])
        fastest[pair] = min(each, fastest.get(pair, each))
    strength = [
        (breadth[way[0]] * breadth[way[-1]]) ** 2 * exp(-SLOWER * (each / fastest[way[0], way[-1]] - 1))
        for way, each in zip(ways, seconds, strict=True)
    ]
    within = [(way[0] not in rim) + (way[-1] not in rim) for way in ways]
    return _Ways(inner, tuple(ways), np.array(strength), np.array(within, dtype=np.float64))


def _broadest(edges: Sequence[str], breadth: Mapping[str, float]) -> list[str]:
    """So many gates that all their pairs can have a way."""
    kept = set(sorted(edges, key=lambda edge: (-breadth[edge], edge))[: isqrt(MOST_WAYS)])
    return [edge for edge in edges if edge in kept]


def _held_back(passes: Numbers, counts: Sequence[Count], prior: Numbers) -> float:
    """Mean GEH of counts on demands that were made without them."""
    counted = np.array([each.vehicles for each in counts], dtype=np.float64)
    order = np.arange(len(counts))[:MOST_TRIED]
    errors: list[float] = []
    for fold in range(FOLDS):
        held, used = order[order % FOLDS == fold], order[order % FOLDS != fold]
        if not held.size or not used.size:
            continue
        driven = estimated(passes[used], counted[used], prior, TRIED_STEPS)
        for row, modelled in zip(held, passes[held] @ driven, strict=True):
            hours = counts[int(row)].hours
            errors.append(min(geh(float(modelled) / hours, float(counted[row]) / hours), WORST_GEH))
    return sum(errors) / len(errors) if errors else 0.0
