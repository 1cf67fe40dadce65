"""Attributes in normalized NGSI-LD form, each with its source, time and method."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from pinisi.city.text import Text
from pinisi.vocabulary.instant import Instant, format_instant

Attribute = dict[str, Any]
Entity = dict[str, Any]


class Origin(msgspec.Struct, frozen=True):
    """Where a fact comes from: id of the source card, how it was got, when it was true, what time it covers."""

    source: str
    observed_at: str
    period: str
    method: str = "reported"


def source_id(name: str) -> str:
    return f"urn:ngsi-ld:DataSource:{name}"


def area_id(code: str) -> str:
    return f"urn:ngsi-ld:AdministrativeArea:id-{code}"


def _traced(attribute: Attribute, origin: Origin) -> Attribute:
    return attribute | _trace(origin)


@lru_cache(maxsize=512)
def _trace(origin: Origin) -> Attribute:
    """The members that tell where a fact comes from: built once, since a register has tens of thousands of rows."""
    return {
        "observedAt": origin.observed_at,
        "period": {"type": "Property", "value": origin.period},
        "method": {"type": "Property", "value": origin.method},
        "provider": {"type": "Relationship", "object": source_id(origin.source)},
    }


def fact(value: str | float | bool | Mapping[str, str], origin: Origin, unit: str | None = None) -> Attribute:
    """A Property; `unit` is a UN/CEFACT code."""
    attribute: Attribute = {"type": "Property", "value": value}
    if unit is not None:
        attribute["unitCode"] = unit
    return _traced(attribute, origin)


def place(geometry: Mapping[str, Any], origin: Origin) -> Attribute:
    """A GeoProperty; `geometry` is GeoJSON."""
    return _traced({"type": "GeoProperty", "value": dict(geometry)}, origin)


def link(target: str, origin: Origin) -> Attribute:
    """A Relationship to the entity `target`."""
    return _traced({"type": "Relationship", "object": target}, origin)


def stated(value: Any) -> Attribute:
    """A Property without a source of its own: what the house itself says of a card, a job, a command."""
    return {"type": "Property", "value": value}


def stated_time(moment: Instant) -> Attribute:
    """A moment, as `stated`."""
    return stated({"@type": "DateTime", "@value": format_instant(moment)})


def words(text: Text) -> Attribute:
    """A LanguageProperty."""
    return {"type": "LanguageProperty", "languageMap": {"id": text.id, "en": text.en, "ja": text.ja}}


def said(text: Text, origin: Origin) -> Attribute:
    """A LanguageProperty with its source."""
    return _traced(words(text), origin)


def listing(items: list[dict[str, Any]]) -> Attribute:
    """A JsonProperty."""
    return {"type": "JsonProperty", "json": items}


def value_of(entity: Mapping[str, Any], attribute: str) -> Any:
    """The plain value of an attribute in normalized form, or None."""
    found = entity.get(attribute)
    if not isinstance(found, Mapping):
        return None
    members: Mapping[str, Any] = found  # pyright: ignore[reportUnknownVariableType]
    return next((members[name] for name in ("value", "object", "languageMap", "json") if name in members), None)


def number_of(entity: Mapping[str, Any], attribute: str) -> float | None:
    value = value_of(entity, attribute)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def position_of(entity: Mapping[str, Any]) -> tuple[float, float] | None:
    """Longitude and latitude of an entity that lies at a point."""
    location = value_of(entity, "location")
    if not isinstance(location, Mapping) or location.get("type") != "Point":  # pyright: ignore[reportUnknownMemberType]
        return None
    try:
        lon, lat = msgspec.convert(location.get("coordinates"), list[float])[:2]  # pyright: ignore[reportUnknownMemberType]
    except (msgspec.ValidationError, ValueError):
        return None
    return lon, lat


def types_of(entity: Mapping[str, Any]) -> list[str]:
    types = entity["type"]
    return [types] if isinstance(types, str) else list(types)


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entities of one type whose attributes have the given values."""

    type: str
    where: dict[str, str] = {}

    def holds(self, entity: Mapping[str, Any]) -> bool:
        if self.type not in types_of(entity):
            return False
        return all(value_of(entity, name) == value for name, value in self.where.items())
