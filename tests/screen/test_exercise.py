"""Exercise Makassar in real browsers, by keyboards alone: from the call to the verified end, and on paper.

The shortest whole way runs in `make test`; all ten calls, the dead junction and the silent source in `make test-long`.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from .conftest import STATIC
from .exercise_by_keys import CALLS, DrillHouse, desk, phone, play_it_all, spoken

pytestmark = pytest.mark.screen
MOST_KEYS = 45
"""A call, besides free text: what the city's exercise allows."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[DrillHouse]:
    assert STATIC.is_file(), "the console is not built: run `make install`"
    opened = DrillHouse(tmp_path / "report", "--speed", "20")
    yield opened
    opened.stop()


def words_of(seat: httpx.Client, path: str) -> str:
    """All words of a PDF, without what is only layout."""
    pdf = PdfReader(io.BytesIO(seat.get(path).raise_for_status().content))
    return "".join("".join(page.extract_text().split()) for page in pdf.pages)


def test_a_call_becomes_a_verified_end_by_keys_alone_and_is_told_on_paper(browser: Browser, house: DrillHouse) -> None:
    control = house.seat("kendali")
    words = spoken(control.get("exercise").json())
    one, two = desk(browser, house, "operator-1"), desk(browser, house, "operator-2")
    crew = phone(browser, house, "regu-perahu")
    for act in ("start", "pause", "press-on"):
        control.post("exercise", json={"act": act}).raise_for_status()
    assert one.take_call(words) == "blok-ac"
    one.write_down(CALLS["blok-ac"])
    assert one.keys.counted() <= MOST_KEYS
    one.own_and_triage()
    one.begin_procedure("Pastikan banjirnya")
    one.step()
    one.step("1")
    one.send("latihan-perahu-1")
    crew.goes_through_a_lost_signal()
    one.state("Di lokasi")
    one.resolve("Keluarga dijemput perahu")
    two.find("Rumah tergenang")
    two.keys.press("v")
    one.state("Diverifikasi")
    one.close("Ditelepon balik, keluarga aman", "Air surut")
    control.post("exercise", json={"act": "end"}).raise_for_status()
    for context in (one.context, two.context, crew.context):
        context.close()

    exercise = control.get("exercise").json()
    first = exercise["injects"][0]
    assert {each["state"] for each in first["expected"]} == {"met"}
    incident = control.get(f"incidents/{quote(first['incident'], safe='')}").json()
    done = [line["act"] for line in incident["acts"]]
    wanted = ["triage", "procedure", "assign", "accept", "arrive", "resolve", "verify", "answer", "close"]
    assert [act for act in dict.fromkeys(done) if act in wanted] == wanted
    assert words_of(control, "exercise/report?lang=id").count("BUKANKEJADIANNYATA") >= 1
    assert "BlokAC,Katimbang:35cm" in words_of(control, "exercise/report?lang=id")
    assert "カティンバンAC区画" in words_of(control, "exercise/report?lang=ja")
    paper = f"incidents/{quote(first['incident'], safe='')}/report"
    assert "Operator2" in words_of(control, f"{paper}?lang=id")
    assert "訓練" in words_of(control, f"{paper}?lang=ja")


@pytest.mark.long
def test_ten_calls_a_dead_junction_and_a_silent_source_are_worked_by_three_operators_and_a_crew(
    browser: Browser, house: DrillHouse
) -> None:
    played = play_it_all(browser, house)
    assert len(played.keys) == 10
    assert max(played.keys.values()) <= MOST_KEYS
    assert all(each["givenAt"] for each in played.exercise["injects"])
    score = played.exercise["score"]
    assert (score["wrong"], score["waiting"]) == (0, 0)
    house.wait(r"^Documents: ")
    names = {path.name for path in house.report.iterdir()}
    assert {"exercise-id.pdf", "exercise-ja.pdf", "kotipa-14-id.pdf", "kotipa-14-ja.pdf"} <= names


@pytest.mark.long
def test_scripted_players_show_it_to_its_end_for_a_visitor(tmp_path: Path) -> None:
    house = DrillHouse(tmp_path / "report", "--play", "--speed", "60")
    try:
        house.wait(r"expectations met, \d+ late, 0 wrong, \d+ missed")
        house.wait(r"^Documents: ")
        assert house.process.wait(timeout=60) == 0
    finally:
        house.stop()
