"""What runs by itself: the next hour of a road, and how far such forecasts have been from what came.

Numpy's part is imported when the first road is forecast: a city without detectors does not pay for it.
"""

from collections.abc import Mapping, Sequence

from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.reaction import Claim, Judgement, Others, Past, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import Attribute, told, told_json, told_time
from pinisi.services.mobility.models.traffic import FORECAST, OBSERVED, RULE, SPEED, TRAFFIC_FORECAST, beside
from pinisi.services.mobility.observed_speed import about, ahead_of_utc, speeds
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, format_instant, parse_instant
from pinisi.vocabulary.score import Compared, Errors, PlainRules, errors

TEXTS = texts_of("pinisi.services.mobility")
LEARNT_DAYS, JUDGED_DAYS = 28, 7
EVERY = 95 * MINUTE
"""From one origin to the next where a forecast tells its error: no part of a day, so that every hour comes up."""
_STEP = 5 * MINUTE
_JUDGED = {15: 2, 60: 11}
"""Minutes ahead -> place among the steps."""
_INPUTS = (Past(attributes=(SPEED,), hours=LEARNT_DAYS * 24.0, most=20_000), Others(type=RULE, most=1))


def react_forecast(inputs: Inputs) -> Sequence[Document]:
    """The next hour of a road that has told its speed long enough and of late."""
    from pinisi.services.mobility.engine.forecast.one_road import five_minutes, forecast_road

    found = {at: speed for at, speed in speeds(inputs.past(SPEED)).items() if at <= inputs.now}
    made = forecast_road(five_minutes(found), inputs.now, ahead_of_utc(inputs))
    if made is None:
        return []
    at = format_instant(made.origin)
    lowest = min(made.ahead, key=lambda step: step.value)
    steps = [
        {"at": format_instant(each.at), "value": _r(each.value), "low": _r(each.low), "high": _r(each.high)}
        for each in made.ahead
    ]
    return [
        about(inputs, beside(FORECAST, inputs.subject.id), FORECAST, at)
        | {
            "forecastOf": told(SPEED, at),
            "speedAhead": told_json(steps, at, TRAFFIC_FORECAST),
            "lowestSpeed": told(_r(lowest.value), at, "KMH", TRAFFIC_FORECAST),
            "lowestSpeedAt": told_time(lowest.at, at),
            "learntFrom": told(_r(made.learnt_from / 12), at, "HUR"),
        }
    ]


def _r(value: float) -> float:
    return round(value, 1)


def claims(document: Document) -> Sequence[Claim]:
    """What a forecast says of each five minutes, for `pinisi backtest`."""
    return [
        Claim(
            entity=document["refObserved"]["object"],
            attribute=SPEED,
            at=parse_instant(step["at"]),
            value=step["value"],
            interval=(step["low"], step["high"]),
        )
        for step in document["speedAhead"]["json"]
    ]


def came(_attribute: str, said: Sequence[Said]) -> Mapping[Instant, float]:
    """The measured speeds, by which a forecast is judged."""
    return speeds(said)


def react_error(inputs: Inputs) -> Sequence[Document]:
    """How far the forecasts of the last days would have been from what came, 15 and 60 minutes ahead."""
    found = {at: speed for at, speed in speeds(inputs.past(SPEED)).items() if at <= inputs.now}
    compared = _compared(found, inputs.now // _STEP * _STEP, ahead_of_utc(inputs))
    if not all(compared.values()):
        return []
    at = format_instant(inputs.now)
    soon, late = (errors(compared[minutes]) for minutes in (15, 60))
    first, last = compared[60][0].at, compared[60][-1].at
    return [
        about(inputs, beside(FORECAST, inputs.subject.id), FORECAST, at)
        | _told(soon, late, at)
        | {"comparedDays": told(-(-(last - first) // DAY), at, "DAY")}
    ]


def _told(soon: Errors, late: Errors, at: str) -> dict[str, Attribute]:
    return {
        "errorAt15": told(_r(soon.error), at, "KMH"),
        "errorAt60": told(_r(late.error), at, "KMH"),
        "lastSpeedErrorAt15": told(_r(soon.persistence or 0.0), at, "KMH"),
        "lastSpeedErrorAt60": told(_r(late.persistence or 0.0), at, "KMH"),
        "usualErrorAt60": told(_r(late.hour_of_day or 0.0), at, "KMH"),
        "intervalHeld": told(_r(100 * (late.held or 0.0)), at, "P1"),
        "comparedValues": told(late.count, at),
    }


def _compared(found: Mapping[Instant, float], now: Instant, zone: Instant) -> dict[int, list[Compared]]:
    """Minutes ahead -> what would have been said at origins of the last days, each from what was known by then."""
    from pinisi.services.mobility.engine.forecast.one_road import five_minutes, forecast_road

    past, plain = five_minutes(dict(found)), PlainRules(found)
    compared: dict[int, list[Compared]] = {minutes: [] for minutes in _JUDGED}
    for origin in range(now - JUDGED_DAYS * DAY, now - HOUR, EVERY):
        told = forecast_road(past, origin, zone)
        if told is None:
            continue
        for minutes, place in _JUDGED.items():
            step = told.ahead[place]
            value = plain.within(step.at, _STEP)
            if value is not None:
                compared[minutes].append(
                    Compared(
                        at=step.at,
                        ahead=minutes * MINUTE,
                        value=step.value,
                        interval=(step.low, step.high),
                        came=value,
                        plain=plain.said(told.origin + _STEP - 1, step.at),
                    )
                )
    return compared


ROAD_FORECAST = Reaction(
    name="road-forecast",
    title=TEXTS["road-forecast"],
    rule=TEXTS["road-forecast-rule"],
    react=react_forecast,
    wakes=(Wake(type=OBSERVED, on_change=False),),
    inputs=_INPUTS,
    writes=(Writes(type=FORECAST),),
    method="forecast",
    every=900.0,
    limit=20.0,
    judgement=Judgement(claims=claims, came=came, step=300.0),
)
ROAD_FORECAST_ERROR = Reaction(
    name="road-forecast-error",
    title=TEXTS["road-forecast-error"],
    rule=TEXTS["road-forecast-error-rule"],
    react=react_error,
    wakes=(Wake(type=OBSERVED, on_change=False),),
    inputs=_INPUTS,
    writes=(Writes(type=FORECAST),),
    every=21_600.0,
    limit=60.0,
)
FORECAST_REACTIONS = (ROAD_FORECAST, ROAD_FORECAST_ERROR)
