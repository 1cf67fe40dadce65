"""The grammar that type selections and scope queries share: `,` and `|` or, `;` and, parentheses."""

from collections.abc import Callable
from typing import TypeVar

from pinisi.context.query_error import QueryError, TooComplexQuery
from pinisi.store.query import AllOf, AnyOf

MAX_LENGTH = 8_192
MAX_DEPTH = 16
_SIGNS = frozenset(",|;()")

Leaf = TypeVar("Leaf")


def parse_selection(text: str, field: str, leaf: Callable[[str, int], Leaf]) -> Leaf | AllOf | AnyOf:
    """Read a selection; `leaf` makes each part of its text and place. And binds closer than or.

    Raises:
        QueryError: with the place.
        TooComplexQuery: beyond `MAX_LENGTH` characters or `MAX_DEPTH` groups in groups.
    """
    if len(text) > MAX_LENGTH:
        raise TooComplexQuery(field, f"has {len(text)} characters, at most {MAX_LENGTH} are read")
    at = 0

    def any_of(depth: int) -> Leaf | AllOf | AnyOf:
        terms = [all_of(depth)]
        while take(",|"):
            terms.append(all_of(depth))
        return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))

    def all_of(depth: int) -> Leaf | AllOf | AnyOf:
        terms = [part(depth)]
        while take(";"):
            terms.append(part(depth))
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def part(depth: int) -> Leaf | AllOf | AnyOf:
        nonlocal at
        if take("("):
            if depth == MAX_DEPTH:
                raise TooComplexQuery(field, f"more than {MAX_DEPTH} groups in groups", at)
            found = any_of(depth + 1)
            if not take(")"):
                raise QueryError(field, "a closing parenthesis is missing", at)
            return found
        start = at
        while at < len(text) and text[at] not in _SIGNS:
            at += 1
        word = text[start:at].strip(" ")
        if not word:
            raise QueryError(field, "a name is missing", start)
        return leaf(word, start)

    def take(signs: str) -> bool:
        nonlocal at
        while text.startswith(" ", at):
            at += 1
        if at < len(text) and text[at] in signs:
            at += 1
            return True
        return False

    found = any_of(0)
    if at < len(text):
        raise QueryError(field, f"{text[at]!r} is out of place", at)
    return found
