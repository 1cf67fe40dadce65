"""The timing sheet of a junction over HTTP: computed, printed under the city's own name, refused by field."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house_at_hand import OURS, Opened
from pypdf import PdfReader

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
SHEET = f"{OURS}/services/mobility/junction-plans/sheet"
ROLES = ("technician", "viewer")


def asked(**more: Any) -> dict[str, Any]:
    cars = {"motorcycle": 700, "light": 200, "heavy": 10, "unmotorised": 2}
    road = {"width": 6, "entry_width": 6, "exit_width": 6, "demand": {"through": cars, "left": {"light": 40}}}
    layout = {
        "approaches": [road | {"name": "Utara"}, road | {"name": "Timur"}],
        "stages": [{"approaches": ["Utara"]}, {"approaches": ["Timur"], "all_red": 2}],
        "population": 1.5,
    } | more
    return {"junction": "j1", "name": "Simpang coba", "counted": "karangan", "layout": layout}


@pytest.fixture
async def people(fresh: Opened) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A technician, and somebody who only looks."""
    await fresh.account("ani", Assignment(role="administrator"))
    clients = {role: fresh.client(cookie=await fresh.account(role, Assignment(role=role))) for role in ROLES}
    yield clients
    for client in clients.values():
        await client.aclose()


async def test_the_sheet_is_printed_under_the_name_of_the_city(people: dict[str, httpx.AsyncClient]):
    answer = await people["technician"].post(SHEET, json=asked(), headers={"accept": "application/pdf"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Makassar" in text and "Simpang coba" in text and "Utara" in text


async def test_without_that_header_it_is_json_in_the_language_asked_for(people: dict[str, httpx.AsyncClient]):
    answer = await people["technician"].post(f"{SHEET}?lang=ja", json=asked())
    assert answer.json()["kind"] == "信号の時間表"


async def test_what_cannot_be_planned_is_refused_by_its_field(people: dict[str, httpx.AsyncClient]):
    answer = await people["technician"].post(SHEET, json=asked(population=0), headers={"accept": "application/pdf"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("population")


async def test_who_may_start_no_computation_gets_no_sheet(people: dict[str, httpx.AsyncClient]):
    assert (await people["viewer"].post(SHEET, json=asked())).status_code == 403
