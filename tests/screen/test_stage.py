"""The stage of the city on the screen: grey until a person sets it, then number, word and colour, everywhere."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, open_console

pytestmark = pytest.mark.screen


def test_a_stage_is_set_by_keys_alone_and_shown_with_its_word(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    badge = page.locator("stage-badge button[aria-haspopup]")
    expect(badge).to_contain_text("Belum ditetapkan")
    badge.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Tahap kota")
    expect(dialog).to_contain_text("Belum ada yang menetapkan")
    choose = dialog.locator(".stage").nth(1).get_by_role("button", name="Tetapkan")
    choose.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Latihan: BMKG memperingatkan hujan lebat")
    page.keyboard.press("Enter")
    expect(dialog.locator(".stage").nth(1)).to_contain_text("berlaku sekarang")
    expect(dialog).to_contain_text("Latihan: BMKG memperingatkan hujan lebat")
    page.keyboard.press("Escape")
    expect(badge).to_have_text("Tahap 2 Waspada")
    expect(badge).to_be_focused()
    open_console(page, war_room, "/?page=programme&lang=ja&mode=wall")
    expect(badge).to_contain_text("注意")
    open_console(page, war_room, "/?lang=en")
    badge.click()
    page.get_by_role("button", name="Take the stage back").click()
    page.get_by_label("Reason").fill("End of the drill")
    page.get_by_role("button", name="Take back: no stage").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nobody has set a stage.")
    page.keyboard.press("Escape")
    expect(badge).to_contain_text("Not set")
