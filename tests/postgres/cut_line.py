"""A line to PostgreSQL that can be cut at a chosen moment: before a request goes on, or before its answer is back."""

import asyncio
import contextlib
from pathlib import Path
from typing import Literal

Cut = Literal["before it is sent", "before it is answered", "and it arrives late"]
SOCKET = ".s.PGSQL.5432"


class Line:
    """Stands between a process and the server. `cut` arms it for the next request in which `mark` is found."""

    def __init__(self, server: Path, here: Path) -> None:
        self._server = server / SOCKET
        self._here = here
        self._cut: Cut | None = None
        self._mark = b""
        self.cuts = 0
        self._listening: asyncio.Server | None = None
        self._late: list[asyncio.Task[None]] = []

    def address(self, database: str) -> str:
        return f"postgresql://pinisi@/{database}?host={self._here}"

    def cut(self, how: Cut, mark: bytes) -> None:
        self._cut, self._mark = how, mark

    async def __aenter__(self) -> "Line":
        self._listening = await asyncio.start_unix_server(self._serve, self._here / SOCKET)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listening is not None
        self._listening.close()
        await asyncio.gather(*self._late)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._server)
        silent = asyncio.Event()
        answers = asyncio.create_task(_answers(there_reader, writer, silent))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 20):
                if self._cut is not None and self._mark in data:
                    how, self._cut = self._cut, None
                    self.cuts += 1
                    await self._cut_at(how, data, there_writer, silent)
                    break
                there_writer.write(data)
                await there_writer.drain()
        writer.close()
        if not self._late:
            there_writer.close()
        await answers

    async def _cut_at(self, how: Cut, data: bytes, there: asyncio.StreamWriter, silent: asyncio.Event) -> None:
        silent.set()
        if how == "before it is answered":
            there.write(data)
            await there.drain()
            await asyncio.sleep(0.3)
        elif how == "and it arrives late":
            self._late.append(asyncio.create_task(_sent_late(there, data)))


async def _sent_late(there: asyncio.StreamWriter, data: bytes) -> None:
    await asyncio.sleep(0.5)
    with contextlib.suppress(ConnectionError):
        there.write(data)
        await there.drain()
    await asyncio.sleep(0.5)
    there.close()


async def _answers(there: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await there.read(1 << 20):
            if not silent.is_set():
                writer.write(data)
                await writer.drain()
    writer.close()
