"""The Events page in one shift: the shelf, a suggestion answered, a glass broken and reviewed, the wall, a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from patience import PATIENCE

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
PASSWORD = "perahu-layar-makassar-2026"
OURS = "/pinisi/v1"
AXE = {"resultTypes": ["violations"]}


def signed_in(browser: Browser, room: WarRoom, account: str) -> Page:
    """A page of somebody of the room; the first one makes the accounts."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    login = {"account": account, "password": PASSWORD}
    if not page.request.post(f"{room.address}{OURS}/login", data=login).ok:
        for name, role in (("siti", "administrator"), ("budi", "operator")):
            wish = {"account": name, "name": name.title(), "password": PASSWORD, "assignments": [{"role": role}]}
            assert page.request.post(f"{room.address}{OURS}/accounts", data=wish).ok
            if name == "siti":
                assert page.request.post(f"{room.address}{OURS}/login", data=login).ok
    return page


@pytest.fixture
def siti(browser: Browser, quarters: WarRoom) -> Iterator[Page]:
    page = signed_in(browser, quarters, "siti")
    yield page
    page.context.close()


def raised(page: Page, room: WarRoom, title: str, **more: Any) -> str:
    wish = {"title": title, "severity": "caution", "location": [119.4386, -5.158], **more}
    answer = page.request.post(f"{room.address}{OURS}/incidents", data=wish)
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def row_of(page: Page, title: str) -> Locator:
    return page.locator("incident-row", has_text=title)


def step_to(page: Page, title: str) -> None:
    """Down the queue by `j`, until the row has the focus."""
    row = row_of(page, title)
    expect(row).to_be_visible()
    for _ in range(page.locator("incident-row").count()):
        page.keyboard.press("j")
        if row.evaluate("(each) => each.getRootNode().activeElement === each"):
            return
    raise AssertionError(f"no row {title!r} is reached by j")


def test_an_alarm_is_shelved_by_keys_and_comes_back(siti: Page, quarters: WarRoom) -> None:
    witness = Witness(siti, quarters.address)
    entity = {
        "id": "urn:ngsi-ld:AirQualityIndex:shelf",
        "type": "AirQualityIndex",
        "name": {"type": "Property", "value": "Rak"},
        "ispu": {"type": "Property", "value": 240},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.44, -5.15]}},
    }
    link = f'<{quarters.address}{OURS}/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    assert siti.request.post(f"{quarters.address}/ngsi-ld/v1/entities", data=entity, headers={"link": link}).ok
    open_console(siti, quarters, "/?page=events")
    step_to(siti, "sangat tidak sehat di Rak")
    siti.keyboard.press("s")
    expect(siti.locator("act-fields input")).to_be_focused()
    siti.keyboard.type("Alat dikalibrasi")
    siti.keyboard.press("Tab")
    siti.keyboard.press("Home")
    siti.keyboard.press("Enter")
    room = siti.locator("incident-detail")
    expect(room.locator(".state")).to_contain_text("Ditunda")
    expect(room.locator(".remark")).to_contain_text("Alat dikalibrasi")
    siti.keyboard.press("Escape")
    expect(row_of(siti, "sangat tidak sehat di Rak")).to_have_count(0)
    siti.get_by_role("button", name="Ditunda").focus()
    siti.keyboard.press("Enter")
    expect(row_of(siti, "sangat tidak sehat di Rak")).to_contain_text("Alat dikalibrasi")
    siti.keyboard.press("u")
    expect(row_of(siti, "sangat tidak sehat di Rak")).to_have_count(0)
    incident = next(
        each["id"]
        for each in siti.request.get(f"{quarters.address}{OURS}/incidents").json()["incidents"]
        if "sangat tidak sehat di Rak" in each["title"]["id"]
    )
    shelve_shortly(siti, quarters, incident)
    open_console(siti, quarters, f"/?page=events&incident={incident}")
    expect(room.locator("ol")).to_contain_text("Pinisi mengembalikan")
    expect(room.locator(".state")).to_contain_text("Belum diambil")
    assert (witness.complaints, witness.strangers) == ([], [])


def shelve_shortly(page: Page, room: WarRoom, incident: str) -> None:
    """For two seconds; for longer where the machine is so loaded that these are over before it is said."""
    told: list[str] = []
    for seconds in (2, 20, 60):
        until = f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"
        wish = {"act": "shelve", "reason": "Sebentar", "until": until}
        answer = page.request.post(f"{room.address}{OURS}/incidents/{incident}/acts", data=wish)
        if answer.ok:
            return
        told.append(answer.text())
    raise AssertionError(told)


