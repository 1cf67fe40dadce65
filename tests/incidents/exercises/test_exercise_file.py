"""The file of an exercise: Makassar's is fit to be played; what is wrong in one is told with file, line and reason."""

from pathlib import Path

import pytest

from pinisi.commands.exercise import known_of_city, listed
from pinisi.incidents.exercises.reading import BadExercise, Known, exercises_of, parse_exercise, read_exercise
from pinisi.incidents.exercises.script import RingIn, Script

MAKASSAR = Path(__file__).parents[3] / "cities" / "makassar"
FILE = MAKASSAR / "exercises" / "flood-2022-05-27.yaml"
BODY = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def known() -> Known:
    return known_of_city(MAKASSAR)


@pytest.fixture(scope="module")
def script(known: Known) -> Script:
    return read_exercise(FILE, known)


def test_every_exercise_that_is_shipped_can_be_played(capsys: pytest.CaptureFixture[str]) -> None:
    assert exercises_of(MAKASSAR) == [FILE]
    assert listed("makassar") == 0
    assert "flood-2022-05-27" in capsys.readouterr().out


def test_it_is_what_the_city_asked_for(script: Script) -> None:
    assert script.length == 15 * 60
    assert len(script.calls) == 10
    assert [player.role for player in script.players] == ["operator"] * 3 + ["supervisor", "crew"]
    assert {"simpang-mati", "genangan-bungkam"} <= script.by_id.keys()


def test_what_is_real_has_its_source_and_each_caller_is_invented(script: Script) -> None:
    real = [inject for inject in script.injects if inject.real]
    assert len(real) == 8
    assert all(script.origin(inject.source) for inject in real)
    assert all(inject.invented for inject in script.calls)
    assert {inject.wanted("place") for inject in real} == {"Katimbang", "Sudiang Raya", "Berua", "Borong", "Antang", ""}


def test_callers_speak_all_three_languages(script: Script) -> None:
    for inject in script.calls:
        assert isinstance(inject.happening, RingIn)
        assert all((inject.happening.words.id, inject.happening.words.en, inject.happening.words.ja))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("length: 15m", "length: soon", "length: 'soon': a time as 90s"),
        ("length: 15m", "length: 5m", "injects: one happens after the exercise is over"),
        ("at: 60s", "at: 10s", "injects: stand in the order in which they happen"),
        ("what: place, is: Antang", "what: place, is: Antarctica", "the city knows no place 'Antarctica'"),
        ("is: traffic/accident", "is: traffic/picnic", "the city knows no category 'traffic/picnic'"),
        ("is: dishub", "is: navy", "the city knows no dispatched 'navy'"),
        ("silence: {feed: latihan-genangan}", "silence: {feed: nowhere}", "there is no feed 'nowhere'"),
        ("what: joins, is: kotipa-14", "what: joins, is: kotipa-15", "there is no inject 'kotipa-15'"),
        ("value: dark}", "value: 12}", "working or dark is expected of a junction"),
        ("value: 48}", "value: deep}", "centimetres from 0 to 1000 are expected of a gauge"),
        ("source: rakyatsulsel", "invented: x", "what is real has its source"),
        ("reading: {station: katimbang, value: 48}", "readnig: {station: katimbang}", "one of call, reading, silence"),
        ("role: supervisor", "role: mayor", "'mayor' is not among operator, supervisor, crew"),
        ("base: [119.5115, -5.1080]", "base: [119.5115, 95]", "lies off the Earth"),
    ],
)
def test_a_fault_names_its_line_and_reason(known: Known, old: str, new: str, reason: str) -> None:
    assert old in BODY
    with pytest.raises(BadExercise) as raised:
        parse_exercise(BODY.replace(old, new, 1).encode(), FILE.name, known)
    told = [str(fault) for fault in raised.value.faults]
    assert any(reason in each for each in told), told
    assert all(each.startswith("flood-2022-05-27.yaml:") for each in told)


@pytest.mark.parametrize("body", [b"", b"\xff", b"- a", b"id: x", b"{", b"injects: [1, 2]\nid: [a]", b"a: &b 1"])
def test_what_is_no_exercise_is_refused_without_a_crash(known: Known, body: bytes) -> None:
    with pytest.raises(BadExercise):
        parse_exercise(body, "x.yaml", known)
