"""Answers with linked entities (NGSI-LD 4.5.23): what relationships lead to is fetched level by level, under grants."""

from collections.abc import Sequence

from pinisi.console.house import House
from pinisi.console.http import Call, Reply
from pinisi.console.ngsi_ld_request import MEDIA, Asked
from pinisi.context.linked_entities import Join, inline_document
from pinisi.context.linked_walk import linked
from pinisi.context.render import View, encode, entity_document, join, with_context
from pinisi.store.protocol import Record
from pinisi.store.query import EntityQuery
from pinisi.store.seen import projection_of
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Projection

Headers = tuple[tuple[bytes, bytes], ...]
_Seen = tuple[Entity, Projection]


async def joined(
    house: House, call: Call, records: Sequence[Record], how: Asked, view: View, wish: Join, headers: Headers, *,
    single: bool = False,
) -> Reply:  # fmt: skip
    """The answer to a query, or (`single`) to a retrieval: one object, or with further entities a list."""
    roots = [_seen(record, call) for record in records]
    known, found = await linked(lambda ids: _fetch(house, call, ids), roots, view, wish.level)
    if wish.way == "inline":
        documents = [inline_document(*root, view, how.table, known, wish.level, frozenset()) for root in roots]
    else:
        documents = [entity_document(entity, how.table, view, seen) for entity, seen in roots]
        documents += [entity_document(known[id][0], how.table, below, known[id][1]) for id, below in found.items()]
    bodies = [encode(document) for document in documents]
    if how.media == "ld":
        bodies = [with_context(body, how.table) for body in bodies]
    body = bodies[0] if single and len(bodies) == 1 else join(bodies)
    return Reply(200, body, MEDIA["ld" if how.media == "ld" else "json"], (*how.headers, *headers))


def _seen(record: Record, call: Call) -> _Seen:
    return record.entity, projection_of(record, call.grants) or WHOLE


async def _fetch(house: House, call: Call, ids: Sequence[str]) -> dict[str, _Seen]:
    if not ids:
        return {}
    page = await house.store.find(call.tenant, EntityQuery(ids=tuple(ids)), call.grants, limit=len(ids))
    return {record.id: _seen(record, call) for record in page.records}
