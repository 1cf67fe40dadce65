"""One real server for the whole folder, an empty city in it; each test has a tenant of its own."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from broker_at_hand import CONTEXT, CONTEXT_DOCUMENT, Broker

from patience import PATIENCE
from pinisi.city.scaffold import new_city

SOURCES = Path(__file__).parents[2] / "src"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server. It knows one @context besides the core ones, and cuts history after 6 values."""
    folder = tmp_path_factory.mktemp("conformance")
    new_city(folder / "city", "suite", "Suite")
    contexts = folder / "data" / "contexts"
    contexts.mkdir(parents=True)
    (contexts / "index.json").write_text(json.dumps({CONTEXT: "test.jsonld"}))
    (contexts / "test.jsonld").write_text(json.dumps(CONTEXT_DOCUMENT))
    command = [sys.executable, "-m", "pinisi", "run", str(folder / "city"), "--data", str(folder / "data")]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PINISI_TEMPORAL_PAGE": "6", "PINISI_LOG_LEVEL": "error"}
    with subprocess.Popen([*command, "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), "the server did not start"
        yield address
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="session")
def wire(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def broker(wire: httpx.Client) -> Broker:
    """The NGSI-LD interface, in a tenant that nobody else uses."""
    return Broker(wire, f"t{next(_numbers)}")
