"""Peers that take their time, or say no more: told so, cut off in time, and nobody else waits for them."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import uvicorn
from door_at_hand import OpenDoor, listening

from patience import PATIENCE
from pinisi.console import http_patience
from pinisi.console.http import Call, Endpoint, Method, Reply, Route
from pinisi.console.http_connection import HEAD_MOST, with_limits
from pinisi.console.http_patience import DoorLimits, SlowPeer

pytestmark = pytest.mark.anyio
SECONDS = 0.4
GET = b"GET /echo HTTP/1.1\r\nHost: [::1]\r\n\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 5000\r\n\r\n"
LARGE = 32 << 20


class _Door(OpenDoor):
    asked = 0


async def _echo(house: _Door, call: Call) -> Reply:
    house.asked += 1
    return Reply(200, call.body or b"nothing")


async def _nap(house: _Door, call: Call) -> Reply:
    await asyncio.sleep(3 * SECONDS)
    return Reply(200, b"slept")


async def _large(house: _Door, call: Call) -> Reply:
    return Reply(200, bytes(LARGE))


def _route(method: Method, path: str, endpoint: Endpoint) -> Route:
    return Route(method=method, path=path, permission="read", endpoint=endpoint, summary="x")


ROUTES = (
    _route("GET", "/echo", _echo),
    _route("POST", "/echo", _echo),
    _route("GET", "/nap", _nap),
    _route("GET", "/large", _large),
)


class _Served:
    def __init__(self, port: int, door: _Door, server: uvicorn.Server) -> None:
        self.port, self.door, self.server = port, door, server

    async def has_connections(self, any: bool) -> None:
        while bool(self.server.server_state.connections) != any:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)

    @contextlib.asynccontextmanager
    async def wire(self) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def _serving(**limits: Any) -> AsyncGenerator[_Served]:
    door = _Door()
    protocol = with_limits(DoorLimits(request_seconds=SECONDS, **limits))
    async with listening(door, ROUTES, protocol) as (port, server):
        yield _Served(port, door, server)


@pytest.fixture
async def served() -> AsyncGenerator[_Served]:
    async with _serving() as opened:
        yield opened


async def told(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Status and problem document of all that comes until the server closes."""
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body.startswith(b"{") else {"body": body}


async def drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    """A byte at a time, slower than anybody has patience for."""
    with contextlib.suppress(ConnectionError):
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(SECONDS / 8)


async def test_a_head_that_drips_in_is_refused_in_time_and_others_are_served(served: _Served) -> None:
    async with served.wire() as (reader, writer):
        dripping = asyncio.create_task(drip(writer, GET))
        began = asyncio.get_running_loop().time()
        async with served.wire() as (other, pen):
            pen.write(GET)
            assert (await other.readline()).startswith(b"HTTP/1.1 200")
        status, problem = await told(reader)
        assert status == 408 and "head" in problem["detail"] and "request_seconds" in problem["detail"]
        assert asyncio.get_running_loop().time() - began < 10 * SECONDS
        dripping.cancel()
    assert served.door.asked == 1


async def test_a_body_that_drips_in_is_refused_and_never_acted_upon(served: _Served) -> None:
    async with served.wire() as (reader, writer):
        writer.write(POST)
        dripping = asyncio.create_task(drip(writer, b"x" * 5000))
        status, problem = await told(reader)
        assert status == 408 and "body" in problem["detail"]
        dripping.cancel()
    assert served.door.asked == 0


async def test_a_body_that_keeps_up_is_waited_for(served: _Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_patience, "SLOWEST", 100.0)
    async with served.wire() as (reader, writer):
        writer.write(POST)
        for _ in range(5):
            writer.write(b"x" * 1000)
            await asyncio.sleep(SECONDS / 2)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_a_slow_answer_of_ours_is_nobody_s_fault(served: _Served) -> None:
    async with served.wire() as (reader, writer):
        writer.write(GET.replace(b"/echo", b"/nap"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_one_who_says_no_more_but_listens_is_answered(served: _Served) -> None:
    async with served.wire() as (reader, writer):
        writer.write(GET.replace(b"/echo", b"/nap"))
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"slept")
        assert b"Connection: close" in answer


async def test_one_who_says_no_more_in_the_middle_is_let_go(served: _Served) -> None:
    for part in (GET[:20], POST + b"xx", b""):
        async with served.wire() as (reader, writer):
            writer.write(part)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), PATIENCE)
    assert served.door.asked == 0


async def test_who_takes_nothing_of_a_reply_is_given_up(served: _Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_patience, "REPLY_SECONDS", SECONDS)
    with socket.create_connection(("127.0.0.1", served.port)) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(GET.replace(b"/echo", b"/large"))
        async with asyncio.timeout(PATIENCE):
            await served.has_connections(True)
            await served.has_connections(False)


async def test_a_huge_head_is_refused_in_words(served: _Served) -> None:
    async with served.wire() as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHost: [::1]\r\nX-Long: " + b"x" * (HEAD_MOST + 10))
        status, problem = await told(reader)
        assert status == 431 and "64 KB" in problem["detail"]


async def test_one_connection_too_many_is_told_so_and_there_is_room_again() -> None:
    async with _serving(connections=2) as served:
        async with served.wire() as (first, pen), served.wire():
            pen.write(GET)
            assert (await first.readline()).startswith(b"HTTP/1.1 200")
            async with served.wire() as (reader, _):
                status, problem = await told(reader)
                assert status == 503 and "connections" in problem["detail"]
        async with asyncio.timeout(PATIENCE):
            await served.has_connections(False)
        async with served.wire() as (reader, writer):
            writer.write(GET)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_time_that_we_do_not_read_is_not_the_peer_s() -> None:
    peer, limits = SlowPeer(), DoorLimits(request_seconds=10)
    peer.begins(100)
    peer.pauses(105)
    assert not peer.body_is_late(200, limits)
    peer.goes_on(200)
    assert not peer.body_is_late(204, limits) and peer.body_is_late(206, limits)


async def test_a_reply_that_goes_out_bit_by_bit_is_waited_for() -> None:
    peer = SlowPeer()
    assert not any(peer.takes_nothing(now, unsent) for now, unsent in ((0, 900), (59, 800), (118, 700), (177, 600)))
    assert peer.takes_nothing(240, 600)
