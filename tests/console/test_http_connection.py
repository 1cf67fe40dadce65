"""HTTP/1.1 over real sockets: what comes in pieces, what comes too fast, too large, or is no request at all."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest
import uvicorn
from door_at_hand import OpenDoor, listening

from pinisi.console.http import Call, Reply, Route
from pinisi.console.http_connection import AHEAD_MOST, HEAD_MOST, HttpConnection
from pinisi.console.http_exchange import Connection, Exchange, header_line

pytestmark = pytest.mark.anyio
LARGE = 8 << 20
BODY_LIMIT = 1 << 20


class _Door(OpenDoor):
    body_limit = BODY_LIMIT
    streams_ended = 0


async def _echo(house: _Door, call: Call) -> Reply:
    return Reply(200, call.method.encode() + b" " + call.path.encode() + b" " + call.body)


async def _nap(house: _Door, call: Call) -> Reply:
    await asyncio.sleep(0.3)
    return Reply(200, b"slept")


async def _large(house: _Door, call: Call) -> Reply:
    return Reply(200, bytes(LARGE))


async def _split(house: _Door, call: Call) -> Reply:
    return Reply(200, headers=((b"x-told", b"a\r\nx-injected: b"),))


async def _stream(house: _Door, call: Call) -> Reply:
    async def parts() -> AsyncIterator[bytes]:
        try:
            for number in range(3):
                yield b"part %d;" % number
            while "endless" in call.path:
                yield b"more;"
                await asyncio.sleep(0.01)
        finally:
            house.streams_ended += 1

    return Reply(200, media=b"text/plain", stream=parts())


ROUTES = (
    Route(method="GET", path="/echo/{x}", permission="read", endpoint=_echo, summary=""),
    Route(method="POST", path="/echo/{x}", permission="read", endpoint=_echo, summary=""),
    Route(method="GET", path="/nap", permission="read", endpoint=_nap, summary=""),
    Route(method="GET", path="/large", permission="read", endpoint=_large, summary=""),
    Route(method="GET", path="/split", permission="read", endpoint=_split, summary=""),
    Route(method="GET", path="/stream", permission="read", endpoint=_stream, summary=""),
    Route(method="GET", path="/endless", permission="read", endpoint=_stream, summary=""),
)


class _Served:
    def __init__(self, port: int, door: _Door, server: uvicorn.Server) -> None:
        self.port = port
        self.door = door
        self.server = server

    @contextlib.asynccontextmanager
    async def wire(self) -> AsyncGenerator["_Wire"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield _Wire(reader, writer)
        finally:
            writer.close()


class _Wire:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self, *, bodiless: bool = False) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        told = [line.split(": ", 1) for line in head[1:] if line]
        headers = {name.lower(): value for name, value in told}
        length = 0 if bodiless else int(headers.get("content-length", "0"))
        return int(head[0].split()[1]), headers, await self.reader.readexactly(length)

    async def ask(self, text: bytes) -> tuple[int, dict[str, str], bytes]:
        self.writer.write(text)
        return await self.answer()

    async def is_closed(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 5) == b""


@contextlib.asynccontextmanager
async def _serving(idle: int = 75) -> AsyncGenerator[_Served]:
    door = _Door()
    async with listening(door, ROUTES, HttpConnection, idle) as (port, server):
        yield _Served(port, door, server)


@pytest.fixture
async def served() -> AsyncGenerator[_Served]:
    async with _serving() as opened:
        yield opened


async def test_many_requests_go_over_one_connection(served: _Served) -> None:
    async with served.wire() as wire:
        for number in range(50):
            status, headers, body = await wire.ask(b"GET /echo/%d?a=b HTTP/1.1\r\nHost: [::1]\r\n\r\n" % number)
            assert (status, body) == (200, b"GET /echo/%d " % number)
            assert headers["x-content-type-options"] == "nosniff" and "connection" not in headers


async def test_a_request_that_comes_byte_by_byte_is_one_request(served: _Served) -> None:
    async with served.wire() as wire:
        for byte in b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 5\r\n\r\nhello":
            wire.writer.write(bytes([byte]))
            await wire.writer.drain()
            await asyncio.sleep(0)
        assert (await wire.answer())[2] == b"POST /echo/a hello"


async def test_requests_sent_ahead_are_answered_in_their_order(served: _Served) -> None:
    async with served.wire() as wire:
        asked = [b"/nap", *(b"/echo/%d" % number for number in range(200)), b"/nap"]
        wire.writer.write(b"".join(b"GET %b HTTP/1.1\r\nHost: [::1]\r\n\r\n" % path for path in asked))
        answers = [(await wire.answer())[2] for _ in asked]
    assert answers == [b"slept" if path == b"/nap" else b"GET " + path + b" " for path in asked]


async def test_a_body_in_chunks_and_a_large_one_arrive_whole(served: _Served) -> None:
    async with served.wire() as wire:
        head = b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunked = head + b"5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n"
        assert (await wire.ask(chunked))[2] == b"POST /echo/a helloyou"
        body = bytes(range(256)) * (BODY_LIMIT // 256)
        head = b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert (await wire.ask(head + body))[2] == b"POST /echo/a " + body


async def test_a_body_is_taken_at_once_only_where_all_of_it_is_here() -> None:
    exchange = Exchange(cast(Connection, None), {}, True, False)
    exchange.body.append(b"ok")
    assert exchange.whole(2) is None
    exchange.more = False
    assert exchange.whole(1) is None
    assert exchange.whole(2) == b"ok"
    assert exchange.whole(2) is None
    exchange.gone = True
    assert await exchange.receive() == {"type": "http.disconnect"}


async def test_a_bare_reply_says_when_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its head is kept, but for one second only."""
    said: list[bytes] = []
    connection = cast(Connection, SimpleNamespace(transport=SimpleNamespace(write=said.append)))
    for second in (0.9, 1.1, 1.2):
        monkeypatch.setattr("pinisi.console.http_exchange.time", lambda second=second: second)
        Exchange(connection, {}, True, False).send(Reply(204))
    assert [head.partition(b"Date: ")[2][23:25] for head in said] == [b"00", b"01", b"01"]


