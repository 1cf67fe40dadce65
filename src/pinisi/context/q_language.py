"""The query language `q` of NGSI-LD (clause 4.9, V1.9.1): text in, a filter out.

Wider than the grammar, where readers expect it: `!attr` (absence), spaces around names and signs, groups within
groups, full IRIs as attribute names, bare words as text, and unquoted regular expressions.
"""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

from pinisi.context.q_literal import read_literal, read_pattern
from pinisi.context.query_error import QueryError, TooComplexQuery
from pinisi.store.pattern import PatternError, compile_pattern
from pinisi.store.query import (
    ENTITY_MEMBERS,
    MEMBERS,
    AllOf,
    AnyOf,
    Compare,
    Exists,
    Filter,
    Linked,
    Missing,
    Operator,
    Path,
    Range,
)

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "MAX_TERMS", "QueryError", "TooComplexQuery", "attributes_of", "parse_q"]

MAX_LENGTH = 8_192
MAX_DEPTH = 32
MAX_TERMS = 512
"""Values and paths in one query."""

Expand = Callable[[str], str]
"""Name -> IRI, by the @context of the request."""

_IRI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|urn:)[^\s=!<>~;|(){}\[\]\"]+")
_NAME = re.compile(r"[^\W\d_][\w-]*(?::[^\W\d_][\w-]*)?")
_KEY = re.compile(r"[^.\[\]\s\"]+")
_TYPES = re.compile(r"([^\W\d_]\w*(?:,[^\W\d_]\w*)*):(?=[^\W\d_])")
_OPERATOR = re.compile(r"!~=|==|!=|~=|>=|<=|>|<")

_PLAIN_TERM = re.compile(r"([^\W\d_][\w-]{0,99})(==|!=|>=|<=|>|<)(-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?)", re.ASCII)
"""One comparison with a number, as most are: read in 3 us instead of 20 (`bench/context.py`, value query)."""

_Step = tuple[str, tuple[str, ...]]
"""A relationship to follow, and types of the entities that it may lead to."""


def expanded_names(expand_values: Sequence[str], json_keys: Sequence[str]) -> tuple[str, ...]:
    """The attributes whose words are expanded: not those of `jsonKeys`, whose values are no terms (4.9)."""
    return tuple(name for name in expand_values if name not in json_keys)


def parse_q(text: str, expand: Expand, expand_values: Collection[str] = (), *, links: int = 0) -> Filter:
    """Read a percent-decoded `q`.

    Args:
        expand: name -> IRI, by the @context of the request.
        expand_values: names of the attributes (as written) whose words are expanded too (parameter `expandValues`).
        links: how many relationships a path may follow to other entities, one after another (`a{b{c}}` follows two).

    Raises:
        QueryError: with the place where the text cannot be read.
        TooComplexQuery: beyond `MAX_LENGTH` characters, `MAX_DEPTH` groups in groups, or `MAX_TERMS` terms.
    """
    plain = _PLAIN_TERM.fullmatch(text)
    if plain is not None:
        name, operator, number = plain.groups()
        path = Path(name if name in ENTITY_MEMBERS else expand(name))
        return Compare(path, cast(Operator, operator), (float(number) if "." in number else int(number),))
    if len(text) > MAX_LENGTH:
        raise TooComplexQuery("q", f"has {len(text)} characters, at most {MAX_LENGTH} are read")
    return _Parser(text, expand, frozenset(expand_values), links).read()


def attributes_of(filter: Filter) -> frozenset[str]:
    """IRIs of the attributes that a filter asks about; members of the entity (`modifiedAt` ...) are none.

    A query needs one where it names no type, id or attribute (NGSI-LD 5.7.2.4).
    """
    if isinstance(filter, (AllOf, AnyOf)):
        return frozenset[str]().union(*(attributes_of(term) for term in filter.terms))
    if isinstance(filter, Linked):
        return frozenset({filter.relationship})
    return frozenset({filter.path.attribute}) - ENTITY_MEMBERS


