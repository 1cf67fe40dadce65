"""The scripts behind make: clear words where a machine lacks something, and no failure that passes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "env", "bash", "dirname", "id", "true", "false")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder to be the whole PATH: a few tools of the system, and what a test puts there."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(
            next(Path(place) / name for place in ("/bin", "/usr/bin") if Path(place, name).exists())
        )
    return tools


def put(machine: Path, name: str, text: str) -> None:
    file = machine / name
    file.unlink(missing_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def run(machine: Path, *words: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": str(machine), "HOME": str(machine)}
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_a_machine_with_an_old_python_is_told_which_it_has(machine: Path) -> None:
    put(machine, "python3", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    done = run(machine, "sh", "scripts/python.sh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Pinisi needs Python 3.11 or later; this machine has: Python 3.9.2." in done.stderr


def test_a_machine_without_python_is_told_so(machine: Path) -> None:
    done = run(machine, "sh", "scripts/python.sh")
    assert (done.returncode, "no python3" in done.stderr) == (1, True)


def test_a_newer_python_beside_an_old_one_is_found(machine: Path) -> None:
    put(machine, "python3", "exit 1")
    (machine / "python3.12").symlink_to(Path(sys.executable).resolve())
    assert run(machine, "sh", "scripts/python.sh").stdout == f"{machine}/python3.12\n"


def test_debian_packages_without_root_and_without_sudo_are_named(machine: Path) -> None:
    put(machine, "id", "echo 1000")
    done = run(machine, "sh", "scripts/apt.sh", "Tests in a real browser", "chromium")
    assert (done.returncode, done.stderr) == (
        1,
        "Tests in a real browser: needs the Debian packages chromium. "
        "Become root or have sudo, and run: apt-get install chromium\n",
    )


def test_a_system_without_apt_is_told_what_to_install(machine: Path) -> None:
    put(machine, "id", "echo 0")
    done = run(machine, "sh", "scripts/apt.sh", "Tests in a real browser", "chromium")
    assert (done.returncode, "has no apt-get" in done.stderr) == (1, True)


def test_what_is_installed_is_said_and_sudo_is_used(machine: Path) -> None:
    put(machine, "id", "echo 1000")
    put(machine, "apt-get", f'echo "$@" >>{machine}/said')
    put(machine, "sudo", 'exec "$@"')
    done = run(machine, "sh", "scripts/apt.sh", "Tests in a real browser", "chromium", "fonts-liberation")
    assert done.stdout == "Tests in a real browser: installing the Debian packages chromium fonts-liberation\n"
    assert "install -y" in (machine / "said").read_text()


@pytest.mark.skipif(not Path("/usr/share/fonts/truetype/liberation").is_dir(), reason="a system without Debian's font")
def test_without_the_headless_shell_tests_go_on_in_the_chromium_that_is_there(machine: Path) -> None:
    for name in ("fc-list", "chromium"):
        put(machine, name, "")
    put(machine, "id", "echo 0")
    done = run(machine, "sh", "scripts/browser.sh")
    assert done.returncode == 0, done.stderr
    assert "needs what Debian calls chromium-headless-shell" in done.stderr
    (machine / "chromium").unlink()
    assert run(machine, "sh", "scripts/browser.sh").returncode == 1


@pytest.mark.parametrize(("check", "test", "code"), [(0, 0, 0), (2, 0, 1), (0, 2, 1), (2, 2, 1)])
def test_ci_runs_checks_and_tests_and_fails_when_either_fails(machine: Path, check: int, test: int, code: int) -> None:
    put(machine, "make", f'echo "$1"; case "$1" in check) exit {check};; test) exit {test};; esac')
    done = run(machine, "bash", ".ci/run")
    assert (done.returncode, done.stdout.split()) == (code, ["check", "test"])


def test_requirements_are_exact_and_name_no_address() -> None:
    for file in ROOT.glob("requirements*.txt"):
        lines = [line for line in file.read_text().splitlines() if line]
        assert [line for line in lines if "==" not in line or "://" in line or line.startswith("-")] == [], file.name


def test_every_script_is_shell_that_parses_and_can_be_run() -> None:
    scripts = [*ROOT.glob("scripts/**/*.sh"), ROOT / ".ci" / "run"]
    assert len(scripts) > 5
    for script in scripts:
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
        assert os.access(script, os.X_OK), script.name
