"""What forecasts of the network said, compared with what came: the error that the city has seen with its own eyes.

Each telling waits until the last five minutes it spoke of are over; then it is compared with the means of the measured
speeds, beside the last speed again, and counts in its day. Days older than `DAYS` are forgotten. A telling whose hour
the house did not hear (it stood) is not compared. A value that comes later than that changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.services.mobility.network_forecast.matrix import STEP
from pinisi.services.mobility.network_forecast.request import Missed
from pinisi.vocabulary.instant import DAY

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.forecast.speeds import Numbers

DAYS = 7
FEWEST_TELLINGS = 90
"""Nearly a day of quarters of an hour: before that the error is that of what was held back."""
HORIZONS = {"15": 3, "30": 6, "60": 12}
_AHEAD = 12
_MISSED, _PLAIN, _COUNT, _HELD = range(4)
"""Rows of a score: sums of absolute errors of the forecast and of the last speed again, how many values came, how many
of those lay in the interval; a column a step ahead."""
_SUMS = 4


class Telling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was said of each detector: step x detector (`last`: detector), float32. `origin`: a step since 1970."""

    origin: int
    detectors: tuple[str, ...]
    ahead: bytes
    low: bytes
    high: bytes
    last: bytes


class DayScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one day (UTC, of the origins): how many tellings, the first and the last origin of them, and of each detector
    its score (float32).
    """

    day: int
    tellings: int
    first: int
    last: int
    detectors: dict[str, bytes]


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tellings: tuple[Telling, ...] = ()
    days: tuple[DayScore, ...] = ()

    @property
    def compared(self) -> int:
        """How many tellings have been compared with what came."""
        return sum(day.tellings for day in self.days)


def record_of(kept: bytes) -> TrackRecord:
    """An empty one where it cannot be read."""
    try:
        return msgspec.msgpack.decode(kept, type=TrackRecord) if kept else TrackRecord()
    except msgspec.MsgspecError:
        return TrackRecord()


def telling(
    origin: int, detectors: Sequence[str], ahead: "Numbers", low: "Numbers", high: "Numbers", last: "Numbers"
) -> Telling:
    """`ahead`, `low`, `high`: step x detector; `last`: what was last known."""
    return Telling(
        origin=origin,
        detectors=tuple(detectors),
        ahead=_bytes(ahead),
        low=_bytes(low),
        high=_bytes(high),
        last=_bytes(last),
    )


def judged(record: TrackRecord, columns: Mapping[str, int], values: "Numbers", first: int, over: int) -> TrackRecord:
    """With the tellings compared whose hour is over.

    Args:
        columns: detector -> column of `values`.
        values: what was measured, a row a step from `first` on, NaN where nothing was.
        over: the first step that is not over yet.
    """
    waiting: list[Telling] = []
    days = {day.day: day for day in record.days}
    for said in record.tellings:
        if said.origin + _AHEAD >= over:
            waiting.append(said)
        elif said.origin + 1 >= first:
            day = said.origin * STEP // DAY
            days[day] = _counted(days.get(day), day, said, columns, values[said.origin + 1 - first :])
    newest = (over * STEP) // DAY
    kept = tuple(days[day] for day in sorted(days) if newest - DAYS < day <= newest)
    return TrackRecord(tellings=tuple(waiting), days=kept)


def _counted(before: DayScore | None, day: int, said: Telling, columns: Mapping[str, int], came: "Numbers") -> DayScore:
    import numpy as np

    size = len(said.detectors)
    ahead, low, high = (_figures(each, size) for each in (said.ahead, said.low, said.high))
    last = np.frombuffer(said.last, np.float32)
    scores = dict(before.detectors) if before is not None else {}
    for place, detector in enumerate(said.detectors):
        column = columns.get(detector)
        if column is None:
            continue
        value = came[:_AHEAD, column]
        there = ~np.isnan(value)
        score = np.zeros((_SUMS, _AHEAD), np.float32)
        score[_MISSED] = np.where(there, np.abs(ahead[:, place] - value), 0)
        score[_PLAIN] = np.where(there, np.abs(last[place] - value), 0)
        score[_COUNT] = there
        score[_HELD] = there & (value >= low[:, place]) & (value <= high[:, place])
        scores[detector] = _bytes(score + _score(scores.get(detector)))
    return DayScore(
        day=day,
        tellings=1 + (before.tellings if before is not None else 0),
        first=min(said.origin, before.first) if before is not None else said.origin,
        last=max(said.origin, before.last) if before is not None else said.origin,
        detectors=scores,
    )


def missed(record: TrackRecord) -> Missed | None:
    """Of all roads together; None where nothing came."""
    whole = _summed(each for day in record.days for each in day.detectors.values())
    if not (whole[_COUNT] > 0).all():
        return None
    means = whole / whole[_COUNT]
    return Missed(
        basis="as-told",
        errors={name: _r(means[_MISSED, :by].mean()) for name, by in HORIZONS.items()},
        last_speed={name: _r(means[_PLAIN, :by].mean()) for name, by in HORIZONS.items()},
        held=_r(100 * whole[_HELD].sum() / whole[_COUNT].sum()),
        compared=round(float(whole[_COUNT].sum())),
        days=max(1, -(-(max(day.last for day in record.days) - min(day.first for day in record.days)) * STEP // DAY)),
    )


def missed_on(record: TrackRecord, detector: str) -> dict[str, float | None]:
    """Of one road: what its forecasts 15 and 60 minutes ahead missed, and the last speed again."""
    whole = _summed(day.detectors.get(detector) for day in record.days)
    return {
        f"{name}_{minutes}": _mean(whole[row, HORIZONS[minutes] - 1], whole[_COUNT, HORIZONS[minutes] - 1])
        for name, row in (("error", _MISSED), ("last", _PLAIN))
        for minutes in ("15", "60")
    }


def _mean(total: Any, count: Any) -> float | None:
    return _r(total / count) if count > 0 else None


def _summed(scores: Iterable[bytes | None]) -> Any:
    whole = _score(None)
    for each in scores:
        whole = whole + _score(each)
    return whole


def _score(kept: bytes | None) -> Any:
    import numpy as np

    return np.zeros((_SUMS, _AHEAD)) if kept is None else np.frombuffer(kept, np.float32).reshape(_SUMS, _AHEAD)


def _figures(kept: bytes, detectors: int) -> Any:
    import numpy as np

    return np.frombuffer(kept, np.float32).reshape(_AHEAD, detectors)


def _bytes(figures: Any) -> bytes:
    import numpy as np

    return np.ascontiguousarray(figures, np.float32).tobytes()


def _r(value: Any) -> float:
    return round(float(value), 2)
