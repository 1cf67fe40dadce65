"""What is asked of the job "what if", what it computes on, and what comes of it."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.demand.fit import Fit

TEXTS = texts_of("pinisi.services.mobility")
LonLat = tuple[float, float]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Most = msgspec.Meta(max_length=50)


class WhatIfRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`closed_edges`, `bus_edges`: pieces of road by the network's own names, where it lies nowhere on the Earth.

    `motorcycles_percent`: of the vehicles of both runs; without it what the counts say, else none.
    """

    name: Annotated[str, asked(TEXTS["whatif-name"], min_length=1, max_length=120)]
    network: Annotated[Id, asked(TEXTS["whatif-network"], entity=("TwinNetwork",))]
    closures: Annotated[tuple[Id, ...], asked(TEXTS["whatif-closures"], entity=("RoadClosure",)), _Most] = ()
    closed_roads: Annotated[tuple[Id, ...], asked(TEXTS["whatif-closed"], entity=("RoadSegment",)), _Most] = ()
    bus_lanes: Annotated[tuple[Id, ...], asked(TEXTS["whatif-bus"], entity=("RoadSegment",)), _Most] = ()
    plans: Annotated[tuple[Id, ...], asked(TEXTS["whatif-plans"], entity=("SignalPlan", "JunctionStudy")), _Most] = ()
    growth_percent: Annotated[float, asked(TEXTS["whatif-growth"], unit="P1", ge=-90, le=200)] = 0
    motorcycles_percent: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=100)] | None,
        asked(TEXTS["whatif-motorcycles"], hint=TEXTS["whatif-motorcycles-hint"], unit="P1"),
    ] = None
    demand: Annotated[
        Literal["counts", "file"],
        asked(TEXTS["whatif-demand"], choices={"counts": TEXTS["whatif-by-counts"], "file": TEXTS["whatif-by-file"]}),
    ] = "counts"
    minutes: Annotated[int, asked(TEXTS["whatif-minutes"], unit="MIN", ge=5, le=180)] = 60
    seeds: Annotated[int, asked(TEXTS["whatif-seeds"], hint=TEXTS["whatif-seeds-hint"], ge=1, le=10)] = 3
    closed_edges: Annotated[tuple[Id, ...], asked(TEXTS["whatif-closed-edges"]), _Most] = ()
    bus_edges: Annotated[tuple[Id, ...], asked(TEXTS["whatif-bus-edges"]), _Most] = ()


class Counted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A count of the context. `ground` (GeoJSON) is of the place, or of the junction where there is an `approach`.

    `at`, `until`: its interval, where it says one.
    """

    id: str
    vehicles: float
    hours: float
    ground: str
    approach: str = ""
    movement: str = ""
    at: str = ""
    until: str = ""


class PlanSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A timing for the signal nearest to a place: greens of its stages in their order (s). `at`: since when."""

    id: str
    place: LonLat
    greens: tuple[float, ...]
    offset: float = 0.0
    at: str = ""


Kind = Literal["car", "motorcycle"]
KINDS: tuple[Kind, ...] = ("car", "motorcycle")
"""Whom the twin drives, in the words of `closedTo`."""


class Chosen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A closure or a road, with its ground (GeoJSON, as text).

    Attributes:
        kinds: whom it keeps out.
        begin, end: of a closure (s from the begin of the simulated time); without an end it lasts.
        at: when it was said.
    """

    id: str
    ground: str
    kinds: tuple[Kind, ...] = KINDS
    begin: float = 0.0
    end: float | None = None
    at: str = ""


class LeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What could not be taken: its id, and why."""

    id: str
    reason: str


class WhatIf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is computed on: the request, and what the context says to it. `folder`: of the network.

    `closed_now`, `plans_now`: what holds on the roads of both runs. `left_out`: what of the context cannot be taken.
    """

    asked: WhatIfRequest
    folder: str
    network_at: str = ""
    closed_now: tuple[Chosen, ...] = ()
    plans_now: tuple[PlanSaid, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    closed: tuple[Chosen, ...] = ()
    bus: tuple[Chosen, ...] = ()
    plans: tuple[PlanSaid, ...] = ()
    counts: tuple[Counted, ...] = ()
    motorcycles: float = 0.0
    """Share of the vehicles, 0 to 1."""


class Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one run, over every due vehicle.

    Attributes:
        never_inserted: due vehicles that found no room or no way in; with their whole wait in `delay_s`.
        delay_s: mean of time loss and departure delay of a due vehicle. `travel_s`: of those that arrived.
        queue: vehicles that stand, on average over the time.
        co2_g_km: of all that drive, a vehicle-kilometre.
    """

    due: float
    completed: float
    never_inserted: float
    delay_s: float
    travel_s: float
    queue: float
    km: float
    co2_kg: float
    nox_kg: float
    pm_kg: float
    co2_g_km: float


class RoadFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one road in one hour of a run. `speed_kmh` is None where nobody drove."""

    km: float = 0.0
    delay_s: float = 0.0
    queue: float = 0.0
    co2_g: float = 0.0
    nox_g: float = 0.0
    pm_g: float = 0.0
    speed_kmh: float | None = None


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: each seed's figures, and of each road and hour the mean of the seeds.

    `other_co2_kg`: of the first seed by the second emission model; None where it was not asked.
    """

    runs: tuple[Figures, ...]
    roads: Mapping[str, tuple[RoadFigures, ...]]
    other_co2_kg: float | None = None


class RoadCourse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name and course of a road of the network; the course is empty where the network lies nowhere."""

    name: str
    lines: tuple[tuple[LonLat, ...], ...]


class Used(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing of the context that both runs were made of, and when it was true; `until`: of a count."""

    id: str
    at: str
    until: str = ""


class Basis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that was taken out of the context."""

    network_at: str = ""
    plans: tuple[Used, ...] = ()
    counts: tuple[Used, ...] = ()
    closures: tuple[Used, ...] = ()


class WhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Attributes:
    fits: how the simulated demand of the base agrees with each count; empty for a demand of a file.
    changed: pieces of road that were closed, that got a bus lane, signals with another timing.
    faster: seconds simulated in a second of this machine, of one run.
    """

    base: Side
    variant: Side
    fits: tuple[Fit, ...]
    basis: Basis
    left_out: tuple[LeftOut, ...]
    closed: tuple[str, ...]
    bus: tuple[str, ...]
    signals: tuple[str, ...]
    courses: Mapping[str, RoadCourse]
    cut_off: int
    motorcycles: float
    faster: float
    second_model: str = ""
