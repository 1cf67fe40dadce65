"""What crews in the field reach: their own assignments, and nothing else of the house."""

import hashlib
from typing import Any, Literal

import msgspec

from pinisi.city.text import Text
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.incident_bodies import moment_of
from pinisi.console.incident_json import clock_json
from pinisi.console.layers import point_of
from pinisi.console.town import Town
from pinisi.context.problems import ResourceNotFound, UnsupportedMediaType
from pinisi.incidents.acts import Accept, Arrive, Finish, Note, Refuse
from pinisi.incidents.agencies.crews import Assignment, Crew, Saying
from pinisi.incidents.agencies.photos import Photos
from pinisi.incidents.agencies.picture import NotAPicture, stripped
from pinisi.incidents.agencies.whereabouts import MOST_FIXES, Fix, Whereabouts, tell, unit_of_crew
from pinisi.incidents.clocks import clocks_of, own_clocks
from pinisi.incidents.incident import DETAIL, EXERCISE, SEVERITY, TITLE, word_of
from pinisi.incidents.units.entity import unit_of
from pinisi.incidents.units.roster import point
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import LOCATION

MOST_NOTE = 1_000
_PICTURE_NOTE = {"id": "Foto dari lapangan", "en": "Photo from the scene", "ja": "現場写真"}


class CrewAct(msgspec.Struct, forbid_unknown_fields=True):
    """What a crew says. `key` is made anew for each act, and the same when it is sent again; `at` when it was so."""

    act: Literal["accept", "refuse", "arrive", "finish"]
    key: str
    unit: str = ""
    reason: str = ""
    note: str = ""
    at: str = ""


class CrewFix(msgspec.Struct, forbid_unknown_fields=True):
    """Where the phone was: [longitude, latitude], `error` in metres (68 %)."""

    position: list[float]
    at: str
    error: float


class CrewFixes(msgspec.Struct, forbid_unknown_fields=True):
    """What waited on the phone, at most 200."""

    fixes: list[CrewFix]


async def list_assignments(house: House, call: Call) -> Reply:
    """What the crew was sent to, with the time of the house, by which the phone sets its clocks."""
    town = house.town(call.tenant)
    crew = await house.crews.of(call.tenant, call.principal)
    found = await house.crews.assignments(call.tenant, crew)
    unit = await unit_of_crew(house.roster, call.tenant, crew)
    return json_reply(
        {
            "now": format_instant(town.now()),
            "name": call.principal.name,
            "agency": crew.agency,
            "agencyName": _agency_name(town, crew.agency),
            "unit": crew.unit or None,
            "unitName": unit.name if unit else crew.unit or None,
            "position": None if unit is None else _position_json(Whereabouts(unit)),
            "assignments": [await _assignment_json(house, call, each) for each in found],
        }
    )


async def tell_position(house: House, call: Call) -> Reply:
    """Where the unit was, by the phone of somebody of its crew who has agreed; nothing while it is at home."""
    wish, town = call.decode(CrewFixes), house.town(call.tenant)
    if len(wish.fixes) > MOST_FIXES:
        raise BadRequest("fixes", f"at most {MOST_FIXES}")
    crew = await house.crews.of(call.tenant, call.principal)
    fixes = [Fix(point(each.position, "position"), moment_of("at", each.at), each.error) for each in wish.fixes]
    told = await tell(house.roster, call.tenant, crew, fixes, town.profile.city.view.bounds, town.now())
    return json_reply(_position_json(told))


async def say(house: House, call: Call) -> Reply:
    wish, town = call.decode(CrewAct), house.town(call.tenant)
    crew = await house.crews.of(call.tenant, call.principal)
    at = moment_of("at", wish.at)
    deed = _deed(wish, crew)
    told = await house.crews.say(
        call.tenant, crew, call.params["id"], deed, wish.key, call.principal, town.now(), at=at
    )
    return json_reply(await _assignment_json(house, call, told))


def _deed(wish: CrewAct, crew: Crew) -> Saying:
    unit = crew.unit or wish.unit
    note = wish.note.strip()[:MOST_NOTE]
    if wish.act == "refuse":
        return Refuse(agency=crew.agency, unit=unit, reason=wish.reason.strip()[:MOST_NOTE], note=note)
    if wish.reason:
        raise BadRequest("reason", "goes with refuse only")
    deeds = {"accept": Accept, "arrive": Arrive, "finish": Finish}
    return deeds[wish.act](agency=crew.agency, unit=unit, note=note)


async def send_photo(house: House, call: Call) -> Reply:
    """A picture (JPEG or PNG) as the body; all that it says beside what it shows is taken out before it is kept."""
    town = house.town(call.tenant)
    crew = await house.crews.of(call.tenant, call.principal)
    photos, key = _photos(town), call.query.get("key", "")
    if await house.crews.said(call.tenant, crew, key):
        return json_reply({"key": key, "repeated": True})
    media = call.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media not in (b"image/jpeg", b"image/png"):
        raise UnsupportedMediaType("image/jpeg or image/png is taken")
    try:
        picture = stripped(call.body)
    except NotAPicture as error:
        raise BadRequest("body", str(error)) from None
    now, at = town.now(), moment_of("at", call.query.get("at", ""))
    incident = call.params["id"]
    note = call.query.get("note", "").strip()[:MOST_NOTE] or _PICTURE_NOTE[town.profile.city.languages[0]]
    id = hashlib.sha256(f"{crew.account}:{key}".encode()).hexdigest()[:32]
    kept = photos.kept(id, incident, crew, picture, note, at or now, now)
    await house.crews.say(call.tenant, crew, incident, Note(note=note), key, call.principal, now, at=at, also=(kept,))
    return json_reply({"key": id, "repeated": False}, 201)


