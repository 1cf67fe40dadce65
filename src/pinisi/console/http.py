"""The shapes of HTTP inside Pinisi: a call comes in, a reply goes out, a route says who may.

Endpoints are plain async functions `(house, call) -> Reply`, testable without a server. `application.py` turns ASGI
into these and back.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import EllipsisType
from typing import Any, Literal, TypeVar
from urllib.parse import unquote_plus

import msgspec

from pinisi.console.query_shape import Shape, shape_of
from pinisi.context.problems import UnsupportedMediaType
from pinisi.vocabulary.principal import Grants, Principal

T = TypeVar("T")
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

JSON_MEDIA = b"application/json"
JSON_LD_MEDIA = b"application/ld+json"
GEO_JSON_MEDIA = b"application/geo+json"
PROBLEM_MEDIA = b"application/problem+json"
MOST_PARAMETERS = 100


class AsWritten(bytes):
    """The name of a header that goes out as it is written: some clients tell its case apart, though none may."""

    def lower(self) -> "AsWritten":
        return self


LOCATION = AsWritten(b"Location")


class Call:
    """One request, already read and admitted: `principal` is known and holds the route's permission."""

    __slots__ = (
        "_query",
        "_shape",
        "address",
        "body",
        "headers",
        "method",
        "params",
        "path",
        "principal",
        "query_string",
        "tenant",
    )

    def __init__(
        self,
        method: str,
        path: str,
        *,
        principal: Principal,
        tenant: str,
        query_string: bytes = b"",
        headers: Mapping[bytes, bytes] | None = None,
        body: bytes = b"",
        params: Mapping[str, str] | None = None,
        address: str = "",
    ) -> None:
        self.method = method
        self.address = address
        self.path = path
        self.principal = principal
        self.tenant = tenant
        self.query_string = query_string
        self.headers: Mapping[bytes, bytes] = headers or {}
        self.body = body
        self.params: Mapping[str, str] = params or {}
        self._query: dict[str, str] | None = None
        self._shape: Shape | EllipsisType | None = ...

    @property
    def grants(self) -> Grants:
        return self.principal.grants

    @property
    def query(self) -> dict[str, str]:
        """Query parameters by name; of a repeated one the last.

        Raises:
            BadRequest: there are more than a hundred.
        """
        if self._query is None:
            self._query = _parameters(self.query_string) if self.query_string else {}
        return self._query

    @property
    def shape(self) -> Shape | None:
        """The query string without what differs from page to page; None where it is not worth keeping."""
        if self._shape is ...:
            self._shape = shape_of(self.query_string)
        return self._shape

    def header(self, name: bytes) -> str | None:
        """A header by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole-number query parameter within bounds.

        Raises:
            BadRequest: it is none.
        """
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 12 or not low <= int(text) <= high:
            raise BadRequest(name, f"a whole number from {low} to {high}")
        return int(text)

    def decode(self, shape: type[T]) -> T:
        """The JSON body as a struct.

        Raises:
            UnsupportedMediaType: it does not come as JSON.
            BadRequest: it does not have that shape; names the field.
        """
        media = self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media != JSON_MEDIA:
            raise UnsupportedMediaType(f"{media.decode('latin-1')[:80] or 'nothing'}: {JSON_MEDIA.decode()} is taken")
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError) as error:
            text = str(error)
            field = text.rpartition("`$")[2].strip("`.") if "`$" in text else "body"
            raise BadRequest(field or "body", text) from None


def _parameters(query_string: bytes) -> dict[str, str]:
    text = query_string.decode("utf-8", "replace")
    if text.count("&") >= MOST_PARAMETERS:
        raise BadRequest("query", f"has more than {MOST_PARAMETERS} parameters")
    return dict(map(_pair, filter(None, text.split("&"))))


def _pair(part: str) -> tuple[str, str]:
    """Name and value, as `urllib.parse.parse_qsl` reads them; most have nothing encoded (2 us instead of 9)."""
    name, _, value = part.partition("=")
    return (unquote_plus(name), unquote_plus(value)) if "%" in part or "+" in part else (name, value)


def plain_text(sent: bytes) -> str:
    """A value of a query string as it was meant."""
    text = sent.decode("utf-8", "replace")
    return unquote_plus(text) if "%" in text or "+" in text else text


class BadRequest(ValueError):
    """A request that Pinisi's own interface cannot take; `field` names the parameter or member."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Reply(msgspec.Struct, frozen=True):
    """One answer. `stream` replaces the body for live streams."""

    status: int
    body: bytes = b""
    media: bytes = JSON_MEDIA
    headers: tuple[tuple[bytes, bytes], ...] = ()
    stream: AsyncIterator[bytes] | None = None


_encode = msgspec.json.Encoder().encode


def json_reply(value: Any, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    return Reply(status, _encode(value), JSON_MEDIA, headers)


Endpoint = Callable[[Any, Call], Awaitable[Reply]]


class Shapes(msgspec.Struct, frozen=True):
    """Types of an endpoint of a service, for the OpenAPI document; `family` stands before their names in it."""

    family: str
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the route table. `permission` None: open to everyone, and the docs say why.

    `path` has parameters in braces; `{id}` takes one segment, percent-decoded.
    """

    method: Method
    path: str
    permission: str | None
    endpoint: Endpoint
    summary: str
    parameters: tuple[str, ...] = ()
    body: str | None = None
    answers: tuple[int, ...] = (200,)
    shapes: Shapes | None = None

    @property
    def takes(self) -> bool:
        """Whether it does anything: one that only refuses is named by no header Allow."""
        return any(status < 400 for status in self.answers)
