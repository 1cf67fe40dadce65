"""Roads as entities of type RoadSegment (Smart Data Models, dataModel.Transportation)."""

from typing import Any

import msgspec

from pinisi.city.ellipsoid import length_m
from pinisi.city.facts import Entity, Origin, fact, listing, place, words
from pinisi.city.roads.road import Road
from pinisi.city.text import Text, fill

PREFIX = "urn:ngsi-ld:RoadSegment:"
DECIMALS = 7
"""Of a degree, as OpenStreetMap keeps them: 1 cm."""
LENGTH_RULE = Text(
    id="panjang garis di atas elipsoid WGS 84",
    en="length of the line on the WGS 84 ellipsoid",
    ja="線から WGS 84 楕円体上で計算した長さ",
)
DOUBT = Text(
    id="tercatat “{said}”, tidak dapat dibaca",
    en="recorded as “{said}”, which cannot be read",
    ja="「{said}」と記録されているが読み取れない",
)


def road_id(key: str) -> str:
    return PREFIX + key


def road_entity(road: Road, origin: Origin) -> Entity:
    """What the register says of a road, nothing more: an attribute that it does not state is not there."""
    entity: Entity = {"id": road_id(road.key), "type": "RoadSegment"}
    stated: dict[str, str | float | None] = {
        "name": road.name,
        "ref": road.ref,
        "roadClass": f"{road.road_class}_link" if road.link else road.road_class,
        "oneWay": road.one_way,
        "totalLaneNumber": road.lanes,
        "surface": road.surface,
        "structure": road.structure,
    }
    entity |= {name: fact(value, origin) for name, value in stated.items() if value is not None}
    if road.max_speed is not None:
        entity["maximumAllowedSpeed"] = fact(road.max_speed, origin, "KMH")
    entity["length"] = _length(road, origin)
    entity["location"] = place({"type": "LineString", "coordinates": road.line.round(DECIMALS).tolist()}, origin)
    if road.doubts:
        entity["dataQuality"] = listing([_doubt(attribute, said) for attribute, said in road.doubts])
    return entity


def _length(road: Road, origin: Origin) -> dict[str, Any]:
    modelled = msgspec.structs.replace(origin, method="modelled")
    return fact(round(length_m(road.line), 1), modelled, "MTR") | {"derived": words(LENGTH_RULE)}


def _doubt(attribute: str, said: str) -> dict[str, Any]:
    text = fill(DOUBT, said=said)
    return {"code": "unreadable-value", "attribute": attribute, "text": {"id": text.id, "en": text.en, "ja": text.ja}}
