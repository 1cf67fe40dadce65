"""A snapshot is filled: its queries are asked as any reader asks them, of sources elsewhere too (NGSI-LD 5.16.1.4)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.console.entity_maps import now_of
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_request import Sent
from pinisi.console.refusals import refusal_of
from pinisi.console.snapshots import change, empty, upon
from pinisi.context.json_shapes import each, is_object
from pinisi.context.payload import read_entity
from pinisi.context.problems import TooManyResults
from pinisi.context.snapshot import Detail, Snapshot, filled
from pinisi.context.temporal_edits import write_past
from pinisi.context.temporal_payload import read_temporal_entity
from pinisi.context.term_table import TermTable
from pinisi.store.change import Edit, EntityChange
from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant, NotAnInstant, format_instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING

ENTITIES_MOST = 10_000
PAGE = 500
HISTORY_MOST = 1_000_000
NOW = "/ngsi-ld/v1/entityOperations/query"
PAST = "/ngsi-ld/v1/temporal/entityOperations/query"
_Reader = Callable[[Mapping[str, Any]], EntityChange]


async def fill(house: House, call: Call, kept: Snapshot, body: Sent, ask: Mapping[str, Endpoint]) -> None:
    """Ask all queries, one after another, and note what became of each. `ask`: address -> endpoint that answers it."""

    def present(document: Mapping[str, Any]) -> EntityChange:
        entity = _with_times(read_entity(document, body.table), document, body.table)
        return EntityChange(entity.id, lambda _old, _now: Edit(entity))

    def past(document: Mapping[str, Any]) -> EntityChange:
        id, fragment = read_temporal_entity(document, body.table)
        return EntityChange(id, write_past(id, fragment))

    details = [await _one(house, call, kept, body, query, ask, NOW, present) for query in kept.queries]
    temporal = [await _one(house, call, kept, body, query, ask, PAST, past) for query in kept.temporal_queries]
    await _finish(house, call, kept, details, temporal)


async def clone(house: House, call: Call, source: Snapshot, kept: Snapshot) -> None:
    """Copy what a snapshot holds into another (5.16.2): entities as they are, and values of the past that are dated."""
    offset = 0
    while True:
        page = await house.store.find(source.tenant, EntityQuery(), EVERYTHING, limit=PAGE, offset=offset)
        changes = [EntityChange(record.id, _copy(record.entity)) for record in page.records]
        if changes:
            await house.store.apply(kept.tenant, changes, upon(call))
            ids = [record.id for record in page.records]
            history = HistoryQuery(limit=HISTORY_MOST)
            stories = await house.store.stories(source.tenant, ids, history, EVERYTHING)
            past = [EntityChange(story.id, _past(story.moments)) for story in stories if len(story.moments) > 1]
            if past:
                await house.store.apply(kept.tenant, past, upon(call))
        if len(page.records) < PAGE:
            break
        offset += PAGE
    await _finish(house, call, kept, source.details, source.temporal_details)


async def _finish(
    house: House, call: Call, kept: Snapshot, details: Sequence[Detail], temporal: Sequence[Detail]
) -> None:
    """Note what became of it, in the snapshot as it is now; one that was deleted meanwhile leaves nothing."""
    done = await change(house, call, kept, lambda now: filled(now, details, temporal, now_of(house, call)))
    if done is None:
        await empty(house, kept.tenant)


async def _one(
    house: House,
    call: Call,
    kept: Snapshot,
    body: Sent,
    query: Any,
    ask: Mapping[str, Endpoint],
    address: str,
    read: _Reader,
) -> Detail:
    found = 0
    try:
        while True:
            reply = await ask[address](house, _question(call, body, query, address, found))
            if reply.status >= 300:
                return Detail("failure", _problem(reply))
            documents = cast(list[dict[str, Any]], msgspec.json.decode(reply.body))
            found += len(documents)
            if found > ENTITIES_MOST:
                raise TooManyResults(f"a query of a snapshot finds at most {ENTITIES_MOST} entities")
            if documents:
                changes = [read(document) for document in documents]
                await house.store.apply(kept.tenant, changes, upon(call))
            if len(documents) < PAGE:
                return Detail("success" if found else "empty", _cut(reply))
    except Exception as error:
        return Detail("failure", _problem(refusal_of(error)))


def _question(call: Call, body: Sent, query: Any, address: str, offset: int) -> Call:
    told = {**query, "@context": body.table.served} if is_object(query) else query
    content = msgspec.json.encode(told)
    sys_attrs = "&options=sysAttrs" if address == NOW else ""
    return Call(
        "POST",
        address,
        principal=call.principal,
        tenant=call.tenant,
        query_string=f"limit={PAGE}&offset={offset}{sys_attrs}".encode(),
        headers={b"content-type": b"application/ld+json", b"content-length": str(len(content)).encode()},
        body=content,
        address=call.address,
    )


def _problem(reply: Reply) -> dict[str, Any]:
    told = msgspec.json.decode(reply.body) if reply.body else {"status": reply.status}
    return cast(dict[str, Any], told) if isinstance(told, dict) else {"status": reply.status}


def _cut(reply: Reply) -> dict[str, Any] | None:
    """What is told of a history that is longer than one answer."""
    if reply.status != 206:
        return None
    title = "The histories are longer than one answer: the snapshot holds those of its range"
    ranges = [value.decode("latin-1") for name, value in reply.headers if name == b"content-range"]
    return {"title": title, "status": 206, "detail": ", ".join(ranges)}


def _with_times(entity: Entity, document: Mapping[str, Any], table: TermTable) -> Entity:
    """The times of the system as the answer told them: a snapshot is no new entity."""
    entity.created_at, entity.modified_at = _times(document)
    for name, member in document.items():
        instances = entity.attributes.get(table.expand_term(name), ())
        for instance, told in zip(instances, each(member), strict=False):
            if is_object(told):
                instance.created_at, instance.modified_at = _times(told)
    return entity


def _times(told: Mapping[str, Any]) -> tuple[Instant, Instant]:
    created = _moment(told.get("createdAt"))
    return created, _moment(told.get("modifiedAt")) or created


def _moment(text: Any) -> Instant:
    try:
        return parse_instant(text) if isinstance(text, str) else 0
    except NotAnInstant:
        return 0


def _copy(entity: Entity) -> Callable[[Entity | None, Instant], Edit]:
    return lambda _old, _now: Edit(entity)


def _past(moments: Sequence[Moment]) -> Callable[[Entity | None, Instant], Edit]:
    """Values of the past beside the present ones, each with the moment at which it was true."""

    def transform(present: Entity | None, _now: Instant) -> Edit:
        late: list[tuple[str, Instance]] = []
        for moment in moments:
            instance = moment.instance
            if instance is not None and (present is None or not _stands(present, moment)):
                dated = instance.observed_at or format_instant(moment.observed)
                late.append((moment.attribute, msgspec.structs.replace(instance, observed_at=dated)))
        return Edit(present, late=late, said_once=True)

    return transform


def _stands(present: Entity, moment: Moment) -> bool:
    return any(one == moment.instance for one in present.attributes.get(moment.attribute, ()))
