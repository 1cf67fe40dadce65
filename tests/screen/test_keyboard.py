"""An operator's shift without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from loaded_city import MAKASSAR
from pinisi.city.operations import read_operations
from pinisi.incidents.verification import drawn

from .conftest import WarRoom, open_console, raise_incident

pytestmark = pytest.mark.screen


def test_a_kelurahan_is_found_and_opened_by_keys_alone(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    page.keyboard.press("/")
    page.keyboard.type("pampang")
    expect(page.get_by_role("option", name="Pampang").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pampang", level=1)).to_be_visible()
    assert "page=place" in page.url
    page.keyboard.press("Tab")
    expect(page.locator("place-facts .back")).to_be_focused()


def test_a_misspelt_name_is_found(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    page.keyboard.press("/")
    page.keyboard.type("panakukang")
    expect(page.get_by_role("option", name="Panakkukang").first).to_be_visible()


def test_an_alarm_is_taken_over_by_keys_alone(page: Page, war_room: WarRoom) -> None:
    raise_incident(page, war_room, "Latihan: ambil alih dengan papan tik")
    open_console(page, war_room)
    page.keyboard.press("2")
    row = page.locator("incident-row", has_text="ambil alih dengan papan tik")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Latihan").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ambil alih").focus()
    page.keyboard.press("Enter")
    expect(page.locator("incident-detail")).to_contain_text("Terbuka")
    expect(page.locator("incident-detail ol")).to_contain_text("mengambil alih")


def raised_beside_the_sample(page: Page, room: WarRoom, title: str) -> str:
    """The title of an incident that no second person has to verify: one in twenty is drawn for that by its id."""
    share = read_operations(MAKASSAR).verification.share
    for number in range(100):
        if drawn(raise_incident(page, room, f"{title} {number}")) >= share:
            return f"{title} {number}"
    raise AssertionError("all of a hundred incidents were drawn")


def test_an_incident_is_noted_handed_on_and_closed(page: Page, war_room: WarRoom) -> None:
    title = raised_beside_the_sample(page, war_room, "Latihan: serah terima")
    open_console(page, war_room, "/?page=events")
    page.locator("incident-row", has_text=title).get_by_role("button", name=title).click()
    page.get_by_role("button", name="Ambil alih").click()
    page.get_by_role("button", name="Catat").click()
    page.get_by_label("Catatan").fill("Air surut")
    page.locator("act-fields").get_by_role("button", name="Catat").click()
    expect(page.locator("incident-detail ol")).to_contain_text("Air surut")
    page.get_by_role("button", name="Tuntaskan").click()
    page.get_by_label("Yang dilakukan").fill("Dipompa")
    page.locator("act-fields").get_by_role("button", name="Tuntaskan").click()
    page.get_by_role("button", name="Selesaikan").click()
    page.get_by_label("Alasan").fill("Latihan usai")
    page.locator("act-fields").get_by_role("button", name="Selesaikan").click()
    expect(page.locator("incident-detail")).to_contain_text("Latihan usai")
    page.get_by_role("button", name="Lihat daftar").click()
    expect(page.locator("incident-row", has_text=title)).to_have_count(0)


def test_an_event_is_reported_by_hand(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=events")
    page.get_by_role("button", name="Laporkan kejadian").click()
    page.keyboard.type("Latihan: pohon tumbang")
    page.keyboard.press("Enter")
    expect(page.locator("incident-detail")).to_contain_text("Latihan: pohon tumbang")


def test_a_list_moves_by_arrows_and_opens_by_enter(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=place&list=puskesmas")
    box = page.get_by_role("listbox", name="Puskesmas")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = box.locator("[aria-selected=true] .cut-off").first.inner_text()
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=chosen, level=1)).to_be_visible()


def test_the_keys_are_listed_on_a_question_mark(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tombol pintas")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
