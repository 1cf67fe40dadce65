"""The job: learn from the past of all roads, tell the next hour of each, and measure how good such forecasts are.

Judged as docs/reference/mobility-forecast.md says: the last fifth of the past is held back, learnt without.
"""

import os
from typing import TYPE_CHECKING

from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.services.mobility.network_forecast.request import (
    TEXTS,
    DetectorAhead,
    DetectorPast,
    NetworkForecastAnswer,
    NetworkPast,
    Step,
)
from pinisi.vocabulary.instant import MINUTE, format_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.forecast.judged import Held
    from pinisi.services.mobility.engine.forecast.network import Margins
    from pinisi.services.mobility.engine.forecast.speeds import Numbers, Speeds

_STEP = 5 * MINUTE
FEWEST_ROADS = 2
SILENT_STEPS = 6
HORIZONS = {"15": 3, "30": 6, "60": 12}
NEAR_M, LEAST_WEIGHT = 1_500.0, 0.1
"""Neighbours by distance as the crow flies: weight exp(-(d/1,500 m)^2), none below 0.1 (the form of Li et al. 2018)."""


def compute(past: NetworkPast, progress: Progress) -> NetworkForecastAnswer:
    """
    Raises:
        JobFailed: too few detectors, or days.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy as np

    from pinisi.services.mobility.engine.forecast.judged import last_fifth, mean_error, persistence, said_of
    from pinisi.services.mobility.engine.forecast.network import FEWEST, learn, margins, outcomes, windows_of
    from pinisi.services.mobility.engine.forecast.speeds import AHEAD

    speeds, first = _matrix(past)
    rows = speeds.steps.size
    if speeds.roads < FEWEST_ROADS or int(0.8 * rows) * 4 // 5 < FEWEST:
        raise JobFailed(fill(TEXTS["network-too-little"], roads=speeds.roads, hours=round(rows / 12)))
    near = _adjacency(past)
    held = last_fifth(speeds)
    progress(0.05, "learning from the first four fifths")
    before = speeds.until(held.first)
    made, plain = said_of(held, learn(before, near).ahead), said_of(held, persistence)
    progress(0.35, "measuring the interval")
    inside = _inside(held, made, margins(before, near))
    whole = held.origins[held.origins + AHEAD < held.end]
    came = outcomes(speeds.values, whole)
    missed = [_by_road(np.abs(said[: whole.size] - came)) for said in (made, plain)]
    progress(0.6, "learning from all of it")
    margin, everything = margins(speeds, near), learn(speeds, near)
    window = windows_of(speeds, np.array([rows - 1]))
    hour = _hour(everything.ahead(window, speeds.steps[-1:])[0], window[0, -1], margin)
    silent = np.asarray(np.isnan(speeds.values[-SILENT_STEPS:]).sum(axis=0) == SILENT_STEPS, np.bool_)
    told = [
        _detector(detector, hour[place], first + rows - 1, [[step[place] for step in each] for each in missed])
        for place, detector in enumerate(past.detectors)
        if not silent[place]
    ]
    return NetworkForecastAnswer(
        origin=(first + rows - 1) * _STEP,
        detectors=tuple(told),
        silent=len(past.detectors) - len(told),
        hours=_r(rows / 12),
        errors={name: _r(mean_error(held, made, by)) for name, by in HORIZONS.items()},
        last_speed={name: _r(mean_error(held, plain, by)) for name, by in HORIZONS.items()},
        held=_r(100 * sum(inside) / max(1, len(inside))),
        compared=len(inside),
    )


def _inside(held: "Held", said: "Numbers", margin: "Margins") -> list[bool]:
    """Of each value that came within a whole hour of the held part, whether it lay in the interval."""
    import numpy as np

    from pinisi.services.mobility.engine.forecast.network import outcomes, windows_of
    from pinisi.services.mobility.engine.forecast.speeds import AHEAD

    whole = held.origins[held.origins + AHEAD < held.end]
    came = outcomes(held.speeds.values, whole)
    level = margin.level(windows_of(held.speeds, whole)[:, -1])
    low, high = (said[: whole.size] + ends[level].transpose(0, 2, 1) for ends in (margin.low, margin.high))
    there = np.flatnonzero(~np.isnan(came))
    return ((came.ravel() >= low.ravel()) & (came.ravel() <= high.ravel()))[there].tolist()


def _hour(ahead: "Numbers", now: "Numbers", margin: "Margins") -> list[list[tuple[float, float, float]]]:
    """Road -> step -> value and the interval around it."""
    level = margin.level(now)
    return [
        [
            (
                float(ahead[by, road]),
                max(0.0, float(ahead[by, road] + min(0.0, margin.low[level[road], by]))),
                max(0.0, float(ahead[by, road] + max(0.0, margin.high[level[road], by]))),
            )
            for by in range(ahead.shape[0])
        ]
        for road in range(ahead.shape[1])
    ]


def _detector(
    detector: DetectorPast,
    hour: list[tuple[float, float, float]],
    last: int,
    missed: list[list[float | None]],
) -> DetectorAhead:
    """`last`: the last step known, since 1970; `missed`: of the forecast and of the last speed again, by step."""
    steps = [
        Step(at=format_instant((last + by) * _STEP), value=_r(value), low=_r(low), high=_r(high))
        for by, (value, low, high) in enumerate(hour, start=1)
    ]
    made, plain = missed
    quarter, whole = HORIZONS["15"] - 1, HORIZONS["60"] - 1
    return DetectorAhead(
        id=detector.id,
        ahead=tuple(steps),
        error_15=made[quarter],
        error_60=made[whole],
        last_15=plain[quarter],
        last_60=plain[whole],
    )


def _matrix(past: NetworkPast) -> "tuple[Speeds, int]":
    """A row a step, a column a detector; and the first step since 1970."""
    import numpy as np

    from pinisi.services.mobility.engine.forecast.speeds import Speeds, step_of

    steps = [each for detector in past.detectors for each in (detector.steps[0], detector.steps[-1])]
    first = min(steps, default=0)
    rows = max(steps, default=-1) - first + 1
    values = np.full((rows, len(past.detectors)), np.nan, np.float32)
    for place, detector in enumerate(past.detectors):
        values[np.array(detector.steps) - first, place] = detector.speeds
    return Speeds(values, step_of(first * _STEP, past.ahead_of_utc) + np.arange(rows, dtype=np.int64)), first


def _adjacency(past: NetworkPast) -> "Numbers":
    import numpy as np

    places = np.array([each.place or (np.nan, np.nan) for each in past.detectors])
    known = places[~np.isnan(places[:, 1]), 1]
    north = np.radians(places[:, 1]) * 6_371_000
    east = np.radians(places[:, 0]) * 6_371_000 * np.cos(np.radians(known.mean() if known.size else 0.0))
    far = np.hypot(north[:, None] - north, east[:, None] - east)
    near = np.nan_to_num(np.exp(-((far / NEAR_M) ** 2)))
    near[near < LEAST_WEIGHT] = 0
    np.fill_diagonal(near, 0)
    return np.asarray(near, np.float32)


def _by_road(missed: "Numbers") -> list[list[float | None]]:
    """Step -> road -> mean; None where nothing came."""
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        means = np.nanmean(missed, axis=0)
    return [[None if np.isnan(each) else _r(float(each)) for each in row] for row in means]


def _r(value: float) -> float:
    return round(float(value), 2)
