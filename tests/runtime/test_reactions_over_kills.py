"""Reactions and kill -9: whatever had been woken is answered after it, nothing twice, and no cursor runs ahead."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from killed_world import WELLS, reactions
from reaction_world import CITY, World, well, world
from running import ENVIRONMENT, ROOT

from patience import PATIENCE

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent
KILLED_AFTER = (20, 150, 90, 200)
"""Changes after which the process is killed, in each of its lives."""


def start(folder: Path, mode: str) -> "subprocess.Popen[str]":
    paths = ":".join(map(str, (ROOT / "src", HERE, HERE.parent)))
    words = [sys.executable, str(HERE / "killed_world.py"), str(folder), mode]
    return subprocess.Popen(words, env=ENVIRONMENT | {"PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True)


def kill_after(folder: Path, changes: int) -> None:
    with start(folder, "rising") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(changes)]
        process.kill()
    assert all(lines), "it ended before it was killed"


async def values(city: World, id: str, attribute: str) -> list[tuple[float, int]]:
    """What an attribute has been, and the positions of the log that wrote it, in their order."""
    history = await city.history(id, attribute)
    found = [(each.instance.value, each.position) for each in history if each.instance is not None]
    return sorted(found, key=lambda pair: pair[1])


async def levels(city: World, number: int) -> list[tuple[float, int]]:
    return await values(city, well(number), "waterLevel")


async def answers(city: World, kind: str, number: int) -> list[float]:
    return [value for value, _ in await values(city, well(number).replace("Well", kind), "doubled")]


async def seen_by(city: World, kind: str, number: int) -> Sequence[float]:
    """The levels that a reaction has answered."""
    factor = 2 if kind == "WellState" else 1
    return [value / factor for value in await answers(city, kind, number)]


async def test_after_kills_each_change_is_answered_and_none_twice(tmp_path: Path) -> None:
    for changes in KILLED_AFTER:
        kill_after(tmp_path, changes)
        async with world(tmp_path) as city:
            await no_cursor_is_ahead(city)
    with start(tmp_path, "still") as process:
        assert process.wait(PATIENCE) == 0
    async with world(tmp_path) as city:
        newest = [(await levels(city, number))[-1][0] for number in range(1, WELLS + 1)]
        assert sum(newest) >= sum(KILLED_AFTER)
        for number, last in enumerate(newest, start=1):
            for kind in ("WellState", "Newest"):
                seen = await seen_by(city, kind, number)
                assert (seen[-1], len(seen)) == (last, len(set(seen)))
        totals = await answers(city, "WellState", 0)
        assert (totals[-1], len(totals)) == (sum(newest), len(set(totals)))


async def no_cursor_is_ahead(city: World) -> None:
    """Whatever a cursor has passed is answered."""
    position = await city.store.position(CITY)
    double, newest, total = [await city.store.cursor(CITY, f"wells.{each.name} 1") or 0 for each in reactions()]
    assert max(double, newest, total) <= position
    passed = 0.0
    for number in range(1, WELLS + 1):
        told = await levels(city, number)
        for cursor, kind in ((double, "WellState"), (newest, "Newest")):
            assert until(told, cursor) <= max(await seen_by(city, kind, number), default=0)
        passed += until(told, total)
    assert passed <= max(await answers(city, "WellState", 0), default=0)


def until(told: Sequence[tuple[float, int]], cursor: int) -> float:
    """The last level up to a position of the log."""
    return max((value for value, position in told if position <= cursor), default=0)
