"""Every reader of bytes from outside, with a real sample: what the fuzz throws damage at, and a test counts.

A reader answers, or refuses in words of its own kind; anything else that it raises is a fault of ours.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.areas import read_areas
from pinisi.city.drawn import read_shapes_file
from pinisi.city.errors import CityError
from pinisi.city.indicators import read_indicators
from pinisi.city.models import read_models
from pinisi.city.notices import read_notices
from pinisi.city.operations import read_operations
from pinisi.city.profile import Profile, load_profile
from pinisi.city.roads.extract import read_extract
from pinisi.city.roads.shapes import read_road_shapes
from pinisi.city.stages import read_stages
from pinisi.context.payload import read_entity
from pinisi.incidents.cap.feed_reader import read_feed
from pinisi.incidents.exercises import reading as exercises
from pinisi.incidents.procedures.reading import BadPlaybook, Known, parse_playbook
from pinisi.incidents.units.roster_file import read_roster
from pinisi.incidents.warnings.templates import BadTemplates, templates_of
from pinisi.people.oidc.rules import SignInFileError, read_sign_in_file
from pinisi.runtime.kinds import KINDS as KERNEL_KINDS
from pinisi.runtime.live_file import make_sources, read_live
from pinisi.runtime.mapping.mapping import Mapping, MappingFile, load_mapping_file
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.recorded_history import read_lines
from pinisi.runtime.recorded_series import CSV_SERIES
from pinisi.runtime.recording import Recorded
from pinisi.runtime.recordings import read_declared
from pinisi.runtime.services import discover
from pinisi.runtime.source import Message, Read, SourceKind, TransportFailed, Unreadable
from pinisi.runtime.transports.http_date import seconds_until
from pinisi.runtime.transports.http_fetch import Fetched, Mark
from pinisi.runtime.transports.sensorthings import page_of
from pinisi.services.mobility.atcs.layout import LayoutError, read_layout
from pinisi.services.mobility.corridor_file import NoCorridors, corridors_of, made_of
from pinisi.services.mobility.emissions.factors import SHIPPED, BadFactors, read_factors
from pinisi.services.mobility.junction_file import JunctionFileError
from pinisi.services.mobility.probe_traces.fix_table import read_fixes
from pinisi.settings import SettingsError, load_settings
from pinisi.store.change import Refused
from pinisi.testing.sources import pinisi_table
from pinisi.vocabulary.instant import parse_instant

TESTS = Path(__file__).parents[1]
CITIES = TESTS.parent / "cities"
BMKG = TESTS / "services" / "bmkg"
FLOOD = TESTS / "services" / "flood_examples"
ROADS = TESTS / "city" / "roads_examples"
ATCS = TESTS / "services" / "mobility" / "atcs"
RECEIVED = parse_instant("2026-02-16T06:00:00Z")
TABLE = pinisi_table()
REGISTRY = discover()


class Outside(msgspec.Struct, frozen=True):
    """A sample of what comes from outside, and what reads it; `refusals` are how it may say no."""

    sample: bytes
    read: Callable[[bytes], Any]
    refusals: tuple[type[Exception], ...] = (CityError, Unreadable)


def message(body: bytes, media: str = "") -> Message:
    return Message(body=body, origin="gauges/a/level", media=media, received=RECEIVED)


def held(read: Read, *, passes_on: bool = False) -> Callable[[bytes], None]:
    """A reading that holds: entities that can be written, rejects with key and reason."""

    def judge(body: bytes) -> None:
        reading = read(message(body))
        for entity in () if passes_on else reading.entities:
            try:
                read_entity(dict(entity), TABLE)
            except Refused as error:
                raise AssertionError(f"gives what cannot be written: {error}") from error
        assert all(reject.key and reject.reason.en for reject in reading.rejects)
        msgspec.json.encode(reading)

    return judge


def in_a_file(name: str, read: Callable[[Path], Any], beside: Path | None = None) -> Callable[[bytes], None]:
    """The bytes as a file of that name, with the other files of `beside` in its folder."""

    def judge(body: bytes) -> None:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "city"
            if beside is None:
                folder.mkdir()
            else:
                shutil.copytree(beside, folder)
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(body)
            read(folder / name)

    return judge


# live sources

PROFILE: Profile = load_profile(CITIES / "makassar")
SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "flood.bmkg-warnings": ("bmkg_cap_banten.xml", {"everywhere": True}),
    "flood.bmkg-earthquakes": ("bmkg_gempadirasakan.json", {"within_km": 20_000}),
    "environment.bmkg-forecast": ("bmkg_forecast_response.json", {"hours": 48}),
    "mobility.road-graph": ("../mobility_examples/road_graph.json", {"file": "city.osm.pbf"}),
    "mobility.twin-network": ("../mobility_examples/twin_network.json", {"file": "city.osm.pbf"}),
    "mobility.gtfs": ("../mobility/gtfs/bogor.zip", {"feed": "bogor"}),
    "mobility.speeds-csv": ("../mobility_examples/speeds_of_detectors.csv", {}),
    "mobility.road-owners": ("../mobility_examples/road_owners.csv", {}),
    "mobility.traces": ("../mobility_examples/road_traces.json", {}),
    "mobility.gtfs-rt": ("../mobility_examples/realtime.pb", {"feed": "bogor"}),
    "mobility.turning-counts": ("../mobility_examples/turning_counts_medan.csv", {}),
    "mobility.atcs": (
        "../mobility/atcs/junction_report.json",
        {"junctions": [str(BMKG.parent / "mobility" / "atcs" / "crossing.toml")]},
    ),
    "mobility.rsmp": (
        "../mobility/rsmp_controller_report.json",
        {"sites": [{"id": "KK+MKS001=", "lon": 119.42, "lat": -5.14}]},
    ),
}
KINDS: dict[str, SourceKind[Any]] = {
    f"{service.name}.{kind.name}": kind for service in REGISTRY.services for kind in service.sources
}
ROWS: dict[str, bytes] = {
    "json": b'[{"id":"a","at":"2026-02-16T05:50:00Z","level":1.5},{"id":"b","at":"2026-02-16T05:51:00Z","level":2}]',
    "csv": b"id,at,level\na,2026-02-16T05:50:00Z,1.5\nb,2026-02-16T05:51:00Z,2.5\n",
    "geojson": b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":'
    b'[119,-5]},"properties":{"id":"a","at":"2026-02-16T05:50:00Z","level":1.5}}]}',
    "senml": b'[{"bn":"a:","bt":1771221000,"bu":"m","n":"level","v":1.5},{"n":"level","u":"m","v":2,"t":-60}]',
    "ngsi-ld": b'[{"id":"urn:ngsi-ld:Gauge:a","type":"Gauge","waterLevel":{"type":"Property","value":1.5,'
    b'"observedAt":"2026-02-16T05:50:00Z"}}]',
}
FIXES = (
    b"vehicle_id,trip_id,timestamp,latitude,longitude\n4716,1091,2026-01-26 15:57:02,53.44451,-2.925173\n"
    b"4716,1091,2026-01-26 15:57:24,53.445026,-2.923543\n4720,,2026-01-26 15:57:48,53.445033,-2.92346\n"
)
PAGE = (
    b'{"value":[{"phenomenonTime":"2026-02-16T05:50:00Z/2026-02-16T05:51:00Z","result":1.5,"Datastream":'
    b'{"name":"level","Thing":{"name":"a"}}}],"@iot.nextLink":"http://127.0.0.1/Observations?$skip=1"}'
)


def of_kind(name: str) -> Outside:
    file, options = SAMPLES[name]
    source = KINDS[name].make(msgspec.convert(options, KINDS[name].options), PROFILE)
    return Outside((BMKG / file).read_bytes(), held(source.read))


def mapped(format: str) -> Outside:
    senml = format == "senml"
    attributes = [{"name": "waterLevel", "column": "v" if senml else "level", "kind": "number", "unit": "MTR"}]
    told = {"entity": "urn:ngsi-ld:Gauge:{id:slug}", "types": ["Gauge"], "observed": "t" if senml else "at"}
    mapping = msgspec.convert({**told, "attributes": attributes, "geometry": format == "geojson"}, Mapping)
    file = MappingFile(format=format, name="{id}:level" if senml else "", mappings=(mapping,))  # pyright: ignore[reportArgumentType]
    return Outside(ROWS[format], held(mapped_reader(file, PROFILE), passes_on=format == "ngsi-ld"))


def page(body: bytes) -> None:
    page_of("http://127.0.0.1/", Fetched(body, "", Mark()))


# recordings

SERIES = {
    "entity": "urn:ngsi-ld:Bus:{id}",
    "type": "Bus",
    "time": "at",
    "position": ["lon", "lat"],
    "attributes": [{"name": "speed", "column": "speed", "least": 0, "most": 200}],
}
TRACES = b"id,at,lon,lat,speed\n7,2026-02-16T05:50:00Z,119.4,-5.1,30\n8,2026-02-16 05:51:00,119.5,-5.2,\n"
STREAM_SAMPLES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "csv-series": (TRACES, SERIES),
    "flood.petabencana-reports": ((FLOOD / "petabencana_reports_cut.geojson").read_bytes()[:12_000], {"source": "x"}),
    "flood.petabencana-states": ((FLOOD / "state_changes_cut.jsonl").read_bytes()[:12_000], {"source": "x"}),
}
STREAMS = {CSV_SERIES.name: CSV_SERIES} | {
    f"{service.name}.{kind.name}": kind for service in REGISTRY.services for kind in service.streams
}


def recorded(name: str) -> Outside:
    sample, options = STREAM_SAMPLES[name]
    kind = STREAMS[name]
    made: Recorded = kind.make(msgspec.convert(options, kind.options), PROFILE.city)

    def replay(path: Path) -> None:
        for row in made.cut(path):
            held_or_unreadable(made, made.frame.message([row.body]))

    return Outside(sample, in_a_file("recording", replay))


def held_or_unreadable(made: Recorded, body: bytes) -> None:
    try:
        held(made.read)(body)
    except Unreadable as error:
        assert str(error)


# files of a city, and of its IT

SMALL = CITIES / "surabaya"
OPERATIONS = read_operations(CITIES / "makassar")
MAPPING_FILE = b"""\
format = "json"
rows = "data"
origin = "stations/{station}/level"
[[mappings]]
entity = "urn:ngsi-ld:Gauge:{station}-{sensor.id}"
types = ["Gauge"]
observed = "at"
clock = "unix-ms"
position = ["sensor.lon", "sensor.lat"]
attributes = [{ name = "waterLevel", column = "level", kind = "number", unit = "MTR" }, { name = "name", column = "n" }]
bounds = { waterLevel = [-2.0, 20.0] }
"""
MODELS_FILE = b"""\
[[models]]
type = "Well"
fields = [{ name = "waterLevel", kind = "number", unit = "MTR" }, { name = "kind", kind = "choice", choices = ["a"] }]
"""
LIVE_FILE = b"""\
[[sources]]
id = "gauges"
kind = "http"
on = true
options = { title = { id = "A", en = "B", ja = "C" }, publisher = "PU", addresses = ["http://127.0.0.1/"] }
[[sources]]
id = "sea"
kind = "mqtt"
options = { title = { id = "A", en = "B", ja = "C" }, publisher = "PU", topics = ["a/+/b"], broker = { host = "x" } }
"""
SETTINGS_FILE = b"""\
port = 9090
data = "data"
host = "127.0.0.1"
cache_mb = 64
allowed_hosts = ["pinisi.example.org"]
"""


def live(path: Path) -> None:
    make_sources(read_live(path.parent), REGISTRY, KERNEL_KINDS, PROFILE)


def whole_city(path: Path) -> None:
    load_profile(path.parent)


def of_the_city(name: str) -> Outside:
    return Outside((SMALL / name).read_bytes()[:40_000], in_a_file(name, whole_city, SMALL))


READERS: dict[str, Outside] = {
    **{name: of_kind(name) for name in SAMPLES},
    **{f"mapping {format}": mapped(format) for format in ROWS},
    **{f"recording {name}": recorded(name) for name in STREAM_SAMPLES},
    "feed of warnings": Outside((BMKG / "bmkg_rss_active.xml").read_bytes(), read_feed),
    "table of fixes": Outside(FIXES, lambda body: read_fixes(message(body), PROFILE.zone)),
    "page of SensorThings": Outside(PAGE, page, (TransportFailed,)),
    "Retry-After": Outside(b"Wed, 21 Oct 2026 07:28:00 GMT", lambda body: seconds_until(body.decode("latin-1"))),
    "recording of the city's own past": Outside(ROWS["ngsi-ld"][1:-1], held(read_lines, passes_on=True)),
    "live.toml": Outside(LIVE_FILE, in_a_file("live.toml", live)),
    "mapping file": Outside(
        MAPPING_FILE, in_a_file("mappings/a.toml", lambda path: load_mapping_file(path.parents[1], "a")), (ValueError,)
    ),
    "indicators.toml": Outside(
        (CITIES / "makassar" / "indicators.toml").read_bytes()[:20_000], in_a_file("indicators.toml", read_indicators)
    ),
    "emission-factors.csv": Outside(
        SHIPPED.read_bytes(), in_a_file("emission-factors.csv", read_factors), (BadFactors,)
    ),
    "models.toml": Outside(MODELS_FILE, in_a_file("models.toml", read_models)),
    "recordings.toml": Outside(
        (SMALL / "recordings.toml").read_bytes(),
        in_a_file("recordings.toml", lambda path: read_declared(path.parent)),
    ),
    **{name: of_the_city(name) for name in ("city.toml", "sources.toml", "registers.toml", "rules.toml")},
    "areas.geojson": Outside((SMALL / "areas.geojson").read_bytes()[:60_000], in_a_file("areas.geojson", read_areas)),
    "operations.toml": Outside(
        (CITIES / "makassar" / "operations.toml").read_bytes(),
        in_a_file("operations.toml", lambda path: read_operations(path.parent)),
    ),
    "layout of a junction": Outside(
        (ATCS / "crossing.toml").read_bytes(),
        in_a_file("crossing.toml", read_layout, ATCS),
        (LayoutError, JunctionFileError),
    ),
    "list of corridors": Outside(
        (TESTS.parent / "docs" / "how-to" / "corridors-example.toml").read_bytes(),
        lambda body: made_of(corridors_of(body, "the list")),
        (NoCorridors,),
    ),
    "stages.toml": Outside(
        (CITIES / "makassar" / "stages.toml").read_bytes(),
        in_a_file("stages.toml", lambda path: read_stages(path.parent)),
    ),
    "notices.toml": Outside(
        (CITIES / "makassar" / "notices.toml").read_bytes(),
        in_a_file("notices.toml", lambda path: read_notices(path.parent, OPERATIONS)),
    ),
    "warnings.toml": Outside(
        (CITIES / "makassar" / "warnings.toml").read_bytes(),
        in_a_file("warnings.toml", lambda path: templates_of(path.parent)),
        (BadTemplates,),
    ),
    "exercise": Outside(
        (CITIES / "makassar" / "exercises" / "flood-2022-05-27.yaml").read_bytes(),
        lambda body: exercises.parse_exercise(body, "flood-2022-05-27.yaml", exercises.Known()),
        (exercises.BadExercise,),
    ),
    "sign-in.toml": Outside(
        (CITIES.parent / "docs" / "how-to" / "sign-in-example.toml").read_bytes(),
        in_a_file("sign-in.toml", read_sign_in_file),
        (SignInFileError,),
    ),
    "units.csv": Outside(
        b"code,name,agency,capabilities,longitude,latitude\nd-1,Damkar 1,damkar,fire-engine,119.4,-5.1\n",
        lambda body: read_roster(body.decode("utf-8", "replace"), "makassar", OPERATIONS),
    ),
    "procedure": Outside(
        (CITIES / "makassar" / "procedures" / "missing-child.yaml").read_bytes(),
        lambda body: parse_playbook(body, "missing-child.yaml", Known()),
        (BadPlaybook,),
    ),
    "shapes.toml": Outside(
        (CITIES / "jakarta" / "shapes.toml").read_bytes(),
        in_a_file("shapes.toml", lambda path: read_shapes_file(path.parent)),
    ),
    "road shapefile": Outside(
        (ROADS / "jakarta_roads_cut.shp").read_bytes(),
        in_a_file("jakarta_roads_cut.shp", lambda path: list(read_road_shapes(path, "x")), ROADS),
    ),
    "table of a road shapefile": Outside(
        (ROADS / "jakarta_roads_cut.dbf").read_bytes(),
        in_a_file(
            "jakarta_roads_cut.dbf",
            lambda path: list(read_road_shapes(path.with_suffix(".shp"), "x")),
            ROADS,
        ),
    ),
    "road extract": Outside(
        (ROADS / "helsinki_roads.osm.pbf").read_bytes(),
        in_a_file("a.osm.pbf", lambda path: list(read_extract(path))),
    ),
    "settings": Outside(
        SETTINGS_FILE, in_a_file("pinisi.toml", lambda path: load_settings(file=path, environment={})), (SettingsError,)
    ),
}
OTHERWISE = {
    "XLSX, CSV, GeoJSON, JSON lines, NGSI-LD and zipped shapefiles of imports": "test_fuzz_imports.py",
    "bodies, queries and headers of requests": "test_fuzz_parsers.py",
    "every route": "test_fuzz_endpoints.py",
    "warnings in CAP, and their signatures": "test_fuzz_cap.py",
}
"""What is fuzzed elsewhere."""
