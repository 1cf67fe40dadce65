"""A stored @context: what is kept of it beside its content (NGSI-LD 5.13.1, 5.13.3.5)."""

import hashlib
from typing import Any, Literal, get_args
from uuid import uuid4

import msgspec

from pinisi.vocabulary.instant import Instant, format_instant

KIND = "jsonld-context"
CONTENT = "jsonld-context-content"
ContextKind = Literal["Hosted", "Cached", "ImplicitlyCreated"]
CONTEXT_KINDS: tuple[str, ...] = get_args(ContextKind)
Source = Literal["client", "network", "folder", "built in"]
_PREFIX = "urn:ngsi-ld:Context:"


class StoredContext(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document of a stored @context. Its content is a document of its own, so that a list does not read it.

    `url` is the address from which a cached one came. `owner` is the principal who added it, empty for a cached one.
    `expires_at` is when a cached one is fetched anew; None: never by itself. `size` is that of the content, in bytes.
    """

    id: str
    kind: ContextKind
    created_at: Instant
    size: int
    source: Source
    url: str = ""
    owner: str = ""
    expires_at: Instant | None = None

    def shown(self, url: str, hits: int, last: Instant) -> dict[str, Any]:
        """The metadata that the interface gives (5.13.3.5); `url` is where it can be had."""
        told: dict[str, Any] = {
            "URL": url,
            "localId": self.id,
            "kind": self.kind,
            "createdAt": format_instant(self.created_at),
            "numberOfHits": hits,
            "extraInfo": f"{self.size} bytes, source: {self.source}",
        }
        if self.expires_at is not None:
            told["expiresAt"] = format_instant(self.expires_at)
        if last:
            told["lastUsage"] = format_instant(last)
        return told


encode_context = msgspec.json.Encoder().encode
decode_context = msgspec.json.Decoder(StoredContext).decode


def hosted_id() -> str:
    """A local id that nobody can guess."""
    return f"{_PREFIX}{uuid4()}"


def cached_id(url: str) -> str:
    """The local id of what was fetched from an address: always the same."""
    return f"{_PREFIX}cached-{hashlib.blake2b(url.encode(), digest_size=16).hexdigest()}"


def implicit_id(content: bytes) -> str:
    """The local id of an implicitly created @context: the same content is created once in a tenant."""
    return f"{_PREFIX}implicit-{hashlib.blake2b(content, digest_size=16).hexdigest()}"
