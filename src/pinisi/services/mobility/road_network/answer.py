"""What the page of the network is told."""

from collections.abc import Sequence

import msgspec

from pinisi.city.value import Value


class Ahead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The speed forecast for a moment, KMH; nine times in ten it lies between `low` and `high`."""

    minutes: float
    at: str
    value: float
    low: float
    high: float


class Forecast(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """Of one road: from when, steps, and how far such forecasts have been from what came.

    `of_network`: learnt from all roads together, else from this one alone.
    """

    entity: str
    origin: str
    ahead: Sequence[Ahead]
    of_network: bool
    error_at_15: Value | None
    error_at_60: Value | None
    last_speed_error_at_60: Value | None
    interval_held: Value | None


class RoadRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """`state`: `free`, `slow`, `congested`, or `silent` (nothing for half an hour)."""

    id: str
    name: str
    segment: str | None
    state: str
    speed_now: Value | None
    speed_share: Value | None
    free_speed: Value | None
    travel_time_index: Value | None
    planning_time_index: Value | None
    buffer_index: Value | None
    forecast: Forecast | None


class OnRoads(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """A closure or an incident. `owner`: to whom the road belongs (`city`, `province`, `nation`), where it is known."""

    id: str
    name: str
    what: str | None
    since: str | None
    until: str | None
    said_by: str | None
    owner: str | None = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By which a road counts as congested: below so many percent of its free speed, over so many minutes."""

    below: float
    minutes: float
    written: bool


class NetworkMissed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """How far the forecasts of the network have been from what came; `basis` says how that is known."""

    entity: str
    roads: Value | None
    error_at_15: Value | None
    error_at_60: Value | None
    last_speed_error_at_15: Value | None
    last_speed_error_at_60: Value | None
    interval_held: Value | None
    compared_days: Value | None
    basis: Value | None


class NetworkAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """`vehicles`: classes that speeds are told of. `roads`: the worst first; `more`: how many further ones there are.

    `owners`: kilometres of road by whom they belong to, where a register says it.
    `missed`: of the forecast of the network, where there is one.
    `incidents`: those under way within 100 m of these roads that the one who asks may see.
    """

    at: str
    vehicle: str
    vehicles: Sequence[str]
    rule: Rule
    congested: Value | None
    judged: Value | None
    known: Value | None
    closed: Value | None
    roads: Sequence[RoadRow]
    more: int
    closures: Sequence[OnRoads]
    more_closures: int
    incidents: Sequence[OnRoads]
    owners: Sequence[Value] = ()
    missed: NetworkMissed | None = None
