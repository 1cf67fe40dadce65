"""A web server with faults, on a real socket: each path answers as the test says, also badly."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import msgspec

Play = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


class Asked(msgspec.Struct, frozen=True):
    path: str
    headers: Mapping[str, str]


def head(status: str, body_length: int | None, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body_length is not None:
        lines.append(f"content-length: {body_length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def answer(body: bytes, status: str = "200 OK", **headers: str) -> Play:
    """A plain answer; with an `etag` it says 304 to who knows it."""

    async def play(asked: Asked, writer: asyncio.StreamWriter) -> None:
        known = asked.headers.get("if-none-match")
        if known is not None and known == headers.get("etag"):
            writer.write(head("304 Not Modified", None, **headers))
            return
        writer.write(head(status, len(body), **headers) + body)

    return play


def redirect(to: str) -> Play:
    return answer(b"", "302 Found", location=to)


def silent() -> Play:
    """Takes the request and says nothing."""

    async def play(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    return play


def dripping(body: bytes, every: float = 0.02) -> Play:
    """One byte at a time, never done in time."""

    async def play(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", len(body)))
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(every)

    return play


def cut(body: bytes, at: int) -> Play:
    """Promises all and closes in the middle."""

    async def play(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", len(body)) + body[:at])

    return play


def endless() -> Play:
    """Never ends, and says no length."""

    async def play(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", None))
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()

    return play


def bomb(size: int = 20 << 20) -> Play:
    """A small packed body that unpacks to `size` bytes."""
    return answer(gzip.compress(b"\0" * size, 9), content_encoding="gzip")


def rubbish() -> Play:
    async def play(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x01 this is not HTTP\r\n\r\n")

    return play


class FaultyServer:
    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.asked: list[Asked] = []
        self.otherwise: Play = answer(b"not here", "404 Not Found")
        self.port = 0

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(": ") for line in lines[1:] if line)
            asked = Asked(lines[0].split(" ")[1], {name.lower(): value for name, _, value in pairs})
            self.asked.append(asked)
            await self.plays.get(asked.path, self.otherwise)(asked, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def faulty_server() -> AsyncGenerator[FaultyServer]:
    made = FaultyServer()
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.get_running_loop().create_task(made.serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
