"""The reactions of traffic as pure functions: what a detector said in, what is thought of the road out."""

from collections.abc import Sequence
from typing import Any

import pytest
from pinisi_table import pinisi_table
from speeds_at_hand import eight_roads
from traffic_at_hand import DETECTOR, observed, speed_at, traffic

from pinisi.runtime.known import Document, Inputs, Known, Said, known_from
from pinisi.services.mobility.congestion_reactions import react_city, react_state, react_usual
from pinisi.services.mobility.models.traffic import TRAFFIC_FORECAST
from pinisi.services.mobility.traffic_forecast_reactions import (
    ROAD_FORECAST,
    came,
    claims,
    react_error,
    react_forecast,
)
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, format_instant, parse_instant

TABLE = pinisi_table()
END = parse_instant("2026-11-20T12:00:00Z")
"""A Friday, 20:00 in Makassar."""
STEP = 5 * MINUTE


def said(value: Any, at: Instant, unit: str | None = "KMH", method: str | None = "measured") -> Said:
    return Said(value=value, observed=at, received=at, unit=unit, method=method)


def days(count: int, end: Instant = END) -> list[Said]:
    return [said(speed_at(at), at) for at in range(end - count * DAY + STEP, end + 1, STEP)]


def inputs(past: Sequence[Said], now: Instant = END, rule: Document | None = None, **told: Any) -> Inputs:
    others: dict[str, list[Known]] = {"RoadTraffic": [known_from(traffic("free", END), TABLE)], "CongestionRule": []}
    if rule is not None:
        others["CongestionRule"] = [known_from(rule, TABLE)]
    known = known_from(observed(END, **told), TABLE)
    return Inputs(now, known, past={"averageVehicleSpeed": past}, others=others)


def rule(**told: Any) -> Document:
    values = {name: {"type": "Property", "value": value} for name, value in told.items()}
    return {"id": "urn:ngsi-ld:CongestionRule:makassar", "type": "CongestionRule", **values}


def value(documents: Sequence[Document], attribute: str) -> Any:
    (document,) = documents
    found = document.get(attribute)
    return None if found is None else found.get("value", found.get("json", found.get("object")))


def test_the_free_speed_is_that_of_the_nights_and_the_peaks_have_their_indices() -> None:
    answer = react_usual(inputs(days(7)))
    assert value(answer, "freeSpeedBasis") == "night"
    assert 48 <= value(answer, "freeSpeed") <= 51
    assert 1.5 < value(answer, "travelTimeIndex") < value(answer, "planningTimeIndex") < 3
    assert value(answer, "peakValues") == 5 * 72
    assert value(answer, "refObserved") == DETECTOR
    assert answer[0]["location"]["value"]["type"] == "LineString"


def test_the_citys_word_for_the_free_speed_is_taken() -> None:
    answer = react_usual(inputs(days(1), freeFlowSpeed=40.0))
    assert (value(answer, "freeSpeed"), value(answer, "freeSpeedBasis")) == (40.0, "given")


def test_a_road_is_congested_by_the_mean_of_fifteen_minutes_and_the_default_says_so() -> None:
    past = [said(50.0, END - 20 * MINUTE), *(said(20.0, END - by * STEP) for by in (2, 1, 0))]
    answer = react_state(inputs(past))
    assert (value(answer, "trafficState"), value(answer, "speedNow"), value(answer, "speedShare")) == (
        "congested",
        20.0,
        40.0,
    )
    assert (value(answer, "congestedBelow"), value(answer, "congestionRuleBasis")) == (60.0, "default")
    assert answer[0]["trafficState"]["observedAt"] == format_instant(END)


def test_the_citys_rule_takes_the_place_of_the_default() -> None:
    past = [said(20.0, END)]
    answer = react_state(inputs(past, rule=rule(congestedBelow=35.0)))
    assert (value(answer, "trafficState"), value(answer, "congestionRuleBasis")) == ("slow", "city")
    nonsense = react_state(inputs(past, rule=rule(congestedBelow=350.0)))
    assert (value(nonsense, "trafficState"), value(nonsense, "congestionRuleBasis")) == ("congested", "default")


def test_the_peaks_are_those_of_the_citys_clock() -> None:
    """The slow hours are 07 to 09 in Makassar; by a clock two hours behind one of them is no peak."""
    own = react_usual(inputs(days(7)))
    other = react_usual(inputs(days(7), rule=rule(hoursAheadOfUtc=6.0)))
    assert value(other, "travelTimeIndex") < value(own, "travelTimeIndex")


