"""The values of `q` (NGSI-LD 4.9, 4.6.3): numbers, truth values, quoted text, moments, URIs and bare words."""

import math
import re
from datetime import date
from typing import Any

import msgspec

from pinisi.context.query_error import QueryError
from pinisi.store.comparison import time_of
from pinisi.store.query import Date, DateTime, TimeOfDay
from pinisi.vocabulary.instant import NotAnInstant, parse_instant

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d:\d\d(?:[.,]\d{1,6})?Z", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_WORD = re.compile(r"[^\W\d_][\w-]*")
_BARE = re.compile(r"(?:(?!\.\.)[^;|),\s\"])+")
_BARE_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{1,9}Z|\d\d:\d\d:\d\d,\d{1,6}Z", re.ASCII)
_BARE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^;|),\s\"]+")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/]))')


def read_literal(text: str, start: int) -> tuple[Any, int]:
    """Read one value; answers it with the place after it.

    Raises:
        QueryError: where there is none.
    """
    if text.startswith('"', start):
        end = _end_of_quoted(text, start)
        return _moment_or(_unquoted(text[start:end], start)), end
    found = _BARE_URI.match(text, start) or _BARE_MOMENT.match(text, start) or _BARE.match(text, start)
    if found is None:
        raise QueryError("q", "a value is missing", start)
    return _bare(found[0], start), found.end()


def read_pattern(text: str, start: int) -> tuple[str, int]:
    """Read a regular expression: quoted, or bare up to a `;`, `|` or `)` outside its own brackets.

    In a quoted pattern only `\\"`, `\\\\`, `\\/` and `\\uXXXX` are escapes of the text; all others belong to the
    pattern.
    """
    if text.startswith('"', start):
        end = _end_of_quoted(text, start)
        return _ESCAPE.sub(_unescaped, text[start + 1 : end - 1]), end
    end = _end_of_bare_pattern(text, start)
    if end == start:
        raise QueryError("q", "a regular expression is missing", start)
    return text[start:end], end


def _end_of_quoted(text: str, start: int) -> int:
    found = _QUOTED.match(text, start)
    if found is None:
        raise QueryError("q", "the quoted text has no end", start)
    return found.end()


def _unquoted(quoted: str, start: int) -> str:
    try:
        return msgspec.json.decode(quoted, type=str)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise QueryError("q", f"the quoted text is no JSON string: {error}", start) from None


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def _end_of_bare_pattern(text: str, start: int) -> int:
    depth, in_set, at = 0, False, start
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            at += 1
        elif in_set:
            in_set = letter != "]"
        elif letter == "[":
            in_set = True
        elif letter == "(":
            depth += 1
        elif letter in ";|)" and depth == 0:
            break
        elif letter == ")":
            depth -= 1
        at += 1
    return min(at, len(text))


def _bare(text: str, start: int) -> Any:
    if text in ("true", "false"):
        return text == "true"
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return _number(number, start)
    if _MOMENT.fullmatch(text) or _DATE.fullmatch(text) or _TIME.fullmatch(text):
        moment = _moment_or(text)
        if moment is text:
            raise QueryError("q", f"{text!r} does not exist", start)
        return moment
    if _URI.fullmatch(text) or _WORD.fullmatch(text):
        return text
    raise QueryError("q", f"{text!r} is no number, date, time or URI; text stands in double quotes", start)


def _number(found: re.Match[str], start: int) -> int | float:
    text = found[0]
    value = float(text)
    if not math.isfinite(value):
        raise QueryError("q", "the number is too large", start)
    return value if found[1] or found[2] else int(text)


def _moment_or(text: str) -> str | DateTime | Date | TimeOfDay:
    """The moment that the text writes, or the very text."""
    if _MOMENT.fullmatch(text):
        try:
            return DateTime(text, parse_instant(text))
        except NotAnInstant:
            return text
    if _DATE.fullmatch(text):
        return Date(text) if _is_day(text) else text
    microseconds = time_of(text)
    return text if microseconds is None else TimeOfDay(text, microseconds)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
