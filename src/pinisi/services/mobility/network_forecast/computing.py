"""The job: tell the next hour of each road by what was learnt of all of them, and compare what was told with what came.

It learns where nothing is known that is young enough; that takes seconds to minutes, telling alone less than one.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from pinisi.runtime.computation import Progress
from pinisi.services.mobility.network_forecast.learning import learn_network
from pinisi.services.mobility.network_forecast.learnt import Frame, frame_of, learnt_of
from pinisi.services.mobility.network_forecast.matrix import STEP, matrix
from pinisi.services.mobility.network_forecast.request import (
    DetectorAhead,
    DetectorPast,
    NetworkForecastAnswer,
    NetworkPast,
    Step,
)
from pinisi.services.mobility.network_forecast.track_record import (
    FEWEST_TELLINGS,
    TrackRecord,
    judged,
    missed,
    missed_on,
    record_of,
    telling,
)
from pinisi.vocabulary.instant import format_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.forecast.speeds import Numbers

SILENT_STEPS = 6
LOOKED_AT = 30
"""Steps: the last hour, and what is needed to judge what was told an hour and three quarters ago at most."""


def compute(past: NetworkPast, progress: Progress) -> NetworkForecastAnswer:
    """
    Raises:
        JobFailed: it is to learn, and there are too few detectors, or days.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    known = frame_of(past.learnt, past.now) if past.learnt else None
    frame = known or learn_network(past, progress)
    progress(0.95, "telling the next hour")
    hour = _told(frame, past)
    columns = {detector: place for place, detector in enumerate(frame.detectors)}
    record = judged(record_of(past.told), columns, hour.measured, hour.first, past.now // STEP)
    speaking = [place for place, silent in enumerate(hour.silent) if not silent]
    ids = [frame.detectors[place] for place in speaking]
    own = record.compared >= FEWEST_TELLINGS
    if ids and all(each.origin < hour.origin for each in record.tellings):
        ahead, low, high = (each[:, speaking] for each in hour.said)
        said = telling(hour.origin, ids, ahead, low, high, hour.last[speaking])
        record = msgspec.structs.replace(record, tellings=(*record.tellings, said))
    return NetworkForecastAnswer(
        origin=hour.origin * STEP,
        detectors=tuple(_detector(frame, place, hour, record if own else None) for place in speaking),
        silent=len(frame.detectors) - len(speaking),
        hours=frame.hours,
        learnt_until=frame.until,
        missed=(missed(record) if own else None) or frame.missed,
        learnt=b"" if known is not None else msgspec.msgpack.encode(frame),
        told=msgspec.msgpack.encode(record),
    )


@dataclass(frozen=True)
class _Hour:
    """`first`, `origin`: steps since 1970; `measured`: a row a step from `first` on, a column a detector.

    `said`: value, low and high, each step x detector; `last`: what was last known of each; `silent`: of each.
    """

    first: int
    origin: int
    measured: "Numbers"
    said: "tuple[Numbers, Numbers, Numbers]"
    last: "Numbers"
    silent: "list[bool]"


def _told(frame: Frame, past: NetworkPast) -> _Hour:
    import numpy as np

    from pinisi.services.mobility.engine.forecast.network import windows_of
    from pinisi.services.mobility.engine.forecast.speeds import Speeds

    learnt, margin = learnt_of(frame.arrays)
    by_id = {each.id: each for each in past.detectors}
    detectors = [by_id.get(id) or DetectorPast(id=id, place=None, steps=(), speeds=()) for id in frame.detectors]
    now = past.now // STEP
    last = max((step for each in detectors for step in each.steps[-1:] if step <= now), default=now)
    speeds = matrix(detectors, last - LOOKED_AT + 1, LOOKED_AT, past.ahead_of_utc)
    measured = speeds.values
    heard = ~np.isnan(measured).all(axis=0)
    values = np.where(heard, measured, learnt.signs.usual.at(speeds.steps, 0))
    window = windows_of(Speeds(np.asarray(values, np.float32), speeds.steps), np.array([LOOKED_AT - 1]))
    ahead = learnt.ahead(window, speeds.steps[-1:])[0]
    level = margin.level(window[0, -1])
    low = np.maximum(0, ahead + np.minimum(0, margin.low[level].T))
    high = np.maximum(0, ahead + np.maximum(0, margin.high[level].T))
    missing = [bool(np.isnan(measured[-SILENT_STEPS:, road]).all()) for road in range(measured.shape[1])]
    return _Hour(
        first=last - LOOKED_AT + 1,
        origin=last,
        measured=measured,
        said=(ahead, low, high),
        last=window[0, -1],
        silent=[each or now - last >= SILENT_STEPS for each in missing],
    )


def _detector(frame: Frame, place: int, hour: _Hour, record: TrackRecord | None) -> DetectorAhead:
    """`record`: what was told and came, where there is enough of it."""
    steps = [
        Step(
            at=format_instant((hour.origin + by + 1) * STEP),
            **{
                name: round(float(each[by, place]), 2)
                for name, each in zip(("value", "low", "high"), hour.said, strict=True)
            },
        )
        for by in range(hour.said[0].shape[0])
    ]
    id = frame.detectors[place]
    errors = msgspec.structs.asdict(frame.roads[place]) if record is None else missed_on(record, id)
    return DetectorAhead(id=id, ahead=tuple(steps), **errors)
