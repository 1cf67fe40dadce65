"""City folders made for the benches of the console: Makassar with things that move or report, and the whole country."""

import csv
import gzip
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MAKASSAR = (119.38, -5.22, 119.53, -5.06)
INDONESIA = (95.0, -11.0, 141.0, 6.0)

GAUGES = """
[[layers]]
id = "gauges"
title = { id = "Penakar", en = "Gauges", ja = "計器" }
type = "Gauge"
shape = "circle"
hue = 4
labels = "never"
columns = [{ key = "reading", label = { id = "Bacaan", en = "Reading", ja = "値" } }]
"""
VEHICLES = """
[[layers]]
id = "vehicles"
title = { id = "Kendaraan", en = "Vehicles", ja = "車両" }
type = "Rover"
shape = "circle"
hue = 4
labels = "never"
moving = true
"""
NATION = """
[[layers]]
id = "{id}"
title = {{ id = "{id}", en = "{id}", ja = "{id}" }}
type = "{type}"
shape = "{shape}"
hue = {hue}
labels = "never"
min_zoom = 3
"""


def makassar_with(folder: Path, layer: str) -> Path:
    """Makassar and one more layer."""
    shutil.copytree(ROOT / "cities" / "makassar", folder)
    toml = folder / "city.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + layer, encoding="utf-8")
    return folder


def nation(folder: Path) -> Path:
    """Makassar's folder with the view of the whole country and a layer for each national register."""
    shutil.copytree(ROOT / "cities" / "makassar", folder)
    toml = folder / "city.toml"
    head = (
        toml.read_text(encoding="utf-8")
        .split("[[layers]]", 1)[0]
        .replace("[119.335, -5.235, 119.56, -5.052]", str(list(INDONESIA)))
    )
    head = head.replace("min_zoom = 9", "min_zoom = 3")
    kinds = (("green", "NationGreen", "triangle", 2), ("waste", "NationWaste", "circle", 1))
    layers = [NATION.format(id=id, type=type, shape=shape, hue=hue) for id, type, shape, hue in kinds]
    layers.append(NATION.format(id="health", type="NationHealth", shape="square", hue=0))
    toml.write_text(head + "".join(layers), encoding="utf-8")
    return folder


def gauge(number: int, reading: int) -> dict[str, Any]:
    """A gauge that stands still and reports."""
    chance = random.Random(number)
    west, south, east, north = MAKASSAR
    at = [round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6)]
    return {
        "id": f"urn:ngsi-ld:Gauge:{number:05}",
        "type": "Gauge",
        "name": {"type": "Property", "value": f"Gauge {number:05}"},
        "reading": {"type": "Property", "value": reading},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": at}},
    }


def reading(number: int, value: int) -> dict[str, Any]:
    """What a gauge writes when it reports: one attribute."""
    return {
        "id": f"urn:ngsi-ld:Gauge:{number:05}",
        "type": "Gauge",
        "reading": {"type": "Property", "value": value},
    }


class Fleet:
    """Vehicles that drive about the city at about 30 km/h: each move is 10 seconds further, with small turns."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        west, south, east, north = MAKASSAR
        self._at = [[self._chance.uniform(west, east), self._chance.uniform(south, north)] for _ in range(count)]
        self._way = [[self._chance.uniform(-0.0008, 0.0008), self._chance.uniform(-0.0008, 0.0008)] for _ in self._at]

    def __len__(self) -> int:
        return len(self._at)

    def vehicle(self, number: int) -> dict[str, Any]:
        return {"name": {"type": "Property", "value": f"Vehicle {number:05}"}} | self.moved(number)

    def moved(self, number: int) -> dict[str, Any]:
        at, way = self._at[number], self._way[number]
        west, south, east, north = MAKASSAR
        for axis, (low, high) in enumerate(((west, east), (south, north))):
            at[axis] += way[axis]
            if not low < at[axis] < high:
                way[axis] = -way[axis]
        point = {"type": "Point", "coordinates": [round(at[0], 6), round(at[1], 6)]}
        return {
            "id": f"urn:ngsi-ld:Rover:{number:05}",
            "type": "Rover",
            "location": {"type": "GeoProperty", "value": point},
        }


def registers(shared: Path) -> Iterator[dict[str, Any]]:
    """The national registers, every row with a place: waste facilities, green spaces, health facilities."""
    files = (
        ("NationGreen", "waste/indonesia_green_spaces_sipsn_2023.csv.gz", "lokasi"),
        ("NationWaste", "waste/indonesia_waste_facilities_sipsn_2023.csv.gz", "lokasi"),
        ("NationHealth", "health/indonesia_faskes_2019.csv.gz", "nama_faskes"),
    )
    for type, file, name in files:
        with gzip.open(shared / "data" / file, "rt", encoding="utf-8") as lines:
            for number, row in enumerate(csv.DictReader(lines)):
                if at := _place(row):
                    yield {
                        "id": f"urn:ngsi-ld:{type}:{number:05}",
                        "type": type,
                        "name": {"type": "Property", "value": row[name] or "?"},
                        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": at}},
                    }


def _place(row: dict[str, str]) -> list[float] | None:
    """Longitude and latitude; None for what has none on the Earth."""
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except ValueError:
        return None
    return [lon, lat] if abs(lon) <= 180 and abs(lat) <= 90 else None
