"""Our own HTTP connection on a real socket, before a house that lets everybody in."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator

import uvicorn

from patience import PATIENCE
from pinisi.console.application import Application
from pinisi.console.body_room import BodyRoom
from pinisi.console.http import Route
from pinisi.console.our_names import OurNames
from pinisi.settings import Settings
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal


class OpenDoor:
    default_tenant = "city"
    body_limit = 1 << 20
    address = OurNames(Settings())

    def now(self) -> Instant:
        return 0

    async def admit(self, headers: dict[bytes, bytes], address: str, tenant: str) -> Principal | None:
        return Principal(id="x", name="x", kind="person", permissions=frozenset({"read"}))

    async def close(self) -> None: ...


@contextlib.asynccontextmanager
async def listening(
    door: OpenDoor,
    routes: tuple[Route, ...],
    protocol: type[asyncio.Protocol],
    idle: int = 75,
    room: BodyRoom | None = None,
) -> AsyncGenerator[tuple[int, uvicorn.Server]]:
    """The port, and the server."""
    config = uvicorn.Config(
        Application(door, routes, lambda call: None, room),
        http=protocol,
        ws="none",
        lifespan="off",
        log_level="critical",
        proxy_headers=False,
        timeout_keep_alive=idle,
    )
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1], server
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, PATIENCE)
