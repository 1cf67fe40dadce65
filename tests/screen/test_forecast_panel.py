"""A forecast is drawn hour by hour with its interval, told as a table too, and shown beside its station."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
STATION = "urn:ngsi-ld:AirQualityObserved:latihan"
INDEX = "urn:ngsi-ld:AirQualityIndex:latihan"
FORECAST = "urn:ngsi-ld:AirQualityForecast:latihan"
ORIGIN = datetime(2026, 3, 1, tzinfo=UTC)
PM25 = [20.0 + abs(12 - number) * 1.5 for number in range(24)]


def moment(hours: int) -> str:
    return (ORIGIN + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def told(value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": moment(0)} | more


def entity(id: str, **attributes: Any) -> dict[str, Any]:
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.4105, -5.1375]}}
    return {"id": id, "type": id.split(":")[2], "name": told("Latihan Karebosi"), "location": place} | attributes


def entities() -> list[dict[str, Any]]:
    """A station, its index and its forecast, as the environment service writes them."""
    of_station = {"type": "Relationship", "object": STATION}
    forecast = {"datasetId": "urn:ngsi-ld:Dataset:air-forecast", "method": told("forecast")}
    hours = [
        {"at": moment(number + 1), "value": value, "low": value - 9.5, "high": value + 12 + number / 4}
        for number, value in enumerate(PM25)
    ]
    return [
        entity(STATION, pm25=told(24.0, unitCode="GQ")),
        entity(INDEX, refObserved=of_station, ispu=told(61)),
        entity(
            FORECAST,
            refObserved=of_station,
            forecastOf=told("pm25"),
            hours={"type": "JsonProperty", "json": hours, "observedAt": moment(0)} | forecast,
            highest=told(38.0, unitCode="GQ") | forecast,
            highestAt=told({"@type": "DateTime", "@value": moment(1)}),
            learntFrom=told(1_200, unitCode="HUR"),
            meanError=told(14.2, unitCode="GQ"),
            persistenceError=told(17.2, unitCode="GQ"),
            hourOfDayError=told(18, unitCode="GQ"),
            intervalHeld=told(90.1, unitCode="P1"),
            comparedValues=told(302),
            comparedDays=told(90, unitCode="DAY"),
        ),
    ]


@pytest.fixture
def forecast(war_room: WarRoom) -> Iterator[WarRoom]:
    """They go in the end: other tests count the city's own."""
    context = f"<{war_room.address}/pinisi/v1/context.jsonld>"
    link = {"link": f'{context}; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'}
    root = f"{war_room.address}/ngsi-ld/v1/entities"
    try:
        for each in entities():
            answer = httpx.post(root, json=each, headers=link, timeout=30)
            assert answer.status_code == 201, answer.text
        yield war_room
    finally:
        for each in entities():
            httpx.delete(f"{root}/{quote(each['id'], safe='')}", timeout=30)


def page_of(id: str, language: str) -> str:
    return f"/?lang={language}&page=place&id={id}"


def test_a_forecast_is_drawn_and_says_that_it_is_one(page: Page, forecast: WarRoom) -> None:
    witness = Witness(page, forecast.address)
    open_console(page, forecast, page_of(FORECAST, "en"))
    panel = page.get_by_role("region", name="Hour by hour")
    expect(panel.locator("canvas")).to_be_visible()
    expect(panel).to_contain_text("PM2.5, µg/m³")
    expect(panel.get_by_role("img", name="Forecast")).to_be_visible()
    expect(panel).to_contain_text("Highest 38 µg/m³, 1 Mar 2026, 09:00 WITA")
    expect(panel).to_contain_text("The band: between the low and the high. Hours in WITA.")
    expect(panel).to_contain_text("All of these hours have passed.")
    assert witness.complaints == []


def test_its_table_opens_with_the_keyboard_and_has_every_hour(page: Page, forecast: WarRoom) -> None:
    open_console(page, forecast, page_of(FORECAST, "en"))
    panel = page.get_by_role("region", name="Hour by hour")
    panel.get_by_text("As a table").focus()
    page.keyboard.press("Enter")
    rows = panel.get_by_role("row")
    expect(rows).to_have_count(25)
    expect(rows.nth(0)).to_have_text("Time (WITA)ValueLowHigh")
    expect(rows.nth(1)).to_have_text(re.compile(r"1 Mar 2026, 09:00\s*3828\.550"))


def test_its_other_facts_read_in_words(page: Page, forecast: WarRoom) -> None:
    open_console(page, forecast, page_of(FORECAST, "en"))
    facts = page.locator("place-facts")
    expect(facts.get_by_role("button", name="Station: Latihan Karebosi")).to_be_visible()
    expect(facts.get_by_role("button", name="Highest at: 1 Mar 2026, 09:00 WITA")).to_be_visible()
    expect(facts.get_by_role("button", name="Learnt from: 1,200 h")).to_be_visible()
    page.get_by_role("region", name="Hour by hour").get_by_role("button", name="Where it comes from").click()
    expect(page.get_by_role("dialog", name="Where it comes from")).to_contain_text("24 values")


def test_it_tells_its_own_measured_error_beside_plain_rules(page: Page, forecast: WarRoom) -> None:
    open_console(page, forecast, page_of(FORECAST, "en"))
    panel = page.get_by_role("region", name="Hour by hour")
    expect(panel).to_contain_text("Mean absolute error 24 h ahead over the last 90 days: 14.2 µg/m³.")
    expect(panel).to_contain_text("The last value again 17.2, the mean of that hour 18.")
    expect(panel).to_contain_text("The interval held 90.1 % of 302 values.")
    facts = page.locator("place-facts")
    expect(facts.get_by_role("button", name="Mean error 24 h ahead: 14.2 µg/m³")).to_be_visible()
    expect(facts.get_by_role("button", name="Compared over: 90 days")).to_be_visible()
    panel.get_by_role("link", name="Why this value?").click()
    dialog = page.locator("why-dialog").get_by_role("dialog")
    expect(dialog).to_contain_text("Mean absolute error 24 h ahead over the last 90 days: 14.2 µg/m³.")


@pytest.mark.parametrize(
    ("id", "language", "title", "highest", "error"),
    [
        (
            STATION,
            "id",
            "Prakiraan kualitas udara",
            "Tertinggi 38 µg/m³, 1 Mar 2026, 09.00 WITA",
            "Galat mutlak rata-rata 24 jam ke depan selama 90 hari terakhir: 14,2 µg/m³.",
        ),
        (
            INDEX,
            "ja",
            "大気質予測",
            "最高 38 µg/m³、2026年3月1日, 09:00 WITA",
            "過去90日間の24時間先の平均絶対誤差は14.2 µg/m³。",
        ),
    ],
)
def test_it_stands_on_the_pages_of_its_station_and_of_the_index(
    page: Page, forecast: WarRoom, id: str, language: str, title: str, highest: str, error: str
) -> None:
    open_console(page, forecast, page_of(id, language))
    panel = page.get_by_role("region", name=title)
    expect(panel.locator("canvas")).to_be_visible()
    expect(panel).to_contain_text(highest)
    expect(panel).to_contain_text(error)
    panel.get_by_role("button").click()
    expect(page).to_have_url(re.compile("AirQualityForecast(:|%3A)latihan"))
