"""The job `network-forecast` and the entities that it brings."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.runtime.job import Job
from pinisi.runtime.told import Attribute, told, told_json, told_relation, told_time
from pinisi.services.mobility.models.traffic import (
    FORECAST,
    NETWORK_FORECAST,
    NETWORK_FORECAST_DATA,
    OBSERVED,
    RULE,
    SPEED,
    beside,
)
from pinisi.services.mobility.network_forecast.computing import compute
from pinisi.services.mobility.network_forecast.gathering import due, gather, learnt_name, told_name
from pinisi.services.mobility.network_forecast.request import (
    TEXTS,
    DetectorAhead,
    NetworkForecastAnswer,
    NetworkForecastRequest,
    NetworkPast,
)
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant

Entity = Mapping[str, Any]
EVERY = 900.0
"""Seconds from one forecast to the next: as those of single roads."""


def entities(request: NetworkForecastRequest, answer: NetworkForecastAnswer, _now: Instant) -> Sequence[Entity]:
    at = format_instant(answer.origin)
    return [_city(request, answer, at), *(_road(each, answer, at) for each in answer.detectors)]


def _road(road: DetectorAhead, answer: NetworkForecastAnswer, at: str) -> Entity:
    lowest = min(road.ahead, key=lambda step: step.value)
    steps = [{"at": step.at, "value": step.value, "low": step.low, "high": step.high} for step in road.ahead]
    errors = {
        "errorAt15": road.error_15,
        "errorAt60": road.error_60,
        "lastSpeedErrorAt15": road.last_15,
        "lastSpeedErrorAt60": road.last_60,
    }
    return {
        "id": beside(FORECAST, road.id),
        "type": FORECAST,
        "refObserved": told_relation(road.id, at),
        "forecastOf": told(SPEED, at),
        "speedAhead": told_json(steps, at, NETWORK_FORECAST_DATA),
        "lowestSpeed": told(lowest.value, at, "KMH", NETWORK_FORECAST_DATA),
        "lowestSpeedAt": {**told_time(parse_instant(lowest.at), at), "datasetId": NETWORK_FORECAST_DATA},
        "learntFrom": told(answer.hours, at, "HUR", NETWORK_FORECAST_DATA),
        **_modelled(
            {name: told(value, at, "KMH", NETWORK_FORECAST_DATA) for name, value in errors.items() if value is not None}
        ),
    }


def _city(request: NetworkForecastRequest, answer: NetworkForecastAnswer, at: str) -> Entity:
    vehicle = request.vehicle or "all"
    missed = answer.missed
    said: dict[str, Attribute] = {
        "vehicleType": told(vehicle, at),
        "forecastRoads": told(len(answer.detectors), at),
        "silentRoads": told(answer.silent, at),
        "learntFrom": told(answer.hours, at, "HUR"),
        "learntUntil": told_time(answer.learnt_until, at),
        "errorAt15": told(missed.errors["15"], at, "KMH"),
        "errorAt60": told(missed.errors["60"], at, "KMH"),
        "lastSpeedErrorAt15": told(missed.last_speed["15"], at, "KMH"),
        "lastSpeedErrorAt60": told(missed.last_speed["60"], at, "KMH"),
        "intervalHeld": told(missed.held, at, "P1"),
        "comparedValues": told(missed.compared, at),
        "comparedDays": told(missed.days, at, "DAY"),
        "errorBasis": told(missed.basis, at),
    }
    return {"id": f"urn:ngsi-ld:{NETWORK_FORECAST}:{vehicle}", "type": NETWORK_FORECAST, **_modelled(said)}


def _modelled(said: dict[str, Attribute]) -> dict[str, Attribute]:
    """An error is found by comparing, and says nothing of what is to come."""
    return {name: {**each, "method": {"type": "Property", "value": "modelled"}} for name, each in said.items()}


def keep(request: NetworkForecastRequest, answer: NetworkForecastAnswer) -> Mapping[str, bytes]:
    learnt = {learnt_name(request): answer.learnt} if answer.learnt else {}
    return {told_name(request): answer.told, **learnt}


NETWORK_FORECAST_JOB = Job(
    name="network-forecast",
    title=TEXTS["network-forecast"],
    input=NetworkForecastRequest,
    output=NetworkForecastAnswer,
    run=compute,
    entities=entities,
    method="forecast",
    seconds=900,
    memory_mb=2_048,
    restarts=True,
    reads=(OBSERVED, RULE),
    gather=gather,
    given=NetworkPast,
    every=EVERY,
    due=due,
    keep=keep,
)
