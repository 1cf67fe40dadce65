"""Routes of the mobility service on the 18,568 roads of Jakarta that can be driven: built, asked, matched, closed.

Each answer is checked while it is measured. The traces are simulated: routes, seen every ten seconds with 10 m of
noise.
"""

import asyncio
import itertools
import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import shapely
from shapely.geometry import shape

from figure import figure
from pinisi.city.context import context_bytes
from pinisi.city.roads.road import Road
from pinisi.city.roads.road_file import read_roads
from pinisi.context.contexts import Contexts
from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Inputs, Known, known_from
from pinisi.runtime.processes import resident
from pinisi.runtime.source import Message
from pinisi.services.mobility.flooded_road_reactions import react_flooded_roads
from pinisi.services.mobility.probe_traces.fix_table import read_fixes
from pinisi.services.mobility.routing.answers import Closed, Fix, LonLat, NoWay, Route
from pinisi.services.mobility.routing.around import around
from pinisi.services.mobility.routing.child import serving
from pinisi.services.mobility.routing.closures import closed_by
from pinisi.services.mobility.routing.router import Router
from pinisi.services.mobility.routing.tile_build import build_graph
from pinisi.vocabulary.instant import SECOND, parse_instant
from shared import shared_folder

FIGURES = ("mobility.routing.",)
BOX = (106.75, -6.30, 106.90, -6.12)
"""Most of the city: west, south, east, north."""
ROUTES, CLOSURES, TRACES, SIDE = 2_000, 200, 50, 100
FLOODED, SEVERAL_HUNDRED, ANY_ROADS = 200, 600, 500
EVERY_S, NOISE_M = 10, 10.0
METRES_A_DEGREE = 111_195.0
Pair = tuple[LonLat, LonLat]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(Path(folder)))
    return 0


async def measured(folder: Path) -> None:
    file = shared_folder() / "data" / "flood" / "inasafe_jakarta" / "jakarta_roads.shp"
    started = time.perf_counter()
    graph = await build_graph(file, folder)
    note = f"{len(graph.keys):,} roads of a shapefile, {graph.directed:,} with a direction, {graph.edges:,} pieces"
    figure("mobility.routing.build_s", time.perf_counter() - started, "s", note=f"{note}; reading and building, wall")
    async with serving(graph, folder) as router:
        await asyncio.to_thread(asked, router, file)


def asked(router: Router, file: Path) -> None:
    drawn = random.Random(6)
    pairs = [(place(drawn), place(drawn)) for _ in range(ROUTES)]
    found = routes(router, pairs)
    matrix(router, [place(drawn) for _ in range(SIDE)])
    closures(router, found[:CLOSURES])
    flooded(router, [pair for pair, _ in found[:FLOODED]])
    any_road(router, file, drawn)
    traces(router, [route for _, route in found[:TRACES]], drawn)
    held = resident(children())
    figure("mobility.routing.rss_mb", held / 2**20, "MB", note="of valhalla_service after all of the above")


def place(drawn: random.Random) -> LonLat:
    west, south, east, north = BOX
    return drawn.uniform(west, east), drawn.uniform(south, north)


def routes(router: Router, pairs: Sequence[Pair]) -> list[tuple[Pair, Route]]:
    before, started, found = cpu(), time.perf_counter(), list[tuple[Pair, Route]]()
    none = 0
    for pair in pairs:
        try:
            found.append((pair, router.route(*pair)))
        except NoWay:
            none += 1
    wall, used = time.perf_counter() - started, cpu() - before
    if none > len(pairs) // 10 or any(not 0 < route.metres < 100_000 for _, route in found):
        raise SystemExit(f"{none} of {len(pairs)} pairs have no route, or one is no length")
    mean = statistics.mean(route.metres for _, route in found) / 1_000
    note = (
        f"{len(pairs):,} random pairs over the city one after another, {mean:.1f} km on average; {none} without a way"
    )
    figure("mobility.routing.routes_per_s", len(pairs) / wall, "1/s", note=f"{note}; one thread, wall")
    figure("mobility.routing.route_cpu_ms", used / len(pairs) * 1_000, "ms", note=f"{note}; CPU of valhalla_service")
    return found


