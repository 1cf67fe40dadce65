"""What moves: deck.gl comes only for thousands, and the hand meets the same things whoever draws them."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import ROOT, WarRoom, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]
LAYER = """
[[layers]]
id = "vehicles"
title = { id = "Kendaraan", en = "Vehicles", ja = "車両" }
type = "Vehicle"
shape = "circle"
hue = 4
labels = "never"
moving = true
"""
ALONE = (119.4386, -5.158)
"""Where one vehicle stands by itself, in the middle of the picture; all others stand together further north."""
LOOK = f"/?layers=vehicles&lang=en&map=11.5/{ALONE[1]}/{ALONE[0]}"


def vehicle(number: int, at: tuple[float, float], seen: str | None = None) -> dict[str, Any]:
    location = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(at)}}
    return {
        "id": f"urn:ngsi-ld:Vehicle:{number:05}",
        "type": "Vehicle",
        "name": {"type": "Property", "value": f"Truk {number}"},
        "location": location | ({"observedAt": seen} if seen else {}),
    }


def put(page: Page, room: WarRoom, vehicles: list[dict[str, Any]]) -> None:
    ours = f'<{room.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    address = f"{room.address}/ngsi-ld/v1/entityOperations/upsert"
    for start in range(0, len(vehicles), 1_000):
        answer = page.request.post(address, data=vehicles[start : start + 1_000], headers={"Link": ours})
        assert answer.status in (201, 204), answer.text()


def park(first: int, count: int) -> list[dict[str, Any]]:
    """Vehicles in rows, 5 km north of the one alone."""
    return [
        vehicle(first + each, (119.40 + 0.001 * (each % 50), -5.115 + 0.0005 * (each // 50))) for each in range(count)
    ]


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    folder = tmp_path_factory.mktemp("depot")
    shutil.copytree(ROOT / "cities" / "makassar", folder / "city")
    with (folder / "city" / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write(LAYER)
    room = WarRoom(folder / "data", folder / "city")
    try:
        room.start()
        yield room
    finally:
        room.stop()


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("city-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def point_at(page: Page, words: str) -> None:
    """Point at the middle of the map, a little to and fro until it is drawn, and read what lies there."""
    x, y = middle(page)
    tip = page.locator("city-map .tip")
    for turn in range(60):
        page.mouse.move(x + turn % 2, y)
        page.wait_for_timeout(250)
        if tip.count() and words in tip.inner_text():
            return
    raise AssertionError(f"the map never said {words}: {tip.inner_text() if tip.count() else 'nothing'}")


def meet(page: Page) -> None:
    """Point at the vehicle in the middle and open it: its name, its page, its address."""
    point_at(page, "Truk 0")
    page.mouse.click(*middle(page))
    page.wait_for_url("**id=urn:ngsi-ld:Vehicle:00000**")
    expect(page.locator("place-page h1")).to_contain_text("Truk 0")


def test_deck_comes_only_for_more_than_two_thousand_and_the_hand_meets_the_same(page: Page, depot: WarRoom) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    put(page, depot, [vehicle(0, ALONE), *park(1, 1_900)])
    open_console(page, depot, LOOK)
    expect(page.locator("city-map canvas").first).to_have_attribute("aria-label", "Map: 1,901 Vehicles")
    meet(page)
    assert not any("mover-deck" in url for url in asked)

    open_console(page, depot, LOOK)
    put(page, depot, park(2_000, 150))
    expect(page.locator("city-map .above canvas")).to_be_attached()
    assert any("mover-deck" in url for url in asked)
    meet(page)


def test_an_old_position_says_its_age_on_the_map_and_in_the_list(page: Page, depot: WarRoom) -> None:
    put(page, depot, [vehicle(0, ALONE, "2026-01-01T00:00:00Z")])
    open_console(page, depot, LOOK)
    point_at(page, "h old")
    open_console(page, depot, LOOK + "&page=place&list=vehicles")
    page.get_by_label("Filter").fill("Truk 0")
    expect(page.locator("layer-list [role=option]").first).to_contain_text("h old")


def test_the_list_shows_a_mover_on_the_map_where_it_is_now(page: Page, depot: WarRoom) -> None:
    put(page, depot, [vehicle(1, (119.41, -5.12))])
    open_console(page, depot, "/?layers=vehicles&lang=en&page=place&list=vehicles&map=11/-5.158/119.4386")
    page.get_by_label("Filter").fill("Truk 1")
    put(page, depot, [vehicle(1, (119.47, -5.19))])
    for _ in range(20):
        page.locator("layer-list [role=listbox]").press("m")
        page.wait_for_timeout(250)
        if "/-5.19000/119.47000" in page.url:
            return
    raise AssertionError(f"the map never went to where it is: {page.url}")
