"""Mobility at ten times the size of Makassar.

Signals: the decisions and shadows of 190 junctions, a second after the other. Roads: a server with 12,440 road segments
whose speeds come every five minutes, and 1,000 vehicles that tell their place every 15 seconds; what the rules make of
the speeds is waited for. Makassar has 19 junctions and 1,244 segments; of its minibuses no number is stated, so that of
vehicles is an assumption.
"""

import os
import random
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from figure import figure
from pinisi.services.mobility.atcs.adapter import Wish
from pinisi.services.mobility.atcs.layout import Plot, read_layout
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Demand, all_red
from pinisi.services.mobility.engine.signals.safety import SafetyLayer
from pinisi.services.mobility.models.ordered import Ordered

sys.path.insert(0, str(Path(__file__).parent / "load"))

from server_process import ServerProcess

FIGURES = ("mobility.tenfold.",)
CITY = Path(__file__).parents[1] / "cities" / "makassar"
JUNCTIONS, SEGMENTS, VEHICLES = 190, int(os.environ.get("TENFOLD_SEGMENTS", "12440")), 1_000
ROUND_S, VEHICLES_EVERY_S = 300.0, 15.0
RESTS_S = 35.0
"""The rule of a road's state runs every thirty seconds at most: its rounds must not come sooner than in the city."""
SECONDS = float(os.environ.get("TENFOLD_SECONDS", "60"))
LONGEST_S = float(os.environ.get("TENFOLD_LONGEST", "300"))
CROSSING = Path(__file__).parents[1] / "tests" / "services" / "mobility" / "atcs" / "crossing.toml"
DETECTORS, WARM_S, SIGNAL_S = 5, 120, 60
LETTERS = {
    Aspect.DARK: "a",
    Aspect.FLASHING: "c",
    Aspect.RED: "B",
    Aspect.RED_AMBER: "0",
    Aspect.GREEN: "1",
    Aspect.AMBER: "N",
}
"""A letter of S0001 for each."""
LIVE = """\
[[sources]]
id = "speeds"
kind = "push"
options = { title = { id = "Detektor", en = "Detectors", ja = "検知器" }, publisher = "Dishub", mapping = "speeds" }

[[sources]]
id = "places"
kind = "push"
options = { title = { id = "Armada", en = "Fleet", ja = "車両" }, publisher = "Dishub", mapping = "places" }

[[sources]]
id = "timetable"
kind = "mobility.gtfs-rt"
"""
SPEEDS = """\
[[mappings]]
entity = "urn:ngsi-ld:TrafficFlowObserved:{id}"
types = ["TrafficFlowObserved"]
observed = "at"
attributes = [
  { name = "averageVehicleSpeed", column = "speed", kind = "number", unit = "KMH" },
  { name = "freeFlowSpeed", column = "free", kind = "number", unit = "KMH" },
]
"""
PLACES = """\
[[mappings]]
entity = "urn:ngsi-ld:Vehicle:{id}"
types = ["Vehicle"]
observed = "at"
position = ["lon", "lat"]
attributes = [{ name = "speed", column = "speed", kind = "number", unit = "KMH" }]
"""


def main() -> int:
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    parts: tuple[tuple[str, Callable[[Path], None]], ...] = (("signals", signals), ("roads", roads))
    for name, part in parts:
        start = f"mobility.tenfold.{name}."
        if start.startswith(only) or only.startswith(start):
            with TemporaryDirectory() as folder:
                part(Path(folder))
    return 0


# signals


