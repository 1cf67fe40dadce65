"""Entities of NGSI v2 by query (`GET /v2/entities`, `POST /v2/op/query`), and the types that there are."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_consumption import find, find_in_order
from pinisi.console.ngsi_ld_request import Paging
from pinisi.console.v2_entities import ENTITIES
from pinisi.console.v2_request import COUNT, V2, answer, body_of, iris_of, options, page_of, read_paths, view_of
from pinisi.console.v2_sources import page_everywhere, takes_part
from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.ngsi_v2.attributes import typed_value
from pinisi.context.ngsi_v2.entities import View, as_object, default_instance, show_entity
from pinisi.context.ngsi_v2.expressions import ids_of, parse_expression, parse_geo
from pinisi.context.ngsi_v2.names import entity_uri, id_pattern, iri_of, name_of
from pinisi.context.ordering import Key, Ordering, measure_from
from pinisi.context.problems import BadRequestData, ResourceNotFound
from pinisi.context.term_table import TermTable
from pinisi.store.pattern import PatternError, compile_pattern
from pinisi.store.query import AllOf, AnyOf, EntityQuery, Filter, TypeIs, TypeSelection
from pinisi.store.record import Record
from pinisi.store.seen import projection_of
from pinisi.vocabulary.principal import WHOLE

SAMPLE = 1_000
"""So many entities of a type are looked at to tell the types of its attributes."""

_MEMBERS = {"id": "id", "type": "type", "dateCreated": "createdAt", "dateModified": "modifiedAt"}
_EXPRESSION = frozenset({"q", "mq", "georel", "geometry", "coords"})


async def query_entities(house: House, call: Call) -> Reply:
    told = call.query
    view = view_of(call, "count")
    for one, other in (("id", "idPattern"), ("type", "typePattern")):
        if one in told and other in told:
            raise BadRequestData(f"goes not together with {one}", other)
    whole = _expressed(told, house.pinisi_table, call)
    query = msgspec.structs.replace(
        whole,
        ids=ids_of(told["id"]) if "id" in told else None,
        id_pattern=_pattern(told["idPattern"], "idPattern") if "idPattern" in told else None,
        types=await _types(house, call, told.get("type"), told.get("typePattern"), "type"),
    )
    return await _answer(house, call, (query,), view)


async def post_query(house: House, call: Call) -> Reply:
    told = as_object(body_of(call), "body")
    if "attributes" in told and "attrs" not in told:
        told = {"attrs" if name == "attributes" else name: value for name, value in told.items()}
    unknown = next((name for name in told if name not in ("entities", "attrs", "expression", "metadata")), None)
    if unknown is not None:
        raise BadRequestData("a query has entities, attrs, expression and metadata", unknown[:80])
    view = view_of(call, "count", attrs=_words(told, "attrs"), metadata=_words(told, "metadata"))
    expression = as_object(told.get("expression", {}), "expression")
    stray = next((name for name in expression if name not in _EXPRESSION), None)
    if stray is not None:
        raise BadRequestData(f"an expression has {', '.join(sorted(_EXPRESSION))}", f"expression.{stray[:80]}")
    whole = _expressed(cast(Mapping[str, str], expression), house.pinisi_table, call)
    selectors = told.get("entities", [{"idPattern": ".*"}])
    if not isinstance(selectors, list) or not selectors:
        raise BadRequestData("a list of entities, not empty", "entities")
    queries = [await _selected(house, call, whole, each, n) for n, each in enumerate(cast(list[Any], selectors))]
    return await _answer(house, call, tuple(queries), view)


async def _selected(house: House, call: Call, whole: EntityQuery, selector: Any, n: int) -> EntityQuery:
    field = f"entities[{n}]"
    told = as_object(selector, field)
    id, pattern = told.get("id"), told.get("idPattern")
    if (id is None) == (pattern is None):
        raise BadRequestData("id or idPattern, one of them", field)
    return msgspec.structs.replace(
        whole,
        ids=None if id is None else (entity_uri(id, f"{field}.id"),),
        id_pattern=None if pattern is None else _pattern(pattern, f"{field}.idPattern"),
        types=await _types(house, call, told.get("type"), told.get("typePattern"), f"{field}.type"),
    )


def _words(told: Mapping[str, Any], name: str) -> list[str] | None:
    words = told.get(name)
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in cast(list[Any], words)):
        raise BadRequestData("a list of names", name)
    return cast(list[str], words)


def _expressed(told: Mapping[str, str], table: TermTable, call: Call) -> EntityQuery:
    filters: list[Filter] = []
    if "q" in told:
        filters.append(parse_expression(_text(told, "q"), "q", table))
    if "mq" in told:
        filters.append(parse_expression(_text(told, "mq"), "mq", table))
    return EntityQuery(
        filter=None if not filters else filters[0] if len(filters) == 1 else AllOf(tuple(filters)),
        geo=parse_geo(told.get("georel"), told.get("geometry"), told.get("coords")),
        scopes=read_paths(call),
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    if not isinstance(told[name], str):
        raise BadRequestData("must be a text", name)
    return told[name]


def _pattern(text: Any, field: str) -> str | None:
    """`.*` asks nothing."""
    if not isinstance(text, str) or not text:
        raise BadRequestData("must be a regular expression", field)
    return None if text == ".*" else parse_id_pattern(id_pattern(text), field)


async def _types(house: House, call: Call, type: Any, pattern: Any, field: str) -> TypeSelection | None:
    if type is not None and pattern is not None:
        raise BadRequestData("goes not together with a pattern of types", field)
    table = house.pinisi_table
    if isinstance(pattern, str):
        try:
            found = compile_pattern(pattern)
        except PatternError as error:
            raise BadRequestData(str(error), f"{field}Pattern") from None
        counts = await house.store.type_counts(call.tenant, call.grants)
        return _any_of([iri for iri in counts if found(name_of(iri, table))])
    if type is None:
        return None
    if not isinstance(type, str):
        raise BadRequestData("must be a text", field)
    return _any_of([iri_of(word, table, field) for word in type.split(",")])


def _any_of(iris: Sequence[str]) -> TypeSelection:
    """None of them: a selection that nothing is."""
    parts = tuple(TypeIs(iri) for iri in iris)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


async def _answer(house: House, call: Call, queries: tuple[EntityQuery, ...], view: View) -> Reply:
    limit, offset = page_of(call)
    counted = "count" in call.query.get("options", "").split(",")
    order = call.query.get("orderBy")
    if order is None and takes_part(house, call):
        everywhere = await page_everywhere(
            house, call, queries, Paging(limit, offset, counted), iris_of(view, house.pinisi_table)
        )
        if everywhere is not None:
            union, warnings = everywhere
            headers = () if union.count is None else ((COUNT, str(union.count).encode()),)
            return warnings.on(answer([_shown(house, call, record, view) for record in union.records], headers))
    if order is None:
        found = await find(house, call, queries, limit, offset, counted)
    else:
        ordering = _ordering(order, call, house.pinisi_table)
        found = await find_in_order(house, call, queries, Paging(limit, offset, counted), ordering)
    headers = () if found.count is None else ((COUNT, str(found.count).encode()),)
    return answer([_shown(house, call, record, view) for record in found.records], headers)


def _shown(house: House, call: Call, record: Record, view: View) -> Any:
    return show_entity(record.entity, house.pinisi_table, view, projection_of(record, call.grants) or WHOLE)


def _ordering(text: str, call: Call, table: TermTable) -> Ordering:
    keys: list[Key] = []
    measure = None
    seen: set[str] = set()
    for word in text.split(","):
        back, name = word.startswith("!"), word.removeprefix("!").strip()
        if name in seen:
            raise BadRequestData(f"{name[:80]} stands twice", "orderBy")
        seen.add(name)
        if name == "geo:distance":
            near = parse_geo(call.query.get("georel"), call.query.get("geometry"), call.query.get("coords"))
            if near is None or near.relation != "near" or near.geometry["type"] != "Point":
                raise BadRequestData("geo:distance goes with georel=near and a point", "orderBy")
            measure = measure_from(near.geometry)
            keys.append(Key((near.attribute,), (), "dist-desc" if back else "dist-asc"))
        else:
            path = _MEMBERS.get(name) or iri_of(name, table, "orderBy")
            keys.append(Key((path,), (), "desc" if back else "asc"))
    return Ordering(tuple(keys), measure)


async def list_types(house: House, call: Call) -> Reply:
    words = options(call, "count", "values", "noAttrDetail")
    limit, offset = page_of(call)
    counts = await house.store.type_counts(call.tenant, call.grants)
    named = sorted((name_of(iri, house.pinisi_table), iri) for iri in counts)
    headers = ((COUNT, str(len(named)).encode()),) if "count" in words else ()
    chosen = named[offset : offset + limit]
    if "values" in words:
        return answer([name for name, _ in chosen], headers)
    detail = "noAttrDetail" not in words
    told = [{"type": name, **await _described(house, call, iri, counts[iri], detail)} for name, iri in chosen]
    return answer(told, headers)


async def retrieve_type(house: House, call: Call) -> Reply:
    options(call, "noAttrDetail")
    iri = iri_of(call.params["type"], house.pinisi_table, "type")
    counts = await house.store.type_counts(call.tenant, call.grants)
    if iri not in counts:
        raise ResourceNotFound(f"there is no entity of type {call.params['type'][:200]}")
    return answer(await _described(house, call, iri, counts[iri], "noAttrDetail" not in call.query.get("options", "")))


async def _described(house: House, call: Call, iri: str, count: int, detail: bool) -> dict[str, Any]:
    """Names of attributes from all entities of a type; their types from the first thousand."""
    table = house.pinisi_table
    uses = await house.store.attribute_uses(call.tenant, call.grants)
    attrs: dict[str, set[str]] = {name_of(use.attribute, table): set() for use in uses if iri in use.types}
    if detail:
        page = await house.store.find(call.tenant, EntityQuery(types=TypeIs(iri)), call.grants, limit=SAMPLE)
        for record in page.records:
            for name, instances in record.entity.attributes.items():
                one = default_instance(instances)
                if one is not None and (known := attrs.get(name_of(name, table))) is not None:
                    known.add(typed_value(one, table)[0])
    return {"attrs": {name: {"types": sorted(attrs[name])} for name in sorted(attrs)}, "count": count}


async def entry_point(house: House, call: Call) -> Reply:
    return answer({f"{name}_url": f"{V2}/{name}" for name in ("entities", "types", "subscriptions", "registrations")})


_READ = "context.read"
_QUERY = ("limit", "offset", "orderBy", "options")

V2_QUERY_ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=V2, permission=_READ, endpoint=entry_point, summary="The addresses of NGSI v2"),
    Route(method="GET", path=ENTITIES, permission=_READ, endpoint=query_entities, summary="Query entities",
          parameters=("id", "type", "idPattern", "typePattern", "q", "mq", "georel", "geometry", "coords", "attrs",
                      "metadata", *_QUERY), answers=(200, 400)),
    Route(method="POST", path=V2 + "/op/query", permission=_READ, endpoint=post_query, body="V2Query",
          summary="Query entities, the query in the body", parameters=_QUERY, answers=(200, 400)),
    Route(method="GET", path=V2 + "/types", permission=_READ, endpoint=list_types,
          summary="Types of the entities that there are", parameters=("limit", "offset", "options")),
    Route(method="GET", path=V2 + "/types/{type}", permission=_READ, endpoint=retrieve_type,
          summary="One type with its attributes", parameters=("options",), answers=(200, 404)),
)  # fmt: skip
