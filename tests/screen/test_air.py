"""The air of the city from the sensor to the operator: what a sensor says over MQTT is judged, summed up and explained.

A sensor that goes bad is named with the reason, its index goes without the value and says so, and nobody is called;
bad air calls somebody; and the number on the first screen leads to the messages as they came.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .air_city import air_city, deliver, hours_until, mosquitto, this_hour, told
from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
PORT = 18_877
WAVE = [20.0 + number % 5 for number in range(48)]
RISING = [*WAVE[:24], *(20.0 + 11 * n + n % 4 for n in range(12)), *(140.0 + n % 5 for n in range(12))]
STATION = "/?lang=en&page=place&id=urn:ngsi-ld:AirQualityObserved:"
INDEX = "/?lang=en&page=place&id=urn:ngsi-ld:AirQualityIndex:"


@pytest.fixture(scope="module")
def with_air(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room with two sensors: one failed an hour ago, at the other the air has become bad."""
    folder = tmp_path_factory.mktemp("with-air")
    with mosquitto(folder, PORT):
        room = WarRoom(folder / "data", air_city(folder, PORT))
        try:
            room.start()
            now = this_hour()
            failing = [told("balaikota", at, value) for at, value in hours_until(now, [*WAVE[:-1], 0.0])]
            bad_air = [told("karebosi", at, value) for at, value in hours_until(now, RISING)]
            deliver(room.address, PORT, [*failing, *bad_air])
            yield room
        finally:
            room.stop()


def test_a_value_of_a_failing_sensor_is_named_with_the_reason(page: Page, with_air: WarRoom) -> None:
    open_console(page, with_air, f"{STATION}balaikota")
    expect(page.get_by_text("Zero: outdoor air is never quite free of it, the sensor fails")).to_be_visible()


def test_the_index_goes_without_it_and_says_so(page: Page, with_air: WarRoom) -> None:
    open_console(page, with_air, f"{INDEX}balaikota")
    panel = page.get_by_role("main")
    expect(panel.get_by_text(re.compile(r"PM2\.5: 1 \(Zero: outdoor air"))).to_be_visible()
    expect(panel.get_by_text("moderate").first).to_be_visible()


def test_bad_air_calls_somebody_and_a_failing_sensor_nobody(page: Page, with_air: WarRoom) -> None:
    open_console(page, with_air, "/?lang=en&page=events")
    expect(page.get_by_text(re.compile(r"Unhealthy air at Karebosi: ISPU 1\d\d"))).to_be_visible()
    expect(page.get_by_text("Balai Kota")).to_have_count(0)


def test_the_tile_leads_over_index_and_rule_to_the_messages_of_the_sensor(page: Page, with_air: WarRoom) -> None:
    witness = Witness(page, with_air.address)
    open_console(page, with_air, "/?lang=en")
    expect(page.get_by_text("Highest ISPU")).to_be_visible()
    page.get_by_role("link", name=re.compile("Why this number\\? Highest ISPU")).click()
    dialog = page.locator("why-dialog").get_by_role("dialog")
    expect(dialog).to_contain_text("The mean of 24 hours of good values")
    expect(dialog).to_contain_text("Permen LHK P.14/2020")
    expect(dialog).to_contain_text(re.compile(r"(7[0-2]|48) values"))
    raw = dialog.locator("pre").first
    expect(raw).to_contain_text('"name": "Karebosi"')
    expect(dialog).to_contain_text("air/karebosi")
    assert witness.complaints == []
