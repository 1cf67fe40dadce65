"""What the benches of the context write, and the questions that they ask of it."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

ENTITIES = "/ngsi-ld/v1/entities"
MAKASSAR = (119.38, -5.22, 119.53, -5.06)
WIDE = (118.8, -5.7, 119.93, -4.57)
"""A square of 125 km: 100,000 points in it lie so that 1 km around any of them holds about 20."""
VALUES = 5_000
OBSERVED = "2026-11-22T06:32:00Z"


class Sensor(msgspec.Struct, frozen=True):
    id: str
    lon: float
    lat: float
    reading: int


def sensors(type: str, count: int, box: tuple[float, float, float, float], seed: int = 1) -> list[Sensor]:
    """Sensors spread evenly over a box; `reading` has 5,000 values."""
    chance = random.Random(seed)
    west, south, east, north = box
    return [
        Sensor(
            f"urn:ngsi-ld:{type}:{n:06}",
            round(chance.uniform(west, east), 6),
            round(chance.uniform(south, north), 6),
            chance.randrange(VALUES),
        )
        for n in range(count)
    ]


def entity(sensor: Sensor, level: float = 0.5) -> dict[str, Any]:
    """Five attributes and a location."""
    return {
        "id": sensor.id,
        "type": sensor.id.split(":")[2],
        "name": {"type": "Property", "value": f"Sensor {sensor.id[-6:]}"},
        "reading": {"type": "Property", "value": sensor.reading, "observedAt": OBSERVED, "unitCode": "CEL"},
        "level": {"type": "Property", "value": level, "observedAt": OBSERVED, "unitCode": "MTR"},
        "status": {"type": "Property", "value": "operating", "observedAt": OBSERVED},
        "refDistrict": {"type": "Relationship", "object": f"urn:ngsi-ld:District:{sensor.reading % 15}"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [sensor.lon, sensor.lat]}},
    }


def batches(sensors: Sequence[Sensor], size: int = 1_000) -> Iterator[bytes]:
    for start in range(0, len(sensors), size):
        yield msgspec.json.encode([entity(sensor) for sensor in sensors[start : start + size]])


def retrievals(sensors: Sequence[Sensor]) -> list[str]:
    return [f"{ENTITIES}/{sensor.id}" for sensor in sensors]


def pages(type: str, count: int, limit: int = 20) -> list[str]:
    return [f"{ENTITIES}?type={type}&limit={limit}&offset={offset}" for offset in range(0, count - limit, 7)]


def value_questions(type: str) -> list[str]:
    return [f"{ENTITIES}?type={type}&limit=100&q=reading=={value}" for value in range(VALUES)]


def expected_values(sensors: Sequence[Sensor]) -> Counter[int]:
    return Counter(sensor.reading for sensor in sensors)


def near_questions(type: str, points: Sequence[tuple[float, float]]) -> list[str]:
    return [
        f"{ENTITIES}?type={type}&limit=100&georel={quote('near;maxDistance==1000')}&geometry=Point"
        f"&coordinates={quote(f'[{lon},{lat}]')}"
        for lon, lat in points
    ]
