"""A third party's package with a service, as an installer leaves it, and a city that has gauges for it."""

import shutil
from pathlib import Path

WELLS = '''\
"""A third party's service: doubles the level of wells, and fails at those that are dry."""
from pinisi.city.text import Text
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import Reaction, Wake, Writes

def state(inputs, name, value):
    id = inputs.subject.id.replace("Gauge", "WellState")
    return [{"id": id, "type": "WellState", name: {"type": "Property", "value": value}}]

def doubled(inputs):
    return state(inputs, "doubled", 2 * inputs.subject.number("waterLevel"))

def picky(inputs):
    return state(inputs, "share", 1 / inputs.subject.number("waterLevel"))

WAKE = (Wake(type="Gauge", attributes=("waterLevel",)),)
SERVICE = Service(
    name="wells",
    title=Text("Sumur", "Wells", "井戸"),
    types=("WellState",),
    reactions=tuple(
        Reaction(
            name=react.__name__,
            title=Text(react.__name__, react.__name__, react.__name__),
            rule=Text("dua kali", "twice the level", "水位の二倍"),
            react=react,
            wakes=WAKE,
            writes=(Writes(type="WellState"),),
        )
        for react in (doubled, picky)
    ),
)
'''
LIVE = """\
[[sources]]
id = "gauges"
kind = "push"
options = { title = { id = "Alat ukur", en = "Gauges", ja = "水位計" }, publisher = "Dinas PU", mapping = "gauges" }
"""
MAPPING = """\
[[mappings]]
entity = "urn:ngsi-ld:Gauge:{id}"
types = ["Gauge"]
observed = "at"
attributes = [{ name = "waterLevel", column = "level", kind = "number", unit = "MTR" }]
"""


def install(folder: Path, name: str, module: str) -> None:
    """A package as an installer leaves it."""
    (folder / f"{name}.py").write_text(module)
    card = folder / f"{name}-1.0.dist-info"
    card.mkdir()
    (card / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (card / "entry_points.txt").write_text(f"[pinisi.services]\n{name} = {name}:SERVICE\n")


def city_with_gauges(folder: Path, city_folder: Path) -> Path:
    """A copy of a city, with a source to which gauges are pushed."""
    city = folder / "makassar"
    shutil.copytree(city_folder, city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE)
    (city / "mappings").mkdir(exist_ok=True)
    (city / "mappings" / "gauges.toml").write_text(MAPPING)
    return city
