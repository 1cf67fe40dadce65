"""Mapping files: JSON, SenML, CSV and GeoJSON become entities in the language of the registers."""

from pathlib import Path

import pytest

from pinisi.city.profile import Profile, load_profile
from pinisi.runtime.mapping.mapping import load_mapping_file
from pinisi.runtime.mapping.pattern import Pattern
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.vocabulary.instant import parse_instant

RECEIVED = parse_instant("2026-11-25T06:00:00Z")
GAUGES = """\
format = "json"
rows = "data"
origin = "stations/{station}/level"

[[mappings]]
entity = "urn:ngsi-ld:Gauge:{station}-{sensor.id}"
types = ["Gauge"]
observed = "at"
position = ["sensor.lon", "sensor.lat"]
attributes = [
  { name = "waterLevel", column = "level", kind = "number", unit = "MTR" },
  { name = "name", column = "sensor.name" },
]
bounds = { waterLevel = [-2.0, 20.0] }
"""
ROW = (
    '{"at": "2026-11-25T05:50:00Z", "level": 1.5,'
    ' "sensor": {"id": "a", "name": "Tello", "lon": 119.45, "lat": -5.15}, "unknown": [1, {"x": 2}]}'
)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(Path(__file__).parents[2] / "cities" / "makassar")


class Mapped:
    def __init__(self, folder: Path, profile: Profile, text: str) -> None:
        (folder / "mappings").mkdir(exist_ok=True)
        (folder / "mappings" / "test.toml").write_text(text)
        self._read = mapped_reader(load_mapping_file(folder, "test"), profile)

    def read(self, body: str | bytes, origin: str = "stations/7/level", kept: bool = False) -> Reading:
        content = body.encode() if isinstance(body, str) else body
        return self._read(Message(body=content, origin=origin, received=RECEIVED, kept=kept))


def gauges(folder: Path, profile: Profile, text: str = GAUGES) -> Mapped:
    return Mapped(folder, profile, text)


def test_a_row_of_json_becomes_an_entity_with_unit_time_and_place(tmp_path: Path, profile: Profile) -> None:
    (entity,) = gauges(tmp_path, profile).read('{"data": [' + ROW + "]}").entities
    assert (entity["id"], entity["type"]) == ("urn:ngsi-ld:Gauge:7-a", "Gauge")
    assert entity["waterLevel"] == {
        "type": "Property",
        "value": 1.5,
        "unitCode": "MTR",
        "observedAt": "2026-11-25T05:50:00Z",
    }
    assert entity["name"]["value"] == "Tello"
    assert entity["location"]["value"] == {"type": "Point", "coordinates": [119.45, -5.15]}


@pytest.mark.parametrize(
    ("was", "put", "field", "said"),
    [
        ("1.5", '"high"', "level", "high"),
        ("1.5", "1e999", "", ""),
        ("1.5", "99.0", "waterLevel", "not between -2 and 20"),
        ('"2026-11-25T05:50:00Z"', '"yesterday"', "at", "is no time"),
        ('"2026-11-25T05:50:00Z"', "null", "at", "the time is missing"),
        ('"2026-11-25T05:50:00Z"', '"2027-11-25T05:50:00Z"', "at", "the sender's clock is wrong"),
        ('"lon": 119.45, "lat": -5.15', '"lon": -5.15, "lat": 119.45', "sensor.lat", ""),
        ('"id": "a"', '"id": null', "", ""),
    ],
)
def test_a_bad_row_is_rejected_with_its_field_and_the_others_are_taken(
    tmp_path: Path, profile: Profile, was: str, put: str, field: str, said: str
) -> None:
    assert was in ROW
    body = '{"data": [' + ROW.replace(was, put) + ", " + ROW.replace('"a"', '"b"') + "]}"
    try:
        reading = gauges(tmp_path, profile).read(body)
    except Unreadable:
        assert put == "1e999"
        return
    assert [entity["id"] for entity in reading.entities] == ["urn:ngsi-ld:Gauge:7-b"]
    (reject,) = reading.rejects
    assert reject.row == "1"
    assert field in reject.field and said in reject.reason.en
    assert '"sensor"' in reject.raw


def test_seconds_since_1970_are_a_time(tmp_path: Path, profile: Profile) -> None:
    text = GAUGES.replace('observed = "at"', 'observed = "at"\nclock = "unix"')
    body = '{"data": [' + ROW.replace('"2026-11-25T05:50:00Z"', "1795585800") + "]}"
    (entity,) = gauges(tmp_path, profile, text).read(body).entities
    assert entity["waterLevel"]["observedAt"] == "2026-11-25T05:50:00Z"


def test_without_a_time_of_its_own_a_value_is_of_its_arrival_and_what_a_broker_kept_is_of_none(
    tmp_path: Path, profile: Profile
) -> None:
    reader = gauges(tmp_path, profile, GAUGES.replace('observed = "at"\n', ""))
    (entity,) = reader.read('{"data": [' + ROW + "]}").entities
    assert entity["waterLevel"]["observedAt"] == "2026-11-25T06:00:00Z"
    assert reader.read('{"data": [' + ROW + "]}", kept=True).entities == []


