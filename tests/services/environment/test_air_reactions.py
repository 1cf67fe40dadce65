"""The air reactions as pure functions: what a station said in, what is thought of it and its indices out."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from air_at_hand import CUTS, surabaya
from pinisi_table import pinisi_table

from pinisi.runtime.known import Document, Inputs, Said, known_from
from pinisi.services.environment.forecast_reactions import FORECAST, FORECAST_ERROR, claims, react_error, react_forecast
from pinisi.services.environment.models import AIR_FORECAST
from pinisi.services.environment.reactions import react_index, react_verdict
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant, format_instant, parse_instant

TABLE = pinisi_table()
STATION = "urn:ngsi-ld:AirQualityObserved:balaikota"
ERRORS = ("meanError", "persistenceError", "hourOfDayError", "intervalHeld", "comparedValues", "comparedDays")
NOON = parse_instant("2026-11-20T12:00:00Z")


def hourly(values: Sequence[float], end: Instant = NOON) -> list[Said]:
    begin = end - (len(values) - 1) * HOUR
    return [said(value, begin + number * HOUR, number) for number, value in enumerate(values)]


def said(value: Any, at: Instant, position: int = 0, method: str = "measured") -> Said:
    return Said(value=value, observed=at, received=at + MINUTE, position=position, method=method)


def inputs(past: Mapping[str, Sequence[Said]], now: Instant = NOON, **attributes: Any) -> Inputs:
    station = {"id": STATION, "type": "AirQualityObserved", "name": {"type": "Property", "value": "Balai Kota"}}
    return Inputs(now, known_from(station | attributes, TABLE), past=past)


def value(documents: Sequence[Document], attribute: str) -> Any:
    (document,) = documents
    found = document.get(attribute)
    return None if found is None else found.get("value", found.get("json"))


def words(documents: Sequence[Document], attribute: str) -> Mapping[str, str]:
    (document,) = documents
    return document[attribute]["languageMap"]


def wavy(level: float, hours: int = 72) -> list[float]:
    return [level + (number % 5) for number in range(hours)]


def test_the_ispu_is_that_of_the_mean_of_the_last_day() -> None:
    answer = react_index(inputs({"pm25": hourly([20.0, 30.0] * 36)}))
    assert value(answer, "ispu") == 62  # (100 - 50) / (55.4 - 15.5) * (25 - 15.5) + 50 = 61.9
    assert value(answer, "ispuCategory") == "moderate"
    assert value(answer, "criticalPollutant") == "pm25"
    assert (value(answer, "ispuBasis"), value(answer, "goodHours")) == ("concentrations", 24)
    assert words(answer, "leftOut")["en"] == "none"


def test_the_worst_pollutant_decides_and_each_has_its_sub_index() -> None:
    answer = react_index(inputs({"pm25": hourly(wavy(8)), "no2": hourly(wavy(300))}))
    assert value(answer, "criticalPollutant") == "no2"
    assert set(value(answer, "subIndices")) == {"pm25", "no2"}
    assert value(answer, "ispu") == max(value(answer, "subIndices").values())


def test_a_sensor_that_fails_is_named_with_the_reason_and_the_index_goes_without_it() -> None:
    good = wavy(20)
    bad = [*good[:-1], 0.0]
    doubts = value(react_verdict(inputs({"pm25": hourly(bad)})), "dataQuality")
    assert [(doubt["code"], doubt["attribute"]) for doubt in doubts] == [("air-zero", "pm25")]
    assert set(doubts[0]["text"]) == {"id", "en", "ja"}
    answer = react_index(inputs({"pm25": hourly(bad)}))
    assert words(answer, "leftOut")["en"].startswith("PM2.5: 1 (Zero: outdoor air")
    assert set(words(answer, "leftOut")) == {"id", "en", "ja"}
    assert value(answer, "goodHours") == 23
    assert abs(value(answer, "ispu") - value(react_index(inputs({"pm25": hourly(good)})), "ispu")) <= 1


def test_a_single_peak_beyond_all_that_can_be_raises_no_index() -> None:
    peak = [*wavy(20)[:-1], 5_000.0]
    assert value(react_index(inputs({"pm25": hourly(peak)})), "ispuCategory") == "moderate"


def test_a_day_of_bad_air_is_no_fault() -> None:
    rising = [*wavy(20, 48), *(20 + 12 * hour + hour % 3 for hour in range(24))]
    answer = react_index(inputs({"pm25": hourly(rising)}))
    assert value(answer, "ispuCategory") in ("unhealthy", "veryUnhealthy")


def test_too_few_good_hours_make_no_index() -> None:
    assert react_index(inputs({"pm25": hourly(wavy(20, 17))})) == []
    answer = react_index(inputs({"pm25": hourly(wavy(20, 18))}))
    assert value(answer, "goodHours") == 18


def test_without_concentrations_the_ispu_is_estimated_from_the_us_aqi_and_says_so() -> None:
    main = {"mainPollutant": {"type": "Property", "value": "p2"}}
    answer = react_index(inputs({"airQualityIndex": hourly(wavy(100))}, **main))
    assert (value(answer, "ispuBasis"), value(answer, "criticalPollutant")) == ("us-aqi", "pm25")
    assert 70 < value(answer, "ispu") < 100
    assert value(answer, "usAqi") == 101


def test_each_hour_of_a_us_aqi_counts_for_the_pollutant_that_it_was_of() -> None:
    """The newest hours are of coarse particles; the eighteen before them stay hours of fine ones."""
    index = hourly(wavy(100))
    codes = [said("p2" if number < 66 else "p1", each.observed) for number, each in enumerate(index)]
    newest = {"mainPollutant": {"type": "Property", "value": "p1"}}
    answer = react_index(inputs({"airQualityIndex": index, "mainPollutant": codes}, **newest))
    assert (value(answer, "criticalPollutant"), value(answer, "goodHours")) == ("pm25", 18)
    assert set(value(answer, "subIndices")) == {"pm25"}


def test_of_a_pollutant_that_was_told_once_all_later_hours_are_and_those_before_it() -> None:
    index = hourly(wavy(100))
    answer = react_index(inputs({"airQualityIndex": index, "mainPollutant": [said("p2", index[60].observed)]}))
    assert (value(answer, "criticalPollutant"), value(answer, "goodHours")) == ("pm25", 24)


def test_hours_of_two_pollutants_that_make_no_day_of_either_give_no_ispu() -> None:
    index = hourly(wavy(100))
    codes = [said("p1" if number % 2 else "p2", each.observed) for number, each in enumerate(index)]
    answer = react_index(inputs({"airQualityIndex": index, "mainPollutant": codes}))
    assert (value(answer, "ispu"), value(answer, "goodHours")) == (None, 12)
    assert value(answer, "usAqi") is not None


def test_a_us_aqi_of_an_unknown_pollutant_gives_no_ispu() -> None:
    answer = react_index(inputs({"airQualityIndex": hourly(wavy(100))}))
    assert (value(answer, "ispu"), value(answer, "usAqi")) == (None, 101)


def test_the_time_is_that_of_the_newest_value() -> None:
    answer = react_index(inputs({"pm25": hourly(wavy(20), NOON - 5 * HOUR)}))
    assert answer[0]["ispu"]["observedAt"] == format_instant(NOON - 5 * HOUR)


def test_doubts_are_taken_back_when_the_sensor_is_well_again() -> None:
    doubts = {"dataQuality": {"type": "JsonProperty", "json": [{"code": "air-zero"}]}}
    assert value(react_verdict(inputs({"pm25": hourly(wavy(20))}, **doubts)), "dataQuality") == []
    assert react_verdict(inputs({"pm25": hourly(wavy(20))})) == []


def test_a_sensor_of_every_minute_is_judged_within_its_limit_and_gives_the_same_index() -> None:
    minutes = [said(20.0 + number % 7, NOON - number * MINUTE, -number) for number in reversed(range(72 * 60))]
    answer = react_index(inputs({"pm25": minutes}))
    assert (value(answer, "goodHours"), value(answer, "ispuCategory")) == (24, "moderate")


@pytest.mark.parametrize(
    "past",
    [
        {},
        {"pm25": []},
        {"pm25": [said("many", NOON)]},
        {"pm25": [said(None, NOON)]},
        {"pm25": [said(True, NOON)]},
        {"pm25": [said(12.0, NOON, method="forecast")]},
        {"pm25": [said(12.0, NOON + 30 * 24 * HOUR)]},
        {"pm25": [said(1e308, NOON)] * 3},
        {"airQualityIndex": hourly([-5.0] * 30)},
    ],
)
def test_what_makes_no_sense_makes_no_index_and_no_failure(past: Mapping[str, Sequence[Said]]) -> None:
    assert react_index(inputs(past)) == []
    react_verdict(inputs(past))


def test_the_real_hours_of_surabaya_give_an_index_with_their_faults_left_out() -> None:
    with (CUTS / "aqi_surabaya_cut.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    told = [said(float(row["aqius"]), parse_instant(row["timestamp"]), n) for n, row in enumerate(rows)]
    answers = 0
    for number in range(30, len(told), 40):
        now = told[number].observed
        window = [each for each in told[: number + 1] if each.observed >= now - 72 * HOUR]
        main = {"mainPollutant": {"type": "Property", "value": rows[number]["main_pollutant"]}}
        answer = react_index(inputs({"airQualityIndex": window}, now, **main))
        answers += bool(answer)
        if value(answer, "ispu") is not None:
            assert 0 < value(answer, "ispu") <= value(answer, "usAqi") + 100
    assert answers > 0


def month(end: Instant = NOON) -> list[Said]:
    return hourly([20.0 + abs(12 - number % 24) + (number * 7 % 5) / 2 for number in range(30 * 24)], end)


def test_a_forecast_is_no_measurement() -> None:
    (document,) = react_forecast(inputs({"pm25": month()}))
    assert document["hours"]["datasetId"] == document["highest"]["datasetId"] == AIR_FORECAST
    assert FORECAST.method == "forecast"
    hours = document["hours"]["json"]
    assert [parse_instant(hour["at"]) for hour in hours] == [NOON + ahead * HOUR for ahead in range(1, 25)]
    assert all(hour["low"] <= hour["value"] <= hour["high"] for hour in hours)
    assert document["highest"]["value"] == max(hour["value"] for hour in hours)


def test_what_a_forecast_says_can_be_judged() -> None:
    (document,) = react_forecast(inputs({"pm25": month()}))
    said = claims(document)
    assert [(claim.entity, claim.attribute) for claim in said] == [(STATION, "pm25")] * 24
    assert said[5].interval is not None and said[5].interval[0] <= said[5].value <= said[5].interval[1]


def test_a_station_that_stopped_is_not_forecast() -> None:
    assert react_forecast(inputs({"pm25": month(NOON - 30 * HOUR)})) == []


def test_three_weeks_are_needed_for_a_forecast() -> None:
    assert react_forecast(inputs({"pm25": month()[-19 * 24 :]})) == []


def test_a_forecast_tells_its_own_error_beside_that_of_the_plain_rules() -> None:
    """The real hours of Surabaya: five weeks, the last two of which can be forecast."""
    told = surabaya(CUTS / "aqi_surabaya_five_weeks.csv")
    past = [said(each.value, each.at, number) for number, each in enumerate(told)]
    now = told[-1].at // HOUR * HOUR
    answer = react_error(inputs({"airQualityIndex": past}, now))
    found = {name: value(answer, name) for name in ERRORS}
    assert found["comparedValues"] > 30
    assert found["comparedDays"] in (12, 13)
    assert 5 < found["meanError"] < 40
    assert 5 < found["persistenceError"] < 40
    assert 5 < found["hourOfDayError"] < 40
    assert 60 <= found["intervalHeld"] <= 100
    assert all(answer[0][name]["observedAt"] == format_instant(now) for name in ERRORS)
    assert react_error(inputs({"airQualityIndex": past}, now)) == answer


def test_what_came_after_the_moment_is_not_in_the_error() -> None:
    past, wild = month(), [said(900.0, NOON + number * HOUR, 10_000 + number) for number in range(1, 30)]
    assert react_error(inputs({"pm25": [*past, *wild]})) == react_error(inputs({"pm25": past}))


def test_an_error_has_the_unit_of_what_is_forecast() -> None:
    (document,) = react_error(inputs({"pm25": month()}))
    units = {name: document[name].get("unitCode") for name in ERRORS}
    assert units == {
        "meanError": "GQ",
        "persistenceError": "GQ",
        "hourOfDayError": "GQ",
        "intervalHeld": "P1",
        "comparedValues": None,
        "comparedDays": "DAY",
    }


def test_three_weeks_and_a_day_are_needed_for_an_error() -> None:
    assert react_error(inputs({"pm25": month()[-21 * 24 :]})) == []
    assert react_error(inputs({"pm25": month()[-23 * 24 :]})) != []


def test_the_error_is_made_by_the_clock_alone() -> None:
    assert FORECAST_ERROR.every == 6 * 3_600
    assert not any(wake.on_change for wake in FORECAST_ERROR.wakes)
