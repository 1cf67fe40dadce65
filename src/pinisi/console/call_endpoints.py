"""The 112 call centre over HTTP: the queue, taking a call, what it was about, the telephone system's events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from shapely.geometry import shape

from pinisi.console.call_bodies import BegunCall, CallAct, SavedCall, TelephoneEvent
from pinisi.console.call_incident import raised_of, sorted_as, where_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.incident_json import incident_json
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.acts import CallAgain
from pinisi.incidents.calls.call import WITHOUT_INCIDENT, Past, Waiting
from pinisi.incidents.calls.line import NotANumber
from pinisi.incidents.calls.pranks import prank_score
from pinisi.incidents.calls.statements import READ, RING, TAKE
from pinisi.incidents.calls.switchboard import CallIsElsewhere, Said, Switchboard, Taken
from pinisi.incidents.incident import CATEGORY, RAISED_AT, STATE, word_of
from pinisi.incidents.queue import NoSuchIncident
from pinisi.incidents.states import INCIDENT_STATES
from pinisi.people.accounts import principal_id
from pinisi.runtime.records import Row
from pinisi.store.change import VersionConflict
from pinisi.store.geodesy import geometry_distance
from pinisi.store.query import AllOf, Compare, EntityQuery, Path, TypeIs
from pinisi.store.reading import newest
from pinisi.vocabulary.instant import HOUR, SECOND, Instant, format_instant, parse_instant
from pinisi.vocabulary.principal import Principal
from pinisi.vocabulary.terms import INCIDENT, LOCATION

ANSWER_WITHIN = 15 * SECOND
"""NENA-STA-020.1, 2.2.1: 90 % of the calls answered within 15 seconds."""
ALIKE_METRES, ALIKE_WITHIN, MOST_ALIKE = 1_500.0, 6 * HOUR, 4
MOST_LOOKED_AT = 500
_OPEN_INCIDENTS = tuple(state for state in INCIDENT_STATES if state != "closed")


def _board(house: House, call: Call) -> Switchboard:
    board = house.town(call.tenant).switchboard
    if board is None:
        raise ResourceNotFound("this tenant has no call centre")
    return board


async def get_calls(house: House, call: Call) -> Reply:
    """The queue, the numbers of the day, and what the form offers."""
    town, board = house.town(call.tenant), _board(house, call)
    names = await house.names()
    counts = await board.counts(_midnight(town.now(), town.profile.zone), ANSWER_WITHIN, call.principal)
    waiting = [_waiting_json(each, call.principal, names) for each in await board.queue(call.principal)]
    return json_reply(
        {
            "calls": waiting,
            "counts": {_camel(name): value for name, value in counts.items()},
            "answerWithinSeconds": ANSWER_WITHIN // SECOND,
            "categories": [
                {
                    "code": category.code,
                    "name": category.name,
                    "subcategories": [{"code": sub.code, "name": sub.name} for sub in category.subcategories],
                }
                for category in town.profile.operations.categories
            ],
            "takers": await _takers(house, call),
        }
    )


async def begin_call(house: House, call: Call) -> Reply:
    """Begin to take a call by hand, or enter one from paper with its true times."""
    new, board, now = call.decode(BegunCall), _board(house, call), house.town(call.tenant).now()
    rang = _moment(new.rang_at, "rangAt", now)
    answered = _moment(new.answered_at, "answeredAt", now if new.rang_at is None else rang)
    if answered < rang:
        raise BadRequest("answeredAt", "lies before the call rang")
    if new.channel == "paper" and new.rang_at is None:
        raise BadRequest("rangAt", "a call from paper has its true time")
    taken = Taken(number=new.number, channel=new.channel, rang_at=rang, answered_at=answered)
    try:
        key = await board.begin(taken, call.principal, now)
    except NotANumber as error:
        raise BadRequest("number", str(error)) from None
    where = (b"location", f"/pinisi/v1/calls/{key}".encode())
    return json_reply(await _in_hand(house, call, board, key), 201, (where,))


async def get_call(house: House, call: Call) -> Reply:
    """A call in one's hands, with what is known of its line."""
    return json_reply(await _in_hand(house, call, _board(house, call), call.params["key"]))


async def act_on_call(house: House, call: Call) -> Reply:
    new, board, now = call.decode(CallAct), _board(house, call), house.town(call.tenant).now()
    key = call.params["key"]
    if new.act == "pick-up":
        await board.pick_up(key, call.principal, now)
        return json_reply(await _in_hand(house, call, board, key))
    if new.act == "call-back":
        back, _ = await board.call_back(key, call.principal, now)
        return json_reply(await _in_hand(house, call, board, back))
    if new.to not in {taker["id"] for taker in await _takers(house, call)}:
        raise BadRequest("to", "nobody of that name takes calls")
    await board.hand(key, new.to, call.principal)
    return json_reply({"key": key, "agent": new.to})


