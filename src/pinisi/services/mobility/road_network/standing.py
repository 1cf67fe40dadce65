"""Where a road stands among the others: the little of `RoadTraffic` by which the worst are found.

A city has thousands of roads and the page shows fifty: only those are decoded whole. What is needed of the others is
kept beside the version of the entity that it was read of.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Known
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.congestion_reactions import LATEST_MINUTES
from pinisi.services.mobility.models.traffic import ALL_VEHICLES, ROAD_TRAFFIC
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import Projection

SILENT = "silent"
ORDER = ("congested", "slow", "free", SILENT)
_MEMO = "pinisi.services.mobility.road_network.standing"
_NO_SHARE = 1_000.0


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """`state` as it was said at `observed`; `share`: percent of the free speed. None: not said, or not to be seen."""

    vehicle: str
    name: str
    state: str | None
    observed: Instant
    share: float | None

    def state_at(self, now: Instant) -> str:
        silent = self.state is None or now - self.observed > LATEST_MINUTES * MINUTE
        return SILENT if silent or self.state is None else self.state

    def place(self, now: Instant) -> tuple[int, float, str]:
        """The worst first."""
        state = self.state_at(now)
        order = ORDER.index(state) if state in ORDER else len(ORDER)
        return order, _NO_SHARE if self.share is None else self.share, self.name


class Seen(msgspec.Struct, frozen=True):
    """A road as one reader may see it."""

    standing: Standing
    record: Record
    projection: Projection

    def known(self, table: TermTable) -> Known:
        return Known(seen(self.record, self.projection), table, self.record.position)


_decode = msgspec.msgpack.Decoder(Standing).decode


async def roads_seen(visit: Visit[Any, Any], most: int) -> Sequence[Seen]:
    grants = visit.principal.grants
    query = EntityQuery(types=TypeIs(visit.table.expand_term(ROAD_TRAFFIC)))
    page = await visit.store.find(visit.tenant, query, grants, limit=most)
    found: list[Seen] = []
    for record in page.records:
        projection = projection_of(record, grants)
        if projection is not None:
            found.append(Seen(_standing(record, projection, visit.table), record, projection))
    return found


def _standing(record: Record, projection: Projection, table: TermTable) -> Standing:
    if projection.attributes is not None:
        return standing_of(Known(seen(record, projection), table))
    kept = record.memo.get(_MEMO)
    if kept is not None:
        return _decode(kept)
    standing = standing_of(Known(record.entity, table))
    record.memo[_MEMO] = msgspec.msgpack.encode(standing)
    return standing


def standing_of(known: Known) -> Standing:
    said = known.said("trafficState")
    share = known.said("speedShare")
    told = said is not None and isinstance(said.value, str)
    number = None if share is None or isinstance(share.value, bool) else share.value
    return Standing(
        vehicle=known.text("vehicleType") or ALL_VEHICLES,
        name=name_of(known),
        state=str(said.value) if said is not None and told else None,
        observed=said.observed if said is not None else 0,
        share=float(number) if isinstance(number, int | float) else None,
    )


def name_of(known: Known) -> str:
    return known.text("name") or known.id.rpartition(":")[2]
