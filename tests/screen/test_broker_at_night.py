"""The broker's section at three in the morning: who is silent, what is missing, what never fired; by keys."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from patience import PATIENCE

from .conftest import ROOT, WarRoom, Witness, open_console
from .test_broker_section import Pump

pytestmark = pytest.mark.screen
GAUGE, BRIDGE, WIND = (f"https://pinisi.example/{name}" for name in ("Gauge", "Bridge", "Wind"))
LETTERS = 60
"""More than one page of them."""
SILENT = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def pump() -> Iterator[Pump]:
    made = Pump()
    yield made
    made.server_close()


def subscription(description: str, type: str, receiver: str, **members: Any) -> dict[str, Any]:
    notification = {"endpoint": {"uri": receiver}}
    told = {"type": "Subscription", "description": description, "entities": [{"type": type}]}
    return {**told, "notification": notification, **members}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, pump: Pump) -> Iterator[WarRoom]:
    """A receiver is dead since yesterday, a partner city and an agent of the harbour's lamps do not answer."""
    data = tmp_path_factory.mktemp("night") / "data"
    with WarRoom(data, PINISI_CONTEXT_SOURCE_TARGETS="loopback", PINISI_NOTIFICATION_TARGETS="loopback") as made:
        dead = subscription("Pump house Tello", GAUGE, f"http://127.0.0.1:{pump.server_port}/water")
        gauges = [
            {"id": f"urn:ngsi-ld:Gauge:{n:02}", "type": GAUGE, "level": {"type": "Property", "value": n}}
            for n in range(LETTERS)
        ]
        with httpx.Client(base_url=made.address + "/ngsi-ld/v1", timeout=PATIENCE) as client:
            assert client.post("/subscriptions", json=dead).status_code == 201
            assert client.post("/entityOperations/upsert", json=gauges).status_code == 201
        made.stop()
        program = [sys.executable, str(Path(__file__).with_name("a_day_later.py")), str(data / "tenants"), "makassar"]
        subprocess.run(program, check=True, timeout=PATIENCE, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
        made.start()
        with httpx.Client(base_url=made.address, timeout=PATIENCE) as client:
            silence(client)
        yield made


def silence(client: httpx.Client) -> None:
    """Registers who does not answer, and asks until each is left alone."""
    city = {"type": "ContextSourceRegistration", "registrationName": "Kota Maros", "endpoint": SILENT,
            "information": [{"entities": [{"type": BRIDGE}]}], "mode": "inclusive"}  # fmt: skip
    lamps = {"description": "Lamps of the harbour", "provider": {"http": {"url": SILENT + "/agent"}},
             "dataProvided": {"entities": [{"id": "Lamp1", "type": "Lamp"}], "attrs": ["switch"]}}  # fmt: skip
    told = [
        ("/ngsi-ld/v1/csourceRegistrations", city),
        ("/v2/registrations", lamps),
        ("/v2/entities", {"id": "Lamp1", "type": "Lamp", "power": {"value": 1}}),
        ("/ngsi-ld/v1/subscriptions", subscription("Bridges of both cities", BRIDGE, f"{SILENT}/bridges")),
        ("/ngsi-ld/v1/subscriptions", subscription("Storm at the harbour", WIND, f"{SILENT}/storm", q="speed>200")),
    ]
    for path, document in told:
        answer = client.post(path, json=document)
        assert answer.status_code == 201, answer.text
    until = time.monotonic() + PATIENCE
    while client.get("/pinisi/v1/broker").json()["silentSources"] != 2:
        client.get("/ngsi-ld/v1/entities", params={"type": BRIDGE})
        client.patch("/v2/entities/Lamp1/attrs", json={"switch": {"value": "on"}})
        assert time.monotonic() < until


def section(page: Page, part: str, text: str) -> Locator:
    return page.locator(f"broker-{part} section", has_text=text)


def test_who_is_silent_is_seen_from_any_part_and_told_with_what_is_missing(page: Page, room: WarRoom) -> None:
    witness = Witness(page, room.address)
    open_console(page, room, "/?page=programme&list=broker&lang=en")
    tab = page.locator("broker-page nav button", has_text="Sources and partners")
    expect(tab.locator(".n")).to_have_text("2")
    tab.click()
    city = section(page, "sources", "Kota Maros")
    expect(city).to_contain_text("holds Bridge")
    expect(city).to_contain_text("no connection · ")
    expect(city.locator(".bad").first).to_contain_text("left alone")
    expect(city).to_contain_text("what only it knows of Bridge")
    lamps = section(page, "sources", "Lamps of the harbour")
    expect(lamps.locator(".small").first).to_contain_text("NGSI v2")
    expect(lamps).to_contain_text("Lamp (only urn:v2:Lamp1, only switch)")
    expect(lamps).to_contain_text("Commands to it fail")
    assert witness.complaints == [] and witness.strangers == []


@pytest.mark.parametrize(
    ("language", "waits", "why"),
    [
        ("en", f"{SILENT} does not have it yet", "(no connection)"),
        ("id", SILENT, "(tidak tersambung)"),
        pytest.param("ja", SILENT, "接続できない", marks=pytest.mark.long),
    ],
)
def test_a_subscription_says_which_source_lacks_its_copy_and_why(
    page: Page, room: WarRoom, language: str, waits: str, why: str
) -> None:
    open_console(page, room, f"/?page=programme&list=broker&detail=subscriptions&lang={language}")
    copy = section(page, "subscriptions", "Bridges of both cities").locator("[data-copy]")
    expect(copy).to_contain_text(waits)
    expect(copy).to_contain_text(why)
    expect(section(page, "subscriptions", "Storm at the harbour").locator("[data-copy]")).to_have_count(0)


def test_those_that_never_fired_are_listed_and_say_whether_anything_fits(page: Page, room: WarRoom) -> None:
    open_console(page, room, "/?page=programme&list=broker&detail=subscriptions&lang=en")
    page.get_by_label("Show").select_option("unused")
    expect(section(page, "subscriptions", "Pump house Tello")).to_have_count(0)
    storm = section(page, "subscriptions", "Storm at the harbour")
    expect(storm).to_contain_text("nothing sent yet")
    storm.get_by_role("button", name="Send a test").press("Enter")
    expect(storm).to_contain_text("Not taken: no connection")
    expect(storm.get_by_role("button", name="Send a test")).to_be_focused()


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_axe_finds_no_violation_where_all_is_silent(page: Page, room: WarRoom, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    found: list[str] = []
    for tab in ("subscriptions", "deliveries", "sources"):
        open_console(page, room, f"/?page=programme&list=broker&detail={tab}&lang=id&theme={theme}")
        expect(page.locator("broker-page [aria-busy=true]")).to_have_count(0)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [f"{tab}: {each['id']} {[node['target'] for node in each['nodes'][:3]]}" for each in violations]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
    assert found == []


def test_on_a_phone_the_first_letter_is_on_the_first_screen(page: Page, room: WarRoom) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, room, "/?page=programme&list=broker&detail=deliveries&lang=en")
    expect(page.locator("letter-list section").first).to_be_in_viewport()
    page.get_by_text("Narrow the list").click()
    expect(page.get_by_label("Receiver")).to_be_visible()


def test_the_entities_of_a_type_are_found_and_open_with_their_past(page: Page, room: WarRoom) -> None:
    witness = Witness(page, room.address)
    open_console(page, room, "/?page=programme&list=broker&detail=types&lang=en")
    page.locator("broker-types").get_by_role("button", name="Gauge", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("detail=types/https"))
    head = page.locator("broker-entities .section-head .count")
    expect(head).to_have_text(str(LETTERS))
    expect(page.locator("broker-entities section")).to_have_count(50)
    page.locator("broker-entities").get_by_role("button", name="Show more").press("Enter")
    expect(page.locator("broker-entities section")).to_have_count(LETTERS)
    page.get_by_label("Find by id").fill("gauge:07")
    page.keyboard.press("Enter")
    expect(head).to_have_text("1")
    one = section(page, "entities", "urn:ngsi-ld:Gauge:07")
    expect(one).to_contain_text("level: 7")
    one.get_by_role("button").press("Enter")
    expect(page.locator("place-page")).to_contain_text("level")
    expect(page.locator("place-page")).not_to_contain_text("default-context")
    page.go_back()
    expect(head).to_have_text(str(LETTERS))
    page.get_by_role("button", name="All types").click()
    expect(page.locator("broker-types tbody tr").first).to_be_visible()
    assert witness.complaints == [] and witness.strangers == []


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (3840, "dark")])
def test_the_entities_of_a_type_fit_a_phone_and_a_wall(page: Page, room: WarRoom, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    open_console(page, room, f"/?page=programme&list=broker&detail=types/{GAUGE}&lang=ja&theme={theme}")
    expect(page.locator("broker-entities section").first).to_be_visible()
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_letters_of_one_receiver_are_shown_from_its_row(page: Page, room: WarRoom, pump: Pump) -> None:
    open_console(page, room, "/?page=programme&list=broker&detail=deliveries&lang=en")
    receiver = page.locator("broker-deliveries section", has_text=str(pump.server_port)).first
    receiver.get_by_role("button", name="Show its undelivered").press("Enter")
    expect(page.locator("letter-list h2")).to_be_focused()
    expect(page.get_by_label("Receiver")).to_have_value(f"http://127.0.0.1:{pump.server_port}")
    expect(page.locator("letter-list section")).to_have_count(50)


def test_letters_are_counted_replayed_by_keys_and_seen_to_go(page: Page, room: WarRoom, pump: Pump) -> None:
    """Runs last: after it the receiver lives."""
    open_console(page, room, "/?page=programme&list=broker&detail=deliveries&lang=en")
    head = page.locator("letter-list .section-head .count")
    expect(head).to_have_text(str(LETTERS))
    expect(page.locator("letter-list section")).to_have_count(50)
    expect(page.locator("letter-list")).to_contain_text("The oldest change is of ")
    replay = page.get_by_role("button", name="Replay all that fit")
    replay.press("Enter")
    cancel = page.locator("letter-list").get_by_role("button", name="Cancel")
    cancel.press("Enter")
    expect(cancel).to_have_count(0)
    expect(page.locator("letter-list h2")).to_be_focused()
    pump.listen()
    replay.press("Enter")
    page.get_by_role("button", name="Replay now").press("Enter")
    expect(page.locator("letter-list [role=status]")).to_have_text(f"{LETTERS} are being sent again.")
    expect(page.locator("letter-list h2")).to_be_focused()
    receiver = page.locator("broker-deliveries section", has_text=str(pump.server_port)).first
    expect(receiver).not_to_contain_text("undelivered")
    expect(receiver).to_contain_text("nothing waits")
    assert {entity["id"] for letter in pump.heard for entity in letter["data"]} == {
        f"urn:ngsi-ld:Gauge:{n:02}" for n in range(LETTERS)
    }
