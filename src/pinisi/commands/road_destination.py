"""Where imported roads go: to the server while it runs, straight into the store when it does not."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from pinisi.city.context import context_bytes
from pinisi.commands.running_server import RunningServer
from pinisi.runtime.intake import Taken
from pinisi.runtime.occupancy import occupant, occupy
from pinisi.runtime.road_import import RoadBatch, known_roads, remove_roads, take_roads
from pinisi.settings import Settings
from pinisi.vocabulary.principal import SYSTEM

ROADS = "/pinisi/v1/roads"
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
        yield _Server(RunningServer(holder, tenant, token, "house.manage"))
        return
    with occupy(settings.data):
        from pinisi.store.opening import open_store

        async with open_store(settings.store, settings.tenant_folder, _now) as store:
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

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    async def take(self, batch: RoadBatch) -> Taken:
        return msgspec.convert(self._server.ask(ROADS, msgspec.json.encode(batch)), Taken)

    async def known(self, provider: str) -> Sequence[str]:
        return self._server.ask(f"{ROADS}?provider={quote(provider, safe='')}")["roads"]

    async def remove(self, ids: Sequence[str]) -> int:
        return self._server.ask(f"{ROADS}/remove", msgspec.json.encode({"ids": ids}))["removed"]
