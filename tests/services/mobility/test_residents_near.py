"""Residents within 300 m of a stop and of a line, as the city sees it: by kelurahan where their people are known."""

import math
from typing import Any

import pytest

from pinisi.context.payload import read_entity
from pinisi.runtime.known import Inputs, Known
from pinisi.services.mobility.engine.transit.reach import METRES_A_DEGREE, Area, within
from pinisi.services.mobility.transit.reach_reaction import react_reach
from pinisi.testing.sources import pinisi_table
from pinisi.vocabulary.instant import parse_instant

TABLE = pinisi_table()
NOW = parse_instant("2026-11-26T07:00:00Z")
EAST, NORTH = 1 / (METRES_A_DEGREE * math.cos(math.radians(-5.13))), 1 / METRES_A_DEGREE


def known(document: dict[str, Any]) -> Known:
    return Known(read_entity(document, TABLE), TABLE)


def area(code: str, level: str, people: int | None, side: float = 1_000, east: float = 0.0) -> Known:
    """A square whose middle lies `east` metres of 119.41, -5.13."""
    half = side / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    ring = [[119.41 + (east + x) * EAST, -5.13 + y * NORTH] for x, y in corners]
    told = {"name": code, "level": level} | ({} if people is None else {"population": people})
    properties = {name: {"type": "Property", "value": value} for name, value in told.items()}
    place = {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [ring]}}
    id = f"urn:ngsi-ld:AdministrativeArea:id-{code}"
    return known({"id": id, "type": "AdministrativeArea", "location": place, **properties})


def stop(east: float = 0.0) -> Known:
    point = {"type": "Point", "coordinates": [119.41 + east * EAST, -5.13]}
    return known(
        {"id": "urn:ngsi-ld:GtfsStop:x:a", "type": "GtfsStop", "location": {"type": "GeoProperty", "value": point}}
    )


def line() -> Known:
    """Straight through the first square, from west to east, far beyond both."""
    way = {"type": "LineString", "coordinates": [[119.41 - 5_000 * EAST, -5.13], [119.41 + 5_000 * EAST, -5.13]]}
    return known(
        {"id": "urn:ngsi-ld:GtfsRoute:x:A", "type": "GtfsRoute", "location": {"type": "GeoProperty", "value": way}}
    )


def answered(areas: list[Known], stops: list[Known], lines: list[Known]) -> dict[str, Any]:
    others = {"AdministrativeArea": areas, "GtfsStop": stops, "GtfsRoute": lines}
    return {document["id"].rpartition(":")[2]: document for document in react_reach(Inputs(NOW, others=others))}


CITY = area("73.71", "city", 10_000, side=4_000)


def test_of_each_kelurahan_those_within_300_m_of_the_stop_are_counted() -> None:
    found = answered([CITY, area("a", "kelurahan", 8_000), area("b", "kelurahan", 2_000, east=2_000)], [stop()], [])
    share = math.pi * 300**2 / 1_000**2
    assert found["id-a"]["residentsNear"]["value"] == pytest.approx(8_000 * share, rel=0.005)
    assert found["id-a"]["groundNearShare"]["value"] == pytest.approx(share * 100, abs=0.2)
    assert (found["id-a"]["reachBand"]["value"], found["id-b"]["reachBand"]["value"]) == ("low", "lowest")
    assert found["stops"]["residents"]["value"] == 10_000
    assert found["stops"]["residentsNearShare"]["value"] == pytest.approx(80 * share, abs=0.2)
    assert found["stops"]["peopleBy"]["value"] == "kelurahan"


def test_where_only_the_citys_people_are_known_they_are_spread_over_the_city_and_that_is_said() -> None:
    found = answered([CITY, area("a", "kelurahan", None)], [stop()], [])
    assert found["stops"]["peopleBy"]["value"] == "city"
    assert found["stops"]["residentsNear"]["value"] == pytest.approx(10_000 * math.pi * 300**2 / 4_000**2, rel=0.01)
    assert "residentsNear" not in found["id-a"]
    assert found["id-a"]["groundNearShare"]["value"] > 25


def test_the_way_of_a_line_reaches_more_than_its_stops() -> None:
    found = answered([CITY, area("a", "kelurahan", 10_000)], [stop()], [line()])
    assert found["lines"]["residentsNearShare"]["value"] == pytest.approx(60.0, abs=0.1)
    assert found["stops"]["residentsNearShare"]["value"] < 30


def test_without_stops_and_lines_nothing_is_said() -> None:
    assert answered([CITY], [], []) == {}


def test_lines_and_stops_at_one_place_count_once() -> None:
    square = Area("a", area("a", "kelurahan", 100).value("location"), 100)
    way = [(119.41 - EAST, -5.13), (119.41 + EAST, -5.13)]
    alone, both = within([square], [], lines=[way]), within([square], [(119.41, -5.13)], lines=[way])
    assert alone.near == pytest.approx(both.near, rel=0.01)
