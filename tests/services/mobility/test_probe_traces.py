"""Traces of vehicles become speeds of the roads that they drove on; what told none is named by row and reason."""

import asyncio
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from roads_at_hand import AT_SEA, HARBOUR, HELSINKI, STATION, served

from pinisi.city.profile import Profile, load_profile
from pinisi.runtime.source import Message, Reading, Taken, Unreadable
from pinisi.services.mobility.probe_traces.driven_speeds import How, report
from pinisi.services.mobility.probe_traces.fix_table import read_fixes
from pinisi.services.mobility.probe_traces.report import Report
from pinisi.services.mobility.probe_traces.trace_source import MatchedTraces, TraceOptions, read
from pinisi.services.mobility.routing.answers import LonLat, Route
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.running import offered
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant

EIGHT = parse_instant("2026-11-26T08:00:00Z")
UTC = ZoneInfo("UTC")
HEAD = "vehicle_id,trip_id,timestamp,latitude,longitude"
NOISE_M, EVERY_S = 8.0, 10
Row = tuple[str, Instant, LonLat]


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    with served(HELSINKI, tmp_path_factory.mktemp("graphs")) as router, offered(router):
        yield router


def seen(route: Route, kmh: float, vehicle: str = "bus-7", start: Instant = EIGHT, noise: float = NOISE_M) -> list[Row]:
    """A vehicle on a way at one speed, told every ten seconds with some metres of noise."""
    drawn, rows, far, due = random.Random(5), list[Row](), 0.0, 0.0
    for one, other in zip(route.line, route.line[1:], strict=False):
        length = metres(one, other)
        while due <= far + length and length:
            share = (due - far) / length
            spot = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            rows.append((vehicle, start + len(rows) * EVERY_S * 1_000_000, blurred(spot, drawn, noise)))
            due += kmh / 3.6 * EVERY_S
        far += length
    return rows


def metres(one: LonLat, other: LonLat) -> float:
    return math.hypot((other[0] - one[0]) * math.cos(math.radians(one[1])), other[1] - one[1]) * 111_195.0


def blurred(spot: LonLat, drawn: random.Random, noise: float) -> LonLat:
    east, north = (drawn.gauss(0, noise / math.sqrt(2)) / 111_195.0 for _ in range(2))
    return spot[0] + east / math.cos(math.radians(spot[1])), spot[1] + north


def table(rows: Sequence[Row], *more: str) -> Message:
    lines = [f"{vehicle},1,{format_instant(at)},{lat},{lon}" for vehicle, at, (lon, lat) in rows]
    return message("\n".join([HEAD, *lines, *more]).encode())


def message(body: bytes, name: str = "traces.csv") -> Message:
    return Message(body=body, origin=name, received=EIGHT)


def how(minutes: float = 5.0, fewest: int = 1) -> How:
    return How(feed="buses", vehicle="bus", costing="auto", zone=UTC, minutes=minutes, fewest=fewest)


def left(found: Report) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for each in found.left_out:
        rows.setdefault(each.why, []).append(each.first)
    return rows


def test_a_trace_with_noise_tells_the_right_roads_with_the_speed_that_it_had(roads: Router) -> None:
    route = roads.route(STATION, HARBOUR)
    found = report(table(seen(route, 24.0)), roads, how(minutes=60))
    exact = {each.road: each.metres for each in roads.match([*_fixes(route)]).driven}
    told = {each.road: each for each in found.speeds}
    assert not found.left_out
    right = sum(each.metres for road, each in told.items() if road in exact)
    assert right > 0.95 * sum(each.metres for each in told.values())
    assert right > 0.6 * route.metres
    driven = sum(each.metres for each in told.values()) / sum(each.metres / each.kmh for each in told.values())
    assert driven == pytest.approx(24.0, rel=0.1)
    assert {each.at for each in found.speeds} == {"2026-11-26T09:00:00Z"}


def _fixes(route: Route) -> Iterator[Any]:
    from pinisi.services.mobility.routing.answers import Fix

    for number, place in enumerate(route.line):
        yield Fix(place, EIGHT + number * 3_000_000)


