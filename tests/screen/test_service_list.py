"""The services on the data page: how each is doing, why one failed, its switch, and runs that are parked; and the pages
that they bring, also where this console lacks their part."""

import re
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from wells_package import WITH_PAGES, city_with_gauges, install

from .conftest import LOOKS_OF_A_PART, ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
DATA = "/?page=programme&list=data"
MISSING = 'This console does not have the part "wells-pumps" yet.'
BROKEN = "raise RuntimeError('no licence key')\n"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A third party's service, of which one reaction fails at two dry gauges, and one that cannot be loaded."""
    folder = tmp_path_factory.mktemp("serving")
    packages = folder / "packages"
    packages.mkdir()
    install(packages, "wells", WITH_PAGES)
    install(packages, "leaky", BROKEN)
    room = WarRoom(folder / "data", city_with_gauges(folder, ROOT / "cities" / "makassar"), packages)
    try:
        room.start()
        for dry in ("0", "1"):
            push(room, dry, 0.0)
        push(room, "wet", 2.5)
        yield room
    finally:
        room.stop()


def push(room: WarRoom, id: str, level: float, at: str = "2026-11-20T05:00:00Z") -> None:
    row = {"id": id, "at": at, "level": level}
    answer = httpx.post(f"{room.address}/pinisi/v1/push/gauges", json=[row], timeout=30)
    assert answer.status_code == 200, answer.text


def service(page: Page, name: str) -> Locator:
    return page.locator(f"service-list [data-service={name}]")


