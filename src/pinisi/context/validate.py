"""What may stand in an NGSI-LD document: URIs, names, moments, scopes, numbers.

Each check returns what it was given, or raises `BadRequestData` that names the field.
"""

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from pinisi.context.json_shapes import each, is_list, is_object
from pinisi.context.problems import BadRequestData
from pinisi.vocabulary.bounds import MOST_SCOPES
from pinisi.vocabulary.instant import NotAnInstant, parse_instant

NULL = "urn:ngsi-ld:null"
"""The NGSI-LD Null: in a fragment it asks for deletion (NGSI-LD 4.5.0)."""

_ASCII_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.")
_NAME = re.compile(r"[^\W\d_]\w*")
_PREFIXED_NAME = re.compile(r"[^\W\d_][\w.\-]*:[^\W\d_]\w*")
_SCOPE = re.compile(r"/?[^\W\d_]\w*(?:/[^\W\d_]\w*)*")
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[IiXx](?=-))(?:-[A-Za-z0-9]{1,8})*|@none")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
"""The usual form of a moment, whose calendar `datetime` proves three times faster than `parse_instant`."""

_INVISIBLE = frozenset("ᅟᅠㅤﾠ⠀")
_LARGEST = 2**63


def refuse(field: str, reason: str) -> NoReturn:
    """Raise the problem of a field; of a long path its beginning is told."""
    raise BadRequestData(reason, field if len(field) <= LONGEST_FIELD else f"{field[:LONGEST_FIELD]}...")


LONGEST_FIELD = 300
LONGEST = 4_096
"""Of an id, a URI, a name, in characters: what is longer fits in no address."""


def is_uri(text: str) -> bool:
    """A URI (RFC 3986), or an IRI (RFC 3987) without characters that nobody can see; not over `LONGEST`."""
    if len(text) > LONGEST:
        return False
    if text.isascii():
        return _ASCII_URI.fullmatch(text) is not None
    ascii_part = "".join(char if char.isascii() else "-" for char in text)
    return _ASCII_URI.fullmatch(ascii_part) is not None and all(map(_visible, text))


def _visible(char: str) -> bool:
    if char.isascii():
        return True
    if char in _INVISIBLE or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return False
    return unicodedata.category(char)[0] not in "CZ"


def check_uri(value: Any, field: str) -> str:
    if isinstance(value, str) and value != NULL and is_uri(value):
        return value
    refuse(field, f"{shorten(value)} is not a URI{_too_long(value)}")


def check_entity_id(value: Any) -> str:
    """The id of an entity: any URI (NGSI-LD 4.5.1)."""
    if isinstance(value, str) and value != NULL and is_uri(value):
        return value
    if value is None:
        refuse("id", "an entity needs an id")
    refuse("id", f"{shorten(value)} is not a URI{_too_long(value)}, as the id of an entity must be")


def _too_long(value: Any) -> str:
    return f" of at most {LONGEST:,} characters" if isinstance(value, str) and len(value) > LONGEST else ""


def is_name(text: str) -> bool:
    """A letter, then letters, digits or `_`, perhaps behind a prefix and a colon (NGSI-LD 4.6.2)."""
    return _NAME.fullmatch(text) is not None or _PREFIXED_NAME.fullmatch(text) is not None


@lru_cache(4096)
def is_usual_moment(text: str) -> bool:
    """Whether a text is a UTC date-time in its usual form; kept, because many instances carry the same."""
    if _MOMENT.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_moment(value: Any, field: str) -> str:
    """A UTC date-time as text (NGSI-LD 4.6.3)."""
    if not isinstance(value, str) or not value.isascii():
        refuse(field, f"{shorten(value)} is not a date-time like 2026-11-22T06:32:00Z")
    if is_usual_moment(value):
        return value
    try:
        parse_instant(value)
    except NotAnInstant as error:
        raise BadRequestData(str(error), field) from None
    return value


def check_text(value: Any, field: str) -> str:
    if isinstance(value, str) and value and value != NULL:
        return value
    refuse(field, f"{shorten(value)} is not a text")


def check_scopes(value: Any) -> list[str]:
    """One scope or several: `/Makassar/Tallo` (NGSI-LD 4.18)."""
    scopes = each(value)
    if not scopes:
        refuse("scope", "an empty list holds no scope")
    if len(scopes) > MOST_SCOPES:
        refuse("scope", f"has {len(scopes):,} scopes, at most {MOST_SCOPES:,} are taken of one entity")
    for scope in scopes:
        if not isinstance(scope, str) or _SCOPE.fullmatch(scope) is None:
            refuse("scope", f"{shorten(scope)} is not a scope like /Makassar/Tallo")
    return list(dict.fromkeys(scopes))


def is_language_tag(tag: str) -> bool:
    """Whether it may stand in a languageMap: a language tag (RFC 5646), or `@none` for words of no known language."""
    return _LANGUAGE.fullmatch(tag) is not None


def check_languages(value: Any, field: str) -> dict[str, Any]:
    """The map of a LanguageProperty: language tag -> text or texts (NGSI-LD 4.6.5)."""
    if not is_object(value) or not value:
        refuse(field, "a languageMap is an object of language tags and texts")
    for tag, text in value.items():
        if not is_language_tag(tag):
            refuse(f"{field}.{tag}", "is no language tag (RFC 5646)")
        if not (isinstance(text, str) or _all_texts(text)):
            refuse(f"{field}.{tag}", f"{shorten(text)} is neither a text nor a list of texts")
        if text == NULL:
            refuse(f"{field}.{tag}", "urn:ngsi-ld:null may delete a language in a merge only")
    return value


def _all_texts(value: Any) -> bool:
    return is_list(value) and bool(value) and all(isinstance(text, str) for text in value)


def check_whole_number(value: int, field: str) -> int:
    """Integers beyond 64 bits cannot be kept exactly."""
    if -_LARGEST <= value < _LARGEST:
        return value
    refuse(field, "the number is too large")


def shorten(value: Any) -> str:
    """A value as the text of a problem shows it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
