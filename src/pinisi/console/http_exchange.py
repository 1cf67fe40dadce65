"""One request on a connection and its reply: the body as it comes, the reply as it goes out."""

import asyncio
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import Protocol

from pinisi.console.application import SECURITY_HEADERS, Message, Scope, tells_length, tells_type
from pinisi.console.http import Reply

JOINED_MOST = 64 << 10
"""A body up to this size is copied behind its head, so that both go out together."""

STATUS_LINE = {status.value: b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()) for status in HTTPStatus}


class Connection(Protocol):
    """What an exchange needs of the connection that it goes over."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop

    def read_on(self) -> None:
        """Go on reading, where reading was paused."""
        ...

    async def writable(self) -> None:
        """Wait while the peer does not take what was sent."""
        ...


_LF, _CR = ord("\n"), ord("\r")


_WRITTEN = {
    name.lower(): name + b": "
    for name in (
        b"ETag",
        b"NGSILD-EntityMap",
        b"NGSILD-Results-Count",
        b"NGSILD-Snapshot",
        b"NGSILD-Tenant",
        b"NGSILD-Warning",
        b"WWW-Authenticate",
    )
}
"""Headers that are not written with one capital a word; readers may look for them by the letter."""


def header_line(name: bytes, value: bytes) -> bytes:
    """A header as it goes out.

    Raises:
        ValueError: it would be more than one line.
    """
    if _LF in value or _CR in value or 0 in value:
        raise ValueError(f"a header holds the end of a line: {name!r}")
    return _named(name) + value + b"\r\n"


@lru_cache(512, typed=True)
def _named(name: bytes) -> bytes:
    """Kept by name: values are many (the links of a page), and kept by those too a page would pay 5 us."""
    if _LF in name or _CR in name or 0 in name:
        raise ValueError(f"a header holds the end of a line: {name!r}")
    return _WRITTEN.get(name.lower()) or b"-".join(part.capitalize() for part in name.split(b"-")) + b": "


_SECURITY_LINES = b"".join(header_line(name, value) for name, value in SECURITY_HEADERS)


def date_line() -> bytes:
    """When a reply is said (RFC 9110, 6.6.1)."""
    return _date_line(int(time()))


@lru_cache(1)
def _date_line(second: int) -> bytes:
    return b"Date: %b\r\n" % formatdate(second, usegmt=True).encode()


_END, _END_OF_ALL = b"\r\n", b"Connection: close\r\n\r\n"


def _head_of(reply: Reply, lasting: bool, date: bytes) -> list[bytes]:
    """The head of a whole reply: the same headers as `headers_of`, in its order, and the line of the date."""
    parts = [STATUS_LINE[reply.status]]
    if tells_type(reply):
        parts.append(header_line(b"content-type", reply.media))
    parts += [header_line(name, value) for name, value in reply.headers]
    parts.append(_SECURITY_LINES)
    parts.append(date)
    if tells_length(reply):
        parts.append(b"Content-Length: %d\r\n" % len(reply.body))
    parts.append(_END if lasting else _END_OF_ALL)
    return parts


@lru_cache(64)
def _bare(status: int, media: bytes, lasting: bool, date: bytes) -> bytes:
    """A whole reply that has nothing to say but its status, as most writes of a second are answered."""
    return b"".join(_head_of(Reply(status, media=media), lasting, date))


class Exchange:
    """One request and its reply. `lasting`: whether the connection stays open after it."""

    __slots__ = (
        "_connection",
        "_ended",
        "_news",
        "body",
        "continues",
        "done",
        "gone",
        "lasting",
        "more",
        "scope",
        "started",
        "task",
    )

    def __init__(self, connection: Connection, scope: Scope, lasting: bool, continues: bool) -> None:
        self._connection = connection
        self._ended = False
        self._news: asyncio.Future[None] | None = None
        self.scope = scope
        self.lasting = lasting
        self.continues = continues
        self.body: list[bytes] = []
        self.more = True
        self.started = False
        self.done = False
        self.gone = False
        self.task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Wake who waits for the rest of the request, or for its peer to go away."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def receive(self) -> Message:
        """The next part of the body, as ASGI has it; `http.disconnect` once the peer is gone or has its reply."""
        if self.continues and not self.gone:
            self.continues = False
            self._connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self.gone or self.done):
            if self.body or not (self.more or self._ended):
                self._ended = not self.more
                part = self.body[0] if len(self.body) == 1 else b"".join(self.body)
                self.body.clear()
                return {"type": "http.request", "body": part, "more_body": self.more}
            self._connection.read_on()
            self._news = self._connection.loop.create_future()
            await self._news
        return {"type": "http.disconnect"}

    def whole(self, most: int) -> bytes | None:
        """The body, if all of it is here, none of it was received, and it has at most so many bytes."""
        if self.more or self.gone or self._ended or self.continues or len(self.body) > 1:
            return None
        if self.body and len(self.body[0]) > most:
            return None
        self._ended = True
        return self.body.pop() if self.body else b""

    def send(self, reply: Reply) -> None:
        """A whole reply in one piece."""
        if not (reply.body or reply.headers):
            head = _bare(reply.status, reply.media, self.lasting, date_line())
            self.started = True
            self._connection.transport.write(head)
            return
        parts = _head_of(reply, self.lasting, date_line())
        self.started = True
        if self.scope["method"] == "HEAD" or not reply.body:
            self._connection.transport.write(b"".join(parts))
        elif len(reply.body) <= JOINED_MOST:
            parts.append(reply.body)
            self._connection.transport.write(b"".join(parts))
        else:
            self._connection.transport.write(b"".join(parts))
            self._connection.transport.write(reply.body)

    async def send_part(self, message: Message) -> None:
        """A part of a stream, as ASGI has it: in chunks, because nobody knows its length (HTTP/1.0: until the end).

        Waits while the peer takes nothing; one that has gone is sent nothing more.
        """
        await self._connection.writable()
        if self.gone:
            return
        if message["type"] == "http.response.start":
            how = (b"transfer-encoding", b"chunked")
            headers: list[tuple[bytes, bytes]] = [*message["headers"], *([how] if self._chunked else [])]
            parts = self._head(message["status"], headers)
            self.started = True
            self._connection.transport.write(b"".join(parts))
            return
        part: bytes = message.get("body", b"")
        if self.scope["method"] == "HEAD":
            part = b""
        elif self._chunked:
            part = b"%x\r\n%b\r\n" % (len(part), part) if part else b""
            if not message.get("more_body", False):
                part += b"0\r\n\r\n"
        if part:
            self._connection.transport.write(part)

    @property
    def _chunked(self) -> bool:
        return self.scope["http_version"] != "1.0"

    def _head(self, status: int, headers: list[tuple[bytes, bytes]]) -> list[bytes]:
        parts = [STATUS_LINE[status], *[header_line(name, value) for name, value in headers], date_line()]
        parts.append(_END if self.lasting else _END_OF_ALL)
        return parts
