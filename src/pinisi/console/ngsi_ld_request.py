"""What an NGSI-LD request asks besides its operation: media types, @context, paging, representation (clause 6.3)."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from pinisi.console.http import GEO_JSON_MEDIA, JSON_LD_MEDIA, JSON_MEDIA, BadRequest, Call
from pinisi.context.contexts import Contexts
from pinisi.context.link_header import read_link, write_link
from pinisi.context.payload_size import read_payload
from pinisi.context.problems import BadRequestData, InvalidRequest, NotAcceptable, UnsupportedMediaType
from pinisi.context.term_table import CORE_TABLE, TermTable

Media = Literal["json", "ld", "geo"]
Format = Literal["normalized", "concise", "simplified"]
LIMIT_DEFAULT = 20
LIMIT_MOST = 1000
COUNT_HEADER = b"ngsild-results-count"

_MEDIA_TYPES: dict[str, Media] = {
    "application/json": "json",
    "application/ld+json": "ld",
    "application/geo+json": "geo",
}
"""What can be served, in the order of the standard: the first of equal weight is chosen (clause 6.3.4)."""
_QUERY_SAFE = "!$'()*,-./:;?@_~"
_BODY_TYPES = frozenset({"application/json", "application/ld+json"})
_QVALUE = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_MERGE_PATCH = "application/merge-patch+json"
MEDIA: dict[Media, bytes] = {"json": JSON_MEDIA, "ld": JSON_LD_MEDIA, "geo": GEO_JSON_MEDIA}


@lru_cache(512)
def accepted(accept: bytes | None, geo: bool) -> Media:
    """The media type to answer in: the one of most weight, of equal ones the first of the standard's list (6.3.4).

    Raises:
        NotAcceptable: none of those asked for.
    """
    if accept is None or not accept.strip():
        return "json"
    ranges = [_media_range(part) for part in accept.decode("latin-1").lower().split(",") if part.strip()]
    best, weight = None, 0.0
    for name, media in _MEDIA_TYPES.items():
        if (geo or media != "geo") and (found := _weight(name, ranges)) > weight:
            best, weight = media, found
    if best is None:
        raise NotAcceptable(
            "application/json and application/ld+json can be had here" + (", and application/geo+json" if geo else ""),
            "Accept",
        )
    return best


def _media_range(part: str) -> tuple[str, float]:
    """Name and weight; a weight that cannot be read is 1."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            found = _QVALUE.fullmatch(parameter[2:].strip())
            return name, float(found[0]) if found else 1.0
    return name, 1.0


