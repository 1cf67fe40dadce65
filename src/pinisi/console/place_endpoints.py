"""What the console reads of places: all facts of one, its history, and how it is found (console-api.md)."""

import re
from collections.abc import Sequence
from typing import Any

from shapely.geometry import shape

from pinisi.city.text import Text
from pinisi.city.words import type_title
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.city_endpoints import source_card
from pinisi.console.facts import facts_of, flags_of, name_of
from pinisi.console.forms import fields_of, model_of, writable
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.layers import location_of, point_of
from pinisi.console.linked import UNSEEN, linked, names_of_related
from pinisi.console.panels import in_order, panel_json
from pinisi.console.series import series
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.problems import ResourceNotFound
from pinisi.runtime.views import panel_of
from pinisi.store.geodesy import geometry_distance
from pinisi.store.history import HistoryQuery
from pinisi.store.query import AnyOf, EntityQuery, GeoQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import EVERYTHING, Projection
from pinisi.vocabulary.terms import (
    ADMINISTRATIVE_AREA,
    DATA_SOURCE,
    INCIDENT,
    LOCATION,
    NAME,
    PROVIDER,
    ROAD_SEGMENT,
)

NEARBY = 8
NEARBY_METRES = 1500.0
_ELSEWHERE = frozenset({INCIDENT, ADMINISTRATIVE_AREA, ROAD_SEGMENT})
"""Types that stand elsewhere, not among what is near: there is a road before every door."""


async def get_place(house: House, call: Call) -> Reply:
    view = viewpoint_of(house, call)
    record = await view.entity(call.params["id"])
    if record is None:
        raise ResourceNotFound(f"there is no place {call.params['id'][:120]}, or you may not see it")
    town = house.town(call.tenant)
    await town.atlas.refresh()
    projection = projection_of(record, call.grants) or UNSEEN
    entity = seen(record, projection)
    areas = areas_seen(record, projection)
    last_words = HistoryQuery(last=1, until=view.until, known=view.known)
    writers, last = await house.writers(call.tenant, record, call.grants, last_words)
    place = location_of(entity)
    beside = await linked(view, entity, house.pinisi_table.expand_term("refObserved"))
    names = await names_of_related(view, entity)
    facts = facts_of(entity, house.pinisi_table, writers, view.now, await town.sources.periods(), names)
    panel = panel_of(house.registry, [house.pinisi_table.compact_iri(type) for type in entity.types])
    return json_reply(
        {
            "position": record.position,
            "id": entity.id,
            "type": entity.types[0],
            "typeTitle": _type_title(house, entity.types),
            "name": name_of(entity),
            "areas": [{"id": card.id, "name": card.name, "level": card.level} for card in town.atlas.chain(areas)],
            "location": place,
            "panel": None if panel is None else panel_json(*panel, facts),
            "facts": facts if panel is None else in_order(facts, panel[1]),
            "editable": _editable(house, call, view, town, record, entity),
            "flags": flags_of(entity),
            "sources": await _sources(house, call, entity),
            "inside": await _inside(town, view, entity, areas),
            "linked": [await _card(house, call, view, town, each) for each in beside],
            "nearby": await _nearby(house, view, {entity.id, *(each.id for each in beside)}, place),
            "changed": {"at": format_instant(entity.modified_at), "by": last},
            **view.told(),
        }
    )


def _editable(house: House, call: Call, view: Viewpoint, town: Town, record: Record, entity: Entity) -> list[str]:
    """The facts that the reader may correct: of the present only."""
    if view.at is not None:
        return []
    model = model_of(town, house.pinisi_table, record.family.types)
    return writable(call, record, fields_of(model, entity, house.pinisi_table), house.pinisi_table)


def _type_title(house: House, types: Sequence[str]) -> Text:
    return type_title(house.pinisi_table.compact_iri(types[0]))


async def _sources(house: House, call: Call, entity: Entity) -> list[dict[str, Any]]:
    """The cards that the facts shown name: whoever may see a number may know where it comes from."""
    cards: dict[str, dict[str, Any]] = {}
    for instances in entity.attributes.values():
        for instance in instances:
            for provider in instance.attributes.get(PROVIDER, ()):
                id = provider.value
                if isinstance(id, str) and id not in cards:
                    found = await house.store.entity(call.tenant, id, EVERYTHING)
                    if found is not None and DATA_SOURCE in found.family.types:
                        cards[id] = source_card(house, found)
    return list(cards.values())


