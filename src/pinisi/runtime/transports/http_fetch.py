"""One GET as a polite and careful client makes it: in its turn, within time and size, never led elsewhere."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

import msgspec

from pinisi import __version__
from pinisi.runtime.source import TransportFailed
from pinisi.runtime.transports.http_address import JudgedBackend, Reach, origin_of, target_of
from pinisi.runtime.transports.http_body import bounded_body
from pinisi.runtime.transports.http_date import seconds_until
from pinisi.runtime.transports.pace import PACES, Paces

if TYPE_CHECKING:
    import httpcore

MOST_HOPS = 3
LONGEST_WAIT = 3_600.0
_AWAY = frozenset({301, 302, 303, 307, 308})


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How a source asks. Times in seconds, `most_bytes` of a body unpacked; `media` that are taken, empty: any."""

    per_minute: float = 60.0
    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    most_bytes: int = 8 << 20
    media: frozenset[str] = frozenset()


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server calls the state of an address: asked with it, it need not send the same again (RFC 9110, 13.1)."""

    etag: str = ""
    modified: str = ""


class Fetched(msgspec.Struct, frozen=True):
    """An answer. `media` is empty where none is named."""

    body: bytes
    media: str
    mark: Mark


class FetchFailed(TransportFailed):
    """An address that was not answered as it should; `wait` seconds are asked for before the next try, else 0."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Fetcher:
    """Asks the addresses of one source. Use as `async with fetcher.opened()`."""

    def __init__(
        self, reach: Reach, manners: Manners, headers: Mapping[str, str] | None = None, paces: Paces = PACES
    ) -> None:
        self._reach = reach
        self.manners = manners
        self._headers = {"user-agent": f"pinisi/{__version__}", "accept-encoding": "gzip", **(headers or {})}
        self._paces = paces
        self._pool: httpcore.AsyncConnectionPool | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        import httpcore

        backend = cast("httpcore.AsyncNetworkBackend", JudgedBackend(self._reach))
        async with httpcore.AsyncConnectionPool(
            max_connections=2, keepalive_expiry=30, network_backend=backend
        ) as pool:
            self._pool = pool
            try:
                yield
            finally:
                self._pool = None

    async def get(
        self, address: str, mark: Mark | None = None, headers: Mapping[str, str] | None = None
    ) -> Fetched | None:
        """The answer; None where it is the same as that of the mark.

        Raises:
            FetchFailed: says the address and what is wrong with it.
        """
        import httpcore

        try:
            return await self._hop(address, address, mark or Mark(), headers or {}, MOST_HOPS)
        except FetchFailed as error:
            raise FetchFailed(f"{address}: {error}", error.wait) from None
        except TransportFailed as error:
            raise FetchFailed(f"{address}: {error}") from None
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise FetchFailed(f"{address}: no whole answer in time ({_time_out(error, self.manners)})") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise FetchFailed(f"{address}: {_broken(error)}") from None

    async def _hop(self, first: str, address: str, mark: Mark, headers: Mapping[str, str], hops: int) -> Fetched | None:
        target = target_of(address)
        await self._paces.turn(target.host, self.manners.per_minute)
        async with asyncio.timeout(self.manners.total):
            async with self._asked(address, mark, headers) as answer:
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
                if answer.status not in _AWAY:
                    return await self._answered(answer, told)
        return await self._hop(first, _next_hop(first, address, told, hops), mark, headers, hops - 1)

    def _asked(self, address: str, mark: Mark, headers: Mapping[str, str]) -> Any:
        if self._pool is None:
            raise RuntimeError("the fetcher is not open")
        asked = {**self._headers, **headers}
        if mark.etag:
            asked["if-none-match"] = mark.etag
        if mark.modified:
            asked["if-modified-since"] = mark.modified
        manners = self.manners
        times = {"connect": manners.connect, "read": manners.read, "write": manners.read, "pool": manners.total}
        return self._pool.stream("GET", address, headers=list(asked.items()), extensions={"timeout": times})

    async def _answered(self, answer: "httpcore.Response", told: Mapping[str, str]) -> Fetched | None:
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        if answer.status != HTTPStatus.OK:
            wait = min(LONGEST_WAIT, seconds_until(told.get("retry-after", "")))
            raise FetchFailed(
                f"answered {_status(answer.status)}" + (f", asks to wait {wait:.0f} s" if wait else ""), wait
            )
        media = told.get("content-type", "").partition(";")[0].strip().lower()
        if self.manners.media and media and media not in self.manners.media:
            raise FetchFailed(f"answered {media[:80]}; {' or '.join(sorted(self.manners.media))} is expected")
        length = told.get("content-length", "")
        if length.isdigit() and int(length[:18]) > self.manners.most_bytes:
            raise FetchFailed(f"the answer is longer than {self.manners.most_bytes} bytes ({length[:18]} announced)")
        body = await bounded_body(answer.aiter_stream(), told.get("content-encoding", ""), self.manners.most_bytes)
        return Fetched(body, media, Mark(told.get("etag", "")[:400], told.get("last-modified", "")[:100]))


def _next_hop(first: str, address: str, told: Mapping[str, str], hops: int) -> str:
    """Where a redirect leads, on the same host. Raises `FetchFailed` where it leads elsewhere."""
    to = urljoin(address, told.get("location", ""))
    if not hops:
        raise FetchFailed("is redirected again and again")
    try:
        same = _same_place(first, to)
    except ValueError:
        same = False
    if not same:
        raise FetchFailed(
            f"is redirected to {to[:200]}: only the same host is followed; correct the address if it is meant"
        )
    return to


def _same_place(first: str, to: str) -> bool:
    """The same origin, or the same host turned from http to https."""
    one, other = origin_of(first), origin_of(to)
    return one == other or (
        one[1] == other[1] and one[0] == "http" and other[0] == "https" and one[2] is other[2] is None
    )


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _time_out(error: Exception, manners: Manners) -> str:
    import httpcore

    if isinstance(error, httpcore.ConnectTimeout):
        return f"no connection within {manners.connect:.0f} s"
    if isinstance(error, httpcore.ReadTimeout):
        return f"silent for {manners.read:.0f} s"
    return f"not done within {manners.total:.0f} s"


def _broken(error: Exception) -> str:
    import httpcore

    words = str(error) or type(error).__name__
    if isinstance(error, httpcore.ConnectError):
        return f"no connection: {words}"
    return f"the connection broke: {words}"