def test_units_are_understood_and_what_is_no_speed_is_left_out() -> None:
    past = [said(10.0, END, "MTS"), said(99.0, END - MINUTE, "CEL"), said(0.0, END - 2 * MINUTE), said("x", END - STEP)]
    past += [said(1e308, END - 3 * MINUTE), said(5.0, END - 4 * MINUTE, method="forecast"), said(True, END - MINUTE)]
    assert value(react_state(inputs(past)), "speedNow") == 36.0
    assert react_state(inputs(past[1:])) == []
    assert react_usual(inputs([])) == []


def test_n_of_n_roads_are_congested_motorcycles_by_themselves_and_the_silent_not_judged() -> None:
    roads = [
        traffic("congested", END, "a"),
        traffic("free", END, "b"),
        traffic("slow", END - MINUTE, "c"),
        traffic("congested", END - HOUR, "silent"),
        traffic("free", END, "m", vehicleType="motorcycle"),
    ]
    answer = react_city(Inputs(END, others={"RoadTraffic": [known_from(each, TABLE) for each in roads]}))
    assert [each["id"].rpartition(":")[2] for each in answer] == ["all", "motorcycle"]
    names = ("congestedRoads", "judgedRoads", "knownRoads", "congestedRoadsShare")
    assert [value(answer[:1], name) for name in names] == [1, 3, 4, 33.3]
    assert [value(answer[1:], name) for name in names] == [0, 1, 1, 0.0]


def test_of_several_detectors_of_a_road_the_slowest_counts() -> None:
    on = {"refRoadSegment": {"type": "Relationship", "object": "urn:ngsi-ld:RoadSegment:7"}}
    roads = [traffic("free", END, "a") | on, traffic("congested", END, "b") | on]
    answer = react_city(Inputs(END, others={"RoadTraffic": [known_from(each, TABLE) for each in roads]}))
    assert (value(answer, "congestedRoads"), value(answer, "judgedRoads")) == (1, 1)


def test_roads_that_are_all_silent_have_no_share() -> None:
    silent = known_from(traffic("free", END - DAY), TABLE)
    answer = react_city(Inputs(END, others={"RoadTraffic": [silent]}))
    assert (value(answer, "judgedRoads"), value(answer, "congestedRoadsShare")) == (0, None)


def test_a_forecast_of_speed_is_no_measurement_and_tells_each_five_minutes() -> None:
    answer = react_forecast(inputs(days(4)))
    (document,) = answer
    assert document["speedAhead"]["datasetId"] == document["lowestSpeed"]["datasetId"] == TRAFFIC_FORECAST
    assert ROAD_FORECAST.method == "forecast"
    steps = document["speedAhead"]["json"]
    assert [parse_instant(step["at"]) for step in steps] == [END + by * STEP for by in range(1, 13)]
    assert all(step["low"] <= step["value"] <= step["high"] for step in steps)
    assert value(answer, "lowestSpeed") == min(step["value"] for step in steps)
    assert value(answer, "learntFrom") == 96.0
    said_of_it = claims(document)
    assert [(each.entity, each.attribute) for each in said_of_it] == [(DETECTOR, "averageVehicleSpeed")] * 12
    assert all(each.interval is not None for each in said_of_it)


def test_a_detector_that_stopped_or_is_new_is_not_forecast() -> None:
    assert react_forecast(inputs(days(4, END - 40 * MINUTE))) == []
    assert react_forecast(inputs(days(1))) == []


def test_what_comes_after_the_moment_is_in_no_forecast() -> None:
    later = [said(1.0, END + by * STEP) for by in range(1, 20)]
    assert react_forecast(inputs([*days(4), *later])) == react_forecast(inputs(days(4)))
    assert react_error(inputs([*days(4), *later])) == react_error(inputs(days(4)))


def test_a_real_road_tells_the_error_of_its_forecasts_beside_that_of_plain_rules() -> None:
    """A week of a freeway in miles an hour, as it comes: the last days can be forecast."""
    values = eight_roads().values[:1_200, 3]
    past = [said(float(each), END - (values.size - 1 - place) * STEP, "HM") for place, each in enumerate(values)]
    answer = react_error(inputs(past))
    assert 0 < value(answer, "errorAt15") <= value(answer, "errorAt60") < value(answer, "usualErrorAt60")
    assert value(answer, "errorAt60") < 1.1 * value(answer, "lastSpeedErrorAt60")
    assert 70 <= value(answer, "intervalHeld") <= 100
    assert value(answer, "comparedValues") >= 25
    assert value(answer, "comparedDays") == 3
    assert answer[0]["errorAt60"]["unitCode"] == "KMH"
    assert came("averageVehicleSpeed", past)[END] == pytest.approx(float(values[-1]) * 1.609344)
