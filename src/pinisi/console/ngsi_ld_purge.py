"""Entities deleted by query, or emptied of attributes (NGSI-LD 5.6.21)."""

from collections.abc import Sequence

import msgspec

from pinisi.console.entity_map_pages import map_header, map_named, within_map
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_batch import Errors, batch_result
from pinisi.console.ngsi_ld_query import query_of
from pinisi.console.ngsi_ld_request import linked_table, names
from pinisi.context import edits
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.store.change import EntityChange, Forbidden, Transform
from pinisi.store.query import EntityQuery
from pinisi.store.reading import every

SLICE = 1_000
_WHICH = ("id", "type", "idPattern", "attrs", "q", "scopeQ", "csf", "georel", "geometry", "coordinates", "geoproperty",
          "geometryProperty", "expandValues", "jsonKeys")  # fmt: skip

_SELECTING = frozenset({"id", "type", "idPattern", "attrs", "q", "scopeQ", "georel"})


async def purge_entities(house: House, call: Call) -> Reply:
    """Delete what a query selects. All of it at once (`local=true` or `type=*` alone) is for those who keep the house.

    One stray request of a sensor's token must not empty a city.
    """
    table = linked_table(house.contexts, call)
    keep, drop = _attributes(call, "keep", table), _attributes(call, "drop", table)
    if keep is not None and drop is not None:
        raise BadRequestData("goes not together with keep", "drop")
    query = query_of(call.query, table)
    kept = await map_named(house, call)
    if not _narrows(call) and "house.manage" not in call.principal.permissions:
        raise Forbidden("to delete everything needs the permission house.manage: name type, attrs, q or a geo-query")
    query = query if kept is None else within_map(query, kept)
    ids: Sequence[str] = () if query.ids == () else await _ids(house, call, query)
    errors = Errors()
    done: list[str] = []
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        changes = [EntityChange(id, _change(id, keep, drop)) for id in part]
        applied = await house.store.apply(call.tenant, changes, call.principal, atomic=False)
        for id, outcome in zip(part, applied.outcomes, strict=True):
            if outcome.refused is None:
                done.append(id)
            else:
                errors.add(id, outcome.refused)
    reply = batch_result(done, errors) if errors.items else Reply(204)
    return reply if kept is None else msgspec.structs.replace(reply, headers=(*reply.headers, *map_header(kept)))


def _narrows(call: Call) -> bool:
    """Whether the query leaves anything out; `type=*` does not."""
    return any(name in call.query and (name, call.query[name]) != ("type", "*") for name in _SELECTING)


def _attributes(call: Call, name: str, table: TermTable) -> frozenset[str] | None:
    given = names(call, name)
    return None if given is None else frozenset(table.expand_attribute(one, name) for one in given)


def _change(id: str, keep: frozenset[str] | None, drop: frozenset[str] | None) -> Transform:
    if keep is not None:
        return edits.keep_attributes(id, lambda name: name in keep)
    if drop is not None:
        return edits.keep_attributes(id, lambda name: name not in drop)
    return edits.delete(id)


async def _ids(house: House, call: Call, query: EntityQuery) -> Sequence[str]:
    """All that the query selects, before anything changes."""
    pages = every(house.store, call.tenant, query, call.grants, at_once=SLICE)
    return [record.id async for records in pages for record in records]


PURGE_ROUTES: tuple[Route, ...] = (
    Route(
        method="DELETE",
        path="/ngsi-ld/v1/entities",
        permission="context.write",
        endpoint=purge_entities,
        summary="Delete entities by query, or attributes of them (5.6.21)",
        parameters=(*_WHICH, "keep", "drop", "local"),
        answers=(204, 207, 400),
    ),
)
