"""The past on the screen: scrubbed by hand, keys and typing, on every page, and never mistaken for the present."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import LOOKS_OF_A_PART, WarRoom, Witness, open_console, raise_incident

pytestmark = pytest.mark.screen

BEFORE = "2020-01-01T00:00:00.000Z"


def moment() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_moment_of_the_past_tints_the_frame_and_is_named_on_every_page(page: Page, war_room: WarRoom) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room, f"/?at={moment()}")
    for name in ("Sekarang", "Kejadian", "Tempat", "Waktu"):
        page.locator("navigation-rail").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1, exact=True)).to_be_attached()
        expect(page.locator("past-bar")).to_contain_text("Masa lalu")
        expect(page.locator("past-bar")).to_contain_text("seperti diketahui saat itu")
        expect(page.locator("past-bar .edge")).to_be_visible()
        expect(page.get_by_role("slider", name="Saat")).to_be_visible()
    assert witness.complaints == []
    assert witness.strangers == []


def test_back_to_now_ends_the_past(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, f"/?at={BEFORE}")
    page.get_by_role("button", name="Kembali ke sekarang").click()
    expect(page.locator("past-bar p")).to_have_count(0)
    expect(page.locator("now-page")).to_contain_text("1.482.354")
    assert "at=" not in page.url


@pytest.mark.drawn
def test_before_anything_was_known_the_pages_are_empty_and_say_so(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, f"/?at={BEFORE}")
    expect(page.locator("now-page")).not_to_contain_text("1.482.354")
    expect(page.locator("city-map canvas")).to_have_attribute("aria-label", re.compile("0 Puskesmas"))


def test_an_event_is_in_the_queue_of_its_time_and_cannot_be_acted_upon_there(page: Page, war_room: WarRoom) -> None:
    title = "Latihan: waktu"
    before = moment()
    raise_incident(page, war_room, title)
    after = moment()
    open_console(page, war_room, f"/?page=events&at={before}")
    expect(page.locator("past-bar p")).to_be_visible()
    page.wait_for_timeout(1500)
    expect(page.locator("incident-row", has_text=title)).to_have_count(0)
    open_console(page, war_room, f"/?page=events&at={after}")
    row = page.locator("incident-row", has_text=title)
    expect(row).to_be_visible()
    expect(row.get_by_role("button", name="Ambil alih")).to_have_count(0)
    expect(page.get_by_role("button", name="Laporkan kejadian")).to_have_count(0)


def test_keys_move_the_moment_and_the_address_keeps_it(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=time")
    track = page.get_by_role("slider", name="Saat")
    expect(track).to_have_attribute("aria-valuetext", re.compile("sekarang"))
    track.focus()
    page.keyboard.press("Home")
    expect(page.locator("past-bar")).to_contain_text("Masa lalu")
    first = float(track.get_attribute("aria-valuenow") or 0)
    assert first == float(track.get_attribute("aria-valuemin") or 0)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    assert float(track.get_attribute("aria-valuenow") or 0) >= first
    assert "at=20" in page.url
    page.keyboard.press("End")
    expect(page.locator("past-bar p")).to_have_count(0)


def test_the_moment_can_be_pulled_with_the_pointer(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=time")
    box = page.get_by_role("slider", name="Saat").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + 10, steps=5)
    page.mouse.up()
    expect(page.locator("past-bar")).to_contain_text("Masa lalu")


def test_a_typed_time_is_a_time_of_the_city(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=time")
    page.locator("time-scrubber input[type=datetime-local]").fill("2024-06-01T12:00:00")
    page.locator("time-scrubber input[type=datetime-local]").press("Tab")
    expect(page.locator("past-bar")).to_contain_text("1 Jun 2024, 12.00 WITA")
    assert "at=2024-06-01T04:00:00.000Z" in page.url


def test_as_known_now_shows_what_was_written_down_later(page: Page, war_room: WarRoom) -> None:
    """The population of 2025 was written down when the city was loaded: then nobody here knew it."""
    open_console(page, war_room, "/?page=now&at=2026-06-01T00:00:00.000Z")
    expect(page.locator("now-page")).not_to_contain_text("1.482.354")
    page.get_by_role("button", name="seperti diketahui sekarang").click()
    expect(page.locator("past-bar")).to_contain_text("seperti diketahui sekarang")
    expect(page.locator("now-page")).to_contain_text("1.482.354")


def test_playing_goes_on_by_itself_and_stops_at_now(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?page=time")
    page.get_by_role("slider", name="Saat").focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Putar", exact=True).click()
    expect(page.locator("past-bar p")).to_have_count(0)
    expect(page.get_by_role("button", name="Putar", exact=True)).to_be_visible()


@pytest.mark.drawn
def test_two_moments_are_compared_in_words(page: Page, war_room: WarRoom) -> None:
    id = page.request.get(f"{war_room.address}/pinisi/v1/layers/hospitals").json()["rows"][0][0]
    before = moment()
    entity = f"{war_room.address}/ngsi-ld/v1/entities/{quote(id, safe='')}"
    link = f'<{war_room.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    headers = {"Link": f'{link}; type="application/ld+json"'}
    name = page.request.get(entity, headers=headers).json()["name"] | {"value": "Rumah Sakit Latihan"}
    answer = page.request.patch(
        f"{entity}/attrs", data={"name": name}, headers=headers | {"Content-Type": "application/json"}
    )
    assert answer.status == 204, answer.text()
    open_console(page, war_room, f"/?page=time&at={before}&with={moment()}&layers=hospitals")
    difference = page.locator("time-differences")
    expect(difference).to_contain_text("→ Rumah Sakit Latihan")
    difference.get_by_role("button", name="Rumah Sakit Latihan").click()
    expect(page.locator("place-facts")).not_to_contain_text("Rumah Sakit Latihan")
    expect(page.locator("past-bar")).to_contain_text("Masa lalu")


@pytest.mark.drawn
def test_the_map_is_taken_as_a_picture_and_the_layer_as_a_file(page: Page, war_room: WarRoom, tmp_path: Path) -> None:
    open_console(page, war_room, f"/?page=time&at={moment()}&layers=puskesmas")
    expect(page.locator("city-map canvas")).to_have_attribute("aria-label", re.compile("37 Puskesmas"))
    with page.expect_download() as picture:
        page.get_by_role("button", name="Peta sebagai gambar (PNG)").click()
    picture.value.save_as(tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (tmp_path / "map.png").stat().st_size > 10_000
    with page.expect_download() as file:
        page.get_by_role("link", name="Puskesmas, CSV").click()
    assert re.fullmatch(r"makassar-puskesmas-past-\d{8}T\d{4}Z\.csv", file.value.suggested_filename)


@pytest.mark.parametrize(("language", "theme"), LOOKS_OF_A_PART)
def test_axe_finds_no_violation_in_the_past(page: Page, war_room: WarRoom, language: str, theme: str) -> None:
    found: list[str] = []
    for address in (f"page=time&at={moment()}&with={BEFORE}", f"page=now&at={moment()}"):
        open_console(page, war_room, f"/?{address}&lang={language}&theme={theme}")
        page.wait_for_timeout(1500)
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        found += [f"{each['id']}: {each['nodes'][0]['target']}" for each in result.response["violations"]]
    assert found == []


def test_the_scrubber_fits_on_a_phone(page: Page, war_room: WarRoom) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, war_room, f"/?page=time&at={moment()}")
    expect(page.get_by_role("slider", name="Saat")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollHeight") <= 844
