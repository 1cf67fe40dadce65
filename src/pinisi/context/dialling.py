"""Connects to a target: to the first of its addresses, each judged beforehand, that answers."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

from pinisi.context.targets import Reachable, Targets

P = TypeVar("P", bound=asyncio.BaseProtocol)


class Destination(Reachable, Protocol):
    @property
    def tls(self) -> bool: ...


class Dialler:
    def __init__(self, targets: Targets, tls: ssl.SSLContext | None) -> None:
        """`tls`: how certificates are judged, None: by the system, whose list is read when it is first needed."""
        self._targets = targets
        self._tls = tls

    async def dial(self, target: Destination, make: Callable[[], P]) -> P:
        """
        Raises:
            BadTarget: no address of it may be reached.
            OSError: none of them answers.
        """
        loop = asyncio.get_running_loop()
        refused: OSError | None = None
        for address in await self._targets.addresses(target):
            try:
                made = loop.create_connection(
                    make,
                    address,
                    target.port,
                    ssl=self._authorities() if target.tls else None,
                    server_hostname=target.host if target.tls else None,
                )
                return (await made)[1]
            except OSError as error:
                refused = error
        assert refused is not None
        raise refused

    def _authorities(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls
