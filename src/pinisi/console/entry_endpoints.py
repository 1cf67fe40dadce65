"""What people type: forms, new entities, values entered or corrected, and taken back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from pinisi.city.entry import LONGEST, Fault, Unfit, attributes_of, faults_of
from pinisi.city.facts import Origin, place
from pinisi.city.models import Field
from pinisi.city.offices import office_card
from pinisi.city.period import NotAPeriod, period_end
from pinisi.city.text import fill
from pinisi.city.words import entry_text
from pinisi.console.entry_bodies import EntryBody, PlaceBody, UndoBody
from pinisi.console.forms import fields_of, form_json, model_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.town import Town
from pinisi.console.undoing import NothingToUndo, earlier_of, taken_back
from pinisi.context import edits
from pinisi.context.geometry import check_simple
from pinisi.context.payload import read_entity
from pinisi.context.problems import ResourceNotFound
from pinisi.runtime.arrival import Tally, arrived
from pinisi.store.change import EntityChange, Transform
from pinisi.store.history import HistoryQuery
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import MINUTE, NotAnInstant, format_instant, parse_instant


async def get_form(house: House, call: Call) -> Reply:
    """The form of a type; with `entity`, of that entity, with what stands there now."""
    town, table, id = house.town(call.tenant), house.pinisi_table, call.query.get("entity")
    record = None if id is None else await _record(house, call, id)
    model = model_of(town, table, record.family.types if record is not None else (call.params["type"],))
    if record is None and not model.fields:
        raise ResourceNotFound(f"nothing is known of how {call.params['type'][:80]} is typed")
    return json_reply(form_json(town, call, table, model, record))


async def enter_values(house: House, call: Call) -> Reply:
    """Enter or correct values: they are kept beside what was said before, under the name of the one who typed them."""
    body, town, table = call.decode(EntryBody), house.town(call.tenant), house.pinisi_table
    record = await _record(house, call, call.params["id"])
    fields = fields_of(model_of(town, table, record.family.types), record.entity, table)
    _check(town, fields, body, new=False)
    document = {"id": record.id, "type": list(record.family.types), **_typed(town, fields, body)}
    change = EntityChange(record.id, _of_there(arrived(check_simple(read_entity(document, table))), record.id))
    applied = await house.store.apply(call.tenant, (change,), call.principal)
    tally = applied.outcomes[0].result
    late = tally.late if isinstance(tally, Tally) else 0
    return json_reply({"position": applied.position, "entity": record.id, "late": late})


async def make_place(house: House, call: Call) -> Reply:
    body, town, table = call.decode(PlaceBody), house.town(call.tenant), house.pinisi_table
    model = model_of(town, table, (body.type,))
    if not model.creates or not model.fields:
        raise BadRequest("type", f"{body.type[:80]!r} cannot be entered here")
    fields = fields_of(model, None, table)
    wrong = [Fault("position", entry_text("not_point"))] if model.placed and not _is_point(body.position) else []
    _check(town, fields, body, new=True, more=wrong)
    id = f"urn:ngsi-ld:{model.type}:{call.tenant}-{uuid4()}"
    document: dict[str, Any] = {"id": id, "type": model.type, **_typed(town, fields, body)}
    if model.placed and body.position is not None:
        document["location"] = place({"type": "Point", "coordinates": body.position}, _origin(town, body))
    change = EntityChange(id, edits.create(check_simple(read_entity(document, table))))
    applied = await house.store.apply(call.tenant, (change,), call.principal)
    where = (b"location", f"/pinisi/v1/places/{quote(id, safe=':')}".encode())
    return json_reply({"position": applied.position, "entity": id, "late": 0}, 201, (where,))


async def undo(house: House, call: Call) -> Reply:
    """Restore what was said of an attribute before its last word, as a new word on it."""
    body, table = call.decode(UndoBody), house.pinisi_table
    record = await _record(house, call, call.params["id"])
    iri = table.expand_term(body.attribute)
    query = HistoryQuery(attributes=(iri,), by="received", last=20)
    stories = await house.store.stories(call.tenant, [record.id], query, call.grants)
    moments = [moment for story in stories for moment in story.moments if moment.dataset is None]
    try:
        earlier = earlier_of(moments)
    except NothingToUndo:
        raise BadRequest("attribute", f"nothing has been said of {body.attribute[:80]!r}") from None
    change = EntityChange(record.id, taken_back(iri, earlier), record.position)
    applied = await house.store.apply(call.tenant, (change,), call.principal)
    return json_reply({"position": applied.position, "entity": record.id, "late": 0})


async def _record(house: House, call: Call, id: str) -> Record:
    record = await house.store.entity(call.tenant, id, call.grants)
    if record is None:
        raise ResourceNotFound(f"there is no place {id[:120]}, or you may not see it")
    return record


def _of_there(transform: Transform, id: str) -> Transform:
    """The transform, of an entity that is there: what was deleted meanwhile does not come back as a value."""

    def of_there(old: Entity | None, now: int) -> Any:
        if old is None:
            raise ResourceNotFound(f"there is no place {id[:120]} any more")
        return transform(old, now)

    return of_there


def _check(
    town: Town, fields: Mapping[str, Field], body: EntryBody, *, new: bool, more: list[Fault] | None = None
) -> None:
    """
    Raises:
        Unfit: with every fault of the values, the time, the period, the office and the note.
    """
    faults = [*faults_of(fields, body.values, new=new), *(more or []), *_time_faults(town, body)]
    if body.office is not None and body.office not in town.profile.agencies:
        faults.append(Fault("office", entry_text("not_office")))
    if len(body.note) > LONGEST:
        faults.append(Fault("note", fill(entry_text("length"), most=LONGEST)))
    if faults:
        raise Unfit(faults)


def _time_faults(town: Town, body: EntryBody) -> list[Fault]:
    faults: list[Fault] = []
    if body.period:
        try:
            period_end(body.period, town.profile.zone)
        except NotAPeriod:
            faults.append(Fault("period", entry_text("not_period")))
    if body.observed_at:
        try:
            if parse_instant(body.observed_at) > town.now() + MINUTE:
                faults.append(Fault("observedAt", entry_text("future")))
        except NotAnInstant:
            faults.append(Fault("observedAt", entry_text("not_moment")))
    return faults


def _typed(town: Town, fields: Mapping[str, Field], body: EntryBody) -> dict[str, Any]:
    return attributes_of(fields, body.values, _origin(town, body), body.note.strip())


def _origin(town: Town, body: EntryBody) -> Origin:
    """Source, time and method of what was typed: true when it says, else at the end of its period, else now."""
    now = format_instant(town.now())
    ends = min(period_end(body.period, town.profile.zone), now) if body.period else now
    return Origin(office_card(body.office), body.observed_at or ends, body.period or "")


def _is_point(position: list[float] | None) -> bool:
    return position is not None and len(position) == 2 and abs(position[0]) <= 180 and abs(position[1]) <= 90


_PLACES = "/pinisi/v1/places"
ENTRY_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/forms/{type}",
        permission="console.read",
        endpoint=get_form,
        summary="What can be typed of a type, or of one entity",
        parameters=("entity",),
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_PLACES,
        permission="context.write",
        endpoint=make_place,
        summary="Enter a new entity by its form",
        body="PlaceBody",
        answers=(201, 400, 403),
    ),
    Route(
        method="POST",
        path=_PLACES + "/{id}/values",
        permission="context.write",
        endpoint=enter_values,
        summary="Enter or correct values by the form",
        body="EntryBody",
        answers=(200, 400, 403, 404),
    ),
    Route(
        method="POST",
        path=_PLACES + "/{id}/undo",
        permission="context.write",
        endpoint=undo,
        summary="Take back the last word on a value",
        body="UndoBody",
        answers=(200, 400, 403, 404, 409),
    ),
)
