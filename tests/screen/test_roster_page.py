"""Units and crews on screen: entered, looked at before they are loaded, put off duty; a phone comes in by its code."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
PASSWORD = "correct horse battery"
OURS = "/pinisi/v1"
ROSTER = b"code,name,agency,capabilities,longitude,latitude\nl-1,Latihan 1,damkar,fire-engine,119.41,-5.13\n"
FAULTY = ROSTER + b"l-2,Latihan 2,nowhere,fire-engine,119.41,-5.13\n"


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room with an administrator and a crew's account that speaks for nobody yet."""
    room = WarRoom(tmp_path_factory.mktemp("station"))
    try:
        room.start()
        for name, role in (("ani", "administrator"), ("regu", "crew")):
            wish = {"account": name, "name": f"{name.title()} Latihan", "assignments": [{"role": role}]}
            wish |= {"password": PASSWORD} if name == "ani" else {}
            cookie = {"cookie": signed_in(room)} if name == "regu" else {}
            httpx.post(f"{room.address}{OURS}/accounts", json=wish, headers=cookie).raise_for_status()
        yield room
    finally:
        room.stop()


def signed_in(room: WarRoom) -> str:
    answer = httpx.post(f"{room.address}{OURS}/login", json={"account": "ani", "password": PASSWORD})
    return answer.raise_for_status().headers["set-cookie"].partition(";")[0]


def photographed(page: Page) -> str:
    """What a camera reads from the code on the screen."""
    path = str(page.locator("crew-list svg path").get_attribute("d"))
    edge = int(float(str(page.locator("crew-list svg").get_attribute("viewBox")).split()[2]))
    dots = np.full((edge, edge), 255, np.uint8)
    for part in path.split("M")[1:]:
        x, y = part.partition("h")[0].split()
        dots[int(y) + 4, int(x) + 4] = 0
    (read,) = zxingcpp.read_barcodes(np.kron(dots, np.ones((8, 8), np.uint8)))
    return str(read.text)


def test_units_are_loaded_after_a_look_and_a_phone_comes_in_by_its_code(
    page: Page, browser: Browser, station: WarRoom, tmp_path: Path
) -> None:
    name, _, value = signed_in(station).partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": station.address}])
    witness = Witness(page, station.address)
    open_console(page, station, "/?page=events&lang=en")
    page.get_by_role("button", name="Units and crews").click()
    choose = page.locator("roster-import input[type=file]")
    choose.set_input_files({"name": "units.csv", "mimeType": "text/csv", "buffer": FAULTY})
    expect(page.locator("roster-import")).to_contain_text("1 new, 0 changed, 0 as they are, 1 fault")
    expect(page.locator("roster-import td").nth(1)).to_have_text("agency")
    choose.set_input_files({"name": "units.csv", "mimeType": "text/csv", "buffer": ROSTER})
    page.get_by_role("button", name="Load", exact=True).click()
    row = page.locator("unit-list .row")
    expect(row).to_contain_text("Latihan 1")
    row.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Why is it out of service?").select_option("repair")
    page.get_by_role("button", name="Put out of service").click()
    expect(row).to_contain_text("off duty: in repair")
    page.get_by_role("button", name="Regu Latihan").click()
    page.get_by_label("Speaks for").select_option(label="Latihan 1")
    page.locator("crew-list").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Bring a phone in").click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    found = [each["id"] for each in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]]
    page.set_viewport_size({"width": 1280, "height": 1800})
    page.screenshot(path=tmp_path / "roster.png")
    link = photographed(page)
    assert link == page.get_by_label("Or send this link").input_value()
    phone = browser.new_page(locale="id-ID", viewport={"width": 360, "height": 740})
    phone.goto(link)
    expect(phone.locator("h1")).to_have_text("Dinas Pemadam Kebakaran · Latihan 1")
    assert urlsplit(phone.url).fragment == ""
    phone.close()
    assert (found, witness.complaints, witness.strangers) == ([], [], [])
