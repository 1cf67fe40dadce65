"""kill -9 of the twenty reactions under load, again and again: nothing lost, nothing answered twice, no cursor ahead.

As a program it is the process that is killed: `reaction_crash.py FOLDER SEED` writes until it dies, with `still` as a
third word it writes nothing, ends what is owed, and ends itself.
"""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from answers import judge
from busy_services import open_city

CHANGES_PER_SECOND = 400
PATIENCE_SECONDS = 120.0


class Toll(msgspec.Struct):
    """What the kills cost: `lost`, `twice` and `ahead` must stay 0."""

    rounds: int = 0
    wakes: int = 0
    answers: int = 0
    behind: int = 0
    lost: int = 0
    twice: int = 0
    ahead: int = 0


def kill_often(folder: Path, rounds: int, seed: int) -> Toll:
    """Start, write, kill at a random moment (of one in five: while it starts), judge; at last let it end its work.

    `behind` counts the kills at which answers were owed: without any this proves nothing.
    """
    chance, toll = random.Random(seed), Toll()
    for _ in range(rounds):
        _killed(folder, chance, first=not toll.rounds)
        toll.rounds += 1
        if not (folder / "city.sqlite").exists():
            continue
        found = judge(folder, finished=False)
        toll.ahead += found.ahead
        toll.behind += bool(found.owed)
    subprocess.run(_command(folder, seed, "still"), check=True, timeout=PATIENCE_SECONDS, stdout=subprocess.DEVNULL)
    found = judge(folder)
    toll.wakes, toll.answers, toll.lost, toll.twice = found.wakes, found.answers, found.lost, found.twice
    return toll


def _killed(folder: Path, chance: random.Random, *, first: bool) -> None:
    with subprocess.Popen(_command(folder, chance.randrange(10**9)), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if first or chance.random() > 0.2:
            if not process.stdout.readline():
                raise RuntimeError("the reactions did not start")
            time.sleep(chance.uniform(0.05, 1.5))
        else:
            time.sleep(chance.uniform(0.5, 3.0))
        process.kill()


def _command(folder: Path, seed: int, *more: str) -> list[str]:
    return [sys.executable, __file__, str(folder), str(seed), *more]


async def run(folder: Path, seed: int, *, still: bool) -> None:
    city = open_city(folder, seed)
    await city.furnish()
    await city.start()
    print("ready", flush=True)
    if not still:
        await city.write(CHANGES_PER_SECOND, 3_600)
    await city.settled()
    await city.close()
    await city.store.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), still="still" in sys.argv[3:]))
