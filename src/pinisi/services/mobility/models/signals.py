"""Signals as entities: junction, signal group, plan, detector.

Smart Data Models has no model of a signal, a plan or a controller (dataModel.Transportation, 6aee14bc of 2 February
2026), so the types are Pinisi's own, in the words of RSMP's signal exchange list for traffic light controllers 1.2.1.
All times are seconds (SEC).

- `Junction`: `name`, `roadOwner` (city, province, nation), `signalStages` and `intergreens` as JSON, `allRedTime`
  (SEC), `cameraCount` (a count); `location` only where somebody has measured it.
- `SignalGroup` (RSMP "Signal group"): `refJunction`, `groupKind` (vehicle, pedestrian, bus), `minimumGreen`,
  `amberTime`, `redAmberTime`, `maximumRed`, `pedestrianClearance` (SEC); what it shows is `signalAspect` (S0001).
- `SignalPlan` (RSMP "time plan", S0014, S0022): `refJunction`, `cycleTime` (S0028), `cycleOffset` (S0024) in SEC,
  `plannedStages` as JSON, each with its green in seconds.
- `TrafficDetector` (RSMP "Detector logic", S0002): `refJunction`, `refSignalGroup`, `detectorKind` (loop, camera,
  button, radar), `detectorReach` (MTR) upstream of the stop line.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from pinisi.city.facts import Entity, Origin, fact, link, listing, place
from pinisi.services.mobility.engine.signals.demand import Shown
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan

JUNCTION, GROUP, PLAN, DETECTOR = "Junction", "SignalGroup", "SignalPlan", "TrafficDetector"
SECONDS, METRES = "SEC", "MTR"


class TrafficDetector(msgspec.Struct, frozen=True, kw_only=True):
    """`group`: the signal group whose traffic it sees; `reach`: metres upstream of the stop line, None unknown."""

    id: str
    group: str
    kind: Literal["loop", "camera", "button", "radar"]
    reach: float | None = None


def junction_id(id: str) -> str:
    return f"urn:ngsi-ld:{JUNCTION}:{id}"


def part_id(type: str, junction: str, id: str) -> str:
    """Of a group, plan or detector: by the junction's id and its own."""
    return f"urn:ngsi-ld:{type}:{junction}-{id}"


def junction_entity(junction: Junction, origin: Origin, location: Mapping[str, Any] | None = None) -> Entity:
    """`location` is GeoJSON, of a survey or a map; where nobody has one the junction stands on no map."""
    entity: Entity = {"id": junction_id(junction.id), "type": JUNCTION}
    if junction.name:
        entity["name"] = fact(junction.name, origin)
    if junction.owner is not None:
        entity["roadOwner"] = fact(junction.owner, origin)
    if location is not None:
        entity["location"] = place(location, origin)
    stages = [{"id": stage.id, "groups": list(stage.groups)} for stage in junction.stages]
    intergreens: list[dict[str, Any]] = [msgspec.to_builtins(each) for each in junction.matrix.intergreens]
    entity["allRedTime"] = fact(junction.all_red, origin, SECONDS)
    return entity | {"signalStages": listing(stages), "intergreens": listing(intergreens)}


def group_entity(junction: str, group: SignalGroup, origin: Origin) -> Entity:
    entity: Entity = {"id": part_id(GROUP, junction, group.id), "type": GROUP}
    entity["name"] = fact(group.name or group.id, origin)
    entity["groupKind"] = fact(group.kind, origin)
    entity["refJunction"] = link(junction_id(junction), origin)
    times = {
        "minimumGreen": group.minimum_green,
        "amberTime": group.amber,
        "redAmberTime": group.red_amber,
        "maximumRed": group.maximum_red,
        "pedestrianClearance": group.pedestrian_clearance,
    }
    return entity | {name: fact(seconds, origin, SECONDS) for name, seconds in times.items() if seconds is not None}


def plan_entity(junction: str, plan: SignalPlan, origin: Origin) -> Entity:
    """Stored, computed or simulated: the method of `origin` says which."""
    stages = [{"stage": each.stage, "green": each.green} for each in plan.stages]
    return {
        "id": part_id(PLAN, junction, plan.id),
        "type": PLAN,
        "name": fact(plan.id, origin),
        "refJunction": link(junction_id(junction), origin),
        "cycleTime": fact(plan.cycle, origin, SECONDS),
        "cycleOffset": fact(plan.offset, origin, SECONDS),
        "plannedStages": listing(stages),
    }


def detector_entity(junction: str, detector: TrafficDetector, origin: Origin) -> Entity:
    entity: Entity = {
        "id": part_id(DETECTOR, junction, detector.id),
        "type": DETECTOR,
        "name": fact(detector.id, origin),
        "refJunction": link(junction_id(junction), origin),
        "refSignalGroup": link(part_id(GROUP, junction, detector.group), origin),
        "detectorKind": fact(detector.kind, origin),
    }
    if detector.reach is not None:
        entity["detectorReach"] = fact(detector.reach, origin, METRES)
    return entity


def shown_entities(junction: Junction, shown: Shown, origin: Origin) -> list[Entity]:
    """What each group shows, as the one attribute that changes."""
    return [
        {
            "id": part_id(GROUP, junction.id, group.id),
            "type": GROUP,
            "signalAspect": fact(state.aspect.value, origin),
        }
        for group, state in zip(junction.groups, shown.groups, strict=True)
    ]
