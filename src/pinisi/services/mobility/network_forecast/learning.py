"""Learning of the past of all roads, and measuring how good such forecasts are.

Judged as docs/reference/mobility-forecast.md says: the last fifth of the past is held back, learnt without.
"""

import warnings
from typing import TYPE_CHECKING

from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.services.mobility.network_forecast.learnt import FORM, Frame, RoadMissed, arrays_of
from pinisi.services.mobility.network_forecast.matrix import STEP, adjacency, matrix
from pinisi.services.mobility.network_forecast.request import TEXTS, Missed, NetworkPast
from pinisi.services.mobility.network_forecast.track_record import HORIZONS
from pinisi.vocabulary.instant import DAY

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.forecast.judged import Held
    from pinisi.services.mobility.engine.forecast.network import Margins
    from pinisi.services.mobility.engine.forecast.speeds import Numbers, Speeds

FEWEST_ROADS = 2


def learn_network(past: NetworkPast, progress: Progress) -> Frame:
    """
    Raises:
        JobFailed: too few detectors, or days.
    """
    from pinisi.services.mobility.engine.forecast.judged import last_fifth, mean_error, persistence, said_of
    from pinisi.services.mobility.engine.forecast.network import FEWEST, learn, margins

    speeds, last = _whole(past)
    rows = speeds.steps.size
    if speeds.roads < FEWEST_ROADS or int(0.8 * rows) * 4 // 5 < FEWEST:
        raise JobFailed(fill(TEXTS["network-too-little"], roads=speeds.roads, hours=round(rows / 12)))
    near = adjacency(past.detectors)
    held = last_fifth(speeds)
    progress(0.05, "learning from the first four fifths")
    before = speeds.until(held.first)
    made, plain = said_of(held, learn(before, near).ahead), said_of(held, persistence)
    progress(0.35, "measuring the interval")
    inside = _inside(held, made, margins(before, near))
    by_road = _by_road(held, made), _by_road(held, plain)
    progress(0.6, "learning from all of it")
    margin, everything = margins(speeds, near), learn(speeds, near)
    missed = Missed(
        basis="held-back",
        errors={name: _r(mean_error(held, made, by)) for name, by in HORIZONS.items()},
        last_speed={name: _r(mean_error(held, plain, by)) for name, by in HORIZONS.items()},
        held=_r(100 * sum(inside) / max(1, len(inside))),
        compared=len(inside),
        days=-(-(rows - held.first) * STEP // DAY),
    )
    return Frame(
        form=FORM,
        detectors=tuple(each.id for each in past.detectors),
        until=last * STEP,
        hours=_r(rows / 12),
        missed=missed,
        roads=tuple(_of_road(*by_road, road) for road in range(speeds.roads)),
        arrays=arrays_of(everything, margin),
    )


def _whole(past: NetworkPast) -> "tuple[Speeds, int]":
    """All that is known, and its last step since 1970."""
    steps = [each for detector in past.detectors for each in (detector.steps[0], detector.steps[-1])]
    first, last = min(steps, default=0), max(steps, default=-1)
    return matrix(past.detectors, first, last - first + 1, past.ahead_of_utc), last


def _of_road(made: "list[list[float | None]]", plain: "list[list[float | None]]", road: int) -> RoadMissed:
    quarter, whole = HORIZONS["15"] - 1, HORIZONS["60"] - 1
    return RoadMissed(
        error_15=made[quarter][road],
        error_60=made[whole][road],
        last_15=plain[quarter][road],
        last_60=plain[whole][road],
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


def _by_road(held: "Held", said: "Numbers") -> "list[list[float | None]]":
    """Step -> road -> mean absolute error; None where nothing came."""
    import numpy as np

    from pinisi.services.mobility.engine.forecast.network import outcomes
    from pinisi.services.mobility.engine.forecast.speeds import AHEAD

    whole = held.origins[held.origins + AHEAD < held.end]
    missed = np.abs(said[: whole.size] - outcomes(held.speeds.values, whole))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        means = np.nanmean(missed, axis=0)
    return [[None if np.isnan(each) else _r(float(each)) for each in row] for row in means]


def _r(value: float) -> float:
    return round(float(value), 2)
