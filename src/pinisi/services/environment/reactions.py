"""What runs by itself: the verdict on every value of a station, its indices, and its next 24 hours.

The kernel fetches the last days of a station when it says something new; the engine judges and computes.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from math import isnan
from operator import attrgetter
from typing import Any

from pinisi.city.text import LANGUAGES
from pinisi.city.words import attribute_label
from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.reaction import Claim, Judgement, Past, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.services.environment.engine import ispu, us_aqi
from pinisi.services.environment.engine.cleaning import Reading, Verdict
from pinisi.services.environment.engine.forecast import Forecast, Hour, forecast
from pinisi.services.environment.engine.hourly import hourly
from pinisi.services.environment.engine.indices import Indices, LeftOut, indices, judged
from pinisi.services.environment.engine.judged_series import JudgedSeries
from pinisi.services.environment.engine.pollutant import NotAnIndex
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.services.environment.engine.thinning import thinned
from pinisi.services.environment.engine.units import to_micrograms
from pinisi.services.environment.models import AIR_FORECAST, FORECAST_OF, forecast_id, index_id
from pinisi.vocabulary.instant import HOUR, Instant, format_instant, parse_instant

TEXTS = texts_of("pinisi.services.environment")
STATION = "AirQualityObserved"
MEASURED = tuple(QUANTITIES)
LAST_DAYS = Past(attributes=MEASURED, hours=72.0, most=20_000)
"""The day that counts, and the two before it by which its values are judged."""
LAST_MONTHS = Past(attributes=FORECAST_OF, hours=152 * 24.0, most=20_000)
"""What a forecast is learnt from, and the two days before it."""
_NOT_MEASURED = frozenset({"modelled", "forecast", "simulated"})


def verdicts(inputs: Inputs, attributes: Sequence[str] = MEASURED) -> dict[str, list[Verdict]]:
    """The verdicts on what a station has said, by attribute."""
    return judged({name: found for name in attributes if (found := _readings(name, inputs.past(name)))})


def _readings(attribute: str, said: Sequence[Said]) -> Sequence[Reading]:
    """Readings in the order of coming, as close as the judge's rules look."""
    found = [_reading(attribute, each) for each in _numbers(said)]
    return thinned([reading for reading in found if reading is not None])


def _numbers(said: Sequence[Said]) -> list[Said]:
    """Measured numbers in the order of coming."""
    numbers = [each for each in said if type(each.value) in (float, int) and each.method not in _NOT_MEASURED]
    return sorted(numbers, key=attrgetter("position"))


def _reading(attribute: str, said: Said) -> Reading | None:
    """The number in the unit of the rules; None where its unit says that it is something else."""
    number = said.number
    assert number is not None
    try:
        return Reading(said.observed, _in_unit(attribute, number, said.unit), said.received)
    except NotAnIndex:
        return None


_LONG = {name: JudgedSeries[Said](QUANTITIES[name], partial(_reading, name)) for name in FORECAST_OF}
"""Remembers what was judged an hour ago: saves work, changes nothing."""


def _in_unit(attribute: str, number: float, unit: str | None) -> float:
    if unit is None or unit == QUANTITIES[attribute].unit or QUANTITIES[attribute].unit != "GQ":
        return number
    return to_micrograms(attribute, number, unit)  # pyright: ignore[reportArgumentType]


def react_verdict(inputs: Inputs) -> Sequence[Document]:
    """What is doubtful of the newest values of a station; an empty list when nothing is any more."""
    doubts = [doubt for name, judgements in verdicts(inputs).items() for doubt in _doubts(name, judgements)]
    if not doubts and not inputs.subject.value("dataQuality"):
        return []
    return [{"id": inputs.subject.id, "type": STATION, "dataQuality": {"type": "JsonProperty", "json": doubts}}]


def _doubts(attribute: str, judgements: Sequence[Verdict]) -> list[dict[str, Any]]:
    newest = max(judgements, key=lambda verdict: verdict.at)
    if newest.used:
        return []
    return [
        {"code": f"air-{reason}", "attribute": attribute, "text": _words(f"air-{reason}")} for reason in newest.reasons
    ]


def _words(key: str) -> dict[str, str]:
    text = TEXTS[key]
    return {"id": text.id, "en": text.en, "ja": text.ja}


def react_index(inputs: Inputs) -> Sequence[Document]:
    """The indices of a station, from its good values; what was left out, and why, stands beside them."""
    found = indices(verdicts(inputs), inputs.subject.text("mainPollutant") or "")
    if found is None or (found.ispu.overall is None and found.us_aqi is None):
        return []
    at = format_instant(found.at)
    document = _about(inputs, index_id(inputs.subject.id), "AirQualityIndex", at)
    document["goodHours"] = _property(found.hours, at) | {"unitCode": "HUR"}
    document["leftOut"] = {"type": "LanguageProperty", "languageMap": _left_out(found), "observedAt": at}
    overall = found.ispu.overall
    if overall is not None:
        document["ispu"] = _property(overall.value, at)
        document["ispuCategory"] = _property(ispu.category(overall.value), at)
        document["ispuBasis"] = _property(found.basis, at)
        document["criticalPollutant"] = _property(overall.first, at)
        document["subIndices"] = _json(_sub_indices(found), at)
    if found.us_aqi is not None:
        document["usAqi"] = _property(found.us_aqi, at)
        document["usAqiCategory"] = _property(us_aqi.category(found.us_aqi), at)
    return [document]


