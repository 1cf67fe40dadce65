"""What is asked of the job, what it is given of the context, what it answers."""

from typing import Annotated, Literal

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.vocabulary.instant import Instant

TEXTS = texts_of("pinisi.services.mobility")
Basis = Literal["as-told", "held-back"]


class NetworkForecastRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`vehicle`: only detectors of this class; empty: those without class. `anew`: learn now, else by what was learnt
    in the last hours, where there is such.
    """

    days: Annotated[int, asked(TEXTS["network-days"], unit="DAY", ge=2, le=28)] = 14
    vehicle: Annotated[str, asked(TEXTS["network-vehicle"], hint=TEXTS["network-vehicle-hint"], max_length=40)] = ""
    anew: Annotated[bool, asked(TEXTS["network-anew"], hint=TEXTS["network-anew-hint"])] = True


class DetectorPast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`steps`: of five minutes since 1970 (UTC), ascending; `speeds`: KMH, one for each."""

    id: str
    place: tuple[float, float] | None
    steps: tuple[int, ...]
    speeds: tuple[float, ...]


class NetworkPast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ahead_of_utc`: the city's zone. `learnt`: what was learnt before (`learnt.py`), empty where it is to be learnt
    now from `detectors`. `told`: what was told before (`track_record.py`).
    """

    now: Instant
    ahead_of_utc: Instant
    detectors: tuple[DetectorPast, ...]
    learnt: bytes = b""
    told: bytes = b""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: str
    value: float
    low: float
    high: float


class DetectorAhead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """KMH. Errors: what such forecasts missed on average 15 and 60 minutes ahead, beside the last speed again."""

    id: str
    ahead: tuple[Step, ...]
    error_15: float | None
    error_60: float | None
    last_15: float | None
    last_60: float | None


class Missed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far forecasts of the network have been from what came.

    `errors`, `last_speed`: minutes -> mean error over the steps up to it (KMH), of the forecast and of the last speed
    again; `held`: how many values lay in the interval (P1) of `compared` within the hour; `days` over which it was
    compared. `basis`: `as-told` (what was said, with what came) or `held-back` (on the fifth of the past that was held
    back when it was learnt).
    """

    basis: Basis
    errors: dict[str, float]
    last_speed: dict[str, float]
    held: float
    compared: int
    days: int


class NetworkForecastAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`origin`: the last step that was looked at; `hours` learnt from, until `learnt_until`.

    `learnt`, `told`: to be kept, `learnt` empty where nothing new was learnt.
    """

    origin: Instant
    detectors: tuple[DetectorAhead, ...]
    silent: int
    hours: float
    learnt_until: Instant
    missed: Missed
    learnt: bytes
    told: bytes
