"""What a source may answer to do harm: nothing of it takes more memory than an answer may; each ends the request."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

import pytest

from patience import PATIENCE
from pinisi.context.federation import client as module
from pinisi.context.federation.client import Outgoing, SourceClient
from pinisi.context.targets import Targets, parse_target

pytestmark = pytest.mark.anyio
Say = Callable[[], Iterable[bytes]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Source:
    """Says what a test wants, as long as somebody takes it."""

    def __init__(self) -> None:
        self.say: Say = tuple
        self.said = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for part in self.say():
                writer.write(part)
                await writer.drain()
                self.said += len(part)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    made = Source()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as listening:
        made.port = listening.sockets[0].getsockname()[1]
        yield made


@pytest.fixture
async def client() -> AsyncIterator[SourceClient]:
    made = SourceClient(Targets(("loopback",)))
    yield made
    await made.close()


def endless(part: bytes, first: bytes = b"HTTP/1.1 200 OK\r\n") -> Say:
    def say() -> Iterable[bytes]:
        yield first
        while True:
            yield part * (65_536 // len(part))

    return say


HOSTILE = {
    "a head without an end": endless(b"X-More: 0123456789abcdef\r\n"),
    "a header that is said for ever": endless(b"Link: 0123456789abcdef\r\n"),
    "one header without an end": endless(b"x", b"HTTP/1.1 200 OK\r\nX: "),
    "told to wait for ever": endless(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", b""),
    "a body without an end": endless(b" ", b"HTTP/1.1 200 OK\r\n\r\n"),
    "pieces of one byte": endless(
        b"1;" + b"x" * 60 + b"\r\n \r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_what_has_no_end_is_cut(
    source: Source, client: SourceClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """With a limit of 1 MB, so that it is quick."""
    monkeypatch.setattr(module, "LARGEST", 1 << 20)
    source.say = HOSTILE[what]
    asked = Outgoing(method="GET", target=parse_target(f"http://127.0.0.1:{source.port}/"), timeout=PATIENCE)
    answer = await client.exchange(asked)
    assert answer.fault == "invalid", answer
    assert source.said < 64 << 20


async def test_an_answer_that_ends_with_the_connection_is_one(source: Source, client: SourceClient) -> None:
    source.say = lambda: (b"HTTP/1.1 200 OK\r\nServer: old\r\n\r\n[]",)
    asked = Outgoing(method="GET", target=parse_target(f"http://127.0.0.1:{source.port}/"), timeout=PATIENCE)
    answer = await client.exchange(asked)
    assert (answer.fault, answer.status, answer.body) == ("", 200, b"[]")