def _about(inputs: Inputs, id: str, type: str, at: str) -> dict[str, Any]:
    """An entity that stands beside the station: its name, its place, and which station it is of."""
    station = inputs.subject
    document: dict[str, Any] = {
        "id": id,
        "type": type,
        "name": _property(station.text("name") or station.id.rpartition(":")[2], at),
        "refObserved": {"type": "Relationship", "object": station.id, "observedAt": at},
    }
    place = station.value("location")
    if isinstance(place, Mapping):
        document["location"] = {"type": "GeoProperty", "value": place, "observedAt": at}
    return document


def _sub_indices(found: Indices) -> dict[str, int]:
    return {mean.pollutant: round(mean.index) for mean in found.ispu.means if mean.index is not None}


def _left_out(found: Indices) -> dict[str, str]:
    """What does not count and why, in words: `PM2.5: 2 (zero ...; a jump ...)`."""
    nothing = TEXTS["nothing-left-out"]
    told = {language: [_left_out_of(out, language) for out in found.left_out] for language in LANGUAGES}
    return {language: "; ".join(parts) or getattr(nothing, language) for language, parts in told.items()}


def _left_out_of(out: LeftOut, language: str) -> str:
    reasons = ", ".join(getattr(TEXTS[f"air-{reason}"], language) for reason in out.reasons)
    return f"{getattr(attribute_label(out.attribute), language)}: {out.values} ({reasons})"


def react_forecast(inputs: Inputs) -> Sequence[Document]:
    """The next 24 hours of the first of `FORECAST_OF` that a station tells long enough."""
    origin = inputs.now // HOUR * HOUR
    for attribute in FORECAST_OF:
        found = _LONG[attribute].verdicts(_numbers(inputs.past(attribute)))
        told = forecast(hourly(found), origin) if found else None
        if told is not None:
            return [_forecast(inputs, attribute, told)]
    return []


def _forecast(inputs: Inputs, attribute: str, told: Forecast) -> Document:
    at = format_instant(told.origin)
    unit = {"unitCode": QUANTITIES[attribute].unit} if QUANTITIES[attribute].unit else {}
    highest = max(told.hours, key=lambda hour: hour.value)
    document = _about(inputs, forecast_id(inputs.subject.id), "AirQualityForecast", at)
    return document | {
        "forecastOf": _property(attribute, at),
        "hours": _json([_hour(hour) for hour in told.hours], at) | {"datasetId": AIR_FORECAST},
        "highest": _property(round(highest.value, 1), at) | unit | {"datasetId": AIR_FORECAST},
        "highestAt": _property({"@type": "DateTime", "@value": format_instant(highest.at)}, at),
        "learntFrom": _property(told.learnt_from, at) | {"unitCode": "HUR"},
    }


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
    series = hourly(JudgedSeries(QUANTITIES[attribute], partial(_reading, attribute)).verdicts(_numbers(said)))
    return {series.first + place * HOUR: value for place, value in enumerate(series.values) if not isnan(value)}


def _hour(hour: Hour) -> dict[str, Any]:
    figures = {"value": hour.value, "low": hour.low, "high": hour.high}
    return {"at": format_instant(hour.at)} | {name: round(figure, 1) for name, figure in figures.items()}


def _property(value: Any, at: str) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": at}


def _json(value: Any, at: str) -> dict[str, Any]:
    return {"type": "JsonProperty", "json": value, "observedAt": at}


VERDICT = Reaction(
    name="air-verdict",
    title=TEXTS["verdict"],
    rule=TEXTS["verdict-rule"],
    react=react_verdict,
    wakes=(Wake(type=STATION, attributes=MEASURED),),
    inputs=(LAST_DAYS,),
    writes=(Writes(type=STATION, attributes=("dataQuality",)),),
)
INDEX = Reaction(
    name="air-index",
    title=TEXTS["index"],
    rule=TEXTS["index-rule"],
    react=react_index,
    wakes=(Wake(type=STATION, attributes=MEASURED),),
    inputs=(LAST_DAYS,),
    writes=(Writes(type="AirQualityIndex"),),
)
FORECAST = Reaction(
    name="air-forecast",
    title=TEXTS["air-forecast"],
    rule=TEXTS["air-forecast-rule"],
    react=react_forecast,
    wakes=(Wake(type=STATION, attributes=FORECAST_OF),),
    inputs=(LAST_MONTHS,),
    writes=(Writes(type="AirQualityForecast"),),
    method="forecast",
    every=3_600.0,
    rest=60.0,
    limit=20.0,
    judgement=Judgement(claims=claims, came=came),
)