def test_a_suggestion_is_confirmed_with_y_and_another_refused_with_x(siti: Page, quarters: WarRoom) -> None:
    first = raised(siti, quarters, "Banjir setinggi lutut", category="flood")
    raised(siti, quarters, "Air masuk rumah", category="flood", location=[119.4388, -5.1582])
    open_console(siti, quarters, "/?page=events")
    expect(row_of(siti, "Air masuk rumah")).to_contain_text("≈")
    step_to(siti, "Air masuk rumah")
    siti.keyboard.press("y")
    expect(row_of(siti, "Air masuk rumah")).to_have_count(0)
    raised(siti, quarters, "Selokan meluap", category="flood", location=[119.4384, -5.1579])
    open_console(siti, quarters, "/?page=events")
    expect(row_of(siti, "Selokan meluap")).to_contain_text("≈")
    step_to(siti, "Selokan meluap")
    siti.keyboard.press("Enter")
    room = siti.locator("incident-detail")
    expect(room.locator("incident-alike")).to_contain_text("Banjir setinggi lutut")
    siti.keyboard.press("x")
    expect(room.locator("incident-alike [role=status]")).to_have_count(0)
    expect(room.locator("ol")).to_contain_text("menyatakan bukan kejadian yang sama dengan")
    open_console(siti, quarters, f"/?page=events&incident={first}")
    expect(room).to_contain_text("Memuat 1 laporan lain")


def test_who_is_alone_breaks_the_glass_and_the_next_shift_reviews_it(
    browser: Browser, siti: Page, quarters: WarRoom
) -> None:
    incident = raised(siti, quarters, "Tanggul retak", severity="danger", priority=1)
    open_console(siti, quarters, f"/?page=events&incident={incident}")
    room = siti.locator("incident-detail")
    siti.keyboard.press("r")
    expect(siti.locator("act-fields textarea")).to_be_focused()
    siti.keyboard.type("Karung pasir dipasang")
    siti.keyboard.press("Enter")
    expect(room.locator(".state")).to_contain_text("Ditangani")
    siti.keyboard.press("v")
    expect(siti.locator("act-fields input")).to_be_focused()
    siti.keyboard.type("Sendirian jaga malam")
    siti.keyboard.press("Enter")
    expect(room.locator(".remark")).to_contain_text("Sendirian jaga malam")
    budi = signed_in(browser, quarters, "budi")
    try:
        open_console(budi, quarters, "/?page=events")
        budi.locator("shift-note summary").focus()
        budi.keyboard.press("Enter")
        line = budi.locator("open-state").get_by_role("button", name="Siti: Sendirian jaga malam")
        expect(line).to_contain_text("Tanggul retak")
        line.focus()
        budi.keyboard.press("Enter")
        budi.get_by_role("button", name="Tinjau").focus()
        budi.keyboard.press("Enter")
        expect(budi.locator("incident-detail .remark")).to_contain_text("Ditinjau oleh Budi")
        expect(budi.locator("incident-detail ol")).to_contain_text("Budi meninjau verifikasi darurat")
    finally:
        budi.context.close()


def test_the_wall_shows_the_gravest_in_turn_and_a_new_one_with_them(siti: Page, quarters: WarRoom) -> None:
    siti.clock.install()
    raised(siti, quarters, "Dinding: gudang terbakar", severity="danger", priority=1, category="fire")
    open_console(siti, quarters, "/?page=events&mode=wall")
    expect(row_of(siti, "gudang terbakar")).to_contain_text("Kebakaran")
    raised(siti, quarters, "Dinding: jembatan putus", severity="danger", priority=1)
    raised(siti, quarters, "Dinding: pohon tumbang", severity="caution", priority=4)
    expect(row_of(siti, "jembatan putus")).to_be_visible()
    seen = seen_in_turn(siti)
    assert {"Dinding: gudang terbakar", "Dinding: jembatan putus"} <= set(seen)
    assert "Dinding: pohon tumbang" not in seen


def seen_in_turn(page: Page) -> list[str]:
    """What the wall shows, 20 s each (operations.toml), until the whole city, "", has come round twice."""
    seen: list[str] = []
    page.clock.pause_at(page.evaluate("new Date(Date.now() + 1000).toISOString()"))
    while seen.count("") < 2:
        assert len(seen) < 12, seen
        page.clock.fast_forward(19_900)
        page.clock.run_for(100)
        seen.append(
            page.locator("incident-detail h2").first.inner_text() if page.locator("wall-tour p").count() else ""
        )
    page.clock.resume()
    return seen


def test_on_a_phone_the_queue_leads_into_the_room_and_back(siti: Page, quarters: WarRoom) -> None:
    raised(siti, quarters, "Telepon genggam: gardu listrik padam di persimpangan", category="power", priority=3)
    siti.set_viewport_size({"width": 390, "height": 844})
    open_console(siti, quarters, "/?page=events")
    check_phone(siti)
    row_of(siti, "gardu listrik padam").get_by_role("button", name="gardu listrik padam").click()
    expect(siti.locator("incident-detail .state")).to_contain_text("Terbuka")
    check_phone(siti)
    siti.get_by_role("button", name="Lihat daftar").click()
    expect(row_of(siti, "gardu listrik padam")).to_be_visible()


def check_phone(page: Page) -> None:
    """Nothing scrolls sideways, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(page, options=AXE).violations_count == 0
