"""What the page of the road network is told: the rule, the worst roads first, their next hour, honest gaps."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pinisi_table import pinisi_table

from pinisi.context.payload import read_entity
from pinisi.runtime.arrival import arrived
from pinisi.runtime.known import Known, known_from
from pinisi.services.mobility.models.traffic import TRAFFIC_FORECAST
from pinisi.services.mobility.road_network.answer import RoadRow
from pinisi.services.mobility.road_network.endpoint import NetworkQuery, ahead_of, network, road_row
from pinisi.services.mobility.road_network.standing import standing_of
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants, Principal

pytestmark = pytest.mark.anyio
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


def row_of(traffic: Known, forecast: Known | None = None) -> RoadRow:
    return road_row(traffic, standing_of(traffic), forecast, NOW)


def test_the_worst_road_comes_first_and_a_silent_one_last() -> None:
    roads = [
        traffic("free", "free", 95),
        traffic("jam", "congested", 30),
        traffic("stuck", "congested", 10),
        traffic("silent", "congested", 5, NOW - HOUR),
        traffic("new", None),
        traffic("slow", "slow", 70),
    ]
    rows = sorted((standing_of(each) for each in roads), key=lambda each: each.place(NOW))
    assert [row.name for row in rows] == ["stuck", "jam", "slow", "free", "silent", "new"]
    assert rows[-2].state_at(NOW) == "silent"


def test_a_row_shows_each_number_with_unit_and_age_and_says_where_one_is_missing() -> None:
    row = row_of(traffic("jam", "congested"))
    assert row.speed_share is not None and (row.speed_share.value, row.speed_share.unit) == (50.0, "P1")
    assert row.speed_share.observed_at == format_instant(NOW)
    assert (row.speed_now, row.travel_time_index, row.forecast) == (None, None, None)


def test_the_next_hour_of_a_road_stands_beside_the_error_that_such_forecasts_had() -> None:
    row = row_of(traffic("jam", "congested"), forecast(NOW - STEP))
    assert row.forecast is not None
    assert [(step.minutes, step.value, step.low, step.high) for step in row.forecast.ahead] == [
        (15, 27, 17, 37),
        (30, 24, 14, 34),
        (45, 21, 11, 31),
        (60, 18, 8, 28),
    ]
    assert row.forecast.error_at_60 is not None and row.forecast.error_at_60.value == 4.2


def test_a_forecast_whose_hour_is_over_is_not_shown() -> None:
    assert row_of(traffic("jam", "congested"), forecast(NOW - 2 * HOUR)).forecast is None


@pytest.mark.parametrize("steps", [[{"x": 1}], [{"at": "noon", "value": 1, "low": 0, "high": 2}], {"a": 1}])
def test_what_is_no_forecast_is_none(steps: Any) -> None:
    ahead = {"type": "JsonProperty", "json": steps, "datasetId": TRAFFIC_FORECAST, "observedAt": format_instant(NOW)}
    assert ahead_of(forecast(NOW, speedAhead=ahead), TRAFFIC_FORECAST) is None


def told(id: str, type: str, **said: Any) -> dict[str, Any]:
    return {"id": f"urn:ngsi-ld:{type}:{id}", "type": type, **said}


def incident(id: str, place: list[float], state: str) -> dict[str, Any]:
    ground = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}}
    return told(id, "Incident", location=ground, state=prop(state))


def road(name: str, state: str, share: float, **more: Any) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": [[119.41, -5.14], [119.42, -5.14]]}
    detector = relation(f"urn:ngsi-ld:TrafficFlowObserved:{name}")
    said = {"name": prop(name), "location": {"type": "GeoProperty", "value": line}, "refObserved": detector}
    return told(name, "RoadTraffic", trafficState=prop(state), speedShare=prop(share, unitCode="P1"), **said, **more)


async def asked(folder: Path, documents: list[dict[str, Any]], *grants: Grants, vehicle: str = "") -> list[Any]:
    """What each reader is answered, one after the other."""
    async with SqliteStore(folder, lambda: NOW) as store:
        entities = [read_entity(each, TABLE) for each in documents]
        await store.apply("city", [EntityChange(each.id, arrived(each)) for each in entities], SYSTEM)
        readers = [Principal(id="r", name="r", kind="person", grants=each) for each in grants]
        visit: Any = SimpleNamespace(query=NetworkQuery(vehicle), tenant="city", now=NOW, store=store, table=TABLE)
        answers: list[Any] = []
        for reader in readers:
            visit.principal = reader
            answers.append(await network(visit))
        return answers


async def test_incidents_under_way_on_these_roads_are_named_and_no_others(tmp_path: Path) -> None:
    near, far = [119.415, -5.1405], [119.415, -5.15]
    incidents = [incident("a", near, "open"), incident("b", far, "open"), incident("c", near, "closed")]
    given = [road("jam", "congested", 30), *incidents]
    (answer,) = await asked(tmp_path / "roads", given, EVERYTHING)
    assert [each.id for each in answer.incidents] == ["urn:ngsi-ld:Incident:a"]
    (of_others,) = await asked(tmp_path / "class", given, EVERYTHING, vehicle="motorcycle")
    assert (of_others.incidents, of_others.roads) == ([], [])


async def test_of_many_roads_the_fifty_worst_are_shown_with_their_forecast_and_the_rest_are_counted(
    tmp_path: Path,
) -> None:
    ahead = [{"at": format_instant(NOW + by * STEP), "value": 9, "low": 5, "high": 12} for by in range(1, 13)]
    speeds = {"type": "JsonProperty", "json": ahead, "datasetId": TRAFFIC_FORECAST, "observedAt": format_instant(NOW)}
    given = [road(f"r{number:03}", "congested", 90 - number) for number in range(60)]
    given.append(told("r059", "TrafficForecast", speedAhead=speeds))
    first, again = await asked(tmp_path, given, EVERYTHING, EVERYTHING)
    assert [each.name for each in first.roads[:2]] == ["r059", "r058"] and (len(first.roads), first.more) == (50, 10)
    assert first.roads[0].forecast is not None and first.roads[0].forecast.ahead[0].value == 9
    assert first.roads[1].forecast is None
    assert again == first


async def test_who_may_not_see_the_state_of_a_road_is_not_told_it_by_what_another_asked_before(tmp_path: Path) -> None:
    types = frozenset({TABLE.expand_term("RoadTraffic")})
    narrow = Grants((Grant(types=types, attributes=frozenset({TABLE.expand_term("name")})),))
    whole, less, whole_again = await asked(tmp_path, [road("jam", "congested", 30)], EVERYTHING, narrow, EVERYTHING)
    assert [(each.roads[0].state, each.roads[0].name) for each in (whole, less, whole_again)] == [
        ("congested", "jam"),
        ("silent", "jam"),
        ("congested", "jam"),
    ]
    assert less.roads[0].speed_share is None
