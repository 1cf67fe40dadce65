"""The 112 form without a mouse: a call is taken, sorted, placed and saved by few keys; a prank ends with one."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import WarRoom, open_console

pytestmark = pytest.mark.screen
MOST_KEYS = 45
"""Besides free text: the exercise of Operations allows no more for a call."""


class Keyboard:
    """Counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += 1
            self.page.keyboard.press(key)

    def type(self, letters: str) -> None:
        """Letters that find something: each counts."""
        self.pressed += len(letters)
        self.page.keyboard.type(letters)

    def say(self, words: str) -> None:
        """Free text: does not count."""
        self.page.keyboard.type(words)


@pytest.fixture
def keyboard(page: Page, war_room: WarRoom) -> Iterator[Keyboard]:
    open_console(page, war_room, "/?page=events")
    expect(page.locator("call-desk")).to_contain_text("Panggilan 112")
    yield Keyboard(page)


def test_a_fire_is_taken_down_and_saved_by_few_keys(page: Page, keyboard: Keyboard) -> None:
    keyboard.press("n")
    expect(page.get_by_role("combobox", name="Kejadian")).to_be_focused()
    keyboard.type("kebak")
    expect(page.get_by_role("option", name="Kebakaran").first).to_be_visible()
    keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Di mana")).to_be_focused()
    keyboard.type("panaikan")
    expect(page.get_by_role("option", name="Panaikang").first).to_be_visible()
    keyboard.press("Enter")
    expect(page.get_by_label("Patokan")).to_be_focused()
    keyboard.say("Latihan: belakang masjid")
    keyboard.press("Enter")
    keyboard.say("asap tebal dari dapur")
    keyboard.press("Enter")
    keyboard.press("2", "Enter")
    keyboard.say("0811 777 0002")
    keyboard.press("Enter")
    keyboard.say("Daeng Te'ne")
    keyboard.press("Control+Enter")
    detail = page.locator("incident-detail")
    expect(detail).to_contain_text("Panaikang")
    expect(detail).not_to_contain_text("Daeng Te'ne")
    detail.get_by_role("button", name="Tampilkan panggilan").click()
    expect(detail).to_contain_text("Daeng Te'ne")
    expect(detail).to_contain_text("+628117770002")
    assert keyboard.pressed <= MOST_KEYS


def test_a_prank_ends_with_one_key(page: Page, keyboard: Keyboard) -> None:
    keyboard.press("n")
    expect(page.get_by_role("combobox", name="Kejadian")).to_be_focused()
    keyboard.press("F4")
    expect(page.get_by_text("Tercatat: iseng")).to_be_visible()
    expect(page.locator("call-form")).to_have_count(0)
    assert keyboard.pressed == 2


def test_what_is_missing_is_said_where_it_is_missing(page: Page, keyboard: Keyboard) -> None:
    keyboard.press("n")
    expect(page.get_by_role("combobox", name="Kejadian")).to_be_focused()
    keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Pilih kejadiannya.")
    expect(page.get_by_role("combobox", name="Kejadian")).to_be_focused()
    keyboard.press("F8")
    expect(page.locator("call-form")).to_have_count(0)


def test_the_paper_form_can_be_printed_before_it_is_needed(page: Page, war_room: WarRoom) -> None:
    page.goto(war_room.address + "/112-form.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("formulir kertas")
    expect(page.get_by_role("row", name="Kata penelepon")).to_be_visible()


def test_a_call_that_another_took_meanwhile_is_not_begun_by_hand(
    page: Page, keyboard: Keyboard, war_room: WarRoom
) -> None:
    calls = f"{war_room.address}/pinisi/v1/calls"
    desk = page.locator("call-desk")
    page.request.post(f"{calls}/events", data={"event": "ringing", "call": "balapan", "number": "0811 777 0009"})
    expect(desk).to_contain_text("berdering")
    page.route("**/pinisi/v1/calls", lambda route: route.abort())  # what it shows is from before
    waiting = page.request.get(calls).json()["calls"]
    ring = next(call["key"] for call in waiting if call["state"] == "ringing")
    assert page.request.post(f"{calls}/{ring}/acts", data={"act": "pick-up"}).ok
    page.unroute("**/pinisi/v1/calls")
    page.route("**/pinisi/v1/calls", _late)
    keyboard.press("n")
    expect(desk).to_contain_text("sudah diterima orang lain")
    expect(page.locator("call-form")).to_have_count(0)
    assert len(page.request.get(calls).json()["calls"]) == len(waiting)
    desk.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("combobox", name="Kejadian")).to_be_focused()
    keyboard.press("F4")
    expect(page.locator("call-form")).to_have_count(0)


def _late(route: Route) -> None:
    """An answer that comes when the key was pressed long since."""
    time.sleep(0.3)
    route.continue_()
