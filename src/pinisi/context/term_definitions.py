"""JSON-LD context processing for the subset that NGSI-LD allows (JSON-LD 1.1 API 4.1, 4.2; NGSI-LD 5.5.7).

Read: terms, prefixes, `@vocab`, keyword aliases, coercion to `@id`, `@vocab` and `@json`. Ignored, because they cannot
change the name of a type or an attribute: `@base`, `@language`, `@direction`, `@protected`, `@propagate`, containers.
Scoped contexts (inside a term) are never followed.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from pinisi.context.json_shapes import is_object
from pinisi.context.problems import BadRequestData

KEYWORDS = frozenset((
    "@base", "@container", "@context", "@direction", "@graph", "@id", "@import", "@included", "@index", "@json",
    "@language", "@list", "@nest", "@none", "@prefix", "@propagate", "@protected", "@reverse", "@set", "@type",
    "@value", "@version", "@vocab",
))  # fmt: skip
_IGNORED = KEYWORDS - {"@import"}
_PREFIX_ENDS = (":", "/", "?", "#", "[", "]", "@")
_COERCIONS = frozenset(("@id", "@vocab", "@json"))
_LONGEST_CHAIN = 32


class Term(msgspec.Struct, frozen=True):
    """What a term stands for: an IRI or a keyword, how plain values under it are read, whether it may be a prefix."""

    iri: str
    coercion: str | None = None
    prefix: bool = False


Terms = dict[str, Term | None]
"""Term -> definition; None: the context says that the term means nothing."""


class Vocabulary(msgspec.Struct):
    """The active context while contexts are read one after another."""

    terms: Terms
    vocab: str | None = None


def read_definitions(context: Mapping[str, Any], active: Vocabulary, where: str) -> None:
    """Read one context object into `active`.

    Raises:
        BadRequestData: for definitions that are no JSON-LD, that go round in circles, or that import other contexts.
    """
    if "@import" in context:
        _refuse(where, "@import is not supported")
    if "@vocab" in context:
        active.vocab = _vocab(context["@vocab"], active, context, where)
    reader = _Reader(context, active, where)
    for name in context:
        if name not in _IGNORED:
            reader.define(name, 0)


def _vocab(value: Any, active: Vocabulary, context: Mapping[str, Any], where: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        _refuse(where, "@vocab is not text")
    return _Reader(context, active, where).expand(value, 0)


class _Reader:
    def __init__(self, context: Mapping[str, Any], active: Vocabulary, where: str) -> None:
        self.context = context
        self.active = active
        self.where = where
        self.done: dict[str, bool] = {}

    def define(self, name: str, depth: int) -> None:
        """Create the definition of a term, and first those that it builds upon."""
        state = self.done.get(name)
        if state is True:
            return
        if state is False or depth > _LONGEST_CHAIN:
            _refuse(self.where, f"the definition of {name!r} goes round in a circle")
        if not name:
            _refuse(self.where, "a term without a name")
        self.done[name] = False
        self.active.terms[name] = self._definition(name, self.context[name], depth)
        self.done[name] = True

    def _definition(self, name: str, value: Any, depth: int) -> Term | None:
        if value is None:
            return None
        if isinstance(value, str):
            return self._simple(name, value, depth)
        if not is_object(value):
            _refuse(self.where, f"the definition of {name!r} is neither text nor an object")
        return self._full(name, value, depth)

    def _simple(self, name: str, value: str, depth: int) -> Term | None:
        iri = self._target(name, value, depth)
        return None if iri is None else Term(iri, prefix=iri.endswith(_PREFIX_ENDS) and ":" not in name)

    def _full(self, name: str, value: dict[str, Any], depth: int) -> Term | None:
        if "@reverse" in value or ("@id" in value and value["@id"] is None):
            return None
        target = value.get("@id", name)
        if not isinstance(target, str):
            _refuse(self.where, f"the @id of {name!r} is not text")
        iri = self._target(name, target, depth)
        if iri is None:
            return None
        coercion = value.get("@type")
        if coercion is not None and not isinstance(coercion, str):
            _refuse(self.where, f"the @type of {name!r} is not text")
        return Term(iri, coercion if coercion in _COERCIONS else None, value.get("@prefix") is True)

    def _target(self, name: str, target: str, depth: int) -> str | None:
        if target == name:
            return self._own(name, depth)
        iri = self.expand(target, depth)
        if iri.startswith("@"):
            return iri if iri in KEYWORDS and iri != "@context" else None
        if ":" not in iri:
            _refuse(self.where, f"{name!r} stands for {target!r}, which is no IRI")
        return iri

    def _own(self, name: str, depth: int) -> str | None:
        """A term that stands for itself: a compact IRI, or a name of `@vocab`."""
        prefix, colon, rest = name.partition(":")
        if colon:
            found = None if rest.startswith("//") else self._defined(prefix, depth)
            return name if found is None else found.iri + rest
        if self.active.vocab is None:
            _refuse(self.where, f"{name!r} has no @id, and there is no @vocab")
        return self.active.vocab + name

    def expand(self, value: str, depth: int) -> str:
        """IRI expansion with the terms of this context, defined as they are met (JSON-LD 1.1 API 5.2)."""
        if value in KEYWORDS or value.startswith("@"):
            return value
        term = self._defined(value, depth)
        if term is not None:
            return term.iri
        prefix, colon, rest = value.partition(":")
        if not colon:
            return value if self.active.vocab is None else self.active.vocab + value
        if prefix == "_" or rest.startswith("//"):
            return value
        found = self._defined(prefix, depth)
        return found.iri + rest if found is not None and found.prefix else value

    def _defined(self, name: str, depth: int) -> Term | None:
        if name in self.context and name not in KEYWORDS and self.done.get(name) is not True:
            self.define(name, depth + 1)
        return self.active.terms.get(name)


def scoped_terms(context: Mapping[str, Any]) -> list[str]:
    """The terms that carry a context of their own, which a user's context must not have (NGSI-LD 5.5.7)."""
    return [name for name, value in context.items() if is_object(value) and "@context" in value]


def _refuse(where: str, reason: str) -> NoReturn:
    raise BadRequestData(reason, where)
