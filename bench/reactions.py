"""Twenty reactions of three services woken by a thousand changes a second, all on one core; and the same under kill -9.

The writer runs in the same process, on the same core: each change is an `apply` of its own, answered after fsync. Its
CPU is measured alone, before and after, and taken off.
"""

import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from answers import Judgement, judge
from busy_services import REACTIONS, BusyCity, everything, open_city
from reaction_crash import kill_often

PACE = ("runtime.reactions", "runtime.cpu_us", "runtime.wake", "runtime.overdue", "runtime.lost", "runtime.twice")
FIGURES = (
    "runtime.reactions", "runtime.cpu_us", "runtime.wake", "runtime.overdue", "runtime.lost", "runtime.twice",
    "runtime.crash.",
)  # fmt: skip
CHANGES_PER_SECOND = 1_000
SECONDS, ALONE_SECONDS, WARM_SECONDS = 30.0, 6.0, 5.0
ROUNDS = 30


def main() -> int:
    if len(everything()) != REACTIONS:
        raise SystemExit(f"{len(everything())} reactions instead of {REACTIONS}")
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as the server does
    with tempfile.TemporaryDirectory() as folder:
        if any(name.startswith(only) or only.startswith(name) for name in PACE):
            asyncio.run(measure(Path(folder)))
        if "runtime.crash.".startswith(only) or only.startswith("runtime.crash."):
            crash(Path(folder) / "crash")
    return 0


def crash(folder: Path) -> None:
    """kill -9 of a process with the same reactions under load."""
    toll = kill_often(folder, ROUNDS, seed=20_261_125)
    note = f"{toll.wakes} wakes, {toll.answers} answers; at {toll.behind} kills answers were owed"
    if toll.behind < ROUNDS // 2:
        raise SystemExit(f"answers were owed at {toll.behind} of {ROUNDS} kills: this proves nothing")
    figure("runtime.crash.rounds", toll.rounds, "count", "", f"{note}; one in five while it starts")
    figure("runtime.crash.lost", toll.lost, "count", "0", "subjects whose last answer is not of the last change")
    figure("runtime.crash.twice", toll.twice, "count", "0", "answers to versions of inputs that were answered")
    figure("runtime.crash.ahead", toll.ahead, "count", "0", "subjects passed by a cursor unanswered, at any kill")


async def cpu_of(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """CPU seconds of this process with all its threads, and wall seconds."""
    wall, before = time.perf_counter(), time.process_time()
    await work()
    return time.process_time() - before, time.perf_counter() - wall


async def alone(folder: Path) -> float:
    """CPU seconds of one change, when nobody reacts."""
    city = open_city(folder, seed=1)
    await city.furnish()
    await city.write(CHANGES_PER_SECOND, 1.0)
    before = city.written
    spent, _ = await cpu_of(lambda: city.write(CHANGES_PER_SECOND, ALONE_SECONDS))
    await city.store.close()
    return spent / (city.written - before)


class Load:
    """One run of the whole load."""

    def __init__(self, city: BusyCity) -> None:
        self.city = city
        self.most_waiting = 0

    async def run(self) -> None:
        """Write for a while, then wait for the answers that are still owed."""
        watching = asyncio.create_task(self._watch())
        await self.city.write(CHANGES_PER_SECOND, SECONDS)
        watching.cancel()
        await self.city.settled()

    async def _watch(self) -> None:
        while True:
            self.most_waiting = max(self.most_waiting, self.city.waiting())
            await asyncio.sleep(0.1)


async def measure(folder: Path) -> None:
    before = await alone(folder / "before")
    city = open_city(folder / "all", seed=2)
    await city.furnish()
    await city.start()
    await city.settled()
    await city.write(CHANGES_PER_SECOND, WARM_SECONDS)
    await city.settled()
    city.committed.clear()
    load, runs, woken, written = Load(city), city.runs(), city.woken(), city.written
    spent, took = await cpu_of(load.run)
    runs, woken, written = city.runs() - runs, city.woken() - woken, city.written - written
    committed, failed = list(city.committed), city.failed()
    await city.close()
    await city.store.close()
    after = await alone(folder / "after")
    found = judge(folder / "all", committed)
    tell(found, (before + after) / 2, spent, took, runs, woken, written, load.most_waiting, failed)


def tell(
    found: Judgement,
    change: float,
    spent: float,
    took: float,
    runs: int,
    woken: int,
    written: int,
    most: int,
    failed: int,
) -> None:
    if failed or written < 0.97 * CHANGES_PER_SECOND * SECONDS:
        raise SystemExit(f"{failed} runs failed, {written} changes were written: this proves nothing")
    note = (
        f"{REACTIONS} reactions of three services, {written / SECONDS:.0f} changes/s by a writer on the same core "
        f"(fsync), {woken / written:.1f} wakes a change, {SECONDS:.0f} s"
    )
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        note += ", at real-time priority, so that the core is its own among others at work"
    cost = (spent - written * change) / runs * 1e6
    figure("runtime.reactions_per_s", runs / took, "runs/s", "", note)
    whole = f"fetch, function, answer, commit; CPU of the writer taken off ({change * 1e6:.0f} us a change)"
    figure("runtime.cpu_us_per_reaction", cost, "us/run", "", f"{whole}; {spent / took:.0%} of the core in all")
    for name, part in (("p50", 50), ("p99", 99)):
        goal = "goal 200" if part == 99 else ""
        value = percentile(found.late, part)
        whole = f"commit of the change to commit of the answer, {len(found.late)} wakes of those that run at once"
        figure(f"runtime.wake_to_write_{name}_ms", value, "ms", goal, f"{whole}; at most {most} waited")
    whole = f"beyond the declared settle and rest, {len(found.overdue)} runs"
    figure("runtime.overdue_p99_ms", percentile(found.overdue, 99), "ms", "goal 200", whole)
    whole = f"subjects of {found.wakes} wakes whose last answer does not belong to the last value"
    figure("runtime.lost", found.lost, "count", "0", whole)
    figure("runtime.twice", found.twice, "count", "0", f"of {found.answers} answers: two for one version of the inputs")


def percentile(seconds: list[float], part: int) -> float:
    """In milliseconds."""
    return statistics.quantiles(seconds, n=100)[part - 1] * 1e3


if __name__ == "__main__":
    sys.exit(main())
