"""The commands that close a road by hand and open it again.

A closure that names a road takes its line from the context; one of a place on the map brings its own ground. It ends by
itself at `until`, or when somebody opens the road.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

import msgspec

from pinisi.city.entry import Fault
from pinisi.city.text import Text
from pinisi.runtime.action import Action, Situation
from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.models.roads import CLOSURE
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant

TEXTS = texts_of("pinisi.services.mobility")
Cause = Literal["accident", "works", "event", "flood", "tree", "danger", "other"]
Kind = Literal["motorcycle", "car", "bus", "truck", "bicycle", "pedestrian"]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Position = tuple[float, float]
MOST_POINTS = 500
_CAUSES = {cause: TEXTS[f"cause-{cause}"] for cause in get_args(Cause)}


class CloseRoad(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from"}):
    """`place`: instead of a road one position (the road nearest to it), a line, or a ring that ends where it began."""

    road: Annotated[str | None, asked(TEXTS["closing-road"], entity=("RoadSegment",))] = None
    place: Annotated[
        tuple[Position, ...], asked(TEXTS["closing-place"], hint=TEXTS["closing-place-hint"], max_length=MOST_POINTS)
    ] = ()
    cause: Annotated[Cause, asked(TEXTS["closing-cause"], choices=_CAUSES)]
    reason: Annotated[str, asked(TEXTS["closing-reason"], min_length=1, max_length=200)]
    said_by: Annotated[
        str, asked(TEXTS["closing-said-by"], hint=TEXTS["closing-said-by-hint"], min_length=1, max_length=120)
    ]
    from_: Annotated[Moment | None, asked(TEXTS["closing-from"], hint=TEXTS["closing-from-hint"])] = None
    until: Annotated[Moment | None, asked(TEXTS["closing-until"], hint=TEXTS["closing-until-hint"])] = None
    closed_to: Annotated[tuple[Kind, ...], asked(TEXTS["closing-to"], hint=TEXTS["closing-to-hint"], max_length=6)] = ()


class ReopenRoad(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    closure: Annotated[str, asked(TEXTS["reopening-closure"], entity=(CLOSURE,))]
    said_by: Annotated[
        str, asked(TEXTS["closing-said-by"], hint=TEXTS["closing-said-by-hint"], min_length=1, max_length=120)
    ]


def wrong(command: CloseRoad) -> Sequence[Fault]:
    """What the types cannot say."""
    faults: list[Fault] = []
    if (command.road is None) == (not command.place):
        faults.append(Fault("road", TEXTS["closing-needs-one"]))
    if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for lon, lat in command.place):
        faults.append(Fault("place", TEXTS["closing-no-position"]))
    elif command.place and not _usable(command.place):
        faults.append(Fault("place", TEXTS["closing-no-ground"]))
    if command.until is not None and command.from_ is not None and command.until <= command.from_:
        faults.append(Fault("until", TEXTS["closing-ends-before"]))
    return faults


def _usable(place: Sequence[Position]) -> bool:
    from pinisi.services.mobility.routing.closures import NotUsable, closed_by

    try:
        closed_by(ground_of(place))
    except NotUsable:
        return False
    return True


def ground_of(place: Sequence[Position]) -> dict[str, Any]:
    """GeoJSON: a point, a line, or an area where the last position is the first."""
    points = [list(each) for each in place]
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    if len(points) > 3 and points[0] == points[-1]:
        return {"type": "Polygon", "coordinates": [points]}
    return {"type": "LineString", "coordinates": points}


def too_late(command: CloseRoad, situation: Situation) -> Sequence[Text]:
    return [TEXTS["closing-is-over"]] if command.until is not None and _instant(command.until) <= situation.now else []


def _instant(moment: datetime) -> Instant:
    return parse_instant(moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z")


async def close(command: CloseRoad, id: str) -> Sequence[Mapping[str, Any]]:
    stated: dict[str, Any] = {
        "closureCause": command.cause,
        "closureState": "closed",
        "reason": command.reason,
        "saidBy": command.said_by,
        "closedTo": list(command.closed_to) or None,
        "validFrom": None if command.from_ is None else _moment(command.from_),
        "validTo": None if command.until is None else _moment(command.until),
    }
    entity: dict[str, Any] = {"id": f"urn:ngsi-ld:{CLOSURE}:{id}", "type": CLOSURE}
    entity |= {name: _property(value) for name, value in stated.items() if value is not None}
    if command.road is None:
        entity["location"] = {"type": "GeoProperty", "value": ground_of(command.place)}
        entity["name"] = _property(command.reason)
    else:
        entity["refRoadSegment"] = {"type": "Relationship", "object": command.road}
    if command.until is not None:
        entity["expiresAt"] = format_instant(_instant(command.until))
    return [entity]


async def reopen(command: ReopenRoad, _id: str) -> Sequence[Mapping[str, Any]]:
    now = datetime.now(UTC)
    said = {"reopenedAt": _property(_moment(now)), "reopenedBy": _property(command.said_by)}
    return [{"id": command.closure, "type": CLOSURE, **said}]


def _property(value: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def _moment(moment: datetime) -> dict[str, Any]:
    return {"@type": "DateTime", "@value": format_instant(_instant(moment))}


def _nothing_against(_command: Any, _situation: Situation) -> Sequence[Text]:
    return ()


CLOSE_ROAD = Action(
    name="close-road",
    title=TEXTS["close-road"],
    command=CloseRoad,
    effect=close,
    check=wrong,
    safety=too_late,
    targets=lambda command: () if command.road is None else (command.road,),
)
REOPEN_ROAD = Action(
    name="reopen-road",
    title=TEXTS["reopen-road"],
    command=ReopenRoad,
    effect=reopen,
    safety=_nothing_against,
    targets=lambda command: (command.closure,),
)
ACTIONS = (CLOSE_ROAD, REOPEN_ROAD)
