"""Both ways of a TCP connection, passed on byte for byte and written down."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any


class Wiretap:
    """Stands between a site and the supervisor at `onward`; `said` has the frames of each side."""

    def __init__(self, onward: int) -> None:
        self.port, self._onward = 0, onward
        self._bytes: dict[str, bytearray] = {"site": bytearray(), "supervisor": bytearray()}

    def said(self, side: str) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in bytes(self._bytes[side]).split(b"\x0c")[:-1]]

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self._onward)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass(reader, onward, "site"))
            group.create_task(self._pass(there, writer, "supervisor"))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, side: str) -> None:
        try:
            while data := await reader.read(65536):
                self._bytes[side] += data
                writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def tapped(onward: int) -> AsyncGenerator[Wiretap]:
    tap = Wiretap(onward)
    server = await asyncio.start_server(tap._join, "127.0.0.1", 0)
    tap.port = server.sockets[0].getsockname()[1]
    try:
        yield tap
    finally:
        server.close()
