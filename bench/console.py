"""The live console as a person meets it: delay, losses, memory and frames in a real browser; the cost of many consoles.

The server is a process of its own, the writer another, the browser is headless Chromium with software GL at 1280x720.
"""

import asyncio
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from figure import figure
from shared import shared_folder

sys.path.insert(0, str(Path(__file__).parent / "load"))

from moving_city import GAUGES, VEHICLES, Fleet, gauge, makassar_with, nation, reading, registers
from real_browser import FOLLOW, FRAMES, browser_seconds, console, frame_rate, heap_mb
from server_process import ServerProcess
from wire import Wire

FIGURES = ("console.",)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
UPSERT = "/ngsi-ld/v1/entityOperations/upsert?options=update"
RATE, BATCH = 1_000, 100
GAUGES_IN_CITY = 5_000
MOVERS = 10_000
CONSOLES = 60
LATENCY_S = float(os.environ.get("BENCH_SECONDS", "300"))
ALARM_EVERY_S = 2.0

Batch = Callable[[int], list[dict[str, Any]]]


def wanted(*names: str) -> bool:
    return any(name.startswith(ONLY) or ONLY.startswith(name) for name in names)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        if wanted("console.latency.", "console.memory"):
            measure_latency(Path(folder) / "latency")
        if wanted("console.movers."):
            measure_movers(Path(folder) / "movers")
        if wanted("console.registers."):
            measure_registers(Path(folder) / "registers")
        if wanted("console.fanout."):
            asyncio.run(measure_fanout(Path(folder) / "fanout"))


# the writer


def write_batches(port: int, batch: Batch, seconds: float, sent: "multiprocessing.Queue[Any]", stop: Event) -> None:
    """1,000 updates a second in batches of 100, each when its time has come; tells when it sent each batch."""
    asyncio.run(_write_batches(port, batch, seconds, sent, stop))


async def _write_batches(
    port: int, batch: Batch, seconds: float, sent: "multiprocessing.Queue[Any]", stop: Event
) -> None:
    moments: list[tuple[int, float]] = []
    behind = 0.0
    async with Wire(port) as wire:
        began = time.monotonic()
        for number in range(int(seconds * RATE / BATCH)):
            await asyncio.sleep(max(0.0, began + number * BATCH / RATE - time.monotonic()))
            if stop.is_set():
                break
            behind = max(behind, time.monotonic() - began - number * BATCH / RATE)
            moments.append((number, time.time() * 1000))
            answer = await wire.ask("POST", UPSERT, batch(number))
            if answer.status != 204:
                sys.exit(f"a batch was answered {answer.status}: {answer.body[:300]!r}")
    sent.put((moments, behind))


async def load(port: int, entities: list[dict[str, Any]]) -> None:
    async with Wire(port) as wire:
        for start in range(0, len(entities), 1_000):
            answer = await wire.ask("POST", UPSERT, entities[start : start + 1_000])
            if answer.status not in (201, 204):
                sys.exit(f"a batch was answered {answer.status}: {answer.body[:300]!r}")


class Writer:
    """The writer in a process of its own."""

    def __init__(self, port: int, batch: Batch, seconds: float) -> None:
        fork = multiprocessing.get_context("fork")
        self._sent: multiprocessing.Queue[Any] = fork.Queue()
        self._stop = fork.Event()
        self._process = fork.Process(target=write_batches, args=(port, batch, seconds, self._sent, self._stop))

    def start(self) -> None:
        self._process.start()

    def finish(self) -> tuple[list[tuple[int, float]], float]:
        """Wait for its end: when each batch was sent, and how far behind its time the latest was."""
        found = self._sent.get(timeout=900)
        self._process.join()
        return found

    def stop(self) -> tuple[list[tuple[int, float]], float]:
        self._stop.set()
        return self.finish()


# delay, losses, memory


def gauges_of(number: int) -> list[int]:
    """Which gauges a batch updates: each in turn."""
    return [(number * BATCH + each) % GAUGES_IN_CITY for each in range(BATCH)]


def gauge_batch(number: int) -> list[dict[str, Any]]:
    return [reading(each, number + 1) for each in gauges_of(number)]


def measure_latency(folder: Path) -> None:
    folder.mkdir()
    server = ServerProcess(folder / "data", city=makassar_with(folder / "city", GAUGES))
    server.start()
    try:
        asyncio.run(load(server.port, [gauge(number, 0) for number in range(GAUGES_IN_CITY)]))
        _measure_latency(server)
    finally:
        server.stop()


