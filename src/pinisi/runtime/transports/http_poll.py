"""Polling over HTTP: each address asked at its time, in its turn, and again with back-off while it does not answer.

An address whose answer names others (a feed) may be followed on the same host; what was followed is not asked again
while it is listed in the same version.
"""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import msgspec

from pinisi.runtime.source import Line, Message, Unreadable
from pinisi.runtime.transports.http_address import Reach, target_of
from pinisi.runtime.transports.http_fetch import Fetcher, FetchFailed, Manners, Mark
from pinisi.runtime.transports.pace import PACES, Paces

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0
MOST_MARKS = 5_000
MOST_FOLLOWED = 500


class Follow(msgspec.Struct, frozen=True):
    """An address that an answer names, and its version there: in another version it is asked again."""

    address: str
    version: str = ""


class _Noted(msgspec.Struct, omit_defaults=True):
    """What is kept over a restart: the marks of addresses, and which followed ones were taken in which version."""

    marks: dict[str, Mark] = {}
    taken: dict[str, str] = {}


class _Due(msgspec.Struct, order=True):
    """An address and when to ask it; `pause` is the back-off of the next failure. `listed` by another one."""

    at: float
    number: int
    address: str
    pause: float
    listed: Follow | None = None


class HttpPoll:
    """Asks `addresses` every `every` seconds. `inside`: networks of our own that they may lie in."""

    def __init__(
        self,
        addresses: Sequence[str],
        every: float,
        *,
        follow: Callable[[Message], Sequence[Follow]] | None = None,
        manners: Manners | None = None,
        inside: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        paces: Paces = PACES,
    ) -> None:
        """`secret_headers`: header -> name of the secret that it carries.

        Raises:
            ValueError: no address, one that is none, or a network that is none.
        """
        if not addresses:
            raise ValueError("addresses: there is none")
        self._reach = Reach(addresses, inside)
        self._addresses = tuple(dict.fromkeys(addresses))
        self._every = every
        self._follow = follow
        self.manners = manners or Manners()
        self._headers = dict(headers or {})
        self._secrets = dict(secret_headers or {})
        self._paces = paces
        self._first_pause = FIRST_PAUSE

    def aimed(self, addresses: Sequence[str], *, every: float, manners: Manners, first_pause: float) -> "HttpPoll":
        """The same at other addresses and a pace of its own, without its secrets: for trials."""
        made = HttpPoll(addresses, every, follow=self._follow, manners=manners, headers=self._headers, paces=Paces())
        made._first_pause = first_pause
        return made

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        headers = self._headers | {name: line.secret(secret) for name, secret in self._secrets.items()}
        fetcher = Fetcher(self._reach, self.manners, headers, self._paces)
        now, noted = asyncio.get_running_loop().time(), _noted(await line.kept())
        round_ = _Round(self._addresses, self._every, self._first_pause, noted, now)
        async with fetcher.opened():
            while True:
                due = round_.next()
                await asyncio.sleep(max(0.0, due.at - asyncio.get_running_loop().time()))
                message = await self._ask(line, fetcher, round_, due)
                if message is not None:
                    if self._follow is not None and due.listed is None:
                        round_.list(due.address, _named(self._follow, message), asyncio.get_running_loop().time())
                    yield msgspec.structs.replace(message, place=round_.note())

    async def _ask(self, line: Line, fetcher: Fetcher, round_: "_Round", due: _Due) -> Message | None:
        """The message of an address that is due; None where it has nothing new, or does not answer."""
        try:
            fetched = await fetcher.get(due.address, round_.mark(due))
        except FetchFailed as error:
            round_.failed(due, str(error), error.wait, asyncio.get_running_loop().time())
            await line.trouble(round_.trouble())
            return None
        round_.answered(due, fetched.mark if fetched else None, asyncio.get_running_loop().time())
        await line.trouble(round_.trouble())
        if fetched is None:
            await line.alive()
            return None
        return Message(body=fetched.body, origin=due.address, media=fetched.media, received=line.now())


class _Round:
    """Which address is asked when, and what is known of each."""

    def __init__(self, addresses: Sequence[str], every: float, pause: float, noted: _Noted, now: float) -> None:
        self._every = every
        self._pause = pause
        self._noted = noted
        self._due = [_Due(now, number, address, pause) for number, address in enumerate(addresses)]
        self._count = len(addresses)
        self._errors: dict[str, str] = {}
        self._waiting: set[str] = set()

    def next(self) -> _Due:
        return heapq.heappop(self._due)

    def mark(self, due: _Due) -> Mark:
        """A listed address is asked in full; so is a list of which something is still to be asked after a restart."""
        known = self._noted.marks.get(due.address, Mark())
        return Mark() if due.listed is not None else known

    def answered(self, due: _Due, mark: Mark | None, now: float) -> None:
        self._errors.pop(due.address, None)
        if due.listed is not None:
            self._waiting.discard(due.address)
            self._noted.taken[due.address] = due.listed.version
            return
        if mark is not None and len(self._noted.marks) < MOST_MARKS:
            self._noted.marks[due.address] = mark
        at = now + self._every * random.uniform(0.95, 1.05)
        heapq.heappush(self._due, _Due(at, due.number, due.address, self._pause))

    def failed(self, due: _Due, reason: str, wait: float, now: float) -> None:
        self._errors[due.address] = reason
        pause = max(wait, due.pause * random.uniform(0.8, 1.2))
        again = _Due(now + pause, due.number, due.address, min(LONGEST_PAUSE, 2 * due.pause), due.listed)
        heapq.heappush(self._due, again)

    def list(self, parent: str, follows: Sequence[Follow], now: float) -> None:
        """Ask what a list names, once in each version; forget what it names no more."""
        named = [follow for follow in follows[:MOST_FOLLOWED] if _same_host(parent, follow.address)]
        addresses = {follow.address for follow in named}
        self._noted.taken = {address: version for address, version in self._noted.taken.items() if address in addresses}
        self._due = [due for due in self._due if due.listed is None or due.address in addresses]
        heapq.heapify(self._due)
        self._waiting &= addresses
        self._errors = {key: text for key, text in self._errors.items() if key in addresses or key == parent}
        for follow in named:
            if self._noted.taken.get(follow.address) != follow.version and follow.address not in self._waiting:
                self._waiting.add(follow.address)
                number = self._count + len(self._waiting)
                heapq.heappush(self._due, _Due(now, number, follow.address, self._pause, follow))

    def trouble(self) -> str:
        """All that does not answer now, in one text; empty when everything does."""
        if len(self._errors) < 2:
            return next(iter(self._errors.values()), "")
        newest = list(self._errors.values())[-1]
        return f"{len(self._errors)} of {self._count + len(self._waiting)} addresses do not answer; {newest}"

    def note(self) -> bytes:
        """Written with the message: while something listed is still to be asked, the list is asked in full again."""
        noted = self._noted if not self._waiting else _Noted({}, self._noted.taken)
        return msgspec.json.encode(noted)


def _named(follow: Callable[[Message], Sequence[Follow]], message: Message) -> Sequence[Follow]:
    """What an answer names; nothing where it cannot be read, which the reader will say."""
    try:
        return follow(message)
    except Unreadable:
        return ()


def _noted(note: bytes | None) -> _Noted:
    try:
        return _Noted() if note is None else msgspec.json.decode(note, type=_Noted)
    except msgspec.DecodeError:
        return _Noted()


def _same_host(parent: str, address: str) -> bool:
    try:
        return target_of(address).host == target_of(parent).host
    except ValueError:
        return False
