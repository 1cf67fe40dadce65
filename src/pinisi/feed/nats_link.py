"""One process's connection to NATS, for as long as it runs: made in the background, made again when it is lost."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable

import nats.errors
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from pinisi.feed.address import NatsAddress

FAULTS = (nats.errors.Error, OSError, TimeoutError)
"""What may come of a NATS that is away, or whose stream has no majority."""

AGAIN_SECONDS = 0.5
ANSWER_SECONDS = 2.0
DAY = 86_400.0
MOST_BYTES = 256 << 20
_NAME_IN_USE = 10058
_log = structlog.get_logger("pinisi.feed")


class NatsLink:
    """`changed` is called when the connection is there, and when it is lost."""

    def __init__(self, address: NatsAddress, changed: Callable[[], None]) -> None:
        self.address = address
        self.client = Client()
        self._changed = changed
        self._there = asyncio.Event()

    @property
    def connected(self) -> bool:
        return self._there.is_set()

    @property
    def jetstream(self) -> JetStreamContext:
        return self.client.jetstream(timeout=ANSWER_SECONDS)

    async def open(self) -> None:
        """Connect; returns when that is done, however long NATS is away."""
        tls = ssl.create_default_context() if self.address.encrypted else None
        told = False
        while True:
            try:
                await self.client.connect(
                    list(self.address.servers),
                    name="pinisi",
                    tls=tls,
                    connect_timeout=2,
                    reconnect_time_wait=1,
                    max_reconnect_attempts=-1,
                    ping_interval=2,
                    max_outstanding_pings=2,
                    error_cb=self._fault,
                    disconnected_cb=self._lost,
                    reconnected_cb=self._made,
                )
            except FAULTS as error:
                if not told:
                    _log.warning("NATS is away", hosts=self.address.hosts, reason=str(error) or repr(error))
                told = True
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                await self._made()
                return

    async def close(self) -> None:
        self._there.clear()
        with contextlib.suppress(*FAULTS):
            await self.client.close()

    async def wait(self) -> None:
        """Until there is a connection."""
        await self._there.wait()

    async def there_within(self, seconds: float) -> bool:
        """Whether there is a connection, at the latest after so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._there.wait()
        return self.connected

    async def see_to_stream(self) -> None:
        """Make the stream, unless the operator or another process has."""
        name = self.address.stream
        config = StreamConfig(
            name=name,
            description="changes of a city's context, in the order of its log",
            subjects=[f"{name}.log.>"],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.OLD,
            max_age=DAY,
            max_bytes=MOST_BYTES,
            storage=StorageType.FILE,
            num_replicas=self.address.replicas,
            duplicate_window=120.0,
            allow_direct=True,
        )
        try:
            await self.jetstream.stream_info(name)
        except NotFoundError:
            try:
                await self.jetstream.add_stream(config)
            except APIError as error:
                if error.err_code != _NAME_IN_USE:
                    _log.warning("the stream cannot be made", stream=name, reason=error.description)
                    raise

    async def _made(self) -> None:
        self._there.set()
        _log.info("NATS is there", hosts=self.address.hosts)
        self._changed()

    async def _lost(self) -> None:
        if self._there.is_set():
            self._there.clear()
            _log.warning("NATS was lost: changes are read in the store", hosts=self.address.hosts)
            self._changed()

    async def _fault(self, error: Exception) -> None:
        _log.debug("a fault of NATS", reason=str(error) or repr(error))
