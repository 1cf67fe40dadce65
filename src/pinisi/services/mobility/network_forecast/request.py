"""What is asked of the job, what it is given of the context, what it answers."""

from typing import Annotated

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.vocabulary.instant import Instant

TEXTS = texts_of("pinisi.services.mobility")


class NetworkForecastRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`vehicle`: only detectors of this class; empty: those without class."""

    days: Annotated[int, asked(TEXTS["network-days"], unit="DAY", ge=2, le=28)] = 14
    vehicle: Annotated[str, asked(TEXTS["network-vehicle"], hint=TEXTS["network-vehicle-hint"], max_length=40)] = ""


class DetectorPast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`steps`: of five minutes since 1970 (UTC), ascending; `speeds`: KMH, one for each."""

    id: str
    place: tuple[float, float] | None
    steps: tuple[int, ...]
    speeds: tuple[float, ...]


class NetworkPast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ahead_of_utc`: the city's zone."""

    now: Instant
    ahead_of_utc: Instant
    detectors: tuple[DetectorPast, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: str
    value: float
    low: float
    high: float


class DetectorAhead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """KMH. Errors: what such forecasts missed on average on the fifth of the past that was held back, 15 and 60 minutes
    ahead, beside the last speed again.
    """

    id: str
    ahead: tuple[Step, ...]
    error_15: float | None
    error_60: float | None
    last_15: float | None
    last_60: float | None


class NetworkForecastAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`errors`, `last_speed`: minutes -> mean error over the steps up to it (KMH), of the forecast and of the last
    speed again, on the fifth of the past that was held back; `held`: how many values lay in the interval (P1).
    """

    origin: Instant
    detectors: tuple[DetectorAhead, ...]
    silent: int
    hours: float
    errors: dict[str, float]
    last_speed: dict[str, float]
    held: float
    compared: int
