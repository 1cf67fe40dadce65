"""What a person is told before he acts, and in whose time he types."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import WarRoom, open_console

pytestmark = pytest.mark.screen
LANDFILL = "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"


def test_a_typed_time_is_the_citys_whatever_the_zone_of_the_browser(browser: Browser, war_room: WarRoom) -> None:
    context = browser.new_context(timezone_id="America/New_York", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    try:
        open_console(page, war_room, f"/?page=place&id={LANDFILL}&lang=en")
        page.get_by_role("button", name="Enter values").click()
        form = page.locator("place-facts entry-form")
        form.get_by_label("True at, WITA time").fill("2026-11-20T08:30")
        form.get_by_label("Note").fill("Latihan: waktu kota")
        with page.expect_request(lambda request: request.method != "GET" and "/places/" in request.url) as sent:
            form.get_by_label("Waste managed").fill("many")  # refused: nothing is kept of it
            form.get_by_role("button", name="Keep").click()
        assert sent.value.post_data_json["observedAt"] == "2026-11-20T00:30:00.000Z"
    finally:
        context.close()


def test_a_source_says_what_switching_it_will_do(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?list=sources&lang=en")
    switch = page.get_by_role("button", name="Switch on: Weather warnings of BMKG")
    expect(switch).to_have_accessible_description(re.compile("asks another host from now on, usually every 2 min"))


def test_classes_by_natural_breaks_are_asked_for_and_said(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?lang=en&legend=open&shade=layer:waste-banks:count@kelurahan")
    expect(page.locator("shade-legend")).to_contain_text("equally many areas in each")
    page.get_by_label("Classes").select_option("natural")
    expect(page.locator("shade-legend")).to_contain_text("natural breaks")
    assert "natural" in page.url
