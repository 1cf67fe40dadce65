"""Begin a new city: a minimal folder that loads, to be filled one register at a time."""

import json
from pathlib import Path

from pinisi.city.errors import CityError
from pinisi.city.profile import Profile, load_profile

WORLD = (-180.0, -60.0, 180.0, 75.0)

_SOURCES = """\
# Sources of the data of {name}

Every file of data in this folder has a card in `sources.toml`: who published it, when, under which licence, and what
is known of its faults. Nothing is mended silently: `rules.toml` flags what is doubtful.
"""
_SOURCE_CARDS = """\
# One card for each source of data:
#
# [[sources]]
# id = "health-register-2026"
# publisher = "Health department"
# year = "2026"
# licence = "CC BY 4.0"
# licence_note = ""
# url = "https://example.org/register"
# retrieved = 2026-01-31
# files = [{ name = "registers/clinics.csv", rows = 12 }]
# title = { id = "Klinik 2026", en = "Clinics 2026", ja = "診療所 2026" }
# note = { id = "", en = "", ja = "" }
"""
_REGISTERS = """\
# One entry for each table of the folder `registers`; see docs/how-to/add-a-city.md.
#
# [[registers]]
# id = "clinics"
# file = "registers/clinics.csv"
# entity = "urn:ngsi-ld:HealthFacility:id-{code}"
# types = ["HealthFacility", "PointOfInterest"]
# source = "health-register-2026"
# period = "2026"
# position = ["lon", "lat"]
# constants = { kind = "clinic" }
# attributes = [{ name = "name", column = "name" }, { name = "code", column = "code" }]
"""
_RULES = """\
# [[faults]] flag what is doubtful in the registers; [[alarms]] call the operator. See docs/how-to/add-a-city.md.
"""


def new_city(
    folder: Path,
    id: str,
    name: str,
    *,
    country: str = "ID",
    code: str = "",
    time_zone: str = "Asia/Jakarta",
    time_zone_name: str = "WIB",
    bounds: tuple[float, float, float, float] = WORLD,
) -> Profile:
    """Write a folder that loads and return its profile.

    Args:
        folder: must not exist, or be empty.
        id: short name in the address of the city (`makassar`).
        bounds: first view of the map: west, south, east, north in degrees.

    Raises:
        CityError: when the folder is not empty, or a value cannot stand in a profile.
    """
    if not id or not all(letter.isalnum() or letter == "-" for letter in id):
        raise CityError(folder, "id", f"{id!r} is not made of letters, digits and hyphens")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CityError(folder, "", "is there already and not empty")
    written = {
        "city.toml": _profile(id, name, country, code, time_zone, time_zone_name, bounds),
        "sources.toml": _SOURCE_CARDS,
        "registers.toml": _REGISTERS,
        "rules.toml": _RULES,
        "areas.geojson": '{"type":"FeatureCollection","features":[]}\n',
        "SOURCES.md": _SOURCES.format(name=name),
    }
    (folder / "registers").mkdir(parents=True)
    for file, text in written.items():
        (folder / file).write_text(text, encoding="utf-8")
    return load_profile(folder)


def _profile(
    id: str,
    name: str,
    country: str,
    code: str,
    time_zone: str,
    time_zone_name: str,
    bounds: tuple[float, float, float, float],
) -> str:
    lines = [
        f"id = {_quoted(id)}",
        f"name = {_quoted(name)}",
        'title = { id = "Ruang Kendali Kota", en = "City War Room", ja = "都市指令室" }',
        f"country = {_quoted(country)}",
        f"code = {_quoted(code)}",
        f"time_zone = {_quoted(time_zone)}",
        f"time_zone_name = {_quoted(time_zone_name)}",
        "",
        "[view]",
        f"bounds = [{', '.join(str(float(degrees)) for degrees in bounds)}]",
        "",
        "[licence]",
        'name = "none stated"',
        'note = ""',
        "",
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A basic string of TOML; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
