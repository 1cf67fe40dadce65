"""A server to be fuzzed and kept busy, and the counter of cases."""

import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
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


@pytest.fixture
def start(request: pytest.FixtureRequest) -> int:
    """Where draws of this test begin: `--hypothesis-seed`, and its name."""
    return zlib.crc32(f"{request.config.getoption('--hypothesis-seed')} {request.node.nodeid}".encode())


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server says of itself."""
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Running]:
    """A server with two accounts."""
    data = tmp_path_factory.mktemp("long") / "data"
    for account in ("ani", "budi"):
        words = ["account", "add", account, "--role", "administrator", "--data", str(data)]
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
def sign_in(server: Running) -> Callable[[str], str]:
    """Gives an account a new session: its cookie."""

    def signed_in(account: str) -> str:
        answer = httpx.post(f"{server.address}/pinisi/v1/login", json={"account": account, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return answer.headers["set-cookie"].partition(";")[0]

    return signed_in


@pytest.fixture(scope="session")
def cookie(sign_in: Callable[[str], str]) -> str:
    """The session of an administrator."""
    return sign_in("ani")
