"""What the console reads of the city: its profile, Now, layers, areas, places, history, search (console-api.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from shapely.geometry import shape

from pinisi import __version__
from pinisi.city.text import Text
from pinisi.city.words import type_title, unit_text
from pinisi.console.facts import facts_of, flags_of, name_of
from pinisi.console.house import House
from pinisi.console.http import JSON_MEDIA, BadRequest, Call, Reply, Route, json_reply
from pinisi.console.incident_endpoints import incident_json
from pinisi.console.layers import projection_of
from pinisi.console.series import series
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.life_cycle import OPEN
from pinisi.store.geodesy import geometry_distance
from pinisi.store.protocol import Record
from pinisi.store.query import EntityQuery, GeoQuery, TypeIs
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import WHOLE
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, DATA_SOURCE, INCIDENT, LOCATION, PROVIDER

MOST_ALARMS = 50
NEARBY = 8
NEARBY_METRES = 1500.0
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
            "clock": {"mode": "live", "now": format_instant(house.now()), "method": None},
            "version": __version__,
            "position": await house.store.position(call.tenant),
        }
    )


async def get_city(house: House, call: Call) -> Reply:
    city = house.profile.city
    layers = [await _layer(house, call, layer.id) for layer in city.layers]
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
            "basemap": "/city/basemap.pmtiles" if house.profile.basemap is not None else None,
            "layers": layers,
            "sources": [_source(house, record) for record in sources.records],
            "agencies": city.agencies,
            "licence": city.licence,
        }
    )


async def _layer(house: House, call: Call, id: str) -> dict[str, Any]:
    layer = next(layer for layer in house.profile.city.layers if layer.id == id)
    records = await house.layers.records(house.store, call.tenant, id, call.grants)
    return {
        "id": layer.id,
        "title": layer.title,
        "type": house.pinisi_table.expand_term(layer.type),
        "shape": layer.shape,
        "hue": layer.hue,
        "visible": layer.visible,
        "labels": layer.labels,
        "minZoom": layer.min_zoom,
        "count": len(records),
        "service": layer.service,
        "columns": [
            {
                "key": column.key,
                "label": column.label,
                "unit": column.unit,
                "unitText": column.unit_text or (unit_text(column.unit) if column.unit else None),
            }
            for column in layer.columns
        ],
    }


def _source(house: House, record: Record) -> dict[str, Any]:
    entity = record.entity
    short = {house.pinisi_table.compact_iri(iri): many[0].value for iri, many in entity.attributes.items()}
    return {"id": entity.id} | {
        name: short.get(name)
        for name in ("title", "publisher", "year", "licence", "licenceNote", "url", "retrieved", "files", "note")
    }


async def get_now(house: House, call: Call) -> Reply:
    position = await house.store.position(call.tenant)
    alarms: list[dict[str, Any]] = []
    count = 0
    if "incidents.read" in call.principal.permissions:
        cases, count = await house.desk.cases(call.tenant, OPEN, call.grants, limit=MOST_ALARMS)
        alarms = [incident_json(house, case) for case in cases]
    return json_reply(
        {
            "position": position,
            "stage": None,
            "tiles": await house.tiles.values(call.tenant, call.grants, house.now()),
            "alarms": alarms,
            "alarmCount": count,
            "sources": {"live": 0, "total": 0},
        }
    )


async def get_layer(house: House, call: Call) -> Reply:
    id = call.params["id"]
    if id not in house.layers.ids():
        raise ResourceNotFound(f"the city has no layer {id[:80]}")
    position = await house.store.position(call.tenant)
    records = await house.layers.records(house.store, call.tenant, id, call.grants)
    rows = [row for record, projection in records if (row := house.layers.row(id, record, projection))]
    head = {"position": position, "layer": id, "columns": house.layers.columns(id)}
    return Reply(200, _encode(head)[:-1] + b',"rows":[' + b",".join(rows) + b"]}", JSON_MEDIA)


async def get_areas(house: House, call: Call) -> Reply:
    """Areas are public within the city: who sees a number of an area knows that the area is there."""
    await house.atlas.refresh()
    return json_reply({"position": await house.store.position(call.tenant), "areas": house.atlas.cards()})


async def get_place(house: House, call: Call) -> Reply:
    record = await house.store.entity(call.tenant, call.params["id"], call.grants)
    if record is None:
        raise ResourceNotFound(f"there is no place {call.params['id'][:120]}, or you may not see it")
    entity = record.entity
    projection = projection_of(record, call.grants) or WHOLE
    writers = await house.writers(call.tenant, record, call.grants)
    facts = facts_of(entity, house.pinisi_table, projection, writers, house.now())
    place = _location(record) if projection.attributes is None or LOCATION in projection.attributes else None
    position = record.position
    return json_reply(
        {
            "position": position,
            "id": entity.id,
            "type": entity.types[0],
            "typeTitle": _type_title(house, entity.types),
            "name": name_of(entity),
            "areas": [
                {"id": card.id, "name": card.name, "level": card.level}
                for card in house.atlas.chain(record.family.areas)
            ],
            "location": place,
            "facts": facts,
            "flags": flags_of(entity),
            "sources": await _sources(house, call, record),
            "inside": await _inside(house, call, record),
            "nearby": await _nearby(house, call, record, place),
            "changed": {"at": format_instant(entity.modified_at), "by": next(iter(writers.values()), None)},
        }
    )


def _location(record: Record) -> dict[str, Any] | None:
    instances = record.entity.attributes.get(LOCATION)
    return instances[0].value if instances else None


def _type_title(house: House, types: Sequence[str]) -> Text:
    return type_title(house.pinisi_table.compact_iri(types[0]))


async def _sources(house: House, call: Call, record: Record) -> list[dict[str, Any]]:
    cards: dict[str, dict[str, Any]] = {}
    for instances in record.entity.attributes.values():
        for instance in instances:
            for provider in instance.attributes.get(PROVIDER, ()):
                id = provider.value
                if isinstance(id, str) and id not in cards:
                    found = await house.store.entity(call.tenant, id, call.grants)
                    if found is not None:
                        cards[id] = _source(house, found)
    return list(cards.values())


async def _inside(house: House, call: Call, record: Record) -> list[dict[str, Any]]:
    """For an area: how many entities of each layer lie in it."""
    if ADMINISTRATIVE_AREA not in record.family.types or not record.family.areas:
        return []
    code = record.family.areas[0]
    counted: list[dict[str, Any]] = []
    for layer in house.profile.city.layers:
        records = await house.layers.records(house.store, call.tenant, layer.id, call.grants)
        count = sum(code in found.family.areas for found, _ in records)
        counted.append({"layer": layer.id, "title": layer.title, "count": count})
    return counted


async def _nearby(house: House, call: Call, record: Record, place: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if place is None or place.get("type") != "Point":
        return []
    near = GeoQuery("near", dict(place), LOCATION, max_distance=NEARBY_METRES)
    page = await house.store.find(call.tenant, EntityQuery(geo=near), call.grants, limit=200)
    found = [
        (_distance(place, other), found)
        for found in page.records
        if found.id != record.id
        and INCIDENT not in found.family.types
        and ADMINISTRATIVE_AREA not in found.family.types
        and (other := _location(found)) is not None
    ]
    found.sort(key=lambda pair: pair[0])
    return [
        {
            "id": other.id,
            "name": name_of(other.entity),
            "typeTitle": _type_title(house, other.family.types),
            "distance": round(distance),
        }
        for distance, other in found[:NEARBY]
    ]


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Metres between two geometries."""
    return geometry_distance(shape(one), shape(other))


