"""Which @context a request means: resolved from local copies only, never from the network (NGSI-LD 5.5.6, 5.5.7).

Local are the core contexts, Pinisi's own, those that an operator has put into the folder `contexts/` of the data
folder (`index.json`: address -> file), and those hosted in the broker itself.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.context.core_context import core_document, core_urls
from pinisi.context.json_shapes import each, is_list, is_object
from pinisi.context.problems import BadRequestData, LdContextNotAvailable
from pinisi.context.term_definitions import Vocabulary, read_definitions, scoped_terms
from pinisi.context.term_table import CORE_TABLE, TermTable

Hosted = Callable[[str], Any | None]
"""Address -> the JSON document of a hosted @context, or None."""

DEEPEST = 8
MOST_DOCUMENTS = 64
MOST_TERMS = 50_000
CACHE_TERMS = 200_000
CACHE_TABLES = 512
_CORE = core_urls()


class Folder(msgspec.Struct, frozen=True):
    """The documents of an operator's folder, and what was wrong with it in plain words."""

    documents: Mapping[str, Any]
    faults: tuple[str, ...] = ()


def read_folder(folder: Path) -> Folder:
    """Read `index.json` and every file that it names; a bad one is reported and left out, the rest is used."""
    index = folder / "index.json"
    if not index.exists():
        return Folder({})
    try:
        names = msgspec.json.decode(index.read_bytes(), type=dict[str, str])
    except (msgspec.MsgspecError, OSError) as error:
        return Folder({}, (f"{index}: {error}",))
    documents: dict[str, Any] = {}
    faults: list[str] = []
    for url, name in names.items():
        path = folder / name
        try:
            if not path.resolve().is_relative_to(folder.resolve()):
                raise OSError("lies outside the folder")
            documents[url] = msgspec.json.decode(path.read_bytes())
        except (msgspec.MsgspecError, OSError, RecursionError) as error:
            faults.append(f"{path}: {error}")
    return Folder(documents, tuple(faults))


class Contexts:
    """Resolves an @context to its `TermTable`, and keeps the tables in use: bounded, least recently used out first.

    Args:
        documents: address -> JSON document of every local @context besides the core ones.
        hosted: asked for addresses that are not among them.
    """

    def __init__(self, documents: Mapping[str, Any] | None = None, hosted: Hosted | None = None) -> None:
        self._documents = dict(documents or {})
        self._hosted = hosted
        self._tables: dict[Any, TermTable] = {}
        self._weight = 0

    def table(self, context: Any) -> TermTable:
        """The table of an @context as it stands in a payload: address, object, list of both, or None.

        Raises:
            BadRequestData: for what is no @context.
            LdContextNotAvailable: for an address without a local copy.
        """
        if context is None:
            return CORE_TABLE
        key = _key(context)
        table = self._tables.pop(key, None)
        if table is None:
            table = self._compile(context)
            self._weight += table.size
        self._tables[key] = table
        if len(self._tables) > CACHE_TABLES or self._weight > CACHE_TERMS:
            self._evict()
        return table

    def document(self, url: str) -> Any | None:
        """The JSON document at an address, for one who asks this server for it."""
        if url in _CORE:
            return core_document(_CORE[url])
        document = self._documents.get(url)
        if document is None and self._hosted is not None:
            document = self._hosted(url)
        return document

    def urls(self) -> list[str]:
        """Every address that is known here, hosted ones aside."""
        return [*_CORE, *self._documents]

    def forget(self) -> None:
        """Compile anew what is asked from now on: a hosted @context has changed."""
        self._tables.clear()
        self._weight = 0

    def _evict(self) -> None:
        while len(self._tables) > 1 and (len(self._tables) > CACHE_TABLES or self._weight > CACHE_TERMS):
            self._weight -= self._tables.pop(next(iter(self._tables))).size

    def _compile(self, context: Any) -> TermTable:
        active = Vocabulary({})
        _Walk(self, active).read(context, "@context", 0, inline=True)
        if not active.terms:
            return TermTable({}, context) if _names_user_context(context) else CORE_TABLE
        return TermTable(active.terms, context)


class _Walk:
    """One pass over an @context and all that it names."""

    def __init__(self, contexts: Contexts, active: Vocabulary) -> None:
        self.contexts = contexts
        self.active = active
        self.documents = 0

    def read(self, context: Any, where: str, depth: int, *, inline: bool) -> None:
        if depth > DEEPEST:
            raise BadRequestData(f"contexts name each other more than {DEEPEST} deep", where)
        if isinstance(context, str):
            self._follow(context, where, depth)
        elif is_list(context):
            for index, item in enumerate(context):
                self.read(item, f"{where}[{index}]", depth + 1, inline=inline)
        elif is_object(context):
            self._define(context, where, inline)
        elif context is None:
            self.active.terms.clear()
            self.active.vocab = None
        else:
            raise BadRequestData("an @context is an address, an object or a list of both", where)

    def _follow(self, url: str, where: str, depth: int) -> None:
        if url in _CORE:
            return
        self.documents += 1
        if self.documents > MOST_DOCUMENTS:
            raise BadRequestData(f"more than {MOST_DOCUMENTS} contexts are named", where)
        document = self.contexts.document(url)
        if document is None:
            raise LdContextNotAvailable(f"{url} has no local copy, and nothing is fetched from the network", where)
        if not is_object(document) or "@context" not in document:
            raise LdContextNotAvailable(f"the local copy of {url} holds no @context", where)
        self.read(document["@context"], url, depth + 1, inline=False)

    def _define(self, context: dict[str, Any], where: str, inline: bool) -> None:
        scoped = scoped_terms(context) if inline else []
        if scoped:
            raise BadRequestData("a context inside a term is not allowed (NGSI-LD 5.5.7)", f"{where}.{scoped[0]}")
        read_definitions(context, self.active, where)
        if len(self.active.terms) > MOST_TERMS:
            raise BadRequestData(f"more than {MOST_TERMS} terms", where)


def _names_user_context(context: Any) -> bool:
    """Whether an answer has to carry back more than the core @context."""
    return any(item not in _CORE if isinstance(item, str) else bool(item) for item in each(context))


def _key(context: Any) -> Any:
    if isinstance(context, str):
        return context
    try:
        encoded = msgspec.json.encode(context)
    except (OverflowError, TypeError, RecursionError):
        raise BadRequestData("is no @context", "@context") from None
    return hashlib.blake2b(encoded, digest_size=16).digest()
