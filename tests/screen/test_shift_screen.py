"""A shift hands over in a real browser, by keys alone; another account reads the note and signs it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from patience import PATIENCE

from .conftest import WarRoom, Witness, open_console, raise_incident

pytestmark = pytest.mark.screen
PASSWORD = "correct horse battery"


@pytest.fixture
def shift(browser: Browser, quarters: WarRoom) -> Iterator[dict[str, Page]]:
    """Pages of the administrator who leaves and of the operator who comes, signed in."""
    pages: dict[str, Page] = {}
    for name, role in (("siti", "administrator"), ("budi", "operator")):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        pages[name] = context.new_page()
        pages[name].set_default_timeout(1_000 * PATIENCE)
        wish = {"account": name, "name": name.title(), "password": PASSWORD, "assignments": [{"role": role}]}
        first = pages["siti"].request.post(f"{quarters.address}/pinisi/v1/accounts", data=wish)
        assert first.status == 201, first.text()
        login = {"account": name, "password": PASSWORD}
        assert pages[name].request.post(f"{quarters.address}/pinisi/v1/login", data=login).ok
    yield pages
    for page in pages.values():
        page.context.close()


def open_note(page: Page, room: WarRoom, language: str) -> None:
    """Opens the line of the hand-over on Events by the keyboard."""
    open_console(page, room, f"/?page=events&lang={language}")
    page.locator("shift-note summary").focus()
    page.keyboard.press("Enter")


def test_who_leaves_writes_by_keys_and_who_comes_signs(shift: dict[str, Page], quarters: WarRoom) -> None:
    siti, budi = shift["siti"], shift["budi"]
    witness = Witness(siti, quarters.address)
    raise_incident(siti, quarters, "Banjir di Antang")
    open_note(siti, quarters, "id")
    panel = siti.locator("shift-note")
    expect(panel.locator("open-state")).to_contain_text("Banjir di Antang")
    expect(panel.locator("open-state")).to_contain_text("1 kejadian terbuka")
    panel.get_by_label("Pesan untuk regu berikutnya").focus()
    siti.keyboard.type("Pompa masih dipinjam")
    siti.keyboard.press("Tab")
    siti.keyboard.press("Enter")
    expect(panel.locator("summary")).to_contain_text("menunggu tanda tangan, dari Siti")
    expect(panel).to_contain_text("Orang lain yang harus menandatangani")
    open_note(budi, quarters, "en")
    waits = budi.locator("shift-note")
    expect(waits.locator(".said")).to_have_text("Pompa masih dipinjam")
    waits.get_by_label("Your remark").focus()
    budi.keyboard.type("Read")
    budi.keyboard.press("Enter")
    expect(waits).to_contain_text("Budi took over")
    expect(waits.locator("summary")).to_have_text("Hand-over")
    paper = waits.get_by_role("link", name="PDF of the hand-over")
    answer = budi.request.get(quarters.address + str(paper.get_attribute("href")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    open_note(budi, quarters, "ja")
    expect(budi.locator("shift-note")).to_contain_text("Budiが引き受け")
    assert (witness.complaints, witness.strangers) == ([], [])


def test_the_report_of_an_incident_is_one_key_away_from_it(page: Page, war_room: WarRoom) -> None:
    raise_incident(page, war_room, "Banjir di Batua")
    incident = page.request.get(f"{war_room.address}/pinisi/v1/incidents").json()["incidents"][0]["id"]
    open_console(page, war_room, f"/?page=events&incident={incident}&lang=en")
    link = page.locator("incident-report a")
    expect(link).to_have_text("Interim report (PDF)")
    answer = page.request.get(war_room.address + str(link.get_attribute("href")))
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