def _measure_latency(server: ServerProcess) -> None:
    raised: list[str] = []
    heaps: list[float] = []
    with console(f"http://127.0.0.1:{server.port}/?lang=en") as page:
        page.wait_for_function(f"window.liveStore?.tables.get('gauges')?.rows.size === {GAUGES_IN_CITY}")
        page.evaluate(FOLLOW, ["gauges", "reading"])
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")
        page.wait_for_timeout(3_000)
        writer = Writer(server.port, gauge_batch, LATENCY_S)
        before, began = server.cpu_seconds(), time.monotonic()
        seen: list[tuple[str, int, float]] = []
        writer.start()
        while (passed := time.monotonic() - began) < LATENCY_S:
            page.wait_for_timeout(ALARM_EVERY_S * 1000)
            answer = page.request.post(
                f"http://127.0.0.1:{server.port}/pinisi/v1/incidents",
                data={"title": f"Drill {len(raised)}", "severity": "caution", "location": [119.43, -5.15]},
            )
            raised.append(answer.json()["id"])
            seen += page.evaluate("window.seen.splice(0)")
            if passed > (len(heaps) + 1) * LATENCY_S / 6:
                heaps.append(heap_mb(cdp))
        moments, behind = writer.finish()
        cpu = (server.cpu_seconds() - before) / (time.monotonic() - began)
        page.wait_for_timeout(3_000)
        seen += page.evaluate("window.seen.splice(0)")
        told = set(page.evaluate("[...liveStore.incidents.keys()]"))
    tell_latency(moments, seen, behind, cpu)
    missing = lost_states(len(moments), seen) + len(set(raised) - told)
    note = f"final states of {GAUGES_IN_CITY} entities and {len(raised)} events, each looked for in the browser"
    figure("console.latency.lost", missing, "count", "0", note)
    growth = heaps[-1] - heaps[0] if len(heaps) > 1 else 0.0
    sizes = ", ".join(f"{heap:.1f}" for heap in heaps)
    note = f"live JavaScript objects after collection, from the first sixth to the last: {sizes} MB"
    figure("console.latency.heap_growth_mb", growth, "MB", "flat", note)


def tell_latency(moments: list[tuple[int, float]], seen: list[Any], behind: float, cpu: float) -> None:
    """From just before a batch is sent to when the browser's state holds its value or a newer one; and to its frame."""
    sent = dict(moments)
    states, frames = delays_of(sent, seen, 2), delays_of(sent, seen, 3)
    note = (
        f"{len(states)} of {len(sent) * BATCH} updates, {RATE}/s for {LATENCY_S:.0f} s in batches of {BATCH}, "
        f"{GAUGES_IN_CITY} entities; p50 {states[len(states) // 2]:.0f} ms, max {states[-1]:.0f} ms; "
        f"writer at most {behind * 1000:.0f} ms late; server {cpu:.2f} cores; one console, headless Chromium"
    )
    figure("console.latency.p95_ms", states[int(len(states) * 0.95)], "ms", "goal 500", note)
    note = f"until after the frame that could show it, drawn by software; p50 {frames[len(frames) // 2]:.0f} ms"
    figure("console.latency.frame_p95_ms", frames[int(len(frames) * 0.95)], "ms", "", note)


def delays_of(sent: dict[int, float], seen: list[Any], member: int) -> list[float]:
    """Milliseconds from each update to the first note of its value or a newer one, sorted."""
    shown: dict[int, list[tuple[int, float]]] = {}
    for note in seen:
        shown.setdefault(int(note[0].rpartition(":")[2]), []).append((note[1], note[member]))
    delays: list[float] = []
    for number, moment in sent.items():
        for each in gauges_of(number):
            first = next((at for value, at in shown.get(each, ()) if value >= number + 1), None)
            if first is not None:
                delays.append(first - moment)
    return sorted(delays)


def lost_states(batches: int, seen: list[Any]) -> int:
    """Entities whose last value never came to the screen."""
    last: dict[int, int] = {}
    for number in range(batches):
        last |= dict.fromkeys(gauges_of(number), number + 1)
    final = {int(note[0].rpartition(":")[2]): note[1] for note in seen}
    return sum(final.get(each) != value for each, value in last.items())


# frames


def measure_movers(folder: Path) -> None:
    folder.mkdir()
    server = ServerProcess(folder / "data", city=makassar_with(folder / "city", VEHICLES))
    server.start()
    fleet = Fleet(MOVERS)
    try:
        asyncio.run(load(server.port, [fleet.vehicle(number) for number in range(MOVERS)]))
        with console(f"http://127.0.0.1:{server.port}/?layers=vehicles&lang=en") as page:
            page.wait_for_function(f"window.liveStore?.tables.get('vehicles')?.rows.size === {MOVERS}")
            writer = Writer(
                server.port, lambda n: [fleet.moved((n * BATCH + each) % MOVERS) for each in range(BATCH)], 120
            )
            writer.start()
            page.wait_for_timeout(15_000)
            rates = [pictures_of_movers(page) for _ in range(3)]
            keep_picture(page, "movers")
            writer.stop()
    finally:
        server.stop()
    pictures, whole, slowest, cost = sorted(rates)[1]
    note = f"pictures of all {MOVERS} in view, {RATE} moves/s, drawn between positions (30/s at most); the page itself "
    note += f"{whole:.0f} frames/s, slowest second {slowest:.0f}; "
    note += f"{cost:.0f} ms of processor time a picture, all of the browser; 1280x720, software GL"
    figure("console.movers.fps", pictures, "frames/s", "goal 15", note)


