"""The compiled form of one resolved @context: names in, IRIs out, and back.

The core @context always has the last word (NGSI-LD 4.4): its terms cannot be given another meaning, and names that
nothing defines belong to the default context.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from pinisi.context.core_context import CORE_URL, LATEST, MEMBERS, PREFIXES, VALUE_MEMBERS, terms_of
from pinisi.context.json_shapes import is_list
from pinisi.context.term_definitions import Term
from pinisi.context.validate import LONGEST, is_name, is_uri, refuse, shorten
from pinisi.vocabulary.memory import Memory
from pinisi.vocabulary.terms import DEFAULT_CONTEXT, NGSI_LD

_CORE_COERCIONS = {"vocab": "@vocab", "id": "@id", "idlist": "@id", "json": "@json", "proof": "@json"}
_MOST_REMEMBERED = 20_000
MOST_SHAPES = 1_000


def _core_terms() -> dict[str, Term]:
    terms = {name: Term(core.iri, _CORE_COERCIONS.get(core.kind)) for name, core in terms_of(LATEST).items()}
    prefixes = {name: Term(iri, prefix=True) for name, iri in PREFIXES.items()}
    return terms | prefixes | {"id": Term("@id"), "type": Term("@type")}


CORE_TERMS: dict[str, Term] = _core_terms()
RESERVED = frozenset(CORE_TERMS[name].iri for name in MEMBERS if name in CORE_TERMS) | {
    NGSI_LD + "entityIdSealed",
    NGSI_LD + "entityTypeSealed",
}
"""What the members of the core mean: no attribute can have one of these IRIs, however it is written."""


class TermTable:
    """Immutable but for its memory of names already met, which is bounded; equal only to itself.

    Attributes:
        digest: hash of the content: two tables with the same digest render the same bytes, but for `@context`.
        served: the @context as the user named it; answers carry it back.
        served_json: the same, encoded.
        size: number of terms beyond the core ones, the weight of the table in a cache.
        plans: what names of members mean, where they stand together (`plain_batch`).
        shapes: what entities of the same type and members have in common (`newborns`, `plain_fragment`).
        link: the one address by which a Link header can name it, if there is one.
    """

    __slots__ = (
        "_compacted",
        "_expanded",
        "_inverse",
        "_keys",
        "_names",
        "_plain",
        "_prefix_lengths",
        "_prefixes",
        "_terms",
        "coerced",
        "digest",
        "link",
        "plans",
        "served",
        "served_json",
        "shapes",
        "size",
    )  # fmt: skip

    def __init__(self, terms: Mapping[str, Term | None], served: Any = None) -> None:
        own = {name: term for name, term in terms.items() if term is not None}
        self.served: Any = CORE_URL if served is None else served
        self.served_json: bytes = msgspec.json.encode(self.served)
        self.size = len(own)
        self.link: str | None = _single_link(self.served)
        self.digest = _digest(own)
        self._terms: dict[str, Term] = own | CORE_TERMS
        self.coerced: dict[str, str] = {name: t.coercion for name, t in self._terms.items() if t.coercion is not None}
        self._inverse = _invert(self._terms)
        self._prefixes = _prefixes(self._terms)
        self._prefix_lengths = sorted({len(start) for start in self._prefixes})
        self.plans = Memory[tuple[str, ...], tuple[str | None, ...]](MOST_SHAPES)
        self.shapes = Memory[tuple[Any, ...], Any](MOST_SHAPES)
        self._expanded: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._compacted: dict[str, str] = {}
        self._plain = _invert_plain(self._terms)
        self._keys: dict[str, str] = {}

    def expand_term(self, name: str) -> str:
        """The IRI of a type, an attribute or a word of a VocabProperty; `type` and `id` become `@type` and `@id`."""
        iri = self._expanded.get(name)
        if iri is None:
            iri = self._expand(name)
            if len(self._expanded) < _MOST_REMEMBERED:
                self._expanded[name] = iri
        return iri

    def expand_name(self, name: str, field: str) -> str:
        """As `expand_term`, for a name that becomes part of an entity.

        Raises:
            BadRequestData: for what is neither a name (NGSI-LD 4.6.2), nor a term of the @context, nor an IRI; and for
                the members of the core (4.5.1).
        """
        iri = self._names.get(name)
        if iri is None:
            iri = self._expand(name)
            if iri in RESERVED:
                refuse(field, f"{shorten(name)} is a member of NGSI-LD and cannot name a type or an attribute here")
            if len(iri) > LONGEST:
                refuse(field, f"{shorten(name)} is longer than {LONGEST:,} characters")
            if iri[:1] == "@" or not (name in self._terms or is_name(name) or (":" in name and is_uri(iri))):
                refuse(field, f"{shorten(name)} is no name: a letter, then letters, digits or _")
            if len(self._names) < _MOST_REMEMBERED:
                self._names[name] = iri
        return iri

    def expand_attribute(self, name: str, field: str) -> str:
        """As `expand_name`, for an attribute of an entity: a member that carries values may name one, too."""
        return CORE_TERMS[name].iri if name in VALUE_MEMBERS else self.expand_name(name, field)

    def compact_iri(self, iri: str) -> str:
        """The shortest name of an IRI under this @context; the IRI itself if there is none (NGSI-LD 5.5.7)."""
        name = self._compacted.get(iri)
        if name is None:
            name = self._compact(iri)
            if len(self._compacted) < _MOST_REMEMBERED:
                self._compacted[iri] = name
        return name

    def compact_key(self, iri: str) -> str:
        """The name of a key inside a value: as `compact_iri`, but a name that coerces nothing comes first."""
        name = self._keys.get(iri)
        if name is None:
            name = self._plain.get(iri) or self.compact_iri(iri)
            if len(self._keys) < _MOST_REMEMBERED:
                self._keys[iri] = name
        return name

    def expand_id(self, reference: str) -> str:
        """A reference whose term is coerced to `@id`: prefixes are resolved, anything else stays."""
        prefix, colon, rest = reference.partition(":")
        term = self._terms.get(prefix) if colon and not rest.startswith("//") else None
        return term.iri + rest if term is not None and term.prefix else reference

    def compact_id(self, iri: str) -> str:
        return self._by_prefix(iri) or iri

    def _expand(self, name: str) -> str:
        term = self._terms.get(name)
        if term is not None:
            return term.iri
        if ":" in name:
            return self.expand_id(name)
        if not name or name[0] == "@":
            return name
        return DEFAULT_CONTEXT + name

    def _compact(self, iri: str) -> str:
        name = self._inverse.get(iri)
        if name is not None:
            return name
        if iri.startswith(DEFAULT_CONTEXT):
            rest = iri[len(DEFAULT_CONTEXT) :]
            if rest and rest not in self._terms and ":" not in rest and not rest.startswith("@"):
                return rest
        return self._by_prefix(iri) or iri

    def _by_prefix(self, iri: str) -> str | None:
        names = [
            f"{self._prefixes[iri[:length]]}:{iri[length:]}"
            for length in self._prefix_lengths
            if length < len(iri) and iri[:length] in self._prefixes and not iri.startswith("//", length)
        ]
        return min((name for name in names if name not in self._terms), key=_shortest, default=None)


def _shortest(name: str) -> tuple[int, str]:
    return len(name), name


_PREFERENCE = {"@id": 0, None: 1, "@vocab": 2, "@json": 3}
"""Which of several names an attribute gets: in the order of JSON-LD for node objects (JSON-LD 1.1 API 7.3)."""


def _invert(terms: Mapping[str, Term]) -> dict[str, str]:
    """IRI -> its best name; the core's names first, so that they stay the same under every @context."""
    inverse = {term.iri: name for name, term in CORE_TERMS.items() if not term.prefix}
    for name in sorted(terms, key=lambda name: (_PREFERENCE[terms[name].coercion], len(name), name)):
        inverse.setdefault(terms[name].iri, name)
    return inverse


