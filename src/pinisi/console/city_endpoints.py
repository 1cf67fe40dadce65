"""What the console reads of the city: who asks, its profile, Now, layers, areas (console-api.md)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi import __version__
from pinisi.city.profile import Layer
from pinisi.city.text import Text
from pinisi.city.vector_tiles.archive import read_metadata
from pinisi.city.words import unit_text, value_text, value_texts
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.blinding import Blinded
from pinisi.console.house import House
from pinisi.console.http import JSON_MEDIA, Call, Reply, Route, json_reply
from pinisi.console.incident_endpoints import cases_seen
from pinisi.console.incident_json import incident_json
from pinisi.console.layers import location_of
from pinisi.console.line_shapes import DEEPEST, as_seen
from pinisi.console.stage_endpoints import stage_now
from pinisi.console.town import Town, clock_json
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.queue import Wanted
from pinisi.runtime.made_files import BASEMAP, ROADS
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import seen
from pinisi.vocabulary.principal import EVERYTHING, Projection
from pinisi.vocabulary.terms import (
    DATA_SOURCE,
)

MOST_ALARMS = 50
MOST_SOURCES = 5_000

_encode = msgspec.json.Encoder().encode


async def get_session(house: House, call: Call) -> Reply:
    principal = call.principal
    return json_reply(
        {
            "principal": {
                "id": principal.id,
                "name": principal.name,
                "kind": principal.kind,
                "roles": sorted(principal.roles),
            },
            "permissions": sorted(principal.permissions),
            "demo": principal.id == "demo",
            "tenant": call.tenant,
            "tenants": await house.tenants_of(call),
            "clock": clock_json(house.town(call.tenant).clock),
            "version": __version__,
            "position": await house.store.position(call.tenant),
        }
    )


async def get_city(house: House, call: Call) -> Reply:
    town = house.town(call.tenant)
    city = town.profile.city
    view = viewpoint_of(house, call)
    layers = [await _layer(house, town, view, layer.id) for layer in city.layers]
    sources = await house.store.find(call.tenant, EntityQuery(types=TypeIs(DATA_SOURCE)), call.grants, limit=500)
    west, south, east, north = city.view.bounds
    return json_reply(
        {
            "id": city.id,
            "name": city.name,
            "title": city.title,
            "country": city.country,
            "code": city.code,
            "timeZone": city.time_zone,
            "timeZoneName": city.time_zone_name,
            "languages": city.languages,
            "view": {
                "bounds": [west, south, east, north],
                "minZoom": city.view.min_zoom,
                "maxZoom": city.view.max_zoom,
            },
            **_maps(house, call.tenant),
            "layers": layers,
            "sources": [source_card(house, record) for record in sources.records],
            "agencies": city.agencies,
            "licence": city.licence,
        }
    )


def _maps(house: House, tenant: str) -> dict[str, Any]:
    """Where the tiles of a tenant lie, whether they tell land from water, and whom the map has to name beside them."""
    found = {name: house.public_file(tenant, name) for name in (BASEMAP, ROADS)}
    told = {name: read_metadata(path) for name, path in found.items() if path is not None}
    drawn: list[dict[str, Any]] = told.get(BASEMAP, {}).get("vector_layers", [])
    credits = [data["attribution"] for data in told.values() if "©" in data.get("attribution", "")]
    return {
        "basemap": f"/city/{tenant}/{BASEMAP}" if BASEMAP in told else None,
        "land": any(layer.get("id") == "land" for layer in drawn),
        "roads": f"/city/{tenant}/{ROADS}" if ROADS in told else None,
        "credits": list(dict.fromkeys(credits)),
    }


async def _layer(house: House, town: Town, view: Viewpoint, id: str) -> dict[str, Any]:
    layer = next(layer for layer in town.profile.city.layers if layer.id == id)
    records = await town.layers.records(view, id)
    return {
        "id": layer.id,
        "title": layer.title,
        "type": house.pinisi_table.expand_term(layer.type),
        "shape": layer.shape,
        "hue": layer.hue,
        "visible": layer.visible,
        "labels": layer.labels,
        "minZoom": layer.min_zoom,
        "moving": layer.moving,
        "drawing": layer.drawing,
        "classes": [{"value": value, "text": _class_text(layer, value)} for value in layer.classes],
        "count": len(records),
        "service": layer.service,
        "columns": [
            {
                "key": column.key,
                "label": column.label,
                "unit": column.unit,
                "unitText": column.unit_text or (unit_text(column.unit) if column.unit else None),
                "texts": value_texts(column.key),
            }
            for column in layer.columns
        ],
    }


def _class_text(layer: Layer, value: int | str) -> Text:
    """What a class of the first column means; the value itself where there are no words."""
    return value_text(layer.columns[0].key, value) or Text(str(value), str(value), str(value))


def source_card(house: House, record: Record) -> dict[str, Any]:
    entity = record.entity
    short = {house.pinisi_table.compact_iri(iri): many[0].value for iri, many in entity.attributes.items()}
    return {"id": entity.id} | {name: _plain(short.get(name)) for name in (*_CARD, *_HEALTH, *_COUNTERS)}


_CARD = ("title", "publisher", "year", "licence", "licenceNote", "url", "retrieved", "files", "note")
_HEALTH = ("service", "state", "updatePeriod", "lastMessage", "lastError", "blinds")
_COUNTERS = ("messages", "accepted", "lateValues", "repeated", "rejected")


def _plain(value: Any) -> Any:
    """A value as JSON readers expect it: of a date-time its text."""
    return value.get("@value", value) if isinstance(value, dict) else value  # pyright: ignore


async def get_now(house: House, call: Call) -> Reply:
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    position = await house.store.position(call.tenant)
    alarms: list[dict[str, Any]] = []
    count = 0
    if "incidents.read" in call.principal.permissions:
        cases, count = await cases_seen(house, view, Wanted(), limit=MOST_ALARMS)
        alarms = [incident_json(town, case) for case in cases]
    blinded: Mapping[str, Blinded] = await town.blinded() if view.at is None else {}
    shown = await town.tile_values(view, town.tiles.on_now)
    tiles = [tile | {"ailing": town.missed(tile["id"], blinded)} for tile in shown]
    return json_reply(
        {
            "position": position,
            "stage": await stage_now(house, call, view.at),
            "tiles": tiles,
            "alarms": alarms,
            "alarmCount": count,
            "sources": await _source_counts(town, view),
            "ailing": _ailing(town, blinded, tiles),
            "warnings": None if view.at is not None else await _warnings(house, call),
            **view.told(),
        }
    )


async def _warnings(house: House, call: Call) -> dict[str, Any]:
    """What the city warns of now; how many wait for a person only to those who see drafts."""
    standing = await house.warnings.standing(call.tenant, house.town(call.tenant).now())
    told: dict[str, Any] = {"inForce": standing.in_force, "severity": standing.severity}
    if "incidents.read" in call.principal.permissions:
        told |= {"drafts": standing.drafts, "toReview": standing.to_review}
    return told


async def _source_counts(town: Town, view: Viewpoint) -> dict[str, int]:
    if view.at is None:
        await town.sources.refresh()
        return town.sources.counts()
    cards = Viewpoint(view.store, view.tenant, EVERYTHING, view.now, view.at, view.known)
    return town.sources.counts_of(await cards.find(EntityQuery(types=TypeIs(DATA_SOURCE)), limit=MOST_SOURCES))


def _ailing(town: Town, blinded: Mapping[str, Blinded], tiles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Live sources that do not deliver now, and what shows values of theirs; one that is off only where it matters."""
    used = {card for tile in tiles for card in (*tile["providers"], *tile["ailing"])}
    return [
        {
            "id": health.id,
            "title": health.title,
            "state": health.state,
            "lastMessage": health.last_message,
            "layers": blinded[health.id].layers,
            "rows": blinded[health.id].rows,
        }
        for health in town.sources.ailing()
        if health.id in blinded and (health.state != "off" or health.id in used or blinded[health.id].layers)
    ]


