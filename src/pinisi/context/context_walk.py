"""One pass over an @context and all that it names, document by document (JSON-LD 1.1 API 4.1; NGSI-LD 5.5.7)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import msgspec

from pinisi.context.core_context import core_urls
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.problems import BadRequestData, LdContextNotAvailable
from pinisi.context.term_definitions import Vocabulary, read_definitions, scoped_terms
from pinisi.vocabulary.instant import Instant

DEEPEST = 8
MOST_DOCUMENTS = 64
MOST_TERMS = 50_000
LONGEST_ADDRESS = 2_048
_CORE = core_urls()
_NO_BASE = "urn:ngsi-ld:Context:"
"""The base of a document without an address: nothing is relative to it."""


class Place(msgspec.Struct, frozen=True):
    """Where a document lies: the address of one that is everybody's, or a local id in the storage of one tenant."""

    tenant: str
    address: str


class Usage(msgspec.Struct):
    """How often a stored @context was found, and when last, since the server started (NGSI-LD 5.13.3.5)."""

    place: Place
    expires_at: Instant | None = None
    hits: int = 0
    last: Instant = 0

    def count(self, now: Instant) -> None:
        self.hits += 1
        self.last = now


Follow = Callable[[str, str], tuple[Any, Usage | None]]
"""Address, and where it is named -> document, and the count of its uses."""


class Walk:
    """Reads contexts one after another into `active`; `uses` are the stored documents that were met."""

    def __init__(self, follow: Follow) -> None:
        self._follow = follow
        self._documents = 0
        self.active = Vocabulary({})
        self.uses: dict[Place, Usage] = {}

    def read(self, context: Any) -> None:
        """Read the @context of a request.

        Raises:
            BadRequestData: for what is no @context, or is too much of it.
        """
        self._read(context, "@context", 0, "")

    def read_document(self, context: Any) -> None:
        """Read the @context of a document, in which terms may have contexts of their own (they are left aside)."""
        self._read(context, "@context", 0, _NO_BASE)

    def _read(self, context: Any, where: str, depth: int, base: str) -> None:
        if depth > DEEPEST:
            raise BadRequestData(f"contexts name each other more than {DEEPEST} deep", where)
        if isinstance(context, str):
            self._open(context, where, depth, base)
        elif is_list(context):
            for index, item in enumerate(context):
                self._read(item, f"{where}[{index}]", depth + 1, base)
        elif is_object(context):
            self._define(context, where, inline=not base)
        elif context is None:
            self.active.terms.clear()
            self.active.vocab = None
        else:
            raise BadRequestData("an @context is an address, an object or a list of both", where)

    def _open(self, url: str, where: str, depth: int, base: str) -> None:
        url = check_address(url, where, base)
        if url in _CORE:
            return
        self._documents += 1
        if self._documents > MOST_DOCUMENTS:
            raise BadRequestData(f"more than {MOST_DOCUMENTS} contexts are named", where)
        document, usage = self._follow(url, where)
        if usage is not None:
            self.uses[usage.place] = usage
        self._read(context_of(document, url), url, depth + 1, url)

    def _define(self, context: dict[str, Any], where: str, *, inline: bool) -> None:
        scoped = scoped_terms(context) if inline else []
        if scoped:
            raise BadRequestData("a context inside a term is not allowed (NGSI-LD 5.5.7)", f"{where}.{scoped[0]}")
        read_definitions(context, self.active, where)
        if len(self.active.terms) > MOST_TERMS:
            raise BadRequestData(f"more than {MOST_TERMS} terms", where)


def check_shape(context: Any, where: str = "@context", depth: int = 0) -> None:
    """Refuse what cannot be an @context whatever its addresses hold.

    Raises:
        BadRequestData: names the place.
    """
    if depth > DEEPEST:
        raise BadRequestData(f"lists are nested more than {DEEPEST} deep", where)
    if is_list(context):
        for index, item in enumerate(context):
            check_shape(item, f"{where}[{index}]", depth + 1)
    elif not (context is None or isinstance(context, str) or is_object(context)):
        raise BadRequestData("an @context is an address, an object or a list of both", where)


def check_address(url: str, where: str, base: str = "") -> str:
    """The absolute address that an @context names; in a document, relative to the document's own.

    Raises:
        LdContextNotAvailable: it is relative to nothing, or no address at all.
    """
    if len(url) > LONGEST_ADDRESS:
        raise LdContextNotAvailable(f"an address has at most {LONGEST_ADDRESS} characters", where)
    if base:
        try:
            url = urljoin(base, url)
        except ValueError:
            raise LdContextNotAvailable(f"{url[:80]!r} is no address", where) from None
    if ":" not in url:
        raise LdContextNotAvailable(f"{url[:80]!r} is no absolute address", where)
    return url


def context_of(document: Any, url: str) -> Any:
    """The @context of a document.

    Raises:
        BadRequestData: it has none (NGSI-LD 5.5.6).
    """
    if not is_object(document) or "@context" not in document:
        raise BadRequestData(f"the document at {url} holds no @context", "@context")
    return document["@context"]
