"""A replay on the screen: started from Time, steered by its bar, never mistaken for the city."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import ROOT, WarRoom, open_console

pytestmark = pytest.mark.screen
EXAMPLES = ROOT / "tests" / "console" / "replay_examples"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WarRoom]:
    monkeypatch.setenv("PINISI_DATA_FROM", str(EXAMPLES / "data"))
    room = WarRoom(tmp_path / "data", EXAMPLES / "town")
    room.start()
    yield room
    room.stop()


def start(page: Page, town: WarRoom, name: str = "Two buses") -> None:
    open_console(page, town, "/?page=time&lang=en")
    page.locator("replay-panel li", has_text=name).get_by_role("button", name="Replay").click()
    page.wait_for_url("**tenant=replay-**")
    page.locator("replay-bar section").wait_for()


def test_a_replay_is_started_paused_sought_and_ended_from_the_screen(page: Page, town: WarRoom) -> None:
    start(page, town)
    expect(page.locator("exercise-bar")).to_contain_text("Replay: this is not the city as it is now.")
    bar = page.locator("replay-bar")
    expect(bar.locator("time")).to_contain_text("26 Jan 2026")
    bar.get_by_role("button", name="Pause").click()
    expect(bar.get_by_role("button", name="Run")).to_be_visible()
    slider = bar.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    expect(bar).to_contain_text("155 of 155 events")
    bar.get_by_role("button", name="End", exact=True).click()
    bar.get_by_role("button", name="End and erase").click()
    page.wait_for_url(re.compile(r"page=time"))
    assert "tenant=" not in page.url
    expect(page.locator("exercise-bar p")).to_have_count(0)


def test_speeds_are_chosen_by_the_keyboard_and_told(page: Page, town: WarRoom) -> None:
    start(page, town)
    fast = page.locator("replay-bar").get_by_role("button", name="600×", exact=True)
    fast.focus()
    page.keyboard.press("Enter")
    expect(fast).to_have_attribute("aria-pressed", "true")


def test_absent_files_are_told_where_the_recording_stands(page: Page, town: WarRoom) -> None:
    open_console(page, town, "/?page=time&lang=en")
    lost = page.locator("replay-panel li", has_text="Lost")
    expect(lost).to_contain_text("pinisi replay lost --data-from FOLDER")
    expect(lost.get_by_role("button")).to_have_count(0)


def test_the_citys_own_past_is_replayed_from_a_form_and_erased_when_it_was_kept(page: Page, town: WarRoom) -> None:
    open_console(page, town, "/?page=time&lang=en")
    form = page.locator("history-form")
    form.get_by_label("Until").fill("2020-01-01T00:00")
    form.get_by_role("button", name="Replay").click()
    expect(form.get_by_role("alert")).to_contain_text("has to lie before")
    form.get_by_label("From").fill("2020-01-01T00:00")
    form.get_by_label("Until").fill("2020-01-02T00:00")
    form.get_by_label("Everything").uncheck()
    form.get_by_role("button", name="Replay").click()
    expect(form.get_by_role("alert")).to_contain_text("Choose at least one")
    form.get_by_label("Buses").check()
    form.get_by_label("Speed").select_option("3600")
    form.get_by_role("button", name="Replay").click()
    page.wait_for_url("**tenant=replay-history**")
    bar = page.locator("replay-bar")
    expect(bar.locator(".name")).to_contain_text("History of Ujung")
    bar.get_by_role("button", name="End", exact=True).click()
    bar.get_by_role("button", name="End and keep").click()
    page.wait_for_url(re.compile(r"page=time"))
    kept = page.locator("replay-panel li", has_text="ended, kept")
    expect(kept).to_contain_text("History of Ujung")
    kept.get_by_role("button", name="Erase").click()
    expect(kept).to_have_count(0)


def test_an_alarm_of_a_replay_says_in_words_that_it_is_an_exercise(page: Page, town: WarRoom) -> None:
    wish = {"recording": "air", "paused": True, "from": "2025-04-11T03:30:00Z"}
    page.request.post(f"{town.address}/pinisi/v1/replays", data=wish)
    open_console(page, town, "/?tenant=replay-air&page=events&lang=en")
    row = page.locator("incident-row").first
    expect(row).to_contain_text("Exercise", timeout=30_000)
    row.locator(".open").click()
    expect(page.locator("incident-detail .head")).to_contain_text("Exercise")


def test_who_looks_at_a_replay_that_was_erased_is_told_so(page: Page, town: WarRoom) -> None:
    start(page, town)
    address = page.url
    bar = page.locator("replay-bar")
    bar.get_by_role("button", name="End", exact=True).click()
    bar.get_by_role("button", name="End and erase").click()
    page.wait_for_url(re.compile(r"page=time"))
    page.goto(address)
    expect(bar).to_contain_text("no longer there")
    bar.get_by_role("link", name="Back to the city").click()
    page.wait_for_url(re.compile(r"page=time"))
