"""What services show, on the screen: a tile on Now, the panel of a station, the air of the month; each says why."""

import io
import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from patience import PATIENCE

from .conftest import LOOKS_OF_A_PART, ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
LIVE = """\
[[sources]]
id = "air"
kind = "push"
options = { title = { id = "Alat ukur", en = "Air sensors", ja = "センサー" }, publisher = "DLH", mapping = "air" }
"""
MAPPING = """\
[[mappings]]
entity = "urn:ngsi-ld:AirQualityObserved:{station}"
types = ["AirQualityObserved"]
observed = "at"
attributes = [
  { name = "name", column = "name" },
  { name = "pm25", column = "pm25", kind = "number", unit = "GQ" },
  { name = "windSpeed", column = "wind", kind = "number", unit = "KMH" },
]
"""
STATION = "urn:ngsi-ld:AirQualityObserved:kebonsari"
INDEX = "urn:ngsi-ld:AirQualityIndex:kebonsari"
PROGRAMME = "/?page=programme"


def told(station: str, name: str, level: float, hours: int) -> list[dict[str, object]]:
    """An hour after the other up to this one."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    moments = [now - timedelta(hours=hours - 1 - hour) for hour in range(hours)]
    return [
        {"station": station, "name": name, "at": at.isoformat(), "pm25": level + at.hour % 5, "wind": 3 + at.hour % 4}
        for at in moments
    ]


def surabaya(folder: Path) -> Path:
    city = folder / "surabaya"
    shutil.copytree(ROOT / "cities" / "surabaya", city)
    (city / "live.toml").write_text(LIVE)
    (city / "mappings").mkdir()
    (city / "mappings" / "air.toml").write_text(MAPPING)
    return city


@pytest.fixture(scope="module")
def with_air(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """Two stations, of which one breathes bad air; their indices are there."""
    folder = tmp_path_factory.mktemp("views")
    room = WarRoom(folder / "data", surabaya(folder))
    try:
        room.start()
        for rows in (told("kebonsari", "Kebonsari", 120, 40), told("tandes", "Tandes", 20, 40)):
            answer = httpx.post(f"{room.address}/pinisi/v1/push/air", json=rows, timeout=30)
            assert answer.status_code == 200, answer.text
        until = time.monotonic() + PATIENCE
        while len(rows_of(room)) < 2 and time.monotonic() < until:
            time.sleep(0.2)
        assert len(rows_of(room)) == 2
        yield room
    finally:
        room.stop()


def rows_of(room: WarRoom) -> list[object]:
    section = httpx.get(f"{room.address}/pinisi/v1/sections/air-of-the-month", timeout=30).json()
    return [row for row in section["rows"] if row["cells"][0]["value"] is not None]


def test_the_tile_of_a_service_stands_on_now_and_leads_to_what_it_counted(page: Page, with_air: WarRoom) -> None:
    witness = Witness(page, with_air.address)
    open_console(page, with_air, "/?lang=en")
    tile = page.get_by_role("button", name=re.compile("^Stations with unhealthy air: 1"))
    expect(tile).to_be_visible()
    page.get_by_role("link", name="Why this number? Stations with unhealthy air").click()
    dialog = page.locator("why-dialog").get_by_role("dialog")
    expect(dialog).to_contain_text("1 of 2 with ISPU above 100")
    expect(dialog.locator("why-tree ul ul > li").first).to_contain_text("ISPU, Kebonsari")
    assert witness.complaints == []


def test_the_page_of_a_station_shows_its_panel_first(page: Page, with_air: WarRoom) -> None:
    open_console(page, with_air, f"/?lang=id&page=place&id={STATION}")
    chart = page.get_by_role("region", name="PM2,5")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart).to_contain_text("40 nilai, antara 120 dan 124")
    expect(page.get_by_role("heading", name="Udara di stasiun ini")).to_be_visible()
    facts = page.locator("place-facts value-view .label")
    expect(facts.first).to_have_text("PM2,5")
    expect(page.get_by_role("heading", name="Fakta lain")).to_be_visible()
    chart.get_by_role("button", name="Asal angka").click()
    expect(page.locator("value-drawer")).to_contain_text("PM2,5")


def test_the_section_stands_on_programme_month_by_month(page: Page, with_air: WarRoom) -> None:
    witness = Witness(page, with_air.address)
    open_console(page, with_air, f"{PROGRAMME}&lang=en")
    section = page.get_by_role("region", name="Air of the month")
    expect(section.get_by_role("row")).to_have_count(3)
    expect(section.get_by_role("row", name=re.compile("Kebonsari"))).to_contain_text("unhealthy")
    expect(section.get_by_role("button", name="The month after")).to_be_disabled()
    year = datetime.now(UTC).year
    with page.expect_response(re.compile(r"air-of-the-month\?period=\d{4}-\d\d$")) as answer:
        section.get_by_role("button", name="The month before").click()
        section.get_by_role("button", name="The month before").click()
    assert json.loads(answer.value.text())["period"] < f"{year}-13"
    expect(section).to_contain_text("Nothing is on record for ")
    expect(section.get_by_role("button", name="The month after")).to_be_enabled()
    assert witness.complaints == []


def test_a_cell_opens_its_drawer_and_says_why(page: Page, with_air: WarRoom) -> None:
    open_console(page, with_air, f"{PROGRAMME}&lang=en")
    row = page.locator(f'report-section tr[data-entity="{INDEX}"]')
    row.get_by_role("button", name=re.compile("^Mean ISPU")).click()
    drawer = page.locator("value-drawer")
    expect(drawer).to_contain_text("ISPU: mean of the values of ")
    drawer.get_by_role("link", name="Why this number?").click()
    dialog = page.locator("why-dialog").get_by_role("dialog")
    expect(dialog).to_contain_text("The mean of 24 hours of good values")
    page.reload()
    expect(dialog).to_contain_text("Mean ISPU")


def test_a_service_shows_its_numbers_beside_its_state(page: Page, with_air: WarRoom) -> None:
    open_console(page, with_air, f"{PROGRAMME}&list=data&lang=ja")
    service = page.locator("service-list [data-service=environment]")
    expect(service.get_by_role("button", name=re.compile("^大気が不健康な測定局: 1"))).to_be_visible()


@pytest.mark.parametrize(("language", "theme"), LOOKS_OF_A_PART)
def test_axe_finds_no_violation(page: Page, with_air: WarRoom, language: str, theme: str) -> None:
    for address, part in ((PROGRAMME, "report-section"), (f"/?page=place&id={STATION}", "panel-charts canvas")):
        open_console(page, with_air, f"{address}&lang={language}&theme={theme}")
        expect(page.locator(part).first).to_be_visible()
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert [(each["id"], each["nodes"]) for each in result.response["violations"]] == []


def test_the_report_of_a_service_is_had_on_paper_of_days_that_one_chooses(page: Page, with_air: WarRoom) -> None:
    witness = Witness(page, with_air.address)
    open_console(page, with_air, f"{PROGRAMME}&lang=en")
    papers = page.locator("service-papers")
    paper = papers.get_by_role("link", name="Report of Environment (PDF)")
    expect(paper).to_have_attribute("href", re.compile("period=last-month"))
    papers.get_by_label("Period").select_option("chosen days")
    first, last = papers.get_by_label("First day"), papers.get_by_label("Last day")
    today = last.get_attribute("max") or ""
    last.fill(today)
    first.fill("2999-01-01")
    expect(papers.get_by_role("alert")).to_contain_text("must not lie before the first")
    first.fill(today)
    expect(paper).to_have_attribute("href", re.compile(re.escape(f"period={today}%2F{today}")))
    answer = httpx.get(f"{with_air.address}{paper.get_attribute('href')}", timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Service report" in text and "Kebonsari" in text
    faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    assert faults == []
    assert witness.complaints == []
