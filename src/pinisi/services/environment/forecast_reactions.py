"""What runs by itself: the next 24 hours of a station, and how far such forecasts have been from what came."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.reaction import Claim, Judgement, Past, Reaction, Wake, Writes
from pinisi.runtime.told import told, told_json, told_time
from pinisi.runtime.told_beside import told_beside
from pinisi.services.environment.engine.backtest import DAYS, measured
from pinisi.services.environment.engine.cleaning import judge_all, settled
from pinisi.services.environment.engine.forecast import Forecast, Hour, forecast
from pinisi.services.environment.engine.hourly import hourly
from pinisi.services.environment.engine.judged_series import JudgedSeries
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.services.environment.models import AIR_FORECAST, FORECAST_OF, forecast_id
from pinisi.services.environment.reactions import STATION, TEXTS, numbers, reading, readings
from pinisi.vocabulary.instant import DAY, HOUR, Instant, format_instant, parse_instant
from pinisi.vocabulary.score import Compared, errors

LEARNT_DAYS = 152
"""What a forecast is learnt from, and the two days before it."""
_LONG = {name: JudgedSeries[Said](QUANTITIES[name], partial(reading, name)) for name in FORECAST_OF}
"""Remembers what was judged an hour ago: saves work, changes nothing."""


def react_forecast(inputs: Inputs) -> Sequence[Document]:
    """The next 24 hours of the first of `FORECAST_OF` that a station tells long enough."""
    origin = inputs.now // HOUR * HOUR
    for attribute in FORECAST_OF:
        found = _LONG[attribute].verdicts(numbers(inputs.past(attribute)))
        made = forecast(hourly(found), origin) if found else None
        if made is not None:
            return [_forecast(inputs, attribute, made)]
    return []


def _forecast(inputs: Inputs, attribute: str, made: Forecast) -> Document:
    at = format_instant(made.origin)
    highest = max(made.hours, key=lambda hour: hour.value)
    return told_beside(inputs.subject, forecast_id(inputs.subject.id), "AirQualityForecast", at) | {
        "forecastOf": told(attribute, at),
        "hours": told_json([_hour(hour) for hour in made.hours], at, AIR_FORECAST),
        "highest": told(round(highest.value, 1), at, QUANTITIES[attribute].unit, AIR_FORECAST),
        "highestAt": told_time(highest.at, at),
        "learntFrom": told(made.learnt_from, at, "HUR"),
    }


def _hour(hour: Hour) -> dict[str, Any]:
    low, value, high = (round(figure, 1) for figure in (hour.low, hour.value, hour.high))
    return {"at": format_instant(hour.at), "value": value, "low": low, "high": high}


def claims(document: Document) -> Sequence[Claim]:
    """What a forecast says of each hour, for `pinisi backtest`."""
    station, attribute = document["refObserved"]["object"], document["forecastOf"]["value"]
    return [
        Claim(
            entity=station,
            attribute=attribute,
            at=parse_instant(hour["at"]),
            value=hour["value"],
            interval=(hour["low"], hour["high"]),
        )
        for hour in document["hours"]["json"]
    ]


def came(attribute: str, said: Sequence[Said]) -> Mapping[Instant, float]:
    """The good means of the hours, by which a forecast is judged."""
    judged = JudgedSeries(QUANTITIES[attribute], partial(reading, attribute)).verdicts(numbers(said))
    return dict(hourly(judged).there())


def react_error(inputs: Inputs) -> Sequence[Document]:
    """How far the forecasts of the last 90 days would have been from what came, 24 hours ahead."""
    origin = inputs.now // HOUR * HOUR
    for attribute in FORECAST_OF:
        then = judge_all(QUANTITIES[attribute], readings(attribute, inputs.past(attribute)))
        compared = measured(hourly(then), origin, hourly(settled(then)))
        if compared:
            return [_error(inputs, QUANTITIES[attribute].unit, compared, format_instant(origin))]
    return []


def _error(inputs: Inputs, unit: str, compared: Sequence[Compared], at: str) -> Document:
    found, first, last = errors(compared), compared[0], compared[-1]
    return told_beside(inputs.subject, forecast_id(inputs.subject.id), "AirQualityForecast", at) | {
        "meanError": told(round(found.error, 1), at, unit),
        "persistenceError": told(round(found.persistence or 0.0, 1), at, unit),
        "hourOfDayError": told(round(found.hour_of_day or 0.0, 1), at, unit),
        "intervalHeld": told(round(100 * (found.held or 0.0), 1), at, "P1"),
        "comparedValues": told(found.count, at),
        "comparedDays": told(-(-(last.at - first.at) // DAY), at, "DAY"),
    }


FORECAST = Reaction(
    name="air-forecast",
    title=TEXTS["air-forecast"],
    rule=TEXTS["air-forecast-rule"],
    react=react_forecast,
    wakes=(Wake(type=STATION, attributes=FORECAST_OF),),
    inputs=(Past(attributes=FORECAST_OF, hours=LEARNT_DAYS * 24.0, most=20_000),),
    writes=(Writes(type="AirQualityForecast"),),
    method="forecast",
    every=3_600.0,
    rest=60.0,
    limit=20.0,
    judgement=Judgement(claims=claims, came=came),
)
FORECAST_ERROR = Reaction(
    name="air-forecast-error",
    title=TEXTS["air-forecast-error"],
    rule=TEXTS["air-forecast-error-rule"],
    react=react_error,
    wakes=(Wake(type=STATION, on_change=False),),
    inputs=(Past(attributes=FORECAST_OF, hours=(LEARNT_DAYS + DAYS) * 24.0, most=20_000),),
    writes=(Writes(type="AirQualityForecast"),),
    every=21_600.0,
    limit=60.0,
)
