"""A session over a real TCP connection: bytes and ticks in, bytes and events out, until it is closed."""

import asyncio
from collections.abc import Callable, Iterable

from pinisi.services.mobility.rsmp.events import Closed, Event
from pinisi.services.mobility.rsmp.messages import Content
from pinisi.services.mobility.rsmp.session import Session
from pinisi.vocabulary.instant import Instant

Clock = Callable[[], Instant]
Delayed = tuple[float, bytes]
"""Seconds to wait, and what is sent then."""
Spoil = Callable[[bytes], Iterable[Delayed]]
"""What a faulty side makes of its bytes: when to send what."""
_READ = 1 << 16
_MOST_UNSENT = 8 << 20
"""Bytes that wait for a peer which does not read; beyond, the link counts as cut."""


def _at_once(data: bytes) -> Iterable[Delayed]:
    return [(0.0, data)]


class Line:
    """Owns the socket. `heard` is called for each event, in order; `idle` at each tick, for what time brings."""

    def __init__(
        self,
        session: Session,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        clock: Clock,
        heard: Callable[[Event], None],
        idle: Callable[[Instant], None] = lambda _: None,
        tick: float = 0.2,
        spoil: Spoil = _at_once,
    ) -> None:
        self.session = session
        self._reader, self._writer = streams
        self._over = asyncio.Event()
        self._clock, self._heard, self._idle, self._tick, self._spoil = clock, heard, idle, tick, spoil

    async def run(self) -> None:
        """Until the session is closed; the socket is closed too when this returns."""
        self.session.begin(self._clock())
        self._pump()
        tasks = [asyncio.create_task(part()) for part in (self._keep_reading, self._keep_ticking, self._over.wait)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            self.close("ended")
            await self._hang_up()

    def send(self, message: Content) -> None:
        """Raises as `Session.send`."""
        self.session.send(message, self._clock())
        self._pump()

    def close(self, reason: str) -> None:
        self.session.close(reason, self._clock())
        self._pump()

    def cut(self, reason: str = "the line was cut") -> None:
        """As if somebody had cut the cable: nothing that waits is sent any more."""
        self._writer.transport.abort()
        self.session.lost(reason, self._clock())
        self._pump()

    async def _keep_reading(self) -> None:
        while self.session.stage != "closed":
            await self._read()

    async def _read(self) -> None:
        try:
            data = await self._reader.read(_READ)
        except OSError as error:
            self.session.lost(str(error) or type(error).__name__, self._clock())
        else:
            if data:
                self.session.receive(data, self._clock())
            else:
                self.session.lost("the other side hung up", self._clock())
        self._pump()

    async def _keep_ticking(self) -> None:
        while self.session.stage != "closed":
            await asyncio.sleep(self._tick)
            now = self._clock()
            self.session.tick(now)
            self._idle(now)
            self._pump()

    def _pump(self) -> None:
        """Events first: what they bring is sent with the rest."""
        while events := self.session.events():
            for event in events:
                self._heard(event)
                if isinstance(event, Closed):
                    self._over.set()
        for wait, data in self._spoil(self.session.outgoing()):
            self._write_after(wait, data)
        if self._writer.transport.get_write_buffer_size() > _MOST_UNSENT:
            self.cut("the other side does not read")

    def _write_after(self, wait: float, data: bytes) -> None:
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if data and not self._writer.is_closing():
            self._writer.write(data)

    async def _hang_up(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(2):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()
