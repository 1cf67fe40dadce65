"""Retrieving an entity as this house and its sources know it together (NGSI-LD 5.7.1)."""

from collections.abc import Sequence

import msgspec

from pinisi.console.entity_map_pages import Headers, MapWish, make_map, map_header, map_wish
from pinisi.console.entity_maps import change_face
from pinisi.console.federated import Warnings, asker_of, read_legs
from pinisi.console.federated_map_links import NO_MAPS, MapsThere, makers
from pinisi.console.federated_parts import OPERATIONS, Heard, ask_for, assembled
from pinisi.console.federated_questions import Question, questions, wanted_of
from pinisi.console.federated_search import CREATING
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_consumption import check_fits, check_geometry_property
from pinisi.console.ngsi_ld_join import joined
from pinisi.console.ngsi_ld_query import join_of
from pinisi.console.ngsi_ld_request import Asked, asked
from pinisi.console.ngsi_ld_show import one, view_of
from pinisi.context.entity_map import LOCAL, Place
from pinisi.context.federation.sources import Asker
from pinisi.context.linked_entities import Join
from pinisi.context.problems import ResourceNotFound
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_entity_id


async def retrieve(house: House, call: Call, local: Endpoint) -> Reply:
    """Retrieve an entity from wherever parts of it are."""
    how = asked(house.contexts, call, geo=True)
    view = view_of(call, how.table)
    wish = join_of(call.query, view)
    types = call.query.get("type")
    check_geometry_property(call, how)
    id = check_entity_id(call.params["id"])
    selection = None if types is None else parse_type_selection(types, how.table.expand_term)
    wanted = Wanted(ids=(id,), types=selection, attributes=wanted_of(view), datasets=view.datasets)
    asker = asker_of(house, call, how.table)
    warnings = Warnings(asker)
    maps = await map_wish(house, call, call.query)
    legs = read_legs(house, asker, warnings, wanted, OPERATIONS)
    if maps is not None and maps.found is not None:
        named = maps.found.sources().get(id, ())
        legs = [leg for leg in legs if leg.registration.id in named]
    if not legs:
        return await warnings.on_any(local(house, call))
    return await warnings.on_any(
        _shown(house, call, asker, warnings, questions(legs, wanted), id, how, view, wish, types, maps)
    )


async def _shown(
    house: House, call: Call, asker: Asker, warnings: Warnings, asked_for: Sequence[Question], id: str, how: Asked,
    view: View, wish: Join | None, types: str | None, maps: MapWish | None,
) -> Reply:  # fmt: skip
    own = await house.store.entity(call.tenant, id, call.grants)
    there = _maps_there(asked_for, maps)
    heard = await ask_for(house, call, asker, warnings, asked_for, id, view, there)
    record = assembled(house, call, own, heard)
    if record is None:
        raise ResourceNotFound(f"{id[:200]} does not exist")
    check_fits(record, types, view, how.table, call.grants)
    headers = await _map_header(house, call, own is not None, heard, id, maps, there)
    if wish is not None and how.media != "geo":
        reply = await joined(house, call, (record,), how, view, wish, (), single=True)
    else:
        reply = one(record, how, view, call)
    return msgspec.structs.replace(reply, headers=(*reply.headers, *headers)) if headers else reply


def _maps_there(asked_for: Sequence[Question], wish: MapWish | None) -> MapsThere:
    """The maps at sources: those that the map here refers to, or new ones."""
    if wish is None:
        return NO_MAPS
    if wish.found is not None:
        return MapsThere(wish.found.face.linked)
    return MapsThere(makers=makers(asked_for, CREATING), lifetime=wish.lifetime)


async def _map_header(
    house: House, call: Call, here: bool, heard: Sequence[Heard], id: str, wish: MapWish | None, there: MapsThere
) -> Headers:
    """The header that names the map of a retrieval, where one is asked for (5.7.1.4)."""
    if wish is None:
        return ()
    if wish.found is not None:
        face = there.on_face(wish.found.face)
        if face is not wish.found.face:
            await change_face(house, call, wish.found, face)
        return wish.echo
    sources = (*((LOCAL,) if here else ()), *dict.fromkeys(one.leg.registration.id for one in heard))
    return map_header(await make_map(house, call, [Place(id, sources)], wish, there.linked))
