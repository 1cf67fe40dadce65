"""The twin on RESCO maps: demand from counts (fit, also of counts that were held out) and speed beside real time.

The counts are those of each map's own demand on a third of its edges (sixty at most), with an error of five per cent;
a quarter as many more are held out; twenty draws of both. `scripts/signal-maps.sh` brings the maps.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from figure import figure
from pinisi.services.mobility.engine.demand.calibration import Count, judged
from pinisi.services.mobility.engine.demand.candidates import Place
from pinisi.services.mobility.engine.demand.fit import Fit, within
from pinisi.services.mobility.engine.demand.gravity import demand_of
from pinisi.services.mobility.twin.child import TwinMissing, ensure_sumo
from pinisi.services.mobility.twin.street_net import StreetNet, read_net
from pinisi.services.mobility.whatif.on_net import breadths, roads_of
from pinisi.services.mobility.whatif.run_files import command, write_looks, write_routes
from pinisi.services.mobility.whatif.run_read import by_road, figures
from pinisi.services.mobility.whatif.side_by_side import run_sumo
from pinisi.services.mobility.whatif.trips_known import Departure, of_file

FIGURES = ("mobility.twin.",)
FOLDER = Path(__file__).parents[1] / ".venv" / "signal-maps"
MAPS = ("cologne3", "cologne8", "ingolstadt7")
HOUR_S, ERROR, SEED, DRAWS = 3_600, 0.05, 1, 20


def main() -> int:
    try:
        ensure_sumo()
    except TwinMissing as missing:
        sys.exit(str(missing))
    for name in MAPS:
        if not (FOLDER / name).is_dir():
            sys.exit(f"{name}: bring the maps with scripts/signal-maps.sh")
        measure(name)
    return 0


def measure(name: str) -> None:
    net = read_net(FOLDER / name / f"{name}.net.xml")
    departures = of_file(next((FOLDER / name).glob("*.rou.xml")), roads_of(net), HOUR_S)
    told_calibration(name, net, departures)
    told_speed(name, departures)


def told_calibration(name: str, net: StreetNet, departures: list[Departure]) -> None:
    roads, length = roads_of(net), {id: edge.length_m for id, edge in net.edges.items()}
    fits: list[Fit] = []
    unseen: list[Fit] = []
    vehicles = 0
    started = time.process_time()
    for draw in range(1, DRAWS + 1):
        used, held = counts(departures, draw)
        found = demand_of(roads, length, breadths(net), used).demand
        fits += found.fits
        vehicles += sum(found.vehicles)
        unseen += judged(held, found.ways, found.vehicles)
    spent = (time.process_time() - started) / DRAWS
    note = f"{len(departures)} vehicles; {DRAWS} draws of the counts together"
    figure(f"mobility.twin.{name}.geh_share", within(fits), "ratio", "UK practice 0.85", f"{len(fits)} counts; {note}")
    figure(
        f"mobility.twin.{name}.held_geh_share", within(unseen), "ratio", "", f"{len(unseen)} counts held out; {note}"
    )
    mean = sum(each.geh for each in unseen) / len(unseen)
    figure(f"mobility.twin.{name}.held_geh_mean", mean, "GEH", "", f"{len(unseen)} counts held out; {note}")
    figure(f"mobility.twin.{name}.calibrate_cpu_s", spent, "s", "", f"CPU time of one draw; {note}")


def counts(departures: list[Departure], draw: int) -> tuple[list[Count], list[Count]]:
    """Those to calibrate by, and those held out."""
    drawn = random.Random(draw)
    volumes = Counter(edge for each in departures for edge in each.way)
    edges = sorted(edge for edge, volume in volumes.items() if volume >= 20)
    drawn.shuffle(edges)
    number = min(len(edges) // 3, 60)
    known = [
        Count(edge, Place(frozenset([edge])), max(0, round(drawn.gauss(volumes[edge], ERROR * volumes[edge]))), 1.0)
        for edge in edges[: number + number // 4]
    ]
    return known[:number], known[number:]


def told_speed(name: str, departures: list[Departure]) -> None:
    """One run with everything that a what-if writes; half an hour."""
    seconds = HOUR_S // 2
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_routes(folder / "routes.xml", [each for each in departures if each.second < seconds], 0.0)
        write_looks(folder / "looks.xml", seconds)
        started = time.perf_counter()
        run_sumo(folder, command(FOLDER / name / f"{name}.net.xml", seconds, SEED, 0.0))
        spent = time.perf_counter() - started
        read = figures(folder, seconds, [], by_road(folder, seconds))
    note = f"{seconds} s, {read.due:.0f} vehicles due, {read.completed:.0f} arrived; wall time"
    figure(f"mobility.twin.{name}.times_real", seconds / spent, "x real time", "above 1", note)


if __name__ == "__main__":
    sys.exit(main())