def matrix(router: Router, places: Sequence[LonLat]) -> None:
    times, answer = list[float](), router.matrix(places[:2], places[:2])
    before = cpu()
    for _ in range(3):
        started = time.perf_counter()
        answer = router.matrix(places, places)
        times.append(time.perf_counter() - started)
    used = (cpu() - before) / 3
    told = sum(each is not None for row in answer.seconds for each in row)
    if told < SIDE * SIDE * 0.8:
        raise SystemExit(f"only {told} of {SIDE * SIDE} pairs have a time")
    note = f"{SIDE} x {SIDE} random places, {told:,} pairs with a way; median of three, wall"
    figure("mobility.routing.matrix_100x100_s", statistics.median(times), "s", note=note)
    figure("mobility.routing.matrix_100x100_cpu_s", used, "s", note="CPU of valhalla_service, mean of the same three")


def closures(router: Router, found: Sequence[tuple[Pair, Route]]) -> None:
    """Close the middle of each route and ask again: by a place, by a small area; how often the way still goes there."""
    for name, closed in (("place", by_place), ("area", by_area)):
        times, through = list[float](), 0
        for pair, route in found:
            middle = middle_of(route)
            started = time.perf_counter()
            try:
                again = router.route(*pair, closed=closed(middle))
                through += any(abs(x - middle[0]) + abs(y - middle[1]) < 2e-7 for x, y in middles(again))
            except NoWay:
                pass
            times.append(time.perf_counter() - started)
        note = f"{len(found)} routes closed in their middle; from closure to answer, wall; {through} still go there"
        reference = "2 s, the goal of mobility"
        figure(f"mobility.routing.closed_by_{name}_p99_s", p99(times), "s", reference, note)
    many = [middle_of(route) for _, route in found]
    started = time.perf_counter()
    answers = 0
    for pair, _ in found:
        try:
            answers += bool(router.route(*pair, closed=Closed(tuple(many))).metres)
        except NoWay:
            continue
    note = f"each of {len(found)} routes with {len(many)} closed places at once; {answers} still have a way; mean, wall"
    figure("mobility.routing.closed_200_s", (time.perf_counter() - started) / len(found), "s", note=note)


def flooded(router: Router, pairs: Sequence[Pair]) -> None:
    """Roads under water as on 21 February 2017 (states by BPBD): from all closures to the next way around them."""
    all = closed_by_flood()
    some: list[tuple[str, Closed]] = []
    for road, closed in all:
        if len({each for each, _ in some}) == SEVERAL_HUNDRED:
            break
        some.append((road, closed))
    for name, those in (("several_hundred", some), ("peak", all)):
        closures, times, none = [closed for _, closed in those], list[float](), 0
        for pair in pairs:
            started = time.perf_counter()
            try:
                none += around(router, *pair, "auto", closures).way is None
            except NoWay:
                none += 1
            times.append(time.perf_counter() - started)
        roads, places = len({road for road, _ in those}), sum(len(each.places) for each in closures)
        note = (
            f"{roads:,} roads closed by flood ({len(those):,} closures, {places:,} pieces), {len(pairs)} routes, "
            f"{none} of them with no way left; from closures to answer, wall"
        )
        reference = "2 s, the goal of mobility"
        figure(f"mobility.routing.flooded_{name}_p50_s", statistics.median(times), "s", reference, note)
        figure(f"mobility.routing.flooded_{name}_p99_s", p99(times), "s", reference, note)


