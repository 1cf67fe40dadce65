"""A source that goes quiet is said to be quiet on every screen that uses it; those who may switch it."""

import re
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Page, expect

from .conftest import ROOT, WarRoom, open_console
from .pixels import pixels

pytestmark = [pytest.mark.screen, pytest.mark.drawn]
LAYER = """
[[layers]]
id = "gauges"
title = { id = "Alat ukur air", en = "Water gauges", ja = "水位計" }
type = "Gauge"
shape = "circle"
hue = 4
labels = "never"
columns = [{ key = "waterLevel", label = { id = "Tinggi", en = "Level", ja = "水位" }, unit = "MTR" }]
"""
TILE = """
[[indicators]]
id = "highest-water"
group = "city"
label = { id = "Air tertinggi", en = "Highest water", ja = "最高水位" }
kind = "max"
attribute = "waterLevel"
unit = "MTR"
select = { type = "Gauge" }
"""
LIVE = """
[[sources]]
id = "gauges"
kind = "push"
[sources.options]
title = { id = "Alat ukur PU", en = "Gauges of PU", ja = "水位計" }
blinds = { id = "Tinggi air tidak terlihat: tanya pos jaga.", en = "Levels are not seen.", ja = "水位が見えません。" }
publisher = "Dinas PU"
every = 2.0
[[sources]]
id = "broken"
kind = "http"
options = { title = { id = "x", en = "x", ja = "x" }, publisher = "x", addresses = ["ftp://x"] }
"""


@pytest.fixture(scope="module")
def gauged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    folder = tmp_path_factory.mktemp("gauged")
    shutil.copytree(ROOT / "cities" / "makassar", folder / "city")
    city = (folder / "city" / "city.toml").read_text(encoding="utf-8")
    tiles = city.replace('tiles = ["population",', 'tiles = ["highest-water", "population",')
    (folder / "city" / "city.toml").write_text(tiles + LAYER, encoding="utf-8")
    with (folder / "city" / "indicators.toml").open("a", encoding="utf-8") as toml:
        toml.write(TILE)
    (folder / "city" / "live.toml").write_text(LIVE, encoding="utf-8")
    room = WarRoom(folder / "data", folder / "city")
    try:
        room.start()
        yield room
    finally:
        room.stop()


def measure(room: WarRoom, level: float) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    entity = {
        "id": "urn:ngsi-ld:Gauge:1",
        "type": "Gauge",
        "name": {"type": "Property", "value": "Tello", "observedAt": at},
        "waterLevel": {"type": "Property", "value": level, "unitCode": "MTR", "observedAt": at},
        "location": {
            "type": "GeoProperty",
            "value": {"type": "Point", "coordinates": [119.45, -5.15]},
            "observedAt": at,
        },
    }
    answer = httpx.post(f"{room.address}/pinisi/v1/push/gauges", json=entity, timeout=30)
    assert answer.status_code == 200, answer.text


@contextmanager
def delivering(room: WarRoom) -> Generator[None]:
    """The gauge is heard again and again, as long as it lasts."""
    over = threading.Event()

    def deliver() -> None:
        while not over.wait(0.5):
            measure(room, 1.5)

    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_source_that_goes_quiet_is_said_to_be_on_every_screen_that_uses_it(page: Page, gauged: WarRoom) -> None:
    measure(gauged, 1.5)
    open_console(page, gauged, "/?lang=id&legend=open")
    now = page.locator("now-page")
    expect(now).to_contain_text("dari 1 sumber mengirim")
    expect(now).to_contain_text("Alat ukur PU diam sejak")
    expect(now).to_contain_text("0 dari 1 sumber mengirim")
    layer = page.locator("legend-box li", has_text="Alat ukur air")
    expect(layer.locator("state-mark")).to_have_attribute("state", "silent")
    page.goto(gauged.address + "/?lang=id&page=place&list=gauges")
    expect(page.locator("layer-list")).to_contain_text("Alat ukur PU diam sejak")
    with delivering(gauged):
        expect(page.locator("layer-list")).not_to_contain_text("Alat ukur PU")


def colours(page: Page) -> int:
    """How many colours the middle of the map has: one of a whole symbol, several of a hollow and hatched one."""
    box = page.locator("city-map .canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2 - 2, box["y"] + box["height"] / 2 - 2
    shown = pixels(page.screenshot(clip={"x": x, "y": y, "width": 4, "height": 4}))
    return len({pixel for row in shown for pixel in row})


def until_drawn(page: Page, wanted: Literal["whole", "hollow"]) -> None:
    for _ in range(60):
        if (colours(page) == 1) is (wanted == "whole"):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"the point was never drawn {wanted}: {colours(page)} colours")


LOOK = "/?lang=id&layers=gauges&map=16/-5.15/119.45"
"""The gauge in the middle of the map."""


def test_points_tiles_rows_and_facts_of_a_source_that_is_cut_are_marked_until_it_is_back(
    page: Page, gauged: WarRoom
) -> None:
    measure(gauged, 1.5)
    open_console(page, gauged, LOOK)
    tile = page.locator("now-page value-view").first
    expect(tile).to_contain_text("Air tertinggi")
    map_canvas = page.locator("city-map canvas").first

    expect(tile.locator("ailing-mark")).to_contain_text("diam · pesan terakhir ")
    expect(tile.locator("ailing-mark state-mark")).to_have_attribute("state", "silent")
    expect(tile.get_by_role("button")).to_have_accessible_name(re.compile("Alat ukur PU diam sejak"))
    expect(map_canvas).to_have_attribute("aria-label", re.compile("Alat ukur PU diam sejak"))
    until_drawn(page, "hollow")
    with delivering(gauged):
        expect(tile.locator("ailing-mark")).to_have_count(0)
        until_drawn(page, "whole")

    page.goto(f"{gauged.address}{LOOK}&page=place&list=gauges")
    row = page.locator("layer-list [role=option]")
    expect(row).to_contain_text("diam · pesan terakhir ")
    row.click()
    facts = page.locator("place-facts")
    expect(facts.locator("div.head")).to_contain_text("Alat ukur PU diam sejak")
    expect(facts.locator("value-view ailing-mark")).to_contain_text("diam · pesan terakhir ")
    until_drawn(page, "hollow")  # also the selected one, grown
    with delivering(gauged):
        expect(facts.locator("value-view ailing-mark")).to_have_count(0)
        expect(facts.locator("div.head")).not_to_contain_text("Alat ukur PU")
        page.get_by_role("button", name="Alat ukur air").first.click()
        expect(row).not_to_contain_text("pesan terakhir")


def test_the_list_of_sources_says_how_each_is_doing_and_switches_it(page: Page, gauged: WarRoom) -> None:
    measure(gauged, 1.6)
    open_console(page, gauged, "/?lang=id")
    page.get_by_role("button", name="sumber mengirim").click()
    sources = page.locator("source-list")
    expect(sources).to_contain_text("biasanya tiap 2 detik")
    expect(sources).to_contain_text("broken")
    expect(sources).to_contain_text("Tidak dapat dipakai: options: ")
    expect(sources).to_contain_text("Tinggi air tidak terlihat: tanya pos jaga.")
    sources.get_by_role("button", name="Matikan").click()
    expect(sources).to_contain_text("dimatikan")
    sources.get_by_role("button", name="Nyalakan").click()
    expect(sources).to_contain_text("menunggu pesan pertama")
    assert "list=sources" in page.url
