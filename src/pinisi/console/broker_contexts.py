"""Stored @contexts and the types of entities, as those see them who run the broker."""

from pinisi.console.broker_shapes import ContextList, ContextTold, TypeList, TypeTold, moment, short_names
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, json_reply
from pinisi.context.context_address import context_path
from pinisi.context.stored_context import StoredContext
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.instant import format_instant


async def list_stored_contexts(house: House, call: Call) -> Reply:
    """Every @context that the caller can see, those used last first."""
    names = await house.people.names()
    found = await house.context_storage.listed(call.tenant)
    told = [_context(house, call, each, names.get(each.owner, each.owner)) for each in found]
    told.sort(key=lambda one: one.last_used or "", reverse=True)
    return json_reply(ContextList(position=await house.store.position(call.tenant), contexts=tuple(told)))


def _context(house: House, call: Call, stored: StoredContext, owner: str) -> ContextTold:
    usage = house.context_storage.usage(call.tenant, stored)
    writes = "context.write" in call.principal.permissions
    his = writes and (call.grants.writes_all or (bool(stored.owner) and stored.owner == call.principal.id))
    return ContextTold(
        id=stored.id,
        url=stored.url or house.address.reached_by(call) + context_path(stored.id),
        kind=stored.kind,
        source=stored.source,
        size=stored.size,
        created_at=format_instant(stored.created_at),
        expires_at=moment(stored.expires_at),
        hits=usage.hits,
        last_used=moment(usage.last),
        owner_name=owner,
        may_delete=his,
        may_reload=his and stored.kind == "Cached",
    )


async def list_entity_types(house: House, call: Call) -> Reply:
    """Types that the caller may see, with how many entities each has and the attributes that they use.

    An entity of two types counts in both, and once in the number of all.
    """
    counts = await house.store.type_counts(call.tenant, call.grants)
    attributes: dict[str, set[str]] = {}
    for use in await house.store.attribute_uses(call.tenant, call.grants):
        for iri in use.types:
            attributes.setdefault(iri, set()).add(use.attribute)
    compact = short_names(house.pinisi_table)
    told = [
        TypeTold(
            type=iri,
            name=compact(iri),
            entities=count,
            attributes=tuple(sorted(compact(name) for name in attributes.get(iri, ()))),
        )
        for iri, count in counts.items()
    ]
    told.sort(key=lambda one: (-one.entities, one.name))
    all_of_them = await house.store.find(call.tenant, EntityQuery(), call.grants, limit=0, count=True)
    return json_reply(TypeList(position=all_of_them.position, entities=all_of_them.count or 0, types=tuple(told)))
