"""Notices over HTTP: who is to be told, who was told of what, what became of it, and that somebody has read it."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pinisi.city.notices import groups_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.notice_page import asking, done
from pinisi.incidents.notices.contact import Contact, ContactWish
from pinisi.incidents.notices.desk import BY_LINK
from pinisi.incidents.notices.happening import Notice, NoticeState
from pinisi.incidents.notices.links import PATH, is_ours, read_token
from pinisi.incidents.notices.outbox import Delivery, DeliveryState, NoSuchNotice, Outbox
from pinisi.incidents.notices.room import NoticeRoom
from pinisi.vocabulary.instant import Instant, format_instant

MOST = 200
_STATES = (*get_args(DeliveryState), *get_args(NoticeState))
_PAGE_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"),
)


# who was told


async def list_notices(house: House, call: Call) -> Reply:
    """The newest notices with their deliveries; `state` is that of a notice or of one of its deliveries."""
    outbox = _room(house, call).desk.outbox
    state, limit = call.query.get("state", ""), call.number("limit", 50, 1, MOST)
    if state and state not in _STATES:
        raise BadRequest("state", f"one of {', '.join(_STATES)}")
    notices = await _chosen(outbox, state, limit)
    seen = [each for each in notices if await _may_see(house, call, each)]
    shown = [notice_json(each, await outbox.deliveries_of(each.key)) for each in seen]
    return json_reply({"counts": await outbox.counts(), "ways": sorted(house.ways), "notices": shown})


async def _chosen(outbox: Outbox, state: str, limit: int) -> Sequence[Notice]:
    if state not in get_args(DeliveryState):
        return await outbox.newest(limit, state=state)
    keys = dict.fromkeys(each.notice for each in await outbox.in_state(state, limit))  # pyright: ignore[reportArgumentType]
    return [await outbox.notice(key) for key in keys]


async def _may_see(house: House, call: Call, notice: Notice) -> bool:
    if not notice.incident or call.grants.sees_all:
        return True
    return await house.store.entity(call.tenant, notice.incident, call.grants) is not None


async def list_told(house: House, call: Call) -> Reply:
    """Who was told of one incident, oldest first."""
    outbox = _room(house, call).desk.outbox
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    notices = await outbox.notices_of(case.entity.id)
    return json_reply({"notices": [notice_json(each, await outbox.deliveries_of(each.key)) for each in notices]})


async def acknowledge(house: House, call: Call) -> Reply:
    desk = _room(house, call).desk
    notice = await desk.acknowledge(call.params["id"], call.principal)
    return json_reply(notice_json(notice, await desk.outbox.deliveries_of(notice.key)))


async def send_again(house: House, call: Call) -> Reply:
    return json_reply(_delivery_json(await _room(house, call).desk.again(call.params["id"], call.principal)))


# who is to be told


async def list_contacts(house: House, call: Call) -> Reply:
    contacts = await _room(house, call).desk.outbox.contacts(call.principal)
    groups = groups_of(house.town(call.tenant).profile.operations)
    shown = [_contact_json(contact, name, address) for contact, name, address in contacts]
    return json_reply({"groups": groups, "ways": sorted(house.ways), "contacts": shown})


async def add_contact(house: House, call: Call) -> Reply:
    listed = await _room(house, call).desk.list_contact(call.decode(ContactWish), call.principal)
    where = (b"location", f"{_CONTACTS}/{listed.key}".encode())
    return json_reply({"id": listed.key, "secret": listed.secret or None}, 201, (where,))


async def change_contact(house: House, call: Call) -> Reply:
    wish = call.decode(ContactWish)
    listed = await _room(house, call).desk.change_contact(call.params["id"], wish, call.principal)
    return json_reply({"id": listed.key, "secret": listed.secret or None})


async def drop_contact(house: House, call: Call) -> Reply:
    await _room(house, call).desk.drop_contact(call.params["id"], call.principal)
    return Reply(204)


async def try_contact(house: House, call: Call) -> Reply:
    notice = await _room(house, call).desk.try_out(call.params["id"], call.principal)
    return json_reply({"notice": notice.key}, 202)


# the link in a message


async def ask_reader(house: House, call: Call) -> Reply:
    """A page with one button: programs that open every link of a mail have then read nothing."""
    room, deliveries = await _by_link(house, call)
    language = await _language(room, deliveries)
    read_at = max(each.read_at for each in deliveries)
    town = house.town(read_tenant(call))
    return _page(done(town.profile, language, read_at) if read_at else asking(language))


async def hear_reader(house: House, call: Call) -> Reply:
    room, deliveries = await _by_link(house, call)
    read = await room.desk.read(deliveries[0].message, BY_LINK)
    town = house.town(read_tenant(call))
    return _page(done(town.profile, await _language(room, read), max(each.read_at for each in read)))


def _page(text: str) -> Reply:
    return Reply(200, text.encode(), b"text/html; charset=utf-8", _PAGE_HEADERS)


async def _by_link(house: House, call: Call) -> tuple[NoticeRoom, Sequence[Delivery]]:
    """The message that a link is about. Raises `NoSuchNotice` for one that this house has not made."""
    parts = read_token(call.params["token"])
    room = None if parts is None else (town.notices if (town := house.towns.get(parts[0])) else None)
    if parts is None or room is None or not is_ours(room.key, *parts):
        raise NoSuchNotice("of this link")
    deliveries = await room.desk.outbox.together(parts[1])
    if not deliveries:
        raise NoSuchNotice("of this link")
    return room, deliveries


def read_tenant(call: Call) -> str:
    parts = read_token(call.params["token"])
    return parts[0] if parts else ""


async def _language(room: NoticeRoom, deliveries: Sequence[Delivery]) -> str:
    """That of the one who was told."""
    book = await room.desk.outbox.book()
    return next((each.language for each in book if each.key == deliveries[0].contact), "id")


# shapes


def _room(house: House, call: Call) -> NoticeRoom:
    """Raises `NoSuchNotice`: the tenant is no city that was opened."""
    room = house.town(call.tenant).notices
    if room is None:
        raise NoSuchNotice(f"in {call.tenant}")
    return room


def notice_json(notice: Notice, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """`acknowledgedBy`: an account, or `link`: whoever had the message."""
    return {
        "id": notice.key,
        "rule": notice.rule,
        "on": notice.on,
        "at": format_instant(notice.at),
        "title": notice.title,
        "incident": notice.incident or None,
        "agency": notice.agency or None,
        "to": notice.to,
        "priority": notice.priority or None,
        "exercise": notice.exercise,
        "state": notice.state,
        "nextAt": _moment(notice.next_at),
        "acknowledgedAt": _moment(notice.acknowledged_at),
        "acknowledgedBy": notice.acknowledged_by or None,
        "deliveries": [_delivery_json(each) for each in deliveries],
    }


def _delivery_json(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.key,
        "contact": delivery.contact,
        "channel": delivery.channel,
        "level": delivery.level,
        "state": delivery.state,
        "due": format_instant(delivery.due),
        "message": delivery.message or None,
        "attempts": delivery.attempts,
        "triedAt": _moment(delivery.tried_at),
        "endedAt": _moment(delivery.ended_at),
        "answer": delivery.answer or None,
        "unsure": delivery.unsure,
        "readAt": _moment(delivery.read_at),
        "readBy": delivery.read_by or None,
    }


def _contact_json(contact: Contact, name: str, address: str) -> Mapping[str, Any]:
    return {
        "id": contact.key,
        "name": name,
        "groups": contact.groups,
        "level": contact.level,
        "channel": contact.channel,
        "address": address,
        "language": contact.language,
        "quiet": contact.quiet,
        "exercises": contact.exercises,
        "account": contact.account or None,
        "since": format_instant(contact.since),
    }


def _moment(at: Instant) -> str | None:
    return format_instant(at) if at else None


_NOTICES, _CONTACTS = "/pinisi/v1/notices", "/pinisi/v1/contacts"

NOTICE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_NOTICES,
        permission="notices.send",
        endpoint=list_notices,
        summary="The newest notices, what became of each delivery, and which ways out this house has",
        parameters=("state", "limit"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/notices",
        permission="incidents.read",
        endpoint=list_told,
        summary="Who was told of an incident, and what the receivers' servers answered",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_NOTICES + "/{id}/acknowledge",
        permission="incidents.act",
        endpoint=acknowledge,
        summary="Say in the room that one knows: nobody further is told",
        answers=(200, 404, 409),
    ),
    Route(
        method="POST",
        path=_NOTICES + "/deliveries/{id}/again",
        permission="notices.send",
        endpoint=send_again,
        summary="Send once more what was given up",
        answers=(200, 404, 409),
    ),
    Route(
        method="GET",
        path=_CONTACTS,
        permission="contacts.manage",
        endpoint=list_contacts,
        summary="Who is to be told, with names and addresses; the reading is on record",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_CONTACTS,
        permission="contacts.manage",
        endpoint=add_contact,
        summary="List a contact; of a webhook the answer has the key of its signatures, this one time",
        body="ContactWish",
        answers=(201, 400, 404),
    ),
    Route(
        method="PUT",
        path=_CONTACTS + "/{id}",
        permission="contacts.manage",
        endpoint=change_contact,
        summary="Change a contact",
        body="ContactWish",
        answers=(200, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_CONTACTS + "/{id}",
        permission="contacts.manage",
        endpoint=drop_contact,
        summary="Strike a contact",
        answers=(204, 404),
    ),
    Route(
        method="POST",
        path=_CONTACTS + "/{id}/test",
        permission="notices.send",
        endpoint=try_contact,
        summary="Send a test message to a contact of one's own; to another's with contacts.manage",
        answers=(202, 403, 404),
    ),
    Route(
        method="GET",
        path=PATH + "/{token}",
        permission=None,
        endpoint=ask_reader,
        summary="The link in a notice: a page that asks whether one has read it (open: the link is its own proof)",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=PATH + "/{token}",
        permission=None,
        endpoint=hear_reader,
        summary="Say that one has read it (open: the link is its own proof)",
        answers=(200, 404, 409),
    ),
)
