"""BMKG's forecast for one village as it came, and as the agency's present interface nests it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pinisi.city.profile import load_profile
from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.environment.bmkg_forecast import Options, make, reader
from pinisi.services.environment.models import FORECAST
from pinisi.vocabulary.instant import parse_instant

BODY = (Path(__file__).parents[1] / "bmkg" / "bmkg_forecast_response.json").read_bytes()
CITIES = Path(__file__).parents[3] / "cities"


def read(body: bytes, hours: float = 48, received: str = "2026-02-16T00:00:00Z") -> Reading:
    return reader(hours)(Message(body=body, origin="https://api.bmkg.go.id/x", received=parse_instant(received)))


def changed(**members: Any) -> bytes:
    """The forecast with members of its first step changed."""
    document = msgspec.json.decode(BODY)
    document["data"][0] |= members
    return msgspec.json.encode(document)


def test_each_step_is_a_forecast_of_its_village_with_units() -> None:
    reading = read(BODY)
    first = reading.entities[0]
    assert len(reading.entities) == 10
    assert first["id"] == "urn:ngsi-ld:WeatherForecast:bmkg-33.26.16.1001-20260216T0000"
    assert first["partOf"]["object"].endswith("33.26.16.1001")
    assert (first["temperature"]["value"], first["temperature"]["unitCode"]) == (27, "CEL")
    assert (first["windSpeed"]["value"], first["windSpeed"]["unitCode"]) == (7.3, "KMH")
    assert first["weatherType"]["value"] == "cloudy"
    assert first["validTo"]["value"]["@value"] == first["expiresAt"] == "2026-02-16T03:00:00Z"


def test_what_is_forecast_stands_apart_from_what_is_measured() -> None:
    values = [value for value in read(BODY).entities[0].values() if isinstance(value, dict) and "unitCode" in value]
    assert {value["datasetId"] for value in values} == {FORECAST}


def test_steps_that_are_over_or_too_far_ahead_are_left_out() -> None:
    ids = [entity["id"][-13:] for entity in read(BODY, hours=6, received="2026-02-16T07:00:00Z").entities]
    assert ids == ["20260216T0600", "20260216T0900", "20260216T1200"]


def test_the_nested_shape_of_the_agency_says_the_same() -> None:
    document = msgspec.json.decode(BODY)
    steps = document["data"]
    nested = {"lokasi": document["lokasi"], "data": [{"lokasi": {}, "cuaca": [steps[:4], steps[4:]]}]}
    assert read(msgspec.json.encode(nested)).entities == read(BODY).entities


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"t": 400}, "t"),
        ({"t": "27"}, "t"),
        ({"hu": True}, "hu"),
        ({"ws": -1}, "ws"),
        ({"vs": 10**400}, "vs"),
        ({"utc_datetime": "2026-02-30 00:00:00"}, "utc_datetime"),
        ({"utc_datetime": None}, "utc_datetime"),
    ],
)
def test_a_bad_step_is_rejected_with_its_field_and_the_others_are_taken(members: dict[str, Any], field: str) -> None:
    reading = read(changed(**members))
    assert [reject.field for reject in reading.rejects] == [field]
    assert len(reading.entities) == 9


def test_a_value_that_is_not_told_is_left_out() -> None:
    entity = read(changed(t=None, weather=99)).entities[0]
    assert "temperature" not in entity and "weatherType" not in entity


@pytest.mark.parametrize("body", [b"", b"{}", BODY[:300], BODY.replace(b'"lat": -6.89', b'"lat": 106.89')])
def test_an_answer_of_another_shape_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_makassar_asks_for_each_of_its_153_kelurahan() -> None:
    source = make(Options(), load_profile(CITIES / "makassar"))
    assert len(source.transport._addresses) == 153  # pyright: ignore
