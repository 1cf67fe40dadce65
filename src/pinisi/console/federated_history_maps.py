"""Entity maps of histories, of what is known here and at sources (NGSI-LD 5.14.5).

A source that offers `createEntityMapQueryTemporal` gives a map of its own, which the map here refers to. Others are
asked for the histories themselves, and so is every source whose answer must be looked at here: by the reader's grants,
or because the filters cannot be said in its terms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.console.entity_map_pages import MapWish, make_map
from pinisi.console.federated import all_of
from pinisi.console.federated_history import CREATING, OPERATIONS, HistorySearch, searched, searched_posted
from pinisi.console.federated_map_links import makers
from pinisi.console.federated_maps import Told, map_at, of_map, with_maps
from pinisi.console.federated_questions import Question, filters_of
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_entity_maps import map_reply
from pinisi.console.ngsi_ld_temporal import asked_histories, posted_histories
from pinisi.context.entity_map import read_lifetime
from pinisi.context.federation.outgoing import sayable
from pinisi.store.query import EntityQuery


async def create(house: House, call: Call, local: Endpoint) -> Reply:
    """By GET."""
    search, queries = searched(house, call)
    return await _made(house, call, local, search, queries)


async def create_posted(house: House, call: Call, local: Endpoint) -> Reply:
    """By POST."""
    found = searched_posted(house, call)
    return await local(house, call) if found is None else await _made(house, call, local, *found)


async def _made(
    house: House, call: Call, local: Endpoint, search: HistorySearch, queries: Sequence[EntityQuery]
) -> Reply:
    asked_for = search.questions(queries, (*OPERATIONS, CREATING))
    if not asked_for:
        return await search.warnings.on_any(local(house, call))
    return await search.warnings.on_any(_shown(house, call, search, asked_for))


async def _shown(house: House, call: Call, search: HistorySearch, asked_for: Sequence[Question]) -> Reply:
    lifetime = read_lifetime(search.told.get("entityMapLifetime"))
    able = makers(asked_for, CREATING) if call.grants.sees_all else frozenset[str]()
    free = search.split or not filters_of(search.told)
    mapping = [one for one in asked_for if one.leg.registration.id in able and (free or search.sees_alike(one))]
    told = await all_of([_map_at(house, search, question) for question in mapping])
    making = [one for one, (_, found) in zip(mapping, told, strict=True) if found is not None]
    rest = [one for one in asked_for if one not in making and one.leg.operation != CREATING]
    beside = await search.beside(rest)
    how, ids = await _ids(beside, call)
    known: Mapping[str, Sequence[str]] = {id: beside.holders_of_past(id) for id in ids}
    places, linked = with_maps(known, mapping, told)
    made = await make_map(house, call, places, MapWish(lifetime=lifetime), linked)
    return map_reply(made, how, 201)


async def _ids(house: House, call: Call) -> tuple[Any, list[str]]:
    if call.method == "GET":
        return await asked_histories(house, call)
    how, ids, _ = await posted_histories(house, call)
    return how, ids


async def _map_at(house: House, search: HistorySearch, question: Question) -> Told:
    tongue = house.sources.tongue(search.asker, question.leg.registration)
    if tongue is None:
        return "", []
    errand = of_map(search.errand(question, sayable(tongue), 0), ("temporal", "entityMaps"), search.told)
    return await map_at(house, search.asker, search.warnings, question, errand, CREATING)