async def test_who_expects_100_continue_is_told_to(served: _Served) -> None:
    async with served.wire() as wire:
        wire.writer.write(b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert await wire.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert (await wire.ask(b"ok"))[2] == b"POST /echo/a ok"


async def test_a_body_over_the_limit_is_refused_before_it_has_come(served: _Served) -> None:
    async with served.wire() as wire:
        status, _, _ = await wire.ask(b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 99999999\r\n\r\n")
        assert status == 413


async def test_head_has_the_headers_and_no_body(served: _Served) -> None:
    async with served.wire() as wire:
        wire.writer.write(b"HEAD /echo/a HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        status, headers, _ = await wire.answer(bodiless=True)
        assert (status, headers["content-length"]) == (200, str(len(b"HEAD /echo/a ") - 1))
        assert (await wire.ask(b"GET /echo/b HTTP/1.1\r\nHost: [::1]\r\n\r\n"))[2] == b"GET /echo/b "


@pytest.mark.parametrize(
    "head",
    [
        b"GET /echo/a HTTP/1.0\r\nHost: [::1]\r\n\r\n",
        b"GET /echo/a HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n",
    ],
)
async def test_a_connection_that_shall_end_is_closed_after_the_answer(served: _Served, head: bytes) -> None:
    async with served.wire() as wire:
        status, headers, _ = await wire.ask(head)
        assert (status, headers["connection"]) == (200, "close")
        assert await wire.is_closed()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost x\r\n\r\n", 400),
        (b"CONNECT example.org:443 HTTP/1.1\r\nHost: [::1]\r\n\r\n", 400),
        (b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /" + b"a" * (HEAD_MOST + 1) + b" HTTP/1.1\r\n", 431),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * (HEAD_MOST + 1), 431),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * (HEAD_MOST // 5), 431),
    ],
)  # fmt: skip
async def test_what_is_no_request_is_refused_and_the_connection_closed(
    served: _Served, sent: bytes, status: int
) -> None:
    async with served.wire() as wire:
        told, headers, _ = await wire.ask(sent)
        assert (told, headers["connection"]) == (status, "close")
        with contextlib.suppress(ConnectionResetError):
            assert await wire.is_closed()


async def test_a_request_is_answered_before_the_nonsense_behind_it_ends_the_connection(served: _Served) -> None:
    async with served.wire() as wire:
        status, _, body = await wire.ask(b"GET /nap HTTP/1.1\r\nHost: [::1]\r\n\r\nnonsense\r\n\r\n")
        assert (status, body) == (200, b"slept")
        with contextlib.suppress(ConnectionResetError):
            assert await wire.is_closed()


async def test_a_header_that_would_be_two_is_never_sent(served: _Served) -> None:
    with pytest.raises(ValueError, match="end of a line"):
        header_line(b"x", b"a\nb: c")
    async with served.wire() as wire:
        wire.writer.write(b"GET /split HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        head = await wire.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 500 ") and b"x-injected" not in head


async def test_a_reply_that_nobody_takes_waits_at_the_server(served: _Served) -> None:
    """Replies are sent one after the other, and the next one only when the last has gone out."""
    async with served.wire() as wire:
        wire.writer.write(b"GET /large HTTP/1.1\r\nHost: [::1]\r\n\r\n" * 20)
        await asyncio.sleep(0.3)
        assert served.server.server_state.total_requests < 3
        for _ in range(20):
            status, _, body = await wire.answer()
            assert (status, len(body)) == (200, LARGE)


async def test_a_stream_comes_in_chunks_and_the_connection_goes_on(served: _Served) -> None:
    async with served.wire() as wire:
        wire.writer.write(b"GET /stream HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        _, headers, _ = await wire.answer()
        assert headers["transfer-encoding"] == "chunked"
        assert (
            await wire.reader.readuntil(b"0\r\n\r\n")
        ) == b"7\r\npart 0;\r\n7\r\npart 1;\r\n7\r\npart 2;\r\n0\r\n\r\n"
        assert (await wire.ask(b"GET /echo/b HTTP/1.1\r\nHost: [::1]\r\n\r\n"))[2] == b"GET /echo/b "


async def test_a_stream_over_http_1_0_ends_with_the_connection(served: _Served) -> None:
    async with served.wire() as wire:
        wire.writer.write(b"GET /stream HTTP/1.0\r\nHost: [::1]\r\n\r\n")
        await wire.answer()
        assert await wire.reader.read() == b"part 0;part 1;part 2;"


async def test_a_stream_ends_when_its_reader_goes_away(served: _Served) -> None:
    async with served.wire() as wire:
        wire.writer.write(b"GET /endless HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        await wire.answer()
    for _ in range(100):
        if served.door.streams_ended:
            break
        await asyncio.sleep(0.02)
    assert served.door.streams_ended == 1


async def test_half_a_body_does_nothing(served: _Served) -> None:
    async with served.wire() as wire:
        wire.writer.write(b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 10\r\n\r\nhello")
        await wire.writer.drain()
    async with served.wire() as wire:
        assert (await wire.ask(b"GET /echo/b HTTP/1.1\r\nHost: [::1]\r\n\r\n"))[0] == 200


async def test_a_body_that_nobody_reads_is_not_taken_in_without_end(served: _Served) -> None:
    """The second request is not begun while the first sleeps: of its body the server takes no more than a little."""
    async with served.wire() as wire:
        wire.writer.write(b"GET /nap HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        wire.writer.write(b"POST /echo/a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: %d\r\n\r\n" % (AHEAD_MOST * 4))
        wire.writer.write(bytes(AHEAD_MOST * 4))
        assert (await wire.answer())[2] == b"slept"
        assert len((await wire.answer())[2]) == AHEAD_MOST * 4 + len(b"POST /echo/a ")


async def test_a_silent_connection_is_closed_and_a_busy_one_is_not() -> None:
    async with _serving(idle=1) as served, served.wire() as silent, served.wire() as busy:
        for _ in range(8):
            assert (await busy.ask(b"GET /echo/b HTTP/1.1\r\nHost: [::1]\r\n\r\n"))[0] == 200
            await asyncio.sleep(0.25)
        assert await silent.is_closed()
        assert (await busy.ask(b"GET /echo/b HTTP/1.1\r\nHost: [::1]\r\n\r\n"))[0] == 200


async def test_the_server_stops_after_the_answer_that_is_under_way() -> None:
    async with _serving() as served, served.wire() as wire, served.wire() as idle:
        wire.writer.write(b"GET /nap HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        await asyncio.sleep(0.02)
        served.server.should_exit = True
        status, headers, body = await wire.answer()
        assert (status, headers["connection"], body) == (200, "close", b"slept")
        assert await wire.is_closed() and await idle.is_closed()
