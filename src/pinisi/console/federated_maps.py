"""Entity maps of what is held here and at sources (NGSI-LD 5.14.4): a source that makes maps gives one of its own.

It names the candidates that it has, and the map here refers to it (`linkedMaps`): pages that are asked of the source
later go on with its map (5.5.14). Other sources are asked the query itself, and so is every source where the reader's
grants or the terms of the filters must be looked at here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.entity_map_pages import MapWish, make_map
from pinisi.console.federated import Warnings, all_of, asker_of
from pinisi.console.federated_gathering import union_of
from pinisi.console.federated_linked_query import with_links
from pinisi.console.federated_map_links import UNABLE, makers
from pinisi.console.federated_questions import FILTERS, Question, by_query, filters_of, said_nothing, speaks_alike
from pinisi.console.federated_search import CREATING, OPERATIONS, WHOLE, Search, posted_search, questions_of
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_entity_maps import map_reply
from pinisi.console.ngsi_ld_query import join_of, query_of
from pinisi.console.ngsi_ld_request import asked, flag
from pinisi.console.ngsi_ld_show import view_of
from pinisi.context.entity_map import PLACES_MOST, Place, linked_map, read_lifetime
from pinisi.context.federation.answer import invalid
from pinisi.context.federation.reading import Unreadable, read_body
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.json_shapes import is_object
from pinisi.context.validate import is_uri

_CONTENT = (*FILTERS, "geoQ")


async def create(house: House, call: Call, local: Endpoint) -> Reply:
    """By GET."""
    how = asked(house.contexts, call)
    flag(call, "splitEntities")
    query = query_of(call.query, how.table)
    return await _made(house, call, local, Search((query,), WHOLE, how, view_of(call, how.table), call.query))


async def create_posted(house: House, call: Call, local: Endpoint) -> Reply:
    """By POST."""
    search = posted_search(house, call, geo=False)
    return await local(house, call) if search is None else await _made(house, call, local, search)


async def _made(house: House, call: Call, local: Endpoint, search: Search) -> Reply:
    asker = asker_of(house, call, search.how.table)
    warnings = Warnings(asker)
    linked = await with_links(house, call, asker, warnings, search)
    search = linked.search
    asked_for = questions_of(house, asker, warnings, search, (*OPERATIONS, CREATING))
    if not asked_for and not linked.elsewhere:
        return await warnings.on_any(local(house, call))
    return await warnings.on_any(_shown(house, call, asker, warnings, search, asked_for))


async def _shown(
    house: House, call: Call, asker: Asker, warnings: Warnings, search: Search, asked_for: Sequence[Question]
) -> Reply:
    lifetime = read_lifetime(search.told.get("entityMapLifetime"))
    join_of(search.told, search.view)
    if search.split:
        bare = {name: said for name, said in search.told.items() if name not in _CONTENT}
        search = msgspec.structs.replace(search, queries=search.wide, told=bare)
    able = makers(asked_for, CREATING)
    mapping = [
        one for one in asked_for if one.leg.registration.id in able and _makes_maps(house, call, asker, search, one)
    ]
    told = await all_of([_map_at(house, asker, warnings, search, question) for question in mapping])
    making = [one for one, (_, found) in zip(mapping, told, strict=True) if found is not None]
    rest = [one for one in asked_for if one not in making and one.leg.operation != CREATING]
    whole = await union_of(house, call, asker, warnings, search, rest)
    known = {record.id: whole.sources[record.id] for record in whole.records}
    places, linked = with_maps(known, mapping, told)
    made = await make_map(house, call, places, MapWish(lifetime=lifetime), linked)
    return map_reply(made, search.how, 201)


Told = tuple[str, list[str] | None]
"""The map of a source: its id, and its entities."""


def with_maps(
    known: Mapping[str, Sequence[str]], mapping: Sequence[Question], told: Sequence[Told]
) -> tuple[list[Place], dict[str, str]]:
    """The places of a map, with the entities of sources' maps; and the maps that it refers to."""
    sources = {id: list(held) for id, held in known.items()}
    linked: dict[str, str] = {}
    for question, (id, found) in zip(mapping, told, strict=True):
        registration = question.leg.registration.id
        if id:
            linked[registration] = id
        for entity in found or ():
            held = sources.setdefault(entity, [])
            if registration not in held:
                held.append(registration)
    return [Place(id, tuple(held)) for id, held in sources.items()], linked


def _makes_maps(house: House, call: Call, asker: Asker, search: Search, question: Question) -> bool:
    """Whether a source may be asked for a map: ids alone must be enough to know that the reader may see them."""
    registration = question.leg.registration
    if not call.grants.sees_all:
        return False
    if search.split or not search.filters:
        return True
    if search.unsaid:
        return False
    tongue = house.sources.tongue(asker, registration)
    return tongue is not None and speaks_alike(tongue, asker)


async def _map_at(
    house: House, asker: Asker, warnings: Warnings, search: Search, question: Question
) -> tuple[str, list[str] | None]:
    registration = question.leg.registration
    tongue = house.sources.tongue(asker, registration)
    if tongue is None:
        return "", []
    leg = msgspec.structs.replace(question.leg, operation=CREATING)
    filters = {} if search.split else filters_of(search.told)
    errand = by_query(msgspec.structs.replace(question, leg=leg), tongue, search.view, filters, 1, 0)
    return await map_at(house, asker, warnings, question, of_map(errand, ("entityMaps",), search.told), CREATING)


def of_map(errand: Errand, path: tuple[str, ...], told: Mapping[str, Any]) -> Errand:
    """The request for a map of what would be asked."""
    query = {name: said for name, said in errand.query.items() if name not in ("limit", "offset", "options")}
    query |= {name: str(told[name]) for name in ("entityMapLifetime",) if told.get(name) is not None}
    query |= {"splitEntities": "true"} if str(told.get("splitEntities", "false")).lower() == "true" else {}
    return msgspec.structs.replace(errand, path=path, query=query)


async def map_at(
    house: House, asker: Asker, warnings: Warnings, question: Question, errand: Errand, creating: str
) -> tuple[str, list[str] | None]:
    """The map that a source makes: its id, and the entities in it; None where it makes no maps at all."""
    registration = question.leg.registration
    answer = await house.sources.ask(asker, registration, errand)
    if answer.status in UNABLE and question.leg.operation != creating:
        return "", None
    found: tuple[str, list[str]] = ("", [])
    if answer.taken and not said_nothing(answer):
        try:
            found = _read(read_body(answer.body), question)
        except Unreadable as error:
            answer = invalid(answer, str(error))
            house.sources.spoiled(asker, registration, answer)
    warnings.hear(registration, answer)
    if len(found[1]) > PLACES_MOST:
        warnings.say(f"{registration.id}: more than {PLACES_MOST} entities: the rest is missing")
    return found[0], found[1][:PLACES_MOST]


def _read(document: Any, question: Question) -> tuple[str, list[str]]:
    """An EntityMap (5.2.39), of what the source is registered for.

    Raises:
        Unreadable: it is none.
    """
    told: Mapping[str, Any] = document if is_object(document) else {}
    entities = told.get("entityMap")
    if told.get("type") != "EntityMap" or not is_object(entities) or not all(map(is_uri, entities)):
        raise Unreadable("the answer is no EntityMap")
    return linked_map(told.get("id")), [id for id in entities if _covers(question, id)]


def _covers(question: Question, id: str) -> bool:
    inquiry = question.inquiry
    named: Iterable[str] | None = inquiry.ids
    if named is not None and id not in named:
        return False
    return not inquiry.entities or any(one.covers_id(id) for one in inquiry.entities)
