"""Every state of the screen is in the address: who gets the link sees the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]

PAMPANG = "urn:ngsi-ld:AdministrativeArea:id-73.71.09.1004"


def test_a_link_restores_page_selection_layers_map_language_and_theme(page: Page, war_room: WarRoom) -> None:
    link = f"/?page=place&id={PAMPANG}&layers=landfill&map=13.50/-5.13800/119.45000&lang=en&theme=light"
    open_console(page, war_room, link)
    expect(page.get_by_role("heading", name="Pampang", level=1)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("button", name="EN, English")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("city-map canvas")).to_have_attribute("aria-label", re.compile("^Map: 1 Landfill(;|$)"))
    page.wait_for_timeout(1500)
    assert page.url == war_room.address + link


def test_what_is_done_is_written_into_the_address_and_back_undoes_it(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    page.get_by_role("link", name="Tempat").click()
    page.get_by_role("button", name="Puskesmas 37").click()
    assert "list=puskesmas" in page.url
    page.go_back()
    expect(page.get_by_role("heading", name="Tempat", level=1)).to_be_visible()
    assert "list=" not in page.url


def test_moving_the_map_moves_the_address(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    for _ in range(60):
        page.get_by_role("button", name="Perbesar").click()
        page.wait_for_timeout(1000)
        if re.search(r"[?&]map=", page.url):
            return
    raise AssertionError(f"the address never said where the map is: {page.url}")


def test_a_reader_keeps_the_language_from_visit_to_visit(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?lang=ja")
    page.get_by_role("button", name="EN, English").click()
    open_console(page, war_room, "/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
