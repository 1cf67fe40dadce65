"""The speeds of all detectors as a matrix, a row a step of five minutes, and how near the detectors are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinisi.services.mobility.network_forecast.request import DetectorPast
from pinisi.vocabulary.instant import MINUTE, Instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.forecast.speeds import Numbers, Speeds

STEP = 5 * MINUTE
NEAR_M, LEAST_WEIGHT = 1_500.0, 0.1
"""Neighbours by distance as the crow flies: weight exp(-(d/1,500 m)^2), none below 0.1 (the form of Li et al. 2018)."""


def matrix(detectors: Sequence[DetectorPast], first: int, rows: int, ahead_of_utc: Instant) -> "Speeds":
    """`rows` steps from `first` (since 1970) on; a column a detector, NaN where it told nothing."""
    import numpy as np

    from pinisi.services.mobility.engine.forecast.speeds import Speeds, step_of

    values = np.full((rows, len(detectors)), np.nan, np.float32)
    for place, detector in enumerate(detectors):
        at = np.array(detector.steps, np.int64) - first
        within = (at >= 0) & (at < rows)
        values[at[within], place] = np.array(detector.speeds, np.float32)[within]
    return Speeds(values, step_of(first * STEP, ahead_of_utc) + np.arange(rows, dtype=np.int64))


def adjacency(detectors: Sequence[DetectorPast]) -> "Numbers":
    import numpy as np

    places = np.array([each.place or (np.nan, np.nan) for each in detectors])
    known = places[~np.isnan(places[:, 1]), 1]
    north = np.radians(places[:, 1]) * 6_371_000
    east = np.radians(places[:, 0]) * 6_371_000 * np.cos(np.radians(known.mean() if known.size else 0.0))
    far = np.hypot(north[:, None] - north, east[:, None] - east)
    near = np.nan_to_num(np.exp(-((far / NEAR_M) ** 2)))
    near[near < LEAST_WEIGHT] = 0
    np.fill_diagonal(near, 0)
    return np.asarray(near, np.float32)