class _Parser:
    def __init__(self, text: str, expand: Expand, expand_values: frozenset[str], links: int) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._terms = 0
        self._expand = expand
        self._expand_values = expand_values
        self._links = links

    def read(self) -> Filter:
        found = self._any_of()
        if self._at < len(self._text):
            raise self._error(f"{self._text[self._at]!r} is out of place")
        return found

    def _any_of(self) -> Filter:
        terms = [self._all_of()]
        while self._take("|"):
            terms.append(self._all_of())
        return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))

    def _all_of(self) -> Filter:
        terms = [self._term()]
        while self._take(";"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def _term(self) -> Filter:
        if self._take("("):
            return self._group()
        self._count()
        if self._take("!"):
            path, _, steps = self._path()
            if steps:
                raise self._error("what linked entities have not cannot be asked")
            return Missing(path)
        path, name, steps = self._path()
        found = _OPERATOR.match(self._text, self._at)
        if found is None:
            return _behind(steps, Exists(path))
        self._at = found.end()
        self._space()
        return _behind(steps, self._compare(path, cast(Operator, found[0]), name))

    def _group(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooComplexQuery("q", f"more than {MAX_DEPTH} groups in groups", self._at)
        found = self._any_of()
        if not self._take(")"):
            raise self._error("a closing parenthesis is missing")
        self._depth -= 1
        return found

    def _path(self) -> tuple[Path, str, list[_Step]]:
        """A path in the last entity, its first name as written, and the relationships that lead there."""
        self._space()
        steps: list[_Step] = []
        first = self._name()
        while self._text.startswith("{", self._at):
            steps.append(self._step(first, len(steps) + 1))
            first = self._name()
        path = self._within(first)
        for _ in steps:
            if not self._take("}"):
                raise self._error("a closing brace is missing")
        return path, first, steps

    def _step(self, relationship: str, depth: int) -> _Step:
        """What stands before and behind an opening brace: a relationship, and types of the entities it leads to."""
        if depth > self._links:
            raise self._error(f"a path to linked entities, {depth} deep, needs a join that reaches so far (joinLevel)")
        found = _TYPES.match(self._text, self._at + 1)
        self._at = found.end() if found is not None else self._at + 1
        types = found[1].split(",") if found is not None else ()
        return self._expand(relationship), tuple(self._expand(name) for name in types)

    def _within(self, first: str) -> Path:
        sub: list[str] = []
        while self._text.startswith(".", self._at):
            self._at += 1
            sub.append(self._name())
        trail = self._trail()
        self._space()
        if self._text.startswith("{", self._at):
            raise self._error("only an attribute of the entity leads to other entities: a{b}")
        return self._expanded(first, sub, trail)

    def _expanded(self, first: str, sub: list[str], trail: list[str]) -> Path:
        alone = not sub and not trail
        return Path(
            attribute=first if alone and first in ENTITY_MEMBERS else self._expand(first),
            sub=tuple(
                name if name in MEMBERS and place == len(sub) else self._expand(name)
                for place, name in enumerate(sub, start=1)
            ),
            trail=tuple(key if _is_language(key) else self._expand(key) for key in trail),
            trail_as_written=tuple(trail),
        )

    def _name(self) -> str:
        found = _IRI.match(self._text, self._at) or _NAME.match(self._text, self._at)
        if found is None:
            raise self._error("the name of an attribute is missing")
        self._at = found.end()
        return found[0]

    def _trail(self) -> list[str]:
        if not self._text.startswith("[", self._at):
            return []
        keys: list[str] = []
        while not keys or self._text.startswith(".", self._at):
            found = _KEY.match(self._text, self._at + 1)
            if found is None:
                raise QueryError("q", "a key is missing in the brackets", self._at + 1)
            keys.append(found[0])
            self._at = found.end()
            self._count()
        if not self._text.startswith("]", self._at):
            raise self._error("a closing bracket is missing")
        self._at += 1
        return keys

    def _compare(self, path: Path, operator: Operator, name: str) -> Compare:
        start = self._at
        if operator in ("~=", "!~="):
            return Compare(path, operator, (self._pattern(),))
        if operator not in ("==", "!="):
            value = self._literal()
            self._refuse_more(operator)
            if isinstance(value, bool):
                raise QueryError("q", f"a truth value has no order: {operator} needs a number, text or moment", start)
            return Compare(path, operator, (value,))
        values = tuple(self._values())
        return Compare(path, operator, values, self._as_iris(values) if name in self._expand_values else ())

    def _pattern(self) -> str:
        start = self._at
        pattern, self._at = read_pattern(self._text, start)
        try:
            compile_pattern(pattern)
        except PatternError as error:
            raise QueryError("q", str(error), start) from None
        self._space()
        return pattern

    def _values(self) -> list[Any]:
        values = [self._literal_or_range()]
        while self._take(","):
            values.append(self._literal_or_range())
        return values

    def _literal_or_range(self) -> Any:
        low = self._literal()
        if not self._text.startswith("..", self._at):
            return low
        start = self._at
        self._at += 2
        self._space()
        high = self._literal()
        if isinstance(low, bool) or _kind(low) is not _kind(high):
            raise QueryError("q", "a range needs two numbers, two texts, or two moments of one kind", start)
        return Range(low, high)

    def _literal(self) -> Any:
        self._count()
        value, self._at = read_literal(self._text, self._at)
        self._space()
        return value

    def _refuse_more(self, operator: str) -> None:
        if self._text.startswith((",", ".."), self._at):
            raise self._error(f"{operator} takes one value; lists and ranges go with == and !=")

    def _as_iris(self, values: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(self._expand(value) for value in values if isinstance(value, str))

    def _take(self, sign: str) -> bool:
        self._space()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += 1
        self._space()
        return True

    def _space(self) -> None:
        while self._text.startswith(" ", self._at):
            self._at += 1

    def _count(self) -> None:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise TooComplexQuery("q", f"more than {MAX_TERMS} terms and values", self._at)

    def _error(self, reason: str) -> QueryError:
        return QueryError("q", reason, self._at)


def _behind(steps: Sequence[_Step], filter: Filter) -> Filter:
    for relationship, types in reversed(steps):
        filter = Linked(relationship, types, filter)
    return filter


def _is_language(key: str) -> bool:
    return key == "*" or key.startswith("@")


def _kind(literal: Any) -> type:
    return float if isinstance(literal, int) and not isinstance(literal, bool) else literal.__class__
