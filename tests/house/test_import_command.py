"""`pinisi import` and `pinisi doctor data` as a person meets them, with and without a running server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "runtime"))

from running import ENVIRONMENT, running  # noqa: E402

GOLDEN = ROOT / "tests" / "city" / "importing" / "golden"


def pinisi(*words: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "pinisi", *map(str, words)]
    return subprocess.run(line, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=100, check=False)


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[-1]


def test_a_mapping_is_proposed_saved_and_used_again_and_nothing_is_loaded_twice(tmp_path: Path) -> None:
    file, mapping, data = GOLDEN / "green-spaces.csv", tmp_path / "green.toml", tmp_path / "data"
    looked = pinisi("import", file, "--save-mapping", mapping, "--dry-run", "--data", data, cwd=tmp_path)
    assert last_line(looked).endswith("nothing was written")
    assert not data.exists()
    first = pinisi("import", file, "--mapping", mapping, "--data", data, cwd=tmp_path)
    assert first.returncode == 1
    assert last_line(first) == (
        "green-spaces.csv: 112 rows: 105 taken (18 with a flag), 7 wait in quarantine, 0 repeat another; "
        "105 entities new or changed"
    )
    again = pinisi("import", file, "--mapping", mapping, "--data", data, cwd=tmp_path)
    assert last_line(again).endswith("0 entities new or changed")


def test_a_running_server_takes_the_file_and_alone_writes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data):
        done = pinisi("import", GOLDEN / "puskesmas.geojson", "--data", data, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert last_line(done) == (
            "puskesmas.geojson: 37 rows: 37 taken (3 with a flag), 0 wait in quarantine, 0 repeat another; "
            "37 entities new or changed"
        )
        shapes = pinisi("import", GOLDEN / "rw-jakarta.shp", "--data", data, cwd=tmp_path)
        assert (shapes.returncode, "one zip" in shapes.stderr) == (1, True)


def test_faults_of_files_and_of_the_city_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    table = pinisi("doctor", "data", GOLDEN / "puskesmas.geojson", cwd=tmp_path)
    assert "outside-city: lies 1.1 km from the nearest kelurahan, Barrang Lompo" in table.stdout
    assert last_line(table) == "2 misspelt-area, 1 outside-city"
    listed = json.loads(pinisi("doctor", "data", "--json", cwd=tmp_path).stdout)
    kembar = next(fault for fault in listed if fault["code"] == "outlier")
    assert (kembar["file"], kembar["field"]) == ("registers/waste-banks.csv", "wasteReceived")
    row = (ROOT / "cities" / "makassar" / kembar["file"]).read_text().splitlines()[kembar["row"] - 1]
    assert "kembar" in row


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nowhere.csv"], "nowhere.csv: the file cannot be read: No such file or directory"),
        ([GOLDEN / "green-spaces.csv", "--mapping", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(words: list[str | Path], reason: str, tmp_path: Path) -> None:
    done = pinisi("import", *words, "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 1
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
