"""The computation: the same demand on the roads as they are and as they would be, seed by seed, two runs at a time."""

import math
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec

from pinisi.services.mobility.engine.demand.calibration import Count
from pinisi.services.mobility.engine.demand.fit import Fit, geh
from pinisi.services.mobility.engine.demand.gravity import demand_of
from pinisi.services.mobility.engine.demand.ways import Roads, Way
from pinisi.services.mobility.twin.child import TwinFailed
from pinisi.services.mobility.twin.net_build import DEMAND, NET
from pinisi.services.mobility.twin.street_net import StreetNet, read_net, road_of
from pinisi.services.mobility.twin.sumo_programs import environment, sumo_home
from pinisi.services.mobility.whatif.asked import (
    Basis,
    Figures,
    LeftOut,
    RoadCourse,
    RoadFigures,
    Side,
    Used,
    WhatIf,
    WhatIfAnswer,
)
from pinisi.services.mobility.whatif.change import Change, Present, change_of, present, together
from pinisi.services.mobility.whatif.closing import Around, around
from pinisi.services.mobility.whatif.fleet import CAR_CLASS, SECOND
from pinisi.services.mobility.whatif.on_net import NetMap, NotOnNet, breadths, roads_of
from pinisi.services.mobility.whatif.run_files import (
    command,
    write_changed_net,
    write_looks,
    write_routes,
)
from pinisi.services.mobility.whatif.run_read import by_road, figures, passed, travel_times
from pinisi.services.mobility.whatif.trips_known import Departure, grown, of_file, spread

AT_ONCE = 2
BASE_NET, VARIANT_NET = "base.net.xml", "variant.net.xml"
Told = Callable[[float, str], None]


class Ran(msgspec.Struct, frozen=True):
    """One run, read. `passed`: vehicles at each edge."""

    figures: Figures
    roads: Mapping[str, tuple[RoadFigures, ...]]
    passed: Mapping[str, float]
    seconds: Mapping[str, float]
    cut_off: int
    faster: float


class Scene(msgspec.Struct, frozen=True):
    """All that the runs have in common."""

    folder: Path
    net: Path
    roads: Roads
    ways: tuple[Way, ...]
    vehicles: tuple[int, ...]
    listed: tuple[Departure, ...]
    now: Change
    change: Change
    growth: float
    motorcycles: float
    length: int


def simulated(given: WhatIf, folder: Path, told: Told) -> WhatIfAnswer:
    """
    Raises:
        TwinFailed: the network or the demand cannot be used, or SUMO ends without an outcome; says why.
        TwinMissing: SUMO is not installed.
        NotOnNet: what was chosen lies on no road of the network, or nothing changes.
    """
    sumo_home()
    net_file = Path(given.folder) / NET
    net = read_net(net_file)
    chart, roads = NetMap(net), roads_of(net)
    counts, left_out = _counts(chart, given)
    now, change = present(chart, given, net_file), change_of(chart, given, net_file)
    told(0.02, "demand")
    scene = _scene(given, folder, net_file, (net, roads), counts, (now.change, together(now.change, change)))
    write_changed_net(net_file, folder / BASE_NET, scene.now, scene.length)
    write_changed_net(net_file, folder / VARIANT_NET, scene.change, scene.length)
    base, variant = _runs(scene, given.asked.seeds, told)
    second = [_second(scene, base[0].seconds, side) for side in (0, 1)]
    return WhatIfAnswer(
        base=_side(base, second[0]),
        variant=_side(variant, second[1]),
        fits=_fits(counts, base, scene),
        basis=_basis(given, counts, now),
        left_out=(*given.left_out, *now.left_out, *left_out),
        closed=tuple(sorted(change.closed)),
        bus=tuple(sorted(change.bus)),
        signals=tuple(sorted(change.timings)),
        courses=_courses(net),
        cut_off=round(sum(each.cut_off for each in variant) / len(variant)),
        motorcycles=given.motorcycles,
        faster=min(each.faster for each in (*base, *variant)),
        second_model=SECOND,
    )


