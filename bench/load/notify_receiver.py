"""Receivers of notifications, a process of its own, lean: the receiver must not be what is measured.

`python notify_receiver.py LIVING SLOW SILENT` opens so many ports of each kind and prints them as one JSON line. A slow
one answers after two seconds, a silent one never. Each POST to `/NUMBER` is noted as (number, serial, microseconds),
`serial` being the value of the attribute `n` in it. A line on standard input asks: `count`, or `dump FILE`.
"""

import asyncio
import json
import socket
import sys
import time
from array import array
from pathlib import Path
from typing import cast

import uvloop

SLOW_SECONDS = 2.0
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
_SERIAL = b'"n":{"type":"Property","value":'


class Taken:
    """All that was taken, three numbers each."""

    def __init__(self) -> None:
        self.rows = array("q")
        self.slow = array("q")

    def note(self, path: bytes, body: bytes, living: bool) -> None:
        start = body.index(_SERIAL) + len(_SERIAL)
        serial = int(body[start : body.index(b"}", start)].partition(b",")[0])
        (self.rows if living else self.slow).extend((int(path[1:]), serial, time.time_ns() // 1000))


class Receiving(asyncio.Protocol):
    """One connection; requests are POSTs with Content-Length, one at a time."""

    def __init__(self, taken: Taken, kind: str) -> None:
        self._taken = taken
        self._kind = kind
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            self._rest = data
            return
        at = data.index(b"Content-Length: ", 0, head) + 16
        length = int(data[at : data.index(b"\r\n", at)])
        if len(data) < head + 4 + length:
            self._rest = data
            return
        self._rest = b""
        if self._kind == "silent":
            return
        self._taken.note(data[5 : data.index(b" ", 5)], data[head + 4 :], self._kind == "living")
        assert self._transport is not None
        if self._kind == "slow":
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._answer)
        else:
            self._transport.write(ANSWER)

    def _answer(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(ANSWER)


async def serve(kinds: list[str]) -> None:
    loop = asyncio.get_running_loop()
    taken = Taken()
    ports: dict[str, list[int]] = {"living": [], "slow": [], "silent": []}
    for kind in kinds:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        await loop.create_server(lambda kind=kind: Receiving(taken, kind), sock=listener)
        ports[kind].append(listener.getsockname()[1])
    print(json.dumps(ports), flush=True)
    asked: asyncio.Queue[str] = asyncio.Queue()
    loop.add_reader(sys.stdin, lambda: asked.put_nowait(sys.stdin.readline()))
    while line := (await asked.get()).strip():
        if line == "count":
            print(len(taken.rows) // 3, flush=True)
        else:
            Path(line.removeprefix("dump ")).write_bytes(taken.rows.tobytes())
            print("done", flush=True)


if __name__ == "__main__":
    numbers = dict(zip(("living", "slow", "silent"), map(int, sys.argv[1:4]), strict=True))
    uvloop.run(serve([kind for kind, count in numbers.items() for _ in range(count)]))
