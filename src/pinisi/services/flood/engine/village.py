"""Whether a kelurahan is probably under water, from the reports of the last hours.

The same judgement as `Picture`, made anew from what is known instead of remembered from report to report.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from pinisi.services.flood.engine.evidence import (
    AROUND_M,
    METRES,
    RECENT,
    ROUND,
    SETTLING,
    WAVE_GAP,
    WAVE_REPORTS,
    Evidence,
    Numbers,
)
from pinisi.services.flood.engine.flooded import HOLDS
from pinisi.services.flood.engine.model import Model
from pinisi.vocabulary.instant import HOUR, Instant

MEMORY = 48 * HOUR
"""Reports that are older say nothing: the wave of a flood is looked for within so long."""
WITHOUT_REGISTER = Model(constant=-1.426, weights=(1.535, 0.1668, 0.0), threshold=0.547)
"""Learnt from the whole of Jakarta 2017 as `JAKARTA_2017`, but without the register of neighbourhoods that flood, which
other cities do not have."""
PRECISION, RECALL, F1 = 0.81, 0.86, 0.84
"""Of the kelurahan of Jakarta in February 2017, learnt west and judged east and the reverse, without the register of
neighbourhoods that flood (`incidents.replay_flood.kelurahan_plain_f1`). Of any other flood nothing is measured."""


class Heard(msgspec.Struct, frozen=True):
    """A report of water: where, and when it came."""

    id: str
    lon: float
    lat: float
    at: Instant


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What the reports say of a kelurahan.

    Args:
        reports: those in it that still hold, oldest first; the newest of them holds until `until`.
        best: the one with the greatest probability, by which the kelurahan is judged.
        city: how many reports of the whole city were looked at.
    """

    reports: tuple[Heard, ...]
    best: Heard
    evidence: Evidence
    probability: float
    flooded: bool
    until: Instant
    city: int


def estimate(
    heard: Sequence[Heard], ground: BaseGeometry, now: Instant, model: Model = WITHOUT_REGISTER
) -> Estimate | None:
    """What is known at `now`; None where no report in the kelurahan still holds."""
    known = sorted((each for each in heard if now - MEMORY < each.at <= now), key=lambda each: (each.at, each.id))
    if not known:
        return None
    rows = np.array([(each.at, each.lon, each.lat) for each in known])
    holds = shapely.contains_xy(ground, rows[:, 1], rows[:, 2]) & (rows[:, 0] > now - HOLDS)
    inside = [int(number) for number in np.flatnonzero(holds)]
    if not inside:
        return None
    begins = _waves(rows[:, 0])
    found = [(number, _evidence(rows, number, begins)) for number in inside]
    best, evidence = max(found, key=lambda each: (model.probability(each[1]), each[0]))
    chance = model.probability(evidence)
    return Estimate(
        reports=tuple(known[number] for number in inside),
        best=known[best],
        evidence=evidence,
        probability=chance,
        flooded=chance >= model.threshold,
        until=known[inside[-1]].at + HOLDS,
        city=len(known),
    )


def _waves(times: Numbers) -> Numbers:
    """When waves of reports begin: ten in an hour, after six hours without such an hour."""
    in_the_hour = np.arange(1, len(times) + 1) - np.searchsorted(times, times - HOUR, side="right")
    busy: NDArray[np.float64] = times[in_the_hour >= WAVE_REPORTS]
    return busy[np.diff(busy, prepend=-np.inf) > WAVE_GAP]


def _evidence(rows: Numbers, number: int, begins: Numbers) -> Evidence:
    at, lon, lat = (float(each) for each in rows[number])
    begun = begins[begins <= at]
    first, last = SETTLING
    into = (at - float(begun[-1])) / HOUR if begun.size else 0.0
    sustained = min(1.0, max(0.0, (into - first) / (last - first)))
    earlier = rows[:number]
    recent = earlier[earlier[:, 0] > at - RECENT]
    east = (recent[:, 1] - lon) * ROUND * np.cos(np.radians(lat))
    north = (recent[:, 2] - lat) * METRES
    around = float(np.exp(-(east * east + north * north) / (2 * AROUND_M * AROUND_M)).sum())
    return Evidence(sustained, around, 0.0)
