"""Cities as processes that can be killed and come back: Makassar as it is shipped, and empty ones beside it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from loaded_city import lay_out
from patience import PATIENCE
from pinisi.city.scaffold import new_city
from ports import free_port

SOURCES = Path(__file__).parents[1] / "src"
V1 = "/ngsi-ld/v1"


class CityProcess:
    """One city. `name` None: Makassar; else an empty city of this name. `broker`: the broker alone."""

    def __init__(self, folder: Path, name: str | None, *, broker: bool = False, **settings: str) -> None:
        self._data = folder / "data"
        if name is None and not broker:
            lay_out(self._data)
        self._city: list[str] = []
        if name is not None and not broker:
            new_city(folder / "city", name, name.title())
            self._city = [str(folder / "city")]
        self._command = "broker" if broker else "run"
        usual = {"PYTHONPATH": str(SOURCES), "PINISI_LOG_LEVEL": "error"}
        self._environment = {**os.environ, **usual, **settings}
        self._process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self) -> None:
        """Start it, at the address that it had before."""
        port = self.address.rpartition(":")[2] or str(free_port())
        words = [self._command, *self._city, "--data", str(self._data), "--port", port]
        command = [sys.executable, "-m", "pinisi", *words]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        assert self.address.startswith("http://"), "the city did not start"

    def kill(self) -> None:
        """As a power cut does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return httpx.request(method, self.address + V1 + path, json=body, params=query or None, timeout=PATIENCE)

    def create(self, id: str, type: str, **values: Any) -> httpx.Response:
        properties = {name: {"type": "Property", "value": value} for name, value in values.items()}
        return self.call("POST", "/entities", {"id": id, "type": type, **properties})

    def register(self, partner: str, type: str, **more: Any) -> str:
        """Register what a partner knows of a type."""
        id = f"urn:ngsi-ld:ContextSourceRegistration:{type}"
        body: dict[str, Any] = {
            "id": id, "type": "ContextSourceRegistration", "information": [{"entities": [{"type": type}]}],
            "endpoint": partner, **more,
        }  # fmt: skip
        answer = self.call("POST", "/csourceRegistrations", body)
        assert answer.status_code == 201, answer.text
        return id

    def ids(self, type: str, **query: Any) -> tuple[set[str], str]:
        """Ids of a type, and the warning that came with them."""
        answer = self.call("GET", "/entities", type=type, limit=1000, **query)
        assert answer.status_code == 200, answer.text
        return {entity["id"] for entity in answer.json()}, answer.headers.get("ngsild-warning", "")


def timed(work: Any) -> tuple[Any, float]:
    """A result, and how many seconds it took."""
    began = time.monotonic()
    return work(), time.monotonic() - began
