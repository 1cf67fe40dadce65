"""What holds on the roads of the city now: closures, and the stored plans that its signals run."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.known import Known
from pinisi.services.mobility.road_closures import OVER, keeps_out, moment
from pinisi.services.mobility.whatif.asked import KINDS, Chosen, LeftOut, PlanSaid, WhatIfRequest
from pinisi.vocabulary.instant import SECOND, Instant, format_instant

CLOSURE, JUNCTION, PLAN = "RoadClosure", "Junction", "SignalPlan"
MOST = 2_000


async def closures_now(asked: WhatIfRequest, reading: JobReading, left_out: list[LeftOut]) -> list[Chosen]:
    """Those that hold at some time of the simulated time, to somebody whom the twin drives; those that are tried are
    of the variant only."""
    found: list[Chosen] = []
    for known in await reading.all(CLOSURE, MOST):
        if known.id in asked.closures or known.text("closureState") == OVER or known.value("reopenedAt") is not None:
            continue
        begin, end = _times(known, reading.now)
        if begin >= 60 * asked.minutes or (end is not None and end <= 0):
            continue
        closure = await closure_of(known, asked, reading)
        if closure is None:
            left_out.append(LeftOut(known.id, "the closure does not say where it lies"))
        elif closure.kinds:
            found.append(closure)
    return found


async def closure_of(known: Known, asked: WhatIfRequest, reading: JobReading) -> Chosen | None:
    """With its own times where they lie in the simulated time, else for all of it; None without any ground."""
    begin, end = _times(known, reading.now)
    if begin >= 60 * asked.minutes or (end is not None and end <= 0):
        begin, end = 0.0, None
    ground = known.value("location")
    roads = () if isinstance(ground, dict) else known.related("refRoadSegment")
    if roads:
        road = await reading.entity(roads[0])
        ground = None if road is None else road.value("location")
    if not isinstance(ground, dict):
        return None
    said = known.said("validFrom") or known.said("location")
    return Chosen(
        id=known.id,
        ground=msgspec.json.encode(ground).decode(),
        kinds=tuple(kind for kind in KINDS if keeps_out(known, kind)),
        begin=max(begin, 0.0),
        end=end,
        at="" if said is None else format_instant(said.observed),
    )


def _times(known: Known, now: Instant) -> tuple[float, float | None]:
    """Begin and end (s from now)."""
    begins, ends = moment(known.value("validFrom")), moment(known.value("validTo"))
    begin = 0.0 if begins is None else (begins - now) / SECOND
    return begin, None if ends is None else (ends - now) / SECOND


async def plans_now(reading: JobReading, left_out: list[LeftOut]) -> list[PlanSaid]:
    """Of each junction the stored plan that it says it runs, or the only one that it has."""
    stored: dict[str, list[Known]] = {}
    for plan in await reading.all(PLAN, MOST):
        stored.setdefault(junction_of(plan), []).append(plan)
    found: list[PlanSaid] = []
    for id in sorted(stored):
        junction = await reading.entity(id)
        running, why = _running(id, junction, stored[id])
        said = None if running is None else said_plan(running)
        place = None if junction is None else junction.point
        if said is not None and place is not None:
            found.append(msgspec.structs.replace(said, place=place))
        else:
            why = why or (
                "says no greens that can be used" if said is None else "its junction does not say where it is"
            )
            left_out.append(LeftOut(stored[id][0].id if running is None else running.id, why))
    return found


def _running(id: str, junction: Known | None, plans: Sequence[Known]) -> tuple[Known | None, str]:
    """The plan that runs; else why that is not known."""
    number = None if junction is None else junction.text("timePlan")
    if number is not None:
        name = f"urn:ngsi-ld:{PLAN}:{id.rpartition(':')[2]}-{number}"
        known = next((plan for plan in plans if plan.id == name), None)
        return known, "" if known is not None else f"its junction runs plan {number}, which is not stored"
    if len(plans) == 1:
        return plans[0], ""
    return None, f"its junction has {len(plans)} stored plans and does not say which one runs"


def junction_of(plan: Known) -> str:
    related = plan.related("refJunction")
    return related[0] if related else f"urn:ngsi-ld:{JUNCTION}:{plan.text('junction')}"


def said_plan(known: Known) -> PlanSaid | None:
    """The greens of a `SignalPlan`, or of the plan within a `JunctionStudy`; its place is not known here."""
    whole: Any = known.value("signalPlan")
    within = cast("dict[str, Any]", whole) if isinstance(whole, dict) else None
    greens = _greens(known.value("plannedStages") if within is None else within.get("stages"))
    offset: Any = known.number("cycleOffset") if within is None else within.get("offset")
    said = known.said("plannedStages") or known.said("signalPlan")
    if not greens or said is None:
        return None
    at = format_instant(said.observed)
    return PlanSaid(id=known.id, place=(0.0, 0.0), greens=greens, offset=_seconds(offset), at=at)


def _greens(stages: Any) -> tuple[float, ...]:
    """Seconds of each stage; empty where that is no list of stages with sound greens."""
    found: list[float] = []
    for stage in cast("list[Any]", stages) if isinstance(stages, list) else []:
        green = cast("dict[str, Any]", stage).get("green") if isinstance(stage, dict) else None
        if isinstance(green, bool) or not isinstance(green, int | float) or not 0 < green <= 600:
            return ()
        found.append(float(green))
    return tuple(found)


def _seconds(offset: Any) -> float:
    """The offset of a plan; 0 where it says none that could be."""
    sound = isinstance(offset, int | float) and not isinstance(offset, bool) and abs(offset) < 3600
    return float(offset) if sound else 0.0
