"""Every page opens clean: no error in the browser's console, no word to another host, every number with its origin."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]

PAGES = {"now": "Sekarang", "events": "Kejadian", "place": "Tempat", "time": "Waktu", "programme": "Program"}
LANDFILL = "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_an_error_and_without_asking_another_host(
    page: Page, war_room: WarRoom, name: str
) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room, f"/?page={name}")
    expect(page.get_by_role("heading", name=PAGES[name], level=1, exact=True)).to_be_attached()
    expect(page.locator("navigation-rail a[aria-current=page]")).to_contain_text(PAGES[name])
    page.wait_for_timeout(1500)
    assert witness.complaints == []
    assert witness.strangers == []


def test_the_map_draws_under_the_strict_policy_and_says_what_it_shows(page: Page, war_room: WarRoom) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room)
    canvas = page.locator("city-map canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile("^Peta: 37 Puskesmas"))
    page.wait_for_timeout(2500)
    assert witness.complaints == []


@pytest.mark.parametrize("address", ["/", f"/?page=place&id={LANDFILL}"])
def test_every_value_shown_has_a_method_and_a_source(page: Page, war_room: WarRoom, address: str) -> None:
    open_console(page, war_room, address)
    page.locator("value-view button").first.wait_for()
    values = page.locator("value-view button").all()
    assert values
    for value in values:
        told = value.get_attribute("aria-label") or ""
        assert value.get_attribute("data-method") not in {None, "", "unstated"}, told
        assert value.get_attribute("data-provider"), told
        assert "sumber tidak disebut" not in told


def test_a_stage_that_nobody_has_set_says_so(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    expect(page.locator("stage-badge")).to_contain_text("Belum ditetapkan")


def test_a_value_opens_its_drawer_with_rule_history_and_source_card(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    page.get_by_role("button", name="Sampah ke TPA").click()
    drawer = page.get_by_role("dialog", name="Asal angka")
    for part in ("Aturan", "Riwayat", "Sumber", "dilaporkan", "365"):
        expect(drawer).to_contain_text(part)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page.get_by_role("button", name="Sampah ke TPA")).to_be_focused()


def test_a_place_that_does_not_exist_is_told_in_words(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=place&id=urn:ngsi-ld:AdministrativeArea:nowhere")
    expect(page.get_by_role("alert")).to_contain_text("Tempat ini tidak ditemukan")


def test_numbers_follow_the_language(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    expect(page.locator("now-page")).to_contain_text("1.482.354")
    page.get_by_role("button", name="EN, English").click()
    expect(page.locator("now-page")).to_contain_text("1,482,354")
    expect(page.locator("html")).to_have_attribute("lang", "en")