async def save_call(house: House, call: Call) -> Reply:
    """Keep what the call was about; an emergency raises its incident in the same commit."""
    saved, board, town = call.decode(SavedCall), _board(house, call), house.town(call.tenant)
    key, now = call.params["key"], town.now()
    where = await where_of(house, call, saved.place, saved.location)
    rules = town.profile.operations
    if saved.category:
        sorted_as(saved.category, saved.subcategory, rules)
    waiting = await board.waiting(key, call.principal)
    raised = None
    if saved.kind not in WITHOUT_INCIDENT and saved.incident is None:
        raised = raised_of(saved, where, rules, min(waiting.rang_at, now), exercise=town.exercise)
    incident = saved.incident or (raised.id if raised else "")
    said = Said(
        kind=saved.kind,
        category=saved.category,
        subcategory=saved.subcategory,
        area=where.area,
        language=saved.language,
        number=saved.number,
        caller=saved.caller,
        spot=saved.spot,
        said=saved.said,
    )
    try:
        change, _ = await board.save(key, said, incident, call.principal, now)
    except NotANumber as error:
        raise BadRequest("number", str(error)) from None
    try:
        if raised is not None:
            await house.desk.raise_incident(call.tenant, raised, call.principal, now, also=[change])
        elif saved.incident:
            await house.desk.act(call.tenant, saved.incident, CallAgain(), call.principal, now, also=[change])
        else:
            await board.keep([change], call.principal)
    except VersionConflict:
        raise CallIsElsewhere("the call is saved already, or is not in your hands") from None
    return json_reply({"key": key, "kind": saved.kind, "incident": incident or None}, 201)


async def hear_telephone(house: House, call: Call) -> Reply:
    """An event of the telephone system (webhook). What it says twice is done once."""
    event, board, now = call.decode(TelephoneEvent), _board(house, call), house.town(call.tenant).now()
    at = _moment(event.at, "at", now)
    if event.event == "ringing":
        try:
            await board.ring(event.call, event.number, at, call.principal, now)
        except NotANumber as error:
            raise BadRequest("number", str(error)) from None
    elif event.event == "answered":
        await board.picked_up(event.call, principal_id(event.agent) if event.agent else "", at, call.principal)
    else:
        await board.hung_up(event.call, at, call.principal, event.recording)
    return Reply(204)


async def find_alike(house: House, call: Call) -> Reply:
    """Open incidents that a call may be about: same category, near by, not long ago; the nearest first."""
    category = call.query.get("category", "")
    where = await where_of(house, call, call.query.get("place"), None)
    town = house.town(call.tenant)
    wanted = AllOf((Compare(Path(CATEGORY), "==", (category,)), Compare(Path(STATE), "==", _OPEN_INCIDENTS)))
    query = EntityQuery(types=TypeIs(INCIDENT), filter=wanted)
    records, _ = await newest(house.store, call.tenant, query, call.grants, limit=MOST_LOOKED_AT)
    alike: list[tuple[float, str, float | None]] = []
    for record in records:
        entity = record.entity
        if _age(word_of(entity, RAISED_AT), town.now()) > ALIKE_WITHIN:
            continue
        metres = _metres(where.location, word_of(entity, LOCATION))
        same_area = bool(where.area) and where.area in record.family.areas
        if same_area or (metres is not None and metres <= ALIKE_METRES):
            alike.append((metres if metres is not None else ALIKE_METRES, record.id, metres))
    found: list[dict[str, Any]] = []
    for _, id, metres in sorted(alike)[:MOST_ALIKE]:
        case = await house.desk.queue.case(call.tenant, id, call.grants)
        found.append({"incident": incident_json(town, case), "metres": None if metres is None else round(metres)})
    return json_reply({"alike": found})


async def calls_of_incident(house: House, call: Call) -> Reply:
    """Who called about an incident, and what was said: a reading that is on record."""
    id, names = call.params["id"], await house.names()
    if await house.store.entity(call.tenant, id, call.grants) is None:
        raise NoSuchIncident(id)
    rows = await _board(house, call).of_incident(id, call.principal)
    return json_reply({"calls": [_record_json(row, names) for row in rows]})


async def forget_caller(house: House, call: Call) -> Reply:
    """Erase a caller: all calls of his line, from the records and from the pages of the file."""
    await _board(house, call).forget(call.params["key"], call.principal)
    return Reply(204)


async def _in_hand(house: House, call: Call, board: Switchboard, key: str) -> dict[str, Any]:
    now = house.town(call.tenant).now()
    waiting = await board.waiting(key, call.principal)
    number = await board.number(key, call.principal)
    earlier = await board.earlier(waiting.line, call.principal, now)
    still = {past.incident for past in earlier if past.incident and await _is_open(house, call, past.incident)}
    score = prank_score(earlier, now, open_incidents=frozenset(still))
    return {
        **_waiting_json(waiting, call.principal, await house.names()),
        "number": number,
        "earlier": [_past_json(past, still) for past in earlier],
        "score": score.score,
        "reasons": score.reasons,
    }