async def list_photos(house: House, call: Call) -> Reply:
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    rows = await _photos(house.town(call.tenant)).of(case.entity.id, call.principal)
    return json_reply({"photos": [_photo_json(case.entity.id, row) for row in rows]})


async def get_photo(house: House, call: Call) -> Reply:
    """The picture: every look at one is in the audit trail."""
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    found = await _photos(house.town(call.tenant)).one(case.entity.id, call.params["photo"], call.principal)
    if found is None:
        raise ResourceNotFound("there is no such photo")
    return Reply(200, found[1], found[0].encode(), ((b"cache-control", b"private, no-store"),))


def _photos(town: Town) -> Photos:
    if town.photos is None:
        raise ResourceNotFound("this tenant keeps no photos")
    return town.photos


async def _assignment_json(house: House, call: Call, told: Assignment) -> dict[str, Any]:
    """What a crew needs to know: what, where, how grave, its own part and clocks. Not who called, not the story."""
    town, entity, record, sent = house.town(call.tenant), told.case.entity, told.case.record, told.sent
    category = town.profile.operations.category(record.category)
    subs = category.subcategories if category else ()
    targets = town.profile.operations.targets
    whole = [clock for clock in clocks_of(record, targets) if clock.name == "resolve"]
    mine = [*own_clocks(record, sent, targets), *whole]
    return {
        "incident": entity.id,
        "title": word_of(entity, TITLE),
        "detail": word_of(entity, DETAIL),
        "severity": word_of(entity, SEVERITY),
        "priority": record.priority or None,
        "category": category.name if category else None,
        "subcategory": next((each.name for each in subs if each.code == record.subcategory), None),
        "injured": record.injured,
        "area": town.area_name(told.case.areas),
        "location": point_of(word_of(entity, LOCATION)),
        "exercise": word_of(entity, EXERCISE) is True,
        "incidentState": record.state,
        "unit": sent.unit or None,
        "unitName": await _unit_name(house, call, sent.unit),
        "role": sent.role,
        "state": sent.state,
        "since": format_instant(sent.at),
        "sentAt": format_instant(sent.sent_at),
        "clocks": [clock_json(each) for each in mine],
    }


def _position_json(told: Whereabouts) -> dict[str, Any]:
    seen = told.unit.position is not None
    return {
        "wanted": told.wanted,
        "state": told.unit.state,
        "seenAt": format_instant(told.unit.seen_at) if seen else None,
        "verdicts": told.verdicts,
    }


async def _unit_name(house: House, call: Call, id: str) -> str | None:
    record = await house.store.entity(call.tenant, id, EVERYTHING) if id else None
    unit = None if record is None else unit_of(record.entity)
    return unit.name if unit else id or None


def _agency_name(town: Town, code: str) -> Text | None:
    agency = town.profile.operations.agency(code)
    return agency.name if agency else None


def _photo_json(incident: str, row: Any) -> dict[str, Any]:
    return {
        "key": row["key"],
        "agency": row["agency"],
        "unit": row["unit"] or None,
        "media": row["media"],
        "size": row["size"],
        "note": row["note"],
        "takenAt": format_instant(row["taken_at"]),
        "enteredAt": format_instant(row["entered_at"]),
        "href": f"/pinisi/v1/incidents/{incident}/photos/{row['key']}",
    }


_CREW = "/pinisi/v1/crew"

CREW_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_CREW + "/assignments",
        permission="crew.act",
        endpoint=list_assignments,
        summary="What one's agency or unit was sent to",
        answers=(200, 403),
    ),
    Route(
        method="POST",
        path=_CREW + "/assignments/{id}/acts",
        permission="crew.act",
        endpoint=say,
        summary="Accept, refuse, arrive or finish, also with the true time later",
        body="CrewAct",
        answers=(200, 400, 403, 404, 409),
    ),
    Route(
        method="POST",
        path=_CREW + "/position",
        permission="crew.act",
        endpoint=tell_position,
        summary="Tell where one's unit is while it is out",
        body="CrewFixes",
        answers=(200, 400, 403, 409),
    ),
    Route(
        method="POST",
        path=_CREW + "/assignments/{id}/photos",
        permission="crew.act",
        endpoint=send_photo,
        summary="Send a photo of the scene (JPEG or PNG as the body)",
        parameters=("key", "at", "note"),
        answers=(201, 200, 400, 403, 404, 415),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/photos",
        permission="incidents.read",
        endpoint=list_photos,
        summary="Which photos crews have sent of an incident",
        answers=(200, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/photos/{photo}",
        permission="incidents.read",
        endpoint=get_photo,
        summary="One photo; every look is on record",
        answers=(200, 404),
    ),
)
