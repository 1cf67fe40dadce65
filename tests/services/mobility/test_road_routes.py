"""Routes, matrices, reach and traces on real roads; closed roads are driven around by the very next question."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from roads_at_hand import (
    AT_SEA,
    HARBOUR,
    HELSINKI,
    HELSINKI_DIGEST,
    JAKARTA,
    STATION,
    kill,
    programs_of_valhalla,
    served,
)

from pinisi.services.mobility.routing.answers import Closed, Fix, LonLat, NoWay
from pinisi.services.mobility.routing.around import around
from pinisi.services.mobility.routing.child import serving
from pinisi.services.mobility.routing.closures import together
from pinisi.services.mobility.routing.programs import RoutingFailed
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.tile_build import Limits, build_graph
from pinisi.vocabulary.instant import SECOND

pytestmark = pytest.mark.anyio
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def roads(folder: Path) -> Iterator[Router]:
    with served(HELSINKI, folder) as router:
        yield router


def middle(line: Sequence[LonLat]) -> LonLat:
    """A place on the middle piece of a line."""
    (west, south), (east, north) = line[len(line) // 2], line[len(line) // 2 + 1]
    return (west + east) / 2, (south + north) / 2


def test_a_route_begins_and_ends_where_it_was_asked_and_is_as_long_as_its_line(roads: Router) -> None:
    route = roads.route(STATION, HARBOUR)
    assert route.line[0] == pytest.approx(STATION, abs=1e-3) and route.line[-1] == pytest.approx(HARBOUR, abs=1e-3)
    assert 1_300 < route.metres < 1_500
    assert 10 < route.metres / route.seconds * 3.6 < 50


def test_a_closed_road_is_driven_around_by_the_next_question_and_open_again_by_the_one_after(roads: Router) -> None:
    before = roads.route(STATION, HARBOUR)
    closed = middle(before.line)
    around = roads.route(STATION, HARBOUR, closed=Closed(places=(closed,)))
    assert around.seconds > before.seconds + 30 and around.metres > before.metres + 100
    assert roads.route(STATION, HARBOUR) == before


def test_a_closed_area_is_driven_around_and_the_matrix_says_the_same(roads: Router) -> None:
    before = roads.route(STATION, HARBOUR)
    lon, lat = middle(before.line)
    ring = tuple((lon + x, lat + y) for x, y in ((-2e-4, -2e-4), (2e-4, -2e-4), (2e-4, 2e-4), (-2e-4, 2e-4)))
    closed = Closed(areas=((*ring, ring[0]),))
    around = roads.route(STATION, HARBOUR, closed=closed)
    assert around.seconds > before.seconds + 30
    (row,) = roads.matrix([STATION], [HARBOUR], closed=closed).seconds
    assert row[0] == pytest.approx(around.seconds, abs=1.5)


def test_the_way_around_hundreds_of_closures_is_the_one_that_asking_with_all_of_them_finds(roads: Router) -> None:
    """Places every few hundred metres over the centre: roads under water, as a flood closes them."""
    drawn = random.Random(7)
    closed = [Closed(places=((drawn.uniform(24.93, 24.96), drawn.uniform(60.16, 60.18)),)) for _ in range(300)]
    for _ in range(12):
        origin, place = ((drawn.uniform(24.935, 24.955), drawn.uniform(60.164, 60.174)) for _ in range(2))
        told = around(roads, origin, place, "auto", closed)
        try:
            wanted = roads.route(origin, place, closed=together(closed)).seconds
        except NoWay as error:
            assert told.way is None and error.code in ("no-route", "no-road")
            continue
        assert told.way is not None and told.way.seconds == pytest.approx(wanted, abs=0.5)
        assert bool(told.on_open) == (told.way.line != told.open.line)


def test_what_is_closed_far_from_any_road_closes_none(roads: Router) -> None:
    assert roads.route(STATION, HARBOUR, closed=Closed(places=(AT_SEA,))) == roads.route(STATION, HARBOUR)


def test_the_matrix_says_of_each_pair_what_the_route_says_and_of_a_place_at_sea_nothing(roads: Router) -> None:
    matrix = roads.matrix([STATION, AT_SEA], [HARBOUR, STATION, AT_SEA])
    assert matrix.seconds[0][0] == pytest.approx(roads.route(STATION, HARBOUR).seconds, abs=1.5)
    assert (matrix.seconds[0][1], matrix.seconds[0][2]) == (0, None)
    assert matrix.seconds[1] == (None, None, None)
    assert roads.matrix([], [STATION]).seconds == ()


def test_more_is_reached_in_more_minutes_and_less_past_a_closed_road(roads: Router) -> None:
    from shapely.geometry import shape

    two, five = roads.reach(STATION, [5, 2])
    assert (two.minutes, five.minutes) == (2, 5)
    assert shape(five.geometry).area > 2 * shape(two.geometry).area
    closed = Closed(places=(middle(roads.route(STATION, HARBOUR).line),))
    assert shape(roads.reach(STATION, [5], closed=closed)[0].geometry).area < shape(five.geometry).area


def test_a_trace_is_put_on_the_roads_that_it_went_along_with_the_speed_that_it_had(roads: Router) -> None:
    route = roads.route(STATION, HARBOUR)
    fixes = [Fix((lon + 3e-5, lat - 2e-5), n * 6 * SECOND) for n, (lon, lat) in enumerate(route.line[::6])]
    found = roads.match(fixes)
    assert sum(each.metres for each in found.driven) == pytest.approx(route.metres, rel=0.05)
    timed = sum(each.seconds or 0.0 for each in found.driven)
    assert timed == pytest.approx((len(fixes) - 1) * 6, rel=0.01)
    assert all(each.road.startswith("osm-") for each in found.driven)
    assert "Kaivokatu" in {each.name for each in found.driven}
    assert all(off is not None and off < 15 for off in found.off)


@pytest.mark.parametrize(
    ("origin", "place", "code"),
    [
        (STATION, AT_SEA, "no-road"),
        (STATION, (200.0, 1.0), "no-place"),
        (STATION, (float("nan"), 60.0), "no-place"),
        (STATION, (119.42, -5.14), "too-far"),
    ],
)
def test_a_question_without_an_answer_is_answered_by_its_reason(
    roads: Router, origin: LonLat, place: LonLat, code: str
) -> None:
    with pytest.raises(NoWay) as refused:
        roads.route(origin, place)
    assert refused.value.code == code


def test_a_trace_of_one_fix_or_far_from_the_roads_is_refused_with_its_reason(roads: Router) -> None:
    with pytest.raises(NoWay, match="this one 1"):
        roads.match([Fix(STATION, 0)])
    with pytest.raises(NoWay) as refused:
        roads.match([Fix(AT_SEA, 0), Fix((24.901, 60.1), SECOND)])
    assert refused.value.code == "no-match"


async def test_the_same_file_is_built_once_and_another_limit_ends_a_build_with_its_reason(folder: Path) -> None:
    heard: list[float] = []
    first = await build_graph(HELSINKI, folder / "anew", told=lambda share, _note: heard.append(share))
    assert first.digest == HELSINKI_DIGEST
    assert (first.junctions, first.edges, first.as_of) == (3_194, 8_156, "2019-04-17T18:21:00Z")
    assert heard == sorted(heard) and heard
    heard.clear()
    assert await build_graph(HELSINKI, folder / "anew", told=lambda share, _note: heard.append(share)) == first
    assert not heard
    with pytest.raises(RoutingFailed, match="more memory than its limit of 1 MB"):
        await build_graph(HELSINKI, folder / "small", limits=Limits(megabytes=1))
    with pytest.raises(RoutingFailed, match=r"longer than its limit of 0\.001 seconds"):
        await build_graph(HELSINKI, folder / "late", limits=Limits(seconds=0.001))
    assert not list((folder / "small").iterdir()) and not list((folder / "late").iterdir())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.osm.pbf", None, "cannot be read"),
        ("text.osm.pbf", b"<html>Log in</html>", "cannot be read as an OpenStreetMap extract"),
        ("empty.osm.pbf", b"", "cannot be read as an OpenStreetMap extract"),
        ("half.osm.pbf", HELSINKI.read_bytes()[:60_000], "cannot be read as an OpenStreetMap extract|ended with"),
        ("roads.csv", b"a,b\n", "neither an OpenStreetMap extract"),
    ],
)
async def test_a_file_that_holds_no_roads_is_refused_by_name_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RoutingFailed, match=reason):
        await build_graph(tmp_path / name, tmp_path / "graphs")
    assert not list(tmp_path.glob("graphs/*"))


async def test_roads_of_a_shapefile_become_a_graph_of_their_own_that_says_how_many_have_a_direction(
    tmp_path: Path,
) -> None:
    graph = await build_graph(JAKARTA, tmp_path)
    assert len(graph.keys) == 61 and graph.directed == 19
    assert graph.edges > 0 and graph.road(1) == graph.keys[0]
    assert graph.road(1).startswith("road-")


async def test_a_killed_child_is_told_and_started_again_and_none_is_left_at_the_end(folder: Path) -> None:
    told: list[str] = []
    back = asyncio.Event()

    async def hear(reason: str) -> None:
        told.append(reason)
        if not reason:
            back.set()

    graph = await build_graph(HELSINKI, folder)
    others = set(programs_of_valhalla())
    async with serving(graph, folder, trouble=hear) as router:
        before = await asyncio.to_thread(router.route, STATION, HARBOUR)
        (mine,) = set(programs_of_valhalla()) - others
        kill(mine)
        async with asyncio.timeout(PATIENCE_S):
            await back.wait()
        assert await asyncio.to_thread(router.route, STATION, HARBOUR) == before
        assert "started again" in told[0]
    assert not set(programs_of_valhalla()) - others
    with pytest.raises(RoutingFailed, match="does not answer"):
        await asyncio.to_thread(router.route, STATION, HARBOUR)
