"""Incidents over HTTP: the queue, one incident with its story, raising one by hand, and acts."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast
from uuid import uuid4

import msgspec
from shapely.geometry import shape

from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.atlas import value_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.layers import point_of
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.validate import check_uri
from pinisi.incidents.desk import Case, NoSuchIncident
from pinisi.incidents.incident import (
    DETAIL,
    EXERCISE,
    KIND,
    RULE,
    SEVERITY,
    STATE,
    SUBJECT,
    TITLE,
    Raised,
    word_of,
)
from pinisi.incidents.life_cycle import OPEN, Act, Severity, State
from pinisi.people.accounts import account_of, principal_id
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.terms import INCIDENT, LOCATION

_STATES: Mapping[str, tuple[State, ...]] = {"open": OPEN, "closed": ("closed",), "all": (*OPEN, "closed")}
TITLE_LIMIT = 200
MOST_PAST = 200_000
DETAIL_LIMIT = 4_000


class _NewIncident(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    severity: Severity = "caution"
    detail: str = ""
    location: list[float] | None = None
    subject: str | None = None


class _NewAct(msgspec.Struct, forbid_unknown_fields=True):
    act: Literal["take", "note", "hand", "close"]
    note: str = ""
    to: str = ""
    reason: str = ""


def incident_json(town: Town, case: Case) -> dict[str, Any]:
    """An incident as docs/reference/console-api.md writes it."""
    entity, record = case.entity, case.record
    return {
        "id": entity.id,
        "title": _text(word_of(entity, TITLE)) or {},
        "detail": _text(word_of(entity, DETAIL)),
        "kind": word_of(entity, KIND) or "incident",
        "state": record.state,
        "severity": word_of(entity, SEVERITY) or "information",
        "raisedAt": format_instant(record.raised_at),
        "raisedBy": record.raised_by,
        "rule": _text(word_of(entity, RULE)),
        "area": town.area_name(case.areas),
        "location": point_of(word_of(entity, LOCATION)),
        "subject": word_of(entity, SUBJECT),
        "exercise": word_of(entity, EXERCISE) is True,
        "owner": record.owner_name or None,
        "ownerId": record.owner or None,
        "since": format_instant(record.since),
        "closedAt": format_instant(record.closed_at) if record.closed_at else None,
        "closedBy": record.closed_by or None,
        "reason": record.reason or None,
        "position": case.position,
    }


def _text(value: Any) -> dict[str, str] | None:
    """Words in every language, also of an incident that came from outside with words in none."""
    if isinstance(value, str):
        return _in_every_language(value)
    return cast("dict[str, str]", value) if isinstance(value, dict) else None


async def list_incidents(house: House, call: Call) -> Reply:
    states = _STATES.get(call.query.get("state", "open"))
    if states is None:
        raise BadRequest("state", "open, closed or all")
    limit, offset = call.number("limit", 50, 0, 200), call.number("offset", 0, 0, 1_000_000)
    view = viewpoint_of(house, call)
    position = await house.store.position(call.tenant)
    cases, count = await cases_seen(house, view, states, limit=limit, offset=offset)
    incidents = [incident_json(house.town(call.tenant), case) for case in cases]
    return json_reply({"position": position, "count": count, "incidents": incidents, **view.told()})


async def cases_seen(
    house: House, view: Viewpoint, states: Sequence[State], *, limit: int, offset: int = 0
) -> tuple[Sequence[Case], int]:
    """Incidents that were in these states at the moment, newest first, and how many there were."""
    if view.at is None:
        return await house.desk.cases(view.tenant, states, view.grants, limit=limit, offset=offset)
    found = await view.find(EntityQuery(types=TypeIs(INCIDENT)), limit=MOST_PAST)
    wanted = [record for record in reversed(found) if word_of(record.entity, STATE) in states]
    return await house.desk.retold(view.tenant, wanted[offset : offset + limit], view.grants), len(wanted)


async def get_incident(house: House, call: Call) -> Reply:
    view, town, id = viewpoint_of(house, call), house.town(call.tenant), call.params["id"]
    acts = await house.desk.acts(call.tenant, id)
    if view.at is None:
        case = await house.desk.case(call.tenant, id, call.grants)
    else:
        found = await view.find(EntityQuery(ids=(id,), types=TypeIs(INCIDENT)), limit=1)
        case = next(iter(await house.desk.retold(call.tenant, found, call.grants)), None)
        if case is None:
            raise NoSuchIncident(id)
        acts = acts[: case.record.acts]
    return json_reply({**incident_json(town, case), "acts": [_act_json(act) for act in acts], **view.told()})


async def raise_incident(house: House, call: Call) -> Reply:
    """Raise by hand: the one who does is on record, nobody owns it yet."""
    new = call.decode(_NewIncident)
    title = new.title.strip()
    if not title or len(title) > TITLE_LIMIT:
        raise BadRequest("title", f"between 1 and {TITLE_LIMIT} characters")
    if len(new.detail) > DETAIL_LIMIT:
        raise BadRequest("detail", f"at most {DETAIL_LIMIT} characters")
    subject = None if new.subject is None else check_uri(new.subject, "subject")
    raised = Raised(
        id=f"urn:ngsi-ld:Incident:{uuid4()}",
        title=_in_every_language(title),
        severity=new.severity,
        kind="by-hand",
        detail=_in_every_language(new.detail) if new.detail.strip() else None,
        subject=subject,
        location=_point(new.location) or await _place_of(house, call, subject),
        exercise=house.town(call.tenant).exercise,
    )
    await house.desk.raise_incident(call.tenant, raised, call.principal, house.town(call.tenant).now())
    case = await house.desk.case(call.tenant, raised.id, call.grants)
    where = (b"location", f"/pinisi/v1/incidents/{raised.id}".encode())
    return json_reply(incident_json(house.town(call.tenant), case), 201, (where,))


async def act_on_incident(house: House, call: Call) -> Reply:
    new = call.decode(_NewAct)
    to, to_name = await _receiver(house, new.to.strip())
    case = await house.desk.act(
        call.tenant,
        call.params["id"],
        new.act,
        call.principal,
        house.town(call.tenant).now(),
        note=new.note,
        to=to,
        to_name=to_name,
        reason=new.reason,
    )
    return json_reply(incident_json(house.town(call.tenant), case))


def _in_every_language(words: str) -> dict[str, str]:
    """What somebody typed, in the language that he typed it in: nobody has translated it."""
    return dict.fromkeys(("id", "en", "ja"), words)


async def _place_of(house: House, call: Call, subject: str | None) -> dict[str, Any] | None:
    """A point of the entity that it is about, as far as he who raises it sees one."""
    record = None if subject is None else await house.store.entity(call.tenant, subject, call.grants)
    projection = None if record is None else projection_of(record, call.grants)
    place = None if record is None or projection is None else value_of(seen(record, projection), LOCATION)
    if not isinstance(place, dict):
        return None
    point = shape(cast("dict[str, Any]", place)).representative_point()
    return None if point.is_empty else {"type": "Point", "coordinates": [round(point.x, 6), round(point.y, 6)]}


async def _receiver(house: House, to: str) -> tuple[str, str]:
    """Principal and name of whom it is handed to: an account by its id or its name, else a crew by its name alone."""
    names = await house.people.names()
    for id in (to, principal_id(to)):
        if account_of(id) and id in names:
            return id, names[id]
    called = [id for id, name in names.items() if account_of(id) and name.casefold() == to.casefold()]
    return (called[0], names[called[0]]) if len(called) == 1 else ("", to)


def _point(location: list[float] | None) -> dict[str, Any] | None:
    if location is None:
        return None
    if len(location) != 2 or not -180 <= location[0] <= 180 or not -90 <= location[1] <= 90:
        raise BadRequest("location", "[longitude, latitude] in degrees")
    return {"type": "Point", "coordinates": location}


def _act_json(act: Act) -> dict[str, Any]:
    return {
        "at": format_instant(act.at),
        "by": act.name,
        "act": act.act,
        "note": act.note or None,
        "to": act.to_name or act.to or None,
        "reason": act.reason or None,
    }


_PATH = "/pinisi/v1/incidents"

INCIDENT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="incidents.read",
        endpoint=list_incidents,
        summary="The queue of incidents, newest first",
        parameters=("state", "limit", "offset", "at", "known"),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="incidents.act",
        endpoint=raise_incident,
        summary="Raise an incident by hand",
        body="Incident",
        answers=(201, 400),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}",
        permission="incidents.read",
        endpoint=get_incident,
        summary="One incident with its story",
        parameters=("at", "known"),
        answers=(200, 400, 404),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/acts",
        permission="incidents.act",
        endpoint=act_on_incident,
        summary="Take over, note, hand on or close",
        body="Act",
        answers=(200, 400, 404, 409),
    ),
)