def _weight(name: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of a media type: the most specific range that holds it decides (RFC 9110, 12.5.1)."""
    for range in (name, "application/*", "*/*"):
        weights = [weight for text, weight in ranges if text == range]
        if weights:
            return max(weights)
    return 0.0


@lru_cache(1024)
def linked_context(link: bytes | None) -> str | None:
    """The @context that a Link header names; kept, because few are sent again and again. Raises as `read_link`."""
    return None if link is None else read_link(link.decode("latin-1"))


class Asked(msgspec.Struct, frozen=True):
    """How the answer shall be written."""

    table: TermTable
    media: Media

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """The Link header that belongs to an answer in plain JSON."""
        if self.media == "ld" or self.table.link is None:
            return ()
        return (_context_link(self.table.link),)


@lru_cache(1024)
def _context_link(url: str) -> tuple[bytes, bytes]:
    return b"link", write_link(url).encode("latin-1", "replace")


def linked_table(contexts: Contexts, call: Call) -> TermTable:
    """The table of the @context that the Link header names; of the core without one."""
    link = call.headers.get(b"link")
    return CORE_TABLE if link is None else contexts.used(_absolute(linked_context(link), call), call.tenant)


def _absolute(url: str | None, call: Call) -> str | None:
    """A link that is relative is relative to this server (RFC 8288, 3.1)."""
    if url is None or not url.startswith("/"):
        return url
    return f"http://{call.headers.get(b'host', b'').decode('latin-1')}{url}"


def asked(contexts: Contexts, call: Call, *, geo: bool = False) -> Asked:
    """What a request without body asks: @context by Link, media by Accept."""
    media = accepted(call.headers.get(b"accept"), geo)
    return Asked(linked_table(contexts, call), media)


class Sent(msgspec.Struct, frozen=True):
    """The body of a request with the @context that explains it."""

    document: Any
    table: TermTable


def read_body(body: bytes) -> Any:
    """The JSON of a body whose size has been looked at."""
    return read_payload(body)


@lru_cache(256)
def _media_type(header: bytes) -> str:
    """The media type of a header Content-Type, without its parameters."""
    return header.decode("latin-1").partition(";")[0].strip().lower()


def sent(
    contexts: Contexts, call: Call, *, merge_patch: bool = False, read: Callable[[bytes], Any] = read_body
) -> Sent:
    """Read the body: JSON with the @context in a Link header, or JSON-LD that carries its own (clause 6.3.5).

    Args:
        read: what makes a document of the bytes.

    Raises:
        UnsupportedMediaType, InvalidRequest, BadRequestData, LdContextNotAvailable: see there.
    """
    media = _media_type(call.headers.get(b"content-type", b""))
    if not media:
        raise InvalidRequest("is missing: application/json or application/ld+json (6.3.4)", "Content-Type")
    if media not in _BODY_TYPES and not (merge_patch and media == _MERGE_PATCH):
        raise UnsupportedMediaType(f"{media}: application/json or application/ld+json", "Content-Type")
    link = linked_context(call.headers.get(b"link"))
    document = read(call.body)
    inline = document.get("@context") if isinstance(document, dict) else None  # pyright: ignore
    if media == "application/ld+json":
        if link is not None:
            raise BadRequestData("a JSON-LD body carries its own @context", "Link")
        if inline is None and isinstance(document, dict):
            raise BadRequestData("a JSON-LD body carries its own @context", "@context")
        return Sent(document, contexts.used(inline, call.tenant))
    if inline is not None:
        raise BadRequestData(f"belongs into a Link header when the body is {media}", "@context")
    return Sent(document, contexts.used(_absolute(link, call), call.tenant))


class Paging(msgspec.Struct, frozen=True):
    limit: int
    offset: int
    count: bool


def paging(call: Call) -> Paging:
    """`limit`, `offset`, `count` (clause 6.3.10); a limit of 0 is for counting only."""
    query = call.query
    count = flag(call, "count") or "count" in options(call)
    limit = call.number("limit", LIMIT_DEFAULT, 0, 1_000_000_000)
    if limit > LIMIT_MOST:
        from pinisi.context.problems import TooManyResults

        raise TooManyResults(f"at most {LIMIT_MOST} in one page", "limit")
    if limit == 0 and not count:
        raise BadRequestData("0 only together with count=true", "limit")
    return Paging(limit, call.number("offset", 0, 0, 1_000_000_000) if "offset" in query else 0, count)


def paging_headers(
    call: Call, page: Paging, more: bool, total: int | None, following: int | None = None
) -> tuple[tuple[bytes, bytes], ...]:
    """Link headers to the previous and the next page, parameters in the order of their names; and the count.

    `following`: where the next page begins, if not right behind this one.
    """
    told = tuple([pair for pair in call.query.items() if pair[0] != "offset" and pair[0] != "limit"])
    return page_headers(call.path, told, accepted(call.headers.get(b"accept"), True), page, more, total, following)


def page_headers(
    path: str,
    told: tuple[tuple[str, str], ...],
    media: Media,
    page: Paging,
    more: bool,
    total: int | None,
    following: int | None = None,
) -> tuple[tuple[bytes, bytes], ...]:
    """The same, of the parameters besides `offset` and `limit`."""
    headers: list[tuple[bytes, bytes]] = []
    if page.limit and (more or page.offset):
        before, behind, type = _page_address(path, told, page.limit, media)
        if page.offset:
            headers.append((b"link", b"%b%d%bprev%b" % (before, max(0, page.offset - page.limit), behind, type)))
        if more:
            headers.append((b"link", b"%b%d%bnext%b" % (before, following or page.offset + page.limit, behind, type)))
    if total is not None:
        headers.append((COUNT_HEADER, b"%d" % total))
    return tuple(headers)


@lru_cache(1024)
def _page_address(path: str, told: tuple[tuple[str, str], ...], limit: int, media: Media) -> tuple[bytes, bytes, bytes]:
    """What stands around offset and relation in the link to a page: the same for all pages of a query (4 us each)."""
    before: list[str] = []
    behind: list[str] = []
    for name, value in sorted((*told, ("limit", str(limit)))):
        side = before if name < "offset" else behind
        side.append(f"{quote(name, safe='')}={quote(value, safe=_QUERY_SAFE)}")
    address = f"<{quote(path.rstrip('/'), safe='/:')}?{'&'.join([*before, 'offset='])}"
    after = f'{"&".join(["", *behind])}>;rel="'
    return address.encode(), after.encode(), b'";type="%b"' % MEDIA[media]


def options(call: Call) -> frozenset[str]:
    """The words of `options` and `format`; `sysAttrs=true` says the word of that name (clause 6.3.11)."""
    query = call.query
    if "options" not in query and "format" not in query and "sysAttrs" not in query:
        return _NO_OPTIONS
    words = frozenset(word for name in ("options", "format") for word in query.get(name, "").split(",") if word)
    return words | _SYSTEM if flag(call, "sysAttrs") else words


_NO_OPTIONS: frozenset[str] = frozenset()
_SYSTEM = frozenset({"sysAttrs"})
_FORMATS: dict[str, Format] = {
    "normalized": "normalized",
    "concise": "concise",
    "simplified": "simplified",
    "keyValues": "simplified",
}
_OTHER_OPTIONS = frozenset(
    {
        "sysAttrs",
        "count",
        "temporalValues",
        "aggregatedValues",
        "noOverwrite",
        "update",
        "replace",
        "sysattrs",
    }
)


def check_words(call: Call) -> frozenset[str]:
    """The words of `options` and `format`, all of which must be known (6.3.20)."""
    words = options(call)
    for word in words:
        if word not in _FORMATS and word not in _OTHER_OPTIONS:
            raise InvalidRequest(f"{word[:40]!r} is not known", "options")
    return words


def representation(call: Call) -> Format:
    """Normalized, concise or simplified; `format` goes before `options` (clause 6.3.7)."""
    words = check_words(call)
    if not words:
        return "normalized"
    told = _FORMATS.get(call.query.get("format", ""))
    if told is not None:
        return told
    found = {_FORMATS[word] for word in words if word in _FORMATS}
    if "simplified" in found:
        return "simplified"
    return "concise" if "concise" in found else "normalized"


def flag(call: Call, name: str) -> bool:
    """A boolean parameter."""
    value = call.query.get(name)
    if value is None:
        return False
    if value.lower() not in ("true", "false"):
        raise BadRequest(name, "true or false")
    return value.lower() == "true"


def names(call: Call, name: str) -> tuple[str, ...] | None:
    """A comma-separated list; None when it was not given.

    Raises:
        BadRequest: it is empty.
    """
    value = call.query.get(name)
    if value is None:
        return None
    items = tuple(item.strip() for item in value.split(","))
    if not all(items):
        raise BadRequest(name, "a list of names without empty ones")
    return items
