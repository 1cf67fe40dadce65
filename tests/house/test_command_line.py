"""The command line as a person meets it: real processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE
from pinisi import __version__
from pinisi.cli import main
from pinisi.commands.run import address
from pinisi.runtime.occupancy import occupy

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": os.environ.get("HOME", "/")}


def pinisi(*words: str, cwd: Path, input: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pinisi", *words],
        cwd=cwd,
        env=ENVIRONMENT,
        input=input,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_version_is_one_line(tmp_path: Path) -> None:
    assert pinisi("version", cwd=tmp_path).stdout == f"pinisi {__version__}\n"


def test_the_version_loads_no_library(tmp_path: Path) -> None:
    program = (
        "import sys; from pinisi.cli import main; main(['version'])\n"
        "print(sorted({'apsw', 'uvicorn', 'msgspec', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_command_prints_the_commands(tmp_path: Path) -> None:
    done = pinisi(cwd=tmp_path)
    assert (done.returncode, "doctor" in done.stdout) == (2, True)


def test_an_older_python_is_told_what_is_missing() -> None:
    program = (
        "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0)\nrunpy.run_module('pinisi', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("pinisi: Python 3.11 or later is needed; this is Python 3.9")
    assert "Traceback" not in done.stderr


def test_the_first_file_that_python_reads_has_nothing_that_old_pythons_cannot_parse() -> None:
    import ast

    for name in ("__init__.py", "__main__.py"):
        ast.parse((ROOT / "src" / "pinisi" / name).read_text(), feature_version=(3, 4))


def test_a_taken_port_is_told_with_its_holder_and_no_traceback(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        done = pinisi("run", str(ROOT / "cities" / "makassar"), "--port", str(port), "--data", "d", cwd=tmp_path)
    assert done.returncode == 1
    assert f"cannot listen at 127.0.0.1:{port}: taken by process {os.getpid()}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_in_use_is_told(tmp_path: Path) -> None:
    with occupy(tmp_path / "d", "http://127.0.0.1:9"):
        done = pinisi("run", str(ROOT / "cities" / "makassar"), "--data", "d", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        f"pinisi: the data folder d is in use by process {os.getpid()} at http://127.0.0.1:9\n",
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "atlantis"], "atlantis: there is no such city folder"),
        (["run", "."], "there is no city.toml in this folder"),
        (["run", "--port", "99999"], "command line: port: '99999' does not fit"),
        (["run", "--settings", "none.toml"], "none.toml: cannot be read"),
        (["backup", "x", "--data", "none"], "there is no data folder none"),
        (["restore", "none"], "none: cannot be read as a backup"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, words: list[str], reason: str) -> None:
    done = pinisi(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert reason in done.stderr


def test_a_city_that_cannot_be_read_is_told_with_file_and_field(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text("id = 7\n")
    done = pinisi("run", ".", "--port", "0", "--data", "d", cwd=tmp_path)
    assert (done.returncode, "city.toml" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_accounts_and_tokens_live_through_the_command_line(tmp_path: Path) -> None:
    def act(*words: str, input: str = "") -> str:
        done = pinisi(*words, "--data", "d", cwd=tmp_path, input=input)
        assert done.returncode == 0, done.stderr
        return done.stdout

    act("account", "add", "sari", "--name", "Sari Dewi", "--role", "administrator", input="a harbour in the evening\n")
    act("account", "add", "nightly", "--role", "technician", "--no-password")
    assert act("account", "list").splitlines() == [
        "nightly\tnightly\ttechnician\tactive",
        "sari\tSari Dewi\tadministrator\tactive",
    ]
    text = act("token", "add", "nightly", "--label", "backup", "--permission", "house.manage").strip()
    assert text.startswith("pinisi_")
    identity = text.split("_")[1]
    assert act("token", "list").startswith(f"{identity}\tnightly\tbackup\tactive\t")
    act("token", "revoke", identity)
    assert "\trevoked\t" in act("token", "list")
    act("account", "disable", "nightly")
    assert "nightly\tnightly\ttechnician\tdisabled" in act("account", "list")
    act("backup", "b")
    assert (tmp_path / "b").exists()


def test_the_first_account_must_be_an_administrator(tmp_path: Path) -> None:
    done = pinisi("account", "add", "x1", "--role", "viewer", "--no-password", "--data", "d", cwd=tmp_path)
    assert (done.returncode, "administrator" in done.stderr) == (1, True)


def test_people_of_a_running_pinisi_are_left_to_the_console(tmp_path: Path) -> None:
    with occupy(tmp_path / "d"):
        done = pinisi("account", "list", "--data", "d", cwd=tmp_path)
    assert (done.returncode, "use the console" in done.stderr) == (1, True)


def test_a_new_city_is_written_and_found(tmp_path: Path) -> None:
    done = pinisi("new-city", "cities/bone", "--id", "bone", "--name", "Watampone", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cities" / "bone" / "city.toml").is_file()


def test_the_doctor_says_when_settings_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pinisi.toml").write_text("prot = 1")
    assert main(["doctor", "--data", str(tmp_path)]) == 1
    assert "prot: there is no such setting" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:9"), ("0.0.0.0", "http://127.0.0.1:9"), ("::1", "http://[::1]:9")],
)
def test_the_server_is_reached_where_it_listens(host: str, url: str) -> None:
    assert address(host, 9) == url
