"""The flood of Jakarta on the screen: roads, routes and neighbourhoods drawn, two moments of its replay compared."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jakarta_cut import cut_city, cut_files
from patience import PATIENCE

from .conftest import WarRoom, open_console
from .pixels import Pixel, pixels

pytestmark = [pytest.mark.screen, pytest.mark.drawn]
FLOOD = "replay-jakarta-flood-2017"
FLOODED, DRY = "2017-02-20T05:00:00.000Z", "2017-02-20T23:00:00.000Z"
"""Moments at which RW 08 of Kampung Melayu stood under water, and no longer."""
RW_08 = "map=17/-6.21641/106.85735"
TRUNK_ROAD = "map=17/-6.109547/106.739387"
"""A bend of a road without a name, which would be written upon it."""
WHOLE_CITY_S = 10 * PATIENCE


@pytest.fixture(scope="module")
def jakarta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """The city on its cuts; its replay stands at 13:30 of the second day."""
    place = tmp_path_factory.mktemp("jakarta")
    room = WarRoom(place / "data", cut_city(place), PINISI_DATA_FROM=str(cut_files(place)))
    room.start()
    yield room
    room.stop()


def start_replay(page: Page, room: WarRoom) -> None:
    wish = {"recording": "jakarta-flood-2017", "paused": True, "from": "2017-02-21T13:30:00+07:00"}
    answer = page.request.post(f"{room.address}/pinisi/v1/replays", data=wish)
    assert answer.status in (201, 409), answer.text()


def await_replay(page: Page, room: WarRoom, within: float = PATIENCE) -> None:
    until = time.monotonic() + within
    while (found := state_of(page, room))["state"] != "paused":
        assert found["failure"] is None
        assert time.monotonic() < until, found
        page.wait_for_timeout(500)


def state_of(page: Page, room: WarRoom) -> dict[str, Any]:
    return page.request.get(f"{room.address}/pinisi/v1/replays/{FLOOD}").json()


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("city-map canvas").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def colour(page: Page) -> Pixel:
    """What the map shows at the place in its middle."""
    x, y = middle(page)
    return pixels(page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1}))[0][0]


def token(page: Page, name: str) -> Pixel:
    """A colour of the theme."""
    written = page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')").strip()
    return tuple(bytes.fromhex(written.removeprefix("#")))


def await_colour(page: Page, holds: Callable[[Pixel], bool]) -> Pixel:
    until = time.monotonic() + PATIENCE
    while not holds(shown := colour(page)):
        assert time.monotonic() < until, shown
        page.wait_for_timeout(250)
    return shown


def blueness(shown: Pixel) -> int:
    """Of the land next to none, of the sea a little, of a flooded neighbourhood much."""
    return shown[2] - shown[0]


def await_count(page: Page, flooded: int) -> None:
    """Wait until the classes of the legend together have so many neighbourhoods."""
    until = time.monotonic() + PATIENCE
    while (found := sum(map(int, page.locator("class-key dd").all_inner_texts()))) != flooded:
        assert time.monotonic() < until, found
        page.wait_for_timeout(250)


def test_the_roads_of_a_register_are_drawn_where_they_lie(page: Page, jakarta: WarRoom) -> None:
    open_console(page, jakarta, f"/?lang=en&theme=light&layers=&{TRUNK_ROAD}")
    wanted = token(page, "road-major")
    await_colour(page, lambda shown: max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) <= 2)
    x, y = middle(page)
    around = pixels(page.screenshot(clip={"x": x - 60, "y": y - 60, "width": 120, "height": 120}))
    alike = sum(pixel == wanted for row in around for pixel in row)
    assert 120 <= alike <= 120 * 120 / 2


def test_a_layer_of_lines_is_drawn_in_its_hue_and_a_line_is_chosen_by_pressing_it(page: Page, jakarta: WarRoom) -> None:
    way = {"type": "LineString", "coordinates": [[106.8560, -6.21641], [106.8590, -6.21641], [106.8600, -6.2150]]}
    route = {
        "id": "urn:ngsi-ld:GtfsRoute:trial:5C",
        "type": "GtfsRoute",
        "name": {"type": "Property", "value": "PGC - Juanda"},
        "location": {"type": "GeoProperty", "value": way},
    }
    link = f'<{jakarta.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    answer = page.request.post(f"{jakarta.address}/ngsi-ld/v1/entities", data=route, headers={"link": link})
    assert answer.status == 201, answer.text()
    open_console(page, jakarta, f"/?lang=en&theme=light&layers=transit-routes&{RW_08}")
    wanted = token(page, "hue-2")
    await_colour(page, lambda shown: max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) <= 2)
    page.mouse.click(*middle(page))
    expect(page.get_by_role("heading", level=1, name="PGC - Juanda")).to_be_visible()


def test_the_ground_of_a_neighbourhood_is_filled_while_it_is_flooded(page: Page, jakarta: WarRoom) -> None:
    start_replay(page, jakarta)
    await_replay(page, jakarta)
    look = f"/?tenant={FLOOD}&page=time&lang=en&theme=light&layers=flood-areas&legend=open&{RW_08}"
    open_console(page, jakarta, f"{look}&at={DRY}")
    await_colour(page, lambda shown: min(shown) > 240 and blueness(shown) < 5)
    open_console(page, jakarta, f"{look}&at={FLOODED}")
    await_colour(page, lambda shown: blueness(shown) > 25)


def test_two_moments_are_compared_by_the_names_and_the_words_of_the_city(page: Page, jakarta: WarRoom) -> None:
    start_replay(page, jakarta)
    await_replay(page, jakarta)
    open_console(page, jakarta, f"/?tenant={FLOOD}&page=time&lang=en&at={DRY}&with={FLOODED}")
    row = page.locator("time-differences li", has_text="RW 08")
    expect(row).to_contain_text("Kampung Melayu")
    expect(row).to_contain_text("flooded 10–70 cm → 0")


@pytest.mark.long
def test_the_whole_flood_shows_its_neighbourhoods_at_six_and_at_one(
    page: Page, shared_data: Path, tmp_path: Path
) -> None:
    room = WarRoom(tmp_path / "data", PINISI_DATA_FROM=str(shared_data))
    room.start()
    try:
        start_replay(page, room)
        open_console(page, room, f"/?tenant={FLOOD}&lang=en")
        expect(page.locator("replay-bar").get_by_role("button", name="preparing")).to_be_disabled()
        expect(page.locator("city-clock")).to_contain_text("13:30")
        expect(page.locator("city-map .notice")).to_have_count(0)
        await_replay(page, room, WHOLE_CITY_S)
        look = f"/?tenant={FLOOD}&page=time&lang=en&legend=open"
        for moment, flooded in (("2017-02-20T23:00:00Z", 3), ("2017-02-21T06:00:00Z", 168)):
            open_console(page, room, f"{look}&at={moment}&with=2017-02-20T23:00:00Z")
            expect(page.locator("legend-box")).to_contain_text("302")
            await_count(page, flooded)
        differences = page.locator("time-differences")
        expect(differences).to_contain_text("RW")
        expect(differences).not_to_contain_text("urn:")
    finally:
        room.stop()
