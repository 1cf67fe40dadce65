"""Corridors as a city writes them down, before anybody has a timetable: lines, stops, how long it takes, how often."""

from datetime import date
from typing import Annotated, Literal

import msgspec

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-9]):[0-5]\d$")]
"""`05:30`; past 24:00 for the night after."""
Days = Literal["all", "weekdays", "weekend", "saturday", "sunday"]
DAYS: dict[Days, str] = {
    "all": "1111111",
    "weekdays": "1111100",
    "weekend": "0000011",
    "saturday": "0000010",
    "sunday": "0000001",
}
"""Monday first."""


class Operator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`time_zone` as `Asia/Makassar`; `language` as `id`; `currency` as `IDR`."""

    name: Words
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/]+\.[^\s]+$", max_length=300)]
    time_zone: Words
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")] = "id"
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "IDR"


class CorridorStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`minutes` from the stop before; without it the corridor's speed tells. One name at one place is one stop, of
    whatever corridors."""

    name: Words
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    minutes: Annotated[float, msgspec.Meta(gt=0, le=240)] | None = None


class Headway(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A vehicle every `minutes` from one moment to before another; `from_` is written `from`."""

    from_: Clock = msgspec.field(name="from")
    to: Clock
    minutes: Annotated[float, msgspec.Meta(ge=0.5, le=720)]
    days: Days = "all"


class Corridor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`speed` in km/h along the way, which is taken to be 1.3 times the straight lines. `hail_and_ride`: people get on
    and off where they wave (pete-pete, angkot); its stops are then only places that it passes. `source`: who says so.
    `fare`: what one ride costs, where it is known.
    """

    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,30}$")]
    name: Words
    stops: Annotated[tuple[CorridorStop, ...], msgspec.Meta(min_length=2, max_length=300)]
    headways: Annotated[tuple[Headway, ...], msgspec.Meta(min_length=1, max_length=100)]
    source: Words
    kind: Literal["bus", "minibus"] = "bus"
    speed: Annotated[float, msgspec.Meta(ge=3, le=120)] | None = None
    hail_and_ride: bool = False
    both_ways: bool = True
    fare: Annotated[float, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    color: Annotated[str, msgspec.Meta(pattern="^([0-9A-Fa-f]{6})?$")] = ""


class CorridorList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`begin` and `end`: the first and the last day on which it runs. `example`: nothing of it is real."""

    operator: Operator
    corridors: Annotated[tuple[Corridor, ...], msgspec.Meta(min_length=1, max_length=500)]
    begin: date
    end: date
    example: bool = False
