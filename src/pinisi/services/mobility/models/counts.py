"""Turning counts, and what was computed from them, as entities.

`TurningCount` (Pinisi): one for each movement (`left`, `through`, `right`, `u-turn`) of each approach of a junction.
Its values are those of one interval, observed at its begin; the intervals before it are its history. Where Smart Data
Models has a word (TrafficFlowObserved, dataModel.Transportation) it is that word: `intensity` all vehicles of the
interval, `dateObservedFrom` and `dateObservedTo`, `name`. What it has no word for: `junction`, `approach`, `movement`,
`countedMinutes` (MIN), and the classes that the capacity manual tells apart, `motorcycles`, `lightVehicles`,
`heavyVehicles`, `unmotorisedVehicles`. Counts have no unit. `countedBy` is a team or a device, never a person. A class
that nobody counted is left out, and then `intensity` too; `minutesByClass` (JSON, minutes) says for how long each class
was counted, where phones counted.

`JunctionStudy` (Pinisi): one for each junction, of the newest computation. `signalPlan` (JSON: a `SignalPlan` of
`engine.signals`), `cycleTime`, `lostTime`, `meanDelay` (SEC), `flowRatio` (RAS), `saturationDegree` (the highest DJ),
`levelOfService` (A to F), `verdict` (`fits`, `tight`, `oversaturated`); `meanDelayBefore`, `saturationDegreeBefore` and
`levelOfServiceBefore` of the timing that was there; `studyInput` (JSON) is what was asked; where the demand was
counted, `peakFrom` is the begin of its hour and `peakBasis` (JSON) how it was found. A delay that the manual cannot
tell is left out.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pinisi.runtime.told import told, told_json, told_time
from pinisi.services.mobility.engine.capacity.approach import VEHICLE_CLASSES, Counted, Turn, VehicleClass
from pinisi.services.mobility.engine.capacity.judged import JunctionResult
from pinisi.vocabulary.instant import parse_instant

TURNING_COUNT = "TurningCount"
JUNCTION_STUDY = "JunctionStudy"
CLASSES: Mapping[VehicleClass, str] = {
    "motorcycle": "motorcycles",
    "light": "lightVehicles",
    "heavy": "heavyVehicles",
    "unmotorised": "unmotorisedVehicles",
}
"""The manual's class -> attribute."""


class TurningCount(msgspec.Struct, frozen=True, kw_only=True):
    """What one movement of an approach had in the interval of `length` minutes (else as long as it was counted) from
    `begin` (UTC) on; it was counted for so many `minutes` of them. `classes`: those that were counted at all.
    """

    junction: str
    approach: str
    movement: Turn
    begin: datetime
    minutes: float
    counted: Counted
    counted_by: str = ""
    length: float = 0
    classes: tuple[VehicleClass, ...] = VEHICLE_CLASSES
    minutes_by_class: Mapping[VehicleClass, float] = {}


def count_id(junction: str, approach: str, movement: Turn) -> str:
    return f"urn:ngsi-ld:{TURNING_COUNT}:{junction}-{approach}-{movement}"


def count_entity(count: TurningCount, id: str) -> dict[str, Any]:
    """The count in normalized form; each value is observed at the begin of the interval."""
    at = written(count.begin)
    end = count.begin + timedelta(minutes=count.length or count.minutes)
    values: dict[str, Any] = {
        "name": f"{count.junction} {count.approach} {count.movement}",
        "junction": count.junction,
        "approach": count.approach,
        "movement": count.movement,
        **{CLASSES[kind]: int(getattr(count.counted, kind)) for kind in count.classes},
    }
    if len(count.classes) == len(CLASSES):
        values["intensity"] = int(count.counted.motorised + count.counted.unmotorised)
    if count.counted_by:
        values["countedBy"] = count.counted_by
    return {
        "id": id,
        "type": TURNING_COUNT,
        **{name: told(value, at) for name, value in values.items()},
        **({"minutesByClass": told_json(dict(count.minutes_by_class), at)} if count.minutes_by_class else {}),
        "countedMinutes": told(count.minutes, at, "MIN"),
        "dateObservedFrom": told_time(parse_instant(at), at),
        "dateObservedTo": told_time(parse_instant(written(end)), at),
    }


def written(moment: datetime) -> str:
    """As NGSI-LD writes a moment."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def study_entity(
    junction: str, name: str, after: JunctionResult, before: JunctionResult | None, plan: object, at: str
) -> dict[str, Any]:
    """What the manual says of a junction under a plan, and under the timing that was there before."""
    entity = {
        "id": f"urn:ngsi-ld:{JUNCTION_STUDY}:{junction}",
        "type": JUNCTION_STUDY,
        "name": told(name, at),
        "junction": told(junction, at),
        "signalPlan": told_json(plan, at),
        "cycleTime": told(round(after.timing.cycle, 1), at, "SEC"),
        "lostTime": told(round(after.lost_time, 1), at, "SEC"),
        "flowRatio": told(round(after.flow_ratio, 3), at),
        "verdict": told(after.verdict, at),
        **_of_result(after, at, ""),
    }
    return entity if before is None else entity | _of_result(before, at, "Before")


def _of_result(result: JunctionResult, at: str, suffix: str) -> dict[str, Any]:
    found = {
        f"saturationDegree{suffix}": told(round(result.worst, 3), at),
        f"levelOfService{suffix}": told(result.level, at),
    }
    if result.delay is not None:
        found[f"meanDelay{suffix}"] = told(round(result.delay, 1), at, "SEC")
    return found
