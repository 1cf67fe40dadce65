"""What the page of the road network is told: the rule, the worst roads first, their next hour, honest gaps."""

from typing import Any

import pytest
from pinisi_table import pinisi_table

from pinisi.runtime.known import Known, known_from
from pinisi.services.mobility.models.traffic import TRAFFIC_FORECAST
from pinisi.services.mobility.road_network.endpoint import _incidents_on, _row, _worst_first, ahead_of
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant, parse_instant

TABLE = pinisi_table()
NOW = parse_instant("2026-11-20T12:00:00Z")
STEP = 5 * MINUTE
DETECTOR = "urn:ngsi-ld:TrafficFlowObserved:veteran"


def prop(value: Any, at: int = NOW, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": format_instant(at), **more}


def traffic(name: str, state: str | None, share: float = 50.0, at: int = NOW) -> Known:
    line = {"type": "LineString", "coordinates": [[119.41, -5.14], [119.42, -5.14]]}
    said: dict[str, Any] = {"name": prop(name), "location": {"type": "GeoProperty", "value": line}}
    said |= {"speedShare": prop(share, unitCode="P1"), "refObserved": {"type": "Relationship", "object": DETECTOR}}
    if state is not None:
        said["trafficState"] = prop(state, at, method=prop("modelled"), provider=relation("urn:ngsi-ld:DataSource:x"))
    return known_from({"id": f"urn:ngsi-ld:RoadTraffic:{name}", "type": "RoadTraffic", **said}, TABLE)


def relation(id: str) -> dict[str, Any]:
    return {"type": "Relationship", "object": id}


def forecast(origin: int, **more: Any) -> Known:
    steps = [
        {"at": format_instant(origin + by * STEP), "value": 30 - by, "low": 20 - by, "high": 40 - by}
        for by in range(1, 13)
    ]
    ahead = {"type": "JsonProperty", "json": steps, "datasetId": TRAFFIC_FORECAST, "observedAt": format_instant(origin)}
    said = {"speedAhead": ahead, "refObserved": relation(DETECTOR), "errorAt60": prop(4.2, unitCode="KMH"), **more}
    return known_from({"id": "urn:ngsi-ld:TrafficForecast:veteran", "type": "TrafficForecast", **said}, TABLE)


def test_the_worst_road_comes_first_and_a_silent_one_last() -> None:
    roads = [
        traffic("free", "free", 95),
        traffic("jam", "congested", 30),
        traffic("stuck", "congested", 10),
        traffic("silent", "congested", 5, NOW - HOUR),
        traffic("new", None),
        traffic("slow", "slow", 70),
    ]
    rows = sorted((_row(each, {}, NOW) for each in roads), key=_worst_first)
    assert [row.name for row in rows] == ["stuck", "jam", "slow", "free", "silent", "new"]
    assert rows[-2].state == "silent"


def test_a_row_shows_each_number_with_unit_and_age_and_says_where_one_is_missing() -> None:
    row = _row(traffic("jam", "congested"), {}, NOW)
    assert row.speed_share is not None and (row.speed_share.value, row.speed_share.unit) == (50.0, "P1")
    assert row.speed_share.observed_at == format_instant(NOW)
    assert (row.speed_now, row.travel_time_index, row.forecast) == (None, None, None)


def test_the_next_hour_of_a_road_stands_beside_the_error_that_such_forecasts_had() -> None:
    row = _row(traffic("jam", "congested"), {DETECTOR: forecast(NOW - STEP)}, NOW)
    assert row.forecast is not None
    assert [(step.minutes, step.value, step.low, step.high) for step in row.forecast.ahead] == [
        (15, 27, 17, 37),
        (30, 24, 14, 34),
        (45, 21, 11, 31),
        (60, 18, 8, 28),
    ]
    assert row.forecast.error_at_60 is not None and row.forecast.error_at_60.value == 4.2


def test_a_forecast_whose_hour_is_over_is_not_shown() -> None:
    assert _row(traffic("jam", "congested"), {DETECTOR: forecast(NOW - 2 * HOUR)}, NOW).forecast is None


@pytest.mark.parametrize("steps", [[{"x": 1}], [{"at": "noon", "value": 1, "low": 0, "high": 2}], {"a": 1}])
def test_what_is_no_forecast_is_none(steps: Any) -> None:
    ahead = {"type": "JsonProperty", "json": steps, "datasetId": TRAFFIC_FORECAST, "observedAt": format_instant(NOW)}
    assert ahead_of(forecast(NOW, speedAhead=ahead), TRAFFIC_FORECAST) is None


def test_incidents_under_way_on_these_roads_are_named_and_no_others() -> None:
    def incident(id: str, place: list[float], state: str) -> Known:
        ground = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}}
        said = {"location": ground, "state": prop(state)}
        return known_from({"id": f"urn:ngsi-ld:Incident:{id}", "type": "Incident", **said}, TABLE)

    near, far = [119.415, -5.1405], [119.415, -5.15]
    given = [incident("a", near, "open"), incident("b", far, "open"), incident("c", near, "closed")]
    assert [each.id for each in _incidents_on(given, [traffic("jam", "congested")])] == ["urn:ngsi-ld:Incident:a"]
    assert _incidents_on(given, []) == []
