"""What is closed, and how fast it goes now, reaches the next answer through the file that Valhalla reads meanwhile."""

import math
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pinisi_table import pinisi_table
from roads_at_hand import HARBOUR, HELSINKI, STATION, kill, programs_of_valhalla, served
from shapely.geometry import shape

from pinisi.runtime.known import Known, known_from
from pinisi.services.mobility.routing.answers import Closed, Fix, LonLat, NoWay, Route
from pinisi.services.mobility.routing.graph_pieces import read_pieces
from pinisi.services.mobility.routing.programs import RoutingFailed
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.tile_build import tiles_of
from pinisi.services.mobility.speeds_of_now import speeds_of_now
from pinisi.vocabulary.instant import MINUTE, SECOND, format_instant, parse_instant

PATIENCE_S = 60.0
NOON = parse_instant("2026-11-26T05:00:00Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def roads(folder: Path) -> Iterator[Router]:
    with served(HELSINKI, folder) as router:
        yield router


def asked(router: Router, pair: tuple[LonLat, LonLat], closed: Closed) -> Route | str:
    try:
        return router.route(*pair, closed=closed)
    except NoWay as error:
        return error.code


def drawn_pairs(drawn: random.Random, count: int) -> list[tuple[LonLat, LonLat]]:
    def place() -> LonLat:
        return drawn.uniform(24.937, 24.951), drawn.uniform(60.1652, 60.1735)

    return [(place(), place()) for _ in range(count)]


def longest_piece(line: tuple[LonLat, ...]) -> LonLat:
    """The middle of it: farther than 5 m from a crossing, where the question would close all roads that meet there."""
    west_south, east_north = max(pairwise(line[3:-3]), key=lambda each: math.dist(*each))
    return (west_south[0] + east_north[0]) / 2, (west_south[1] + east_north[1]) / 2


def test_what_is_closed_in_the_file_is_gone_round_as_what_the_question_leaves_out(roads: Router) -> None:
    """The other way of Valhalla to close a road, part of the question, is asked beside it.

    They differ where the closed road is the one that one stands on (its ends are reached), or the only one that leads
    away: then the question clings to it.
    """
    by_question, drawn, agreed, other = Router(roads.graph, roads.port), random.Random(11), 0, 0
    for pair in drawn_pairs(drawn, 80):
        before = asked(roads, pair, Closed())
        if isinstance(before, str) or len(before.line) < 12:
            continue
        closed = Closed(places=(longest_piece(before.line),))
        live, wanted = asked(roads, pair, closed), asked(by_question, pair, closed)
        if isinstance(live, str) or isinstance(wanted, str):
            other += live != wanted
            continue
        agreed += 1
        assert live.seconds == pytest.approx(wanted.seconds, abs=0.5)
    assert agreed > 45 and other < agreed / 6


def test_a_closed_area_is_reached_and_left_by_nobody_but_the_piece_that_one_stands_on(roads: Router) -> None:
    ring = ((24.9480, 60.1665), (24.9530, 60.1665), (24.9530, 60.1685), (24.9480, 60.1685), (24.9480, 60.1665))
    inside = (24.9505, 60.1675)
    assert asked(roads, (STATION, inside), Closed(areas=(ring,))) == "no-route"
    (row,) = roads.matrix([STATION], [inside, HARBOUR], closed=Closed(areas=(ring,))).seconds
    assert row[0] is None and row[1] is not None


def test_a_unit_on_a_closed_piece_is_counted_from_its_end_where_an_open_one_begins(roads: Router) -> None:
    closed = Closed(places=(STATION,))
    (row,) = roads.matrix([STATION], [HARBOUR], closed=closed).seconds
    (free,) = roads.matrix([STATION], [HARBOUR]).seconds
    assert row[0] is not None and free[0] is not None and abs(row[0] - free[0]) < 60
    assert roads.route(STATION, HARBOUR, closed=closed).seconds == pytest.approx(free[0], abs=60)


def test_the_speed_of_now_of_a_road_makes_the_way_over_it_slower_or_another_one(roads: Router) -> None:
    before = roads.route(STATION, HARBOUR)
    ways = {f"osm-{way}": 4.0 for way in np.unique(read_ways(roads)).tolist()}
    crawling = roads.route(STATION, HARBOUR, speeds=ways)
    assert crawling.seconds > 3 * before.seconds
    assert 3.5 < crawling.metres / crawling.seconds * 3.6 < 4.5
    (row,) = roads.matrix([STATION], [HARBOUR], speeds=ways).seconds
    assert row[0] == pytest.approx(crawling.seconds, rel=0.05)
    (slow,), (free,) = roads.reach(STATION, [5], speeds=ways), roads.reach(STATION, [5])
    assert shape(slow.geometry).area < shape(free.geometry).area / 4
    assert roads.route(STATION, HARBOUR) == before
    assert roads.route(STATION, HARBOUR, "pedestrian", speeds=ways) == roads.route(STATION, HARBOUR, "pedestrian")


def read_ways(roads: Router) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    assert roads.live is not None
    return roads.live.pieces.ways


def test_questions_at_one_time_each_keep_to_what_is_closed_for_them(roads: Router) -> None:
    before = roads.route(STATION, HARBOUR)
    (west, south), (east, north) = before.line[50], before.line[51]
    closed = Closed(places=(((west + east) / 2, (south + north) / 2),))
    around = roads.route(STATION, HARBOUR, closed=closed)
    with ThreadPoolExecutor(4) as threads:
        answers = [
            threads.submit(roads.route, STATION, HARBOUR, closed=closed if n % 2 else Closed()) for n in range(40)
        ]
    assert [each.result() for each in answers] == [around if n % 2 else before for n in range(40)]


def test_the_middle_of_each_piece_of_a_way_lies_on_the_road_that_a_trace_of_it_is_matched_to(roads: Router) -> None:
    live, line = roads.live, roads.route(STATION, HARBOUR).line
    assert live is not None
    fixes = [Fix(place, n * 3 * SECOND) for n, place in enumerate(line)]
    driven = {each.road for each in roads.match(fixes).driven}
    middles = [((a + x) / 2, (b + y) / 2) for (a, b), (x, y) in pairwise(line)]
    found = [set(live.pieces.ways[each].tolist()) for each in live.looked_up.nearest(middles, 5.0)]
    known = sum(any(f"osm-{way}" in driven for way in ways) for ways in found)
    assert all(found) and known > 0.97 * len(found)


def test_closures_hold_again_when_the_program_was_started_again(roads: Router) -> None:
    before = roads.route(STATION, HARBOUR)
    (west, south), (east, north) = before.line[50], before.line[51]
    closed = Closed(places=(((west + east) / 2, (south + north) / 2),))
    around = roads.route(STATION, HARBOUR, closed=closed)
    for process in programs_of_valhalla():
        kill(process)
    until = time.monotonic() + PATIENCE_S
    while not roads.ready() and time.monotonic() < until:
        time.sleep(0.05)
    assert roads.route(STATION, HARBOUR, closed=closed) == around


def test_a_damaged_tile_is_told_by_its_name(roads: Router, folder: Path, tmp_path: Path) -> None:
    tile = next(tiles_of(folder, roads.graph).rglob("819.gph"))
    (tmp_path / "819.gph").write_bytes(tile.read_bytes()[:30_000])
    with pytest.raises(RoutingFailed, match=r"819\.gph: is no tile of Valhalla 3\.5"):
        read_pieces(tmp_path)


def traffic(id: str, road: str, speed: float, vehicle: str | None = None, minutes: int = 1) -> Known:
    at = format_instant(NOON - minutes * MINUTE)
    entity = {
        "id": f"urn:ngsi-ld:RoadTraffic:{id}",
        "type": "RoadTraffic",
        "speedNow": {"type": "Property", "value": speed, "unitCode": "KMH", "observedAt": at},
        "refRoadSegment": {"type": "Relationship", "object": f"urn:ngsi-ld:RoadSegment:{road}"},
    }
    if vehicle is not None:
        entity["vehicleType"] = {"type": "Property", "value": vehicle}
    return known_from(entity, pinisi_table())


def test_speeds_of_now_are_those_of_the_kind_of_vehicle_the_slowest_of_a_road_and_not_of_an_hour_ago() -> None:
    said = [
        traffic("a", "osm-1", 30.0),
        traffic("b", "osm-1", 20.0),
        traffic("c", "osm-1", 35.0, "motorcycle"),
        traffic("d", "osm-2", 10.0, "motorcycle"),
        traffic("e", "osm-3", 10.0, minutes=60),
        traffic("f", "osm-4", float("nan")),
    ]
    assert speeds_of_now(said, NOON, "car") == {"osm-1": 20.0}
    assert speeds_of_now(said, NOON, "motorcycle") == {"osm-1": 35.0, "osm-2": 10.0}
