"""A source that polls, against a server with faults: through the house's own way in, into a store of its own."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.clock import Mode
from pinisi.runtime.keeper import Running
from pinisi.runtime.source import Message, Source
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.faulty_server import Play, answer, cut, dripping, faulty_server, redirect, silent
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING

PATIENCE_S = 60.0
PATH = "/data"
_SHORT = {"connect": 2.0, "read": 0.4, "total": 1.5, "per_minute": 60_000.0}


class Stopped:
    """A clock that stands: what the sample says is true at that moment."""

    mode: Mode = "live"
    speed = 1.0

    def __init__(self, moment: Instant) -> None:
        self._moment = moment

    def now(self) -> Instant:
        return self._moment


class TransportFault(msgspec.Struct, frozen=True):
    """How the server answers, and whether something of it may be read."""

    name: str
    play: Play
    readable: bool = False


def transport_faults(body: bytes, media: str, most_bytes: int) -> Sequence[TransportFault]:
    typed = {"content_type": media} if media else {}
    huge = b" " * (most_bytes + 1)
    return (
        TransportFault("silent", silent()),
        TransportFault("slow", dripping(body * 20, every=0.05)),
        TransportFault("cut", cut(body, len(body) // 2)),
        TransportFault("malformed", answer(body[: len(body) // 2], **typed), readable=True),
        TransportFault("huge", answer(huge, **typed)),
        TransportFault("packed to be huge", answer(gzip.compress(huge), content_encoding="gzip", **typed)),
        TransportFault("in another encoding", answer(body.decode("utf-8", "replace").encode("utf-16"), **typed), True),
        TransportFault("a page instead", answer(b"<html>Log in</html>", content_type="text/html"), readable=True),
        TransportFault("redirected elsewhere", redirect("http://169.254.169.254/latest/meta-data/")),
        TransportFault("out of order", answer(b"", "503 Service Unavailable")),
    )


async def prove_over_http(source: Source, message: Message, table: TermTable) -> None:
    """Each fault in turn, then the sound answer, then ten times the load of it.

    Raises:
        AssertionError: names the fault at which the source does not hold.
    """
    transport = source.transport
    if not isinstance(transport, HttpPoll):
        raise AssertionError("only a source that polls over HTTP can be put before a server")
    trial = _Trial(source, transport, message, table)
    for fault in transport_faults(message.body, message.media, transport.manners.most_bytes):
        await trial.at(fault)


class _Trial:
    def __init__(self, source: Source, transport: HttpPoll, message: Message, table: TermTable) -> None:
        self.source, self.transport, self.message, self.table = source, transport, message, table
        self.wanted = {str(entity["id"]) for entity in source.read(message).entities}
        typed = {"content_type": message.media} if message.media else {}
        self.sound = answer(message.body, **typed)

    async def at(self, fault: TransportFault) -> None:
        """A server with a fault, which heals, and then sends the same ten times more."""
        async with faulty_server() as server:
            server.plays[PATH] = fault.play
            manners = msgspec.structs.replace(self.transport.manners, **_SHORT)
            aimed = self.transport.aimed([server.at(PATH)], every=0.02, manners=manners, first_pause=0.05)
            source = msgspec.structs.replace(self.source, transport=aimed)
            async with _at_work(source, self.table, self.message) as (store, running):
                await self._told(fault, running)
                server.plays[PATH] = self.sound
                await self._healed(fault, store, running)
                await self._tenfold(fault, store, running)

    async def _told(self, fault: TransportFault, running: Running) -> None:
        async def told() -> bool:
            return bool(running.health.error or running.health.messages)

        await _until(told, f"{fault.name}: it is not told")
        if running.health.messages and not fault.readable:
            raise AssertionError(f"{fault.name}: something was taken of it")

    async def _healed(self, fault: TransportFault, store: SqliteStore, running: Running) -> None:
        async def well() -> bool:
            there = [await store.entity("city", id, EVERYTHING) is not None for id in self.wanted]
            return all(there) and not running.health.error

        await _until(well, f"{fault.name}: it does not heal, or what it says is not written")

    async def _tenfold(self, fault: TransportFault, store: SqliteStore, running: Running) -> None:
        async def further(messages: int) -> None:
            until = running.health.messages + messages

            async def come() -> bool:
                return running.health.messages >= until

            await _until(come, f"{fault.name}: it does not go on")

        await further(2)
        taken = running.health.accepted
        await further(10)
        if running.health.accepted != taken:
            raise AssertionError(f"{fault.name}: what came again was taken again")
        if not await _once(store, self.wanted):
            raise AssertionError(f"{fault.name}: a value stands twice in history")


@asynccontextmanager
async def _at_work(source: Source, table: TermTable, message: Message) -> AsyncGenerator[tuple[SqliteStore, Running]]:
    with TemporaryDirectory() as folder:
        clock = Stopped(message.received)
        async with SqliteStore(Path(folder), clock.now) as store:
            named = msgspec.structs.replace(source, id=source.id or "tried")
            running = Running(named, "", store, "city", table, clock, folder=Path(folder))
            await running.start()
            try:
                yield store, running
            finally:
                await running.stop()


async def _until(holds: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():  # noqa: ASYNC110 (what is waited for comes from another task)
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(otherwise) from None


async def _once(store: SqliteStore, wanted: set[str]) -> bool:
    """Whether no moment of a value stands twice in history."""
    for story in await store.stories("city", sorted(wanted), HistoryQuery(), EVERYTHING):
        told = [(each.attribute, each.dataset, each.observed) for each in story.moments if each.instance is not None]
        if len(told) != len(set(told)):
            return False
    return True