async def _is_open(house: House, call: Call, incident: str) -> bool:
    record = await house.store.entity(call.tenant, incident, call.grants)
    return record is not None and word_of(record.entity, STATE) in _OPEN_INCIDENTS


async def _takers(house: House, call: Call) -> list[dict[str, str]]:
    """Others who take calls in this tenant."""
    accounts = await house.people.accounts.all()
    able = [
        account
        for account in accounts
        if not account.disabled
        and any(each.holds_in(call.tenant) and TAKE in each.permissions for each in account.assignments)
    ]
    others = [(principal_id(account.id), account.name) for account in able]
    return [{"id": id, "name": name} for id, name in others if id != call.principal.id]


def _waiting_json(waiting: Waiting, principal: Principal, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": waiting.key,
        "channel": waiting.channel,
        "state": waiting.state,
        "rangAt": format_instant(waiting.rang_at),
        "answeredAt": _or_none(waiting.answered_at),
        "endedAt": _or_none(waiting.ended_at),
        "agent": names.get(waiting.agent, waiting.agent) or None,
        "mine": waiting.agent == principal.id,
        "recallOf": waiting.recall_of or None,
    }


def _past_json(past: Past, still: set[str]) -> dict[str, Any]:
    return {
        "at": format_instant(past.at),
        "kind": past.kind,
        "incident": past.incident or None,
        "open": past.incident in still,
    }


def _record_json(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    told = {_camel(name): value for name, value in row.items() if not name.endswith("_at") and name != "line"}
    times = {_camel(name): _or_none(int(str(value))) for name, value in row.items() if name.endswith("_at")}
    agent = str(row["agent"])
    return {**told, **times, "agent": names.get(agent, agent)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _or_none(at: Instant) -> str | None:
    return format_instant(at) if at else None


def _moment(text: str | None, field: str, otherwise: Instant) -> Instant:
    """
    Raises:
        BadRequest: it is no moment, or lies in the future.
    """
    if text is None or not text:
        return otherwise
    try:
        at = parse_instant(text)
    except ValueError as error:
        raise BadRequest(field, str(error)) from None
    if at > otherwise and field != "answeredAt":
        raise BadRequest(field, "lies in the future")
    return at


def _midnight(now: Instant, zone: Any) -> Instant:
    there = datetime.fromtimestamp(now / SECOND, zone)
    return int(there.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * SECOND


def _age(raised: Any, now: Instant) -> Instant:
    text = cast("dict[str, str]", raised).get("@value", "") if isinstance(raised, dict) else ""
    return now - parse_instant(text) if text else 0


def _metres(one: dict[str, Any] | None, other: Any) -> float | None:
    if one is None or not isinstance(other, dict):
        return None
    return geometry_distance(shape(one), shape(cast("dict[str, Any]", other)))


_PATH = "/pinisi/v1/calls"

CALL_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission=TAKE,
        endpoint=get_calls,
        summary="Calls that wait, the day's numbers, the form's choices",
    ),
    Route(
        method="POST",
        path=_PATH,
        permission=TAKE,
        endpoint=begin_call,
        summary="Begin to take a call by hand, or enter one from paper",
        body="BegunCall",
        answers=(201, 400),
    ),
    Route(
        method="GET",
        path=_PATH + "/alike",
        permission=TAKE,
        endpoint=find_alike,
        summary="Open incidents that a call may be about",
        parameters=("category", "place"),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=_PATH + "/events",
        permission=RING,
        endpoint=hear_telephone,
        summary="What the telephone system says of a call",
        body="TelephoneEvent",
        answers=(204, 400, 404),
    ),
    Route(
        method="GET",
        path=_PATH + "/{key}",
        permission=TAKE,
        endpoint=get_call,
        summary="A call in one's hands; its reading is on record",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_PATH + "/{key}/acts",
        permission=TAKE,
        endpoint=act_on_call,
        summary="Pick up, hand on, call back",
        body="CallAct",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="POST",
        path=_PATH + "/{key}/saved",
        permission=TAKE,
        endpoint=save_call,
        summary="Keep what a call was about; an emergency raises its incident",
        body="SavedCall",
        answers=(201, 400, 404, 409),
    ),
    Route(
        method="DELETE",
        path=_PATH + "/{key}/caller",
        permission="records.erase",
        endpoint=forget_caller,
        summary="Erase a caller for good: every call of his line; incidents stay, and name nobody",
        answers=(204, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/calls",
        permission=READ,
        endpoint=calls_of_incident,
        summary="Who called about an incident and what was said; its reading is on record",
        answers=(200, 404),
    ),
)
