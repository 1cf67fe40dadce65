"""Computations and commands on the screen: progress, cancel, the second person's yes, what is uncertain."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from patience import PATIENCE

from .conftest import ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
DATA = "/?page=programme&list=data"
SIREN = "urn:ngsi-ld:Siren:paotere"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room with a third party's service."""
    folder = tmp_path_factory.mktemp("harbour")
    room = WarRoom(folder / "data", packages=HARBOUR, HARBOUR_OUTSIDE=str(folder / "outside"))
    try:
        room.start()
        make_siren(room)
        yield room
    finally:
        room.stop()


def make_siren(room: WarRoom) -> None:
    siren = {"id": SIREN, "type": "Siren"}
    httpx.post(f"{room.address}/ngsi-ld/v1/entities", json=siren).raise_for_status()


def ask(room: WarRoom, what: str, client: httpx.Client | None = None, **wish: Any) -> dict[str, Any]:
    post = httpx.post if client is None else client.post
    answer = post(f"{room.address}/pinisi/v1/{what}", json={"service": "harbour"} | wish, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_computation_shows_how_far_it_is_and_is_cancelled(page: Page, harbour: WarRoom, tmp_path: Path) -> None:
    witness = Witness(page, harbour.address)
    ask(harbour, "jobs", job="endless", input={"file": str(tmp_path / "notes")})
    open_console(page, harbour, f"{DATA}&lang=en")
    running = page.locator("job-list [data-state=running]")
    expect(running).to_contain_text("dredging")
    expect(running.locator("progress")).to_have_attribute("aria-label", "Tides: endless")
    running.get_by_role("button", name="Cancel: Tides: endless").click()
    expect(page.locator("job-list [data-state=cancelled]")).to_contain_text("cancelled")
    assert witness.complaints == []


@pytest.mark.parametrize(
    ("language", "words", "reason"),
    [
        ("id", "gagal", "Stasiun paotere tidak ada"),
        ("en", "failed", "There is no station paotere"),
        ("ja", "失敗", "paotere はない"),
    ],
)
def test_a_failure_says_why_in_the_readers_language(
    page: Page, harbour: WarRoom, language: str, words: str, reason: str
) -> None:
    ask(harbour, "jobs", job="refusing", input={"days": 1})
    open_console(page, harbour, f"{DATA}&lang={language}")
    failed = page.locator("job-list [data-state=failed]").first
    expect(failed).to_contain_text(words)
    expect(failed).to_contain_text(reason)


def test_what_is_uncertain_is_settled_with_a_note(page: Page, harbour: WarRoom) -> None:
    ask(harbour, "commands", action="gate", command={"answer": "noise"})
    open_console(page, harbour, f"{DATA}&lang=en")
    uncertain = page.locator("command-list [data-state=uncertain]")
    expect(uncertain).to_contain_text("whether it was carried out is not known")
    expect(uncertain.get_by_role("button", name="It happened")).to_be_disabled()
    uncertain.get_by_label("What was seen on site").fill("the gate is open")
    uncertain.get_by_role("button", name="It happened").click()
    expect(page.locator("command-list [data-state=done]")).to_contain_text("the gate is open")


def done(room: WarRoom, id: str) -> None:
    """Waits until a job is over."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if httpx.get(f"{room.address}/pinisi/v1/jobs/{id}", timeout=30).json()["state"] == "done":
            return
        time.sleep(0.1)
    raise AssertionError("the job is not done")


def test_a_result_says_which_computation_made_it_and_with_which_input(page: Page, harbour: WarRoom) -> None:
    asked = ask(harbour, "jobs", job="tide-table", input={"days": 1, "station": "sunda"})
    done(harbour, asked["id"])
    open_console(page, harbour, "/?page=place&id=urn:ngsi-ld:TideForecast:sunda-0&lang=en")
    page.get_by_role("link", name="Why this number? height").click()
    made = page.locator("why-dialog made-by-work")
    expect(made).to_contain_text("A result of the computation “Tides: tide-table” (service Harbour 1.0), ")
    expect(made).to_contain_text(asked["entity"])
    expect(made.locator("pre")).to_contain_text('"station": "sunda"')


@pytest.mark.parametrize(
    ("language", "link", "words"),
    [
        ("id", "Mengapa angka ini? lastSounded", "Jawaban atas perintah “Bunyikan sirene” (layanan Pelabuhan 1.0), "),
        ("ja", "なぜこの数字か lastSounded", "指令「サイレンを鳴らす」への応答（サービス 港湾 1.0）、"),
    ],
)
def test_what_a_command_brought_says_which_command(
    page: Page, harbour: WarRoom, language: str, link: str, words: str
) -> None:
    ask(harbour, "commands", action="siren", command={"siren": SIREN, "seconds": 30})
    open_console(page, harbour, f"/?page=place&id={SIREN}&lang={language}")
    page.get_by_role("link", name=link).click()
    made = page.locator("why-dialog made-by-work")
    expect(made).to_contain_text(words)
    expect(made.locator("pre")).to_contain_text('"seconds": 30')


def test_a_second_person_approves_a_command(page: Page, harbour: WarRoom) -> None:
    """The last of this file: from here on the war room has accounts."""
    for name, role in (("ani", "administrator"), ("sari", "supervisor")):
        wish = {"account": name, "name": name.title(), "password": PASSWORD, "assignments": [{"role": role}]}
        cookies = page.request.storage_state()["cookies"]
        headers = {"cookie": "; ".join(f"{each['name']}={each['value']}" for each in cookies)}
        httpx.post(f"{harbour.address}/pinisi/v1/accounts", json=wish, headers=headers).raise_for_status()
        login = {"account": name, "password": PASSWORD}
        assert page.request.post(f"{harbour.address}/pinisi/v1/login", data=login).ok
    with httpx.Client(timeout=30) as ani:
        login = {"account": "ani", "password": PASSWORD}
        ani.post(f"{harbour.address}/pinisi/v1/login", json=login).raise_for_status()
        ask(harbour, "commands", ani, action="siren", command={"siren": SIREN, "seconds": 90})
    open_console(page, harbour, "/?page=programme&lang=en")
    page.get_by_role("button", name="Computations and commands").click()
    waiting = page.locator("command-list [data-state=awaitingSecond]")
    expect(waiting).to_contain_text("Ani")
    expect(waiting).to_contain_text("seconds: 90")
    waiting.get_by_role("button", name="Approve and carry out").click()
    done = page.locator("command-list [data-state=done]", has_text="Ani + Sari")
    expect(done).to_contain_text("Sound the siren")
