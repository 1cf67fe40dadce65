"""Fetching an @context from a host that the operator has allowed (setting `context_sources`; NGSI-LD 5.13.1).

Each address is judged as a notification's target is, at every hop, and the connection goes to the address that was
judged. Size, time, redirects and depth are bounded; what is compressed is refused, because it could grow without end.
"""

import asyncio
import re
import ssl
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import httptools
import msgspec

from pinisi.context.context_walk import context_of
from pinisi.context.json_body import read_json
from pinisi.context.problems import NgsiLdError
from pinisi.context.targets import BadTarget, Target, Targets, parse_target

LARGEST = 2_000_000
LARGEST_HEAD = 64_000
FETCH_SECONDS = 10.0
MOST_REDIRECTS = 3
AT_ONCE = 8
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})")
_FORGETFUL = re.compile(r"(?:^|[\s,])no-(?:store|cache)")
_PIECE = 65_536


class NotFetched(Exception):
    """The document could not be had; the text says why."""


class Invalid(Exception):
    """Something was there, and it is no JSON-LD @context; the text says why."""


class Fetched(msgspec.Struct, frozen=True):
    """A document from the network. `lifetime` in seconds, as the protocol told it; None: it told nothing."""

    document: Any
    size: int
    lifetime: float | None


class ContextFetcher:
    """`targets`: where documents may come from. `tls`: how certificates are judged; None: by the system's."""

    def __init__(self, targets: Targets, tls: ssl.SSLContext | None = None) -> None:
        self._targets = targets
        self._tls = tls
        self._places = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str) -> Fetched:
        """The document at an address.

        Raises:
            NotFetched: it is not allowed, not reachable, too large or too slow.
            Invalid: it is no JSON, or holds no @context.
        """
        try:
            async with self._places, asyncio.timeout(FETCH_SECONDS):
                answer = await self._follow(url)
        except TimeoutError:
            raise NotFetched(f"{url}: no whole answer within {FETCH_SECONDS:g} s") from None
        except BadTarget as error:
            raise NotFetched(f"{url}: {error}") from None
        except (OSError, ssl.SSLError) as error:
            raise NotFetched(f"{url}: no connection: {error.strerror or error}") from None
        try:
            document = read_json(answer.body, LARGEST)
            context_of(document, url)
        except NgsiLdError as error:
            raise Invalid(f"{url}: {error.detail}") from None
        return Fetched({"@context": document["@context"]}, len(answer.body), _lifetime(answer.headers))

    async def _follow(self, url: str) -> "_Answer":
        target = parse_target(url.partition("#")[0])
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._get(target)
            if answer.status not in _REDIRECTS:
                break
            target = _redirected(target, answer)
        else:
            raise NotFetched(f"{url}: more than {MOST_REDIRECTS} redirects")
        if answer.status != 200:
            raise NotFetched(f"{url}: HTTP {answer.status}")
        return answer

    async def _get(self, target: Target) -> "_Answer":
        reader, writer = await self._connect(target)
        try:
            writer.write(_request(target))
            return await _read(reader, target)
        finally:
            writer.close()

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        refused: OSError | None = None
        for address in await self._addresses(target):
            try:
                if target.tls:
                    return await asyncio.open_connection(
                        address, target.port, ssl=self._authorities(), server_hostname=target.host
                    )
                return await asyncio.open_connection(address, target.port)
            except OSError as error:
                refused = error
        assert refused is not None
        raise refused

    async def _addresses(self, target: Target) -> list[str]:
        try:
            return await self._targets.addresses(target)
        except OSError:
            if self._targets.named(target.host):
                raise
            raise BadTarget(f"{target.host} is not in context_sources, and does not resolve") from None

    def _authorities(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


class _Answer:
    """One answer while it is read; the parser tells it."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.status = 0
        self.whole = False
        self.headed = False
        self.parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self.size = 0

    @property
    def body(self) -> bytes:
        return b"".join(self._parts)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        """What is told meanwhile (1xx) is no answer yet."""
        if not self.whole:
            self.status = self.parser.get_status_code()
            self.headed = self.status >= 200

    def on_body(self, data: bytes) -> None:
        self.size += len(data)
        self._parts.append(data)

    def on_message_complete(self) -> None:
        self.whole = self.headed


async def _read(reader: asyncio.StreamReader, target: Target) -> _Answer:
    """The answer to the one request of this connection."""
    answer = _Answer()
    head = 0
    while not answer.whole:
        data = await reader.read(_PIECE)
        if not data:
            break
        try:
            answer.parser.feed_data(data)
        except httptools.HttpParserError as error:
            if answer.whole:
                break
            raise NotFetched(f"{target.uri}: the answer is no HTTP: {error}") from None
        head += 0 if answer.headed else len(data)
        if head > LARGEST_HEAD:
            raise NotFetched(f"{target.uri}: the head of the answer is over {LARGEST_HEAD} bytes")
        if answer.size > LARGEST:
            raise NotFetched(f"{target.uri}: the answer is over {LARGEST} bytes")
    if not answer.headed:
        raise NotFetched(f"{target.uri}: the connection was closed without an answer")
    if not answer.whole and ("content-length" in answer.headers or "transfer-encoding" in answer.headers):
        raise NotFetched(f"{target.uri}: the answer ended before its end")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFetched(f"{target.uri}: the answer is compressed, which was not asked for")
    return answer


def _redirected(target: Target, answer: _Answer) -> Target:
    place = answer.headers.get("location", "")
    try:
        moved = parse_target(urljoin(target.uri, place).partition("#")[0])
    except ValueError as error:
        raise NotFetched(f"{target.uri}: redirects to what is no address: {error}") from None
    if target.tls and not moved.tls:
        raise NotFetched(f"{target.uri}: redirects from https to http")
    return moved


def _request(target: Target) -> bytes:
    lines = (
        f"GET {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "Accept: application/ld+json, application/json;q=0.9, */*;q=0.1",
        "Accept-Encoding: identity",
        "User-Agent: Pinisi",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def _lifetime(headers: dict[str, str]) -> float | None:
    """How long the answer says that it holds, in seconds (RFC 9111, 4.2)."""
    told = headers.get("cache-control", "").lower()
    if _FORGETFUL.search(told):
        return 0.0
    told_age = headers.get("age", "")
    age = float(told_age) if told_age.isascii() and told_age.isdigit() else 0.0
    found = _MAX_AGE.search(told)
    if found is not None:
        return max(0.0, float(found[1]) - age)
    if "expires" not in headers:
        return None
    try:
        ends, sent = parsedate_to_datetime(headers["expires"]), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (ends - sent).total_seconds() - age)
    except (TypeError, ValueError):
        return 0.0 if headers["expires"] in ("0", "-1") else None
