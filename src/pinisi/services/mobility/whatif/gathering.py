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
from pinisi.services.mobility.whatif.asked import TEXTS, Chosen, Counted, LeftOut, PlanSaid, WhatIf, WhatIfRequest
from pinisi.services.mobility.whatif.in_force import (
    CLOSURE,
    JUNCTION,
    PLAN,
    closure_of,
    closures_now,
    junction_of,
    plans_now,
    said_plan,
)
from pinisi.vocabulary.instant import HOUR, format_instant

SEGMENT = "RoadSegment"
READS = (NETWORK, CLOSURE, SEGMENT, PLAN, "JunctionStudy", JUNCTION, TURNING_COUNT, OBSERVED)
MOST_COUNTS = 1_000
LONGEST_HOURS = 24.0


async def gathered(asked: WhatIfRequest, reading: JobReading) -> WhatIf:
    """
    Raises:
        JobFailed: something that was named is not there; says which.
    """
    left_out: list[LeftOut] = []
    counts = await _counts(reading) if asked.demand == "counts" else []
    motorcycles = asked.motorcycles_percent
    if motorcycles is None:
        motorcycles = 100 * await _motorcycles(reading)
    folder, network_at = await _folder(asked.network, reading)
    return WhatIf(
        asked=asked,
        folder=folder,
        network_at=network_at,
        closed_now=tuple(await closures_now(asked, reading, left_out)),
        plans_now=tuple(await plans_now(reading, left_out)),
        closed=tuple([await _chosen(id, asked, reading) for id in (*asked.closures, *asked.closed_roads)]),
        bus=tuple([await _chosen(id, asked, reading) for id in asked.bus_lanes]),
        plans=tuple([await _plan(id, reading) for id in asked.plans]),
        counts=tuple(counts),
        motorcycles=motorcycles / 100,
        left_out=tuple(left_out),
    )


async def _folder(id: str, reading: JobReading) -> tuple[str, str]:
    """Where the network lies, and when it was told."""
    network = await reading.entity(id)
    digest = network.text("networkDigest") if network is not None and network.is_a(NETWORK) else None
    if digest is None or not digest.isalnum():
        raise _failed("whatif-no-network", id=id)
    source = id.removeprefix(f"urn:ngsi-ld:{NETWORK}:")
    folder = None if reading.folder is None or "/" in source else networks_folder(reading.folder, source) / digest
    if folder is None or not folder.is_dir():
        raise _failed("whatif-network-gone", id=id)
    said = None if network is None else network.said("networkDigest")
    return str(folder.absolute()), "" if said is None else format_instant(said.observed)


async def _chosen(id: str, asked: WhatIfRequest, reading: JobReading) -> Chosen:
    """A closure within its own time where that lies in the simulated time, else for all of it: it is tried."""
    known = await reading.entity(id)
    if known is not None and known.is_a(CLOSURE):
        closure = await closure_of(known, asked, reading)
        if closure is not None and not closure.kinds:
            raise _failed("whatif-closes-nobody", id=id)
    else:
        ground = None if known is None else _ground(known)
        closure = None if ground is None else Chosen(id=id, ground=_text(ground))
    if closure is None:
        raise _failed("whatif-no-thing", id=id)
    return closure


async def _plan(id: str, reading: JobReading) -> PlanSaid:
    """Of a `SignalPlan`, or of the plan within a `JunctionStudy`."""
    known = await reading.entity(id)
    found = None if known is None else said_plan(known)
    if known is None or found is None:
        raise _failed("whatif-no-plan", id=id)
    junction = await reading.entity(junction_of(known))
    if junction is None or junction.point is None:
        raise _failed("whatif-no-thing", id=junction_of(known))
    return msgspec.structs.replace(found, place=junction.point)


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
    return _counted(count, vehicles, minutes / 60, ground, approach, movement)


def _flow(observed: Known) -> Counted | None:
    vehicles, ground = observed.number("intensity"), _ground(observed)
    begin, end = moment(observed.value("dateObservedFrom")), moment(observed.value("dateObservedTo"))
    if vehicles is None or ground is None or begin is None or end is None:
        return None
    return _counted(observed, vehicles, (end - begin) / HOUR, ground)


def _counted(
    known: Known, vehicles: float, hours: float, ground: object, approach: str = "", movement: str = ""
) -> Counted | None:
    """None of an interval or a number that cannot be."""
    if not 0 <= vehicles < 1e6 or not 0 < hours <= LONGEST_HOURS:
        return None
    begin, end = moment(known.value("dateObservedFrom")), moment(known.value("dateObservedTo"))
    return Counted(
        id=known.id,
        vehicles=vehicles,
        hours=hours,
        ground=_text(ground),
        approach=approach,
        movement=movement,
        at="" if begin is None else format_instant(begin),
        until="" if end is None else format_instant(end),
    )


async def _motorcycles(reading: JobReading) -> float:
    """Their share of all that turning counts have counted; 0 where none tells them apart."""
    counts: Sequence[Known] = await reading.all(TURNING_COUNT, MOST_COUNTS)
    told = [(each.number("motorcycles"), each.number("intensity")) for each in counts]
    both = [(part, whole) for part, whole in told if part is not None and whole and 0 <= part <= whole]
    return sum(part for part, _ in both) / sum(whole for _, whole in both) if both else 0.0


def _ground(known: Known) -> dict[str, Any] | None:
    ground: Any = known.value("location")
    return cast("dict[str, Any]", ground) if isinstance(ground, dict) else None


def _text(ground: object) -> str:
    return msgspec.json.encode(ground).decode()


def _failed(key: str, **values: str) -> JobFailed:
    text: Text = TEXTS[key]
    return JobFailed(fill(text, **values))
