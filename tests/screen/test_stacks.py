"""Many registers give several things one coordinate: the map says how many, and lets the hand choose."""

from collections import defaultdict

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]


def test_what_stands_at_one_place_is_counted_and_listed(page: Page, war_room: WarRoom) -> None:
    table = page.request.get(f"{war_room.address}/pinisi/v1/layers/waste-banks").json()
    places: defaultdict[tuple[float, float], list[str]] = defaultdict(list)
    for row in table["rows"]:
        places[row[3], row[4]].append(row[1])
    (lon, lat), names = max(places.items(), key=lambda place: len(place[1]))
    assert len(names) > 2
    open_console(page, war_room, f"/?lang=en&layers=waste-banks&map=16/{lat:.5f}/{lon:.5f}")
    box = page.locator("city-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tip = page.locator("city-map .tip")
    for turn in range(60):
        page.mouse.move(x + turn % 2, y)
        page.wait_for_timeout(250)
        if tip.count() and "at one place" in tip.inner_text():
            break
    expect(tip).to_have_text(f"{len(names)} at one place")
    page.mouse.click(x, y)
    listed = page.locator("stack-list li button")
    expect(listed).to_have_count(len(names))
    assert sorted(listed.all_inner_texts()) == sorted(names)
    page.keyboard.press("ArrowDown")
    second = listed.nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("place-facts h1")).to_contain_text(second)
    expect(page.locator("stack-list")).to_have_count(0)
