"""The client that asks context sources: kept connections, one answer of bounded size, never an exception.

A connection that was idle may have been closed by the other side at the very moment of its use. A request that may be
said twice (GET, PUT, DELETE) is then said again on a new connection; a POST or PATCH is not.
"""

import asyncio
import ssl

import httptools
import msgspec

from pinisi.context.federation.answer import Answer, read_warnings
from pinisi.context.kept_connections import Connection, KeptConnections, Key, key_of
from pinisi.context.targets import BadTarget, Target, Targets

IDLE_EACH = 8
IDLE_ALL = 128
IDLE_SECONDS = 30.0
FRESH_SECONDS = 2.0
"""How long a connection may have been idle for what may not be said twice."""
AT_ONCE = 64
LARGEST = 16 << 20
LARGEST_HEAD = 64_000
"""With those that tell of waiting (1xx)."""
_READ = frozenset(
    {b"content-type", b"content-length", b"transfer-encoding", b"ngsild-warning", b"ngsild-entitymap", b"link"}
)
"""Headers of answers that mean something here."""
_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `headers` as they go over the wire, each line ended; `timeout` in seconds, connection included."""

    method: str
    target: Target
    headers: bytes = b""
    body: bytes | None = None
    timeout: float = 5.0


class _Connection(Connection):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: asyncio.Future[Answer | None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._size = 0
        self._received = 0
        self._headed = False
        self._headers: dict[bytes, bytes] = {}

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        started = self._headed and b"content-length" not in self._headers and self._unended()
        self._settle(self._answer() if started else None)

    def _unended(self) -> bool:
        """Whether the end of the answer is the end of the connection (no length, no chunks)."""
        return b"transfer-encoding" not in self._headers and self._parser.get_status_code() >= 200

    def data_received(self, data: bytes) -> None:
        if self.answered is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._settle(Answer(fault="invalid", reason=f"the answer is no HTTP: {error}"))
            self.close()
        self._received += len(data)
        if self._received > (2 * LARGEST if self._headed else LARGEST_HEAD):
            self._too_large()

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in _READ:
            known = self._headers.get(name)
            self._headers[name] = value if known is None else known + b", " + value

    def on_headers_complete(self) -> None:
        self._headed = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > LARGEST:
            self._too_large()
            return
        self._parts.append(body)

    def _too_large(self) -> None:
        self._settle(Answer(fault="invalid", reason=f"the answer is over {LARGEST >> 20} MB"))
        self.close()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            self._headers = {}
            return
        self.usable = self.usable and self._parser.should_keep_alive()
        self._settle(self._answer())

    def _answer(self) -> Answer:
        media = self._headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        return Answer(
            status=self._parser.get_status_code(),
            body=b"".join(self._parts),
            media=media.decode("latin-1"),
            warnings=read_warnings(self._headers.get(b"ngsild-warning", b"").decode("latin-1")),
            entity_map=self._headers.get(b"ngsild-entitymap", b"").decode("latin-1"),
            more=b'rel="next"' in self._headers.get(b"link", b""),
        )

    def request(self, data: bytes) -> "asyncio.Future[Answer | None]":
        """Write a request; the future holds None when the connection was lost before an answer."""
        assert self.transport is not None
        self._begin()
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self.answered

    def _settle(self, answer: Answer | None) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(answer)


class SourceClient:
    """Of one process: at most `AT_ONCE` requests under way, `IDLE_EACH` idle connections to each source."""

    def __init__(self, targets: Targets, tls: ssl.SSLContext | None = None) -> None:
        """`targets`: which addresses the operator allows; `tls`: None for the system's authorities."""
        self._kept = KeptConnections(_Connection, targets, tls, each=IDLE_EACH, together=IDLE_ALL)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def exchange(self, outgoing: Outgoing) -> Answer:
        """Ask once; whatever goes wrong is told by the answer's `fault`."""
        try:
            async with asyncio.timeout(outgoing.timeout), self._slots:
                return await self._exchange(outgoing)
        except TimeoutError:
            return Answer(fault="timeout", reason=f"no answer within {outgoing.timeout:g} s")
        except BadTarget as error:
            return Answer(fault="unreachable", reason=str(error))
        except (OSError, ssl.SSLError) as error:
            return Answer(fault="unreachable", reason=f"no connection: {error.strerror or error}")

    async def close(self) -> None:
        await self._kept.close()

    async def _exchange(self, outgoing: Outgoing) -> Answer:
        target, data = outgoing.target, _request(outgoing)
        key = key_of(target)
        repeatable = outgoing.method in _REPEATABLE
        connection = self._kept.take(key, IDLE_SECONDS if repeatable else FRESH_SECONDS)
        if connection is not None:
            answer = await self._ask(connection, key, data)
            if answer is not None:
                return answer
            if not repeatable:
                return Answer(fault="unreachable", reason="the connection was closed without an answer")
        answer = await self._ask(await self._kept.open(target), key, data)
        return answer or Answer(fault="unreachable", reason="the connection was closed without an answer")

    async def _ask(self, connection: _Connection, key: Key, data: bytes) -> Answer | None:
        try:
            answer = await connection.request(data)
        except asyncio.CancelledError:
            connection.close()
            raise
        if connection.usable and answer is not None:
            self._kept.give_back(key, connection)
        else:
            connection.close()
        return answer


def _request(outgoing: Outgoing) -> bytes:
    target, body = outgoing.target, outgoing.body
    length = b"" if body is None else b"\r\nContent-Length: %d" % len(body)
    head = f"{outgoing.method} {target.path} HTTP/1.1\r\nHost: {target.authority}".encode("ascii")
    return b"".join((head, length, b"\r\n", outgoing.headers, b"\r\n", body or b""))
