"""The scope query language (NGSI-LD 4.19): `/Madrid/+/ParqueNorte`, `/Madrid/Gardens/#`, with or, and, groups."""

import re

from pinisi.context.query_error import QueryError
from pinisi.context.selection import parse_selection
from pinisi.store.query import ScopeIs, ScopeSelection

_SPACE = re.compile(r"(?<=/) (?=[/;,|)]|$)")
_LEVEL = re.compile(r"\+|\w[\w.-]*")


def parse_scope_query(text: str, field: str = "scopeQ") -> ScopeSelection:
    """Read a scope query; the leading `/` of a scope may be left out.

    A space as a level is a `+`: that is what becomes of one which stands in a query string as it is.

    Raises:
        QueryError: with the place in the text.
    """

    def leaf(word: str, position: int) -> ScopeIs:
        levels = word.removeprefix("/").split("/")
        wanted = levels[:-1] if levels[-1] == "#" else levels
        if not all(_LEVEL.fullmatch(level) for level in wanted):
            raise QueryError(field, f"{word!r} is no scope: levels of letters, digits and _, + or a last #", position)
        return ScopeIs(tuple(levels))

    return parse_selection(_SPACE.sub("+", text), field, leaf)