async def get_history(house: House, call: Call) -> Reply:
    entity, attribute = call.query.get("entity"), call.query.get("attribute")
    if not entity:
        raise BadRequest("entity", "is missing")
    if not attribute:
        raise BadRequest("attribute", "is missing")
    told = await series(house, call, entity, attribute)
    return json_reply(told)


async def search(house: House, call: Call) -> Reply:
    words = call.query.get("q", "")[:200]
    limit = call.number("limit", 8, 1, 50)
    results: list[dict[str, Any]] = []
    for hit in await house.catalogue.find(words, limit * 3) if words.strip() else ():
        record = await house.store.entity(call.tenant, hit.id, call.grants)
        if record is None:
            continue
        layers = list(house.layers.rows_of(record, call.grants))
        place = _location(record)
        results.append(
            {
                "id": record.id,
                "name": name_of(record.entity),
                "typeTitle": _type_title(house, record.family.types),
                "area": house.area_name(record.family.areas),
                "layer": layers[0] if layers else None,
                "location": place["coordinates"]
                if place and place.get("type") == "Point"
                else house.atlas.center(record.family.areas),
                "score": hit.score,
            }
        )
        if len(results) == limit:
            break
    return json_reply({"results": results})


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
    ),
    Route(
        method="GET",
        path=_PINISI + "/now",
        permission=_SEE,
        endpoint=get_now,
        summary="Stage, at most seven numbers, open alarms",
    ),
    Route(
        method="GET",
        path=_PINISI + "/layers/{id}",
        permission=_SEE,
        endpoint=get_layer,
        summary="One layer as a table",
        answers=(200, 404),
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
        path=_PINISI + "/places/{id}",
        permission=_SEE,
        endpoint=get_place,
        summary="All facts of one place",
        answers=(200, 404),
    ),
    Route(
        method="GET",
        path=_PINISI + "/history",
        permission=_SEE,
        endpoint=get_history,
        summary="One attribute over time",
        parameters=("entity", "attribute", "from", "to", "known"),
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=_PINISI + "/search",
        permission=_SEE,
        endpoint=search,
        summary="Find by name, also misspelt",
        parameters=("q", "limit"),
    ),
    Route(
        method="GET",
        path=_PINISI + "/context.jsonld",
        permission=None,
        endpoint=get_context,
        summary="Pinisi's own @context (open: others need it to read our data)",
    ),
)
