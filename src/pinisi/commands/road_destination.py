"""Where imported roads go: to the server while it runs, straight into the store when it does not."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

import msgspec

from pinisi.city.context import context_bytes
from pinisi.commands.failure import CommandFailed
from pinisi.runtime.intake import Taken
from pinisi.runtime.occupancy import Occupant, occupant, occupy
from pinisi.runtime.road_import import RoadBatch, known_roads, remove_roads, take_roads
from pinisi.settings import Settings
from pinisi.vocabulary.principal import SYSTEM

LONGEST_PAUSE_S = 120
CONTEXT = "urn:pinisi:context"


class Destination(Protocol):
    async def take(self, batch: RoadBatch) -> Taken: ...
    async def known(self, provider: str) -> Sequence[str]: ...
    async def remove(self, ids: Sequence[str]) -> int: ...


@asynccontextmanager
async def destination(settings: Settings, tenant: str, token: str) -> AsyncGenerator[Destination]:
    """The server that holds the data folder, else the folder itself, held as long as this lasts.

    Raises:
        CommandFailed: another process holds the folder and serves nothing.
    """
    holder = occupant(settings.data)
    if holder is not None:
        yield _Server(holder, tenant, token)
        return
    with occupy(settings.data):
        from pinisi.store.sqlite import SqliteStore

        async with SqliteStore(settings.tenant_folder, _now) as store:
            yield _Folder(store, tenant)


def _now() -> int:
    import time

    return time.time_ns() // 1000


class _Folder:
    """The store of a stopped Pinisi."""

    def __init__(self, store: Any, tenant: str) -> None:
        from pinisi.context.contexts import Contexts

        self._store = store
        self._tenant = tenant
        self._table = Contexts({CONTEXT: msgspec.json.decode(context_bytes())}).table(CONTEXT)

    async def take(self, batch: RoadBatch) -> Taken:
        return await take_roads(self._store, self._tenant, self._table, batch, _now())

    async def known(self, provider: str) -> Sequence[str]:
        return await known_roads(self._store, self._tenant, provider)

    async def remove(self, ids: Sequence[str]) -> int:
        return await remove_roads(self._store, self._tenant, ids, SYSTEM)


class _Server:
    """A running Pinisi, asked over HTTP."""

    def __init__(self, holder: Occupant, tenant: str, token: str) -> None:
        if not holder.url:
            raise CommandFailed(f"process {holder.pid} holds the data folder but serves nothing; wait until it is done")
        self._url = f"{holder.url}/pinisi/v1/roads"
        self._headers = {"NGSILD-Tenant": tenant, "Content-Type": "application/json"}
        self._headers |= {"Authorization": f"Bearer {token}"} if token else {}

    async def take(self, batch: RoadBatch) -> Taken:
        return msgspec.convert(self._ask("", msgspec.json.encode(batch)), Taken)

    async def known(self, provider: str) -> Sequence[str]:
        return self._ask(f"?provider={quote(provider, safe='')}")["roads"]

    async def remove(self, ids: Sequence[str]) -> int:
        return self._ask("/remove", msgspec.json.encode({"ids": ids}))["removed"]

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        request = Request(self._url + path, body, self._headers, method="GET" if body is None else "POST")
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=LONGEST_PAUSE_S) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            raise CommandFailed(_refusal(error)) from error
        except (OSError, ValueError) as error:
            raise CommandFailed(f"the server at {self._url} does not answer: {error}") from error


def _refusal(error: HTTPError) -> str:
    if error.code in (401, 403):
        return (
            "the server asks who you are: set PINISI_TOKEN to a token with the permission house.manage "
            "(pinisi token add), or stop the server"
        )
    try:
        detail = json.loads(error.read()).get("detail", "")
    except (ValueError, AttributeError, OSError):
        detail = ""
    return f"the server refused the roads (HTTP {error.code}): {detail or 'look at its output'}"
