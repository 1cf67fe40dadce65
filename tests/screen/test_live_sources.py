"""A source that goes quiet is said to be quiet on every screen that uses it; those who may switch it."""

import shutil
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .conftest import ROOT, WarRoom, open_console

pytestmark = pytest.mark.screen
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
    with (folder / "city" / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write(LAYER)
    (folder / "city" / "live.toml").write_text(LIVE, encoding="utf-8")
    room = WarRoom(folder / "data", folder / "city")
    try:
        room.start()
        yield room
    finally:
        room.stop()


def measure(page: Page, room: WarRoom, level: float) -> None:
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
    answer = page.request.post(f"{room.address}/pinisi/v1/push/gauges", data=entity)
    assert answer.status == 200, answer.text()


def test_a_source_that_goes_quiet_is_said_to_be_on_every_screen_that_uses_it(page: Page, gauged: WarRoom) -> None:
    measure(page, gauged, 1.5)
    open_console(page, gauged, "/?lang=id&legend=open")
    now = page.locator("now-page")
    expect(now).to_contain_text("dari 1 sumber mengirim")
    expect(now).to_contain_text("Alat ukur PU diam sejak", timeout=30_000)
    expect(now).to_contain_text("0 dari 1 sumber mengirim")
    layer = page.locator("legend-box li", has_text="Alat ukur air")
    expect(layer.locator("state-mark")).to_have_attribute("state", "silent")
    page.goto(gauged.address + "/?lang=id&page=place&list=gauges")
    expect(page.locator("layer-list")).to_contain_text("Alat ukur PU diam sejak")
    measure(page, gauged, 1.7)
    expect(page.locator("layer-list")).not_to_contain_text("diam sejak", timeout=30_000)


def test_the_list_of_sources_says_how_each_is_doing_and_switches_it(page: Page, gauged: WarRoom) -> None:
    measure(page, gauged, 1.6)
    open_console(page, gauged, "/?lang=id")
    page.get_by_role("button", name="sumber mengirim").click()
    sources = page.locator("source-list")
    expect(sources).to_contain_text("biasanya tiap 2 detik")
    expect(sources).to_contain_text("broken")
    expect(sources).to_contain_text("Tidak dapat dipakai: options: ")
    expect(sources).to_contain_text("Tinggi air tidak terlihat: tanya pos jaga.", timeout=30_000)
    sources.get_by_role("button", name="Matikan").click()
    expect(sources).to_contain_text("dimatikan")
    sources.get_by_role("button", name="Nyalakan").click()
    expect(sources).to_contain_text("menunggu pesan pertama")
    assert "list=sources" in page.url
