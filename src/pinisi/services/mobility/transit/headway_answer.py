"""What the endpoint of headways says: each direction of a line with its stops, vehicles and advice."""

from typing import Literal

import msgspec

from pinisi.city.text import Text


class StopHeadways(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`headways`: seconds between the vehicles that passed in the time looked at, the oldest first. `variation`: their
    coefficient of variation, `grade` its class (A to F), of three or more."""

    entity: str
    name: str
    metres: int
    passed: int
    headways: tuple[int, ...]
    mean: int | None
    variation: float | None
    grade: str | None
    bunched: int
    gaps: int


class VehicleBetween(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`ahead`, `behind`: seconds to the vehicle before and to the one behind. `standing` tells whether it is off its
    headway; None where neither neighbour is known."""

    entity: str
    name: str
    metres: int
    at: str
    ahead: int | None
    behind: int | None
    standing: Literal["even", "bunched", "gap"] | None


class HoldAdvice(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Advice to a person; nothing is sent to anybody."""

    vehicle: str
    vehicle_name: str
    stop: str
    stop_name: str
    seconds: int
    text: Text


class DirectionHeadways(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`towards`: the last stop. `expected`: the headway that is kept to, in seconds, and where it is from."""

    towards: str
    metres: int
    expected: int | None
    expected_by: Literal["timetable", "seen", "nothing"]
    stops: tuple[StopHeadways, ...]
    vehicles: tuple[VehicleBetween, ...]
    advice: tuple[HoldAdvice, ...]


class HeadwaysAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`method`: simulated or replayed where a position is. `minutes`: how far back was looked."""

    route: str
    line: str
    at: str
    minutes: int
    method: Literal["modelled", "simulated", "replayed"]
    directions: tuple[DirectionHeadways, ...]
    notes: tuple[Text, ...]