def _invert_plain(terms: Mapping[str, Term]) -> dict[str, str]:
    """IRI -> its best name among those that coerce nothing."""
    inverse = {term.iri: name for name, term in CORE_TERMS.items() if not term.prefix and term.coercion is None}
    for name in sorted((name for name in terms if terms[name].coercion is None), key=_shortest):
        inverse.setdefault(terms[name].iri, name)
    return inverse


def _prefixes(terms: Mapping[str, Term]) -> dict[str, str]:
    """What a prefix stands for -> its shortest name."""
    prefixes: dict[str, str] = {}
    for name in sorted((name for name, term in terms.items() if term.prefix), key=_shortest):
        prefixes.setdefault(terms[name].iri, name)
    return prefixes


def _digest(terms: Mapping[str, Term]) -> str:
    lines: Iterable[tuple[str, str, str | None, bool]] = (
        (name, term.iri, term.coercion, term.prefix) for name, term in sorted(terms.items()) if name not in CORE_TERMS
    )
    return hashlib.blake2b(msgspec.json.encode(list(lines)), digest_size=12).hexdigest()


def _single_link(served: Any) -> str | None:
    if is_list(served) and len(served) == 1:
        return _single_link(served[0])
    return served if isinstance(served, str) else None


CORE_TABLE = TermTable({})
"""The table of requests that bring no @context."""
