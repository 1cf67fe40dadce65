"""A file handed to a running Pinisi, which alone writes: handed in, then followed until it is loaded."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pinisi.commands.failure import CommandFailed
from pinisi.commands.running_server import RunningServer
from pinisi.runtime.occupancy import Occupant

EVERY_S = 0.3
IMPORTS = "/pinisi/v1/imports"


def load_over_http(
    holder: Occupant, tenant: str, token: str, file: Path, mapping: str, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Hand a file in and follow its load.

    Raises:
        CommandFailed: the server refuses it, or does not answer.
    """
    server = RunningServer(holder, tenant, token, "imports.manage")
    if file.suffix.lower() == ".shp":
        raise CommandFailed("a running server takes a shapefile as one zip of its parts")
    query = urlencode({"name": file.name, "dryRun": "true"})
    handed = server.ask(f"{IMPORTS}?{query}", file.read_bytes(), "application/octet-stream")
    place = f"{IMPORTS}/{handed['id']}"
    told = server.ask(place, json.dumps({"mapping": mapping, "load": True}).encode())
    while told["state"] not in ("done", "failed"):
        progress(told["state"], told["done"], told["of"])
        time.sleep(EVERY_S)
        told = server.ask(place)
    if told["state"] == "failed":
        raise CommandFailed(f"{file.name}: {told['error']}")
    return told
