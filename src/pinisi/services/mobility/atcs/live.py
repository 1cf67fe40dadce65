"""One junction as it runs now, for its page: lamps beside the plan, queues, detectors, the shadow."""

from typing import Literal

import msgspec


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds from now, negative: it was."""

    aspect: str
    start: float
    end: float


class GroupSpans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: str
    spans: tuple[Span, ...]


class LiveGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`aspect` and `since` (a moment) are None while the link is down; `vehicles` and `standing` where nothing sees
    its lanes.
    """

    id: str
    entity: str
    name: str
    kind: str
    aspect: str | None
    since: str | None
    vehicles: int | None
    standing: int | None


class LiveStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    id: str
    groups: tuple[str, ...]
    planned_green: float


class LiveGain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """Modelled: seconds a vehicle, vehicles, per cent of the plan's delay that would be saved."""

    controller: str
    minutes: float
    vehicles: int
    delay_plan: float
    delay_control: float
    queue_plan: float
    queue_control: float
    saved: float | None
    method: Literal["modelled"] = "modelled"
    model: str = ""


class LiveDetector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The last interval; `heard` is when, None never."""

    id: str
    entity: str
    group: str
    lane: str
    kind: str
    vehicles: int | None
    occupancy: int | None
    speed: int | None
    heard: str | None
    state: str


class LivePriority(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A vehicle that asks by itself: `vehicle` is its entity, `stage` as S0033 has it, `by` who gives way."""

    vehicle: str
    kind: Literal["ambulance", "bus"]
    group: str
    stage: str
    by: Literal["ours", "street"]
    since: str
    arrives: str


class JunctionSignals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`live` is None where no control of this house runs the junction."""

    live: "JunctionLive | None"


class JunctionLive(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """`mode` was ordered, `control` has the junction; `since` when that began; `window` seconds are in the spans.
    `stage_since`: when the last of its groups turned green, None between two stages. `provider` is the source's card.
    """

    junction: str
    at: str
    alive: bool
    link_fault: str
    method: str
    mode: str
    control: str
    reason: str
    refused: str
    since: str | None
    plan: str
    provider: str
    stage: str | None
    stage_since: str | None
    wanted: str
    allows: str
    groups: tuple[LiveGroup, ...]
    stages: tuple[LiveStage, ...]
    window: float
    actual: tuple[GroupSpans, ...]
    planned: tuple[GroupSpans, ...]
    gain: LiveGain | None
    detectors: tuple[LiveDetector, ...]
    priorities: tuple[LivePriority, ...] = ()
