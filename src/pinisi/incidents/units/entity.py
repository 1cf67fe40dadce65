"""A unit as an entity of the context: what it is, what it can do, where it is, for which incident. It names nobody."""

from typing import Any, cast

from pinisi.incidents.incident import EXERCISE, SUBJECT
from pinisi.incidents.units.unit import OFF_REASONS, LonLat, Unit, UnitState
from pinisi.vocabulary.entity import GEO, PROPERTY, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant
from pinisi.vocabulary.terms import LOCATION, NAME, PINISI

UNIT = PINISI + "Unit"
AGENCY = PINISI + "agency"
CAPABILITIES = PINISI + "capabilities"
UNIT_STATE = PINISI + "unitState"
BASE = PINISI + "base"
OUT_OF_SERVICE = PINISI + "outOfService"


def unit_of(entity: Entity) -> Unit | None:
    """The unit; None for an entity that says too little to send it anywhere."""
    base, state = _point(entity, BASE), _value(entity, UNIT_STATE)
    seen = entity.attributes.get(LOCATION)
    here = _point(entity, LOCATION)
    if base is None and here is None:
        return None
    observed = seen[0].observed_at if seen else None
    why = _value(entity, OUT_OF_SERVICE)
    return Unit(
        id=entity.id,
        name=str(_value(entity, NAME) or entity.id),
        agency=str(_value(entity, AGENCY) or ""),
        capabilities=frozenset(map(str, _words(_value(entity, CAPABILITIES)))),
        state=cast("UnitState", state) if state in _STATES else "off",
        base=base or here or (0.0, 0.0),
        position=here if observed else None,
        seen_at=parse_instant(observed) if observed else 0,
        incident=str(_value(entity, SUBJECT) or ""),
        exercise=_value(entity, EXERCISE) is True,
        off_reason=why if why in OFF_REASONS else "",
    )


def with_unit(old: Entity | None, unit: Unit, now: Instant) -> Entity:
    """The entity as the unit now is; what did not change stays the same value, what is not the roster's stays."""
    attributes = dict(old.attributes) if old else {}
    for name, kind, value, observed in _facts(unit):
        if value is None:
            attributes.pop(name, None)
            continue
        was = attributes.get(name)
        if was is None or was[0].value != value or was[0].observed_at != observed:
            created = was[0].created_at if was else now
            attributes[name] = [Instance(kind, value, observed_at=observed, created_at=created, modified_at=now)]
    created = old.created_at if old else now
    return Entity(unit.id, [UNIT], attributes, created_at=created, modified_at=now)


def _facts(unit: Unit) -> list[tuple[str, str, Any, str | None]]:
    seen = format_instant(unit.seen_at) if unit.position else None
    return [
        (NAME, PROPERTY, unit.name, None),
        (AGENCY, PROPERTY, unit.agency, None),
        (CAPABILITIES, PROPERTY, sorted(unit.capabilities), None),
        (UNIT_STATE, PROPERTY, unit.state, None),
        (BASE, GEO, _geo(unit.base), None),
        (LOCATION, GEO, _geo(unit.where), seen),
        (SUBJECT, RELATIONSHIP, unit.incident or None, None),
        (OUT_OF_SERVICE, PROPERTY, (unit.off_reason or None) if unit.state == "off" else None, None),
        (EXERCISE, PROPERTY, True if unit.exercise else None, None),
    ]


_STATES = frozenset({"free", "enRoute", "onScene", "returning", "off"})


def _geo(point: LonLat) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(point)}


def _value(entity: Entity, attribute: str) -> Any:
    instances = entity.attributes.get(attribute)
    return instances[0].value if instances else None


def _words(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value] if isinstance(value, str) else []


def _point(entity: Entity, attribute: str) -> LonLat | None:
    value = _value(entity, attribute)
    if not isinstance(value, dict) or cast("dict[str, Any]", value).get("type") != "Point":
        return None
    lon, lat = cast("dict[str, Any]", value)["coordinates"][:2]
    return float(lon), float(lat)
