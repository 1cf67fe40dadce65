"""`pinisi gtfs`: what is printed, what is written, and the exit code."""

import json
from pathlib import Path

import pytest
from gtfs_feeds import cut, feed

from pinisi.cli import main
from pinisi.services.mobility.gtfs_zip import zipped


@pytest.fixture
def bogor(tmp_path: Path) -> Path:
    path = tmp_path / "bogor.zip"
    path.write_bytes(zipped(cut("bogor")))
    return path


def test_check_names_each_kind_of_fault_and_fails(bogor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gtfs", "check", str(bogor), "--day", "2026-11-26"]) == 1
    shown = capsys.readouterr().out
    assert (
        "error            1  foreign_key_violation: frequencies.txt row 2 trip_id (AK-01): is not in trips.txt" in shown
    )
    assert shown.endswith("74 errors\n")


def test_check_of_a_sound_feed_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sound.zip").write_bytes(zipped(feed()))
    assert main(["gtfs", "check", str(tmp_path / "sound.zip"), "--json"]) == 0
    assert [each["code"] for each in json.loads(capsys.readouterr().out)] == ["missing_recommended_file"]


def test_repair_writes_a_feed_that_check_passes(bogor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = bogor.with_name("out.zip")
    assert main(["gtfs", "repair", str(bogor), "--out", str(out), "--day", "2026-11-26"]) == 0
    assert capsys.readouterr().out.endswith("errors: 74 -> 0\n")
    assert main(["gtfs", "check", str(out), "--day", "2026-11-26"]) == 0


def test_the_account_as_json_has_what_was_assumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "given.zip"
    given.write_bytes(zipped(cut("transjakarta")))
    words = ["gtfs", "repair", str(given), "--out", str(tmp_path / "out.zip"), "--speed", "20", "--json"]
    assert main([*words, "--start", "04:30", "--headway", "10"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["assumed"] == {"speed": 20.0, "start": 16_200, "headway": 600, "until": 79_200}
    assert (told["errors_before"], told["errors_after"]) == (457, 0)


def test_the_feed_itself_is_never_written_over(bogor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = bogor.read_bytes()
    assert main(["gtfs", "repair", str(bogor), "--out", str(bogor)]) == 1
    assert "is the feed itself" in capsys.readouterr().err
    assert bogor.read_bytes() == before


def test_what_is_no_feed_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.zip").write_text("no")
    assert main(["gtfs", "check", str(tmp_path / "no.zip")]) == 1
    assert capsys.readouterr().err == "pinisi: no.zip: is no whole zip file: File is not a zip file\n"


@pytest.mark.parametrize("words", [["--speed", "0"], ["--start", "25"], ["--headway", "none"]])
def test_a_wish_that_cannot_be_is_refused(bogor: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["gtfs", "repair", str(bogor), "--out", "x.zip", *words])
    assert ended.value.code == 2
