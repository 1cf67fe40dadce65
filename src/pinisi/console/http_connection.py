"""HTTP/1.1 on one connection: httptools reads, the application answers, a whole reply goes out in one piece.

Uvicorn keeps the listening socket, the signals and the shutdown. Its own protocol passes ASGI messages back and forth,
of which a reply whose body is at hand needs none, and looks at every header anew: a third of the CPU of a retrieval
(`bench/context.py`, retrieve). What a peer may cost is bounded: the head of a request, what is read ahead of a body,
replies that it does not take, how long it says nothing, and how slowly it says it (`http_patience`).
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import httptools
import structlog

from pinisi.console.application import Application, Scope, headers_of, send_stream
from pinisi.console.http import Reply
from pinisi.console.http_exchange import STATUS_LINE, Exchange, date_line, header_line
from pinisi.console.http_patience import LOOK_SECONDS, DoorLimits, SlowPeer
from pinisi.console.refusals import refuse

if TYPE_CHECKING:
    import uvicorn

HEAD_MOST = 64 << 10
"""Bytes of the address and the headers of one request."""
AHEAD_MOST = 64 << 10
"""Bytes of a body that are read before anybody asks for them."""

_NO_HTTP = refuse(400, "Bad request", "this is no HTTP/1.1 request that can be read")
_HUGE_HEAD = refuse(431, "Too large", f"the address and the headers of a request may have {HEAD_MOST >> 10} KB")
_ENDING = refuse(503, "Service Unavailable", "this process ended before it had answered: look whether it was done")
_UNSAID = Reply(500)
_TOO_MANY = refuse(503, "Too many connections", "as many connections are open as the operator allows (connections)")

_log = structlog.get_logger("pinisi.http")


def _late(part: str, limits: DoorLimits) -> Reply:
    detail = f"the {part} of the request did not come within {limits.request_seconds:g} s (request_seconds)"
    return refuse(408, "Request timeout", detail)


def with_limits(limits: DoorLimits) -> type["HttpConnection"]:
    """The protocol for a server that grants these."""
    return type("HttpConnection", (HttpConnection,), {"limits": limits})


class HttpConnection(asyncio.Protocol):
    """The protocol of uvicorn's connections (`uvicorn.Config(http=HttpConnection)`)."""

    transport: asyncio.Transport
    limits = DoorLimits()

    def __init__(
        self,
        config: "uvicorn.Config",
        server_state: Any,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = _loop or asyncio.get_running_loop()
        self._application = cast(Application, config.loaded_app)
        self._server = server_state
        self._idle_seconds = config.timeout_keep_alive
        self._parser: Any = httptools.HttpRequestParser(self)
        self._client: tuple[str, int] | None = None
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._continues = False
        self._head_size: int | None = 0
        self._current: Exchange | None = None
        self._newest: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        self._reading = True
        self._blocked: asyncio.Future[None] | None = None
        self._quiet_since = 0.0
        self._peer = SlowPeer()
        self._ended = False
        self._watch: asyncio.TimerHandle | None = None

    # what the loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        peer: tuple[Any, ...] | None = transport.get_extra_info("peername")
        self._client = (str(peer[0]), int(peer[1])) if peer else None
        self._server.connections.add(self)
        self._quiet_since = self.loop.time()
        self._peer.begins(self._quiet_since)
        self._watch = self.loop.call_later(self._next_look(self._idle_seconds), self._look)
        if len(self._server.connections) > self.limits.connections:
            self._turn_away(_TOO_MANY)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._watch is not None:
            self._watch.cancel()
        if self._current is not None:
            self._current.gone = True
            self._current.tell()
        self._queue.clear()
        self.resume_writing()
        self._parser = None

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return
        except httptools.HttpParserError:
            self._turn_away(_NO_HTTP)
            return
        if self._head_size is not None:
            self._head_size += len(data)
            if self._head_size > HEAD_MOST:
                self._turn_away(_HUGE_HEAD)

    def eof_received(self) -> bool:
        """The peer says no more. One who asked before, and listens, is answered; then the connection ends (True: it
        stays for so long)."""
        self._ended = True
        exchange = self._newest
        if self._current is None or exchange is None or exchange.more or self._current.started:
            return False
        exchange.lasting = False
        return True

    def pause_writing(self) -> None:
        if self._blocked is None:
            self._blocked = self.loop.create_future()

    def resume_writing(self) -> None:
        blocked, self._blocked = self._blocked, None
        if blocked is not None and not blocked.done():
            blocked.set_result(None)

    def shutdown(self) -> None:
        """Uvicorn asks for the end: at once, or after the reply that is under way."""
        if self._current is None:
            self.transport.close()
        else:
            self._current.lasting = False

    def _look(self) -> None:
        """End a connection whose peer keeps us waiting. One timer serves all its requests."""
        now = self.loop.time()
        wait = self._judge(now)
        self._watch = self.loop.call_later(self._next_look(wait), self._look)

    def _next_look(self, wait: float) -> float:
        return min(wait, LOOK_SECONDS, self.limits.request_seconds, self._idle_seconds)

    def _judge(self, now: float) -> float:
        """What the peer deserves now; answers after how many seconds to look again."""
        unsent = self.transport.get_write_buffer_size()
        if self._peer.takes_nothing(now, unsent):
            self.transport.abort()
        elif unsent or self.transport.is_closing():
            return LOOK_SECONDS
        elif self._current is not None:
            if self._newest is self._current and self._current.more and self._peer.body_is_late(now, self.limits):
                self._give_up_body(self._current, _late("body", self.limits))
        elif self._head_size:
            if self._peer.head_is_late(now, self.limits):
                self._turn_away(_late("head", self.limits))
        elif now - self._quiet_since >= self._idle_seconds:
            self.transport.close()
        else:
            return self._idle_seconds - (now - self._quiet_since)
        return LOOK_SECONDS

    def _give_up_body(self, exchange: Exchange, why: Reply) -> None:
        """Half a body is never acted upon: who waits for it learns that nothing more comes."""
        if not exchange.started:
            self._say(why)
        exchange.gone = True
        exchange.tell()
        self.transport.close()

    def _turn_away(self, reply: Reply) -> None:
        """Refuse what is no request; one that is under way is answered first."""
        self._pause_reading()
        if self._current is not None:
            self._current.lasting = False
            self._queue.clear()
            if self._newest is self._current and self._current.more:
                self._give_up_body(self._current, reply)
            return
        self._say(reply)
        self.transport.close()

    def _say(self, reply: Reply) -> None:
        """A reply to what has not become a request; the connection ends with it."""
        lines = [header_line(name, value) for name, value in headers_of(reply)]
        head = b"".join((STATUS_LINE[reply.status], *lines, date_line(), b"connection: close\r\n\r\n"))
        self.transport.write(head + reply.body)

    # what an exchange asks

    def read_on(self) -> None:
        """Go on reading, where reading was paused."""
        if not self._reading and not self.transport.is_closing():
            self._reading = True
            self._peer.goes_on(self.loop.time())
            self.transport.resume_reading()

    async def writable(self) -> None:
        """Wait while the peer does not take what was sent."""
        if self._blocked is not None:
            await self._blocked

    def _pause_reading(self) -> None:
        if self._reading and not self.transport.is_closing():
            self._reading = False
            self._peer.pauses(self.loop.time())
            self.transport.pause_reading()

    # what the parser tells

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers = []
        self._continues = False
        self._head_size = 0
        self._peer.begins(self.loop.time())

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._headers.append((name, value))
        if name == b"expect" and value.lower() == b"100-continue":
            self._continues = True

    def on_headers_complete(self) -> None:
        self._head_size = None
        parser = self._parser
        version: str = parser.get_http_version()
        target: Any = httptools.parse_url(self._url)
        raw_path: bytes = target.path
        path = raw_path.decode("ascii")
        scope: Scope = {
            "type": "http",
            "http_version": version,
            "method": parser.get_method().decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": target.query or b"",
            "headers": self._headers,
            "client": self._client,
        }
        lasting = version != "1.0" and parser.should_keep_alive()
        exchange = self._newest = Exchange(self, scope, lasting, self._continues)
        if self._current is None:
            self._begin(exchange)
        else:
            self._queue.append(exchange)
            self._pause_reading()

    def on_body(self, body: bytes) -> None:
        exchange = self._newest
        if exchange is None or exchange.done:
            return
        exchange.body.append(body)
        self._peer.body_size += len(body)
        if len(exchange.body) > 1 and sum(map(len, exchange.body)) > AHEAD_MOST:
            self._pause_reading()
        exchange.tell()

    def on_message_complete(self) -> None:
        exchange = self._newest
        if exchange is not None and not exchange.done:
            exchange.more = False
            exchange.tell()

    # answering

    def _begin(self, exchange: Exchange) -> None:
        self._current = exchange
        exchange.task = self.loop.create_task(self._answer(exchange))
        self._server.tasks.add(exchange.task)

    async def _answer(self, exchange: Exchange) -> None:
        try:
            reply = await self._application.reply(exchange.scope, exchange.receive, exchange.whole)
            if reply.stream is not None:
                head = exchange.scope["method"] == "HEAD"
                await send_stream(reply, reply.stream, head, exchange.receive, exchange.send_part)
            else:
                if self._blocked is not None:
                    await self._blocked
                if not exchange.gone:
                    exchange.send(reply)
        except BaseException as error:
            self._break_off(exchange, error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._server.tasks.discard(exchange.task)
            self._end(exchange)

    def _break_off(self, exchange: Exchange, error: BaseException) -> None:
        """A reply that could not be made or sent to its end: the connection says no more that could be taken for it."""
        if exchange.gone:
            return
        _log.error("a reply could not be sent", path=exchange.scope["path"], error=repr(error))
        exchange.lasting = False
        if not exchange.started:
            self._say(_ENDING if isinstance(error, asyncio.CancelledError) else _UNSAID)

    def _end(self, exchange: Exchange) -> None:
        """After a reply: the next request that waits, or quiet."""
        exchange.done = True
        exchange.tell()
        self._current = None
        self._server.total_requests += 1
        if exchange.gone:
            return
        if not exchange.lasting:
            self.transport.close()
            return
        self._quiet_since = self.loop.time()
        if self._queue:
            self._begin(self._queue.popleft())
        else:
            self.read_on()
