"""A server to be fuzzed and kept busy, and the counter of cases."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime"))

from running import ENVIRONMENT, Running, running

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def cases() -> Iterator[dict[str, int]]:
    """What was tried -> how many cases; the sum is printed in the end."""
    counted: dict[str, int] = {}
    yield counted
    print(f"\n{sum(counted.values())} cases: {', '.join(f'{name} {n}' for name, n in sorted(counted.items()))}")


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server says of itself."""
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Running]:
    """A server with an account."""
    data = tmp_path_factory.mktemp("long") / "data"
    words = ["account", "add", "ani", "--role", "administrator", "--data", str(data)]
    subprocess.run(
        [sys.executable, "-m", "pinisi", *words],
        env=ENVIRONMENT,
        input=f"{PASSWORD}\n{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
    )
    with running(data, log=log) as started:
        yield started


@pytest.fixture(scope="session")
def cookie(server: Running) -> str:
    """The session of the administrator."""
    answer = httpx.post(f"{server.address}/pinisi/v1/login", json={"account": "ani", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return answer.headers["set-cookie"].partition(";")[0]
