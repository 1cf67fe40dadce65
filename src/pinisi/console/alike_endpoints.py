"""Open incidents that are probably one, over HTTP: the suggestions, and a person's no. His yes is a merge."""

from typing import Any, cast

import msgspec

from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.incidents.desk import person_of
from pinisi.incidents.grouping.grouping import Joined
from pinisi.incidents.grouping.happening import Happening
from pinisi.incidents.grouping.likeness import APART, Pair, apart_id, likely_same, pair
from pinisi.incidents.grouping.rules import group_rules
from pinisi.incidents.grouping.wording import why_joined
from pinisi.incidents.incident import SEVERITY, word_of
from pinisi.incidents.queue import Case, Wanted
from pinisi.incidents.states import State
from pinisi.store.change import DocumentChange
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.terms import LOCATION

_STATES: tuple[State, ...] = ("unacknowledged", "acknowledged", "open", "triaged", "dispatched", "onScene")
MOST = 300
"""The newest open incidents that are compared."""


class ApartWish(msgspec.Struct, forbid_unknown_fields=True):
    """`of`: the incident that it is not one with."""

    of: str


async def list_alike(house: House, call: Call) -> Reply:
    """Of each open incident, the earlier one that it is probably one with, and why."""
    town = house.town(call.tenant)
    cases, _ = await house.queue.cases(call.tenant, Wanted(states=_STATES), call.grants, limit=MOST)
    events = [event for case in cases if (event := _happening(case)) is not None]
    apart = frozenset([_pair_of(id) for id, _, _ in await house.store.documents(call.tenant, APART)])
    found = likely_same(events, group_rules(town.profile.folder), apart)
    return json_reply({"suggestions": [_alike_json(joined) for joined in found]})


async def keep_apart(house: House, call: Call) -> Reply:
    """Say that two incidents are not one: it is suggested no more, and both stories tell it. He has to see both."""
    wish, town, id = call.decode(ApartWish), house.town(call.tenant), call.params["id"]
    if wish.of == id:
        raise BadRequest("of", "is the incident itself")
    for each in (id, wish.of):
        await house.queue.case(call.tenant, each, call.grants)
    if await house.store.document(call.tenant, APART, apart_id(id, wish.of)) is not None:
        return Reply(204)
    told = {"by": person_of(call.principal), "at": format_instant(town.now())}
    change = DocumentChange(APART, apart_id(id, wish.of), msgspec.json.encode(told))
    await house.desk.keep_apart(call.tenant, id, wish.of, call.principal, town.now(), [change])
    return Reply(204)


def _happening(case: Case) -> Happening | None:
    """An incident of a category, where it is known where; what belongs to another already is left out."""
    record, entity = case.record, case.entity
    point = _point(word_of(entity, LOCATION))
    if not record.category or record.group or point is None:
        return None
    severity = word_of(entity, SEVERITY)
    return Happening(
        id=entity.id,
        kind=record.category,
        at=record.raised_at,
        severity=severity if severity in ("danger", "caution", "information") else "caution",
        lon=point[0],
        lat=point[1],
    )


def _point(location: Any) -> tuple[float, float] | None:
    if not isinstance(location, dict):
        return None
    told = cast("dict[str, Any]", location)
    if told.get("type") != "Point":
        return None
    longitude, latitude = told["coordinates"][:2]
    return float(longitude), float(latitude)


def _pair_of(id: str) -> Pair:
    one, _, other = id.partition(" ")
    return pair(one, other)


def _alike_json(joined: Joined) -> dict[str, Any]:
    return {
        "incident": joined.event,
        "into": joined.group,
        "nearest": joined.nearest,
        "metres": round(joined.distance_m),
        "minutes": round(joined.gap_s / 60),
        "score": round(joined.score, 2),
        "why": why_joined(joined),
    }


ALIKE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/incidents/alike",
        permission="incidents.read",
        endpoint=list_alike,
        summary="Open incidents that are probably one with an earlier one, for a person to confirm",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/incidents/{id}/apart",
        permission="incidents.act",
        endpoint=keep_apart,
        summary="Say that it is not one with another: it is suggested no more",
        body="ApartWish",
        answers=(204, 400, 404),
    ),
)
