"""The Programme: what the city has and lacks, its indicators, each number with where it comes from."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
PROGRAMME = "/?page=programme&lang=en"


def test_the_page_says_what_there_is_and_what_is_lacking(page: Page, war_room: WarRoom) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room, PROGRAMME)
    systems = page.locator("system-list")
    for state, count in (("connected", 0), ("by hand", 5), ("planned", 1), ("absent", 16)):
        expect(systems.locator(".sum div", has_text=state)).to_contain_text(str(count))
    signals = systems.locator("li", has_text="Signal control")
    expect(signals).to_contain_text("Dinas Perhubungan")
    expect(signals).to_contain_text("Not known: interface, agreement")
    assert witness.complaints == []


def test_an_indicator_stands_with_number_source_age_and_no_target_made_up(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, PROGRAMME)
    row = page.locator("indicator-table li", has_text="Congested road segments")
    expect(row).to_contain_text(re.compile(r"19\.1\s*%"))
    expect(row).to_contain_text("no target known")
    expect(row).to_contain_text("Dinas Perhubungan")
    unknown = page.locator("indicator-table li", has_text="Greenhouse gases")
    expect(unknown).to_contain_text("not known")


def test_every_number_of_the_programme_has_a_method_and_a_source(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, PROGRAMME)
    page.locator("indicator-table button.now").first.wait_for()
    known = page.locator("indicator-table li:not(.unknown) button.now").all()
    assert len(known) > 20
    for number in known:
        told = number.get_attribute("aria-label") or ""
        assert number.get_attribute("data-method") not in {None, "", "unstated"}, told
        assert number.get_attribute("data-provider"), told
        assert "source unstated" not in told


def test_a_number_opens_its_drawer_with_history_and_every_source_card(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, PROGRAMME)
    page.locator("indicator-table li", has_text="CCTV cameras").locator("button.now").click()
    drawer = page.get_by_role("dialog", name="Where it comes from")
    for part in ("2,500", "468", "69", "War Room of Makassar"):
        expect(drawer).to_contain_text(part)
    page.keyboard.press("Escape")
    page.locator("indicator-table li", has_text="Health centres that are on the map").locator("button.now").click()
    for part in ("divided by", "38 inputs", "Health centres 2019", "Home care, July 2024"):
        expect(drawer).to_contain_text(part)


def test_the_page_speaks_three_languages(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, PROGRAMME)
    for button, words in (("ID, Bahasa Indonesia", "target belum diketahui"), ("JA, 日本語", "目標は不明")):
        page.get_by_role("button", name=button).click()
        expect(page.locator("indicator-table li").first).to_contain_text(words)


def test_the_programme_is_taken_away_as_a_spreadsheet(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, PROGRAMME)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV", exact=True).click()
    table = list(csv.DictReader(Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert {row["id"]: row["value"] for row in table}["care-cars"] == "94"


def test_the_programme_opens_to_be_printed(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, PROGRAMME)
    with page.expect_popup() as waiting:
        page.get_by_role("link", name="Print").click()
    printed = waiting.value
    expect(printed.get_by_role("heading", name="Programme of the city: Makassar")).to_be_visible()
    expect(printed.get_by_role("cell", name="no target known").first).to_be_visible()
    assert printed.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"


def test_the_table_folds_to_two_lines_on_a_phone(page: Page, war_room: WarRoom) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, war_room, PROGRAMME)
    row = page.locator("indicator-table li").first
    row.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("indicator-table .heads")).to_be_hidden()
    expect(row).to_contain_text("no target known")
