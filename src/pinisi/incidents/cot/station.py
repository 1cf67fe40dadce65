"""The sockets of Cursor-on-Target: a stream over TCP or TLS both ways, and datagrams in.

A stream begins with the whole picture; then what changes is told within a second or two, and everything again each
minute. Who is not known by network or certificate says an `<auth>` with a token first, as the TAK programs do.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import structlog

from pinisi.incidents.cot.door import Door
from pinisi.incidents.cot.event import PING, PONG, Event
from pinisi.incidents.cot.link import Link
from pinisi.incidents.cot.phones import Phones
from pinisi.incidents.cot.reader import Credentials, read_event
from pinisi.incidents.cot.stream import Cutter
from pinisi.runtime.source import Unreadable
from pinisi.store.log import LogEntry
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grants

PictureOf = Callable[[Grants], Awaitable[Sequence[Event]]]
Admit = Callable[[str], Awaitable[Grants | None]]
"""What the bearer of a token may see; None: he is not let in."""
SIGN_OF_LIFE_S = 15.0
SETTLE_S = 0.5
PATIENCE_S = 10.0
"""How long a line may stay without saying who it is."""
MOST_LINKS = 200
MOST_WAITING = 1_000
_CHUNK = 16_384
_log = structlog.get_logger("pinisi.field")


class Standing(msgspec.Struct, frozen=True):
    """How the link stands: lines that are open, documents that could not be read, and the last reason."""

    links: int
    refused: int
    unreadable: int
    reason: str


class Station:
    """`seen` are the grants of whoever is let in by network or certificate."""

    def __init__(
        self,
        door: Door,
        phones: Phones,
        picture: PictureOf,
        admit: Admit,
        seen: Grants,
        now: Callable[[], Instant],
    ) -> None:
        self._door = door
        self._phones = phones
        self._picture = picture
        self._admit = admit
        self._seen = seen
        self._now = now
        self._links: set[Link] = set()
        self._lines: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()
        self._datagrams: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._refused = self._unreadable = 0
        self._reason = ""

    async def open(self) -> None:
        """Raises `BadDoor`, and `OSError` for a port that is taken."""
        if self._door.port:
            tls = self._door.tls()
            self._server = await asyncio.start_server(
                self._serve, self._door.host, self._door.port, ssl=tls, limit=_CHUNK
            )
            self._tasks.append(asyncio.create_task(self._tell(), name="picture for field phones"))
        if self._door.udp_port:
            address = (self._door.host, self._door.udp_port)
            loop = asyncio.get_running_loop()
            self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._dropped_in), address)
            self._tasks.append(asyncio.create_task(self._hear_datagrams(), name="datagrams of field phones"))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._udp is not None:
            self._udp.close()
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._lines):
                writer.transport.abort()
            await self._server.wait_closed()

    def heard(self, tenant: str, _entries: Sequence[LogEntry]) -> None:
        """The store's listener."""
        if tenant == self._phones.tenant and self._links:
            self._changed.set()

    @property
    def standing(self) -> Standing:
        return Standing(len(self._links), self._refused, self._unreadable, self._reason)

    # lines

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        cutter, link = Cutter(), None
        try:
            _keep_alive(writer)
            grants, early = await self._proved(reader, writer, cutter)
            if grants is None or len(self._links) >= MOST_LINKS:
                self._refused += 1
                return
            link = Link(writer, grants)
            self._links.add(link)
            self._changed.set()
            await self._hear(early, link)
            while data := await reader.read(_CHUNK):
                await self._hear(cutter.feed(data), link)
        except Unreadable as error:
            self._note(str(error))
        except (OSError, ssl.SSLError, TimeoutError):
            pass
        finally:
            self._lines.discard(writer)
            if link is not None:
                self._links.discard(link)
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()

    async def _proved(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cutter: Cutter
    ) -> tuple[Grants | None, Sequence[bytes]]:
        """What whoever is on the line may see, and what he has said already."""
        peer: Any = writer.get_extra_info("peername")
        here = bool(peer) and self._door.knows(str(peer[0]))
        if here or writer.get_extra_info("peercert"):
            return self._seen, ()
        if writer.get_extra_info("ssl_object") is None:
            return None, ()
        async with asyncio.timeout(PATIENCE_S):
            documents: list[bytes] = []
            while not documents and (data := await reader.read(_CHUNK)):
                documents = cutter.feed(data)
        return (await self._by_token(documents[0]), documents[1:]) if documents else (None, ())

    async def _by_token(self, document: bytes) -> Grants | None:
        try:
            read_event(document)
        except Credentials as given:
            return await self._admit(given.secret)
        return None

    async def _hear(self, documents: Sequence[bytes], link: Link | None) -> None:
        for document in documents:
            try:
                event = read_event(document)
            except Unreadable as error:
                self._note(str(error))
                continue
            except Credentials:
                continue
            if event.type == PING and link is not None:
                link.answer(self._now())
            elif event.type not in (PING, PONG):
                await self._take(event)

    async def _take(self, event: Event) -> None:
        try:
            await self._phones.take(event, self._now())
        except Exception:
            _log.exception("a position could not be kept")

    def _note(self, reason: str) -> None:
        self._unreadable += 1
        self._reason = reason

    # the picture

    async def _tell(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SIGN_OF_LIFE_S):
                    await self._changed.wait()
            await asyncio.sleep(SETTLE_S)
            self._changed.clear()
            try:
                await self._show()
            except Exception:
                _log.exception("the picture could not be told to field phones")

    async def _show(self) -> None:
        pictures: dict[Grants, Sequence[Event]] = {}
        for link in tuple(self._links):
            if link.grants not in pictures:
                pictures[link.grants] = await self._picture(link.grants)
            link.show(pictures[link.grants], self._now())

    # datagrams

    def _dropped_in(self, data: bytes, address: str) -> None:
        if not self._door.knows(address):
            self._refused += 1
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._datagrams.put_nowait(data)

    async def _hear_datagrams(self) -> None:
        while True:
            await self._hear([(await self._datagrams.get()).strip()], None)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, dropped_in: Callable[[bytes, str], None]) -> None:
        self._dropped_in = dropped_in

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._dropped_in(data, str(addr[0]))


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the system notice a phone that has left the network without a word."""
    found: Any = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
