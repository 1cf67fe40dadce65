"""A person types what he knows: corrects a fact, takes it back, adds a place, sets a target."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
LANDFILL = "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"
OPERATORS = "urn:ngsi-ld:Indicator:makassar-war-room-operators"


def test_a_fact_is_corrected_and_taken_back(page: Page, war_room: WarRoom) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room, f"/?page=place&id={LANDFILL}&lang=en")
    page.get_by_role("button", name="Waste managed").click()
    drawer = page.get_by_role("dialog", name="Where it comes from")
    drawer.get_by_role("button", name="Correct").click()
    expect(drawer.get_by_label("Period")).to_have_value("2022")
    drawer.get_by_label("Waste managed").fill("260000")
    drawer.get_by_label("Note").fill("Latihan: koreksi")
    drawer.locator("select[name=office]").select_option(label="Dinas Lingkungan Hidup")
    drawer.get_by_role("button", name="Keep").click()
    expect(drawer).to_contain_text("Kept, with your name and the time.")
    for part in ("260,000", "Administrator (demo)", "Latihan: koreksi", "Dinas Lingkungan Hidup, typed in the console"):
        expect(drawer).to_contain_text(part)
    drawer.get_by_role("button", name="Undo the last word").click()
    expect(drawer).to_contain_text("260,312.3")
    expect(drawer).to_contain_text("SIPSN waste register 2023")
    assert witness.complaints == []


def test_what_does_not_fit_is_told_at_its_field(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, f"/?page=place&id={LANDFILL}&lang=id")
    page.get_by_role("button", name="Isi nilai").click()
    form = page.locator("place-facts entry-form")
    form.get_by_label("Sampah diterima").fill("banyak")
    form.get_by_label("Periode").fill("kapan-kapan")
    form.get_by_role("button", name="Simpan").click()
    expect(form.get_by_role("alert")).to_have_count(2)
    expect(form).to_contain_text("harus berupa angka")
    expect(form.get_by_label("Sampah diterima")).to_have_attribute("aria-invalid", "true")


def test_a_place_is_added_from_its_list(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=place&list=waste-banks&lang=en&map=14/-5.158/119.4386")
    page.get_by_role("button", name="Add", exact=True).click()
    form = page.locator("layer-list entry-form")
    form.get_by_role("textbox", name="Name").fill("Latihan: bank sampah baru")
    form.locator("select[name=kind]").select_option("unit")
    form.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("heading", name="Latihan: bank sampah baru", level=1)).to_be_visible()
    expect(page.locator("place-facts .where")).to_contain_text("Waste bank")
    drill = parse_qs(urlsplit(page.url).query)["id"][0]
    gone = page.request.delete(f"{war_room.address}/ngsi-ld/v1/entities/{quote(drill, safe='')}")
    assert gone.status == 204  # other tests count the city's own


def test_a_target_is_set_where_none_was_known(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=programme&lang=en")
    row = page.locator("indicator-table li", has_text="War Room operators")
    row.get_by_role("button", name="no target known").click()
    page.get_by_role("button", name="Enter values").click()
    form = page.locator("place-facts entry-form")
    form.get_by_label("Target", exact=True).fill("60")
    form.get_by_label("Target year").fill("2027")
    form.locator("select[name=direction]").select_option("at-least")
    form.get_by_role("button", name="Keep").click()
    expect(page.locator("place-facts")).to_contain_text("Kept, with your name and the time.")
    page.locator("navigation-rail").get_by_role("link", name="Programme").click()
    expect(row).to_contain_text("at least 60 (2027)")
    expect(row).to_contain_text("+7 to go")
    page.request.post(f"{war_room.address}/pinisi/v1/places/{OPERATORS}/undo", data={"attribute": "target"})
