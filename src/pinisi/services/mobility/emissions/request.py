"""What is asked of the job, what it is given of the context, what it answers."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.emissions.factors import Factor
from pinisi.vocabulary.instant import Instant

TEXTS = texts_of("pinisi.services.mobility")


class EmissionsRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ending`: a moment (ISO 8601); empty: the last full hour."""

    hours: Annotated[int, asked(TEXTS["emissions-hours"], unit="HUR", ge=1, le=744)] = 24
    ending: Annotated[str, asked(TEXTS["emissions-ending"], hint=TEXTS["emissions-ending-hint"], max_length=40)] = ""


class Interval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was counted on a road in one interval, by class; `all`: vehicles that nobody told apart."""

    count: str
    road: str
    by: Literal["detector", "turns"]
    begin: Instant
    end: Instant
    vehicles: Mapping[str, float]


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A road or an area, with its ground (GeoJSON as text); `level` is of an area."""

    id: str
    name: str
    ground: str
    level: str = ""


class NotCounted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A count that was not used, and why."""

    id: str
    reason: str


class Traffic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`own`: whether the factors are the city's."""

    begin: Instant
    end: Instant
    intervals: tuple[Interval, ...]
    roads: tuple[Ground, ...]
    areas: tuple[Ground, ...]
    factors: tuple[Factor, ...]
    own: bool
    left_out: tuple[NotCounted, ...] = ()


class OfClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one class did on a road in an hour, or all of it in a period: vehicle-kilometres, and grams of each gas."""

    km: float
    co2: float
    co2_low: float
    co2_high: float
    nox: float | None
    pm: float | None
    co: float | None
    hc: float | None


class RoadHour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`minutes`: for how long of the hour somebody counted; `counts`: the ids of what was counted.

    `shared`: the classes of vehicles that nobody told apart were taken from the city's turning counts.
    """

    road: str
    name: str
    ground: str
    begin: Instant
    end: Instant
    minutes: float
    counts: tuple[str, ...]
    shared: bool
    classes: Mapping[str, OfClass]
    areas: tuple[str, ...]


class Total(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of an area (None: the city) over the whole period. `band`: the fifth of the areas by CO2 a square kilometre."""

    area: Ground | None
    roads: int
    hours: int
    classes: Mapping[str, OfClass]
    band: int | None = None


class EmissionsAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    begin: Instant
    end: Instant
    hours: tuple[RoadHour, ...]
    totals: tuple[Total, ...]
    factors: tuple[Factor, ...]
    own: bool
    shares: Mapping[str, float]
    left_out: tuple[NotCounted, ...]
