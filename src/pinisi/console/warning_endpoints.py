"""Warnings over HTTP: drafts, their release by a second person, and the judge of messages."""

import asyncio
from typing import Any
from uuid import uuid4

from pinisi.console.atlas import value_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.warning_bodies import WarningAct, WarningReview, WarningWish, draft_of
from pinisi.context.validate import check_uri
from pinisi.incidents.cap.verdict import verdict_of
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.incidents.warnings.warning import STATES, State, Warning
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import LOCATION

PATH = "/pinisi/v1/warnings"
MOST_LISTED = 500
MOST_REMARK = 1_000


def warning_json(warning: Warning, now: Instant) -> dict[str, Any]:
    """A warning as docs/reference/warnings.md writes it. `expired`: it was released and its time is over."""
    draft = warning.draft
    return {
        "id": warning.id,
        "kind": warning.kind,
        "state": warning.state,
        "expired": warning.state == "released" and draft.expires <= now,
        "about": warning.about or None,
        "identifier": warning.identifier or None,
        "sent": warning.sent or None,
        "signature": warning.signature or None,
        "alone": warning.alone or None,
        "words": draft.words,
        "category": draft.category,
        "urgency": draft.urgency,
        "severity": draft.severity,
        "certainty": draft.certainty,
        "expires": format_instant(draft.expires),
        "onset": None if draft.onset is None else format_instant(draft.onset),
        "responses": draft.responses,
        "areas": draft.areas,
        "polygon": draft.polygon,
        "place": draft.place,
        "incident": draft.incident or None,
        "radiusKm": draft.radius_km,
        "web": draft.web,
        "contact": draft.contact,
        "exercise": draft.exercise,
        "reviewOwed": warning.review_owed,
        "steps": [
            {"step": step.step, "at": format_instant(step.at), "by": step.by, "name": step.name, "reason": step.reason}
            for step in warning.steps
        ],
    }


async def list_warnings(house: House, call: Call) -> Reply:
    state = call.query.get("state", "all")
    states: list[State] = [each for each in STATES if state in ("all", each)]
    if not states:
        raise BadRequest("state", f"all, {', '.join(STATES)}")
    limit, now = call.number("limit", MOST_LISTED, 0, MOST_LISTED), house.town(call.tenant).now()
    found = await house.warnings.warnings(call.tenant, states)
    if call.query.get("review") == "owed":
        found = [each for each in found if each.review_owed]
    return json_reply({"count": len(found), "warnings": [warning_json(each, now) for each in found[:limit]]})


async def get_warning(house: House, call: Call) -> Reply:
    return _told(house, call, await house.warnings.warning(call.tenant, call.params["id"]))


async def draft_warning(house: House, call: Call) -> Reply:
    wish, now = call.decode(WarningWish), house.town(call.tenant).now()
    id = f"urn:pinisi:warning:{uuid4()}"
    draft = draft_of(wish, await place_of(house, call, wish.incident), exercise=is_replayed(house, call.tenant))
    kind = "Update" if wish.about else "Alert"
    made = await house.warnings.draft(call.tenant, id, draft, call.principal, now, about=wish.about, kind=kind)
    return json_reply(warning_json(made, now), 201, ((b"location", f"{PATH}/{id}".encode()),))


async def change_warning(house: House, call: Call) -> Reply:
    wish, now = call.decode(WarningWish), house.town(call.tenant).now()
    draft = draft_of(wish, await place_of(house, call, wish.incident), exercise=is_replayed(house, call.tenant))
    return _told(house, call, await house.warnings.change(call.tenant, call.params["id"], draft, call.principal, now))


async def act_on_draft(house: House, call: Call) -> Reply:
    """Withdraw a draft, or draft a cancel of a released warning."""
    wish, now, id = call.decode(WarningAct), house.town(call.tenant).now(), call.params["id"]
    if wish.act == "withdraw":
        return _told(house, call, await house.warnings.withdraw(call.tenant, id, wish.reason, call.principal, now))
    if wish.act == "cancel":
        new = f"urn:pinisi:warning:{uuid4()}"
        made = await house.warnings.cancel(call.tenant, new, id, wish.reason, call.principal, now)
        return json_reply(warning_json(made, now), 201, ((b"location", f"{PATH}/{new}".encode()),))
    raise BadRequest("act", f"to release has an address of its own: {PATH}/{{id}}/release")


