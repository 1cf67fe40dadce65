"""A file handed to a running Pinisi, which alone writes: handed in, then followed until it is loaded."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from pinisi.commands.failure import CommandFailed
from pinisi.runtime.occupancy import Occupant

LONGEST_PAUSE_S = 120
EVERY_S = 0.3


def load_over_http(
    holder: Occupant, tenant: str, token: str, file: Path, mapping: str, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Hand a file in and follow its load.

    Raises:
        CommandFailed: the server refuses it, or does not answer.
    """
    if not holder.url:
        raise CommandFailed(f"process {holder.pid} holds the data folder but serves nothing; wait until it is done")
    if file.suffix.lower() == ".shp":
        raise CommandFailed("a running server takes a shapefile as one zip of its parts")
    headers = {"NGSILD-Tenant": tenant} | ({"Authorization": f"Bearer {token}"} if token else {})
    address = f"{holder.url}/pinisi/v1/imports"
    query = urlencode({"name": file.name, "dryRun": "true"})
    handed = _ask(f"{address}?{query}", headers | {"Content-Type": "application/octet-stream"}, file.read_bytes())
    body = json.dumps({"mapping": mapping, "load": True}).encode()
    told = _ask(f"{address}/{handed['id']}", headers | {"Content-Type": "application/json"}, body)
    while told["state"] not in ("done", "failed"):
        progress(told["state"], told["done"], told["of"])
        time.sleep(EVERY_S)
        told = _ask(f"{address}/{handed['id']}", headers)
    if told["state"] == "failed":
        raise CommandFailed(f"{file.name}: {told['error']}")
    return told


def _ask(address: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    request = Request(address, body, headers, method="GET" if body is None else "POST")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=LONGEST_PAUSE_S) as answer:
            return json.loads(answer.read())
    except HTTPError as error:
        raise CommandFailed(_refusal(error)) from error
    except (OSError, ValueError) as error:
        raise CommandFailed(f"the server does not answer: {error}") from error


def _refusal(error: HTTPError) -> str:
    if error.code in (401, 403):
        return (
            "the server asks who you are: set PINISI_TOKEN to a token with the permission imports.manage "
            "(pinisi token add), or stop the server"
        )
    try:
        detail = json.loads(error.read()).get("detail", "")
    except (ValueError, AttributeError, OSError):
        detail = ""
    return f"the server refused the file (HTTP {error.code}): {detail or 'look at its output'}"
