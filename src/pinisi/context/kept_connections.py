"""Connections that are kept open between requests, and opened only to addresses that the operator allows."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from pinisi.context.dialling import Dialler
from pinisi.context.targets import Target, Targets

Key = tuple[str, int, bool]


class Connection(asyncio.Protocol):
    """One connection: `usable` until either side closed it; `idle_since` by the clock of the loop."""

    def __init__(self) -> None:
        self.transport: asyncio.WriteTransport | None = None
        self.usable = True
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def close(self) -> None:
        self.usable = False
        if self.transport is not None:
            self.transport.close()


C = TypeVar("C", bound=Connection)


def key_of(target: Target) -> Key:
    return target.host, target.port, target.tls


class KeptConnections(Generic[C]):
    """At most `each` idle ones to a target and `together` in all; the longest unused target gives way."""

    def __init__(
        self,
        make: Callable[[], C],
        targets: Targets,
        tls: ssl.SSLContext | None,
        *,
        each: int,
        together: int,
    ) -> None:
        """`make`: an `asyncio.Protocol` of its own; `tls`: how certificates are judged, None: by the system."""
        self._make = make
        self._dialler = Dialler(targets, tls)
        self._each = each
        self._together = together
        self._idle: OrderedDict[Key, list[C]] = OrderedDict()
        self._count = 0

    def take(self, key: Key, longest: float) -> C | None:
        """One that was idle for less than `longest` seconds."""
        connections = self._idle.get(key)
        now = asyncio.get_running_loop().time()
        while connections:
            connection = connections.pop()
            self._count -= 1
            if connection.usable and now - connection.idle_since < longest:
                return connection
            connection.close()
        self._idle.pop(key, None)
        return None

    def idle(self, key: Key) -> bool:
        """Whether one is at hand, as far as is known."""
        return bool(self._idle.get(key))

    def give_back(self, key: Key, connection: C) -> None:
        connections = self._idle.setdefault(key, [])
        if len(connections) >= self._each:
            connection.close()
            return
        connection.idle_since = asyncio.get_running_loop().time()
        connections.append(connection)
        self._idle.move_to_end(key)
        self._count += 1
        while self._count > self._together:
            _, oldest = self._idle.popitem(last=False)
            self._count -= len(oldest)
            for closing in oldest:
                closing.close()

    async def open(self, target: Target) -> C:
        """A new one, to the first address of the target that answers.

        Raises:
            BadTarget: no address of it may be reached.
            OSError: none of them answers.
        """
        return await self._dialler.dial(target, self._make)

    async def close(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
        self._count = 0
        await asyncio.sleep(0)