def signals(_folder: Path) -> None:
    """A minute of seconds, one after the other as fast as they go: CPU, so that others at work do not count."""
    plot = read_layout(CROSSING)
    corners = [_Corner(plot, number) for number in range(JUNCTIONS)]
    decisions: list[float] = []
    decided = shadowed = 0.0
    for second in range(1, WARM_S + SIGNAL_S + 1):
        for corner in corners:
            corner.hear(second)
            before = time.process_time()
            corner.decide(second)
            between = time.process_time()
            corner.post.shadow(float(second))
            if second > WARM_S:
                decisions.append(1_000 * (between - before))
                decided, shadowed = decided + between - before, shadowed + time.process_time() - between
    led = sum(corner.post.control == "acyclic" for corner in corners)
    if led < JUNCTIONS:
        sys.exit(f"only {led} of {JUNCTIONS} junctions are led by the controller")
    note = f"{JUNCTIONS} junctions of 2 stages and 5 detectors, {SIGNAL_S} s, each decided every second; CPU"
    start = "mobility.tenfold.signals"
    figure(f"{start}.decision_p95_ms", _at(decisions, 0.95), "ms", "goal at most 100 ms", note)
    figure(f"{start}.decisions_cpu_share", decided / SIGNAL_S, "ratio", "1", f"of one core, decisions alone; {note}")
    figure(f"{start}.shadows_cpu_share", shadowed / SIGNAL_S, "ratio", "1", f"of one core, shadows alone; {note}")


class _Corner:
    """A post, detectors that count at random, and lamps that do what a safety layer makes of its wishes."""

    def __init__(self, plot: Plot, number: int) -> None:
        self.post = Post(plot, 0.0, Ordered(mode="acyclic", plan=plot.layout.plan, since=0.0))
        self.post.link(True, 0.0)
        self._layer, self._shown = SafetyLayer(plot.junction), all_red(plot.junction, 0.0)
        self._green = frozenset(plot.junction.stages[0].groups)
        self._drawn = random.Random(number)

    def hear(self, second: int) -> None:
        self._shown = self._layer.decide(self._shown, Demand(green=self._green, at=float(second)), float(second)).shown
        self.post.lamps.take("".join(LETTERS[state.aspect] for state in self._shown.groups), float(second))
        vehicles = [int(self._drawn.random() < 0.2) for _ in range(DETECTORS)]
        counted = (vehicles, [30 * each for each in vehicles], [35 * each for each in vehicles])
        self.post.detection.take(float(second), *(",".join(map(str, each)) for each in counted))
        self.post.heard = float(second)

    def decide(self, second: int) -> None:
        for order in self.post.decide(float(second)):
            if isinstance(order, Wish):
                self._green = order.green


# roads and vehicles


def roads(folder: Path) -> None:
    city = folder / "makassar"
    shutil.copytree(CITY, city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE, encoding="utf-8")
    (city / "mappings").mkdir(exist_ok=True)
    (city / "mappings" / "speeds.toml").write_text(SPEEDS, encoding="utf-8")
    (city / "mappings" / "places.toml").write_text(PLACES, encoding="utf-8")
    server = ServerProcess(folder / "data", city=city)
    server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=300) as client:
            _rounds(server, client)
    finally:
        server.stop()


def _rounds(server: ServerProcess, client: httpx.Client) -> None:
    """A first round makes the entities, a second is measured, as it comes every five minutes."""
    idle = server.resident_mb()
    first, _ = _round(server, client, 0)
    time.sleep(RESTS_S)
    with _asking(server.port) as waits, _moving(client) as moves:
        took, cpu = _round(server, client, 1)
        rest = max(0.0, min(SECONDS, ROUND_S) - took)
        time.sleep(rest)
    if not moves or not waits:
        sys.exit("nothing was moved or asked meanwhile")
    note = f"{SEGMENTS} segments, {VEHICLES} vehicles every {VEHICLES_EVERY_S:g} s beside them, one server process"
    start = "mobility.tenfold.roads"
    made = "from the table of a round to the state of the last road"
    figure(f"{start}.round_s", took, "s", f"{ROUND_S:g} s until the next one", f"{made}; {note}")
    figure(f"{start}.cpu_share", cpu / ROUND_S, "ratio", "1", f"CPU of a round by its five minutes; {note}")
    figure(f"{start}.free_speeds_s", first, "s", note=f"free speeds of all roads, as every six hours; {note}")
    figure(f"{start}.vehicles_s", statistics.median(moves), "s", f"{VEHICLES_EVERY_S:g} s", f"places taken in; {note}")
    figure(f"{start}.network_p95_ms", _at(waits, 0.95), "ms", note=f"the page of the network, asked meanwhile; {note}")
    figure(f"{start}.memory_mb", server.resident_mb(), "MB", note=f"resident, {idle:.0f} MB before; {note}")