def pictures_of_movers(page: Any) -> tuple[float, float, float, float]:
    """How often the movers were drawn a second; the frames of the page, over all and in its slowest second; and the
    processor time of the whole browser for each picture, in milliseconds."""
    before, used = page.evaluate("window.pictures"), browser_seconds()
    stamps = page.evaluate(FRAMES, 10)
    drawn = page.evaluate("window.pictures") - before
    cost = (browser_seconds() - used) / max(1, drawn) * 1000
    return (drawn / (stamps[-1] - stamps[0]) * 1000, *frame_rate(stamps), cost)


def measure_registers(folder: Path) -> None:
    folder.mkdir()
    entities = list(registers(shared_folder()))
    server = ServerProcess(folder / "data", city=nation(folder / "city"))
    server.start()
    try:
        asyncio.run(load(server.port, entities))
        with console(f"http://127.0.0.1:{server.port}/?lang=en") as page:
            count = "[...window.liveStore.tables.values()].reduce((sum, table) => sum + table.rows.size, 0)"
            page.wait_for_function(f"window.liveStore && {count} === {len(entities)}")
            page.wait_for_timeout(8_000)
            rates = [pan_and_zoom(page) for _ in range(3)]
            keep_picture(page, "registers")
    finally:
        server.stop()
    whole, slowest = sorted(rates)[1]
    note = f"{len(entities)} points in three layers, dragging and zooming for 10 s; slowest second {slowest:.0f}"
    figure("console.registers.fps", whole, "frames/s", "goal 30", f"{note}; 1280x720, software GL")


def pan_and_zoom(page: Any) -> tuple[float, float]:
    """Frames while the map is dragged to and fro and zoomed in and out by wheel, as a hand does."""
    page.evaluate(f"window.frames = ({FRAMES})(10); undefined")
    until = time.monotonic() + 10
    chance = random.Random(1)
    page.mouse.move(500, 360)
    while time.monotonic() < until:
        page.mouse.down()
        page.mouse.move(500 + chance.randint(-200, 200), 360 + chance.randint(-150, 150), steps=20)
        page.mouse.up()
        for _ in range(4):
            page.mouse.wheel(0, chance.choice((-120, 120)))
            page.wait_for_timeout(60)
        page.mouse.move(500, 360, steps=4)
    return frame_rate(page.evaluate("window.frames"))


def keep_picture(page: Any, name: str) -> None:
    """A picture of what was measured, where the caller asks for one."""
    folder = os.environ.get("BENCH_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png")


# many consoles


async def measure_fanout(folder: Path) -> None:
    """60 readers of the stream, each asking for the numbers of Now once a second as the console does."""
    folder.mkdir()
    server = ServerProcess(folder / "data", city=makassar_with(folder / "city", GAUGES))
    await asyncio.to_thread(server.start)
    try:
        await load(server.port, [gauge(number, 0) for number in range(GAUGES_IN_CITY)])
        alone, _ = await _share(server, 0)
        share, told = await _share(server, CONSOLES)
    finally:
        await asyncio.to_thread(server.stop)
    note = f"cores of the server; {alone:.2f} with nobody looking; {told / CONSOLES:.0f} entities/s told to each"
    figure("console.fanout.cpu_share", share, "cores", "goal 0.5", f"{CONSOLES} consoles, {RATE} updates/s; {note}")


async def _share(server: ServerProcess, consoles: int, seconds: float = 20.0) -> tuple[float, float]:
    """Cores that the server uses, and entities told a second to all."""
    counts = [0] * consoles
    looking = [asyncio.create_task(_look(server.port, counts, number)) for number in range(consoles)]
    writer = Writer(server.port, gauge_batch, seconds + 20)
    writer.start()
    await asyncio.sleep(5)
    before, told, began = server.cpu_seconds(), sum(counts), time.monotonic()
    await asyncio.sleep(seconds)
    passed = time.monotonic() - began
    share, told = (server.cpu_seconds() - before) / passed, sum(counts) - told
    _, behind = await asyncio.to_thread(writer.stop)
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    if behind > 5 or (consoles and told / passed / consoles < 0.8 * RATE):
        print(f"writer {behind:.1f} s behind, {told / passed:.0f} told a second", file=sys.stderr)
    return share, told / passed


async def _look(port: int, counts: list[int], number: int) -> None:
    """One console: its stream, and Now once a second."""
    asking = asyncio.create_task(_ask_now(port))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /pinisi/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
    try:
        while piece := await reader.read(1 << 20):
            counts[number] += piece.count(b'{"id":"urn:ngsi-ld:Gauge:')
    finally:
        asking.cancel()
        writer.close()


async def _ask_now(port: int) -> None:
    await asyncio.sleep(random.random())
    async with Wire(port) as wire:
        while True:
            answer = await wire.ask("GET", "/pinisi/v1/now")
            if answer.status != 200 or "tiles" not in json.loads(answer.body):
                sys.exit(f"Now was answered {answer.status}")
            await asyncio.sleep(1)


if __name__ == "__main__":
    main()
