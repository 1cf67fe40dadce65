"""Incidents over HTTP: the queue, one incident with its story, raising one by hand, and acts."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

import msgspec
from shapely.geometry import shape

from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.atlas import value_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.incident_bodies import ActWish, IncidentWish, MergeWish, UnmergeWish, deed_of, moment_of
from pinisi.console.incident_json import act_json, in_every_language, incident_json, text_json
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.validate import check_uri
from pinisi.incidents.acts import Hand, Triage
from pinisi.incidents.desk import person_of
from pinisi.incidents.grouping.rules import Load, group_rules
from pinisi.incidents.incident import Raised
from pinisi.incidents.queue import Case, NoSuchIncident, Wanted
from pinisi.incidents.requirements import LOWEST_PRIORITY, MOST_INJURED
from pinisi.incidents.states import OPEN, STATES, State
from pinisi.incidents.statistics import statistics_of
from pinisi.people.accounts import account_of, principal_id
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.instant import HOUR, format_instant
from pinisi.vocabulary.terms import INCIDENT, LOCATION

_STATES: Mapping[str, tuple[State, ...]] = {"open": OPEN, "closed": ("closed",), "all": STATES}
TITLE_LIMIT = 200
DETAIL_LIMIT = 4_000
MOST_PAST = 200_000
MOST_VALUES = 50
LONGEST_SPAN_HOURS = 168


async def list_incidents(house: House, call: Call) -> Reply:
    wanted = _wanted(call)
    limit, offset = call.number("limit", 50, 0, 200), call.number("offset", 0, 0, 1_000_000)
    view = viewpoint_of(house, call)
    position = await house.store.position(call.tenant)
    cases, count = await cases_seen(house, view, wanted, limit=limit, offset=offset)
    incidents = [incident_json(house.town(call.tenant), case) for case in cases]
    return json_reply({"position": position, "count": count, "incidents": incidents, **view.told()})


def _wanted(call: Call) -> Wanted:
    """What the query asks for; each parameter may hold several values with commas between."""
    owner = call.query.get("owner", "")
    if owner not in ("", "me", "none"):
        raise BadRequest("owner", "me or none")
    return Wanted(
        states=_states(call.query.get("state", "open")),
        categories=_values(call, "category"),
        priorities=_priorities(call),
        agencies=_values(call, "agency"),
        channels=_values(call, "channel"),
        areas=frozenset(_values(call, "area")),
        owner=person_of(call.principal) if owner == "me" else "",
        owned=False if owner == "none" else None,
    )


def _states(text: str) -> tuple[State, ...]:
    if text in _STATES:
        return _STATES[text]
    states = tuple(text.split(","))
    if not set(states) <= set(STATES):
        raise BadRequest("state", f"{', '.join(_STATES)}, or some of {', '.join(STATES)}")
    return cast("tuple[State, ...]", states)


def _values(call: Call, name: str) -> tuple[str, ...]:
    return tuple(value for value in call.query.get(name, "").split(",") if value)[:MOST_VALUES]


def _priorities(call: Call) -> tuple[int, ...]:
    values = _values(call, "priority")
    if not all(value in ("1", "2", "3", "4", "5") for value in values):
        raise BadRequest("priority", "1 to 5")
    return tuple(map(int, values))


async def cases_seen(
    house: House, view: Viewpoint, wanted: Wanted, *, limit: int, offset: int = 0
) -> tuple[Sequence[Case], int]:
    """Incidents that were wanted at the moment, newest first, and how many there were."""
    if view.at is None:
        return await house.queue.cases(view.tenant, wanted, view.grants, limit=limit, offset=offset)
    found = await view.find(EntityQuery(types=TypeIs(INCIDENT), filter=wanted.filter), limit=MOST_PAST)
    past = list(reversed(found))
    if not wanted.looks_closer:
        return await house.queue.retold(view.tenant, past[offset : offset + limit], view.grants), len(past)
    cases = [case for case in await house.queue.retold(view.tenant, past, view.grants) if wanted.has(case)]
    return cases[offset : offset + limit], len(cases)


async def get_incident(house: House, call: Call) -> Reply:
    view, town, id = viewpoint_of(house, call), house.town(call.tenant), call.params["id"]
    acts = await house.queue.acts(call.tenant, id)
    if view.at is None:
        case = await house.queue.case(call.tenant, id, call.grants)
    else:
        found = await view.find(EntityQuery(ids=(id,), types=TypeIs(INCIDENT)), limit=1)
        case = next(iter(await house.queue.retold(call.tenant, found, call.grants)), None)
        if case is None:
            raise NoSuchIncident(id)
        acts = acts[: case.record.acts]
    return json_reply({**incident_json(town, case), "acts": [act_json(act) for act in acts], **view.told()})


async def raise_incident(house: House, call: Call) -> Reply:
    """Raise by hand: the one who does is on record, nobody owns it yet."""
    new, town = call.decode(IncidentWish), house.town(call.tenant)
    title = _checked(new)
    subject = None if new.subject is None else check_uri(new.subject, "subject")
    raised = Raised(
        id=f"urn:ngsi-ld:Incident:{uuid4()}",
        title=in_every_language(title),
        severity=new.severity,
        kind="by-hand",
        detail=in_every_language(new.detail) if new.detail.strip() else None,
        subject=subject,
        location=_point(new.location) or await _place_of(house, call, subject),
        exercise=town.exercise,
        begins="open",
        channel=new.channel,
        category=new.category,
        subcategory=new.subcategory,
        priority=new.priority,
        injured=new.injured,
        caller=new.caller,
        at=moment_of("at", new.at),
    )
    await house.desk.raise_incident(call.tenant, raised, call.principal, town.now())
    case = await house.queue.case(call.tenant, raised.id, call.grants)
    where = (b"location", f"/pinisi/v1/incidents/{raised.id}".encode())
    return json_reply(incident_json(town, case), 201, (where,))


def _checked(new: IncidentWish) -> str:
    """Its title, if all of it can be kept."""
    title = new.title.strip()
    if not title or len(title) > TITLE_LIMIT:
        raise BadRequest("title", f"between 1 and {TITLE_LIMIT} characters")
    if len(new.detail) > DETAIL_LIMIT:
        raise BadRequest("detail", f"at most {DETAIL_LIMIT} characters")
    if not 0 <= new.priority <= LOWEST_PRIORITY:
        raise BadRequest("priority", f"1 to {LOWEST_PRIORITY}; 0 or nothing: by the city's rules")
    if not 0 <= new.injured <= MOST_INJURED:
        raise BadRequest("injured", f"0 to {MOST_INJURED}")
    return title


async def act_on_incident(house: House, call: Call) -> Reply:
    wish, town = call.decode(ActWish), house.town(call.tenant)
    deed = deed_of(wish)
    if isinstance(deed, Hand):
        to, name = await _receiver(house, deed.to.strip())
        deed = msgspec.structs.replace(deed, to=to, to_name=name)
    at = moment_of("at", wish.at)
    case = await house.desk.act(call.tenant, call.params["id"], deed, call.principal, town.now(), at=at)
    return json_reply(incident_json(town, case))


async def merge_incident(house: House, call: Call) -> Reply:
    """A person says that it is the same as another; the answer is that other."""
    wish, town = call.decode(MergeWish), house.town(call.tenant)
    into = check_uri(wish.into, "into")
    case = await house.desk.merge(call.tenant, call.params["id"], into, call.principal, town.now(), wish.note)
    return json_reply(incident_json(town, case))


async def unmerge_incident(house: House, call: Call) -> Reply:
    wish, town = call.decode(UnmergeWish), house.town(call.tenant)
    case = await house.desk.unmerge(call.tenant, call.params["id"], wish.reason, call.principal, town.now())
    return json_reply(incident_json(town, case))


async def propose_priority(house: House, call: Call) -> Reply:
    """What the city's written rules say of it, each with its reason, if it were triaged so."""
    injured = call.number("injured", 0, 0, MOST_INJURED)
    category, sub = call.query.get("category", ""), call.query.get("subcategory", "")
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    deed = Triage(category=category, subcategory=sub, injured=injured)
    found = await house.desk.proposed_priority(call.tenant, case, deed)
    reasons = [{"rule": each.rule, "priority": each.priority, "text": text_json(each.text)} for each in found.reasons]
    return json_reply({"priority": found.priority, "reasons": reasons})


