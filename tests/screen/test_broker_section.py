"""The broker's section: a receiver was dead for a day; its letters are seen, opened, and replayed once it lives."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from patience import PATIENCE

from .conftest import ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
GAUGE = "https://pinisi.example/Gauge"
DEAD = "/?page=programme&list=broker&detail=deliveries&lang="


class Pump(ThreadingHTTPServer):
    """A receiver; its port is its own from the beginning, though nobody listens before `listen`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.server_bind()
        self.heard: list[Any] = []
        self.news = threading.Event()

    def listen(self) -> None:
        self.server_activate()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Pump)
        server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        server.news.set()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def pump() -> Iterator[Pump]:
    made = Pump()
    yield made
    made.server_close()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, pump: Pump) -> Iterator[WarRoom]:
    """A war room in which a receiver was notified of three gauges, in vain, a day ago."""
    with WarRoom(tmp_path_factory.mktemp("letters") / "data") as made:
        yield made


@pytest.fixture(scope="module")
def letters(room: WarRoom, pump: Pump) -> None:
    endpoint = {"uri": f"http://127.0.0.1:{pump.server_port}/water"}
    subscription = {
        "type": "Subscription",
        "description": "Pump house Tello",
        "entities": [{"type": GAUGE}],
        "watchedAttributes": ["level"],
        "q": "level>2",
        "notification": {"endpoint": endpoint},
    }
    gauges = [
        {"id": f"urn:ngsi-ld:Gauge:{n}", "type": GAUGE, "level": {"type": "Property", "value": 2.5 + n}}
        for n in range(3)
    ]
    with httpx.Client(base_url=room.address + "/ngsi-ld/v1", timeout=PATIENCE) as client:
        assert client.post("/subscriptions", json=subscription).status_code == 201
        assert client.post("/entityOperations/upsert", json=gauges).status_code == 201
    room.stop()
    program = [sys.executable, str(Path(__file__).with_name("a_day_later.py")), str(room.data / "tenants"), "makassar"]
    subprocess.run(program, check=True, timeout=PATIENCE, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
    room.start()


TABS = ("subscriptions", "deliveries", "sources", "contexts", "types")


@pytest.mark.parametrize(("language", "theme"), [("id", "dark"), ("en", "light")])
@pytest.mark.usefixtures("letters")
def test_axe_finds_no_violation_in_any_part(page: Page, room: WarRoom, language: str, theme: str) -> None:
    found: list[str] = []
    for tab in TABS:
        open_console(page, room, f"/?page=programme&list=broker&detail={tab}&lang={language}&theme={theme}")
        expect(page.locator("broker-page nav button[aria-current]")).to_have_count(1)
        expect(page.locator("broker-page [aria-busy=true]")).to_have_count(0)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [f"{tab}: {each['id']} {[node['target'] for node in each['nodes'][:3]]}" for each in violations]
    assert found == []


@pytest.mark.usefixtures("letters")
def test_dead_letters_are_seen_opened_and_replayed_once_the_receiver_lives(
    page: Page, room: WarRoom, pump: Pump
) -> None:
    witness = Witness(page, room.address)
    open_console(page, room, "/?lang=en")
    page.locator("undelivered-badge button").click()
    expect(page).to_have_url(f"{room.address}{DEAD.replace('&lang=', '')}&lang=en")
    expect(page.locator("broker-page nav button[aria-current]")).to_have_text("Deliveries3")
    receiver = page.locator("broker-deliveries section", has_text=str(pump.server_port)).first
    expect(receiver).to_contain_text("3 undelivered")
    letter = page.locator("letter-list section", has_text="urn:ngsi-ld:Gauge:1")
    expect(letter).to_contain_text("no connection")
    letter.get_by_role("button", name="Open").press("Enter")
    expect(letter.locator("pre")).to_contain_text('"value": 3.5')
    pump.listen()
    letter.get_by_role("button", name="Replay").press("Enter")
    assert pump.news.wait(PATIENCE)
    assert pump.heard[0]["data"][0]["id"] == "urn:ngsi-ld:Gauge:1"
    expect(page.locator("letter-list section")).to_have_count(2)
    page.get_by_label("Choose all shown").check()
    page.get_by_role("button", name="Discard the chosen").click()
    discard = page.get_by_role("button", name="Discard for good")
    expect(discard).to_be_disabled()
    page.get_by_label("Why they are put away").fill("measured by hand meanwhile")
    discard.click()
    expect(page.locator("letter-list")).to_contain_text("Everything was delivered, or is still being tried.")
    expect(page.locator("undelivered-badge button")).to_have_count(0)
    acts = page.request.get(f"{room.address}/pinisi/v1/audit?act=dead-letters-discarded").json()["lines"]
    assert acts[0]["detail"]["reason"] == "measured by hand meanwhile"
    assert witness.complaints == [] and witness.strangers == []


@pytest.mark.usefixtures("letters")
def test_a_subscription_is_said_in_words_tried_out_paused_and_deleted(page: Page, room: WarRoom, pump: Pump) -> None:
    open_console(page, room, "/?page=programme&lang=en")
    page.get_by_role("button", name="Broker").click()
    one = page.locator("broker-subscriptions section", has_text="Pump house Tello")
    expect(one).to_contain_text("When level of Gauge changes; if level > 2.")
    one.get_by_role("button", name="Send a test").click()
    expect(one).to_contain_text("Taken: HTTP 204")
    one.get_by_role("button", name="Pause").click()
    expect(one).to_contain_text("paused")
    one.get_by_role("button", name="Resume").click()
    expect(one.get_by_role("button", name="Pause")).to_be_visible()
    one.get_by_role("button", name="Delete", exact=False).click()
    one.get_by_role("button", name="Delete the subscription").click()
    expect(page.locator("broker-subscriptions")).to_contain_text("There are no subscriptions.")


@pytest.mark.parametrize("language", ["id", *(pytest.param(each, marks=pytest.mark.long) for each in ("en", "ja"))])
@pytest.mark.usefixtures("letters")
def test_every_part_speaks_the_language_and_fits_a_phone(page: Page, room: WarRoom, language: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for tab in TABS:
        page.goto(f"{room.address}/?page=programme&list=broker&detail={tab}&lang={language}")
        expect(page.locator("broker-page nav button[aria-current]")).to_have_count(1)
        expect(page.locator("broker-page [aria-busy=true]")).to_have_count(0)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, f"{tab} is {wide} px wide"
