"""The machines that an address of PostgreSQL names: asked one after the other, first the one that served last.

A machine that is gone without a word is waited for as long as `HOST_SECONDS`, and the next is asked then; asyncpg
itself would wait for it as long as for all of them.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl, unquote, urlencode

import asyncpg

from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres_faults import FAULTS, LOST, reason

HOST_SECONDS = 3.0
"""How long one of several machines may take to let us in."""

_ADDRESS = re.compile(
    r"(?P<begin>postgres(?:ql)?://(?:[^@/?#]*@)?)(?P<hosts>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<asked>.*))?"
)
_WHICH = "target_session_attrs"
_LEADER = "read-write"
_connect: Any = cast(Any, asyncpg).connect


class Host(NamedTuple):
    """One machine: its name for people, and the address with it alone."""

    name: str
    address: str


class NoneServes(ConnectionError):
    """None of several machines; the text says why not, of each."""


def hosts_of(address: str) -> list[Host]:
    """The machines of an address: `postgresql://user@one,two:5433/database` or `…?host=/one,/two&port=5432,5433`.

    Of several the one that takes writes is meant, unless the address says another `target_session_attrs`.

    Raises:
        StoreUnavailable: naming what of the address cannot be used.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise StoreUnavailable("store: this is no address: postgresql://user@host[:port][,host[:port]...]/database")
    try:
        asked = dict(parse_qsl(found["asked"] or "", keep_blank_values=True, strict_parsing=bool(found["asked"])))
    except ValueError as error:
        raise StoreUnavailable(f"store: what stands behind '?' cannot be read: {error}") from error
    named = found["hosts"].split(",")
    ports = [""] * len(named)
    if not found["hosts"]:
        named = asked.pop("host", "").split(",")
        ports = _ports(asked.pop("port", ""), len(named))
    if len(named) == 1:
        return [Host(unquote(named[0]), address)]
    if "" in named:
        raise StoreUnavailable("store: host: one of several has no name")
    asked.setdefault(_WHICH, _LEADER)
    return [Host(unquote(host), _address(found, host, port, asked)) for host, port in zip(named, ports, strict=True)]


def _ports(told: str, count: int) -> list[str]:
    ports = told.split(",")
    if len(ports) not in (1, count):
        raise StoreUnavailable(f"store: port: {told!r}: {len(ports)} for {count} hosts")
    return ports * count if len(ports) == 1 else ports


def _address(found: re.Match[str], host: str, port: str, asked: dict[str, str]) -> str:
    if found["hosts"]:
        return f"{found['begin']}{host}{found['path']}?{urlencode(asked)}"
    own = asked | {"host": host} | ({"port": port} if port else {})
    return f"{found['begin']}{found['path']}?{urlencode(own)}"


class Hosts:
    """`begun` looks at each new session before it is used, and raises where it is not to be."""

    def __init__(self, address: str, begun: Callable[[Any], Awaitable[None]]) -> None:
        self._all = hosts_of(address)
        self._begun = begun
        self.leader_only = any(f"{_WHICH}={each}" in self._all[0].address for each in (_LEADER, "primary"))
        """Whether every session is of the machine that takes writes, or none."""

    async def connect(self, *_: Any, **settings: Any) -> Any:
        """A session with the first machine that serves. A pool, to which this is given, names the address once more.

        Raises:
            NoneServes: of several.
        """
        if len(self._all) == 1:
            return await self._session(self._all[0], settings)
        seconds = min(HOST_SECONDS, settings["timeout"] / len(self._all))
        refused: list[tuple[Host, BaseException]] = []
        for host in list(self._all):
            try:
                connection = await self._session(host, settings | {"timeout": seconds})
            except FAULTS as error:
                refused.append((host, error))
            else:
                self._all.sort(key=lambda each: each is not host)
                return connection
        raise _of(refused)

    async def _session(self, host: Host, settings: dict[str, Any]) -> Any:
        connection = await _connect(host.address, **settings)
        try:
            async with asyncio.timeout(settings["timeout"]):
                await self._begun(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection


def _of(refused: Sequence[tuple[Host, BaseException]]) -> BaseException:
    """What all refusals come to: one that waiting does not help (a password) is told as it is."""
    for _, error in refused:
        if not isinstance(error, LOST):
            return error
    return NoneServes("; ".join(f"{host.name}: {reason(error)}" for host, error in refused))
