"""Every source of the house passes the kit that authors of services test with."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from pinisi.city.profile import Profile, load_profile
from pinisi.runtime.mapping.mapping import load_mapping_file
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.services import discover
from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.environment import bmkg_forecast
from pinisi.services.flood import bmkg_warnings, earthquakes
from pinisi.testing.sources import prove
from pinisi.vocabulary.instant import parse_instant

BMKG = Path(__file__).parent / "bmkg"
CASES = {
    "flood.bmkg-warnings": ("bmkg_cap_banten.xml", bmkg_warnings.reader(lambda _: True)),
    "flood.bmkg-earthquakes": (
        "bmkg_gempadirasakan.json",
        earthquakes.reader(earthquakes.Options(within_km=20_000), (119.4, -5.1)),
    ),
    "environment.bmkg-forecast": ("bmkg_forecast_response.json", bmkg_forecast.reader(48)),
}
MAPPINGS = {
    "json": (
        'rows = "data"\n',
        b'{"data": [{"id": "a", "at": "2026-02-16T05:50:00Z", "level": 1.5}, {"id": "b", "level": 2.5,'
        b' "at": "2026-02-16T05:51:00Z"}]}',
    ),
    "csv": ("", b"id,at,level\na,2026-02-16T05:50:00Z,1.5\nb,2026-02-16T05:51:00Z,2.5\n"),
    "geojson": (
        "",
        b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[119,-5]},'
        b'"properties":{"id":"a","at":"2026-02-16T05:50:00Z","level":1.5}}]}',
    ),
    "senml": ('name = "{id}:level"\n', b'[{"bn":"a:","bt":1771221000,"n":"level","u":"m","v":1.5}]'),
    "ngsi-ld": (
        "",
        b'[{"id":"urn:ngsi-ld:Gauge:a","type":"Gauge","waterLevel":{"type":"Property","value":1.5,'
        b'"observedAt":"2026-02-16T05:50:00Z"}}]',
    ),
}
MAPPING = """\
[[mappings]]
entity = "urn:ngsi-ld:Gauge:{id:slug}"
types = ["Gauge"]
"""


@pytest.fixture(scope="module")
def makassar() -> Profile:
    return load_profile(Path(__file__).parents[2] / "cities" / "makassar")


def message(body: bytes) -> Message:
    return Message(body=body, origin="the test", received=parse_instant("2026-02-16T06:00:00Z"))


def test_every_kind_of_every_service_has_its_sample() -> None:
    kinds = {f"{service.name}.{kind.name}" for service in discover().services for kind in service.sources}
    assert kinds == CASES.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_source_of_a_service_holds_at_every_fault(name: str) -> None:
    file, read = CASES[name]
    prove(read, message((BMKG / file).read_bytes()))


@pytest.mark.parametrize("format", sorted(MAPPINGS))
def test_a_mapping_file_holds_at_every_fault(format: str, tmp_path: Path, makassar: Profile) -> None:
    head, body = MAPPINGS[format]
    senml = format == "senml"
    columns = ("t", "v") if senml else ("at", "level")
    attributes = f'attributes = [{{ name = "waterLevel", column = "{columns[1]}", kind = "number", unit = "MTR" }}]\n'
    (tmp_path / "mappings").mkdir()
    text = f'format = "{format}"\n{head}{MAPPING}observed = "{columns[0]}"\n{attributes}'
    (tmp_path / "mappings" / "gauges.toml").write_text(text)
    read = mapped_reader(load_mapping_file(tmp_path, "gauges"), makassar)
    prove(read, message(body), passes_on=format == "ngsi-ld")


def test_the_kit_finds_a_reader_that_does_not_hold() -> None:
    def careless(told: Message) -> Reading:
        return Reading(entities=[{"id": "urn:x:1", "type": told.body.decode()}])

    with pytest.raises(AssertionError, match=r"UnicodeDecodeError|cannot be written"):
        prove(careless, message(b"Gauge"))

    def silent(told: Message) -> Reading:
        if told.body != b"1":
            raise Unreadable("")
        return Reading(entities=[{"id": "urn:x:1", "type": "Gauge"}])

    with pytest.raises(AssertionError, match="says nothing of what is wrong"):
        prove(silent, message(b"1"))


@pytest.mark.parametrize("service", [service.name for service in discover().services])
def test_every_service_declares_its_quality(service: str) -> None:
    declared = tomllib.loads((files(f"pinisi.services.{service}") / "quality.toml").read_text())
    bronze = {
        "manifest",
        "units-and-meaning",
        "real-source",
        "bad-input",
        "strings",
        "docs",
        "contract-tests",
        "view",
    }
    assert bronze <= declared["rules"].keys()
    assert all(rule == "done" or rule.get("exempt") for rule in declared["rules"].values())
