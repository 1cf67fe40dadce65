"""Questions to sources: a read within what a registration is for, in the source's own terms (NGSI-LD 4.3.6.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.federated import ReadLeg
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.outgoing import Tongue, sayable
from pinisi.context.federation.plan import Inquiry, inquiries, type_text
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.pick import CORE_MEMBERS
from pinisi.context.q_language import attributes_of
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.principal import Grants

FILTERS = ("q", "scopeQ", "georel", "geometry", "coordinates", "geoproperty", "expandValues", "jsonKeys")
"""Parameters that say of which content entities shall be; names in them are in the terms of the request."""
Told = Mapping[str, str]


class Question(msgspec.Struct, frozen=True):
    """What is asked of one source: one inquiry of one leg."""

    leg: ReadLeg
    inquiry: Inquiry


def wanted_of(view: View) -> frozenset[str] | None:
    """The attributes that a view can show; None: any."""
    if view.attributes is not None:
        return view.attributes
    pick = view.pick
    return None if pick is None or not pick.members.isdisjoint(CORE_MEMBERS) else pick.members


def questions(legs: Sequence[ReadLeg], wanted: Wanted) -> list[Question]:
    """Every question of a read."""
    return [
        Question(leg, inquiry)
        for leg in legs
        for part in leg.match.parts
        for inquiry in inquiries(
            part,
            wanted.ids,
            wanted.id_pattern,
            wanted.types,
            part.attributes,
            leg.registration.information[part.number].attributes,
        )
    ]


def by_id(question: Question, id: str, tongue: Tongue, view: View) -> Errand:
    """Retrieve one entity, by the operation that the source offers."""
    inquiry, table = question.inquiry, sayable(tongue)
    if question.leg.operation == "retrieveEntity":
        query = _common(question, table, view)
        if inquiry.types is not None:
            query["type"] = type_text(inquiry.types, table)
        return Errand(method="GET", path=("entities", id), query=query)
    asked = msgspec.structs.replace(question, inquiry=msgspec.structs.replace(inquiry, ids=(id,), id_pattern=None))
    return by_query(asked, tongue, view, {}, 2, 0)


def by_query(
    question: Question, tongue: Tongue, view: View, filters: Told, limit: int, offset: int, *, count: bool = False
) -> Errand:
    """Query entities, by GET or by POST, as the source offers it."""
    inquiry, table = question.inquiry, sayable(tongue)
    page = {"limit": str(limit)} | ({"offset": str(offset)} if offset else {}) | ({"count": "true"} if count else {})
    if question.leg.operation == "queryBatch":
        return _posted(question, tongue, view, filters, page)
    query: dict[str, str] = {}
    if inquiry.types is not None:
        query["type"] = type_text(inquiry.types, table)
    if inquiry.ids is not None:
        query["id"] = ",".join(inquiry.ids)
    if inquiry.id_pattern is not None:
        query["idPattern"] = inquiry.id_pattern
    query |= {**_common(question, table, view), **filters}
    if not query.keys() & {"type", "attrs", "q", "georel"}:
        query["type"] = "*"
    return Errand(method="GET", path=("entities",), query={**query, **page})


def _common(question: Question, table: TermTable, view: View) -> dict[str, str]:
    query: dict[str, str] = {}
    names = question.inquiry.attributes
    if names is not None:
        query["attrs"] = ",".join(sorted(map(table.compact_iri, names)))
    datasets = datasets_of(question, view)
    if datasets is not None:
        query["datasetId"] = ",".join(datasets)
    query["options"] = "sysAttrs"
    return query


def datasets_of(question: Question, view: View) -> list[str] | None:
    """The instances to ask for: of those wanted only those registered."""
    wanted, registered = view.datasets, question.leg.registration.datasets
    both = registered if wanted is None else wanted if registered is None else wanted & registered
    return None if both is None else sorted("@none" if one is None else one for one in both)


def _posted(question: Question, tongue: Tongue, view: View, filters: Told, page: Told) -> Errand:
    inquiry, table = question.inquiry, sayable(tongue)
    selector: dict[str, Any] = {"type": "*" if inquiry.types is None else type_text(inquiry.types, table)}
    if inquiry.ids is not None:
        selector["id"] = inquiry.ids[0] if len(inquiry.ids) == 1 else list(inquiry.ids)
    if inquiry.id_pattern is not None:
        selector["idPattern"] = inquiry.id_pattern
    document: dict[str, Any] = {"type": "Query", "entities": [selector]}
    if inquiry.attributes is not None:
        document["attrs"] = sorted(map(table.compact_iri, inquiry.attributes))
    datasets = datasets_of(question, view)
    if datasets is not None:
        document["datasetId"] = datasets
    document |= {name: filters[name] for name in ("q", "scopeQ", "expandValues", "jsonKeys") if name in filters}
    geo = {name: filters[name] for name in ("georel", "geometry", "coordinates", "geoproperty") if name in filters}
    if geo:
        if isinstance(geo.get("coordinates"), str):
            geo["coordinates"] = msgspec.json.decode(geo["coordinates"])
        document["geoQ"] = geo
    return Errand(
        method="POST",
        path=("entityOperations", "query"),
        query={"options": "sysAttrs", **page},
        document=document,
        table=tongue.table,
    )


def said_nothing(answer: Answer) -> bool:
    """Whether a source has nothing to add, and it is no fault."""
    return answer.empty or answer.status == 204


def speaks_alike(tongue: Tongue, asker: Asker) -> bool:
    """Whether names in the filters mean the same to the source: it is asked in the terms of the request."""
    return tongue.table is asker.table and (tongue.link is not None or tongue.table is CORE_TABLE)


def sees_every_attribute(grants: Grants) -> bool:
    """Whether the reader sees all attributes of the entities that he sees."""
    return all(grant.attributes is None for grant in grants.grants)


def asked_of(queries: Sequence[EntityQuery]) -> frozenset[str]:
    """The attributes of which filters ask something."""
    found = {name for query in queries if query.filter is not None for name in attributes_of(query.filter)}
    return frozenset(found | {query.geo.attribute for query in queries if query.geo is not None})


def wider(question: Question, attributes: frozenset[str]) -> Question:
    """The question about these attributes too, as far as the source is registered for them: what is to be proved of an
    answer must stand in it."""
    inquiry = question.inquiry
    if inquiry.attributes is None:
        return question
    more = attributes if inquiry.allowed is None else attributes & inquiry.allowed
    inquiry = msgspec.structs.replace(inquiry, attributes=inquiry.attributes | more)
    return msgspec.structs.replace(question, inquiry=inquiry)


def filters_of(told: Mapping[str, Any]) -> dict[str, str]:
    """The filters of a query as parameters of a GET, however it was asked."""
    found = {name: told[name] for name in FILTERS if isinstance(told.get(name), str)}
    for name in ("expandValues", "jsonKeys"):
        words = told.get(name)
        if isinstance(words, list):
            found[name] = ",".join(map(str, words))  # pyright: ignore[reportUnknownArgumentType]
    geo = told.get("geoQ")
    if isinstance(geo, dict):
        for name in ("georel", "geometry", "coordinates", "geoproperty"):
            value: Any = geo.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            if value is not None:
                found[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return found