def test_drives_of_one_interval_are_counted_together_and_fewer_than_the_city_wants_are_not_told(roads: Router) -> None:
    route = roads.route(STATION, HARBOUR)
    rows = [*seen(route, 30.0, "a"), *seen(route, 15.0, "b", noise=0.0)]
    both = {each.road: each for each in report(table(rows), roads, how(minutes=60)).speeds}
    twice = [each for each in both.values() if each.drives == 2 and each.metres > 200]
    assert twice and all(17 < each.kmh < 24 for each in twice)
    few = report(table(rows), roads, how(minutes=60, fewest=2)).speeds
    assert {each.road for each in few} == {road for road, each in both.items() if each.drives >= 2}
    assert not report(table(rows), roads, how(minutes=60, fewest=3)).speeds


def test_what_is_no_fix_is_named_by_row_and_reason_and_the_rest_is_driven(roads: Router) -> None:
    rows = seen(roads.route(STATION, HARBOUR), 24.0)
    at = format_instant(EIGHT)
    bad = [
        f",1,{at},60.17,24.94",
        "v,1,yesterday,60.17,24.94",
        f"v,1,{at},nan,24.94",
        f"v,1,{at},95,24.94",
        f"v,1,{at},,",
        f"lonely,1,{at},60.17,24.94",
    ]
    plain, found = report(table(rows), roads, how()), report(table(rows, *bad), roads, how())
    first = len(rows) + 2
    assert left(found) == {
        "no-vehicle": [first],
        "no-time": [first + 1],
        "no-position": [first + 2, first + 3, first + 4],
        "alone": [first + 5],
    }
    assert found.speeds == plain.speeds and found.fixes == len(rows) + 6


def test_rows_out_of_order_and_told_twice_give_the_same_speeds(roads: Router) -> None:
    rows = seen(roads.route(STATION, HARBOUR), 24.0)
    shuffled = [*rows, *rows[:5]]
    random.Random(2).shuffle(shuffled)
    found = report(table(shuffled), roads, how())
    assert found.speeds == report(table(rows), roads, how()).speeds and not found.left_out


def test_a_fix_that_jumps_and_a_vehicle_at_two_places_at_once_are_left_out_and_the_trace_goes_on(roads: Router) -> None:
    rows = seen(roads.route(STATION, HARBOUR), 24.0, noise=0.0)
    middle = len(rows) // 2
    vehicle, at, (lon, lat) = rows[middle]
    jumping = [*rows[:middle], (vehicle, at, (lon + 0.5, lat)), *rows[middle + 1 :]]
    found = report(table(jumping), roads, how(minutes=60))
    assert left(found) == {"teleport": [middle + 2]}
    whole = sum(each.metres for each in report(table(rows), roads, how(minutes=60)).speeds)
    assert whole * 0.6 < sum(each.metres for each in found.speeds) < whole
    twice = report(table([*rows, (vehicle, at, (lon, lat + 0.001))]), roads, how(minutes=60))
    assert left(twice) == {"two-places-at-once": [middle + 2, len(rows) + 2]}


def test_a_trace_in_the_sea_and_one_of_another_city_are_told_whole_and_the_others_are_driven(roads: Router) -> None:
    rows = seen(roads.route(STATION, HARBOUR), 24.0)
    sea: list[Row] = [("boat", EIGHT + n * 10_000_000, (AT_SEA[0] + n * 1e-4, AT_SEA[1])) for n in range(5)]
    away: list[Row] = [("taxi", EIGHT + n * 10_000_000, (116.39 + n * 1e-4, 39.9)) for n in range(4)]
    found = report(table([*sea, *rows, *away]), roads, how())
    assert [(each.why, each.first, each.last, each.rows) for each in found.left_out] == [
        ("no-match", 2, 6, 5),
        ("no-match", len(rows) + 7, len(rows) + 10, 4),
    ]
    assert found.speeds == report(table(rows), roads, how()).speeds


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "traces.csv"),
        (b"a,b,c\n1,2,3\n", "no column says the vehicle"),
        (b"vehicle_id,latitude,longitude\n1,2,3\n", "no column says the time"),
        (b'{"type": "Feature"}', "no FeatureCollection"),
        (b'{"features": [', "no FeatureCollection"),
    ],
)
def test_a_file_that_is_no_table_of_fixes_is_refused_as_a_whole(roads: Router, body: bytes, reason: str) -> None:
    found = report(message(body), roads, how())
    assert not found.speeds
    with pytest.raises(Unreadable, match=reason):
        read(message(msgspec.json.encode(found)))


