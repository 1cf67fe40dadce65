"""What a what-if takes out of the context before it computes: network, closures, roads, plans, counts."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from pinisi.city.text import Text, fill
from pinisi.runtime.computation import JobFailed
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.known import Known
from pinisi.services.mobility.models.counts import TURNING_COUNT
from pinisi.services.mobility.models.traffic import OBSERVED
from pinisi.services.mobility.models.twin import NETWORK
from pinisi.services.mobility.road_closures import moment
from pinisi.services.mobility.twin_source import networks_folder
from pinisi.services.mobility.whatif.asked import TEXTS, Chosen, Counted, PlanSaid, WhatIf, WhatIfRequest
from pinisi.vocabulary.instant import HOUR

JUNCTION, SEGMENT = "Junction", "RoadSegment"
READS = (NETWORK, "RoadClosure", SEGMENT, "SignalPlan", "JunctionStudy", JUNCTION, TURNING_COUNT, OBSERVED)
MOST_COUNTS = 1_000
LONGEST_HOURS = 24.0


async def gathered(asked: WhatIfRequest, reading: JobReading) -> WhatIf:
    """
    Raises:
        JobFailed: something that was named is not there; says which.
    """
    counts = await _counts(reading) if asked.demand == "counts" else []
    motorcycles = asked.motorcycles_percent
    if motorcycles is None:
        motorcycles = 100 * await _motorcycles(reading)
    return WhatIf(
        asked=asked,
        folder=await _folder(asked.network, reading),
        closed=tuple([await _chosen(id, reading) for id in (*asked.closures, *asked.closed_roads)]),
        bus=tuple([await _chosen(id, reading) for id in asked.bus_lanes]),
        plans=tuple([await _plan(id, reading) for id in asked.plans]),
        counts=tuple(counts),
        motorcycles=motorcycles / 100,
    )


async def _folder(id: str, reading: JobReading) -> str:
    network = await reading.entity(id)
    digest = network.text("networkDigest") if network is not None and network.is_a(NETWORK) else None
    if digest is None or not digest.isalnum():
        raise _failed("whatif-no-network", id=id)
    source = id.removeprefix(f"urn:ngsi-ld:{NETWORK}:")
    folder = None if reading.folder is None or "/" in source else networks_folder(reading.folder, source) / digest
    if folder is None or not folder.is_dir():
        raise _failed("whatif-network-gone", id=id)
    return str(folder.absolute())


async def _chosen(id: str, reading: JobReading) -> Chosen:
    known = await reading.entity(id)
    ground = None if known is None else _ground(known)
    if ground is None:
        raise _failed("whatif-no-thing", id=id)
    return Chosen(id=id, ground=_raw(ground))


async def _plan(id: str, reading: JobReading) -> PlanSaid:
    """Of a `SignalPlan`, or of the plan within a `JunctionStudy`."""
    known = await reading.entity(id)
    if known is None:
        raise _failed("whatif-no-plan", id=id)
    said: Any = known.value("signalPlan")
    within = cast("dict[str, Any]", said) if isinstance(said, dict) else None
    stages: Any = known.value("plannedStages") if within is None else within.get("stages")
    offset: Any = known.number("cycleOffset") if within is None else within.get("offset")
    greens = _greens(stages)
    junctions = known.related("refJunction") or (f"urn:ngsi-ld:{JUNCTION}:{known.text('junction')}",)
    junction = await reading.entity(junctions[0])
    place = None if junction is None else junction.point
    if not greens or place is None:
        raise _failed("whatif-no-plan" if not greens else "whatif-no-thing", id=id if not greens else junctions[0])
    return PlanSaid(id=id, place=place, greens=greens, offset=_seconds(offset))


def _greens(stages: Any) -> tuple[float, ...]:
    """Seconds of each stage; empty where that is no list of stages with sound greens."""
    found: list[float] = []
    for stage in cast("list[Any]", stages) if isinstance(stages, list) else []:
        green = cast("dict[str, Any]", stage).get("green") if isinstance(stage, dict) else None
        if isinstance(green, bool) or not isinstance(green, int | float) or not 0 < green <= 600:
            return ()
        found.append(float(green))
    return tuple(found)


async def _counts(reading: JobReading) -> list[Counted]:
    """The newest interval of each turning count and of each detector that counts."""
    junctions = {each.id: each for each in await reading.all(JUNCTION)}
    turns = [_turn(each, junctions) for each in await reading.all(TURNING_COUNT, MOST_COUNTS)]
    flows = [_flow(each) for each in await reading.all(OBSERVED, MOST_COUNTS)]
    return [each for each in (*turns, *flows) if each is not None]


def _turn(count: Known, junctions: dict[str, Known]) -> Counted | None:
    junction = junctions.get(f"urn:ngsi-ld:{JUNCTION}:{count.text('junction')}")
    ground = None if junction is None else _ground(junction)
    vehicles, minutes = count.number("intensity"), count.number("countedMinutes")
    approach, movement = count.text("approach"), count.text("movement")
    if ground is None or vehicles is None or not minutes or not approach or not movement:
        return None
    return _counted(count.id, vehicles, minutes / 60, ground, approach, movement)


def _flow(observed: Known) -> Counted | None:
    vehicles, ground = observed.number("intensity"), _ground(observed)
    begin, end = moment(observed.value("dateObservedFrom")), moment(observed.value("dateObservedTo"))
    if vehicles is None or ground is None or begin is None or end is None:
        return None
    return _counted(observed.id, vehicles, (end - begin) / HOUR, ground)


def _counted(
    id: str, vehicles: float, hours: float, ground: object, approach: str = "", movement: str = ""
) -> Counted | None:
    """None of an interval or a number that cannot be."""
    if not 0 <= vehicles < 1e6 or not 0 < hours <= LONGEST_HOURS:
        return None
    return Counted(id=id, vehicles=vehicles, hours=hours, ground=_raw(ground), approach=approach, movement=movement)


async def _motorcycles(reading: JobReading) -> float:
    """Their share of all that turning counts have counted; 0 where none tells them apart."""
    counts: Sequence[Known] = await reading.all(TURNING_COUNT, MOST_COUNTS)
    told = [(each.number("motorcycles"), each.number("intensity")) for each in counts]
    both = [(part, whole) for part, whole in told if part is not None and whole and 0 <= part <= whole]
    return sum(part for part, _ in both) / sum(whole for _, whole in both) if both else 0.0


def _ground(known: Known) -> dict[str, Any] | None:
    ground: Any = known.value("location")
    return cast("dict[str, Any]", ground) if isinstance(ground, dict) else None


def _seconds(offset: Any) -> float:
    """The offset of a plan; 0 where it says none that could be."""
    sound = isinstance(offset, int | float) and not isinstance(offset, bool) and abs(offset) < 3600
    return float(offset) if sound else 0.0


def _raw(ground: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(ground))


def _failed(key: str, **values: str) -> JobFailed:
    text: Text = TEXTS[key]
    return JobFailed(fill(text, **values))
