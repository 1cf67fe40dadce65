"""Entities as this house and its sources know them together: one by id (NGSI-LD 5.7.1), and how versions are joined."""

from collections.abc import Iterable, Sequence

import msgspec

from pinisi.console.entity_map_pages import Headers, make_map, map_header, map_wish
from pinisi.console.federated import (
    ReadLeg,
    SeenPart,
    Warnings,
    all_of,
    asker_of,
    part_of,
    parts_seen,
    read_legs,
    record_of,
)
from pinisi.console.federated_questions import Question, by_id, questions, said_nothing, wanted_of
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_consumption import check_fits, check_geometry_property
from pinisi.console.ngsi_ld_join import joined
from pinisi.console.ngsi_ld_request import Asked, asked
from pinisi.console.ngsi_ld_show import one, view_of
from pinisi.context.entity_map import LOCAL, Place
from pinisi.context.federation.answer import Answer, invalid
from pinisi.context.federation.merging import merge, only
from pinisi.context.federation.outgoing import Tongue
from pinisi.context.federation.reading import Unreadable, read_body, read_entities
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.linked_entities import Join, parse_join
from pinisi.context.problems import ResourceNotFound
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_entity_id
from pinisi.store.protocol import Record
from pinisi.vocabulary.entity import Entity

OPERATIONS = ("retrieveEntity", "queryEntity", "queryBatch")


class Heard(msgspec.Struct, frozen=True):
    """What one source knows of an entity, of what the reader may see."""

    leg: ReadLeg
    part: SeenPart

    @property
    def auxiliary(self) -> bool:
        return self.leg.registration.mode == "auxiliary"


async def retrieve(house: House, call: Call, local: Endpoint) -> Reply:
    """Retrieve an entity from wherever parts of it are."""
    how = asked(house.contexts, call, geo=True)
    view = view_of(call, how.table)
    wish = parse_join(call.query.get("join"), call.query.get("joinLevel"), view)
    types = call.query.get("type")
    check_geometry_property(call, how)
    id = check_entity_id(call.params["id"])
    selection = None if types is None else parse_type_selection(types, how.table.expand_term)
    wanted = Wanted(ids=(id,), types=selection, attributes=wanted_of(view), datasets=view.datasets)
    asker = asker_of(house, call, how.table)
    warnings = Warnings(asker)
    legs = read_legs(house, asker, warnings, wanted, OPERATIONS)
    if not legs:
        return await warnings.on_any(local(house, call))
    return await warnings.on_any(
        _shown(house, call, asker, warnings, questions(legs, wanted), id, how, view, wish, types)
    )


async def _shown(
    house: House, call: Call, asker: Asker, warnings: Warnings, asked_for: Sequence[Question], id: str, how: Asked,
    view: View, wish: Join | None, types: str | None,
) -> Reply:  # fmt: skip
    own = await house.store.entity(call.tenant, id, call.grants)
    heard = await ask_for(house, call, asker, warnings, asked_for, id, view)
    record = assembled(house, call, own, heard)
    if record is None:
        raise ResourceNotFound(f"{id[:200]} does not exist")
    check_fits(record, types, view, how.table)
    maps = await _map_header(house, call, own is not None, heard, id)
    if wish is not None and how.media != "geo":
        reply = await joined(house, call, (record,), how, view, wish, (), single=True)
    else:
        reply = one(record, how, view, call)
    return msgspec.structs.replace(reply, headers=(*reply.headers, *maps)) if maps else reply


async def _map_header(house: House, call: Call, here: bool, heard: Sequence[Heard], id: str) -> Headers:
    """The header that names the map of a retrieval, where one is asked for (5.7.1.4)."""
    wish = await map_wish(house, call, call.query)
    if wish is None:
        return ()
    if wish.found is not None:
        return wish.echo
    sources = (*((LOCAL,) if here else ()), *dict.fromkeys(one.leg.registration.id for one in heard))
    return map_header(await make_map(house, call, [Place(id, sources)], wish))


async def ask_for(
    house: House, call: Call, asker: Asker, warnings: Warnings, asked_for: Sequence[Question], id: str, view: View
) -> list[Heard]:
    """What sources know of one entity."""
    answers = await all_of([_ask_one(house, asker, warnings, question, id, view) for question in asked_for])
    found = [(question, entity) for question, entities in zip(asked_for, answers, strict=True) for entity in entities]
    parts = await parts_seen(house, call, [entity for _, entity in found])
    return [Heard(question.leg, part) for (question, _), part in zip(found, parts, strict=True) if part is not None]


async def _ask_one(
    house: House, asker: Asker, warnings: Warnings, question: Question, id: str, view: View
) -> list[Entity]:
    tongue = house.sources.tongue(asker, question.leg.registration)
    errand = None if tongue is None else by_id(question, id, tongue, view)
    _, entities = await entities_of(house, asker, warnings, question, tongue, errand)
    return [entity for entity in entities if entity.id == id]


async def entities_of(
    house: House, asker: Asker, warnings: Warnings, question: Question, tongue: Tongue | None, errand: Errand | None
) -> tuple[Answer, list[Entity]]:
    """The entities that a source answers, within what it is registered for; none where it has no usable answer."""
    registration = question.leg.registration
    answer = await house.sources.ask(asker, registration, errand or Errand(method="GET", path=("entities",)))
    entities: list[Entity] = []
    if answer.taken and not said_nothing(answer) and tongue is not None:
        try:
            entities = _read(house, answer, tongue)
        except Unreadable as error:
            answer = invalid(answer, str(error))
            house.sources.spoiled(asker, registration, answer)
    warnings.hear(registration, answer)
    inquiry = question.inquiry
    return answer, [only(one, inquiry.allowed) for one in entities if inquiry.covers(one.id, one.types)]


def _read(house: House, answer: Answer, tongue: Tongue) -> list[Entity]:
    if answer.entities is not None:
        return list(answer.entities)
    return read_entities(read_body(answer.body), house.contexts, tongue.table)


def assembled(house: House, call: Call, own: Record | None, heard: Iterable[Heard]) -> Record | None:
    """One entity out of what is held here and what sources know of it (4.5.5); None if nothing is left."""
    mine = None if own is None else part_of(own, call)
    heard = list(heard)
    if not heard and own is not None and mine is not None:
        return own
    equals = [part for part in (mine, *(one.part for one in heard if not one.auxiliary)) if part is not None]
    extras = [one.part for one in heard if one.auxiliary]
    entity = merge([part.entity for part in equals], [part.entity for part in extras], house.now())
    if entity is None:
        return None
    return record_of(entity, dict.fromkeys(area for part in (*equals, *extras) for area in part.areas))
