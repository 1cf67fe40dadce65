"""The doctor: each fault is told in plain words, with what to do."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import apsw
import pytest

from pinisi.runtime import doctor, ports
from pinisi.runtime.occupancy import Occupant, occupy
from pinisi.settings import Settings
from pinisi.vocabulary.instant import DAY, SECOND, parse_instant
from ports import free_port

NOW = 1_795_000_000 * SECOND


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server.getsockname()[1]


def database(path: Path, time: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE log (position INTEGER PRIMARY KEY, time INTEGER, text TEXT)")
    with connection:
        connection.executemany("INSERT INTO log (time, text) VALUES (?, ?)", [(time, "x" * 500)] * 200)
    connection.close()


def test_an_old_python_is_bad() -> None:
    assert doctor.check_python((3, 10, 1)).state == "bad"
    assert doctor.check_python((3, 11, 0)).state == "ok"


def test_a_port_that_another_program_holds_is_bad_and_it_is_named(listening: int) -> None:
    finding = doctor.check_port("127.0.0.1", listening, None)
    assert finding.state == "bad"
    assert f"process {os.getpid()} (" in finding.words
    assert "--port" in finding.remedy


def test_a_port_that_this_pinisi_holds_is_well(listening: int) -> None:
    assert doctor.check_port("127.0.0.1", listening, Occupant(pid=os.getpid())).state == "ok"


def test_a_port_is_bad_when_this_pinisi_runs_but_another_program_holds_it(listening: int) -> None:
    assert doctor.check_port("127.0.0.1", listening, Occupant(pid=1)).state == "bad"


def test_a_free_port_is_well_and_nobody_holds_it(listening: int) -> None:
    free = free_port()
    assert doctor.check_port("127.0.0.1", free, None).state == "ok"
    assert ports.holder(free) is None


def test_an_address_of_another_machine_is_bad() -> None:
    assert doctor.check_port("203.0.113.7", 9090, None).state == "bad"


def test_a_disk_that_is_full_is_bad_and_one_that_fills_is_a_warning() -> None:
    assert [doctor.judge_disk(megabytes * 1_000_000).state for megabytes in (50, 1_000, 50_000)] == [
        "bad",
        "warn",
        "ok",
    ]


def test_a_data_folder_that_is_a_file_is_bad(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert doctor.check_data_folder(tmp_path / "data").state == "bad"
    assert doctor.check_data_folder(tmp_path / "data" / "inner").state == "bad"


def test_a_data_folder_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    finding = doctor.check_data_folder(tmp_path / "a" / "b")
    assert (finding.state, "will be made" in finding.words) == ("ok", True)


@pytest.mark.parametrize(
    ("now", "newest", "state"),
    [(NOW, 0, "ok"), (NOW, NOW - DAY, "ok"), (NOW, NOW + 30 * SECOND, "ok"), (NOW, NOW + DAY, "bad"), (0, 0, "bad")],
)
def test_a_clock_behind_what_was_written_is_bad(now: int, newest: int, state: str) -> None:
    assert doctor.judge_clock(now, newest).state == state


def test_the_clock_is_compared_with_the_newest_change(tmp_path: Path) -> None:
    database(tmp_path / "city.sqlite", NOW + 900 * DAY)
    finding = doctor.check_clock(tmp_path, NOW)
    assert (finding.state, "2029" in finding.words) == ("bad", True)


def test_a_damaged_database_is_bad_and_a_backup_is_the_remedy(tmp_path: Path) -> None:
    database(tmp_path / "city.sqlite", NOW)
    assert [finding.state for finding in doctor.check_databases(tmp_path)] == ["ok"]
    content = bytearray((tmp_path / "city.sqlite").read_bytes())
    content[8192:20480] = b"\x5a" * 12288
    (tmp_path / "city.sqlite").write_bytes(content)
    (finding,) = doctor.check_databases(tmp_path)
    assert (finding.name, finding.state) == ("database city", "bad")
    assert "pinisi restore" in finding.remedy


def test_a_file_that_is_no_database_is_bad(tmp_path: Path) -> None:
    (tmp_path / "city.sqlite").write_bytes(b"not a database" * 1000)
    (finding,) = doctor.check_databases(tmp_path)
    assert finding.state == "bad"


def test_a_console_that_is_not_built_is_bad(tmp_path: Path) -> None:
    assert doctor.check_console(tmp_path).state == "bad"
    (tmp_path / "index.html").write_text("")
    assert doctor.check_console(tmp_path).state == "ok"


class Answering(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answering) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


def test_a_running_server_tells_of_its_sources(server: str) -> None:
    Answering.body = b"""{"version": "0.1.0", "other": 1, "checks": [
        {"name": "source bmkg", "state": "bad", "words": "BMKG is silent since 14:20"}]}"""
    found = list(doctor.check_server(Occupant(pid=7, url=server)))
    assert [(finding.name, finding.state) for finding in found] == [("server", "ok"), ("source bmkg", "bad")]


def test_a_server_that_answers_nonsense_or_nothing_is_bad(server: str) -> None:
    Answering.body = b"<html>"
    for url in (server, "http://127.0.0.1:1", ""):
        (finding,) = doctor.check_server(Occupant(pid=7, url=url))
        assert finding.state == "bad"


def test_a_whole_examination_of_a_new_installation_finds_nothing_bad_in_the_data(tmp_path: Path) -> None:
    findings = list(doctor.examine(Settings(data=tmp_path / "data", port=0), NOW))
    assert {finding.name: finding.state for finding in findings if finding.name != "console"} == {
        "python": "ok",
        "data folder": "ok",
        "disk": doctor.check_disk(tmp_path).state,
        "port": "ok",
        "clock": "ok",
        "database": "ok",
        "sources": "unknown",
    }
    assert len(doctor.table(findings).splitlines()) >= len(findings)


def test_a_folder_in_use_is_asked_of_its_server_and_its_files_are_not_opened(tmp_path: Path) -> None:
    database(tmp_path / "city.sqlite", NOW)
    program = (
        "import sys; from pathlib import Path\n"
        "from pinisi.runtime.doctor import examine; from pinisi.settings import Settings\n"
        "print([f.name for f in examine(Settings(data=Path(sys.argv[1]), port=0), 1795000000000000)])"
    )
    with occupy(tmp_path, "http://127.0.0.1:1"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        )
    assert "'server'" in done.stdout
    assert "database" not in done.stdout


def test_a_running_server_says_what_sqlite_finds(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    well = doctor.examine_running(settings, (), {"sipsn": "2026"}, NOW)
    assert [check.state for check in well.checks if check.name not in ("disk", "sources")] == ["ok", "ok"]
    ill = doctor.examine_running(settings, ("makassar: row 7 missing from index",), {}, NOW, NOW + DAY)
    assert [check.state for check in ill.checks if check.name not in ("disk", "sources")] == ["bad", "bad"]
    assert "row 7" in ill.checks[0].words


@pytest.mark.parametrize(
    ("years", "state"),
    [
        ({}, "ok"),
        ({"new": "2025", "newer": "2023-2026"}, "ok"),
        ({"new": "2025", "old": "2019"}, "warn"),
        ({"undated": "unknown"}, "ok"),
    ],
)
def test_registers_older_than_three_years_are_named(years: dict[str, str], state: str) -> None:
    finding = doctor.judge_sources(years, parse_instant("2026-11-22T00:00:00Z"))
    assert finding.state == state
    assert ("old (2019)" in finding.words) == ("old" in years)
