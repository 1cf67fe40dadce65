"""Sending one notification over HTTP: a lean keep-alive client, made for many small POSTs to few receivers.

A general client spends 300 to 600 microseconds of CPU on a POST; the deliveries of a busy city need ten times less.
Redirects are not followed: they would lead where nobody has judged the address.
"""

import asyncio
import ssl
from collections.abc import Callable

import httptools
import msgspec

from pinisi.context.kept_connections import Connection, KeptConnections, Key, key_of
from pinisi.context.targets import BadTarget, Target, Targets

IDLE_EACH = 16
IDLE_ALL = 1_024
IDLE_SECONDS = 50.0
LONGEST_ANSWER = 1 << 20


class Delivery(msgspec.Struct, frozen=True):
    """One request: `headers` as they go over the wire, each line ended; `timeout` in seconds, connection included."""

    target: Target
    headers: bytes
    body: bytes
    timeout: float
    opening: bytes = b""
    """All that goes before the length of the body (`opening_of`); empty: it is made when it is sent."""

    def saying(self, line: bytes) -> "Delivery":
        """The same with one header more."""
        return msgspec.structs.replace(self, headers=self.headers + line, opening=b"")


class Receipt(msgspec.Struct, frozen=True):
    """What the receiver answered: `status` 0 when it did not, and `reason` says why."""

    status: int
    reason: str = ""
    retry_after: float = 0.0

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


Answered = Callable[[Receipt | None], None]


class _Connection(Connection):
    """One connection, one request at a time.

    An answer that is the very same, byte for byte, as the last one, which was whole in one piece, is not read again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._answered: Answered | None = None
        self._home: tuple[KeptConnections[_Connection], Key] | None = None
        self._begun = 0
        self._same: tuple[bytes, Receipt] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._size = 0
        self._retry_after = 0.0
        self._taken: Receipt | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._answer(None)

    def data_received(self, data: bytes) -> None:
        if self._same is not None and self._same[0] == data and not self._size and self._answered is not None:
            self._answer(self._same[1])
            return
        first = not self._size
        self._receive(data)
        receipt, self._taken = self._taken, None
        whole = first and self._begun == 1 and self.usable
        self._same = (data, receipt) if whole and receipt is not None else None

    def _receive(self, data: bytes) -> None:
        self._begun = 0
        self._size += len(data)
        if self._size > LONGEST_ANSWER or self._answered is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.usable = False
            self._answer(Receipt(0, f"the answer is no HTTP: {error}"))
            self.close()

    def on_message_begin(self) -> None:
        self._begun += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after" and value.isdigit():
            self._retry_after = float(value[:6])

    def on_headers_complete(self) -> None:
        """One that closes afterwards need not be waited for: its answer may have no other end than the closing."""
        if self._parser.get_status_code() >= 200 and not self._parser.should_keep_alive():
            self._conclude()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:
            self._conclude()

    def _conclude(self) -> None:
        status = self._parser.get_status_code()
        self.usable = self.usable and self._parser.should_keep_alive()
        if status < 300 and not self._retry_after:
            self._taken = _TAKEN.get(status) or Receipt(status)
            self._answer(self._taken)
        else:
            self._answer(Receipt(status, "" if status < 300 else f"HTTP {status}", self._retry_after))

    def ask(
        self, data: bytes, answered: Answered, home: "tuple[KeptConnections[_Connection], Key] | None" = None
    ) -> None:
        """Write a request; `answered` hears None when the connection was lost before an answer.

        `home`: where the connection goes back to before `answered` is called, if it can be used again.
        """
        assert self.transport is not None
        self._home = home
        self._size, self._retry_after = 0, 0.0
        self._answered = answered
        self.transport.write(data)

    def _answer(self, receipt: Receipt | None) -> None:
        answered, self._answered = self._answered, None
        if answered is None:
            return
        self._size = 0
        if self._home is not None:
            kept, key = self._home
            if receipt is not None and self.usable:
                kept.give_back(key, self)
            else:
                self.close()
        answered(receipt)


_TAKEN = {status: Receipt(status) for status in (200, 201, 202, 204)}


class HttpSender:
    """Keeps connections open, at most `IDLE_EACH` idle ones to a receiver and `IDLE_ALL` together."""

    def __init__(self, targets: Targets, tls: ssl.SSLContext | None = None) -> None:
        """`tls`: how certificates are judged; None: by the system's authorities."""
        self._kept = KeptConnections(_Connection, targets, tls, each=IDLE_EACH, together=IDLE_ALL)

    async def send(self, delivery: Delivery) -> Receipt:
        try:
            async with asyncio.timeout(delivery.timeout):
                return await self._exchange(delivery)
        except TimeoutError:
            return Receipt(0, f"no answer within {delivery.timeout:g} s")
        except BadTarget as error:
            return Receipt(0, str(error))
        except (OSError, ssl.SSLError) as error:
            return Receipt(0, f"no connection: {error.strerror or error}")

    def post(self, delivery: Delivery, answered: Answered) -> Callable[[], None] | None:
        """Deliver once without waiting, where a connection is idle; see `post.Sender.post`."""
        target = delivery.target
        key = key_of(target)
        connection = self._kept.take(key, IDLE_SECONDS)
        if connection is None:
            return None
        connection.ask(_request(delivery), answered, (self._kept, key))
        return connection.close

    def idle(self, target: Target) -> bool:
        """Whether a connection is at hand."""
        return self._kept.idle(key_of(target))

    async def close(self) -> None:
        await self._kept.close()

    async def _exchange(self, delivery: Delivery) -> Receipt:
        target = delivery.target
        data = _request(delivery)
        connection = self._kept.take(key_of(target), IDLE_SECONDS)
        if connection is not None:
            receipt = await self._ask(connection, target, data)
            if receipt is not None:
                return receipt
        receipt = await self._ask(await self._kept.open(target), target, data)
        return receipt or Receipt(0, "the connection was closed without an answer")

    async def _ask(self, connection: _Connection, target: Target, data: bytes) -> Receipt | None:
        answer: asyncio.Future[Receipt | None] = asyncio.get_running_loop().create_future()
        connection.ask(data, lambda receipt: None if answer.done() else answer.set_result(receipt))
        try:
            receipt = await answer
        except asyncio.CancelledError:
            connection.close()
            raise
        if connection.usable and receipt is not None:
            self._kept.give_back(key_of(target), connection)
        else:
            connection.close()
        return receipt


def opening_of(target: Target, headers: bytes, method: bytes = b"POST") -> bytes:
    """A request up to the length of its body."""
    host = target.authority.encode()
    return b"%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: " % (method, target.path.encode(), host, headers)


def _request(delivery: Delivery) -> bytes:
    opening = delivery.opening or opening_of(delivery.target, delivery.headers)
    return b"%s%d\r\n\r\n%s" % (opening, len(delivery.body), delivery.body)