async def release_warning(house: House, call: Call) -> Reply:
    wish, now = call.decode(WarningAct), house.town(call.tenant).now()
    if wish.act != "release":
        raise BadRequest("act", "release")
    released = await house.warnings.release(call.tenant, call.params["id"], call.principal, now, wish.alone)
    return _told(house, call, released)


async def review_warning(house: House, call: Call) -> Reply:
    """Another person looks at what went out alone."""
    wish, now = call.decode(WarningReview), house.town(call.tenant).now()
    if len(wish.remark) > MOST_REMARK:
        raise BadRequest("remark", f"at most {MOST_REMARK} characters")
    id = call.params["id"]
    return _told(house, call, await house.warnings.review(call.tenant, id, wish.remark, call.principal, now))


async def judge_message(house: House, call: Call) -> Reply:
    """The verdict on a CAP message in the body, against the city's list of certificates."""
    if not call.body:
        raise BadRequest("body", "a CAP message")
    try:
        return json_reply(await asyncio.to_thread(verdict_of, call.body, house.warnings.trusted()))
    except ValueError as error:
        raise ActDoesNotFit(str(error)) from None


def _told(house: House, call: Call, warning: Warning) -> Reply:
    return json_reply(warning_json(warning, house.town(call.tenant).now()))


def is_replayed(house: House, tenant: str) -> bool:
    """A tenant that lives by another clock than the wall's: whatever goes out of it is an exercise."""
    return house.town(tenant).clock is not house.clock


async def place_of(house: House, call: Call, incident: str) -> dict[str, Any] | None:
    """Where the incident is, as far as the officer sees it."""
    if not incident:
        return None
    id = check_uri(incident, "incident")
    record = await house.store.entity(call.tenant, id, call.grants)
    projection = None if record is None else projection_of(record, call.grants)
    if record is None or projection is None:
        raise BadRequest("incident", "there is no such incident, or you may not see it")
    place = value_of(seen(record, projection), LOCATION)
    if not isinstance(place, dict):
        raise BadRequest("incident", "has no place: draw a polygon, or name areas")
    return place  # pyright: ignore[reportUnknownVariableType]


WARNING_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=PATH,
        permission="incidents.read",
        endpoint=list_warnings,
        summary="Warnings of the city with their story, newest first",
        parameters=("state", "review", "limit"),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=PATH,
        permission="warnings.draft",
        endpoint=draft_warning,
        summary="Draft a warning, or an update of one",
        body="WarningWish",
        answers=(201, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=PATH + "/judge",
        permission="warnings.draft",
        endpoint=judge_message,
        summary="Judge a CAP message: standard, rules, signature, each fault with its reason",
        body="File",
        answers=(200, 400, 409),
    ),
    Route(
        method="GET",
        path=PATH + "/{id}",
        permission="incidents.read",
        endpoint=get_warning,
        summary="One warning with its story",
        answers=(200, 404),
    ),
    Route(
        method="PUT",
        path=PATH + "/{id}",
        permission="warnings.draft",
        endpoint=change_warning,
        summary="Put other words, areas or times in a draft",
        body="WarningWish",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=PATH + "/{id}/acts",
        permission="warnings.draft",
        endpoint=act_on_draft,
        summary="Withdraw a draft, or draft the cancel of a released warning",
        body="WarningAct",
        answers=(200, 201, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=PATH + "/{id}/release",
        permission="warnings.release",
        endpoint=release_warning,
        summary="Release a draft that somebody else has worded",
        body="WarningAct",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=PATH + "/{id}/review",
        permission="warnings.release",
        endpoint=review_warning,
        summary="Review as another person what was released alone",
        body="WarningReview",
        answers=(200, 400, 404, 409),
    ),
)