def any_road(router: Router, file: Path, drawn: random.Random) -> None:
    """Close one road of all after another, with those of the peak under water, and ask for the way from end to end."""
    roads = [
        each for each in read_roads(file, "road", None) if isinstance(each, Road) and each.key in router.graph.keys
    ]
    water, times, over = [closed for _, closed in closed_by_flood()], list[float](), 0
    for road in drawn.sample(roads, ANY_ROADS):
        line = {"type": "LineString", "coordinates": road.line.tolist()}
        first, last = ((float(lon), float(lat)) for lon, lat in (road.line[0], road.line[-1]))
        started = time.perf_counter()
        closed = closed_by(line)
        try:
            way = around(router, first, last, "auto", [*water, closed]).way
        except NoWay:
            way = None
        times.append(time.perf_counter() - started)
        inner = closed.places[1:-1]
        over += way is not None and any(abs(x - a) + abs(y - b) < 2e-7 for x, y in middles(way) for a, b in inner)
    note = (
        f"{ANY_ROADS} drawn of {len(roads):,} roads, each closed beside {len(water):,} closures by flood; from closure "
    )
    note += f"to the answer from its one end to its other, wall; {over} answers go over an inner piece of it"
    figure("mobility.routing.closure_s", p99(times), "s", "2 s, the goal of mobility", note)


def closed_by_flood() -> list[tuple[str, Closed]]:
    """Road and what the reaction `flooded-roads` closes of it, at the moment with most areas at state 2 or above."""
    folder = shared_folder() / "data" / "flood"
    table = Contexts({"urn:x:c": msgspec.json.decode(context_bytes())}).table("urn:x:c")
    every = read_roads(folder / "inasafe_jakarta" / "jakarta_roads.shp", "road", None)
    roads = [each for each in every if isinstance(each, Road)]
    tree = shapely.STRtree([shapely.LineString(road.line) for road in roads])
    drawn = msgspec.json.decode((folder / "petabencana_2017" / "floods" / "rw_polygons.geojson").read_bytes())
    grounds = {each["properties"]["geom_id"]: each["geometry"] for each in drawn["features"]}
    found = list[tuple[str, Closed]]()
    for area, state in sorted(at_the_peak(folder).items()):
        near = tree.query(shape(grounds[area]), predicate="intersects")
        segments = [known("RoadSegment", roads[i].key, table, location=line_of(roads[i])) for i in near]
        water = known("FloodArea", f"jakarta-{area}", table, location=geo(grounds[area]), floodState=stated(state))
        inputs = Inputs(PEAK, water, others={"RoadSegment": segments, "RoadClosure": [], "FloodedRoadRule": []})
        for each in react_flooded_roads(inputs):
            found.append((each["refRoadSegment"]["object"], closed_by(each["location"]["value"])))
    return found


PEAK = parse_instant("2017-02-21T05:00:00Z")


def at_the_peak(folder: Path) -> dict[int, int]:
    """Area -> state 2 to 4, when most areas had one."""
    states, best = dict[int, int](), dict[int, int]()
    for line in (folder / "petabencana_2017" / "floods" / "state_changes.jsonl").read_bytes().splitlines():
        change = msgspec.json.decode(line)
        states[change["geom_id"]] = change["state"]
        deep = {area: state for area, state in states.items() if state >= 2}
        best = deep if len(deep) > len(best) else best
    return best


def known(type: str, id: str, table: TermTable, **said: Any) -> Known:
    return known_from({"id": f"urn:ngsi-ld:{type}:{id}", "type": type, **said}, table)


def stated(state: int) -> dict[str, Any]:
    return {"type": "Property", "value": state, "observedAt": "2017-02-21T02:00:00Z"}


def geo(ground: Any) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": ground}


def line_of(road: Road) -> dict[str, Any]:
    return geo({"type": "LineString", "coordinates": road.line.tolist()})


def by_place(middle: LonLat) -> Closed:
    return Closed(places=(middle,))


def by_area(middle: LonLat) -> Closed:
    lon, lat = middle
    ring = tuple((lon + x * 5e-5, lat + y * 5e-5) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)))
    return Closed(areas=(ring,))


