"""Attributes in normalized NGSI-LD form, as sources and reactions tell them: a value, and when it was true.

Method, provider and lineage are added by the runtime.
"""

from typing import Any

import msgspec

from pinisi.vocabulary.instant import Instant, format_instant

Attribute = dict[str, Any]


def told(value: Any, at: str, unit: str | None = None, dataset: str | None = None) -> Attribute:
    """A Property. `at` is written as RFC 3339; `unit` a UN/CEFACT code; `dataset` of what must not replace a
    measured value.
    """
    return _with({"type": "Property", "value": value, "observedAt": at}, unit, dataset)


def told_json(value: Any, at: str, dataset: str | None = None) -> Attribute:
    """A JsonProperty: structs and tuples become objects and lists, as which they are kept and compared."""
    made = msgspec.json.decode(msgspec.json.encode(value))
    return _with({"type": "JsonProperty", "json": made, "observedAt": at}, None, dataset)


def told_time(moment: Instant, at: str) -> Attribute:
    """A Property whose value is a moment."""
    return told({"@type": "DateTime", "@value": format_instant(moment)}, at)


def told_relation(id: str, at: str) -> Attribute:
    return {"type": "Relationship", "object": id, "observedAt": at}


def told_place(geometry: Any, at: str) -> Attribute:
    """A GeoProperty; `geometry` is GeoJSON."""
    return {"type": "GeoProperty", "value": geometry, "observedAt": at}


def _with(attribute: Attribute, unit: str | None, dataset: str | None) -> Attribute:
    if unit:
        attribute["unitCode"] = unit
    if dataset:
        attribute["datasetId"] = dataset
    return attribute
