"""The Events page: from an alarm to its end by keys alone, with two people; undoing; narrowing; the wall."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from patience import PATIENCE

from .conftest import WarRoom, open_console, raise_incident

pytestmark = pytest.mark.screen
PASSWORD = "perahu-layar-makassar-2026"
ALARM = "Udara sangat tidak sehat di Latihan: ISPU 240"


@pytest.fixture(scope="module")
def manned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room of its own with an alarm by the city's rule, and two operators."""
    room = WarRoom(tmp_path_factory.mktemp("manned"))
    try:
        room.start()
        ring(room)
        hire(room, ("ani", "administrator"), ("budi", "operator"), ("citra", "operator"))
        yield room
    finally:
        room.stop()


def ring(room: WarRoom) -> None:
    ispu = {"type": "Property", "value": 240}
    entity = {
        "id": "urn:ngsi-ld:AirQualityIndex:drill",
        "type": "AirQualityIndex",
        "name": {"type": "Property", "value": "Latihan"},
        "ispu": ispu,
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.44, -5.15]}},
    }
    link = f'<{room.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    httpx.post(f"{room.address}/ngsi-ld/v1/entities", json=entity, headers={"link": link}).raise_for_status()


def hire(room: WarRoom, *people: tuple[str, str]) -> None:
    cookie = ""
    for name, role in people:
        wish = {"account": name, "name": name.title(), "password": PASSWORD, "assignments": [{"role": role}]}
        headers = {"cookie": cookie} if cookie else {}
        httpx.post(f"{room.address}/pinisi/v1/accounts", json=wish, headers=headers).raise_for_status()
        if not cookie:
            login = {"account": name, "password": PASSWORD}
            answer = httpx.post(f"{room.address}/pinisi/v1/login", json=login)
            cookie = answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture
def desks(browser: Browser, manned: WarRoom) -> Iterator[dict[str, Page]]:
    contexts: list[BrowserContext] = []
    pages: dict[str, Page] = {}
    for name in ("budi", "citra"):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        contexts.append(context)
        page = pages[name] = context.new_page()
        page.set_default_timeout(1_000 * PATIENCE)
        login = {"account": name, "password": PASSWORD}
        assert page.request.post(f"{manned.address}/pinisi/v1/login", data=login).ok
        open_console(page, manned, "/?page=events")
    yield pages
    for context in contexts:
        context.close()


def test_from_alarm_to_closed_by_keys_alone_with_two_people(desks: dict[str, Page]) -> None:
    budi, citra = desks["budi"], desks["citra"]
    row = budi.locator("incident-row", has_text=ALARM)
    expect(row).to_contain_text("Belum diambil")
    expect(row).to_contain_text("Ambil:")
    expect(budi.locator("incident-row").first).to_contain_text(ALARM)
    budi.keyboard.press("j")
    budi.keyboard.press("a")
    expect(row).to_contain_text("Pemilik Budi")
    budi.keyboard.press("t")
    expect(budi.locator("act-fields")).to_contain_text("Aturan kota menyebutnya bahaya")
    budi.keyboard.press("Enter")
    room = budi.locator("incident-detail")
    expect(room.locator(".state")).to_contain_text("Dipilah")
    budi.keyboard.press("d")
    budi.locator("act-fields select").wait_for()
    budi.keyboard.press("Enter")
    expect(room.locator(".state")).to_contain_text("Dikirim")
    expect(room.locator("incident-agencies")).to_contain_text("Dinas Lingkungan Hidup")
    budi.keyboard.press("r")
    budi.locator("act-fields textarea").wait_for()
    budi.keyboard.type("Sumber asap dipadamkan")
    budi.keyboard.press("Enter")
    expect(room.locator(".state")).to_contain_text("Ditangani")
    expect(room).to_contain_text("Perlu orang kedua")
    expect(room).to_contain_text("orang lain yang memverifikasi")
    expect(citra.locator("incident-row", has_text=ALARM)).to_contain_text("Ditangani")
    citra.locator("incident-row", has_text=ALARM).get_by_role("button", name=ALARM).focus()
    citra.keyboard.press("v")
    expect(citra.locator("incident-row", has_text=ALARM)).to_contain_text("Diverifikasi")
    expect(room.locator(".state")).to_contain_text("Diverifikasi")
    budi.keyboard.press("c")
    budi.locator("act-fields input").wait_for()
    budi.keyboard.type("Udara membaik")
    budi.keyboard.press("Enter")
    expect(room.locator(".state")).to_contain_text("Selesai")
    expect(citra.locator("incident-row", has_text=ALARM)).to_have_count(0)
    for line in ("mengambil alih", "memilah", "menuntaskan", "memverifikasi", "menyelesaikan"):
        expect(room.locator("ol").first).to_contain_text(line)


