"""Replays and processes: a server that is killed goes on with them, the command line starts them."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from running import ENVIRONMENT, running

from patience import PATIENCE
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
EXAMPLES = Path(__file__).parents[1] / "console" / "replay_examples"
REPLAYS = "/pinisi/v1/replays"
BUSES = "replay-buses"


def ask(address: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def wait(address: str, holds: Any, within: float = PATIENCE) -> Any:
    until = time.monotonic() + within
    while time.monotonic() < until:
        found = ask(address, f"{REPLAYS}/{BUSES}")
        if holds(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def codes(name: str) -> list[str]:
    with (EXAMPLES / "data" / name).open() as file:
        return [row["id"] for row in sorted(csv.DictReader(file), key=lambda row: row["timestamp"])]


async def test_a_killed_replay_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "pinisi.toml").write_text(f'data_from = "{EXAMPLES / "data"}"\n')
    with running(data, EXAMPLES / "town") as server:
        ask(server.address, REPLAYS, {"recording": "buses", "speed": 600})
        before = wait(server.address, lambda found: found["events"]["arrived"] > 40)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with running(data, EXAMPLES / "town") as server:
        again = wait(server.address, lambda found: found["state"] == "running")
        ask(server.address, f"{REPLAYS}/{BUSES}", {"act": "speed", "speed": 100_000})
        wait(server.address, lambda found: found["state"] == "finished")
        server.stop()
    async with SqliteStore(data / "tenants", lambda: 0) as store:
        ids = ["urn:ngsi-ld:Vehicle:4716", "urn:ngsi-ld:Vehicle:4720"]
        stories = await store.stories(BUSES, ids, HistoryQuery(attributes=("urn:pinisi:term:code",)), EVERYTHING)
    assert again["events"]["arrived"] >= before["events"]["arrived"]
    arrived = [[moment.instance.value for moment in story.moments if moment.instance] for story in stories]
    assert arrived == [codes("bus_4716.csv"), codes("bus_4720.csv")]
    assert all(moment.received == moment.observed for story in stories for moment in story.moments)


def replay_command(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pinisi", "replay", *words, "--data", str(data)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_the_command_line_starts_a_replay_on_the_server_that_runs(tmp_path: Path) -> None:
    data, moved = tmp_path / "data", tmp_path / "moved"
    shutil.copytree(EXAMPLES / "data", moved)
    with running(data, EXAMPLES / "town") as server:
        listed = replay_command(data)
        absent = replay_command(data, "buses")
        started = replay_command(data, "buses", "--data-from", str(moved), "--paused", "--from", "2026-01-26T16:20Z")
        found = wait(server.address, lambda found: found["state"] == "paused")
    assert "buses: Two buses" in listed.stdout
    assert (absent.returncode, "--data-from FOLDER" in absent.stderr) == (1, True)
    assert started.stdout.strip() == f"Two buses: {server.address}/?tenant={BUSES}"
    assert found["moment"] == "2026-01-26T16:20:00Z"


def test_the_command_line_opens_a_server_where_none_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pinisi", "replay", "buses", "--data", str(tmp_path / "data"), "--port", "0"]
    command += ["--city", str(EXAMPLES / "town"), "--data-from", str(EXAMPLES / "data"), "--speed", "100000"]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as opened:
        try:
            assert opened.stdout is not None
            lines = [opened.stdout.readline().strip(), opened.stdout.readline().strip()]
            (address,) = [line for line in lines if line.startswith("http")]
            assert f"Two buses: {address}/?tenant={BUSES}" in lines
            assert wait(address, lambda found: found["state"] == "finished")["events"]["arrived"] == 155
        finally:
            opened.kill()