async def get_operations(house: House, call: Call) -> Reply:
    """How the city works on incidents: agencies, categories, targets, written rules."""
    return json_reply(house.town(call.tenant).profile.operations)


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


async def get_operator_figures(house: House, call: Call) -> Reply:
    """Alarms an hour, time until taken, triaged and verified, and what each operator did."""
    town, hours = house.town(call.tenant), call.number("hours", 8, 1, LONGEST_SPAN_HOURS)
    until = town.now()
    since = until - hours * HOUR
    lives = await house.queue.lived(call.tenant, since, call.grants)
    told = await asyncio.to_thread(statistics_of, lives, town.profile.operations.targets, since, until)
    span = {"since": format_instant(since), "until": format_instant(until)}
    known = await house.operators_on_duty(call.tenant)
    load = group_rules(town.profile.folder).load or Load()
    duty = {"onDuty": known or load.operators, "onDutyKnown": known > 0}
    return json_reply(span | duty | msgspec.to_builtins(told))


_PATH = "/pinisi/v1/incidents"

INCIDENT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="incidents.read",
        endpoint=list_incidents,
        summary="The queue of incidents, newest first",
        parameters=(
            "state",
            "category",
            "priority",
            "agency",
            "channel",
            "area",
            "owner",
            "limit",
            "offset",
            "at",
            "known",
        ),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=_PATH,
        permission="incidents.act",
        endpoint=raise_incident,
        summary="Raise an incident by hand",
        body="IncidentWish",
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
        summary="Do something with it: take, triage, resolve, verify, close and all other acts",
        body="ActWish",
        answers=(200, 400, 403, 404, 409),
    ),
    Route(
        method="GET",
        path=_PATH + "/{id}/priority",
        permission="incidents.read",
        endpoint=propose_priority,
        summary="The priority by the city's written rules, with the reasons",
        parameters=("category", "subcategory", "injured"),
        answers=(200, 400, 404),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/merge",
        permission="incidents.act",
        endpoint=merge_incident,
        summary="Say that it is the same as another, which takes over its reports",
        body="MergeWish",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=_PATH + "/{id}/unmerge",
        permission="incidents.act",
        endpoint=unmerge_incident,
        summary="Take it out of the incident that it was merged into",
        body="UnmergeWish",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/operators",
        permission="incidents.act",
        endpoint=get_operator_figures,
        summary="Load and pace of the room: alarms an hour, times until taken, triaged and verified",
        parameters=("hours",),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/operations",
        permission="incidents.read",
        endpoint=get_operations,
        summary="Agencies, categories, targets and written rules of the city",
    ),
)
