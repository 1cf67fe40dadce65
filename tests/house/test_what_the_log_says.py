"""What the operator reads when something beside Pinisi is away: one line in the log, and a word in the health."""

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import structlog

from nats_server import running_nats
from patience import PATIENCE
from pinisi.console.server import configure_log
from pinisi.store.postgres_faults import unavailable

SOURCES = Path(__file__).parents[2] / "src"


def test_what_a_library_logs_is_one_line_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    root, before = logging.getLogger(), logging.getLogger().handlers
    try:
        configure_log("info")
        try:
            raise ConnectionResetError(104, "Connection reset by peer")
        except ConnectionResetError:
            logging.getLogger("a.library").exception("the floor of %s cannot be held", "the pool")
        logging.getLogger("a.library").info("this is nobody's matter")
    finally:
        root.handlers = before
        structlog.reset_defaults()
    (line,) = capsys.readouterr().err.splitlines()
    assert "level=error" in line
    assert 'event="the floor of the pool cannot be held"' in line
    assert 'reason="[Errno 104] Connection reset by peer" library=a.library' in line or (
        'library=a.library reason="[Errno 104] Connection reset by peer"' in line
    )


def test_who_may_not_make_postgis_is_told_what_to_run() -> None:
    asyncpg = pytest.importorskip("asyncpg")
    error = asyncpg.InsufficientPrivilegeError('permission denied to create extension "postgis"')
    assert "CREATE EXTENSION postgis WITH SCHEMA public" in str(unavailable(error))
    assert "CREATE EXTENSION" not in str(
        unavailable(asyncpg.InsufficientPrivilegeError("permission denied for table x"))
    )


def feed_of(address: str) -> tuple[str, str]:
    with urlopen(f"{address}/pinisi/v1/health", timeout=PATIENCE) as answer:
        checks = {check["name"]: check for check in json.loads(answer.read())["checks"]}
    return checks["feed"]["state"], checks["feed"]["words"]


def wait_for(address: str, state: str) -> str:
    until = time.monotonic() + PATIENCE
    while (found := feed_of(address))[0] != state:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found[1]


def test_health_says_that_nats_is_away_and_that_it_is_back(tmp_path: Path) -> None:
    with running_nats() as (nats,):
        command = [sys.executable, "-m", "pinisi", "broker", "--data", str(tmp_path / "data"), "--port", "0"]
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PINISI_LOG_LEVEL": "error"}
        with subprocess.Popen(
            [*command, "--feed", nats.address], env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert f"127.0.0.1:{nats.port}" in wait_for(address, "ok")
            nats.stop()
            assert "changes are read in the store" in wait_for(address, "warn")
            nats.start()
            wait_for(address, "ok")
            process.terminate()
            process.wait(PATIENCE)
