"""What a junction that the city runs tells of itself from second to second: lamps, detectors, who decides, the shadow.

Attributes of `Junction`, beside those of `models.signals`:

- `signalMode`: what was ordered: plan, cyclic, acyclic, flash. `signalControl`: who has it now, in the same words.
- `fallbackReason`: why the plan runs though another was ordered: start, link, detectors, controller, lamps; else empty.
- `timePlan`: the stored plan that its controller says it runs. `refController`: that controller.
- `currentStage`: the stage of which all groups are green; empty while the signals change. `wantedStage`: the next.
- `queuedVehicles` (C62): vehicles that stand before the stop lines, as the detectors see it.
- `controlAllowed`: what its controller takes from outside: plans, bands (other timings of a plan), groups.
  `storedPlans`: the numbers of its stored plans.
- `shadowVerdict`: whether the controller may be switched to by what the shadow has shown: early, better, worse.
- `priorityRequests`: vehicles that ask by themselves, each with its group, its stage and since when.
- `signalPriority`: who was last asked to be let through: group, vehicle, seconds.
- under `SHADOW`, modelled: `shadowController` (cyclic, acyclic), `meanDelayByPlan` and `meanDelayByControl` (SEC a
  vehicle), `meanQueueByPlan` and `meanQueueByControl` (C62), `shadowGain` (P1: per cent of the plan's delay that the
  controller would save, negative where it is worse), `shadowMinutes` (MIN that were compared).

`SignalGroup.signalAspect` is what the group shows. `TrafficDetector`: `vehicleCount` (C62) that came in during the last
interval, `occupancy` (P1), `averageVehicleSpeed` (KMH), `detectorState` (heard, silent, faulty).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import msgspec

from pinisi.city.facts import Origin, fact, listing
from pinisi.runtime.told import told, told_json, told_relation
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.models.controllers import controller_id, with_method
from pinisi.services.mobility.models.signals import (
    DETECTOR,
    GROUP,
    JUNCTION,
    TrafficDetector,
    detector_entity,
    group_entity,
    junction_entity,
    junction_id,
    part_id,
    plan_entity,
)
from pinisi.vocabulary.instant import SECOND, format_instant

SHADOW = "urn:ngsi-ld:Dataset:signal-shadow"
MODELLED = {"type": "Property", "value": "modelled"}
Moment = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800 * SECOND)]
Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e6)]
Word = Annotated[str, msgspec.Meta(max_length=200)]
Id = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_.:#-]{1,200}\Z")]
_ID = re.compile(r"[A-Za-z0-9_.:#-]{1,200}")


class GroupShown(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` on a group shows `aspect`."""

    id: Id
    aspect: Literal["red", "redAmber", "amber", "green", "dark", "flashing"]
    since: Moment


class DetectorTold(msgspec.Struct, frozen=True, kw_only=True):
    """The last interval of a detector; None is not measured."""

    id: Id
    at: Moment
    state: Literal["heard", "silent", "faulty"]
    vehicles: Count | None = None
    occupancy: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    speed: Annotated[int, msgspec.Meta(ge=0, le=65_535)] | None = None


class ShadowGain(msgspec.Struct, frozen=True, kw_only=True):
    """As `engine.shadow.compared.Gain`."""

    controller: Literal["cyclic", "acyclic"]
    minutes: Seconds
    delay_plan: Seconds
    delay_control: Seconds
    queue_plan: Seconds
    queue_control: Seconds
    saved: Annotated[float, msgspec.Meta(ge=-1e6, le=100)] | None = None


class PriorityTold(msgspec.Struct, frozen=True, kw_only=True):
    """A request for priority: `vehicle` asks for `group`; `stage` in the words of S0033, `asked` before it says any.
    `by`: who gives way, a controller of ours or the one in the street.
    """

    vehicle: Annotated[str, msgspec.Meta(max_length=500)]
    kind: Literal["ambulance", "bus"]
    group: Id
    stage: Word
    by: Literal["ours", "street"]
    since: Moment
    arrives: Moment


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """What does not change: told when the control begins."""

    junction: Junction
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    detectors: tuple[TrafficDetector, ...] = ()
    allows: Literal["plans", "bands", "groups"] = "plans"


class JunctionReport(msgspec.Struct, frozen=True, kw_only=True, tag="junction"):
    """What is told of one junction at `at`. `source` is the id of the source that tells it."""

    source: Id
    junction: Id
    site: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    at: Moment
    simulated: bool = False
    mode: Literal["plan", "cyclic", "acyclic", "flash"] = "plan"
    control: Literal["plan", "cyclic", "acyclic", "flash"] = "plan"
    reason: Word = ""
    plan: Word = ""
    stage: Word | None = None
    wanted: Word = ""
    queued: Count | None = None
    groups: tuple[GroupShown, ...] = ()
    detectors: tuple[DetectorTold, ...] = ()
    gain: ShadowGain | None = None
    compared: bool = False
    priorities: tuple[PriorityTold, ...] | None = None
    laid: Laid | None = None


