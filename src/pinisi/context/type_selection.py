"""The entity type selection language (NGSI-LD 4.17): `A,B`, `A|B`, `(A;B),C`, short names or IRIs."""

import re
from collections.abc import Callable

from pinisi.context.query_error import QueryError
from pinisi.context.selection import parse_selection
from pinisi.store.query import TypeIs, TypeSelection

_NAME = re.compile(r"[^\W\d_][\w-]*(?::[^\W\d_][\w-]*)?|[A-Za-z][A-Za-z0-9+.-]*:[^\s\"<>\\^`{}]+")


def parse_type_selection(text: str, expand: Callable[[str], str], field: str = "type") -> TypeSelection | None:
    """Read a type selection; None for `*`, which any type satisfies.

    Raises:
        QueryError: with the place in the text.
    """
    if text == "*":
        return None

    def leaf(word: str, position: int) -> TypeIs:
        if _NAME.fullmatch(word) is None:
            raise QueryError(field, f"{word!r} is no name of an entity type", position)
        return TypeIs(expand(word))

    return parse_selection(text, field, leaf)
