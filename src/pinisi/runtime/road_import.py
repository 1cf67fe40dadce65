"""Roads into the context: by the same way in as every source, a batch at a time, by the server or beside a stopped one.

A road that says what is known already changes nothing. What cannot be taken goes to the quarantine.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from pinisi.city.text import Text
from pinisi.context.term_table import TermTable
from pinisi.runtime.intake import Intake, Taken
from pinisi.runtime.source import Card, Line, Message, Reading, Reject, Source
from pinisi.store.change import Edit, EntityChange
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Principal
from pinisi.vocabulary.terms import LOCATION, PROVIDER, ROAD_SEGMENT

MOST_ROADS = 2_000_000
BATCH = 250
_TYPES = frozenset({"RoadSegment", "DataSource"})
_TITLE = Text(id="Jalan", en="Roads", ja="道路")
_NOTE = Text(id="", en="", ja="")


class Untaken(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the file that is no road though it ought to be one."""

    key: str
    code: str
    reason: str


class RoadBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some roads of one file: entities in normalized NGSI-LD with short names, and rows that are none.

    `source` is the id of the card that the roads name as their provider; the card is an entity among the first.
    """

    source: str
    file: str
    entities: tuple[dict[str, Any], ...] = ()
    untaken: tuple[Untaken, ...] = ()


class RoadIds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Roads by their ids."""

    ids: tuple[str, ...]


class NoRoads(ValueError):
    """An entity of a batch is neither a road nor a source card; the text names it."""


class _ByHand:
    """No way in of its own: somebody brings the file."""

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        return
        yield


async def take_roads(store: Store, tenant: str, table: TermTable, batch: RoadBatch, now: Instant) -> Taken:
    """Write a batch; answered when it is on disk.

    Raises:
        NoRoads: see there; nothing was written.
        StoreUnavailable: see `Intake.take`.
    """
    for entity in batch.entities:
        if entity.get("type") not in _TYPES:
            raise NoRoads(f"{entity.get('id')!r} is a {entity.get('type')!r}, neither a road nor a source card")
    card = Card(publisher="", licence="", note=_NOTE)

    def read(_message: Message) -> Reading:
        return Reading(entities=batch.entities, rejects=tuple(map(_reject, batch.untaken)))

    source = Source(
        id=batch.source, title=_TITLE, card=card, transport=_ByHand(), read=read, every=0, method="reported"
    )
    intake = Intake(store, tenant, table, source)
    return await intake.take([Message(body=b"", origin=batch.file, received=now)])


def _reject(row: Untaken) -> Reject:
    reason = Text(row.reason, row.reason, row.reason)
    return Reject(key=f"{row.code} {row.key}", row=row.key, field=row.code, reason=reason)


async def known_roads(store: Store, tenant: str, provider: str) -> list[str]:
    """Ids of the roads that name `provider` as where their line comes from."""
    page = await store.find(tenant, EntityQuery(types=TypeIs(ROAD_SEGMENT)), EVERYTHING, limit=MOST_ROADS)
    return [record.id for record in page.records if provider in _drawn_by(record.entity)]


def _drawn_by(road: Entity) -> list[Any]:
    drawn = road.attributes.get(LOCATION, [])
    return [said.value for instance in drawn for said in instance.attributes.get(PROVIDER, ())]


async def remove_roads(store: Store, tenant: str, ids: Sequence[str], principal: Principal) -> int:
    """Take roads away that are in no file any more; answers how many went. Anything else than a road stays."""
    removed = 0
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        records = [await store.entity(tenant, id, EVERYTHING) for id in some]
        roads = [each for each in records if each is not None and ROAD_SEGMENT in each.family.types]
        changes = [EntityChange(each.id, _gone) for each in roads]
        applied = await store.apply(tenant, changes, principal, atomic=False)
        removed += sum(outcome.position is not None for outcome in applied.outcomes)
    return removed


def _gone(_old: Entity | None, _now: Instant) -> Edit:
    return Edit(None)
