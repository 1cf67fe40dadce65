"""OGC SensorThings API 1.1 in: observations since the last one, page by page, each with what it belongs to.

A part of the time that was read already is asked for again (`overlap`), so that what a gateway delivered late is not
missed: what is repeated changes nothing.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin

import msgspec

from pinisi.runtime.source import Line, Message, TransportFailed
from pinisi.runtime.transports.http_address import Reach, origin_of
from pinisi.runtime.transports.http_fetch import Fetched, Fetcher, FetchFailed, Manners
from pinisi.runtime.transports.pace import PACES, Paces
from pinisi.vocabulary.instant import HOUR, SECOND, Instant, NotAnInstant, format_instant, parse_instant

EXPAND = "Datastream($expand=Thing($expand=Locations),ObservedProperty,Sensor),FeatureOfInterest"
MOST_PAGES = 1_000
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0


class _Time(msgspec.Struct, frozen=True):
    phenomenonTime: str = ""


class Page(msgspec.Struct, frozen=True):
    """A page of observations, of which only the time and the next page's address are looked at (18-088, 9.3.3)."""

    value: list[_Time]
    next: str = msgspec.field(default="", name="@iot.nextLink")


class SensorThings:
    """Polls `address` (the service's root, as `.../v1.1`). `since`: how far back the first question reaches."""

    def __init__(
        self,
        address: str,
        every: float,
        *,
        filter: str = "",
        since: Instant = 24 * HOUR,
        overlap: Instant = HOUR,
        page: int = 500,
        manners: Manners | None = None,
        inside: Sequence[str] = (),
        secret_headers: Mapping[str, str] | None = None,
        paces: Paces = PACES,
    ) -> None:
        """
        Raises:
            ValueError: the address is none, or a network is none.
        """
        self._reach = Reach([address], inside)
        self._root = address.rstrip("/") + "/"
        self._every = every
        self._filter = filter
        self._since = since
        self._overlap = overlap
        self._page = page
        self._manners = manners or Manners()
        self._secrets = dict(secret_headers or {})
        self._paces = paces

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        headers = {name: line.secret(secret) for name, secret in self._secrets.items()}
        fetcher = Fetcher(self._reach, self._manners, headers, self._paces)
        kept = await line.kept()
        newest = int(kept) if kept is not None and kept.isdigit() else line.now() - self._since
        pause = FIRST_PAUSE
        async with fetcher.opened():
            while True:
                try:
                    async for message, seen in self._observations(fetcher, line, newest):
                        newest = max(newest, seen)
                        yield msgspec.structs.replace(message, place=b"%d" % newest)
                    await line.trouble("")
                    pause, wait = FIRST_PAUSE, self._every * random.uniform(0.95, 1.05)
                except FetchFailed as error:
                    await line.trouble(str(error))
                    wait, pause = max(error.wait, pause), min(LONGEST_PAUSE, 2 * pause)
                await asyncio.sleep(wait)

    async def _observations(
        self, fetcher: Fetcher, line: Line, newest: Instant
    ) -> AsyncIterator[tuple[Message, Instant]]:
        """Each page as a message, and the newest time on it."""
        address = self._question(newest)
        for _ in range(MOST_PAGES):
            fetched = await fetcher.get(address)
            if fetched is None:
                return
            page = page_of(address, fetched)
            if page.value:
                message = Message(body=fetched.body, origin=address, media=fetched.media, received=line.now())
                yield message, max(_moment(each.phenomenonTime) for each in page.value)
            else:
                await line.alive()
            if not page.next:
                return
            address = self._next(address, page.next)
        raise TransportFailed(f"{self._root}: has more than {MOST_PAGES} pages")

    def _question(self, newest: Instant) -> str:
        since = f"phenomenonTime gt {format_instant((newest - self._overlap) // SECOND * SECOND)}"
        asked = {
            "$filter": f"{since} and ({self._filter})" if self._filter else since,
            "$orderby": "phenomenonTime asc",
            "$expand": EXPAND,
            "$top": str(self._page),
        }
        return f"{self._root}Observations?{urlencode(asked)}"

    def _next(self, address: str, link: str) -> str:
        """Raises FetchFailed: the next page is said to lie on another host."""
        to = urljoin(address, link)
        try:
            same = origin_of(to) == origin_of(self._root)
        except ValueError:
            same = False
        if not same:
            raise FetchFailed(f"{self._root}: its next page is said to be {to[:200]}: only the same host is followed")
        return to


def page_of(address: str, fetched: Fetched) -> Page:
    """Raises FetchFailed: it is no page of observations."""
    try:
        return msgspec.json.decode(fetched.body, type=Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FetchFailed(f"{address}: is no page of observations: {error}") from None


def _moment(text: Any) -> Instant:
    """The end of a phenomenon time, which may be an interval; 0 where it is none: the reader will say so."""
    try:
        return parse_instant(str(text).rpartition("/")[2])
    except NotAnInstant:
        return 0
