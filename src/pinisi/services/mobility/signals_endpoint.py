"""All junctions of the city with what runs them, over HTTP: one line each, those without control too."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.city.facts import value_of
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.models.signals import JUNCTION
from pinisi.store.query import EntityQuery, TypeIs

if TYPE_CHECKING:
    from pinisi.services.mobility.atcs.live import GroupSpans, JunctionLive

TEXTS = texts_of("pinisi.services.mobility")
MOST = 500


class SignalRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """Without `control` no control of this house runs it, and nothing else is known. `standing`: vehicles; `heard` of
    `detectors`; `as_planned`: per cent of the last minutes in which green was as the plan gives it; `saved`: per cent
    of the plan's delay that the shadow would save, modelled.
    """

    junction: str
    name: str
    at: str | None = None
    alive: bool | None = None
    method: str | None = None
    provider: str | None = None
    mode: str | None = None
    control: str | None = None
    reason: str = ""
    plan: str = ""
    standing: int | None = None
    heard: int = 0
    detectors: int = 0
    as_planned: float | None = None
    saved: float | None = None


class CitySignals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    junctions: tuple[SignalRow, ...]


async def signals(visit: Visit[None, None]) -> CitySignals:
    query = EntityQuery(types=TypeIs(visit.table.expand_term(JUNCTION)))
    found = await visit.store.find(visit.tenant, query, visit.principal.grants, limit=MOST)
    return CitySignals(tuple([row async for row in _rows(visit, [record.id for record in found.records])]))


async def _rows(visit: Visit[None, None], ids: Sequence[str]) -> AsyncIterator[SignalRow]:
    from pinisi.services.mobility.atcs.duty import seated
    from pinisi.services.mobility.atcs.live_view import live_of

    for id in ids:
        entity = await visit.entity(id)
        if entity is None:
            continue
        seat = seated(id.rpartition(":")[2])
        if seat is None:
            yield SignalRow(junction=id, name=_name(entity))
            continue
        room, post = seat
        yield _row(_name(entity), live_of(post.post, room.health(post), visit.now, room.source))
        await asyncio.sleep(0)


def _name(entity: Mapping[str, Any]) -> str:
    return str(value_of(entity, "name") or str(entity["id"]).rpartition(":")[2])


def _row(name: str, live: "JunctionLive") -> SignalRow:
    standing = [group.standing for group in live.groups if group.standing is not None]
    return SignalRow(
        junction=live.junction,
        name=name,
        at=live.at,
        alive=live.alive,
        method=live.method,
        provider=live.provider,
        mode=live.mode,
        control=live.control,
        reason=live.reason,
        plan=live.plan,
        standing=sum(standing) if standing else None,
        heard=sum(each.state == "heard" for each in live.detectors),
        detectors=len(live.detectors),
        as_planned=as_planned(live.actual, live.planned),
        saved=None if live.gain is None else live.gain.saved,
    )


def as_planned(actual: "Sequence[GroupSpans]", planned: "Sequence[GroupSpans]") -> float | None:
    """Per cent of the seconds in which both are known, where green and not green agree; None where none are."""
    by_group = {each.group: each.spans for each in planned}
    shared = [
        (min(mine.end, other.end) - max(mine.start, other.start), (mine.aspect == "green") is (other.aspect == "green"))
        for each in actual
        for mine in each.spans
        if mine.aspect != "dark"
        for other in by_group.get(each.group, ())
    ]
    known = sum(seconds for seconds, _ in shared if seconds > 0)
    alike = sum(seconds for seconds, same in shared if seconds > 0 and same)
    return round(100 * alike / known, 1) if known else None


CITY_SIGNALS = Endpoint(
    method="GET",
    path="/signals",
    title=TEXTS["signals-page"],
    permission="context.read",
    answer=CitySignals,
    handle=signals,
)
