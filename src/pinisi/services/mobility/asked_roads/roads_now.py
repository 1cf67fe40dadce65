"""The roads as the context has them now: the graph that is served here, and what is closed on it.

Every closure is kept to, whoever asks: a road is no less under water to one who may not see why. Named are only those
that he may see.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.city.entry import Fault, Unfit
from pinisi.city.text import Text
from pinisi.runtime.known import Known
from pinisi.runtime.road_travel import Asker
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.asked_roads.query import COSTINGS, By, closed_as
from pinisi.services.mobility.models.roads import CLOSURE, GRAPH
from pinisi.services.mobility.models.traffic import ROAD_TRAFFIC
from pinisi.services.mobility.road_closures import closed_ground, holding, moment
from pinisi.services.mobility.road_reactions import MOST_CLOSURES
from pinisi.services.mobility.routing.answers import Closed, NoWay
from pinisi.services.mobility.speeds_of_now import MOST_SPEEDS, speeds_of_now
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import projection_of
from pinisi.vocabulary.instant import DAY
from pinisi.vocabulary.memory import Memory
from pinisi.vocabulary.principal import EVERYTHING, Grants

if TYPE_CHECKING:
    from pinisi.services.mobility.routing.router import Router

TEXTS = texts_of("pinisi.services.mobility")
MOST_GRAPHS = 20
_MOST_GROUNDS = 40_000
_GROUNDS = Memory[tuple[str, str, int], Closed | None](_MOST_GROUNDS)


class GraphSaid(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """On which roads it was found: the `RoadGraph`, its file, its source card, when the file was true, days ago."""

    id: str
    built_from: str | None
    provider: str | None
    valid_from: str | None
    age_days: float | None


class Shut(msgspec.Struct, frozen=True):
    """A closure that holds, and what of the roads it closes. `seen`: whether the one who asks may know of it."""

    known: Known
    closed: Closed
    seen: bool


@dataclass(frozen=True)
class RoadsNow:
    router: "Router"
    graph: GraphSaid
    shut: Sequence[Shut]
    left_out: int
    speeds: Mapping[str, float]
    """km/h of now by the key of a road; none for those who are not held up by traffic."""

    @property
    def closed(self) -> Closed:
        from pinisi.services.mobility.routing.closures import together

        return together(each.closed for each in self.shut)


async def roads_now(visit: Visit[Any, Any], by: By) -> RoadsNow | None:
    """None where no graph is served here."""
    return await roads_for(visit, by, visit.principal.grants)


async def roads_for(visit: Asker, by: By, grants: Grants = EVERYTHING) -> RoadsNow | None:
    """The same for whom `grants` say what he may know of."""
    from pinisi.services.mobility.routing.running import router_of

    graphs = sorted(await _all(visit, GRAPH, MOST_GRAPHS), key=lambda each: each.id)
    for record in graphs:
        graph = Known(record.entity, visit.table, record.position)
        router = router_of(graph.text("graphDigest"))
        if router is not None:
            closures = await _all(visit, CLOSURE, MOST_CLOSURES)
            shut, left_out = await asyncio.to_thread(_shut, closures, visit, by, grants)
            return RoadsNow(router, _graph(graph, visit), shut, left_out, await _speeds(visit, router, by))
    return None


async def _speeds(visit: Asker, router: "Router", by: By) -> Mapping[str, float]:
    if not router.is_live(COSTINGS[by]):
        return {}
    records = await _all(visit, ROAD_TRAFFIC, MOST_SPEEDS)
    known = (Known(each.entity, visit.table, each.position) for each in records)
    speeds = speeds_of_now(known, visit.now, closed_as(by))
    return {key: speeds[key] for key in router.graph.ways(speeds)}


def no_way(error: NoWay, fields: Sequence[str]) -> Unfit | Text:
    """What the one who asked did wrong, or why there is no answer, in words."""
    text = TEXTS.get(f"no-way-{error.code}", TEXTS["no-way"])
    return Unfit([Fault(each, text) for each in fields]) if error.code in ("no-road", "no-place") else text


async def _all(visit: Asker, type: str, most: int) -> Sequence[Record]:
    query = EntityQuery(types=TypeIs(visit.table.expand_term(type)))
    return (await visit.store.find(visit.tenant, query, EVERYTHING, limit=most)).records


def _shut(records: Sequence[Record], visit: Asker, by: By, grants: Grants) -> tuple[list[Shut], int]:
    """Those that hold for it now, and how many cannot be used."""
    known = {each.id: Known(each.entity, visit.table, each.position) for each in records}
    there = {each.id for each in holding(known.values(), visit.now, closed_as(by))}
    shut = list[Shut]()
    for record in records:
        ground = _ground(visit.tenant, known[record.id]) if record.id in there else None
        if ground is not None:
            shut.append(Shut(known[record.id], ground, projection_of(record, grants) is not None))
    return shut, len(there) - len(shut)


def _ground(tenant: str, closure: Known) -> Closed | None:
    """Worked out once for each version of a closure: 3,000 of them cost 0.3 s otherwise."""
    key = (tenant, closure.id, closure.position)
    return _GROUNDS[key] if key in _GROUNDS else _GROUNDS.remember(key, closed_ground(closure))


def _graph(graph: Known, visit: Asker) -> GraphSaid:
    since = moment(graph.value("validFrom"))
    said = graph.said("graphDigest")
    return GraphSaid(
        id=graph.id,
        built_from=graph.text("builtFrom"),
        provider=None if said is None else said.provider,
        valid_from=graph.text("validFrom"),
        age_days=None if since is None else round((visit.now - since) / DAY, 1),
    )