def test_a_page_is_reached_from_the_index_and_by_search_and_has_an_address(page: Page, serving: WarRoom) -> None:
    witness = Witness(page, serving.address)
    open_console(page, serving, "/?lang=en&page=place")
    page.locator("place-index").get_by_role("button", name="Pumps").click()
    expect(page.get_by_role("heading", level=1, name="Pumps")).to_be_visible()
    expect(page.locator("service-component")).to_contain_text(MISSING)
    expect(page).to_have_url(re.compile(r"page=place&service=wells/pumps"))
    faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    assert faults == []
    page.keyboard.press("Escape")
    expect(page.locator("place-index")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("owne")
    page.get_by_role("option", name="Owners").click()
    expect(page.get_by_role("heading", level=1, name="Owners")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Owners")).to_be_visible()
    assert witness.complaints == []


def test_a_part_stands_on_the_page_of_its_things_before_the_facts(page: Page, serving: WarRoom) -> None:
    open_console(page, serving, "/?lang=en&page=place&id=urn:ngsi-ld:WellState:wet")
    part = page.locator("place-facts service-component")
    expect(part).to_contain_text('This console does not have the part "wells-state" yet.')
    expect(page.locator("place-facts value-view").first).to_be_visible()


def test_an_address_of_a_page_that_is_not_there_says_so(page: Page, serving: WarRoom) -> None:
    open_console(page, serving, "/?lang=en&page=place&service=wells/rain")
    expect(page.get_by_role("alert")).to_have_text(
        "This city has no such page, its service is switched off, or you may not see it."
    )


def test_each_service_says_how_it_is_doing_and_a_failed_one_why(page: Page, serving: WarRoom) -> None:
    witness = Witness(page, serving.address)
    open_console(page, serving, f"{DATA}&lang=en")
    wells = service(page, "wells")
    expect(wells).to_have_attribute("data-state", "running")
    expect(wells).to_contain_text("Not shown: pumps. views[4].id: 'pumps' stands twice")
    doubled = wells.locator("reaction-row").first
    expect(doubled).to_contain_text("twice the level")
    expect(doubled).to_contain_text(re.compile(r"running · 0 waiting · 0 changes not read yet · \d+ runs? · 0 parked"))
    leaky = service(page, "leaky")
    expect(leaky).to_contain_text("Could not be loaded: RuntimeError: no licence key.")
    expect(leaky).to_contain_text("Mend or remove the package leaky")
    expect(leaky.get_by_role("button")).to_have_count(0)
    assert witness.complaints == []


def test_what_is_parked_tells_its_reason_and_trace_and_is_run_again(page: Page, serving: WarRoom) -> None:
    open_console(page, serving, f"{DATA}&lang=en")
    picky = service(page, "wells").locator("reaction-row", has_text="picky")
    expect(picky).to_contain_text("something fails")
    expect(picky).to_contain_text("2 parked")
    picky.get_by_role("button", name="What is parked: picky").click()
    parked = picky.locator("parked-runs")
    expect(parked.get_by_role("button", name="Run all of them again")).to_be_visible()
    dry = parked.locator("li", has_text="urn:ngsi-ld:Gauge:0")
    expect(dry).to_contain_text("Failed: an error in its rule: ZeroDivisionError: float division by zero")
    expect(dry.locator("pre")).to_be_hidden()
    dry.get_by_text("Trace of the program").click()
    expect(dry.locator("pre")).to_contain_text("return state(inputs")
    expect(dry).to_contain_text("Inputs: urn:ngsi-ld:Gauge:0")
    dry.get_by_role("button", name="Run again: urn:ngsi-ld:Gauge:0").click()
    expect(parked.get_by_role("status")).to_contain_text("1 being run again.")
    push(serving, "0", 0.5, "2026-11-20T06:00:00Z")
    expect(dry).to_have_count(0)
    expect(picky).to_contain_text("1 parked")


def test_a_service_is_stopped_and_started_after_it_is_said_what_will_happen(page: Page, serving: WarRoom) -> None:
    open_console(page, serving, f"{DATA}&lang=id")
    wells = service(page, "wells")
    wells.get_by_role("button", name="Hentikan: Sumur").click()
    expect(wells).to_contain_text("Reaksi dan sumbernya berhenti")
    expect(wells).to_have_attribute("data-state", "running")
    wells.get_by_role("button", name="Batal").click()
    expect(wells).not_to_contain_text("Reaksi dan sumbernya berhenti")
    wells.get_by_role("button", name="Hentikan: Sumur").click()
    wells.get_by_role("button", name="Hentikan layanan ini").click()
    expect(wells).to_have_attribute("data-state", "off")
    expect(service(page, "environment")).to_have_attribute("data-state", "running")
    wells.get_by_role("button", name="Jalankan: Sumur").click()
    expect(wells).to_contain_text("Reaksinya mengerjakan semua yang berubah selama berhenti")
    wells.get_by_role("button", name="Jalankan layanan ini").click()
    expect(wells).to_have_attribute("data-state", "running")
    expect(wells.locator("reaction-row")).to_have_count(2)


def test_on_a_phone_nothing_is_wider_than_the_screen_though_a_trace_is(page: Page, serving: WarRoom) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, serving, f"{DATA}&lang=id")
    picky = service(page, "wells").locator("reaction-row", has_text="picky")
    picky.get_by_role("button", name="Yang diparkir: picky").click()
    picky.locator("parked-runs summary").first.click()
    expect(picky.locator("pre").first).to_be_visible()
    service(page, "wells").get_by_role("button", name="Hentikan: Sumur").click()
    panel = page.locator("side-panel .page")
    assert panel.evaluate("element => element.scrollWidth - element.clientWidth") == 0


@pytest.mark.parametrize(("language", "theme"), LOOKS_OF_A_PART)
def test_axe_finds_no_violation(page: Page, serving: WarRoom, language: str, theme: str) -> None:
    open_console(page, serving, f"{DATA}&lang={language}&theme={theme}")
    wells = service(page, "wells")
    wells.locator("reaction-row").nth(1).get_by_role("button").click()
    expect(wells.locator("parked-runs li").first).to_be_visible()
    wells.locator("parked-runs summary").first.click()
    wells.get_by_role("button").first.click()
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(each["id"], each["nodes"]) for each in result.response["violations"]] == []
