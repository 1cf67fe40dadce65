"""From the parameters of a GET, or the body of a POSTed Query, to the store's query (clauses 5.7.2, 5.2.23)."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote

import msgspec

from pinisi.context.geo_query import parse_geo_query
from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.linked_entities import DEEPEST, Join, parse_join, read_above
from pinisi.context.ordering import Ordering, parse_ordering
from pinisi.context.pick import CORE_MEMBERS, parse_pick
from pinisi.context.problems import BadRequestData
from pinisi.context.q_language import attributes_of, expanded_names, parse_q
from pinisi.context.query_error import QueryError
from pinisi.context.render import View
from pinisi.context.scope_query import parse_scope_query
from pinisi.context.term_table import TermTable
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import is_uri
from pinisi.store.query import AnyOf, EntityQuery, Filter, TypeSelection
from pinisi.vocabulary.terms import NGSI_LD

Told = Mapping[str, str]
_EVERYWHERE = frozenset(NGSI_LD + name for name in ("createdAt", "modifiedAt", "expiresAt", "deletedAt"))


def query_of(told: Told, table: TermTable) -> EntityQuery:
    """The query that GET parameters ask.

    Raises:
        QueryError: a parameter that cannot be read; names it.
        BadRequestData: nothing narrows the query (clause 5.7.2.4 asks for one of type, attrs, q, geoQ).
    """
    expand = table.expand_term
    types = _types(told["type"], table) if "type" in told else None
    query = EntityQuery(
        ids=_ids(told.get("id")),
        id_pattern=parse_id_pattern(told["idPattern"]) if told.get("idPattern") else None,
        types=types,
        attributes=_attributes(told.get("attrs"), table) or _picked(told.get("pick"), table),
        filter=_filter(told, expand) if "q" in told else None,
        geo=_geo(told, expand),
        scopes=parse_scope_query(told["scopeQ"]) if "scopeQ" in told else None,
    )
    if told.get("csf"):
        _check_csf(told["csf"], expand)
    if told.get("local") != "true" and not _narrow(told, query):
        raise BadRequestData("a query needs type, attrs, q or a geo-query", "type")
    return query


def _check_csf(text: str, expand: Callable[[str], str]) -> None:
    """The filter of context sources is judged also where none is asked (4.9)."""
    try:
        parse_q(text, expand)
    except QueryError as error:
        raise type(error)("csf", error.reason, error.position) from None


def _filter(told: Told, expand: Callable[[str], str]) -> Filter:
    """`q`, also percent-encoded as in an address, which is how many clients write it into a body."""
    text, links = told["q"], _links(told)
    values = expanded_names(_words(told.get("expandValues")), _words(told.get("jsonKeys")))
    try:
        return parse_q(text, expand, values, links=links)
    except QueryError:
        if (decoded := unquote(text)) == text:
            raise
        return parse_q(decoded, expand, values, links=links)


def _narrow(told: Told, query: EntityQuery) -> bool:
    """Whether the query is not too wide: it asks for more than what every entity has (5.7.2.4)."""
    if query.geo is not None or told.get("type", "*") != "*" or ("type" in told and told.get("local") != "false"):
        return True
    attributes = (set(query.attributes or ()) if "attrs" in told else set[str]()) - _EVERYWHERE
    return bool(attributes) or (query.filter is not None and bool(attributes_of(query.filter) - _EVERYWHERE))


def _links(told: Told) -> int:
    """How far `q` may follow relationships: as far as linked entities are retrieved (5.7.2.4)."""
    way, level = told.get("join"), told.get("joinLevel") or "1"
    if way not in ("inline", "flat") or not level.isascii() or not level.isdigit():
        return 0
    return min(int(level[:4]), DEEPEST)


def join_of(told: Mapping[str, Any], view: View) -> Join | None:
    """The linked entities that a query asks for."""
    if not told:
        return None
    way, level = told.get("join"), told.get("joinLevel")
    if way is not None and not isinstance(way, str):
        raise BadRequestData("must be a text", "join")
    wish = parse_join(way, None if level is None else str(level), view)
    if wish is None:
        return None
    return msgspec.structs.replace(wish, above=read_above(told.get("containedBy")), local=_is_local(told))


def ordering_of(told: Mapping[str, Any], table: TermTable) -> Ordering | None:
    """The order that a query asks for: parameters of a GET, or the member `ordering` of a POSTed one (5.2.43)."""
    given = told.get("ordering")
    if given is not None:
        if not isinstance(given, dict):
            raise BadRequestData("must be an object", "ordering")
        wish = cast(dict[str, Any], given)
        terms, coordinates = wish.get("orderBy"), wish.get("coordinates")
        if not isinstance(terms, list) or not all(isinstance(term, str) for term in cast(list[Any], terms)):
            raise BadRequestData("a list of texts", "ordering.orderBy")
        if coordinates is not None and not isinstance(coordinates, list):
            raise BadRequestData("a list of numbers", "ordering.coordinates")
        return parse_ordering(cast(list[str], terms), table, wish.get("collation"), coordinates, wish.get("geometry"))
    if "orderBy" not in told:
        return None
    terms, place = told["orderBy"].split(","), told.get("orderFrom")
    return parse_ordering(terms, table, told.get("collation"), place, told.get("orderGeometry"))


@lru_cache(256)
def _types(text: str, table: TermTable) -> TypeSelection | None:
    """Kept, because few selections are asked again and again (8 us each)."""
    return parse_type_selection(text, table.expand_term)


def _geo(told: Mapping[str, Any], expand: Callable[[str], str]) -> Any:
    return parse_geo_query(
        told.get("georel"), told.get("geometry"), told.get("coordinates"), told.get("geoproperty"), expand
    )


def _ids(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    ids = tuple(text.split(","))
    for id in ids:
        if not is_uri(id):
            raise BadRequestData(f"{id[:80]!r} is no URI", "id")
    return ids


def _picked(text: str | None, table: TermTable) -> tuple[str, ...] | None:
    """Entities of which `pick` shows nothing are no part of the answer (4.21)."""
    if text is None:
        return None
    members = parse_pick(text, table).members
    return tuple(members) if members.isdisjoint(CORE_MEMBERS) else None


def _attributes(text: str | None, table: TermTable) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise BadRequestData("a list of names without empty ones", "attrs")
    return tuple(table.expand_attribute(name, "attrs") for name in names)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


class Posted(msgspec.Struct, frozen=True):
    """A POSTed Query: what to find, and how to show it (the members that a GET gives as parameters)."""

    queries: tuple[EntityQuery, ...]
    told: Mapping[str, Any]

    @property
    def local(self) -> bool:
        """Whether only what is held here is asked for (6.3.18)."""
        return _is_local(self.told)


def _is_local(told: Mapping[str, Any]) -> bool:
    return str(told.get("local", "false")).lower() == "true"


_MEMBERS = frozenset(
    {
        "type",
        "entities",
        "attrs",
        "q",
        "geoQ",
        "scopeQ",
        "csf",
        "temporalQ",
        "lang",
        "pick",
        "omit",
        "datasetId",
        "expandValues",
        "@context",
        "containedBy",
        "join",
        "joinLevel",
        "local",
        "splitEntities",
        "entityMap",
        "entityMapLifetime",
        "ordering",
        "aggrParams",
        "jsonKeys",
    }
)


_TEMPORAL = ("temporalQ", "aggrParams")
_LISTED = frozenset({"expandValues", "jsonKeys"})
"""Members that table 5.2.23-1 describes as texts, and the core @context as lists; both are read."""


def posted_query(document: Any, table: TermTable, *, temporal: bool = False, local: str | None = None) -> Posted:
    """Read the body of `entityOperations/query` (5.2.23). Each entity selector is a query of its own; they are joined.

    `local`: the parameter of that name, where the request has it.

    Raises:
        BadRequestData, QueryError: name the member.
    """
    if not isinstance(document, dict) or document.get("type") != "Query":  # pyright: ignore[reportUnknownMemberType]
        raise BadRequestData("must be Query", "type")
    body = cast(dict[str, Any], document)
    unknown = next((name for name in body if name not in _MEMBERS), None)
    if unknown is not None:
        raise BadRequestData("a Query has no such member", unknown[:80])
    stray = next((name for name in _TEMPORAL if name in body and not temporal), None)
    if stray is not None:
        raise BadRequestData("goes with a query of history only", stray)
    told = _told(body)
    whole = query_of({"type": "*", "local": "true", **told}, table)
    scope = str(body.get("local", local or "")).lower()
    if "entities" not in body:
        if scope != "true" and not _narrow(told, whole):
            raise BadRequestData("a query needs entities, attrs, q or geoQ", "entities")
        return Posted((msgspec.structs.replace(whole, types=None),), body)
    selectors = body["entities"]
    if not isinstance(selectors, list) or not selectors:
        raise BadRequestData("a list of entity selectors, not empty", "entities")
    chosen = _selectors(selectors, table)  # pyright: ignore[reportUnknownArgumentType]
    if scope == "false" and any(one.types is None for one in chosen):
        raise BadRequestData("cannot be false where the type is * (5.2.33)", "local")
    return Posted(tuple(_merged(whole, chosen)), body)


def _told(body: Mapping[str, Any]) -> dict[str, str]:
    told: dict[str, Any] = {}
    for name in ("q", "scopeQ", "join", "csf"):
        if name in body:
            if not isinstance(body[name], str):
                raise BadRequestData("must be a text", name)
            told[name] = body[name]
    if "joinLevel" in body:
        told["joinLevel"] = str(body["joinLevel"])
    for name in ("attrs", "pick", "expandValues", "jsonKeys"):
        if name in body:
            value = body[name]
            if isinstance(value, str) and name in _LISTED:
                value = value.split(",")
            if not isinstance(value, list) or not value or not all(isinstance(part, str) for part in value):  # pyright: ignore
                raise BadRequestData("a list of names, not empty", name)
            told[name] = ",".join(value)  # pyright: ignore
    geo = body.get("geoQ")
    if geo is not None:
        if not isinstance(geo, dict):
            raise BadRequestData("must be an object", "geoQ")
        told.update({name: geo.get(name) for name in ("georel", "geometry", "coordinates", "geoproperty")})  # pyright: ignore
    return told


def _selectors(selectors: Sequence[Any], table: TermTable) -> list[EntityQuery]:
    found: list[EntityQuery] = []
    for index, selector in enumerate(selectors):
        where = f"entities[{index}]"
        if not isinstance(selector, dict):
            raise BadRequestData("must be an object", where)
        told = cast(dict[str, Any], selector)
        text = told.get("type")
        if not isinstance(text, str):
            raise BadRequestData("must be a text", f"{where}.type")
        ids = told.get("id")
        listed: list[Any] | None = None if ids is None else ids if isinstance(ids, list) else [ids]  # pyright: ignore
        if listed is not None and not all(isinstance(id, str) and is_uri(id) for id in listed):
            raise BadRequestData("must be a URI, or a list of them", f"{where}.id")
        pattern = told.get("idPattern")
        if pattern is not None and not isinstance(pattern, str):
            raise BadRequestData("must be a text", f"{where}.idPattern")
        found.append(
            EntityQuery(
                types=parse_type_selection(text, table.expand_term, f"{where}.type"),
                ids=None if listed is None else tuple(listed),
                id_pattern=None
                if pattern is None or listed is not None
                else parse_id_pattern(pattern, f"{where}.idPattern"),
            )
        )
    return found


def _merged(whole: EntityQuery, selectors: list[EntityQuery]) -> list[EntityQuery]:
    """Selectors by type alone become one query; any other stands for itself."""
    plain = [s for s in selectors if s.ids is None and s.id_pattern is None]
    others = [s for s in selectors if s.ids is not None or s.id_pattern is not None]
    queries = [msgspec.structs.replace(whole, types=s.types, ids=s.ids, id_pattern=s.id_pattern) for s in others]
    if plain:
        queries.append(msgspec.structs.replace(whole, types=_any([s.types for s in plain])))
    return queries


def _any(types: Sequence[TypeSelection | None]) -> TypeSelection | None:
    if any(selection is None for selection in types):
        return None
    return types[0] if len(types) == 1 else AnyOf(tuple(types))