def strange_id(laid: Laid) -> str | None:
    """An id that cannot be part of a URN, or None."""
    junction = laid.junction
    parts = [*junction.groups, *junction.plans, *laid.detectors]
    ids = [junction.id, *(part.id for part in parts), *(each.group for each in laid.detectors)]
    return next((id for id in ids if _ID.fullmatch(id) is None), None)


def report_entities(report: JunctionReport) -> list[dict[str, Any]]:
    """A value that depends on the street is `simulated` where the controller says that it is one of ours."""
    method = method_of(report.simulated)
    live = [_junction(report), *_groups(report), *_detectors(report)]
    still = [] if report.laid is None else list(_still(report, report.laid, method))
    return [*still, *(with_method(entity, method) for entity in live)]


def method_of(simulated: bool) -> str:
    return "simulated" if simulated else "reported"


def _junction(report: JunctionReport) -> dict[str, Any]:
    at = format_instant(report.at)
    entity: dict[str, Any] = {
        "id": junction_id(report.junction),
        "type": JUNCTION,
        "signalMode": told(report.mode, at),
        "signalControl": told(report.control, at),
        "fallbackReason": told(report.reason, at),
        "refController": told_relation(controller_id(report.site), at),
        "wantedStage": told(report.wanted, at),
    }
    if report.plan:
        entity["timePlan"] = told(report.plan, at)
    if report.stage is not None:
        entity["currentStage"] = told(report.stage, at)
    if report.queued is not None:
        entity["queuedVehicles"] = told(report.queued, at, "C62")
    if report.priorities is not None:
        entity["priorityRequests"] = told_json([_asked(each) for each in report.priorities], at)
    if report.compared:
        entity["shadowVerdict"] = told(_verdict(report.gain), at) | {"method": MODELLED}
    return entity | ({} if report.gain is None else _shadow(report.gain, at))


def _asked(told: PriorityTold) -> dict[str, str]:
    moments = {"since": format_instant(told.since), "arrives": format_instant(told.arrives)}
    said = {"vehicle": told.vehicle, "kind": told.kind, "group": told.group, "stage": told.stage, "by": told.by}
    return said | moments


def _verdict(gain: ShadowGain | None) -> str:
    """No worse is good enough where the plan delays nobody."""
    if gain is None:
        return "early"
    return "better" if gain.saved is None or gain.saved >= 0 else "worse"


def _shadow(gain: ShadowGain, at: str) -> dict[str, Any]:
    numbers = {
        "shadowMinutes": (gain.minutes, "MIN"),
        "meanDelayByPlan": (gain.delay_plan, "SEC"),
        "meanDelayByControl": (gain.delay_control, "SEC"),
        "meanQueueByPlan": (gain.queue_plan, "C62"),
        "meanQueueByControl": (gain.queue_control, "C62"),
    }
    values = {name: told(round(number, 1), at, unit, SHADOW) for name, (number, unit) in numbers.items()}
    values["shadowController"] = told(gain.controller, at, None, SHADOW)
    if gain.saved is not None:
        values["shadowGain"] = told(round(gain.saved, 1), at, "P1", SHADOW)
    return {name: value | {"method": MODELLED} for name, value in values.items()}


def _groups(report: JunctionReport) -> Iterator[dict[str, Any]]:
    for group in report.groups:
        id = part_id(GROUP, report.junction, group.id)
        yield {"id": id, "type": GROUP, "signalAspect": told(group.aspect, format_instant(group.since))}


def _detectors(report: JunctionReport) -> Iterator[dict[str, Any]]:
    for each in report.detectors:
        at = format_instant(each.at)
        entity: dict[str, Any] = {
            "id": part_id(DETECTOR, report.junction, each.id),
            "type": DETECTOR,
            "detectorState": told(each.state, format_instant(report.at)),
        }
        measured: Sequence[tuple[str, int | None, str]] = (
            ("vehicleCount", each.vehicles, "C62"),
            ("occupancy", each.occupancy, "P1"),
            ("averageVehicleSpeed", each.speed, "KMH"),
        )
        yield entity | {name: told(value, at, unit) for name, value, unit in measured if value is not None}


def _still(report: JunctionReport, laid: Laid, method: str) -> Iterator[dict[str, Any]]:
    at = format_instant(report.at)
    origin = Origin(source=report.source, observed_at=at, period=at[:10], method=method)
    junction = laid.junction
    known = junction_entity(junction, origin, {"type": "Point", "coordinates": [laid.lon, laid.lat]})
    known["controlAllowed"] = fact(laid.allows, origin)
    yield known | {"storedPlans": listing([{"plan": plan.id} for plan in junction.plans])}
    yield from (group_entity(junction.id, group, origin) for group in junction.groups)
    yield from (plan_entity(junction.id, plan, origin) for plan in junction.plans)
    yield from (detector_entity(junction.id, detector, origin) for detector in laid.detectors)
