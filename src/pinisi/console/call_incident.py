"""The incident that a call tells of: named by what happened and where, never by who called."""

from typing import Any, cast
from uuid import uuid4

import msgspec
from shapely.geometry import shape

from pinisi.city.operations import Category, Operations, SubCategory
from pinisi.city.text import Text
from pinisi.console.atlas import value_of
from pinisi.console.call_bodies import SavedCall
from pinisi.console.facts import name_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call
from pinisi.incidents.incident import Raised
from pinisi.incidents.states import Severity
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import LOCATION

GRAVE = 2
"""Up to this priority an incident is told as danger, else as caution."""
DECIMALS = 6


class Where(msgspec.Struct, frozen=True):
    """Where a call says it happened: a point, the code of the smallest area around it, and a name."""

    location: dict[str, Any] | None = None
    area: str = ""
    name: str = ""


async def where_of(house: House, call: Call, place: str | None, location: tuple[float, float] | None) -> Where:
    """
    Raises:
        BadRequest: the place is not there, or the location lies off the Earth.
    """
    town = house.town(call.tenant)
    await town.atlas.refresh()
    if location is not None:
        longitude, latitude = location
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise BadRequest("location", "[longitude, latitude] in degrees")
    if place is None:
        return Where(None if location is None else _point(*location))
    record = await house.store.entity(call.tenant, place, call.grants)
    projection = None if record is None else projection_of(record, call.grants)
    if record is None or projection is None:
        raise BadRequest("place", "there is no such place, or you may not see it")
    entity, areas = seen(record, projection), areas_seen(record, projection)
    point = _point(*location) if location is not None else _point_of(value_of(entity, LOCATION))
    return Where(point, areas[0] if areas else "", name_of(entity))


def _point(longitude: float, latitude: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(longitude, DECIMALS), round(latitude, DECIMALS)]}


def _point_of(geometry: Any) -> dict[str, Any] | None:
    if not isinstance(geometry, dict):
        return None
    point = shape(cast("dict[str, Any]", geometry)).representative_point()
    return None if point.is_empty else _point(point.x, point.y)


def raised_of(saved: SavedCall, where: Where, rules: Operations, rang_at: Instant, *, exercise: bool) -> Raised:
    """
    Raises:
        BadRequest: what happened is not said, or is not among the city's categories.
    """
    category, sub = sorted_as(saved.category, saved.subcategory, rules)
    priority = category.priority if sub is None or sub.priority is None else sub.priority
    severity: Severity = "danger" if priority <= GRAVE else "caution"
    return Raised(
        id=f"urn:ngsi-ld:Incident:{uuid4()}",
        title=_title(category, sub, where.name),
        severity=severity,
        kind="call",
        location=where.location,
        exercise=exercise,
        begins="open",
        channel="call",
        category=category.code,
        subcategory="" if sub is None else sub.code,
        injured=saved.injured,
        caller=True,
        at=rang_at,
    )


def sorted_as(code: str, subcode: str, rules: Operations) -> tuple[Category, SubCategory | None]:
    category = rules.category(code)
    if category is None:
        raise BadRequest("category", "is not among the city's categories" if code else "is missing: what happened?")
    sub = next((each for each in category.subcategories if each.code == subcode), None)
    if subcode and sub is None:
        raise BadRequest("subcategory", f"is not one of {category.code}")
    return category, sub


def _title(category: Category, sub: SubCategory | None, place: str) -> dict[str, str]:
    names: list[Text] = [category.name, *(() if sub is None else (sub.name,))]
    return {
        language: " · ".join([*(getattr(name, language) for name in names), *([place] if place else [])])
        for language in ("id", "en", "ja")
    }
