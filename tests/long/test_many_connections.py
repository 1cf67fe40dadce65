"""Ten thousand open connections, and clients that send a byte at a time: the others are served, memory is bounded."""
# pyright: basic

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from patience import PATIENCE
from pinisi.city.scaffold import new_city

pytestmark = pytest.mark.long
CONNECTIONS, SLOW = 10_000, 200
SOURCES = Path(__file__).parents[2] / "src"
MOST_BYTES_EACH = 16_384
REQUEST = b"GET /ngsi-ld/v1/types HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(params=[3600.0])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """Port and process id of a running server; both sides may open as many files as there are connections.

    Parameter: how many seconds the server grants to the head of a request.
    """
    wanted = CONNECTIONS + 2_000
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < wanted:
        pytest.skip(f"a process may open {most} files here, {wanted} are needed (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    new_city(tmp_path / "city", "many", "Many")
    command = [sys.executable, "-m", "pinisi", "run", str(tmp_path / "city"), "--data", str(tmp_path / "data")]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PINISI_LOG_LEVEL": "error"}
    environment["PINISI_REQUEST_SECONDS"] = str(request.param)
    with subprocess.Popen([*command, "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        yield int(address.rpartition(":")[2]), process.pid
        process.terminate()
        process.wait(PATIENCE)


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def answered(port: int) -> None:
    assert httpx.get(f"http://127.0.0.1:{port}/ngsi-ld/v1/types", timeout=PATIENCE).status_code == 200


def test_ten_thousand_open_connections_cost_little_and_hold_nobody_up(server: tuple[int, int]) -> None:
    port, pid = server
    answered(port)
    before, files = resident(pid), open_files(pid)
    with contextlib.ExitStack() as opened:
        connections = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(CONNECTIONS)
        ]
        for connection in connections:
            connection.send(REQUEST[:1])
        answered(port)
        assert resident(pid) - before < CONNECTIONS * MOST_BYTES_EACH
        for place in range(1, len(REQUEST)):
            for connection in connections[:SLOW]:
                connection.send(REQUEST[place : place + 1])
            answered(port)
        for connection in connections[:SLOW]:
            assert connection.recv(12) == b"HTTP/1.1 200"
    given_back(pid, files)
    answered(port)


def given_back(pid: int, files: int) -> None:
    """Until the server has closed what was opened."""
    until = time.monotonic() + PATIENCE
    while open_files(pid) > files + 10 and time.monotonic() < until:
        time.sleep(0.1)
    assert open_files(pid) <= files + 10, "connections that were closed are given back"


@pytest.mark.parametrize("server", [20.0], indirect=True)
def test_ten_thousand_half_requests_are_told_so_and_cut_off(server: tuple[int, int]) -> None:
    """Nobody holds a connection by saying half a request: each is told 408, memory and files come back."""
    port, pid = server
    answered(port)
    before, files = resident(pid), open_files(pid)
    half = REQUEST[:-4] + b"\r\nX-Long: " + b"x" * 4_000
    with contextlib.ExitStack() as opened:
        connections = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(CONNECTIONS)
        ]
        for connection in connections:
            connection.send(half)
        answered(port)
        held = resident(pid)
        assert held - before < CONNECTIONS * (MOST_BYTES_EACH + len(half))
        for connection in connections:
            assert connection.recv(12) == b"HTTP/1.1 408"
        given_back(pid, files)
    answered(port)
    print(f"resident: {before >> 20} MB, {held >> 20} MB with half requests, {resident(pid) >> 20} MB after")
    assert resident(pid) - before < CONNECTIONS * MOST_BYTES_EACH