def test_points_of_geojson_tell_the_same_as_a_table(roads: Router) -> None:
    rows = seen(roads.route(STATION, HARBOUR), 24.0)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(place)},
            "properties": {"tracker": vehicle, "t": format_instant(at)},
        }
        for vehicle, at, place in rows
    ]
    body = msgspec.json.encode({"type": "FeatureCollection", "features": [*features, {"type": "Feature"}]})
    found = report(message(body, "t.geojson"), roads, how())
    assert found.speeds == report(table(rows), roads, how()).speeds
    assert left(found) == {"no-row": [len(rows) + 1]}


def test_what_goes_on_says_road_speed_interval_and_drives_and_names_no_vehicle(roads: Router) -> None:
    found = report(table(seen(roads.route(STATION, HARBOUR), 24.0, "B 7014 XYZ")), roads, how())
    body = msgspec.json.encode(found)
    reading: Reading = read(message(body))
    assert b"7014" not in body and b"7014" not in msgspec.json.encode(reading)
    first = dict(reading.entities[0])
    assert first["type"] == "TrafficFlowObserved" and first["id"].startswith(
        "urn:ngsi-ld:TrafficFlowObserved:buses-osm-"
    )
    assert first["refRoadSegment"]["object"].startswith("urn:ngsi-ld:RoadSegment:osm-")
    assert first["averageVehicleSpeed"]["unitCode"] == "KMH" and first["driveCount"]["value"] == 1
    assert first["vehicleType"]["value"] == "bus"
    assert first["location"]["value"]["type"] in ("LineString", "MultiLineString")


def test_buses_of_liverpool_and_walkers_of_beijing_are_read_whole_and_lie_on_no_road_of_helsinki(
    roads: Router, shared_data: Path
) -> None:
    folder = shared_data / "mobility_traces"
    buses = message((folder / "liverpool_bus_route14_outbound_2026-01.csv").read_bytes())
    read_whole = read_fixes(buses, UTC)
    assert (read_whole.fixes, len({vehicle for vehicle, _ in read_whole.traces})) == (1_533, 8)
    assert not read_whole.left_out
    found = report(buses, roads, how())
    assert not found.speeds and {each.why for each in found.left_out} <= {"no-match", "alone", "two-places-at-once"}
    assert sum(each.rows for each in found.left_out) <= 1_533
    walkers = read_fixes(message((folder / "geolife_small.csv").read_bytes()), UTC)
    assert walkers.fixes == 5_908 and not walkers.left_out


class House:
    """What a way in has of the house."""

    id = "traces"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []

    def now(self) -> Instant:
        return EIGHT

    async def trouble(self, reason: str) -> None:
        self.told.append(reason)


@pytest.fixture(scope="module")
def helsinki_profile() -> Profile:
    return load_profile(Path(__file__).parents[3] / "cities" / "liverpool")


@pytest.mark.parametrize("kept", [False, True])
def test_a_file_is_deleted_once_its_speeds_are_written_unless_the_city_keeps_it(
    roads: Router, tmp_path: Path, helsinki_profile: Profile, kept: bool
) -> None:
    body = table(seen(roads.route(STATION, HARBOUR), 24.0)).body
    way_in = MatchedTraces(TraceOptions(keep_files=kept), helsinki_profile)

    async def take_one() -> None:
        house: Any = House(tmp_path)
        (tmp_path / "traces").mkdir()
        (tmp_path / "traces" / "monday.csv").write_bytes(body)
        messages = way_in.messages(house)
        async with asyncio.timeout(60):
            told = await anext(messages)
        assert read(told).entities
        await way_in.taken(house, told, Taken(new=1, entities=1))
        await messages.aclose()  # type: ignore[attr-defined]

    asyncio.run(take_one())
    assert [each.name for each in (tmp_path / "traces").rglob("*.csv")] == (["monday.csv"] if kept else [])
    assert (tmp_path / "traces" / "done" / "monday.csv").exists() == kept
