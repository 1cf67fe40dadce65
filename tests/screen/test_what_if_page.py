"""The what-if page in a real browser: choose what changes, see it computed, read both sides, marked as simulated."""

import io
import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

import placed_crossing
from patience import PATIENCE

from .conftest import ROOT, WarRoom, open_console

pytestmark = pytest.mark.screen
LIVE = """\
[[sources]]
id = "twin-network"
kind = "mobility.twin-network"
options = {{ file = "{folder}/p.net.xml", demand = "{folder}/p.rou.xml" }}
"""
DEMAND = """<routes>
<flow id="we" from="-4" to="3" begin="0" end="300" number="40"/>
<flow id="sn" from="-2" to="7" begin="0" end="300" number="20"/>
</routes>"""
PAGE = "/?page=place&service=mobility/what-if"
MOBILITY = "/pinisi/v1/services/mobility"
PATIENT = 1_000 * PATIENCE


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A city with a crossing and the trips of five minutes."""
    folder = tmp_path_factory.mktemp("what-if")
    placed_crossing.build(folder)
    (folder / "p.rou.xml").write_text(DEMAND)
    city = folder / "makassar"
    shutil.copytree(ROOT / "cities" / "makassar", city)
    (city / "live.toml").write_text(LIVE.format(folder=folder))
    with WarRoom(folder / "data", city=city) as found:
        yield found


def test_a_closure_is_tried_on_the_page_and_both_sides_stand_beside_each_other_as_simulated(
    room: WarRoom, page: Page
) -> None:
    open_console(page, room, PAGE)
    view = page.locator("mobility-what-if")
    expect(view.get_by_text("Belum ada percobaan")).to_be_visible(timeout=PATIENT)
    view.get_by_role("button", name="Percobaan baru").click()
    form = view.locator("asked-form")
    form.locator('[data-name="name"] input').fill("Tutup Jalan 1")
    network = form.locator('[data-name="network"] input')
    network.fill("p.net")
    page.get_by_role("option", name="p.net.xml").click(timeout=PATIENT)
    form.locator('[data-name="demand"] select').select_option(label="Berkas perjalanan di samping jaringan")
    form.locator('[data-name="minutes"] input').fill("5")
    form.locator('[data-name="seeds"] input').fill("1")
    form.locator('[data-name="closed_edges"] textarea').fill("1\n-1")
    form.get_by_role("button", name="Mulai").click()
    frame = view.locator('.frame[data-method="simulated"]')
    expect(frame).to_contain_text("Simulasi, bukan pengukuran", timeout=PATIENT)
    figures = frame.locator('tr[data-figure="meanDelay"] value-view b')
    expect(figures).to_have_count(2)
    before, after = (float(each.replace(",", ".")) for each in figures.all_inner_texts())
    assert after > before > 0
    expect(frame).to_contain_text("Jalan 6")
    expect(frame).to_contain_text("kali lebih cepat dari waktu nyata")
    sides = frame.locator("what-if-map figure")
    expect(sides).to_have_count(3)
    closed = 'path:has(title:text-matches("^Jalan 1:"))'
    counts = [len(each.locator("svg[role=img] path").all()) for each in sides.all()]
    assert counts[0] == counts[1] == counts[2] >= 5, "the same roads before, after and between"
    frame.locator("what-if-map select").select_option(label="Kilometer kendaraan")
    difference = sides.nth(2).locator(closed)
    expect(difference).to_have_class("d-3")
    expect(sides.nth(2)).to_contain_text("berkurang")

    told = httpx.get(f"{room.address}{MOBILITY}/what-ifs/tutup-jalan-1").raise_for_status().json()["whatIf"]
    assert told["method"] == "simulated" and told["cutOff"] == 0 and told["provider"].startswith("urn:ngsi-ld:Job:")
    paper = httpx.get(
        f"{room.address}{MOBILITY}/what-ifs/tutup-jalan-1/sheet?lang=en",
        headers={"accept": "application/pdf"},
        timeout=PATIENCE,
    ).raise_for_status()
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.content)).pages)
    assert "Tutup Jalan 1" in text and "no saving achieved" in text and "PHEMlight5" in text
    assert httpx.get(f"{room.address}{MOBILITY}/what-ifs/nothing").json() == {"whatIf": None}
