"""The list of units in the incident room: whom to send, why, and sent by keys alone. The units are of a drill."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import WarRoom, open_console

pytestmark = pytest.mark.screen
CSV = Path(__file__).parents[1] / "console" / "unit_examples" / "roster.csv"
OURS = "/pinisi/v1"


def fire(page: Page, room: WarRoom) -> str:
    wish = {"title": "Kebakaran latihan", "category": "fire", "location": [119.4128, -5.1343]}
    id = str(page.request.post(f"{room.address}{OURS}/incidents", data=wish).json()["id"])
    triage = {"act": "triage", "category": "fire", "subcategory": "building"}
    assert page.request.post(f"{room.address}{OURS}/incidents/{id}/acts", data=triage).ok
    return id


@pytest.fixture
def roster(page: Page, war_room: WarRoom) -> Iterator[None]:
    """The units of the drill; gone again afterwards: the war room is shared."""
    text = CSV.read_text(encoding="utf-8")
    assert page.request.post(f"{war_room.address}{OURS}/units/import", data={"text": text}).ok
    yield
    no_roster(page, war_room)


def no_roster(page: Page, room: WarRoom) -> None:
    for unit in page.request.get(f"{room.address}{OURS}/units").json()["units"]:
        page.request.post(f"{room.address}{OURS}/units/{unit['id']}/state", data={"state": "off"})
        assert page.request.delete(f"{room.address}{OURS}/units/{unit['id']}").ok


def test_without_a_roster_it_says_what_is_missing_and_with_one_enter_sends_a_unit(
    page: Page, war_room: WarRoom, tmp_path: Path
) -> None:
    id = fire(page, war_room)
    open_console(page, war_room, f"/?page=events&incident={id}&lang=en")
    units = page.locator("incident-units")
    expect(units).to_contain_text("This city has no roster of units yet")
    roster = {"text": CSV.read_text(encoding="utf-8")}
    assert page.request.post(f"{war_room.address}{OURS}/units/import", data=roster).ok
    open_console(page, war_room, f"/?page=events&incident={id}&lang=ja")
    expect(units.locator(".unit.chosen")).to_have_count(3)
    expect(units).to_contain_text("直線距離")
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.screenshot(path=tmp_path / "units.png")
    engine = units.locator('[data-unit="urn:ngsi-ld:Unit:makassar-latihan-damkar-1"]')
    units.locator(".unit").first.focus()
    while not engine.evaluate("(each) => each.getRootNode().activeElement === each"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(engine).to_have_count(0)
    expect(page.locator("incident-agencies ol")).to_contain_text("まで")
    page.screenshot(path=tmp_path / "room.png")
    incident = page.request.get(f"{war_room.address}{OURS}/incidents/{id}").json()
    assert [(each["agency"], each["state"]) for each in incident["sent"]] == [("damkar", "sent")]
    no_roster(page, war_room)


@pytest.mark.usefixtures("roster")
def test_what_comes_late_never_takes_the_keyboard_from_who_writes_on(page: Page, war_room: WarRoom) -> None:
    """The units are read again after one is sent; meanwhile a note is written, and none of it is taken for keys."""
    id = fire(page, war_room)
    open_console(page, war_room, f"/?page=events&incident={id}&lang=en")
    page.locator("incident-units .unit.chosen").first.wait_for()
    late: list[Route] = []
    page.route(re.compile("/recommendation$"), lambda route: late.append(route))
    page.keyboard.press("e")
    expect(page.locator("incident-units .unit:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("incident-detail .state")).to_contain_text("Dispatched")
    page.keyboard.press("i")
    expect(page.locator("act-fields textarea")).to_be_focused()
    page.keyboard.type("The street is closed, ")
    assert late, "the units are read again"
    for each in late:
        each.continue_()
    page.unroute_all()
    expect(page.locator("incident-units .unit").first).to_be_enabled()
    page.wait_for_timeout(500)
    page.keyboard.type("use the river side")
    page.keyboard.press("Enter")
    expect(page.locator("incident-detail ol").first).to_contain_text("The street is closed, use the river side")
    sent = page.request.get(f"{war_room.address}{OURS}/incidents/{id}").json()["sent"]
    assert len(sent) == 1
