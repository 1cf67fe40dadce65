"""What sources know of entities, and how it is put together with what is held here (NGSI-LD 4.5.5, 5.7.1)."""

from collections.abc import Iterable, Sequence

import msgspec

from pinisi.console.federated import ReadLeg, SeenPart, Warnings, all_of, part_of, parts_seen, record_of
from pinisi.console.federated_map_links import NO_MAPS, MapsThere, ask_with_map
from pinisi.console.federated_questions import Question, by_id, said_nothing
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.federation.answer import Answer, invalid
from pinisi.context.federation.merging import merge, only
from pinisi.context.federation.outgoing import Tongue
from pinisi.context.federation.reading import Unreadable, read_body, read_entities
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.render import View
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity

OPERATIONS = ("retrieveEntity", "queryEntity", "queryBatch")


class Heard(msgspec.Struct, frozen=True):
    """What one source knows of an entity, of what the reader may see."""

    leg: ReadLeg
    part: SeenPart

    @property
    def auxiliary(self) -> bool:
        return self.leg.registration.mode == "auxiliary"


async def ask_for(
    house: House, call: Call, asker: Asker, warnings: Warnings, asked_for: Sequence[Question], id: str, view: View,
    maps: MapsThere = NO_MAPS,
) -> list[Heard]:  # fmt: skip
    """What sources know of one entity. `maps`: those at sources that the request goes on with, or makes."""
    answers = await all_of([_ask_one(house, asker, warnings, question, id, view, maps) for question in asked_for])
    found = [(question, entity) for question, entities in zip(asked_for, answers, strict=True) for entity in entities]
    parts = await parts_seen(house, call, [entity for _, entity in found])
    return [Heard(question.leg, part) for (question, _), part in zip(found, parts, strict=True) if part is not None]


async def _ask_one(
    house: House, asker: Asker, warnings: Warnings, question: Question, id: str, view: View,
    maps: MapsThere,
) -> list[Entity]:  # fmt: skip
    tongue = house.sources.tongue(asker, question.leg.registration)
    errand = None if tongue is None else by_id(question, id, tongue, view)
    _, entities = await entities_of(house, asker, warnings, question, tongue, errand, maps)
    return [entity for entity in entities if entity.id == id]


async def entities_of(
    house: House, asker: Asker, warnings: Warnings, question: Question, tongue: Tongue | None, errand: Errand | None,
    maps: MapsThere = NO_MAPS,
) -> tuple[Answer, list[Entity]]:  # fmt: skip
    """The entities that a source answers, within what it is registered for; none where it has no usable answer."""
    registration = question.leg.registration
    answer = await ask_with_map(house, asker, registration, errand or Errand(method="GET", path=("entities",)), maps)
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