def _counts(chart: NetMap, given: WhatIf) -> tuple[list[Count], list[LeftOut]]:
    found: list[Count] = []
    left_out: list[LeftOut] = []
    for each in given.counts if given.asked.demand == "counts" else ():
        try:
            found.append(Count(each.id, chart.place(each), each.vehicles, each.hours))
        except NotOnNet as error:
            left_out.append(LeftOut(each.id, str(error)))
    return found, left_out


def _scene(
    given: WhatIf, folder: Path, net_file: Path, streets: tuple[StreetNet, Roads], counts: Sequence[Count],
    changes: tuple[Change, Change],
) -> Scene:  # fmt: skip
    """`changes`: what holds now, and what holds in the variant."""
    (net, roads), seconds = streets, 60 * given.asked.minutes
    ways, vehicles, listed = (), (), ()
    if given.asked.demand == "file":
        file = Path(given.folder) / DEMAND
        if not file.is_file():
            raise TwinFailed("no file of trips came with this network: name one at the source, or take the counts")
        listed = tuple(of_file(file, roads, seconds))
    else:
        if not counts:
            raise TwinFailed("no count of the context lies on this network: there is no demand")
        hours = seconds / 3600
        rates = [Count(each.id, each.place, each.vehicles / each.hours * hours, hours) for each in counts]
        length = {id: edge.length_m for id, edge in net.edges.items()}
        found = demand_of(roads, length, breadths(net), rates).demand
        ways, vehicles = found.ways, found.vehicles
    return Scene(
        folder,
        net_file,
        roads,
        ways,
        vehicles,
        listed,
        *changes,
        given.asked.growth_percent,
        given.motorcycles,
        seconds,
    )


def _basis(given: WhatIf, counts: Sequence[Count], now: Present) -> Basis:
    placed = {each.id for each in counts}
    used = tuple(Used(each.id, each.at, each.until) for each in given.counts if each.id in placed)
    return Basis(network_at=given.network_at, plans=now.plans, counts=used, closures=now.closures)


