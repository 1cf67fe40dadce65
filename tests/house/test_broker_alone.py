"""`pinisi broker`: the context alone, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from patience import PATIENCE

SOURCES = Path(__file__).parents[2] / "src"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there" / "yet"


@pytest.fixture
def url(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "pinisi", "broker", "--data", str(data), "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PINISI_LOG_LEVEL": "error"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        process.wait(PATIENCE)


def told(address: str, body: object = None) -> tuple[int, bytes]:
    request = Request(address, None if body is None else json.dumps(body).encode(), JSON)
    with urlopen(request, timeout=PATIENCE) as answer:
        return answer.status, answer.read()


def test_it_keeps_entities_and_knows_no_service(url: str, data: Path) -> None:
    assert url.startswith("http://127.0.0.1:")
    assert json.loads(told(f"{url}/pinisi/v1/services")[1])["services"] == []
    assert json.loads(told(f"{url}/ngsi-ld/v1/types")[1])["typeList"] == []
    assert told(f"{url}/ngsi-ld/v1/entities", {"id": "urn:x:1", "type": "Thing9", "n": 1})[0] == 201
    assert json.loads(told(f"{url}/v2/entities?type=Thing9&options=keyValues")[1]) == [
        {"id": "urn:x:1", "type": "Thing9", "n": 1}
    ]
    assert json.loads(told(f"{url}/ngsi-ld/v1/entities?type=Thing9&count=true&limit=1")[1])
    assert (data / "tenants" / "city.sqlite").exists()


def test_the_broker_begins_without_what_only_some_ask_for() -> None:
    """Its goal is 80 MB at rest: patterns, passwords, fuzzy names and other hosts' addresses bring their libraries."""
    asked = "import sys, pinisi.console.server; print(*{name.partition('.')[0] for name in sys.modules})"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert {"re2", "rapidfuzz", "argon2", "httpcore", "click", "asyncpg", "nats"}.isdisjoint(said.stdout.split())


def test_a_feed_that_there_is_none_of_is_told_in_one_line(data: Path) -> None:
    command = [sys.executable, "-m", "pinisi", "broker", "--data", str(data), "--port", "0", "--feed", "kafka://one"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr == "pinisi: feed: 'kafka' is none that Pinisi has: nats://… or tls://…\n"
