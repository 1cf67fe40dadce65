"""The value of each kind of attribute, checked and expanded."""

from collections.abc import Callable
from typing import Any

import msgspec

from pinisi.context.geometry import check_geometry
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.json_values import check_plain, expand_value, holds_null
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_languages, check_uri, refuse, shorten
from pinisi.vocabulary.entity import GEO, JSON, LANGUAGE, LIST, LIST_RELATIONSHIP, PROPERTY, RELATIONSHIP, VOCAB


def read_property(value: Any, field: str, terms: TermTable) -> Any:
    """Any JSON value but null (NGSI-LD 4.5.2)."""
    if value is None:
        refuse(field, "null is no value")
    return expand_value(value, terms, field)


def read_relationship(value: Any, field: str, terms: TermTable) -> Any:
    """A URI, or several (4.5.3)."""
    if is_list(value) and value:
        return [check_uri(item, f"{field}[{place}]") for place, item in enumerate(value)]
    return check_uri(value, field)


def read_geometry(value: Any, field: str, terms: TermTable) -> Any:
    """A GeoJSON geometry, or one written as text (4.7.2)."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError):
            refuse(field, f"{shorten(value)} is no GeoJSON geometry")
    return check_geometry(value, field)


def read_language_map(value: Any, field: str, terms: TermTable) -> Any:
    return check_languages(value, field)


def read_vocab(value: Any, field: str, terms: TermTable) -> Any:
    """One word or several, as IRIs (4.5.20)."""
    if isinstance(value, str) and value:
        return terms.expand_term(value)
    if not (is_list(value) and value and all(isinstance(word, str) and word for word in value)):
        refuse(field, f"{shorten(value)} is neither a word nor a list of words")
    return [terms.expand_term(word) for word in value]


def read_json_value(value: Any, field: str, terms: TermTable) -> Any:
    """An object or a list of objects that JSON-LD does not touch (4.5.24)."""
    if not (is_object(value) or (is_list(value) and all(map(is_object, value)))):
        refuse(field, f"{shorten(value)} is neither an object nor a list of objects")
    if holds_null(value):
        refuse(field, "urn:ngsi-ld:null may stand inside a value in a merge only")
    return check_plain(value, field)


def read_list(value: Any, field: str, terms: TermTable) -> Any:
    """Values in their order (4.5.21)."""
    if not is_list(value):
        refuse(field, f"{shorten(value)} is not a list")
    return expand_value(value, terms, field)


def read_object_list(value: Any, field: str, terms: TermTable) -> Any:
    """URIs in their order, each bare or as `{"object": URI}` (4.5.22)."""
    if not is_list(value):
        refuse(field, f"{shorten(value)} is not a list of URIs")
    return [_object_of(item, f"{field}[{place}]") for place, item in enumerate(value)]


def _object_of(item: Any, field: str) -> str:
    return check_uri(item.get("object") if is_object(item) else item, field)


READERS: dict[str, Callable[[Any, str, TermTable], Any]] = {
    PROPERTY: read_property,
    RELATIONSHIP: read_relationship,
    GEO: read_geometry,
    LANGUAGE: read_language_map,
    VOCAB: read_vocab,
    JSON: read_json_value,
    LIST: read_list,
    LIST_RELATIONSHIP: read_object_list,
}
