"""100,000 journeys over two Indonesian timetables, beside pynigiri (the engine of MOTIS) in the same run.

TransJakarta has no times: the repair estimates them, with a vehicle every ten minutes. The peer is asked from stop to
stop with changes at the same stop only, since its changes on foot are others; so are we for that figure.
"""

import csv
import datetime
import io
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pynigiri

from figure import figure
from pinisi.runtime.processes import resident
from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.repair import repair
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.engine.transit.day_network import DayNetwork, Networks
from pinisi.services.mobility.engine.transit.journey import Wish, journeys
from pinisi.services.mobility.engine.transit.timetable_build import timetable_of
from pinisi.services.mobility.gtfs_zip import read_zip, zipped
from shared import shared_folder

FIGURES = ("mobility.gtfs.journey_",)
FEEDS = {
    "jakarta": ("transjakarta_2021-09.zip", datetime.date(2021, 10, 4), Assumptions(headway=600)),
    "bogor": ("bogor_angkot_2019-01.zip", datetime.date(2019, 10, 4), Assumptions()),
}
JOURNEYS = 50_000
COMPARED = 5_000
CHANGE_S = 120
"""Between vehicles at one stop, where the peer is asked as well: its own least."""
Query = tuple[int, int, int]
"""Stops from and to, minute of the day."""


def main() -> int:
    folder = shared_folder() / "data" / "gtfs"
    for name, (file, day, assumed) in FEEDS.items():
        files = write_feed(repair(*read_feed(read_zip(folder / file)), assumed, "20261126").feed)
        measure(name, files, day)
        beside(name, files, day)
    return 0


def measure(name: str, files: dict[str, bytes], day: datetime.date) -> None:
    begun, before = time.process_time(), resident([os.getpid()])
    network = Networks(timetable_of(read_feed(files)[0])).on(day)
    built, kept = time.process_time() - begun, resident([os.getpid()]) - before
    took: list[float] = []
    busy: list[int] = []
    found = 0
    begun = time.process_time()
    for number, (one, other, minute) in enumerate(asked(network, JOURNEYS)):
        ends = [(stop.lon, stop.lat) for stop in (network.timetable.stops[one], network.timetable.stops[other])]
        wish = Wish(*ends, at=minute * 60, arrive=number % 2 == 1)
        start, worked = time.perf_counter(), time.thread_time_ns()
        found += bool(journeys(network, wish))
        busy.append(time.thread_time_ns() - worked)
        took.append(time.perf_counter() - start)
    cpu = time.process_time() - begun
    took.sort()
    busy.sort()
    runs, stops = len(network.forwards.key), len(network.timetable.stops)
    note = f"{JOURNEYS:,} journeys, half by arrival, 800 m on foot; {stops:,} stops, {runs:,} runs around the day"
    key = f"mobility.gtfs.journey_{name}"
    figure(f"{key}.median_ms", statistics.median(took) * 1e3, "ms", note=note)
    figure(f"{key}.p99_ms", took[int(len(took) * 0.99)] * 1e3, "ms", note=note)
    figure(f"{key}.cpu_p99_ms", busy[int(len(busy) * 0.99)] / 1e6, "ms of CPU", "60: the goal", note)
    figure(f"{key}.cpu_max_ms", busy[-1] / 1e6, "ms of CPU", note=note)
    figure(f"{key}.cpu_ms", cpu / JOURNEYS * 1e3, "ms of CPU", note=note)
    figure(f"{key}.found", found / JOURNEYS * 100, "%", note="stops drawn at random, 6 to 20 o'clock")
    figure(f"{key}.build_cpu", built, "s", note=f"from the files, once for each timetable and day; {kept >> 20} MB")


def asked(network: DayNetwork, count: int) -> list[Query]:
    lot = random.Random(1)
    stops = range(len(network.timetable.stops))
    return [(*lot.sample(stops, 2), lot.randint(6 * 60, 20 * 60)) for _ in range(count)]


def beside(name: str, files: dict[str, bytes], day: datetime.date) -> None:
    """The same questions to both."""
    apart = {**files, "transfers.txt": same_stop(files["stops.txt"])}
    network = Networks(timetable_of(read_feed(apart)[0])).on(day)
    places = [(stop.lon, stop.lat) for stop in network.timetable.stops]
    alone = {place for place in places if places.count(place) == 1}
    queries = [each for each in asked(network, COMPARED) if {places[each[0]], places[each[1]]} <= alone]
    ours, cpu = answered(queries, lambda query: own(network, query))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feed.zip"
        path.write_bytes(zipped(apart))
        peer = Peer(path, network, day)
        theirs, peer_cpu = answered(queries, peer.ask)
    same = sum(one == other for one, other in zip(ours, theirs, strict=True))
    note = f"pynigiri 0.1.5: {peer_cpu / len(queries) * 1e3:.2f} ms; {len(queries):,} questions from stop to stop"
    key = f"mobility.gtfs.journey_{name}"
    figure(f"{key}.peer_ratio", cpu / peer_cpu, "x its CPU", note=note)
    if name == "bogor":  # its times are whole minutes, as the peer's are
        figure(
            f"{key}.peer_same", same / len(queries) * 100, "%", "100: the goal", "changes and arrival of every answer"
        )


Found = Sequence[tuple[int, int]]
"""Changes and minute of arrival of each journey."""


def answered(queries: Sequence[Query], ask: Callable[[Query], Found]) -> tuple[list[Found], float]:
    begun = time.process_time()
    found = [ask(query) for query in queries]
    return found, time.process_time() - begun


def own(network: DayNetwork, query: Query) -> Found:
    ends = [(stop.lon, stop.lat) for stop in (network.timetable.stops[query[0]], network.timetable.stops[query[1]])]
    wish = Wish(*ends, at=query[2] * 60, walk=0.0, rides=7, longest=600 * 60)
    return sorted((each.rides - 1, each.arrive // 60) for each in journeys(network, wish))


class Peer:
    def __init__(self, path: Path, network: DayNetwork, day: datetime.date) -> None:
        settings = pynigiri.LoaderConfig()
        settings.link_stop_distance = 0
        week = datetime.timedelta(days=4)
        source = pynigiri.TimetableSource("gtfs", str(path), settings)
        self._timetable: Any = pynigiri.load_timetable(
            [source], str(day - week), str(day + week), pynigiri.FinalizeOptions()
        )
        midnight = datetime.datetime.combine(day, datetime.time(), datetime.timezone(datetime.timedelta(hours=7)))
        self._begin = int(midnight.timestamp()) // 60
        self._stops = [self._timetable.find_location(stop.id) for stop in network.timetable.stops]

    def ask(self, query: Query) -> Found:
        wanted = pynigiri.Query()
        wanted.start_time = self._begin + query[2]
        wanted.start = [pynigiri.Offset(self._stops[query[0]], 0, 0)]
        wanted.destination = [pynigiri.Offset(self._stops[query[1]], 0, 0)]
        wanted.max_transfers, wanted.max_travel_time = 6, 600
        found = pynigiri.route(self._timetable, wanted)
        return sorted((each.transfers, each.dest_time - self._begin) for each in found)


def same_stop(stops: bytes) -> bytes:
    """transfers.txt: the least time of a change at each stop."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time"])
    for row in csv.DictReader(io.StringIO(stops.decode("utf-8-sig"))):
        rows.writerow([row["stop_id"], row["stop_id"], 2, CHANGE_S])
    return out.getvalue().encode()


if __name__ == "__main__":
    raise SystemExit(main())
