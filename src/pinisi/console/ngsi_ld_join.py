"""Answers with linked entities (NGSI-LD 4.5.23): what relationships lead to is fetched level by level, under grants."""

from collections.abc import Sequence

from pinisi.console.federated_links import LinkedEntities, seen_of
from pinisi.console.house import House
from pinisi.console.http import Call, Reply
from pinisi.console.ngsi_ld_request import MEDIA, Asked
from pinisi.context.linked_entities import Join, inline_document
from pinisi.context.linked_walk import linked
from pinisi.context.render import View, encode, entity_document, join, with_context
from pinisi.store.record import Record

Headers = tuple[tuple[bytes, bytes], ...]


async def joined(
    house: House, call: Call, records: Sequence[Record], how: Asked, view: View, wish: Join, headers: Headers, *,
    single: bool = False,
) -> Reply:  # fmt: skip
    """The answer to a query, or (`single`) to a retrieval: one object, or with further entities a list."""
    roots = [seen_of(record, call) for record in records]
    fetch = LinkedEntities(house, call, how.table, view, local=wish.local)
    known, found = await linked(fetch, roots, view, wish.level, wish.above)
    if wish.way == "inline":
        documents = [inline_document(*root, view, how.table, known, wish.level, wish.above) for root in roots]
    else:
        documents = [entity_document(entity, how.table, view, seen) for entity, seen in roots]
        documents += [entity_document(known[id][0], how.table, below, known[id][1]) for id, below in found.items()]
    bodies = [encode(document) for document in documents]
    if how.media == "ld":
        bodies = [with_context(body, how.table) for body in bodies]
    body = bodies[0] if single and len(bodies) == 1 else join(bodies)
    return fetch.warned(Reply(200, body, MEDIA["ld" if how.media == "ld" else "json"], (*how.headers, *headers)))