def _round(server: ServerProcess, client: httpx.Client, number: int) -> tuple[float, float]:
    """Seconds until each road has its state of this round, and CPU seconds of the server.

    In the first one each gets its free speed, as it does every six hours and when the service starts.
    """
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    rows = [
        {"id": f"s{each:05}", "at": at, "speed": 12 + (each * 7 + number * 11) % 37, "free": 50}
        for each in range(SEGMENTS)
    ]
    reaction = "road-state" if number else "road-usual"
    cpu, wall, before = server.cpu_seconds(), time.monotonic(), _runs(client, reaction)
    for begin in range(0, SEGMENTS, 1_000):
        client.post("/pinisi/v1/push/speeds", json=rows[begin : begin + 1_000]).raise_for_status()
    if number == 0:
        client.post("/pinisi/v1/services/mobility", json={"on": True}).raise_for_status()
        before = 0
    while (done := _runs(client, reaction) - before) < SEGMENTS:
        if time.monotonic() - wall > LONGEST_S:
            sys.exit(f"{done} of {SEGMENTS} roads are judged after {LONGEST_S:g} s")
        time.sleep(1)
    took, spent = time.monotonic() - wall, server.cpu_seconds() - cpu
    _check(client, "trafficState" if number else "freeSpeed", at if number else "")
    return took, spent


def _runs(client: httpx.Client, reaction: str) -> int:
    services = client.get("/pinisi/v1/services").raise_for_status().json()["services"]
    found = next(each["reactions"] for each in services if each["name"] == "mobility")
    if any(each["parked"] for each in found):
        sys.exit(f"runs of reactions are parked: {[each['name'] for each in found if each['parked']]}")
    return next((each["runs"] for each in found if each["name"] == reaction), 0)


def _check(client: httpx.Client, attribute: str, since: str) -> None:
    """A hundred of the roads have the value, of this round."""
    context = f"<{str(client.base_url).rstrip('/')}/pinisi/v1/context.jsonld>"
    link = f'{context}; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    for number in range(0, SEGMENTS, max(1, SEGMENTS // 100)):
        path = f"/ngsi-ld/v1/entities/urn:ngsi-ld:RoadTraffic:s{number:05}"
        value = client.get(path, headers={"link": link}).raise_for_status().json().get(attribute)
        if value is None or value["observedAt"] < since:
            sys.exit(f"road s{number:05} has no {attribute} of this round: {value}")


@contextmanager
def _asking(port: int) -> Iterator[list[float]]:
    """The page of the network every two seconds, milliseconds each."""
    waits: list[float] = []
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while not over.wait(2.0):
                began = time.monotonic()
                client.get("/pinisi/v1/services/mobility/network").raise_for_status()
                waits.append(1_000 * (time.monotonic() - began))

    yield from _beside(ask, over, waits)


@contextmanager
def _moving(client: httpx.Client) -> Iterator[list[float]]:
    """Places of all vehicles, seconds each time."""
    times: list[float] = []
    over = threading.Event()

    def move() -> None:
        step = 0
        with httpx.Client(base_url=client.base_url, timeout=60) as own:
            while True:
                at, step, began = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", step + 1, time.monotonic()
                rows = [
                    {
                        "id": f"v{each:04}",
                        "at": at,
                        "speed": 20,
                        "lon": 119.4 + each / 20_000,
                        "lat": -5.1 - step / 5_000,
                    }
                    for each in range(VEHICLES)
                ]
                own.post("/pinisi/v1/push/places", json=rows).raise_for_status()
                times.append(time.monotonic() - began)
                if over.wait(max(0.0, VEHICLES_EVERY_S - times[-1])):
                    return

    yield from _beside(move, over, times)


def _beside(work: Callable[[], None], over: threading.Event, found: list[float]) -> Iterator[list[float]]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    sys.exit(main())