def _runs(scene: Scene, seeds: int, told: Told) -> tuple[list[Ran], list[Ran]]:
    """Of each seed the base, then the variant, whose drivers know the times of that base; two seeds at a time."""
    done: dict[int, tuple[Ran, Ran]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {pool.submit(_pair, scene, seed): seed for seed in range(1, seeds + 1)}
        for future in as_completed(waiting):
            done[waiting[future]] = future.result()
            told(0.05 + 0.85 * len(done) / seeds, f"seed {waiting[future]}")
    pairs = [done[seed] for seed in sorted(done)]
    return [base for base, _ in pairs], [variant for _, variant in pairs]


def _pair(scene: Scene, seed: int) -> tuple[Ran, Ran]:
    base = _run(scene, seed, None, CAR_CLASS)
    return base, _run(scene, seed, base.seconds, CAR_CLASS)


def _second(scene: Scene, times: Mapping[str, float], side: int) -> float | None:
    """CO2 (kg) of the first seed where the exhaust of cars is told by the second model."""
    return _run(scene, 1, times if side else None, SECOND).figures.co2_kg


def _run(scene: Scene, seed: int, times: Mapping[str, float] | None, car_class: str) -> Ran:
    """One run; with `times` it is of the variant."""
    side = "base" if times is None else "variant"
    folder = scene.folder / f"{side}-{seed}-{car_class.partition('/')[0]}"
    folder.mkdir()
    departures: Sequence[Departure] = scene.listed or spread(scene.ways, scene.vehicles, scene.length, seed)
    if times is not None:
        departures = grown(departures, scene.growth, scene.length)
    change = scene.now if times is None else scene.change
    ways = _around(scene, departures, change, times or {})
    write_routes(folder / "routes.xml", ways.departures, scene.motorcycles, car_class)
    write_looks(folder / "looks.xml", scene.length, change.closings, scene.roads.turned().then)
    net = scene.folder / (BASE_NET if times is None else VARIANT_NET)
    started = time.perf_counter()
    run_sumo(folder, command(net, scene.length, seed, scene.motorcycles))
    spent = time.perf_counter() - started
    roads = by_road(folder, scene.length)
    read = figures(folder, scene.length, ways.waits, roads, ways.held_s)
    if not math.isfinite(read.delay_s):
        raise TwinFailed("SUMO gave figures that are no numbers")
    return Ran(read, roads, passed(folder), travel_times(folder), len(ways.waits), scene.length / max(spent, 1e-3))


def _around(scene: Scene, departures: Sequence[Departure], change: Change, times: Mapping[str, float]) -> Around:
    """Around what is closed, by the times of the base where they are known."""
    seconds = {edge: max(times.get(edge, 0.0), free) for edge, free in scene.roads.seconds.items()}
    roads = Roads(seconds, scene.roads.then)
    return around(departures, change.closings, roads, scene.motorcycles, scene.length)


def run_sumo(folder: Path, words: Sequence[str]) -> None:
    """Raises `TwinFailed`. It belongs to the process group of the job, which ends with it."""
    program = [str(sumo_home() / "bin" / "sumo"), *words]
    done = subprocess.run(program, cwd=folder, capture_output=True, check=False, env=environment())
    if done.returncode:
        raise TwinFailed(f"SUMO ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-400:]}")


def _side(runs: Sequence[Ran], other: float | None) -> Side:
    roads = {road for each in runs for road in each.roads}
    return Side(tuple(each.figures for each in runs), {road: _mean(runs, road) for road in sorted(roads)}, other)


def _mean(runs: Sequence[Ran], road: str) -> tuple[RoadFigures, ...]:
    """The mean over the seeds of each hour; a seed in which nobody drove there counts with nothing."""
    hours = max(len(each.roads.get(road, ())) for each in runs)
    return tuple(_of_hour([_hour(each, road, hour) for each in runs]) for hour in range(hours))


def _hour(ran: Ran, road: str, hour: int) -> RoadFigures:
    known = ran.roads.get(road, ())
    return known[hour] if hour < len(known) else RoadFigures()


def _of_hour(known: Sequence[RoadFigures]) -> RoadFigures:
    count = len(known)
    km = sum(each.km for each in known)
    hours = sum(each.km / each.speed_kmh for each in known if each.speed_kmh)
    sums = {name: sum(getattr(each, name) for each in known) / count for name in RoadFigures.__struct_fields__[:6]}
    return RoadFigures(**sums, speed_kmh=km / hours if hours else None)


def _fits(counts: Sequence[Count], base: Sequence[Ran], scene: Scene) -> tuple[Fit, ...]:
    """What the simulated vehicles of the base did at each count, by the hour; turns by the ways that they drive."""
    hours = scene.length / 3600
    found: list[Fit] = []
    for each in counts:
        if each.place.turns:
            driven = sum(each.place.passed(way) * n for way, n in zip(scene.ways, scene.vehicles, strict=True))
        else:
            driven = sum(ran.passed.get(edge, 0.0) for ran in base for edge in each.place.edges) / len(base)
        counted, modelled = each.vehicles / each.hours, driven / hours
        found.append(Fit(each.id, counted, modelled, geh(modelled, counted)))
    return tuple(found)


def _courses(net: StreetNet) -> dict[str, RoadCourse]:
    names: dict[str, str] = {}
    lines: dict[str, list[tuple[tuple[float, float], ...]]] = {}
    for id, edge in net.edges.items():
        road = road_of(id)
        names[road] = names.get(road) or edge.name
        line = net.line(edge)
        if line and not (id.startswith("-") and id.removeprefix("-") in net.edges):
            lines.setdefault(road, []).append(line)
    return {road: RoadCourse(name, tuple(lines.get(road, ()))) for road, name in names.items()}
