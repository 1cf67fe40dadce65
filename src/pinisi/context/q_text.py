"""A filter as text of the query language again (NGSI-LD 4.9), for a source that is asked in its terms."""

import re
from typing import Any

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.store.query import (
    MEMBERS,
    AllOf,
    AnyOf,
    Compare,
    Date,
    DateTime,
    Exists,
    Filter,
    Linked,
    Missing,
    Path,
    Range,
    TimeOfDay,
)

LONGEST = 4_000
"""Characters: a longer filter is asked of what comes back."""
_NAME = re.compile(r"[^\W\d_]\w{0,99}")
_KEY = re.compile(r"[^.\[\]\s\"]+")
_encode = msgspec.json.Encoder().encode


class Unsayable(ValueError):
    """The grammar of 4.9 has no word for it, or it would be too long."""


def q_text(filter: Filter, table: TermTable) -> str:
    """The filter with names as terms of `table`.

    Raises:
        Unsayable: a name has no term, the words of a VocabProperty were expanded, or it needs more than the grammar of
            the standard (`!attribute`, linked entities).
    """
    text = _said(filter, table)
    if len(text) > LONGEST:
        raise Unsayable(f"has more than {LONGEST} characters")
    return text


def _said(filter: Filter, table: TermTable) -> str:
    if isinstance(filter, (AllOf, AnyOf)):
        if not filter.terms:
            raise Unsayable("what always, or never, holds has no text")
        sign = ";" if isinstance(filter, AllOf) else "|"
        return "(" + sign.join(_said(term, table) for term in filter.terms) + ")"
    if isinstance(filter, (Missing, Linked)):
        raise Unsayable("the grammar has no word for it")
    if isinstance(filter, Exists):
        return _path(filter.path, table)
    return _compared(filter, table)


def _compared(filter: Compare, table: TermTable) -> str:
    if filter.expanded:
        raise Unsayable("its words are expanded")
    if filter.operator in ("~=", "!~="):
        raise Unsayable("patterns are read otherwise by others")
    values = ",".join(map(_value, filter.values))
    return f"{_path(filter.path, table)}{filter.operator}{values}"


def _path(path: Path, table: TermTable) -> str:
    names = [_name(path.attribute, table), *(_name(name, table) for name in path.sub)]
    if not all(map(_KEY.fullmatch, path.trail_as_written)):
        raise Unsayable("a key of the value")
    trail = f"[{'.'.join(path.trail_as_written)}]" if path.trail_as_written else ""
    return ".".join(names) + trail


def _name(iri: str, table: TermTable) -> str:
    name = iri if iri in MEMBERS else table.compact_iri(iri)
    if _NAME.fullmatch(name) is None:
        raise Unsayable(f"{name[:80]} is no name")
    return name


def _value(value: Any) -> str:
    if isinstance(value, Range):
        return f"{_value(value.low)}..{_value(value.high)}"
    if isinstance(value, (DateTime, Date, TimeOfDay)):
        return value.text
    if isinstance(value, (bool, int, float)):
        return _encode(value).decode()
    return _encode(str(value)).decode()
