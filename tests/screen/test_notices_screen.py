"""Who was told, on the screen: a contact is written down, told by a real webhook, and the room says what is known."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen


class Receiver(BaseHTTPRequestHandler):
    """Takes every message but the first, which it refuses for good."""

    refused = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200 if Receiver.refused else 410)
        Receiver.refused += 1
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def hook() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    server.shutdown()


def test_a_contact_is_listed_what_failed_is_sent_again_and_the_room_says_that_it_knows(
    page: Page, war_room: WarRoom, hook: str
) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room, "/?lang=en&page=programme&list=data")
    desk = page.locator("notice-desk")
    desk.get_by_role("button", name="Add a contact").click()
    form = desk.locator("contact-form")
    form.get_by_label("Name").fill("Duty officer")
    form.locator("[name=group]").select_option("supervisor")
    form.locator("[name=channel]").select_option("webhook")
    form.get_by_label("Address").fill(hook)
    form.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("status")).to_contain_text("whsec_")
    expect(desk).to_contain_text("Duty officer")
    wish = {
        "title": "Burning shop",
        "severity": "danger",
        "category": "fire",
        "priority": 1,
        "location": [119.44, -5.158],
    }
    raised = page.request.post(f"{war_room.address}/pinisi/v1/incidents", data=wish).json()["id"]
    told = page.locator("incident-told")
    page.goto(f"{war_room.address}/?lang=en&page=events&incident={raised}")
    expect(told).to_contain_text("given up")
    expect(told).to_contain_text("HTTP 410")
    page.goto(f"{war_room.address}/?lang=en&page=programme&list=data")
    row = desk.locator(".notice-row", has_text="Burning shop")
    expect(desk).to_contain_text("Heard by nobody")
    row.get_by_role("button", name="Send again").click()
    expect(row.get_by_role("button", name="Send again")).to_have_count(0)
    page.goto(f"{war_room.address}/?lang=en&page=events&incident={raised}")
    expect(told).to_contain_text("taken by the receiver's server")
    expect(told).to_contain_text("not known to be read")
    told.get_by_role("button", name="I know of it").click()
    expect(told).to_contain_text("answered")
    expect(told.get_by_role("button")).to_have_count(0)
    page.request.post(
        f"{war_room.address}/pinisi/v1/incidents/{raised}/acts", data={"act": "close", "outcome": "prank"}
    )
    contacts = page.request.get(f"{war_room.address}/pinisi/v1/contacts").json()["contacts"]
    for contact in contacts:
        page.request.delete(f"{war_room.address}/pinisi/v1/contacts/{contact['id']}")
    assert witness.complaints == []