SENML = """\
format = "senml"
name = "urn:dev:{device}:{measure}"

[[mappings]]
only = { measure = "temp" }
entity = "urn:ngsi-ld:WeatherObserved:{device:slug}"
types = ["WeatherObserved"]
observed = "t"
attributes = [{ name = "temperature", column = "v", kind = "number", unit_column = "u" }]

[[mappings]]
only = { measure = "hum" }
entity = "urn:ngsi-ld:WeatherObserved:{device:slug}"
types = ["WeatherObserved"]
observed = "t"
attributes = [{ name = "relativeHumidity", column = "v", kind = "number", unit_column = "u" }]
"""


def test_senml_is_resolved_by_its_base_values(tmp_path: Path, profile: Profile) -> None:
    body = (
        '[{"bn":"urn:dev:ow:10e2:","bt":1795585800,"bu":"Cel","n":"temp","v":23.1},'
        '{"n":"hum","u":"%RH","t":-60,"v":67},{"n":"temp","t":60,"v":23.2},{"n":"wind","v":1}]'
    )
    text = SENML.replace('"urn:dev:{device}:{measure}"', '"urn:dev:ow:{device}:{measure}"')
    reading = Mapped(tmp_path, profile, text).read(body)
    temperature, humidity, later = reading.entities
    assert temperature["id"] == "urn:ngsi-ld:WeatherObserved:10e2"
    assert (temperature["temperature"]["value"], temperature["temperature"]["unitCode"]) == (23.1, "CEL")
    assert (humidity["relativeHumidity"]["unitCode"], humidity["relativeHumidity"]["observedAt"]) == (
        "P1",
        "2026-11-25T05:49:00Z",
    )
    assert later["temperature"]["observedAt"] == "2026-11-25T05:51:00Z"
    assert [reject.reason.en for reject in reading.rejects] == ["no mapping is for this row (`only`)"]


def test_a_relative_time_of_senml_is_relative_to_now(tmp_path: Path, profile: Profile) -> None:
    (entity,) = Mapped(tmp_path, profile, SENML).read('[{"n":"urn:dev:x:temp","u":"Cel","t":-5,"v":1}]').entities
    assert entity["temperature"]["observedAt"] == "2026-11-25T05:59:55Z"


def test_a_table_and_a_map_are_read_as_registers_are(tmp_path: Path, profile: Profile) -> None:
    text = GAUGES.replace('format = "json"\nrows = "data"', 'format = "csv"').replace("sensor.", "")
    table = "at;level;id;name;lon;lat\n2026-11-25 13:50;1,5;a;Tello;119.45;-5.15\n;2;b;x;119;-5\n"
    reading = gauges(tmp_path, profile, text.replace('"number"', '"number", decimal = ","')).read(table)
    assert [entity["waterLevel"]["value"] for entity in reading.entities] == [1.5]
    assert reading.entities[0]["waterLevel"]["observedAt"] == "2026-11-25T05:50:00Z"
    assert [reject.row for reject in reading.rejects] == ["3"]
    text = GAUGES.replace('format = "json"\nrows = "data"', 'format = "geojson"').replace("sensor.", "")
    text = text.replace('position = ["lon", "lat"]', "geometry = true")
    feature = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[119.4,-5.1]},'
        '"properties":{"at":"2026-11-25T05:50:00Z","level":1.5,"id":"a","name":"Tello"}}]}'
    )
    (entity,) = gauges(tmp_path, profile, text).read(feature).entities
    assert entity["location"]["value"]["coordinates"] == [119.4, -5.1]


@pytest.mark.parametrize(
    ("was", "put", "said"),
    [
        ('format = "json"', 'format = "yaml"', "format"),
        ("{station}/level", "{}/level", "origin: {}"),
        ('entity = "urn', 'entitty = "urn', "entitty"),
        ("waterLevel = [-2.0, 20.0]", "waterLevel = [20.0, -2.0]", "bounds.waterLevel"),
        ("waterLevel = [-2.0, 20.0]", "depth = [0.0, 1.0]", "bounds.depth"),
        ('types = ["Gauge"]', "types = []", "types"),
        ("[[mappings]]", "[[mappings", "is not valid TOML"),
    ],
)
def test_a_mapping_file_that_does_not_fit_names_file_and_field(
    tmp_path: Path, profile: Profile, was: str, put: str, said: str
) -> None:
    with pytest.raises(ValueError) as caught:
        gauges(tmp_path, profile, GAUGES.replace(was, put, 1))
    assert "test.toml" in str(caught.value)
    assert said in str(caught.value)


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not there"):
        load_mapping_file(tmp_path, "nothing")
    with pytest.raises(ValueError, match="letters"):
        load_mapping_file(tmp_path, "../secrets")


@pytest.mark.parametrize("body", ["", "{}", "[1", '{"data": 5}', "\xff\xfe", '{"data": [[[]]]}', "nonsense"])
def test_what_is_not_what_the_mapping_says_is_unreadable_or_rejected(
    tmp_path: Path, profile: Profile, body: str
) -> None:
    try:
        reading = gauges(tmp_path, profile).read(body)
    except Unreadable:
        return
    assert not reading.entities and reading.rejects


def test_a_message_of_another_topic_is_unreadable(tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(Unreadable, match="not of the form"):
        gauges(tmp_path, profile).read("{}", origin="stations/7/8/level")


def test_a_pattern_covers_a_topic_filter() -> None:
    pattern = Pattern("v1.1/Datastreams({stream})/Observations")
    assert pattern.topic_filter == "v1.1/+/Observations"
    assert pattern.captured("v1.1/Datastreams(12)/Observations") == {"stream": "12"}
    assert pattern.captured("v1.1/Things(12)/Observations") is None
