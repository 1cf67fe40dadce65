"""The demand of a plan out of what was counted: the peak hour of a period, approach by approach."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.row_entity import slug
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.counting.counted_past import ATTRIBUTES, CountedPast, Place, counted_past, place_of
from pinisi.services.mobility.counting.seen_entities import seen_entities
from pinisi.services.mobility.engine.capacity.approach import CannotPlan, Demand, Junction
from pinisi.services.mobility.engine.capacity.peak import Peak, peak_hour
from pinisi.services.mobility.models.counts import TURNING_COUNT
from pinisi.services.mobility.models.surveys import instant_of
from pinisi.services.mobility.planning.plan_request import CountsAsked, PeakTold, PlanInput, PlanRequest
from pinisi.store.history import HistoryQuery, Story
from pinisi.vocabulary.instant import DAY

LONGEST = 366 * DAY
MOST_VALUES = 400_000
Counts = Callable[[str, CountsAsked], Awaitable[CountedPast]]
"""Junction and period -> what was counted there."""
_Stories = Callable[[Sequence[str], HistoryQuery], Awaitable[Sequence[Story]]]


def counts_of_job(reading: JobReading) -> Counts:
    async def counts(junction: str, asked: CountsAsked) -> CountedPast:
        told = await reading.all(TURNING_COUNT)
        places = {each.id: _said(each.text("junction"), each.text("approach"), each.text("movement")) for each in told}
        return await _read(junction, asked, places, reading.past, reading.iri)

    return counts


def counts_of_visit(visit: Visit[Any, Any]) -> Counts:
    """Counts as the one who asks may see them."""

    async def past(ids: Sequence[str], query: HistoryQuery) -> Sequence[Story]:
        return await visit.store.stories(visit.tenant, ids, query, visit.principal.grants)

    async def counts(junction: str, asked: CountsAsked) -> CountedPast:
        found = await seen_entities(visit, TURNING_COUNT)
        places = {
            str(each["id"]): _said(*(_value(each, name) for name in ("junction", "approach", "movement")))
            for each in found
        }
        return await _read(junction, asked, places, past, visit.table.expand_term)

    return counts


async def with_demand(request: PlanRequest, counts: Counts) -> PlanInput:
    """
    Raises:
        CannotPlan: nothing was counted then, or an approach of the layout was not.
    """
    if request.counts is None:
        return PlanInput(request=request)
    past = await counts(request.junction, request.counts)
    peak = peak_hour(past.intervals)
    if peak is None:
        raise CannotPlan("counts", f"nothing was counted at {request.junction} between these moments")
    layout = demanded(request.layout, peak)
    told = peak_told(peak, past)
    return PlanInput(request=msgspec.structs.replace(request, layout=layout), peak=told)


def demanded(layout: Junction, peak: Peak) -> Junction:
    """The layout with the demand of the peak hour; approaches go by their names, however they are written.

    Raises:
        CannotPlan: an approach was not counted, or one that was counted is not in the layout.
    """
    counted: Mapping[str, Demand] = {slug(name): demand for name, demand in peak.demand.items()}
    names = {slug(each.name) for each in layout.approaches}
    for approach in layout.approaches:
        if slug(approach.name) not in counted:
            raise CannotPlan(approach.name, f"was not counted; counted were {', '.join(sorted(peak.demand))}")
    for name in peak.demand:
        if slug(name) not in names:
            raise CannotPlan("approaches", f"{name!r} was counted, and is not in the layout")
    approaches = tuple(msgspec.structs.replace(each, demand=counted[slug(each.name)]) for each in layout.approaches)
    return msgspec.structs.replace(layout, approaches=approaches)


def peak_told(peak: Peak, past: CountedPast) -> PeakTold:
    return PeakTold(
        begin=peak.begin,
        peak_factor=None if peak.peak_factor is None else round(peak.peak_factor, 3),
        intervals=len(past.intervals),
        providers=past.providers,
        methods=past.methods,
        short=tuple(f"{approach} {turn}" for approach, turn in peak.missing),
        uncounted=tuple(f"{approach} {turn} ({kind})" for approach, turn, kind in peak.uncounted),
    )


async def _read(
    junction: str,
    asked: CountsAsked,
    places: Mapping[str, tuple[str, Place | None]],
    past: _Stories,
    iri: Callable[[str], str],
) -> CountedPast:
    """
    Raises:
        CannotPlan: the period is none.
    """
    since, until = instant_of(asked.since), instant_of(asked.until)
    if not 0 < until - since <= LONGEST:
        raise CannotPlan("counts.until", "has to be after the begin, within a year")
    wanted = {id: place for id, (of, place) in places.items() if place is not None and of == slug(junction)}
    iris = {name: iri(name) for name in ATTRIBUTES}
    query = HistoryQuery(attributes=tuple(iris.values()), since=since, until=until, limit=MOST_VALUES)
    return counted_past(await past(sorted(wanted), query) if wanted else (), wanted, iris)


def _said(junction: str | None, approach: str | None, movement: str | None) -> tuple[str, Place | None]:
    return slug(junction or ""), place_of({"approach": approach, "movement": movement})


def _value(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name, {}).get("value")
    return value if isinstance(value, str) else None
