"""A place page tells what belongs together: a station and its forecast, a course over time, names instead of URNs."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT

pytestmark = pytest.mark.anyio
AT = "2026-03-01T00:00:00Z"
STATION = "urn:ngsi-ld:AirQualityObserved:balaikota"
FORECAST = "urn:ngsi-ld:AirQualityForecast:balaikota"
DATASET = {"datasetId": "urn:ngsi-ld:Dataset:air-forecast", "method": {"type": "Property", "value": "forecast"}}
HOURS = [
    {"at": "2026-03-01T02:00:00Z", "value": 31.0, "low": 20.5, "high": 44.0},
    {"at": "2026-03-01T01:00:00Z", "value": 28.5, "low": 19.0, "high": 40.0},
]


def told(value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": AT} | more


async def write(client: httpx.AsyncClient, hours: Any) -> None:
    """A station and its forecast at one place."""
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.41, -5.135]}}
    station = {"id": STATION, "type": "AirQualityObserved", "name": told("Balai Kota"), "location": place}
    forecast = {
        "id": FORECAST,
        "type": "AirQualityForecast",
        "name": told("Balai Kota"),
        "location": place,
        "refObserved": {"type": "Relationship", "object": STATION},
        "forecastOf": told("pm25"),
        "hours": {"type": "JsonProperty", "json": hours, "observedAt": AT} | DATASET,
        "highest": told(31.0, unitCode="GQ") | DATASET,
    }
    for entity in (station, forecast):
        answer = await client.post(f"{NGSI}/entities", json=entity, headers={"link": PINISI_CONTEXT})
        assert answer.status_code == 201, answer.text


async def place_of(client: httpx.AsyncClient, id: str, **when: str) -> dict[str, Any]:
    answer = await client.get(f"{OURS}/places/{quote(id, safe='')}", params=when)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fact(place: dict[str, Any], attribute: str) -> dict[str, Any]:
    return next(each for each in place["facts"] if each["attribute"] == attribute)


async def test_a_course_comes_as_points_in_order_with_the_unit_of_its_dataset(demo: httpx.AsyncClient) -> None:
    await write(demo, HOURS)
    hours = fact(await place_of(demo, FORECAST), "hours")
    assert hours["course"] == [HOURS[1], HOURS[0]]
    assert (hours["value"], hours["unit"], hours["method"]) == (None, "GQ", "forecast")


async def test_what_is_no_course_stays_readable_words(demo: httpx.AsyncClient) -> None:
    await write(demo, [HOURS[0], {"at": "tomorrow", "value": 3}])
    hours = fact(await place_of(demo, FORECAST), "hours")
    assert hours["course"] is None
    assert "tomorrow, 3" in hours["value"]


async def test_a_relationship_is_called_by_the_name_of_what_it_names(demo: httpx.AsyncClient) -> None:
    await write(demo, HOURS)
    link = fact(await place_of(demo, FORECAST), "refObserved")
    assert (link["value"], link["valueText"]["ja"]) == (STATION, "Balai Kota")


async def test_a_station_shows_its_forecast_and_the_forecast_its_station(demo: httpx.AsyncClient) -> None:
    await write(demo, HOURS)
    station, forecast = await place_of(demo, STATION), await place_of(demo, FORECAST)
    (of_station,), (of_forecast,) = station["linked"], forecast["linked"]
    assert (of_station["id"], fact(of_station, "hours")["method"]) == (FORECAST, "forecast")
    assert (of_forecast["id"], of_forecast["facts"]) == (STATION, [])
    assert FORECAST not in {near["id"] for near in station["nearby"]}


async def test_the_past_links_them_alike(demo: httpx.AsyncClient) -> None:
    await write(demo, HOURS)
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    live, past = await place_of(demo, STATION), await place_of(demo, STATION, at=moment)
    assert [card["id"] for card in past["linked"]] == [FORECAST]
    assert fact(past["linked"][0], "hours")["course"] == fact(live["linked"][0], "hours")["course"]
