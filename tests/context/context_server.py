"""A real server of @contexts on loopback that says what a test wants, and counts who asks."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

Answer = bytes | Callable[[asyncio.StreamWriter], Any]


def answer(document: Any, *headers: str, status: int = 200) -> bytes:
    """A whole answer with this document; bytes go as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Content-Type: application/ld+json", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def moved(place: str, status: int = 302) -> bytes:
    return answer(b"", f"Location: {place}", status=status)


class ContextServer:
    """`answers`: path -> what is said there; anything else is 404. `asked` counts requests by path."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, int] = {}
        self.heads: list[str] = []
        self.delay = 0.0
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ", 2)[1]
            self.heads.append(head)
            self.asked[path] = self.asked.get(path, 0) + 1
            await asyncio.sleep(self.delay)
            said = self.answers.get(path, answer(b"", status=404))
            if isinstance(said, bytes):
                writer.write(said)
            else:
                await said(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def context_server() -> AsyncGenerator[ContextServer]:
    server = ContextServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
