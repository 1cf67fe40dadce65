"""What a city's folder says of its indicators, as entities: targets that people can set, each with its source.

The number itself is computed when asked; the entity holds what is decided and not computed.
"""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from pinisi.city.facts import Entity, Origin, fact, words
from pinisi.city.indicators import Baseline, Indicator, Owner, Target
from pinisi.city.period import period_end


def indicator_id(city: str, name: str) -> str:
    return f"urn:ngsi-ld:Indicator:{city}-{name}"


def indicator_entities(
    indicators: Iterable[Indicator], city: str, agencies: Mapping[str, str], zone: ZoneInfo
) -> list[Entity]:
    """Entities of type Indicator; what the folder does not say of one, it does not have.

    `agencies`: id -> name.
    """
    return [_entity(indicator, city, agencies, zone) for indicator in indicators]


def _entity(indicator: Indicator, city: str, agencies: Mapping[str, str], zone: ZoneInfo) -> Entity:
    entity: Entity = {"id": indicator_id(city, indicator.id), "type": "Indicator", "name": words(indicator.label)}
    if indicator.note is not None:
        entity["note"] = words(indicator.note)
    if indicator.owner is not None:
        entity["agency"] = fact(agencies[indicator.owner.agency], _origin(indicator.owner, zone))
    for name, claim in (("baseline", indicator.baseline), ("target", indicator.target)):
        if claim is not None:
            origin = _origin(claim, zone)
            entity[name] = fact(claim.value, origin, indicator.unit)
            entity[f"{name}Year"] = fact(claim.year, origin)
    if indicator.target is not None:
        entity["direction"] = fact(indicator.target.direction, _origin(indicator.target, zone))
    return entity


def _origin(claim: Owner | Baseline | Target, zone: ZoneInfo) -> Origin:
    return Origin(source=claim.source, observed_at=period_end(claim.period, zone), period=claim.period)
