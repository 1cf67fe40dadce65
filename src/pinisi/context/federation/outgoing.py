"""A request in the form in which a registered source shall get it (NGSI-LD 4.3.6.5, 4.3.6.6, 6.3.18, 6.3.19).

What the registration says of the way to talk to the source (`contextSourceInfo`) is followed; but no header of the
connection, no tenant and no credentials of our own reader can be set or taken along by it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from pinisi.context.contexts import Contexts
from pinisi.context.core_context import core_urls
from pinisi.context.earlier_versions import amended
from pinisi.context.federation.recompaction import recompact
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.link_header import write_link
from pinisi.context.registration import Registration
from pinisi.context.term_table import CORE_TABLE, TermTable

API = "/ngsi-ld/v1"
JSON, JSON_LD = "application/json", "application/ld+json"
REQUEST = "urn:ngsi-ld:request"
"""As a value: take it from the request that triggered this one."""
_PROCESSED = frozenset({"accept", "contenttype", "jsonldcontext", "ngsildconformance"})
_OWN = frozenset(
    {
        "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "date", "expect", "host",
        "keep-alive", "link", "ngsild-entitymap", "ngsild-tenant", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "via",
    }
)  # fmt: skip
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-pinisi-key"})
"""Headers that are never taken from the triggering request: they admit its sender to this house."""
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})")
_LONGEST_VALUE = 4_000
_SAFE = ":,;()*-._~!'@/"
_CORE = frozenset(core_urls())
_encode = msgspec.json.Encoder().encode


class Tongue(msgspec.Struct, frozen=True):
    """How one source is spoken to: in the terms of `table`, and the headers that say so."""

    table: TermTable
    link: str | None
    media: str
    accept: str
    version: tuple[int, int] | None


_OF_V2 = Tongue(CORE_TABLE, None, JSON, JSON, None)
"""What is said to a provider of NGSI v2 has full names, until it is put in v2's words."""


def tongue_of(registration: Registration, asked: TermTable, contexts: Contexts) -> Tongue:
    """The terms and media types for a source; `asked`: the terms of the request.

    Raises:
        LdContextNotAvailable: the registration names an @context (`jsonldContext`) that has no local copy.
    """
    if registration.provider is not None:
        return _OF_V2
    info = {pair.key.lower(): pair.value for pair in registration.source_info}
    named, wished = info.get("jsonldcontext"), info.get("contenttype", "").lower()
    table = asked if named is None else contexts.table(named)
    link = named if named is not None else _link_of(table)
    if link is None and wished == JSON:
        table = CORE_TABLE
    inline = link is None and table is not CORE_TABLE
    ld = named is None and (inline or wished == JSON_LD)
    accept = info.get("accept", "").lower()
    found = _VERSION.fullmatch(info.get("ngsildconformance", ""))
    return Tongue(
        table,
        link,
        JSON_LD if ld else JSON,
        accept if accept in (JSON, JSON_LD) else JSON,
        None if found is None else (int(found[1]), int(found[2])),
    )


def _link_of(table: TermTable) -> str | None:
    """The one address that means the @context, the core ones aside; None where there is no such address."""
    served: list[Any] = table.served if is_list(table.served) else [table.served]
    own = [item for item in served if not (isinstance(item, str) and item in _CORE)]
    return own[0] if len(own) == 1 and isinstance(own[0], str) else None


def sayable(tongue: Tongue) -> TermTable:
    """The terms for parameters of an address: full IRIs where no Link header can name the @context."""
    return tongue.table if tongue.link is not None else CORE_TABLE


def base_of(endpoint: str) -> str:
    """Where the interface of a source begins; registrations name the server, or the interface with its version."""
    trimmed = endpoint.rstrip("/")
    return trimmed if trimmed.endswith(API) else trimmed + API


def address(endpoint: str, path: Sequence[str], query: Mapping[str, str], *, slash: bool = False) -> str:
    """The URI of an operation: `path` in segments, `query` as parameters.

    Args:
        slash: the path ends with a slash, as that of `attrs` does (NGSI-LD 6.6).
    """
    parts = "/".join(quote(segment, safe=":@!$'()*,-._~") for segment in path)
    asked = "&".join(f"{quote(name)}={quote(value, safe=_SAFE)}" for name, value in query.items())
    return f"{base_of(endpoint)}/{parts}{'/' if slash else ''}{'?' + asked if asked else ''}"


def header_lines(
    registration: Registration, tongue: Tongue, via: str, triggering: Mapping[bytes, bytes], *, body: bool,
    entity_map: str = "",
) -> bytes:  # fmt: skip
    """The header lines of a request to a source, each ended."""
    lines = [f"Via: {via}", f"Accept: {tongue.accept}"]
    if body:
        lines.append(f"Content-Type: {tongue.media}")
    if tongue.link is not None and not (body and tongue.media == JSON_LD):
        lines.append(f"Link: {write_link(tongue.link)}")
    if registration.tenant is not None:
        lines.append(f"NGSILD-Tenant: {registration.tenant}")
    if tongue.version is not None:
        lines.append(f"Prefer: ngsi-ld={tongue.version[0]}.{tongue.version[1]}")
    if entity_map:
        lines.append(f"NGSILD-EntityMap: {API}/entityMaps/{entity_map}")
    lines += _info_lines(registration, triggering)
    return "".join(f"{line}\r\n" for line in lines if _is_clean(line)).encode("latin-1", "ignore")


def _info_lines(registration: Registration, triggering: Mapping[bytes, bytes]) -> list[str]:
    lines: list[str] = []
    for pair in registration.source_info:
        name = pair.key.lower()
        if name in _PROCESSED or name in _OWN or _NAME.fullmatch(pair.key) is None:
            continue
        value: str | None = pair.value
        if value == REQUEST:
            found = None if name in _SECRET else triggering.get(name.encode())
            value = None if found is None else found.decode("latin-1")
        if value is not None and len(value) <= _LONGEST_VALUE:
            lines.append(f"{pair.key}: {value}")
    return lines


def _is_clean(line: str) -> bool:
    return not any(char in line for char in "\r\n\0")


def body_for(tongue: Tongue, document: Any, written_in: TermTable) -> bytes:
    """The body of a request: in the source's terms, with the @context inside of it or not, as its media type asks.

    Args:
        document: an object or a list of them, without `@context`, in the terms of `written_in`.
    """
    if tongue.table is not written_in:
        document = recompact(document, written_in, tongue.table)
    if tongue.media == JSON_LD:
        document = _with_context(document, tongue.table.served)
    body = _encode(document)
    if tongue.version is not None:
        body = amended(body, tongue.version) or body
    return body


def _with_context(document: Any, context: Any) -> Any:
    if is_list(document):
        return [_with_context(item, context) for item in document]
    return {**document, "@context": context} if is_object(document) else document


def without_context(document: Any) -> Any:
    """The same without `@context`, for what goes out with a Link header."""
    if is_list(document):
        return [without_context(item) for item in document]
    if is_object(document):
        return {name: member for name, member in document.items() if name != "@context"}
    return document
