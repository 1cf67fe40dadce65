"""Every source of the house passes the kit that authors of services test with."""

import asyncio
import csv
import io
import itertools
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from pinisi_table import pinisi_table

from pinisi.city.profile import Profile, load_profile
from pinisi.runtime.json_body import read_json
from pinisi.runtime.mapping.mapping import load_mapping_file
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.services import discover
from pinisi.runtime.source import Message, Reading, SourceKind, Unreadable
from pinisi.testing.over_http import prove_over_http
from pinisi.testing.rows import spoilt_tables
from pinisi.testing.sources import prove, prove_source
from pinisi.vocabulary.instant import format_instant, parse_instant

BMKG = Path(__file__).parent / "bmkg"
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "flood.bmkg-warnings": ("bmkg_cap_banten.xml", "application/xml", {"everywhere": True}),
    "flood.bmkg-earthquakes": ("bmkg_gempadirasakan.json", "application/json", {"within_km": 20_000}),
    "mobility.road-graph": ("../mobility_examples/road_graph.json", "application/json", {"file": "city.osm.pbf"}),
    "mobility.twin-network": ("../mobility_examples/twin_network.json", "application/json", {"file": "city.osm.pbf"}),
    "mobility.rsmp": (
        "../mobility/rsmp_controller_report.json",
        "application/json",
        {"sites": [{"id": "KK+MKS001=", "lon": 119.42, "lat": -5.14}]},
    ),
    "mobility.atcs": (
        "../mobility/atcs/junction_report.json",
        "application/json",
        {"junctions": [str(BMKG.parent / "mobility" / "atcs" / "crossing.toml")]},
    ),
    "mobility.gtfs-rt": (
        "../mobility_examples/realtime.pb",
        "application/x-protobuf",
        {"urls": ["http://127.0.0.1/data"]},
    ),
    "mobility.gtfs": ("../mobility/gtfs/bogor.zip", "application/zip", {"feed": "bogor"}),
    "environment.bmkg-forecast": ("bmkg_forecast_response.json", "application/json", {"hours": 48}),
    "mobility.speeds-csv": ("../mobility_examples/speeds_of_detectors.csv", "text/csv", {}),
    "mobility.road-owners": ("../mobility_examples/road_owners.csv", "text/csv", {}),
    "mobility.traces": ("../mobility_examples/road_traces.json", "application/json", {}),
    "mobility.turning-counts": ("../mobility_examples/turning_counts_medan.csv", "text/csv", {}),
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


KINDS: dict[str, SourceKind[Any]] = {
    f"{service.name}.{kind.name}": kind for service in discover().services for kind in service.sources
}


def test_every_kind_of_every_service_has_its_sample() -> None:
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_source_of_a_service_holds_at_every_fault_of_message_and_line(name: str, makassar: Profile) -> None:
    file, media, options = CASES[name]
    kind = KINDS[name]
    source = kind.make(msgspec.convert(options, kind.options), makassar)
    told = msgspec.structs.replace(message((BMKG / file).read_bytes()), media=media)
    prove_source(source, told)


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
    prove(read, message(body), passes_on=format == "ngsi-ld", ordered=senml)


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


def test_the_kit_finds_a_reader_that_trusts_a_row_of_a_table_to_be_whole() -> None:
    def read(message: Message) -> Reading:
        table = csv.DictReader(io.StringIO(message.body.decode("utf-8", "replace")))
        if table.fieldnames != ["id", "kind", "price"]:
            raise Unreadable("the heading is not id, kind, price")
        prices = {str(row["id"]): row["price"].strip() for row in table if row["kind"] == "rice"}
        sound = {id: price for id, price in prices.items() if id.isalnum() and price.isalnum()}
        return Reading(entities=[{"id": f"urn:x:{quote(id)}", "type": "Gauge"} for id in sound])

    with pytest.raises(AssertionError, match=r"the first row ends before price: AttributeError"):
        prove(read, message(b"id,kind,price\nalpha,rice,100\nbeta,rice,200\nc,rice,3\n"))


def test_of_what_is_no_table_no_cell_is_spoilt() -> None:
    for body in (b"", b"one line", b"one\ncolumn\n", b'[{"a": 1},\n{"b": 2}]'):
        assert list(spoilt_tables(body)) == []
    spoilt = dict(spoilt_tables(b"id;level\na;1\n"))
    assert spoilt["level is '' in the first row"] == b"id;level\na;\n"
    assert spoilt["the first row ends before level"] == b"id;level\na\n"
    assert spoilt["without the column id"] == b"level\n1\n"


def test_the_kit_finds_a_reader_that_counts_rows_or_trusts_their_order(makassar: Profile) -> None:
    def entity(id: str, value: int) -> dict[str, Any]:
        told = {"type": "Property", "value": value, "observedAt": "2026-02-16T05:50:00Z"}
        return {"id": f"urn:x:{id}", "type": "Gauge", "waterLevel": told}

    def counting(told: Message) -> Reading:
        rows = msgspec.json.decode(told.body, type=list[dict[str, Any]])
        return Reading(entities=[entity("all", len(rows))])

    def numbering(told: Message) -> Reading:
        rows = msgspec.json.decode(told.body, type=list[dict[str, str]])
        return Reading(entities=[entity(row["id"], number % 2) for number, row in enumerate(rows)])

    with pytest.raises(AssertionError, match="ten times the rows"):
        prove(counting, message(b'[{"id": "a"}]'))
    with pytest.raises(AssertionError, match="another order"):
        prove(numbering, message(b'[{"id": "a"}, {"id": "b"}]'))


def test_the_kit_finds_a_source_that_takes_what_comes_again(makassar: Profile) -> None:
    def read(told: Message) -> Reading:
        rows = read_json(told, list[dict[str, str]])
        at = format_instant(told.received + next(ticks))
        level = {"type": "Property", "value": 1, "observedAt": at}
        return Reading(entities=[{"id": f"urn:x:{row['id']}", "type": "Gauge", "waterLevel": level} for row in rows])

    ticks = itertools.count()
    kind = KINDS["environment.bmkg-forecast"]
    source = msgspec.structs.replace(kind.make(kind.options(), makassar), read=read)
    told = msgspec.structs.replace(message(b'[{"id": "a"}]'), media="application/json")
    with pytest.raises(AssertionError, match="what came again was taken again"):
        asyncio.run(prove_over_http(source, told, pinisi_table()))
