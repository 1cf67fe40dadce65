"""From what a detector says to speeds in km/h by moment, and what stands beside it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.runtime.known import Inputs, Known, Said
from pinisi.runtime.told import told, told_relation
from pinisi.runtime.told_beside import told_beside
from pinisi.services.mobility.engine.congestion import CongestionRule
from pinisi.services.mobility.models.traffic import RULE
from pinisi.vocabulary.instant import HOUR, Instant

FASTEST = 250.0
"""km/h: what is told as faster is no speed of a road."""
_KMH: Mapping[str | None, float] = {None: 1.0, "KMH": 1.0, "MTS": 3.6, "HM": 1.609344}
FASTEST_BY_UNIT: Mapping[str, float] = {unit: FASTEST / by for unit, by in _KMH.items() if unit is not None}
"""The same in each unit that is understood."""
_NOT_MEASURED = frozenset({"modelled", "forecast", "simulated"})
_WIDEST_ZONE = 14.0


def speeds(said: Sequence[Said]) -> dict[Instant, float]:
    """Measured speeds in km/h, by moment; zeros, nonsense and other units left out, of two at one moment the later."""
    found = {each.observed: speed for each in said if (speed := kmh(each)) is not None}
    return dict(sorted(found.items()))


def kmh(said: Said | None) -> float | None:
    if said is None or said.method in _NOT_MEASURED or said.unit not in _KMH or said.number is None:
        return None
    speed = said.number * _KMH[said.unit]
    return speed if math.isfinite(speed) and 0 < speed <= FASTEST else None


def the_rule(inputs: Inputs) -> CongestionRule:
    """The city's written rule; the default where there is none, or one that cannot be."""
    return rule_of(inputs.others(RULE))


def rule_of(written: Sequence[Known]) -> CongestionRule:
    """See `the_rule`."""
    for known in written:
        below, minutes = known.number("congestedBelow"), known.number("congestionMinutes")
        try:
            if below is not None:
                return CongestionRule(below=below / 100, minutes=15.0 if minutes is None else minutes, written=True)
        except ValueError:
            continue
    return CongestionRule()


def ahead_of_utc(inputs: Inputs) -> Instant:
    """The city's zone: as its rule says, else the one of the longitude, else UTC."""
    return zone_of(inputs.others(RULE), inputs.subject)


def zone_of(written: Sequence[Known], somewhere: Known | None) -> Instant:
    """See `ahead_of_utc`."""
    for known in written:
        hours = known.number("hoursAheadOfUtc")
        if hours is not None and abs(hours) <= _WIDEST_ZONE:
            return int(hours * HOUR)
    longitude = None if somewhere is None else _longitude(somewhere)
    return round(longitude / 15) * HOUR if longitude is not None else 0


def _longitude(known: Known) -> float | None:
    """Of the first point of its place, whatever its shape."""
    place = known.value("location")
    return _first_number(place.get("coordinates")) if isinstance(place, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _first_number(found: Any) -> float | None:
    while isinstance(found, list) and found:
        found = found[0]  # pyright: ignore[reportUnknownVariableType]
    return float(found) if isinstance(found, int | float) and abs(found) <= 180 else None


def about(inputs: Inputs, id: str, type: str, at: str) -> dict[str, Any]:
    """An entity that stands beside what was observed, also with its class of vehicle and its road."""
    observed = inputs.subject
    document = told_beside(observed, id, type, at)
    vehicle, roads = observed.text("vehicleType"), observed.related("refRoadSegment")
    if vehicle:
        document["vehicleType"] = told(vehicle, at)
    if roads:
        document["refRoadSegment"] = told_relation(roads[0], at)
    return document
