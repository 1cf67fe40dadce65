"""The counting page in a real browser, on a phone: by a link, with one thumb, through a lost network, nothing twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from patience import PATIENCE
from pinisi.vocabulary.instant import HOUR, format_instant

from .conftest import WarRoom, Witness

pytestmark = pytest.mark.screen
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PASSWORD = "correct horse battery"
OURS = "/pinisi/v1"
MOBILITY = f"{OURS}/services/mobility"
COUNT = "urn:ngsi-ld:TurningCount:veteran-landak-utara-through"
CONTEXT = "/pinisi/v1/context.jsonld"
NORTH = {"name": "Utara", "turns": {"left": "Jl. Landak", "through": "Jl. Veteran Selatan", "right": "", "u-turn": ""}}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WarRoom, httpx.Client]]:
    """A war room with an administrator, a surveyor and a survey that is open now."""
    with WarRoom(tmp_path_factory.mktemp("survey")) as room:
        ani = {"account": "ani", "name": "Ani", "password": PASSWORD, "assignments": [{"role": "administrator"}]}
        httpx.post(f"{room.address}{OURS}/accounts", json=ani).raise_for_status()
        login = {"account": "ani", "password": PASSWORD}
        answer = httpx.post(f"{room.address}{OURS}/login", json=login).raise_for_status()
        cookie = answer.headers["set-cookie"].partition(";")[0]
        with httpx.Client(base_url=room.address, headers={"cookie": cookie}, timeout=PATIENCE) as desk:
            tim = {"account": "tim-1", "name": "Tim 1", "assignments": [{"role": "surveyor"}]}
            desk.post(f"{OURS}/accounts", json=tim).raise_for_status()
            now = time.time_ns() // 1_000
            survey: dict[str, Any] = {"name": "Survei Veteran", "junction": "Veteran - Landak", "approaches": [NORTH]}
            survey |= {"since": format_instant(now - HOUR), "until": format_instant(now + 4 * HOUR)}
            desk.put(f"{MOBILITY}/surveys/veteran", json=survey).raise_for_status()
            yield room, desk


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport={"width": 360, "height": 740},
        color_scheme="light",
        locale="id-ID",
        service_workers="allow",
        has_touch=True,
    )
    yield made
    made.close()


def link(desk: httpx.Client) -> str:
    answer = desk.post(f"{OURS}/surveyors/invitations", json={"account": "tim-1"})
    return str(answer.raise_for_status().json()["path"])


def open_page(phone: BrowserContext, room: WarRoom, path: str) -> Page:
    page = phone.new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    page.clock.install()
    page.goto(f"{room.address}{path}")
    expect(page.locator("h1")).to_have_text("Hitung lalu lintas · Tim 1")
    return page


def known(desk: httpx.Client) -> int:
    """Motorcycles that were counted, over all intervals."""
    headers = {"link": f'<{desk.base_url}{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"'}
    path = f"/ngsi-ld/v1/temporal/entities/{COUNT}?attrs=motorcycles&options=temporalValues"
    values: list[tuple[int, str]] = desk.get(path, headers=headers).raise_for_status().json()["motorcycles"]["values"]
    return sum({at: number for number, at in values}.values())


def test_a_surveyor_counts_with_one_thumb_through_a_lost_network_and_all_arrives_once(
    office: tuple[WarRoom, httpx.Client], phone: BrowserContext, tmp_path: Path
) -> None:
    room, desk = office
    page = open_page(phone, room, link(desk))
    witness = Witness(page, room.address)
    page.get_by_role("button", name="Veteran - Landak").click()
    page.get_by_role("button", name="Utara").click()
    page.screenshot(path=tmp_path / "choose.png", full_page=True)
    page.wait_for_function("async () => (await (await caches.open('count')).keys()).length >= 4")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.get_by_role("button", name="Mulai menghitung").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    through, left = page.get_by_label("Sepeda motor, Lurus"), page.get_by_label("Sepeda motor, Kiri")
    for _ in range(12):
        through.tap()
    left.tap()
    page.get_by_role("button", name="Batalkan").tap()
    expect(page.get_by_role("status")).to_contain_text("Dibatalkan: Sepeda motor, Kiri")
    expect(left.locator(".number")).to_have_text("0")
    box = through.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 72
    page.screenshot(path=tmp_path / "board.png", full_page=True)

    phone.set_offline(True)
    page.reload()
    expect(through.locator(".number")).to_have_text("12")
    through.tap()
    page.clock.fast_forward(20_000)
    page.get_by_role("button", name="Jeda").tap()
    page.clock.fast_forward(40_000)
    expect(page.get_by_role("status")).to_contain_text("Tidak ada sinyal")
    expect(page.get_by_role("status")).to_contain_text("menunggu dikirim")
    expect(through).to_be_disabled()
    page.screenshot(path=tmp_path / "offline.png", full_page=True)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("menunggu dikirim")

    phone.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("Tersambung")
    page.evaluate("dispatchEvent(new Event('online'))")
    assert known(desk) == 13
    page.get_by_role("button", name="Selesai").tap()
    expect(page.get_by_role("button", name="Utara")).to_contain_text("Baru saja dihitung di sini")
    page.get_by_role("button", name="JA", exact=True).tap()
    page.get_by_role("button", name="Utara").tap()
    expect(page.get_by_role("button", name="数え始める")).to_be_visible()
    page.screenshot(path=tmp_path / "japanese.png", full_page=True)
    assert witness.strangers == []


def test_the_department_shows_a_link_as_a_code(
    office: tuple[WarRoom, httpx.Client], context: BrowserContext, tmp_path: Path
) -> None:
    room, desk = office
    name, _, value = desk.headers["cookie"].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": room.address}])
    page = context.new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    page.goto(f"{room.address}/?page=place&service=mobility/junction-counting&lang=en")
    page.get_by_role("button", name="Invite a phone").click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    assert "/count#join=" in page.get_by_role("textbox", name="Link").input_value()
    page.get_by_label("Code of the survey").fill("adhyaksa")
    page.get_by_label("Name of the survey").fill("Survei Adhyaksa")
    page.get_by_label("Junction").last.fill("Adhyaksa")
    page.get_by_label("Approaches").fill("Utara: left=Jl. Landak, through")
    page.get_by_label("From").fill("2026-11-27T06:00")
    page.get_by_label("Until").fill("2026-11-27T09:00")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("listitem").filter(has_text="Survei Adhyaksa")).to_be_visible()
    page.screenshot(path=tmp_path / "desk.png", full_page=True)


def test_a_junction_is_found_by_name_and_by_how_near_it_is(
    office: tuple[WarRoom, httpx.Client], phone: BrowserContext, tmp_path: Path
) -> None:
    room, desk = office
    headers = {"link": f'<{room.address}{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"'}
    now = time.time_ns() // 1_000
    for key, name, lon in (
        ("a", "Adhyaksa - Abd. Dg Sirua", 119.44),
        ("b", "Penghibur", 119.407),
        ("c", "Veteran - Landak", 119.42),
    ):
        place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, -5.15]}}
        entity = {"id": f"urn:ngsi-ld:Junction:near-{key}", "type": "Junction", "location": place}
        entity |= {"name": {"type": "Property", "value": f"{name} {key}"}}
        desk.post(
            "/ngsi-ld/v1/entityOperations/upsert?options=update", json=[entity], headers=headers
        ).raise_for_status()
        survey: dict[str, Any] = {"name": f"Dekat {key}", "junction": f"{name} {key}", "approaches": [NORTH]}
        survey |= {"since": format_instant(now - HOUR), "until": format_instant(now + 4 * HOUR)}
        desk.put(f"{MOBILITY}/surveys/near-{key}", json=survey).raise_for_status()
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation({"longitude": 119.408, "latitude": -5.15})
    page = open_page(phone, room, link(desk))
    page.get_by_role("button", name="Urutkan dari yang terdekat").click()
    first = page.locator(".choosing fieldset").first.get_by_role("button").first
    expect(first).to_contain_text("Penghibur b")
    expect(first).to_contain_text("110 m dari sini")
    box = page.get_by_label("Cari simpang")
    box.press_sequentially("adhy dekat")
    expect(box).to_be_focused()
    expect(box).to_have_value("adhy dekat")
    expect(page.locator(".choosing fieldset").first.get_by_role("button")).to_have_count(1)
    page.screenshot(path=tmp_path / "search.png", full_page=True)
    found = page.locator(".choosing fieldset").first.get_by_role("button")
    found.click()
    expect(page.get_by_role("button", name="Utara")).to_be_visible()
    faults = Axe().run(page, options=WCAG).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in faults] == []


def test_the_page_is_small_and_a_used_link_says_so(office: tuple[WarRoom, httpx.Client], phone: BrowserContext) -> None:
    room, _ = office
    page = phone.new_page()
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", "0"))))
    page.goto(f"{room.address}/count#join=nothing", wait_until="networkidle")
    expect(page.get_by_role("status")).to_contain_text("Tautan ini sudah dipakai atau kedaluwarsa")
    expect(page.get_by_label("Akun")).to_be_visible()
    assert 0 < sum(sizes) < 40_000
