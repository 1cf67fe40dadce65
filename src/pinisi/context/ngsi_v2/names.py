"""Names of NGSI v2 and what they are in NGSI-LD: ids become URIs, names of types and attributes IRIs, and back.

A v2 id that is a URI stays as it is; any other stands behind `urn:v2:`. A name that NGSI-LD can have is looked up in
the city's vocabulary; any other stands behind `urn:v2:name:`. Both ways lead back to the very text.
"""

import re
from typing import Protocol
from urllib.parse import quote, unquote

from pinisi.context.term_table import RESERVED, TermTable
from pinisi.context.validate import is_name, is_uri, refuse, shorten

ENTITY = "urn:v2:"
NAME = "urn:v2:name:"
LONGEST = 256
_FIELD = re.compile(r"[!-~]+")
_FORBIDDEN = frozenset("&?/#")
_PARTS = re.compile("[/#:]")
_ABSOLUTE = re.compile(r"(?:https?|urn):.+")


class Names(Protocol):
    """What expands names to IRIs: a table of terms, or what a kept document noted of one."""

    def expand_term(self, name: str) -> str: ...


def check_field(text: object, field: str) -> str:
    """A text that may be an id, a name or a type ("Field syntax restrictions"); IRIs may have `/` and `#`, too.

    Raises:
        BadRequestData: names the field.
    """
    if not isinstance(text, str) or not text:
        refuse(field, f"{shorten(text)} is not a text of 1 to {LONGEST} characters")
    if len(text) > LONGEST:
        refuse(field, f"has {len(text)} characters, at most {LONGEST} are allowed")
    if _ABSOLUTE.fullmatch(text) is not None and is_uri(text):
        return text
    if _FIELD.fullmatch(text) is None or not _FORBIDDEN.isdisjoint(text):
        refuse(field, f"{shorten(text)} has a character that is not allowed: spaces, control characters, & ? / #")
    return text


def entity_uri(id: object, field: str = "id") -> str:
    """The URI under which an entity of this v2 id is kept."""
    text = check_field(id, field)
    return text if ":" in text and is_uri(text) else ENTITY + quote(text, safe="")


def entity_id(uri: str) -> str:
    """The v2 id of an entity."""
    return unquote(uri[len(ENTITY) :]) if uri.startswith(ENTITY) else uri


def iri_of(name: object, table: Names, field: str) -> str:
    """The IRI of a type, an attribute or a metadata."""
    text = check_field(name, field)
    if _ABSOLUTE.fullmatch(text) is not None:
        return text
    if is_name(text) and ":" not in text:
        iri = table.expand_term(text)
        if iri not in RESERVED and not iri.startswith("@"):
            return iri
    return NAME + quote(text, safe="")


def name_of(iri: str, table: TermTable) -> str:
    """The v2 name of an IRI."""
    if iri.startswith(NAME):
        return unquote(iri[len(NAME) :])
    name = table.compact_iri(iri)
    return iri if ":" in name else name


def plain_name(iri: str) -> str:
    """The v2 name of an IRI where no table of terms is at hand: what stands behind its last `/`, `#` or `:`."""
    if iri.startswith(NAME):
        return unquote(iri[len(NAME) :])
    return _PARTS.split(iri)[-1]


def id_pattern_of_v2(pattern: str) -> str:
    """The pattern over v2 ids that `id_pattern` was given."""
    return pattern.replace(f"^(?:{ENTITY})?", "^")


def id_pattern(pattern: str) -> str:
    """A pattern over v2 ids as one over URIs: what begins an id may stand behind `urn:v2:`."""
    written: list[str] = []
    in_set = escaped = False
    for letter in pattern:
        if letter == "^" and not in_set and not escaped:
            written.append(f"^(?:{ENTITY})?")
        else:
            written.append(letter)
        in_set = not escaped and (letter == "[" or (in_set and letter != "]"))
        escaped = letter == "\\" and not escaped
    return "".join(written)
