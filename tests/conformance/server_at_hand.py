"""A real server in a process of its own, with an empty city in it."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from broker_at_hand import CONTEXT, CONTEXT_DOCUMENT

from patience import PATIENCE
from pinisi.city.scaffold import new_city

SOURCES = Path(__file__).parents[2] / "src"


@contextmanager
def running(folder: Path, **settings: str) -> Generator[str]:
    """A server with an empty city. It knows one @context besides the core ones, and cuts history after 6 values."""
    new_city(folder / "city", "suite", "Suite")
    contexts = folder / "data" / "contexts"
    contexts.mkdir(parents=True)
    (contexts / "index.json").write_text(json.dumps({CONTEXT: "test.jsonld"}))
    (contexts / "test.jsonld").write_text(json.dumps(CONTEXT_DOCUMENT))
    command = [sys.executable, "-m", "pinisi", "run", str(folder / "city"), "--data", str(folder / "data")]
    usual = {"PYTHONPATH": str(SOURCES), "PINISI_TEMPORAL_PAGE": "6", "PINISI_LOG_LEVEL": "error"}
    environment = {**os.environ, **usual, **settings}
    with subprocess.Popen([*command, "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), "the server did not start"
        yield address
        process.terminate()
        process.wait(PATIENCE)