async def get_layer(house: House, call: Call) -> Reply:
    id, layers, view = call.params["id"], house.town(call.tenant).layers, viewpoint_of(house, call)
    if id not in layers.ids():
        raise ResourceNotFound(f"the city has no layer {id[:80]}")
    position = await house.store.position(call.tenant)
    records = await layers.records(view, id)
    rows = [row for record, projection in records if (row := layers.row(id, record, projection))]
    sources = {str(key): cards for key, cards in layers.citing.of(id).items()}
    head = {"position": position, "layer": id, "columns": layers.columns(id), "sources": sources, **view.told()}
    return Reply(200, _encode(head)[:-1] + b',"rows":[' + b",".join(rows) + b"]}", JSON_MEDIA)


async def get_layer_shapes(house: House, call: Call) -> Reply:
    """The ground of a layer's things as GeoJSON: fetched once, filled by what the table says. Lines no finer than the
    zoom that is asked for shows them."""
    zoom = call.number("zoom", DEEPEST, 0, DEEPEST)
    id, layers, view = call.params["id"], house.town(call.tenant).layers, viewpoint_of(house, call)
    if id not in layers.ids():
        raise ResourceNotFound(f"the city has no layer {id[:80]}")
    records = await layers.records(view, id)
    return json_reply(await asyncio.to_thread(_features, records, zoom))


def _features(records: Sequence[tuple[Record, Projection]], zoom: int) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"id": record.id}, "geometry": as_seen(place, zoom)}
        for record, projection in records
        if (place := location_of(seen(record, projection))) is not None
    ]
    return {"type": "FeatureCollection", "features": features}


async def get_areas(house: House, call: Call) -> Reply:
    """Areas are public within the city: who sees a number of an area knows that the area is there."""
    position = await house.store.position(call.tenant)
    atlas = house.town(call.tenant).atlas
    await atlas.refresh()
    return json_reply({"position": position, "areas": atlas.cards()})


async def get_context(house: House, _call: Call) -> Reply:
    """Pinisi's own @context, so that anybody can expand our terms."""
    return Reply(200, house.context_document, b"application/ld+json", ((b"cache-control", b"max-age=3600"),))


_SEE = "console.read"
_PINISI = "/pinisi/v1"

CITY_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PINISI + "/session",
        permission=_SEE,
        endpoint=get_session,
        summary="Who is acting, and what he may do",
    ),
    Route(
        method="GET",
        path=_PINISI + "/city",
        permission=_SEE,
        endpoint=get_city,
        summary="The city: map, layers, sources, agencies",
        parameters=("at", "known"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_PINISI + "/now",
        permission=_SEE,
        endpoint=get_now,
        summary="Stage, at most seven numbers, open alarms",
        parameters=("at", "known"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_PINISI + "/layers/{id}",
        permission=_SEE,
        endpoint=get_layer,
        summary="One layer as a table",
        parameters=("at", "known"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=_PINISI + "/layers/{id}/shapes",
        permission=_SEE,
        endpoint=get_layer_shapes,
        summary="The ground or the lines of one layer's things as GeoJSON",
        parameters=("at", "known", "zoom"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=_PINISI + "/areas",
        permission=_SEE,
        endpoint=get_areas,
        summary="Areas with names and bounds",
    ),
    Route(
        method="GET",
        path=_PINISI + "/context.jsonld",
        permission=None,
        endpoint=get_context,
        summary="Pinisi's own @context (open: others need it to read our data)",
    ),
)
