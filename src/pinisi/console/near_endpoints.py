"""Cameras and sensors near an incident: what could be looked at, how far off, and how old its last word is."""

from typing import Any, Literal

from shapely.geometry import shape

from pinisi.city.words import type_title
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.facts import name_of
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.layers import location_of, point_of
from pinisi.console.linked import UNSEEN
from pinisi.incidents.incident import word_of
from pinisi.store.geodesy import geometry_distance
from pinisi.store.query import EntityQuery, GeoQuery
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import SECOND, parse_instant
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, INCIDENT, LOCATION, METHOD, ROAD_SEGMENT

WITHIN_M = 1_500.0
MOST = 12
_ELSEWHERE = frozenset({INCIDENT, ADMINISTRATIVE_AREA, ROAD_SEGMENT})
Kind = Literal["camera", "sensor"]


async def list_nearby(house: House, call: Call) -> Reply:
    """The nearest first, cameras before sensors at the same distance."""
    case = await house.queue.case(call.tenant, call.params["id"], call.grants)
    place = point_of(word_of(case.entity, LOCATION))
    if place is None:
        return json_reply({"within": WITHIN_M, "things": []})
    view = viewpoint_of(house, call)
    centre = {"type": "Point", "coordinates": list(place)}
    near = GeoQuery("near", centre, LOCATION, max_distance=WITHIN_M)
    records = await view.find(EntityQuery(geo=near), limit=500)
    found: list[tuple[float, Kind, Entity]] = [
        (_metres(centre, entity), kind, entity)
        for record in records
        if _ELSEWHERE.isdisjoint(record.family.types)
        and (entity := seen(record, projection_of(record, view.grants) or UNSEEN)).attributes
        and (kind := kind_of(entity)) is not None
    ]
    found.sort(key=lambda each: (each[0], each[1], each[2].id))
    things = [_thing_json(house, each, view.now) for each in found[:MOST]]
    return json_reply({"within": WITHIN_M, "things": things})


def kind_of(entity: Entity) -> Kind | None:
    """A camera by its type; a sensor where one of its values was measured and says when."""
    if any(type.rpartition("/")[2].rpartition(":")[2].endswith("Camera") for type in entity.types):
        return "camera"
    return "sensor" if _last(entity, measured=True) else None


def _last(entity: Entity, *, measured: bool = False) -> str | None:
    """When it last said something; only of what was measured."""
    moments = [
        instance.observed_at
        for instances in entity.attributes.values()
        for instance in instances
        if instance.observed_at and (not measured or _method(instance.attributes) == "measured")
    ]
    return max(moments, key=parse_instant, default=None)


def _method(attributes: Any) -> Any:
    found = attributes.get(METHOD)
    return found[0].value if found else None


def _metres(centre: dict[str, Any], entity: Entity) -> float:
    where = location_of(entity)
    return geometry_distance(shape(centre), shape(where)) if where else WITHIN_M


def _thing_json(house: House, found: tuple[float, Kind, Entity], now: int) -> dict[str, Any]:
    metres, kind, entity = found
    last = _last(entity, measured=kind == "sensor")
    return {
        "id": entity.id,
        "kind": kind,
        "name": name_of(entity),
        "typeTitle": type_title(house.pinisi_table.compact_iri(entity.types[0])),
        "distance": round(metres),
        "observedAt": last,
        "age": max(0, (now - parse_instant(last)) // SECOND) if last else None,
    }


NEAR_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/incidents/{id}/nearby",
        permission="incidents.read",
        endpoint=list_nearby,
        summary="Cameras and sensors near an incident, with distance and age of their last word",
        answers=(200, 404),
    ),
)
