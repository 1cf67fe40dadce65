"""Computations and commands are asked for on the screen: a form of every kind of field, faults at their fields."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
DATA = "/?page=programme&list=data"
PAOTERE, RAPPOCINI = "urn:ngsi-ld:Siren:paotere", "urn:ngsi-ld:Siren:rappocini"


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world outside: a line for every effect."""
    file = tmp_path_factory.mktemp("outside") / "outside"
    file.touch()
    return file


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory, outside: Path) -> Iterator[WarRoom]:
    """A war room with a third party's service, and two sirens."""
    room = WarRoom(tmp_path_factory.mktemp("forms") / "data", packages=HARBOUR, HARBOUR_OUTSIDE=str(outside))
    try:
        room.start()
        for id in (PAOTERE, RAPPOCINI):
            siren = {"id": id, "type": "Siren", "description": {"type": "Property", "value": "Latihan"}}
            httpx.post(f"{room.address}/ngsi-ld/v1/entities", json=siren).raise_for_status()
        yield room
    finally:
        room.stop()


def newest(room: WarRoom, what: str) -> dict[str, Any]:
    return httpx.get(f"{room.address}/pinisi/v1/{what}").json()[what][0]


def count(room: WarRoom, what: str) -> int:
    return httpx.get(f"{room.address}/pinisi/v1/{what}?limit=0").json()["count"]


def test_what_does_not_fit_is_told_at_its_field_and_what_fits_is_computed(page: Page, harbour: WarRoom) -> None:
    open_console(page, harbour, f"{DATA}&lang=id")
    page.get_by_label("Minta perhitungan").select_option(label="Pasang surut: soundings")
    form = page.locator("job-list asked-form")
    form.get_by_label("Sarat kapal (m)").fill("25")
    form.get_by_role("button", name="Mulai hitung").click()
    wrong = form.locator("asked-field", has=page.get_by_role("alert"))
    expect(wrong).to_have_count(4)
    draught = form.get_by_label("Sarat kapal (m)")
    expect(wrong.first).to_contain_text("paling banyak 20")
    expect(draught).to_have_attribute("aria-invalid", "true")
    expect(draught).to_be_focused()
    draught.fill("4,5")
    berths = form.get_by_role("combobox", name="Tambatan")
    for words in ("paot", "rappo"):
        berths.fill(words)
        berths.press("Enter")  # at once: it means these words, not what an earlier pause has found
        expect(form.get_by_role("button", name=re.compile(f"Hapus: .*{words}"))).to_be_visible()
    expect(form.get_by_role("button", name="Hapus: urn:ngsi-ld:Siren")).to_have_count(2)
    form.get_by_label("Mulai (WITA)").fill("2026-11-26T07:30")
    form.get_by_label("Hari", exact=True).fill("2026-11-26")
    form.get_by_label("Dasar").select_option(label="Batu")
    form.get_by_label("Malam juga").check()
    form.get_by_label("Kedalaman (m)").fill("1,5\n2")
    form.get_by_role("button", name="Mulai hitung").click()
    expect(form.get_by_role("status")).to_contain_text("Diminta")
    expect(page.locator("job-list [data-state=done]").first).to_contain_text("selesai")
    assert newest(harbour, "jobs")["input"] == {
        "draught": 4.5,
        "berths": [PAOTERE, RAPPOCINI],
        "begins": "2026-11-25T23:30:00.000Z",
        "day": "2026-11-26",
        "bottom": "rock",
        "night": True,
        "depths": [1.5, 2],
    }


def test_a_command_is_tried_and_given_by_keyboard_from_the_page_of_its_target(
    page: Page, harbour: WarRoom, outside: Path
) -> None:
    witness = Witness(page, harbour.address)
    open_console(page, harbour, f"/?page=place&id={PAOTERE}&lang=en")
    box = page.get_by_label("Give a command")
    expect(box.get_by_role("option")).to_have_text(["Choose", "Sound the siren", "Sound the siren"])
    box.focus()
    page.keyboard.press("ArrowDown")
    form = page.locator("place-commands asked-form")
    expect(form.get_by_role("combobox", name="Siren")).to_have_value(PAOTERE)
    expect(form).to_contain_text("may need a second person's yes")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(form.get_by_label("Duration (s)")).to_be_focused()
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(form.get_by_role("button", name="Only try it")).to_be_focused()
    assert count(harbour, "commands") == 0, "Enter in a field gives no command"
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("only tried")
    assert outside.read_text() == ""
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("done")
    assert outside.read_text().split()[::2] == ["sound", "30"]
    form.get_by_label("Duration (s)").fill("90")
    form.get_by_role("button", name="Give the command").click()
    expect(form.get_by_role("status")).to_contain_text("waiting for a second person")
    assert (witness.complaints, newest(harbour, "commands")["command"]) == ([], {"siren": PAOTERE, "seconds": 90})


def test_a_refusal_of_the_service_stands_at_its_field_in_the_readers_language(page: Page, harbour: WarRoom) -> None:
    open_console(page, harbour, f"/?page=place&id={RAPPOCINI}&lang=ja")
    page.get_by_label("命令を出す").select_option(index=1)
    form = page.locator("place-commands asked-form")
    form.get_by_label("長さ").fill("33")
    form.get_by_role("button", name="命令を出す").click()
    expect(form.locator("[data-name=seconds]").get_by_role("alert")).to_have_text("5 秒単位")
    expect(form.get_by_role("combobox", name="サイレン")).to_have_value(RAPPOCINI)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_form_fits_a_phone_and_axe_finds_no_violation(page: Page, harbour: WarRoom, theme: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, harbour, f"{DATA}&lang=en&theme={theme}")
    page.get_by_label("Ask for a computation").select_option(label="Tides: soundings")
    form = page.locator("job-list asked-form")
    form.get_by_role("button", name="Start", exact=True).click()
    expect(form.get_by_role("alert").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [violation["id"] for violation in result.response["violations"]] == []
