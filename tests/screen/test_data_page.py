"""The steward's page: a file dropped in, looked at, loaded; a row that waits, corrected in place."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
WELLS = "kode,nama,lat,lon\nA,Satu,-5.11,119.42\nB,Dua,119.43,-5.12\nC,Tiga,-5.13,119.44\n"


def drop(page: Page, folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(text)
    page.locator("data-page input[type=file]").set_input_files(file)


def test_a_file_is_looked_at_loaded_and_its_waiting_row_corrected(
    page: Page, war_room: WarRoom, tmp_path: Path
) -> None:
    witness = Witness(page, war_room.address)
    open_console(page, war_room, "/?page=programme&lang=en")
    page.get_by_role("button", name="Data and imports").click()
    expect(page).to_have_url(f"{war_room.address}/?page=programme&list=data&lang=en")
    drop(page, tmp_path, "wells.csv", WELLS)
    preview = page.locator("import-preview")
    expect(preview).to_contain_text("3 rows: 2 can be loaded (0 with a flag), 1 would wait")
    expect(preview.locator("tbody tr")).to_contain_text("waits: longitude -5.12 and latitude 119.43 look swapped")
    assert 'position = ["lon", "lat"]' in preview.locator("textarea").input_value()
    preview.get_by_role("button", name="Load", exact=True).click()
    waiting = page.locator("waiting-row", has_text="wells.csv, row 3, lat")
    waiting.locator("button.row").click()
    expect(waiting.get_by_label("lat (proposed)")).to_have_value("-5.12")
    waiting.get_by_role("button", name="Read again and load").click()
    expect(page.locator("waiting-row", has_text="wells.csv")).to_have_count(0)
    found = page.request.get(f"{war_room.address}/ngsi-ld/v1/entities/urn:ngsi-ld:Thing:wells-b").json()
    assert found["location"]["value"]["coordinates"] == [119.43, -5.12]
    assert witness.complaints == []


def test_a_file_that_cannot_be_read_says_why(page: Page, war_room: WarRoom, tmp_path: Path) -> None:
    open_console(page, war_room, "/?page=programme&list=data&lang=id")
    drop(page, tmp_path, "rusak.csv", "a,a\n1,2\n")
    expect(page.locator("data-page [role=alert]")).to_contain_text("rusak.csv")
