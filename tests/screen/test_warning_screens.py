"""A warning's life on screen, by two people: worded, released by the other, seen by everyone, updated, cancelled."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from patience import PATIENCE

from .conftest import WarRoom, Witness, open_console, raise_incident

sys.path.insert(0, str(Path(__file__).parents[1] / "incidents"))

from pinisi.incidents.cap.feed_reader import read_feed

pytestmark = pytest.mark.screen
PASSWORD = "correct horse battery"
PUBLIC = "/pinisi/v1/public/warnings"


@pytest.fixture(scope="module")
def officers(browser: Browser, quarters: WarRoom) -> Iterator[dict[str, Page]]:
    """Pages, signed in, of who words a warning at a desk and of the supervisor who releases it by phone."""
    pages: dict[str, Page] = {}
    for name, role, wide in (("siti", "administrator", 1280), ("budi", "supervisor", 390)):
        context = browser.new_context(viewport={"width": wide, "height": 800}, reduced_motion="reduce")
        pages[name] = context.new_page()
        pages[name].set_default_timeout(1_000 * PATIENCE)
        wish = {"account": name, "name": name.title(), "password": PASSWORD, "assignments": [{"role": role}]}
        made = pages["siti"].request.post(f"{quarters.address}/pinisi/v1/accounts", data=wish)
        assert made.status == 201, made.text()
        login = {"account": name, "password": PASSWORD}
        assert pages[name].request.post(f"{quarters.address}/pinisi/v1/login", data=login).ok
    yield pages
    for page in pages.values():
        page.context.close()


def headlines(page: Page, room: WarRoom) -> list[str]:
    feed = page.request.get(f"{room.address}{PUBLIC}.atom?language=id")
    return [named.title for named in read_feed(feed.body())]


def violations(page: Page) -> list[str]:
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{each['id']}: {[node['target'] for node in each['nodes'][:3]]}" for each in result.response["violations"]]


def turn_to(page: Page, room: WarRoom, address: str) -> None:
    """Another address, as Back and Forward lead to one; the console is opened where it is not yet."""
    if not page.url.startswith(room.address):
        open_console(page, room, address)
    else:
        page.evaluate("to => history.pushState(null, '', to)", address)
        page.evaluate("() => dispatchEvent(new PopStateEvent('popstate'))")


def release(page: Page, room: WarRoom, id: str) -> None:
    """Opens a draft and releases it by keys: t asks, Enter says yes."""
    turn_to(page, room, f"/?page=events&warning={id}&lang=id&layers=")
    expect(page.locator("warning-preview article")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Ya, terbitkan sekarang")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("warning-detail .state")).to_contain_text("diterbitkan")


def opened(page: Page) -> str:
    """Id of the warning that the address names."""
    page.wait_for_url(re.compile("warning=urn:"))
    found = re.search(r"warning=([^&]+)", page.url)
    assert found is not None
    return found[1]


def test_one_words_from_an_incident_another_releases_and_everyone_sees_it(
    officers: dict[str, Page], quarters: WarRoom
) -> None:
    siti, budi = officers["siti"], officers["budi"]
    witness = Witness(siti, quarters.address)
    raise_incident(siti, quarters, "Banjir di Rappocini")
    incident = siti.request.get(f"{quarters.address}/pinisi/v1/incidents").json()["incidents"][0]["id"]
    open_console(siti, quarters, f"/?page=events&incident={incident}&lang=id&layers=")
    siti.locator("incident-acts").wait_for()
    siti.keyboard.press("b")
    form = siti.locator("warning-form")
    expect(form.get_by_label("Jenis peringatan")).to_be_focused()
    siti.keyboard.type("Banjir")
    expect(form.locator("#ja-headline")).to_have_value(re.compile("洪水"))
    form.get_by_role("combobox", name="Kelurahan atau kecamatan").focus()
    siti.keyboard.type("antng")
    expect(form.locator("ground-field [role=option]").first).to_contain_text("Antang")
    siti.keyboard.press("Enter")
    expect(form.locator("#id-headline")).to_have_value("Banjir di Antang")
    form.locator("#en-headline").fill("<b>Flood</b>")
    expect(form.locator("#en-headline-fault")).to_contain_text("aturan 3.3.3")
    expect(form.get_by_role("button", name="Simpan sebagai draf")).to_be_disabled()
    form.locator("#en-headline").fill("Flood in Antang")
    expect(form.locator("warning-preview h2")).to_have_text("Banjir di Antang")
    expect(form.get_by_role("button", name="Simpan sebagai draf")).to_be_enabled()
    siti.keyboard.press("Control+Enter")
    expect(siti.locator("warning-acts")).to_contain_text("Anda ikut menyusun draf ini")
    id = opened(siti)
    assert headlines(siti, quarters) == []
    release(budi, quarters, id)
    assert headlines(siti, quarters) == ["Banjir di Antang"]
    public = budi.request.get(f"{quarters.address}{PUBLIC}?language=ja").text()
    assert "Antangで洪水" in public
    badge = siti.locator("warning-badge").get_by_role("button", name="1 peringatan berlaku · Parah")
    expect(badge).to_be_visible()
    assert (witness.complaints, witness.strangers) == ([], [])


def test_an_update_shows_what_it_changes_and_a_cancel_that_went_out_alone_is_reviewed(
    officers: dict[str, Page], quarters: WarRoom
) -> None:
    siti, budi = officers["siti"], officers["budi"]
    turn_to(siti, quarters, "/?page=events&warning=list&lang=id&layers=")
    siti.locator("warning-list button.row").first.wait_for()
    siti.keyboard.press("j")
    siti.keyboard.press("Enter")
    siti.get_by_role("button", name="Perbarui").click()
    form = siti.locator("warning-form")
    form.get_by_label("Keparahan").select_option("Extreme")
    form.locator("#id-description").fill("Air di Antang kini setinggi dada.")
    expect(form.get_by_role("button", name="Simpan sebagai draf")).to_be_enabled()
    siti.keyboard.press("Control+Enter")
    expect(siti.locator("warning-changes")).to_contain_text("Air di Antang kini setinggi dada.")
    expect(siti.locator("warning-changes")).to_contain_text("Ekstrem")
    update = opened(siti)
    assert violations(siti) == []
    release(budi, quarters, update)
    assert headlines(siti, quarters) == ["Banjir di Antang"]
    budi.get_by_role("button", name="Batalkan").click()
    budi.get_by_label("Mengapa dibatalkan").fill("Air sudah surut")
    budi.keyboard.press("Enter")
    acts = budi.locator("warning-acts")
    acts.get_by_role("button", name="Tidak ada orang lain yang bertugas?").click()
    acts.get_by_label("Alasan menerbitkan sendirian").fill("Sendirian di regu malam")
    budi.keyboard.press("Enter")
    expect(acts).to_contain_text("Orang lain yang memeriksa")
    assert headlines(siti, quarters) == []
    turn_to(siti, quarters, "/?page=events&warning=list&lang=id&layers=")
    owed = siti.get_by_role("list", name="Diterbitkan sendirian, belum diperiksa")
    expect(owed).to_contain_text("Sendirian di regu malam")
    owed.get_by_role("button").click()
    siti.get_by_label("Catatan pemeriksaan").fill("Tepat")
    siti.keyboard.press("Enter")
    expect(siti.locator("warning-detail .state")).to_contain_text("diperiksa Siti")
