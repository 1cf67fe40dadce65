"""10,000 subscriptions of eight kinds, and who of them must hear of a write: two of each kind on average.

What a subscription asks for is said by the write itself, or never changes (id, place, scope, type): so whom a write
concerns is known here, without asking the server.
"""

import math
import random
from collections import defaultdict
from typing import Any

import msgspec

KINDS = ("id", "idPattern", "q number", "q range", "q text", "geoQ", "scopeQ", "watchedAttributes")
EACH = 1_250
PLACES = 625
"""Entities, codes, texts, scopes, and pairs of type and attribute: 1,250 subscriptions upon 625 are two a write."""
TYPES = ATTRIBUTES = 25
READINGS, WIDTH = 10_000, 16
BOX = (119.38, -5.22, 119.53, -5.06)
METRES = 405.0
"""Two entities lie in such a circle on average, after those with an arguable edge are drawn anew."""
EDGE = 0.05
"""No entity lies nearer to the edge of a circle than 5 % of its radius: there one could argue."""


class Write(msgspec.Struct, frozen=True):
    """One PATCH. `serial` goes up by one each time."""

    serial: int
    entity: int
    code: int
    reading: int
    text: int
    attribute: int

    @property
    def path(self) -> str:
        return f"/ngsi-ld/v1/entities/{entity_id(self.entity)}/attrs"

    @property
    def body(self) -> dict[str, Any]:
        values = {"n": self.serial, "code": self.code, "reading": self.reading, "status": f"s{self.text}"}
        values[f"a{self.attribute}"] = self.serial
        return {name: {"type": "Property", "value": value} for name, value in values.items()}


def entity_id(number: int) -> str:
    return f"urn:ngsi-ld:Sensor:{number:06}"


class World:
    """Entities, subscriptions and the model of who hears what."""

    def __init__(self, seed: int = 20_261_126) -> None:
        self.chance = random.Random(seed)
        west, south, east, north = BOX
        self.points = [(self.chance.uniform(west, east), self.chance.uniform(south, north)) for _ in range(PLACES)]
        self._serial = 0
        self._by: dict[str, dict[Any, list[int]]] = {kind: defaultdict(list) for kind in KINDS}
        self.payloads: list[dict[str, Any]] = []
        for kind in KINDS:
            for _ in range(EACH):
                self.payloads.append(self._subscription(kind, len(self.payloads)))

    def entities(self) -> list[dict[str, Any]]:
        return [
            {
                "id": entity_id(number),
                "type": f"T{number % TYPES}",
                "scope": f"/kec{number // TYPES}/kel{number}",
                "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(point)}},
                "name": {"type": "Property", "value": f"Sensor {number}"},
            }
            for number, point in enumerate(self.points)
        ]

    def next(self) -> Write:
        self._serial += 1
        draw = self.chance.randrange
        return Write(self._serial, draw(PLACES), draw(PLACES), draw(READINGS), draw(PLACES), draw(ATTRIBUTES))

    def concerned(self, write: Write) -> list[int]:
        """Numbers of the subscriptions that must hear of a write."""
        asked: tuple[tuple[str, Any], ...] = (
            ("id", write.entity),
            ("idPattern", write.entity),
            ("q number", write.code),
            ("q range", write.reading),
            ("q text", write.text),
            ("geoQ", write.entity),
            ("scopeQ", write.entity),
            ("watchedAttributes", (write.entity % TYPES, write.attribute)),
        )
        return [number for kind, key in asked for number in self._by[kind].get(key, ())]

    def _subscription(self, kind: str, number: int) -> dict[str, Any]:
        place = self.chance.randrange(PLACES)
        everything: dict[str, Any] = {"type": "*"}
        made: dict[str, Any] = {"entities": [everything]}
        if kind == "id":
            everything["id"] = entity_id(place)
        elif kind == "idPattern":
            everything["idPattern"] = f"Sensor:0*{place}$"
        elif kind == "q number":
            made["q"] = f"code=={place}"
        elif kind == "q text":
            made["q"] = f'status=="s{place}";reading>=0'
        elif kind == "scopeQ":
            made["scopeQ"] = f"/kec{place // TYPES}/kel{place}"
        elif kind == "watchedAttributes":
            type, attribute = divmod(place, ATTRIBUTES)
            made = {"entities": [{"type": f"T{type}"}], "watchedAttributes": [f"a{attribute}"]}
            self._by[kind][type, attribute].append(number)
            return made
        elif kind == "q range":
            low = self.chance.randrange(READINGS - WIDTH)
            made["q"] = f"reading>={low};reading<{low + WIDTH}"
            for reading in range(low, low + WIDTH):
                self._by[kind][reading].append(number)
            return made
        else:
            return {**made, "geoQ": self._circle(number)}
        self._by[kind][place].append(number)
        return made

    def _circle(self, number: int) -> dict[str, Any]:
        west, south, east, north = BOX
        while True:
            centre = (self.chance.uniform(west, east), self.chance.uniform(south, north))
            away = [metres(centre, point) for point in self.points]
            if all(abs(distance - METRES) > METRES * EDGE for distance in away):
                break
        for entity, distance in enumerate(away):
            if distance < METRES:
                self._by["geoQ"][entity].append(number)
        return {"georel": f"near;maxDistance=={METRES:g}", "geometry": "Point", "coordinates": list(centre)}


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along a great circle; half a per cent off at most, within `EDGE`."""
    (x, y), (u, v) = ((math.radians(lon), math.radians(lat)) for lon, lat in (one, other))
    half = math.sin((v - y) / 2) ** 2 + math.cos(y) * math.cos(v) * math.sin((u - x) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))
