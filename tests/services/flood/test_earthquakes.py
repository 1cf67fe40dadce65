"""BMKG's earthquakes as they came: three files of one shape, an event known by its time."""

from pathlib import Path

import msgspec
import pytest

from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.flood.earthquakes import Options, reader
from pinisi.vocabulary.instant import parse_instant

BMKG = Path(__file__).parents[1] / "bmkg"
FELT = (BMKG / "bmkg_gempadirasakan.json").read_bytes()
MAKASSAR = (119.43, -5.14)
EVERYWHERE = Options(within_km=20_000)


def read(body: bytes, options: Options = EVERYWHERE, received: str = "2026-02-16T16:30:00Z") -> Reading:
    message = Message(body=body, origin="https://data.bmkg.go.id/felt.json", received=parse_instant(received))
    return reader(options, MAKASSAR)(message)


@pytest.mark.parametrize(("name", "count"), [("autogempa", 1), ("gempaterkini", 2), ("gempadirasakan", 2)])
def test_each_file_tells_its_events(name: str, count: int) -> None:
    reading = read((BMKG / f"bmkg_{name}.json").read_bytes())
    assert len(reading.entities) == count
    assert not reading.rejects


def test_an_event_has_place_depth_magnitude_and_what_people_felt() -> None:
    quake = read(FELT).entities[0]
    assert quake["id"] == "urn:ngsi-ld:Earthquake:bmkg-20260216T061530"
    assert quake["location"]["value"]["coordinates"] == [109.67, -6.89]
    assert (quake["magnitude"]["value"], quake["depth"]["value"], quake["depth"]["unitCode"]) == (5.4, 10.0, "KMT")
    assert quake["felt"]["value"] == "III Pekalongan, II Batang"
    assert quake["magnitude"]["observedAt"] == "2026-02-16T06:15:30Z"
    assert quake["expiresAt"] == "2026-02-23T06:15:30Z"


def test_the_same_event_in_two_files_is_one_entity() -> None:
    ids = [read((BMKG / f"bmkg_{name}.json").read_bytes()).entities[0]["id"] for name in ("autogempa", "gempaterkini")]
    assert ids[0] == ids[1]


def test_far_events_are_kept_only_when_they_are_strong() -> None:
    assert read(FELT, Options(within_km=500)).entities == []
    assert len(read(FELT, Options(within_km=500, elsewhere=5.0)).entities) == 1
    assert len(read(FELT, Options(within_km=1_200)).entities) == 2


def test_an_event_that_is_over_is_not_brought_back() -> None:
    assert read(FELT, received="2026-03-16T00:00:00Z").entities == []


BAD = [
    ("DateTime", "16 Feb", "DateTime"),
    ("DateTime", "2026-02-16T06:15:30", "DateTime"),
    ("Coordinates", "-6.89", "Coordinates"),
    ("Coordinates", "-96.89,109.67", "Coordinates"),
    ("Magnitude", "nan", "Magnitude"),
    ("Magnitude", "1e9", "Magnitude"),
    ("Magnitude", 5.4, "Magnitude"),
    ("Kedalaman", "deep", "Kedalaman"),
]


@pytest.mark.parametrize(("name", "value", "field"), BAD)
def test_a_bad_event_is_rejected_with_its_field_and_the_others_are_taken(name: str, value: object, field: str) -> None:
    document = msgspec.json.decode(FELT)
    document["Infogempa"]["gempa"][0][name] = value
    reading = read(msgspec.json.encode(document))
    (reject,) = reading.rejects
    assert (reject.field, reject.row) == (field, "1")
    assert len(reading.entities) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"Infogempa": []}', FELT[:200], b"\xff\xfe" + FELT])
def test_a_file_of_another_shape_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)
