"""People and rights in a real browser: an administrator's first day, and a colleague with the city's own account."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bureau import SECRET, Bureau, client_at_provider
from patience import PATIENCE
from ports import free_port

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
PASSWORD = "correct horse battery"
FILE = """
address = "{house}"

[[providers]]
id = "kota"
name = {{id = "Akun Pemkot", en = "City account", ja = "市のアカウント"}}
issuer = "{issuer}"
client_id = "pinisi"
secret = "oidc-kota"
ask = "Diskominfo"
email_domains = ["makassar.go.id"]
"""


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[WarRoom]:
    """A war room without accounts yet, and the provider of the city's own."""
    house = f"http://127.0.0.1:{free_port()}"
    data = tmp_path / "data"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "oidc-kota").write_text(SECRET)
    with Bureau([client_at_provider(house, "pinisi", "kota")]) as bureau:
        bureau.told(people={"budi-17": {"email": "budi@makassar.go.id", "email_verified": True}})
        (data / "sign-in.toml").write_text(FILE.format(house=house, issuer=bureau.issuer))
        room = WarRoom(data)
        room.address = house
        try:
            room.start()
            yield room
        finally:
            room.stop()


def new_page(browser: Browser, width: int = 1280) -> Page:
    made = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce").new_page()
    made.set_default_timeout(1_000 * PATIENCE)
    return made


def press(page: Page, name: str) -> None:
    """Presses a button of the room by the keyboard."""
    page.locator("people-dialog").get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def test_the_first_day_of_an_administrator(browser: Browser, offices: WarRoom) -> None:
    page = new_page(browser)
    witness = Witness(page, offices.address)
    open_console(page, offices, "/?lang=en&people=accounts")
    room = page.locator("people-dialog")
    press(page, "New account")
    room.get_by_label("Word to sign in with").fill("siti")
    room.get_by_label("Name", exact=True).fill("Siti Rahma")
    room.get_by_label("Role").select_option("administrator")
    room.get_by_label("Where").select_option("house")
    room.get_by_label("Name", exact=True).press("Enter")
    once = room.locator(".secret code").inner_text()
    page.reload()
    page.get_by_label("Account").fill("siti")
    page.get_by_label("Password").fill(once)
    page.keyboard.press("Enter")
    page.get_by_label("New password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(room.locator("account-list")).to_contain_text("Administrator: every city")
    press(page, "New account")
    room.get_by_label("Word to sign in with").fill("budi")
    room.get_by_label("Name", exact=True).fill("Budi S.")
    room.get_by_label("Where").select_option("73.71.10")
    room.get_by_label("Signs in with").select_option("City account")
    room.get_by_label("E-mail address there").fill("budi@makassar.go.id")
    page.keyboard.press("Enter")
    expect(room.locator("account-list")).to_contain_text("Operator: makassar, only Tamalate")
    expect(room.locator("account-list")).to_contain_text("waits for budi@makassar.go.id")
    press(page, "Tokens")
    press(page, "New token")
    room.get_by_label("What it is for").fill("weather mast")
    room.get_by_label("read the city's data").check()
    page.keyboard.press("Enter")
    expect(room.locator("token-list li")).to_contain_text("weather mast")
    press(page, "Audit trail")
    press(page, "Check now")
    expect(room.locator("trail-view .notice")).to_contain_text("Verified up to line")
    expect(room.locator("trail-view .notice")).to_contain_text("by Siti Rahma: nothing was changed")
    room.locator("select[name=of]").select_option("people")
    expect(room.locator("trail-view tbody tr").first).to_contain_text("trail checked")
    room.locator("select[name=act]").select_option("token-made")
    expect(room.locator("trail-view tbody tr")).to_have_count(1)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [each["id"] for each in found] == []
    refused = [each for each in witness.complaints if "status of 401" in each or "status of 409" in each]
    assert (witness.complaints, witness.strangers) == (refused, [])
    colleague_comes(new_page(browser, 390), offices)
    press(page, "Sessions")
    expect(room.locator("session-list li")).to_have_count(2)
    press(page, "End: budi")
    expect(room.locator("session-list li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(room).to_have_count(0)


def colleague_comes(page: Page, offices: WarRoom) -> None:
    """Budi, on a phone, with the account that the city keeps for him."""
    page.goto(f"{offices.address}/?lang=ja&people=me")
    page.get_by_role("link", name="市のアカウントでサインイン").click()
    page.get_by_placeholder("Enter any login").fill("budi-17")
    page.get_by_placeholder("and password").fill("known to the provider alone")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Continue").click()
    room = page.locator("people-dialog")
    expect(room.locator("own-account")).to_contain_text("オペレーター")
    expect(room.locator("own-account")).to_contain_text("市のアカウントでサインインしています")
    expect(room.locator("nav button")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    body = room.locator(".body")
    assert body.evaluate("each => each.scrollWidth <= each.clientWidth")
