"""A small HTTP client upon bare streams: cheap enough to load a server from the other core."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

JSON = b"application/json"


class Answer(NamedTuple):
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One kept-alive connection; raises `ConnectionError` when the server goes away."""

    def __init__(self, port: int, *, token: str | None = None) -> None:
        self._port = port
        self._head = b"\r\nHost: 127.0.0.1:%d\r\nConnection: keep-alive\r\n" % port
        if token is not None:
            self._head += b"Authorization: Bearer " + token.encode() + b"\r\n"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writer is not None
        self._writer.close()

    async def ask(
        self, method: str, path: str, body: Any = None, *, media: bytes = JSON, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request, wait for its answer. `body`: bytes as they are, anything else as JSON."""
        assert self._reader is not None and self._writer is not None
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        head = method.encode() + b" " + path.encode() + b" HTTP/1.1" + self._head
        for name, value in (headers or {}).items():
            head += f"{name}: {value}\r\n".encode()
        if body is not None:
            head += b"Content-Type: %s\r\nContent-Length: %d\r\n" % (media, len(content))
        self._writer.write(head + b"\r\n" + content)
        try:
            return await self._answer(self._reader)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the server went away") from error

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
        status = int(lines[0].split(b" ", 2)[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
        return Answer(status, headers, await reader.readexactly(int(headers.get(b"content-length", b"0"))))


async def ask(port: int, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any) -> Answer:
    """One request upon a connection of its own."""
    async with Wire(port, token=token) as wire:
        return await wire.ask(method, path, body, **more)
