"""A day of the call centre at a hundred times its speed, with `kill -9` in the middle, and whom to send.

The telephone system tells of each call as it rings; call takers pick up and save; everything that was answered has to
be there afterwards, once, in its order. Whoever gets no answer asks again, as a telephone system and a browser do.
"""

import asyncio
import itertools
import os
import random
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from figure import figure
from load.call_day import DAY_S, HOUR_S, TENFOLD_AT, DayCall, call_day
from load.server_process import ServerProcess
from pinisi.incidents.units.recommendation import Demand, recommend
from pinisi.incidents.units.travel import StraightLine
from pinisi.incidents.units.unit import Unit

FIGURES = ("incidents.calls.",)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
SPEED = 100
SEED = 112
UNITS, PLACES = 200, 153
CAPABILITIES = ("fire-engine", "ambulance", "rescue", "patrol")
OURS = "/pinisi/v1"
TRY_AGAIN_S, TRIES = 0.2, 600


def main() -> int:
    if not ONLY.startswith("incidents.calls.p99"):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(day(Path(folder) / "data"))
    measure_sending(call_day(SEED))
    return 0


async def day(data: Path) -> None:
    server = ServerProcess(data)
    server.start()
    calls = call_day(SEED)
    centre = Centre(server, calls)
    try:
        await centre.replay()
    finally:
        server.stop()
    centre.judge(data)


class Centre:
    """The world around the house: a telephone system, call takers, and a list of what they were told is kept."""

    def __init__(self, server: ServerProcess, calls: list[DayCall]) -> None:
        self._server = server
        self._calls = calls
        self._rung: set[int] = set()
        self._saved: dict[int, str] = {}
        self._late: list[float] = []
        self._again = 0
        self._base = datetime.now(UTC).timestamp() - DAY_S
        self._down = asyncio.Event()

    async def replay(self) -> None:
        began = time.monotonic()
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._server.port}", limits=limits, timeout=30
        ) as web:
            self._web = web
            killer = asyncio.create_task(self._kill(began))
            takers = [asyncio.create_task(self._call(call, began)) for call in self._calls]
            await asyncio.gather(killer, *takers)

    async def _kill(self, began: float) -> None:
        """In the middle of the tenfold hour."""
        middle = (TENFOLD_AT + 0.5) * HOUR_S / SPEED
        await asyncio.sleep(max(0.0, middle - (time.monotonic() - began)))
        self._server.kill()
        await asyncio.to_thread(self._server.start)

    async def _call(self, call: DayCall, began: float) -> None:
        due = call.second / SPEED
        await asyncio.sleep(max(0.0, due - (time.monotonic() - began)))
        self._late.append(time.monotonic() - began - due)
        at = datetime.fromtimestamp(self._base + call.second, UTC).isoformat().replace("+00:00", "Z")
        rings = {"event": "ringing", "call": str(call.number), "number": call.line, "at": at}
        await self._ask("POST", "calls/events", rings, {204})
        self._rung.add(call.number)
        key = await self._key(call)
        await self._ask("POST", f"calls/{key}/acts", {"act": "pick-up"}, {200, 409})
        words: dict[str, Any] = (
            {"kind": "prank"}
            if call.prank
            else {
                "kind": "emergency",
                "category": "fire",
                "location": [call.lon, call.lat],
                "spot": f"canary {call.number}",
            }
        )
        await self._ask("POST", f"calls/{key}/saved", words, {201, 409})
        self._saved[call.number] = key

    async def _key(self, call: DayCall) -> str:
        queue = (await self._ask("GET", "calls", None, {200})).json()["calls"]
        times = [each["rangAt"] for each in queue]
        assert times == sorted(times), "the queue is out of order"
        at = datetime.fromtimestamp(self._base + call.second, UTC)
        mine = [each for each in queue if abs((datetime.fromisoformat(each["rangAt"]) - at).total_seconds()) < 1e-3]
        if not mine:
            raise SystemExit(f"call {call.number} was answered and is gone")
        return mine[0]["key"]

    async def _ask(self, method: str, path: str, body: Any, good: set[int]) -> httpx.Response:
        """Ask until there is an answer."""
        for _ in range(TRIES):
            try:
                answer = await self._web.request(method, f"{OURS}/{path}", json=body)
            except httpx.TransportError:
                self._again += 1
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            if answer.status_code in good:
                return answer
            if answer.status_code < 500:
                raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(TRY_AGAIN_S)
        raise SystemExit(f"{method} {path}: no answer")

    def judge(self, data: Path) -> None:
        """What the records hold, beside what was answered."""
        (file,) = list(data.rglob("makassar.sqlite"))
        with sqlite3.connect(file) as base:
            rows = base.execute(
                "SELECT outside, state, kind, incident FROM incidents__call ORDER BY rang_at, rowid"
            ).fetchall()
        kept = {int(outside): (state, kind, incident) for outside, state, kind, incident in rows}
        lost = len(self._rung - kept.keys()) + sum(
            kept[number][0] != "saved" for number in self._saved if number in kept
        )
        doubled = len(rows) - len(kept)
        disorder = sum(int(one[0]) > int(other[0]) for one, other in itertools.pairwise(rows))
        without = sum(
            kept[call.number][1] != ("prank" if call.prank else "emergency") or bool(kept[call.number][2]) == call.prank
            for call in self._calls
            if call.number in kept
        )
        pranks = sum(call.prank for call in self._calls)
        shape = f"{len(self._calls)} calls, {pranks} pranks, a tenfold hour, {SPEED}x, kill -9 within it"
        note = f"{shape}; asked again {self._again} times; started at most {max(self._late):.1f} s late"
        figure("incidents.calls.lost", lost + without, "calls", "goal 0", note)
        figure("incidents.calls.doubled", doubled, "calls", "goal 0", note)
        figure("incidents.calls.out_of_order", disorder, "calls", "goal 0", note)


def _pairs(seed: int, count: int) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(chance.uniform(119.38, 119.53), chance.uniform(-5.21, -5.07)) for _ in range(count)]


_UNITS = [
    Unit(
        id=f"u{n}", name=f"u{n}", agency="made", capabilities=frozenset({CAPABILITIES[n % 4]}), state="free", base=base
    )
    for n, base in enumerate(_pairs(1, UNITS))
]
_DEMAND = Demand(
    names=tuple(map(str, range(PLACES))), places=tuple(_pairs(2, PLACES)), weights=tuple(range(1, PLACES + 1))
)
_WAY = StraightLine()


def measure_sending(calls: list[DayCall]) -> None:
    """Whom to send, for every emergency of the day: on the clock, and of the processor alone."""
    emergencies = [call for call in calls if not call.prank]
    taken = [whom_to_send(call) for call in emergencies]
    note = f"whom to send among {UNITS} units, the cover they leave in {PLACES} areas, {len(taken)} emergencies"
    figure("incidents.calls.p99_ms", _p99([clock for clock, _ in taken]), "ms", "goal 50", note)
    figure("incidents.calls.p99_cpu_ms", _p99([cpu for _, cpu in taken]), "ms", "", f"{note}; CPU time")


def _p99(seconds: list[float]) -> float:
    """In milliseconds."""
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * 99 // 100)] * 1000


def whom_to_send(call: DayCall) -> tuple[float, float]:
    """Seconds that the recommendation took, by the clock and of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    recommend(_UNITS, {"fire-engine": 2, "ambulance": 1}, (call.lon, call.lat), _DEMAND, _WAY, 0)
    return time.perf_counter() - began, time.process_time() - worked


if __name__ == "__main__":
    sys.exit(main())