def test_taking_over_is_undone_by_a_key(page: Page, war_room: WarRoom) -> None:
    raise_incident(page, war_room, "Latihan: salah tekan")
    open_console(page, war_room, "/?page=events&filter=unowned")
    row = page.locator("incident-row", has_text="Latihan: salah tekan")
    row.get_by_role("button", name="Latihan: salah tekan").focus()
    page.keyboard.press("a")
    expect(row).to_have_count(0)
    expect(page.locator("undo-bar")).to_contain_text("Diambil alih")
    page.keyboard.press("u")
    expect(row).to_be_visible()


def test_the_queue_is_narrowed_and_the_address_keeps_it(page: Page, war_room: WarRoom) -> None:
    raise_incident(page, war_room, "Latihan: tanpa prioritas")
    open_console(page, war_room, "/?page=events&only=priority:1")
    expect(page.locator("incident-row", has_text="Latihan: tanpa prioritas")).to_have_count(0)
    page.get_by_label("Prioritas").select_option("Tanpa prioritas")
    expect(page.locator("incident-row", has_text="Latihan: tanpa prioritas")).to_be_visible()
    page.get_by_role("button", name="Hapus saringan").click()
    expect(page.get_by_role("button", name="Hapus saringan")).to_have_count(0)
    assert "only=" not in page.url


def test_a_prank_ends_with_one_key(page: Page, war_room: WarRoom) -> None:
    raise_incident(page, war_room, "Latihan: iseng")
    open_console(page, war_room, "/?page=events")
    row = page.locator("incident-row", has_text="Latihan: iseng")
    row.get_by_role("button", name="Latihan: iseng").focus()
    page.keyboard.press("p")
    expect(row).to_have_count(0)


def test_keys_that_come_before_the_incident_does_are_carried_out_in_their_order(page: Page, war_room: WarRoom) -> None:
    """A quick operator: what was just saved is open, and not read yet, when `a` and `t` are pressed."""
    page.route(re.compile("/pinisi/v1/stream"), lambda _: None)
    page.goto(f"{war_room.address}/?page=events")
    page.locator("events-page h1").wait_for()
    wish = {"title": "Jembatan goyah", "severity": "caution", "location": [119.4386, -5.158]}
    id = str(page.request.post(f"{war_room.address}/pinisi/v1/incidents", data=wish).json()["id"])
    slow: list[Route] = []
    page.route(re.compile(f"/incidents/{quote(id, safe='')}$"), lambda route: slow.append(route))
    walk = "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }"
    page.evaluate(walk, f"/?page=events&incident={id}")
    page.locator("incident-detail").wait_for()
    page.keyboard.press("a")
    page.keyboard.press("t")
    while not slow:
        page.wait_for_timeout(50)
    for each in slow:
        each.continue_()
    page.unroute_all()
    expect(page.locator("incident-detail .state")).to_contain_text("Pemilik")
    expect(page.locator("act-fields select").first).to_be_focused()
    acts = page.request.get(f"{war_room.address}/pinisi/v1/incidents/{id}").json()["acts"]
    assert [each["act"] for each in acts] == ["raise", "take"]