async def _inside(town: Town, view: Viewpoint, entity: Entity, areas: Sequence[str]) -> list[dict[str, Any]]:
    """For an area: how many entities of each layer lie in it."""
    if ADMINISTRATIVE_AREA not in entity.types or not areas:
        return []
    code = areas[0]
    counted: list[dict[str, Any]] = []
    for layer in town.profile.city.layers:
        records = await town.layers.records(view, layer.id)
        count = sum(code in areas_seen(found, projection) for found, projection in records)
        counted.append({"layer": layer.id, "title": layer.title, "count": count})
    return counted


async def _card(house: House, call: Call, view: Viewpoint, town: Town, record: Record) -> dict[str, Any]:
    """What tells of the same thing; its facts stand with it where one of them is a course over time."""
    entity = seen(record, projection_of(record, call.grants) or UNSEEN)
    words = HistoryQuery(last=1, until=view.until, known=view.known)
    writers, _ = await house.writers(call.tenant, record, call.grants, words)
    facts = facts_of(entity, house.pinisi_table, writers, view.now, await town.sources.periods())
    return {
        "id": entity.id,
        "name": name_of(entity),
        "typeTitle": _type_title(house, entity.types),
        "facts": facts if any(fact.course for fact in facts) else [],
    }


async def _nearby(house: House, view: Viewpoint, known: set[str], place: dict[str, Any] | None) -> list[dict[str, Any]]:
    if place is None or place.get("type") != "Point":
        return []
    near = GeoQuery("near", place, LOCATION, max_distance=NEARBY_METRES)
    records = await view.find(EntityQuery(geo=near), limit=200, attributes=(NAME,))
    near_by = [
        seen(record, projection_of(record, view.grants) or UNSEEN)
        for record in records
        if record.id not in known and _ELSEWHERE.isdisjoint(record.family.types)
    ]
    found = [(_distance(place, other), entity) for entity in near_by if (other := location_of(entity)) is not None]
    found.sort(key=lambda pair: pair[0])
    return [
        {
            "id": other.id,
            "name": name_of(other),
            "typeTitle": _type_title(house, other.types),
            "distance": round(distance),
        }
        for distance, other in found[:NEARBY]
    ]


def _distance(one: dict[str, Any], other: dict[str, Any]) -> float:
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
    town = house.town(call.tenant)
    wanted = frozenset(house.pinisi_table.expand_term(name) for name in call.query.get("type", "").split(",") if name)
    await town.atlas.refresh()
    hits = await town.catalogue.find(words, call.tenant, call.grants) if words.strip() else ()
    results: dict[str, dict[str, Any]] = {}
    for hit in hits:
        record = await house.store.entity(call.tenant, hit.id, call.grants)
        projection = None if record is None else projection_of(record, call.grants)
        if record is None or projection is None or (wanted and wanted.isdisjoint(record.entity.types)):
            continue
        results[record.id] = _result(house, town, record, projection, hit.score)
        if len(results) == limit:
            break
    if wanted and len(results) < limit:
        for record in await _of_types(house, call, wanted, words.strip(), limit):
            found = _result(house, town, record, projection_of(record, call.grants) or UNSEEN, 0)
            results.setdefault(record.id, found)
    return json_reply({"results": list(results.values())[:limit]})


async def _of_types(house: House, call: Call, types: frozenset[str], words: str, limit: int) -> Sequence[Record]:
    """Entities of some types, also those without a name: whose id has the words in it; without words the first."""
    query = EntityQuery(
        types=AnyOf(tuple(TypeIs(iri) for iri in sorted(types))), id_pattern=re.escape(words) if words else None
    )
    return (await house.store.find(call.tenant, query, call.grants, limit=limit)).records


def _result(house: House, town: Town, record: Record, projection: Projection, score: float) -> dict[str, Any]:
    entity = seen(record, projection)
    areas = areas_seen(record, projection)
    place = location_of(entity)
    return {
        "id": record.id,
        "name": name_of(entity),
        "typeTitle": _type_title(house, entity.types),
        "area": town.area_name(areas),
        "layer": next(iter(town.layers.rows_of(record, projection)), None),
        "location": point_of(place) or town.atlas.center(areas),
        "score": score,
    }


_SEE = "console.read"
_PINISI = "/pinisi/v1"

PLACE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PINISI + "/places/{id}",
        permission=_SEE,
        endpoint=get_place,
        summary="All facts of one place",
        parameters=("at", "known"),
        answers=(200, 400, 404),
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
        parameters=("q", "limit", "type"),
    ),
)
