"""The list of units in the incident room: whom to send, why, and sent by keys alone. The units are of a drill."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

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
    for unit in page.request.get(f"{war_room.address}{OURS}/units").json()["units"]:
        page.request.post(f"{war_room.address}{OURS}/units/{unit['id']}/state", data={"state": "off"})
        assert page.request.delete(f"{war_room.address}{OURS}/units/{unit['id']}").ok
