"""Requests that one process alone can answer: the one that runs the city's own work. Others pass them on to it.

Live sources, services and their endpoints, jobs, imports, replays and the phones' link are in its memory and its child
processes. It writes into the store where it is reached; whoever is asked for such a thing asks it there, with the
headers of the one who asked, and answers what it answered. It judges his rights anew.
"""

import socket
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from pinisi.console.application import SECURITY_HEADERS
from pinisi.console.http import Call, Reply, Route
from pinisi.console.refusals import refuse
from pinisi.store.change import DocumentChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import SYSTEM

if TYPE_CHECKING:
    import httpcore

    from pinisi.console.house import House

KIND, ID = "process", "city's own work"
PASSED = b"x-pinisi-passed-on"
TIMES = {"connect": 2.0, "read": 120.0, "write": 30.0, "pool": 30.0}
_ANYWHERE = ("0.0.0.0", "::", "")
_HOP = frozenset({b"connection", b"content-length", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"})
_OWN = _HOP | {b"content-type", b"date", b"server"} | {name for name, _ in SECURITY_HEADERS}
_NOBODY = "no process runs the city's own work at this moment: ask again in a second"


class Errands:
    """Where they are run: `here`, or at the address in the store. `tenant` is that of the house."""

    def __init__(self, store: Store, tenant: str, host: str, port: int, advertised: str = "") -> None:
        """`advertised`: host, or host and port, by which others reach this process; empty: `host`, or the machine's."""
        self.here = True
        self._store = store
        self._tenant = tenant
        self._address = address_of(host, port, advertised)
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def take(self) -> None:
        """From now on they are run here; tell the others."""
        await self._store.apply(self._tenant, [DocumentChange(KIND, ID, self._address.encode())], SYSTEM)
        self.here = True

    async def pass_on(self, route: Route, call: Call) -> Reply:
        """What the one who runs them answers."""
        found = None if PASSED in call.headers else await self._store.document(self._tenant, KIND, ID)
        if found is None or found[1] == self._address.encode():
            return refuse(503, "Nobody is there", _NOBODY)
        return await self._ask(call, found[1], route)

    async def _ask(self, call: Call, address: bytes, route: Route) -> Reply:
        import httpcore

        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(max_connections=64, max_keepalive_connections=8)
        path = route.path.format(**{name: quote(value, safe="") for name, value in call.params.items()})
        url = address + path.encode() + (b"?" + call.query_string if call.query_string else b"")
        headers = [(name, value) for name, value in call.headers.items() if name not in _HOP]
        try:
            response = await self._pool.request(
                call.method,
                url,
                headers=[*headers, (PASSED, b"1"), (b"content-length", b"%d" % len(call.body))],
                content=call.body,
                extensions={"timeout": TIMES},
            )
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            return refuse(503, "Nobody is there", f"{_NOBODY} ({type(error).__name__})")
        return _reply(response)


def address_of(host: str, port: int, advertised: str) -> str:
    """Where this process is for the others of its house (settings `host`, `port`, `advertised_address`)."""
    if advertised:
        has_port = advertised.rpartition("]")[2].rpartition(":")[1]
        return f"http://{advertised}" if has_port else f"http://{advertised}:{port}"
    name = socket.gethostname() if host in _ANYWHERE else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _reply(response: "httpcore.Response") -> Reply:
    headers = [(name.lower(), value) for name, value in response.headers]
    media = next((value for name, value in headers if name == b"content-type"), b"")
    return Reply(response.status, response.content, media, tuple(each for each in headers if each[0] not in _OWN))


def errands(routes: Iterable[Route]) -> tuple[Route, ...]:
    """These routes, answered by the process that runs the city's own work."""
    return tuple(msgspec.structs.replace(route, endpoint=partial(_answer, route)) for route in routes)


async def _answer(route: Route, house: "House", call: Call) -> Reply:
    return await (route.endpoint(house, call) if house.errands.here else house.errands.pass_on(route, call))
