"""Warnings, earthquakes and forecasts of BMKG on the map and in lists: captured files, served by a local server."""

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from .conftest import ROOT, WarRoom, Witness, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]
BMKG = ROOT / "tests" / "services" / "bmkg"
LIVE = """\
[[sources]]
id = "bmkg-warnings"
kind = "flood.bmkg-warnings"
on = true
options = {{ address = "{root}/rss.xml", every = 2.0, per_minute = 600.0 }}
[[sources]]
id = "bmkg-earthquakes"
kind = "flood.bmkg-earthquakes"
on = true
options = {{ addresses = ["{root}/quakes.json"], within_km = 20000.0, days = 40000.0, every = 2.0, per_minute = 600.0 }}
[[sources]]
id = "bmkg-forecast"
kind = "environment.bmkg-forecast"
on = true
options = {{ address = "{root}/forecast.json?{{adm4}}", villages = ["73.71.09.1004"], every = 600.0 }}
"""


def warning() -> bytes:
    """The captured warning, over the north of Makassar and for a hundred years."""
    captured = (BMKG / "bmkg_cap_jateng.xml").read_bytes()
    ring = b"-5.12,119.42 -5.12,119.50 -5.18,119.50 -5.18,119.42 -5.12,119.42"
    moved = captured.replace(b"-6.89,109.67 -6.88,109.68 -6.87,109.69 -6.89,109.67", ring)
    return moved.replace(b"2026-02-17T01:00:00+07:00</expires>", b"2126-02-17T01:00:00+07:00</expires>")


def forecast() -> bytes:
    """The captured forecast, moved in time so that its first step is the present one."""
    told = json.loads((BMKG / "bmkg_forecast_response.json").read_bytes())
    steps = [step for entry in told["data"] for step in _steps(entry)]
    form = "%Y-%m-%d %H:%M:%S"
    begin = min(datetime.strptime(step["utc_datetime"], form) for step in steps)
    shift = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - begin
    for step in steps:
        step["utc_datetime"] = (datetime.strptime(step["utc_datetime"], form) + shift).strftime(form)
    return json.dumps(told).encode()


def _steps(entry: Any) -> list[dict[str, Any]]:
    if isinstance(entry, dict) and "cuaca" in entry:
        return [step for day in cast("Any", entry)["cuaca"] for step in day]
    return [entry]


@pytest.fixture(scope="module")
def agency() -> Iterator[str]:
    """Serves what the agency serves; its address."""
    pages: dict[str, tuple[str, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media, body = pages.get(self.path.partition("?")[0], ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("content-type", media)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    root = f"http://127.0.0.1:{server.server_port}"
    item = f"<item><title>Hujan</title><link>{root}/cap.xml</link><pubDate>now</pubDate></item>"
    pages |= {
        "/rss.xml": ("application/xml", f"<rss><channel>{item}</channel></rss>".encode()),
        "/cap.xml": ("application/xml", warning()),
        "/quakes.json": ("application/json", (BMKG / "bmkg_gempaterkini.json").read_bytes()),
        "/forecast.json": ("application/json", forecast()),
    }
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield root
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory, agency: str) -> Iterator[WarRoom]:
    folder: Path = tmp_path_factory.mktemp("warned")
    shutil.copytree(ROOT / "cities" / "makassar", folder / "city")
    (folder / "city" / "live.toml").write_text(LIVE.format(root=agency), encoding="utf-8")
    room = WarRoom(folder / "data", folder / "city")
    try:
        room.start()
        yield room
    finally:
        room.stop()


TITLES = {
    "id": ("Peringatan dini cuaca", "Gempa bumi", "Prakiraan cuaca kelurahan", "sedang", "berlaku"),
    "en": ("Weather warnings", "Earthquakes", "Weather forecast by kelurahan", "moderate", "in force"),
    "ja": ("気象警報", "地震", "町ごとの天気予報", "中程度", "発表中"),
}


@pytest.mark.parametrize("language", TITLES)
def test_a_warning_is_read_in_the_words_of_the_reader(page: Page, warned: WarRoom, language: str) -> None:
    title, quakes, forecasts, severity, in_force = TITLES[language]
    witness = Witness(page, warned.address)
    open_console(page, warned, f"/?lang={language}&legend=open")
    legend = page.locator("legend-box")
    for each in (title, quakes, forecasts):
        expect(legend.locator("li", has_text=each).first).to_be_visible()
    expect(legend.locator("class-key").first).to_contain_text(severity)
    page.goto(f"{warned.address}/?lang={language}&page=place&list=warnings")
    row = page.locator("layer-list [role=option]")
    expect(row).to_have_count(1, timeout=30_000)
    expect(row).to_contain_text(severity)
    row.click()
    expect(page.locator("place-facts")).to_contain_text(in_force)
    assert witness.complaints == []


def test_the_map_shows_where_a_warning_holds_and_goes_there(page: Page, warned: WarRoom) -> None:
    open_console(page, warned, "/?lang=en&layers=warnings&page=place&list=warnings&map=12/-5.15/119.46")
    row = page.locator("layer-list [role=option]")
    expect(row).to_have_count(1, timeout=30_000)
    name = row.locator(".cut-off").first.inner_text()
    box = page.locator("city-map").bounding_box()
    assert box is not None
    tip = page.locator("city-map .tip")
    for turn in range(60):
        page.mouse.move(box["x"] + box["width"] / 2 + turn % 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(250)
        if tip.count() and tip.inner_text().startswith(name):
            break
    expect(tip).to_contain_text(name)
    row.click()
    before = page.url
    page.get_by_role("button", name="Show on the map").click()
    page.wait_for_function("before => location.href !== before", arg=before)
    assert "map=12.00/-5.15000/119.46000" not in page.url


def test_earthquakes_and_forecasts_are_listed_with_their_figure(page: Page, warned: WarRoom) -> None:
    open_console(page, warned, "/?lang=en&page=place&list=earthquakes")
    rows = page.locator("layer-list [role=option]")
    expect(rows.first).to_contain_text("magnitude", timeout=30_000)
    page.goto(f"{warned.address}/?lang=en&page=place&list=forecasts")
    expect(rows.first).to_contain_text("°C", timeout=30_000)
