"""The crew's page in a real browser, on a phone: small, three languages, and it goes on when the signal is lost."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from patience import PATIENCE

from .conftest import WarRoom, Witness

pytestmark = pytest.mark.screen
PASSWORD = "correct horse battery"
ENGINE = "urn:ngsi-ld:Unit:makassar-latihan-1"
OURS = "/pinisi/v1"


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room with accounts, a unit that is made for the drill, and a crew that speaks for it."""
    room = WarRoom(tmp_path_factory.mktemp("field"))
    try:
        room.start()
        for name, role in (("ani", "administrator"), ("regu", "crew")):
            wish = {"account": name, "name": name.title(), "password": PASSWORD, "assignments": [{"role": role}]}
            cookie = {"cookie": signed_in(room)} if name == "regu" else {}
            httpx.post(f"{room.address}{OURS}/accounts", json=wish, headers=cookie).raise_for_status()
        with desk(room) as ani:
            unit = {"code": "latihan-1", "name": "Damkar Latihan 1", "agency": "damkar"}
            unit |= {"capabilities": ["fire-engine"], "base": [119.4128, -5.1343], "exercise": True}  # type: ignore[dict-item]
            ani.post(f"{OURS}/units", json=unit).raise_for_status()
            ani.put(f"{OURS}/crew/members/regu", json={"agency": "damkar", "unit": ENGINE}).raise_for_status()
        yield room
    finally:
        room.stop()


def signed_in(room: WarRoom) -> str:
    login = {"account": "ani", "password": PASSWORD}
    answer = httpx.post(f"{room.address}{OURS}/login", json=login)
    return answer.raise_for_status().headers["set-cookie"].partition(";")[0]


def desk(room: WarRoom) -> httpx.Client:
    """The operator's side."""
    return httpx.Client(base_url=room.address, headers={"cookie": signed_in(room)}, timeout=PATIENCE)


def send_engine(ani: httpx.Client, title: str) -> str:
    wish = {"title": title, "category": "fire", "location": [119.4128, -5.1343]}
    id = str(ani.post(f"{OURS}/incidents", json=wish).raise_for_status().json()["id"])
    for act in (
        {"act": "triage", "category": "fire", "subcategory": "building"},
        {"act": "assign", "agency": "damkar", "unit": ENGINE},
    ):
        ani.post(f"{OURS}/incidents/{id}/acts", json=act).raise_for_status()
    return id


def story(ani: httpx.Client, id: str) -> list[dict[str, str]]:
    return ani.get(f"{OURS}/incidents/{id}").raise_for_status().json()["acts"]


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport={"width": 360, "height": 740},
        color_scheme="dark",
        locale="id-ID",
        service_workers="allow",
        permissions=["geolocation"],
        geolocation={"longitude": 119.43, "latitude": -5.15, "accuracy": 12},
    )
    yield made
    made.close()


def open_page(phone: BrowserContext, room: WarRoom) -> Page:
    page = phone.new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    page.goto(f"{room.address}/crew")
    page.get_by_label("Akun").fill("regu")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.locator("h1")).to_have_text("Dinas Pemadam Kebakaran · Damkar Latihan 1")
    return page


def test_a_crew_goes_on_without_a_signal_and_all_arrives_once_with_its_true_time(
    field: WarRoom, phone: BrowserContext, tmp_path: Path
) -> None:
    with desk(field) as ani:
        id = send_engine(ani, "Kebakaran Pasar Terong")
    page = open_page(phone, field)
    card = page.locator(f'article[data-incident="{id}"]')
    expect(card).to_contain_text("Jawab paling lambat")
    page.wait_for_function("async () => (await (await caches.open('crew')).keys()).length >= 4")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    field.stop()
    card.get_by_role("button", name="Terima").click()
    expect(page.get_by_role("status")).to_contain_text("Tidak ada sinyal")
    expect(page.get_by_role("status")).to_contain_text("1 menunggu dikirim")
    page.reload()
    expect(card.locator(".state")).to_have_text("Damkar Latihan 1: Menuju lokasi")
    card.get_by_role("button", name="Tiba di lokasi").click()
    expect(page.get_by_role("status")).to_contain_text("2 menunggu dikirim")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=tmp_path / "crew.png", full_page=True)
    said = page.evaluate("JSON.parse(localStorage.getItem('crew-waiting')).map((each) => each.at)")

    field.start()
    expect(page.get_by_role("status")).to_have_text("Tersambung")
    with desk(field) as ani:
        lines = story(ani, id)[-2:]
        assert [line["act"] for line in lines] == ["accept", "arrive"]
        assert [line["at"][:19] for line in lines] == [at[:19] for at in said]
        assert all(line["enteredAt"] > line["at"] for line in lines)


def test_a_crew_refuses_with_a_reason_sends_a_photo_and_tells_where_it_is_once_it_agrees(
    field: WarRoom, phone: BrowserContext, tmp_path: Path
) -> None:
    with desk(field) as ani:
        ani.post(f"{OURS}/units/{ENGINE}/state", json={"state": "off"}).raise_for_status()
        ani.post(f"{OURS}/units/{ENGINE}/state", json={"state": "free"}).raise_for_status()
        burning = send_engine(ani, "Kebakaran Jalan Veteran")
        page = open_page(phone, field)
        witness = Witness(page, field.address)
        card = page.locator(f'article[data-incident="{burning}"]')
        card.get_by_role("button", name="Terima").click()
        tell = page.get_by_role("switch", name="Beri tahu posisi unit")
        expect(tell).not_to_be_checked()
        assert ani.get(f"{OURS}/units/{ENGINE}").json()["position"] is None
        tell.check()
        expect(page.locator(".position")).to_contain_text("Pusat kendali mengetahui posisi menit ini")
        assert ani.get(f"{OURS}/units/{ENGINE}").json()["position"] == [119.43, -5.15]
        picture = tmp_path / "scene.png"
        page.screenshot(path=picture)
        with page.expect_response(lambda answer: "/photos?" in answer.url):
            card.locator("input[type=file]").set_input_files(picture)
        expect(page.get_by_role("status")).to_have_text("Tersambung")
        page.wait_for_function("() => JSON.parse(localStorage.getItem('crew-waiting')).length === 0")
        (photo,) = ani.get(f"{OURS}/incidents/{burning}/photos").raise_for_status().json()["photos"]
        assert photo["media"] == "image/jpeg"
        page.get_by_role("button", name="EN").click()
        card.get_by_role("button", name="Refuse").click()
        card.get_by_role("button", name="Not ours: the province").click()
        expect(card).to_have_count(0)
        sent = ani.get(f"{OURS}/incidents/{burning}").raise_for_status().json()["sent"]
        assert [(each["state"], each["reason"]) for each in sent] == [("refused", "not-ours:province")]
        assert (witness.complaints, witness.strangers) == ([], [])


def test_the_page_is_small(field: WarRoom, phone: BrowserContext) -> None:
    page = phone.new_page()
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", "0"))))
    page.goto(f"{field.address}/crew", wait_until="networkidle")
    expect(page.get_by_label("Akun")).to_be_visible()
    assert 0 < sum(sizes) < 40_000
