"""Drawing a corridor in a real browser, typed and on the map: kept, made, checked, a journey found."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from patience import PATIENCE

from .conftest import ROOT, WarRoom, Witness, open_console

PAGE = "/?page=place&service=mobility/corridors&lang=en"
PATIENT = 1_000 * PATIENCE
STOPS = (("Karebosi", "-5.1340", "119.4120"), ("Panakkukang", "-5.1560", "119.4470"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    folder = tmp_path_factory.mktemp("corridors")
    shutil.copytree(ROOT / "cities" / "makassar", folder / "makassar")
    with WarRoom(folder / "data", city=folder / "makassar") as found:
        yield found


def operator(view: Locator) -> None:
    view.locator('input[name="operator"]').fill("Dinas Perhubungan")
    view.locator('input[name="url"]').fill("https://example.org")
    view.get_by_role("button", name="New corridor").click()


@pytest.mark.screen
def test_a_corridor_that_is_typed_becomes_a_timetable_without_errors_and_a_journey(
    room: WarRoom, page: Page, tmp_path: Path
) -> None:
    witness = Witness(page, room.address)
    open_console(page, room, PAGE)
    view = page.locator("mobility-corridors")
    expect(view.get_by_text("No corridors yet")).to_be_visible(timeout=PATIENT)
    operator(view)
    line = view.locator("corridor-editor")
    line.locator('input[name="name"]').fill("Karebosi - Panakkukang")
    line.locator('input[name="source"]').fill("rode along, 25 November 2026")
    for place, stop in enumerate(STOPS):
        line.get_by_role("button", name="Add a stop").click()
        for field, text in zip(line.locator(f'tr[data-stop="{place}"] input').all(), stop, strict=False):
            field.fill(text)
            field.press("Tab")
    view.get_by_role("button", name="Keep, and make the timetable").click()
    expect(view.get_by_text("1 corridors, 2 stops, 0 errors")).to_be_visible(timeout=PATIENT)
    with page.expect_download() as taken:
        view.get_by_role("link", name="Download GTFS").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"PK")

    view.get_by_role("button", name="Find a journey").click()
    journeys = page.locator("bus-journeys")
    for side, (name, _, _) in zip(("from", "to"), STOPS, strict=True):
        journeys.locator(f'[data-side="{side}"] input').fill(name)
        journeys.locator(f'[data-side="{side}"] [role="option"]').first.click(timeout=PATIENT)
    journeys.locator('input[type="datetime-local"]').fill("2026-12-02T07:00")
    journeys.locator('input[type="datetime-local"]').press("Tab")
    expect(journeys.locator('li[data-kind="ride"]')).to_contain_text("K1", timeout=PATIENT)

    page.goto(room.address + PAGE)
    table = tmp_path / "corridors.csv"
    table.write_text(
        "code,name,kind,source,speed,headways,stop,lat,lon\nP1,Pete,minibus,me,15,06:00-20:00=6,A,-5.1,north\n"
    )
    page.locator("mobility-corridors summary").nth(1).click()
    page.locator('input[name="table"]').set_input_files(str(table))
    expect(page.locator("mobility-corridors")).to_contain_text("Row 2, lon: “north” is no number", timeout=PATIENT)
    assert witness.complaints == [] and witness.strangers == []


@pytest.mark.screen
@pytest.mark.drawn
def test_stops_are_drawn_in_their_order_by_clicks_on_the_map(room: WarRoom, page: Page) -> None:
    open_console(page, room, PAGE.replace("corridors&", "corridors&detail=drawn&"))
    view = page.locator("mobility-corridors")
    operator(view)
    view.locator("corridor-editor").get_by_role("button", name="Draw on the map").click(timeout=PATIENT)
    box = page.locator("city-map canvas").first.bounding_box(timeout=PATIENT)
    assert box is not None
    for east in (0.3, 0.5, 0.7):
        page.mouse.click(box["x"] + box["width"] * east, box["y"] + box["height"] * 0.5)
    rows = view.locator("tr[data-stop]")
    expect(rows).to_have_count(3, timeout=PATIENT)
    page.keyboard.press("Backspace")
    expect(rows).to_have_count(2)
    page.keyboard.press("Enter")
    longitudes = [float(row.locator("input").nth(2).input_value()) for row in rows.all()]
    assert longitudes == sorted(longitudes) and 119 < longitudes[0] < longitudes[1] < 120
