"""Request bodies of all connections together take no more memory than they may."""

import asyncio

import pytest
from door_at_hand import OpenDoor, listening

from patience import PATIENCE
from pinisi.console.body_room import BodyRoom, NoRoom
from pinisi.console.http import Call, Reply, Route
from pinisi.console.http_connection import HttpConnection

pytestmark = pytest.mark.anyio
KB = 1 << 10
HEAD = "POST /take HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _take(house: OpenDoor, call: Call) -> Reply:
    return Reply(200, b"%d" % len(call.body))


ROUTES = (Route(method="POST", path="/take", permission="read", endpoint=_take, summary=""),)


async def begin(port: int, length: int, sent: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((HEAD % length).encode() + b"x" * sent)
    await writer.drain()
    return reader, writer


async def answer(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)


async def until(room: BodyRoom, taken: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while room.taken != taken:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_body_that_finds_no_room_is_told_to_come_again() -> None:
    room = BodyRoom(100 * KB)
    async with listening(OpenDoor(), ROUTES, HttpConnection, room=room) as (port, _):
        slow, slow_out = await begin(port, 90 * KB, 80 * KB)
        await until(room, 80 * KB)
        second, second_out = await begin(port, 50 * KB, 50 * KB)
        told = await answer(second)
        assert told.startswith(b"HTTP/1.1 503") and b"retry-after: 1\r\n" in told.lower()
        await until(room, 80 * KB)
        small, small_out = await begin(port, 10 * KB, 10 * KB)
        assert (await answer(small)).startswith(b"HTTP/1.1 200")
        slow_out.write(b"x" * (10 * KB))
        assert (await answer(slow)).startswith(b"HTTP/1.1 200")
        await until(room, 0)
        again, again_out = await begin(port, 50 * KB, 50 * KB)
        assert (await answer(again)).startswith(b"HTTP/1.1 200")
        for writer in slow_out, second_out, small_out, again_out:
            writer.close()


async def test_who_goes_away_in_the_middle_gives_his_room_back() -> None:
    room = BodyRoom(100 * KB)
    async with listening(OpenDoor(), ROUTES, HttpConnection, room=room) as (port, _):
        _, writer = await begin(port, 90 * KB, 60 * KB)
        await until(room, 60 * KB)
        writer.close()
        await until(room, 0)


def test_what_is_too_much_takes_nothing() -> None:
    room = BodyRoom(10)
    room.take(6)
    with pytest.raises(NoRoom):
        room.take(5)
    assert room.taken == 6
