"""The shipped city, read once, and a small city that a test may break."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pinisi.city.entities import city_entities
from pinisi.city.profile import Profile, load_profile

MAKASSAR = Path(__file__).parents[2] / "cities" / "makassar"

CITY = """\
id = "small"
name = "Small"
title = { id = "Ruang", en = "Room", ja = "室" }
country = "ID"
code = "99"
time_zone = "Asia/Makassar"
time_zone_name = "WITA"
tiles = ["wells"]
[view]
bounds = [119.0, -6.0, 120.0, -5.0]
[licence]
name = "CC0"
note = ""
[areas]
source = "survey"
period = "2020"
[[layers]]
id = "wells"
title = { id = "Sumur", en = "Wells", ja = "井戸" }
type = "Well"
shape = "circle"
hue = 3
"""
INDICATORS = """\
[[indicators]]
id = "wells"
label = { id = "Sumur", en = "Wells", ja = "井戸" }
kind = "count"
select = { type = "Well" }
"""
SOURCES = """\
[[sources]]
id = "survey"
publisher = "Survey"
year = "2020"
licence = "CC0"
licence_note = ""
url = "https://example.org"
retrieved = 2021-02-03
files = [{ name = "registers/wells.csv", rows = 2 }]
title = { id = "Survei", en = "Survey", ja = "調査" }
note = { id = "", en = "", ja = "" }
"""
REGISTERS = """\
[[registers]]
id = "wells"
file = "registers/wells.csv"
entity = "urn:ngsi-ld:Well:{code}"
types = ["Well"]
source = "survey"
period = "2020"
position = ["lon", "lat"]
attributes = [
  { name = "name", column = "name" },
  { name = "depth", column = "depth", kind = "number", unit = "MTR", period_column = "year" },
]
"""
WELLS = """\
code,name,lon,lat,depth,year
a,First,119.4,-5.5,12.5,2019
b,Second,119.5,-5.5,,
"""
AREAS = """\
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"99","name":"Small","level":"city"},
"geometry":{"type":"Polygon","coordinates":[[[119.0,-6.0],[120.0,-6.0],[120.0,-5.0],[119.0,-5.0],[119.0,-6.0]]]}}]}
"""
FILES = {
    "city.toml": CITY,
    "indicators.toml": INDICATORS,
    "sources.toml": SOURCES,
    "registers.toml": REGISTERS,
    "rules.toml": "",
    "areas.geojson": AREAS,
    "registers/wells.csv": WELLS,
}


@pytest.fixture(scope="session")
def makassar() -> Profile:
    return load_profile(MAKASSAR)


@pytest.fixture(scope="session")
def entities(makassar: Profile) -> list[dict[str, Any]]:
    return list(city_entities(makassar))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of a small city that loads."""
    folder = tmp_path / "small"
    (folder / "registers").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def change(small: Path) -> Callable[[str, str, str], Path]:
    """Replace a text in a file of the small city; the folder is the answer."""

    def replace(name: str, old: str, new: str) -> Path:
        text = (small / name).read_text(encoding="utf-8")
        assert old in text
        (small / name).write_text(text.replace(old, new), encoding="utf-8")
        return small

    return replace
