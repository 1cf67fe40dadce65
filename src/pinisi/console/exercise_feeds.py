"""Simulated sources of an exercise: they deliver by their own period through the same way in as real ones."""

from typing import Any

import msgspec

from pinisi.city.profile import Column, Layer, Profile
from pinisi.city.text import Text
from pinisi.incidents.exercises.script import Feed, Script, Station
from pinisi.runtime.mapping.ngsi_ld import read_entities
from pinisi.runtime.source import Card, Message, Source
from pinisi.runtime.transports.push import Push
from pinisi.vocabulary.instant import Instant, format_instant

PUBLISHER = "Pinisi"
TERMS = "invented for the exercise"
TYPES = {"flood-gauge": "FloodMonitoring", "junction": "Junction"}
GAUGES = Layer(
    id="exercise-gauges",
    title=Text("Alat ukur genangan (latihan)", "Gauges of standing water (exercise)", "浸水計（訓練）"),
    type="FloodMonitoring",
    shape="diamond",
    hue=5,
    columns=(Column(key="currentLevel", label=Text("Dalamnya air", "Depth of the water", "水深"), unit="CMT"),),
)
JUNCTIONS = Layer(
    id="exercise-junctions",
    title=Text("Lampu simpang (latihan)", "Signals of junctions (exercise)", "交差点信号（訓練）"),
    type="Junction",
    shape="hexagon",
    hue=2,
    columns=(Column(key="signalState", label=Text("Keadaan lampu", "State of the signals", "信号の状態")),),
)


def with_layers(profile: Profile, script: Script) -> Profile:
    """The city as it is seen in the exercise: with layers for what its feeds report of."""
    types = {TYPES[station.kind] for station in script.stations.values()}
    has = {layer.type for layer in profile.city.layers}
    added = [layer for layer in (GAUGES, JUNCTIONS) if layer.type in types - has]
    city = msgspec.structs.replace(profile.city, layers=(*profile.city.layers, *added))
    return msgspec.structs.replace(profile, city=city)


def source_of(feed: Feed, speed: float) -> Source:
    return Source(
        id=feed.id,
        title=feed.title,
        card=Card(publisher=PUBLISHER, licence=TERMS, note=feed.title),
        transport=Push(),
        read=read_entities,
        every=feed.every / speed,
        method="simulated",
        blinds=feed.blinds,
    )


def station_entity(station: Station) -> str:
    return f"urn:ngsi-ld:{TYPES[station.kind]}:exercise-{station.id}"


def report(feed: Feed, values: dict[str, float | str], now: Instant) -> Message:
    """What all stations of a feed say now."""
    told = [_entity(station, values.get(station.id, station.value), now) for station in feed.stations]
    return Message(
        body=msgspec.json.encode(told), origin=f"exercise {feed.id}", received=now, media="application/ld+json"
    )


def _entity(station: Station, value: float | str, now: Instant) -> dict[str, Any]:
    at = {"observedAt": format_instant(now)}
    said: dict[str, Any] = {"type": "Property", "value": value, **at}
    if station.kind == "flood-gauge":
        said["unitCode"] = "CMT"
    name = "currentLevel" if station.kind == "flood-gauge" else "signalState"
    return {
        "id": station_entity(station),
        "type": TYPES[station.kind],
        "name": {"type": "Property", "value": station.name},
        "exercise": {"type": "Property", "value": True},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(station.location)}},
        name: said,
    }
