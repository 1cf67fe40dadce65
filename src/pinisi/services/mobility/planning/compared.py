"""Two periods of a junction side by side: what was measured in each, and what the manual computes of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pinisi.runtime.visit import Visit
from pinisi.services.mobility.engine.capacity.approach import CannotPlan, checked
from pinisi.services.mobility.engine.capacity.judged import judged
from pinisi.services.mobility.engine.capacity.peak import peak_hour
from pinisi.services.mobility.models.surveys import instant_of
from pinisi.services.mobility.models.traffic import SPEED
from pinisi.services.mobility.planning.compare_request import CompareRequest, Half, PeriodAsked, RoadSpeed
from pinisi.services.mobility.planning.from_counts import Counts, demanded
from pinisi.store.history import HistoryQuery, Moment
from pinisi.vocabulary.terms import METHOD

Speeds = Callable[[Sequence[str], PeriodAsked], Awaitable[dict[str, RoadSpeed]]]
MOST_VALUES = 200_000


async def halves(asked: CompareRequest, counts: Counts, speeds: Speeds) -> tuple[Half, Half]:
    """
    Raises:
        CannotPlan: the periods overlap, one was not counted, or what is said of the junction cannot be.
    """
    if asked.before.until > asked.after.since:
        raise CannotPlan("after.since", "has to lie after the period before")
    return await _half(asked, asked.before, counts, speeds), await _half(asked, asked.after, counts, speeds)


async def _half(asked: CompareRequest, period: PeriodAsked, counts: Counts, speeds: Speeds) -> Half:
    past = await counts(asked.junction, period.counts)
    peak = peak_hour(past.intervals)
    if peak is None:
        raise CannotPlan("counts", f"nothing was counted at {asked.junction} from {period.since} to {period.until}")
    layout = checked(demanded(asked.layout, peak))
    result = judged(layout, period.timing)
    found = await speeds(asked.roads, period)
    return Half(asked=period, past=past, peak=peak, result=result, layout=layout, speeds=found)


def speeds_of_visit(visit: Visit[Any, Any]) -> Speeds:
    """Measured speeds as the one who asks may see them; what was modelled or replayed is left out."""

    async def speeds(roads: Sequence[str], period: PeriodAsked) -> dict[str, RoadSpeed]:
        query = HistoryQuery(
            attributes=(visit.table.expand_term(SPEED),),
            since=instant_of(period.since),
            until=instant_of(period.until),
            limit=MOST_VALUES,
        )
        ids = list(dict.fromkeys(roads))
        stories = await visit.store.stories(visit.tenant, ids, query, visit.principal.grants) if ids else ()
        found = {story.id: _measured(story.moments) for story in stories}
        return {id: RoadSpeed(speed=sum(told) / len(told), n=len(told)) for id, told in found.items() if told}

    return speeds


def _measured(moments: Sequence[Moment]) -> list[float]:
    """KMH, the last word of each moment."""
    last = {each.observed: each.instance for each in sorted(moments, key=lambda each: each.position)}
    kept = [each for each in last.values() if each is not None and each.dataset_id is None]
    told = [each.value for each in kept if _says(each.attributes.get(METHOD)) and each.unit_code in (None, "KMH")]
    return [float(value) for value in told if isinstance(value, int | float) and not isinstance(value, bool)]


def _says(method: Any) -> bool:
    return bool(method) and method[0].value == "measured"