def traces(router: Router, known: Sequence[Route], drawn: random.Random) -> None:
    """Match routes that were seen with noise: how many metres of the true way are found again, and how fast."""
    errors, seconds, count = list[float](), 0.0, 0
    gaps, right, wrong = bus_gaps(), 0.0, 0.0
    for route in known:
        fixes = seen(route, drawn)
        if len(fixes) < 3:
            continue
        started = time.perf_counter()
        answer = router.match(fixes)
        seconds += time.perf_counter() - started
        count += len(fixes)
        metres = sum(each.metres for each in answer.driven)
        errors.append(abs(metres / route.metres - 1))
        truth = {each.road for each in router.match(exact(route)).driven}
        for each in router.match(seen(route, drawn, gaps)).driven:
            right += each.metres * (each.road in truth)
            wrong += each.metres * (each.road not in truth)
    note = f"{len(errors)} routes simulated as traces, {count:,} fixes, every {EVERY_S} s with {NOISE_M:g} m of noise"
    figure("mobility.routing.match_fixes_per_s", count / seconds, "1/s", note=f"{note}; wall")
    as_buses = f"{len(errors)} routes seen at the gaps of the buses of Liverpool (median {statistics.median(gaps):g} s)"
    figure("mobility.routing.match_right_roads", right / (right + wrong), "ratio", note=f"{as_buses}; of the metres")
    figure("mobility.routing.match_length_error", statistics.median(errors), "ratio", note=f"{note}; median")


def bus_gaps() -> list[float]:
    """Seconds between positions of the buses of route 14, up to two minutes."""
    table = (shared_folder() / "data" / "mobility_traces" / "liverpool_bus_route14_outbound_2026-01.csv").read_bytes()
    read = read_fixes(Message(body=table, origin="buses.csv", received=0), ZoneInfo("Europe/London"))
    moments = [sorted(each.fix.at for each in trace) for trace in read.traces.values()]
    gaps = [(b - a) / SECOND for trace in moments for a, b in itertools.pairwise(trace)]
    return [gap for gap in gaps if 1 <= gap <= 120]


def exact(route: Route) -> list[Fix]:
    return [Fix(place, number * 3 * SECOND) for number, place in enumerate(route.line)]


def seen(route: Route, drawn: random.Random, gaps: Sequence[float] = (EVERY_S,)) -> list[Fix]:
    """Fixes along the line at its mean speed, so many seconds apart."""
    pace, fixes, far, due, at = route.metres / route.seconds, list[Fix](), 0.0, 0.0, 0.0
    for one, other in zip(route.line, route.line[1:], strict=False):
        length = metres(one, other)
        while due <= far + length:
            share = (due - far) / length if length else 0.0
            spot = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            fixes.append(Fix(blurred(spot, drawn), round(at * SECOND)))
            gap = drawn.choice(gaps)
            at += gap
            due += pace * gap
        far += length
    return fixes


def blurred(spot: LonLat, drawn: random.Random) -> LonLat:
    return tuple(each + drawn.gauss(0, NOISE_M / math.sqrt(2)) / METRES_A_DEGREE for each in spot)  # type: ignore[return-value]


def metres(one: LonLat, other: LonLat) -> float:
    east = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, other[1] - one[1]) * METRES_A_DEGREE


def middle_of(route: Route) -> LonLat:
    halves = middles(route)
    return halves[len(halves) // 2]


def middles(route: Route) -> list[LonLat]:
    return [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(route.line, route.line[1:], strict=False)]


def p99(times: Sequence[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.99 * len(times)))]


def children() -> list[int]:
    """The processes of valhalla_service that this one has started by a guardian."""
    found = list[tuple[int, int, str]]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words, _, rest = (entry / "stat").read_text(errors="replace").rpartition(")")
            except OSError:
                continue
            found.append((int(entry.name), int(rest.split()[1]), words.partition("(")[2]))
    mine = {process for process, parent, _ in found if parent == os.getpid()}
    return [process for process, parent, name in found if parent in mine and name.startswith("valhalla")]


def cpu() -> float:
    """CPU seconds of valhalla_service so far."""
    ticks = 0
    for process in children():
        fields = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    raise SystemExit(main())
