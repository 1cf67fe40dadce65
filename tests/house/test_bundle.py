"""`make bundle`: a machine without network and without Node gets the whole product from one folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def bundle() -> Path:
    subprocess.run(["scripts/bundle.sh"], cwd=ROOT, check=True)
    return ROOT / "bundle"


def tool(name: str) -> str:
    """Where a program of this system lies."""
    found = shutil.which(name)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No Node on PATH, no package index, no settings of pip, no place to find what was downloaded before."""
    tools = tmp_path_factory.mktemp("tools")
    for name in ("sh", "dirname", "sha256sum"):
        (tools / name).symlink_to(tool(name))
    (tools / "python3").symlink_to(Path(sys.executable).resolve())
    home = tmp_path_factory.mktemp("home")
    return {"PATH": str(tools), "HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}


def without_network() -> list[str]:
    """Words before a command that cut it off from every network, where this system allows it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    words = [unshare, "--net"] if os.geteuid() == 0 else [unshare, "--net", "--map-root-user"]
    return words if subprocess.run([*words, tool("true")], capture_output=True, check=False).returncode == 0 else []


@pytest.fixture(scope="module")
def installed(bundle: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("server") / "pinisi"
    command = [*without_network(), tool("sh"), str(bundle / "install.sh"), str(target)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_the_console_is_in_the_installed_package(installed: Path, environment: dict[str, str]) -> None:
    program = (
        "from pinisi.runtime.doctor import check_console, console_folder; print(check_console(console_folder()).state)"
    )
    done = subprocess.run(
        [installed / "bin" / "python", "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "ok\n"


@pytest.fixture
def running(installed: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [installed / "bin" / "pinisi", "run", "--port", "0", "--data", "data"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=20)


def test_the_installed_product_opens_makassar(running: str) -> None:
    assert running.startswith("http://127.0.0.1:")
    with urlopen(running) as page:
        assert b"<!doctype html>" in page.read().lower()
    with urlopen(f"{running}/pinisi/v1/city") as city:
        assert b'"makassar"' in city.read()


def test_a_changed_wheel_is_refused(bundle: Path, environment: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(bundle, copy)
    wheel = next((copy / "wheels").glob("pinisi-*.whl"))
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(content)
    done = subprocess.run(
        [tool("sh"), str(copy / "install.sh"), str(tmp_path / "x")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "has been changed or is missing" in done.stderr) == (1, True)
