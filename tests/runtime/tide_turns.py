"""A job with a clock: it counts its turns by what it keeps, is slow or fails as the world outside (files) says."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.text import Text
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.runtime.job import Job
from pinisi.runtime.job_reading import JobReading
from pinisi.vocabulary.instant import Instant


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`outside`: the folder that is the world outside."""

    outside: str
    gauge: str = "paotere"


class Tide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: int = 3


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wish: Wish
    turns: int
    now: Instant


class Turns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    turns: int


async def gather(wish: Wish, reading: JobReading) -> Before:
    return Before(wish, int(await reading.kept(wish.gauge) or b"0"), reading.now)


def count(before: Before, _progress: Progress) -> Turns:
    outside = Path(before.wish.outside)
    with (outside / "begun").open("a") as file:
        file.write(f"{before.wish.gauge} {before.now}\n")
    while (outside / "slow").exists():
        time.sleep(0.02)
    if (outside / "broken").exists():
        raise JobFailed(Text("Rusak", "It is broken", "故障"))
    with (outside / "ended").open("a") as file:
        file.write(f"{before.wish.gauge} {before.now}\n")
    return Turns(before.turns + 1)


def entities(wish: Wish, turns: Turns, _now: Instant) -> Sequence[Mapping[str, Any]]:
    said = {"type": "Property", "value": turns.turns}
    return [{"id": f"urn:ngsi-ld:WellState:{wish.gauge}", "type": "WellState", "doubled": said}]


def kept(wish: Wish, turns: Turns) -> Mapping[str, bytes]:
    return {wish.gauge: str(turns.turns).encode()}


def clocked(**more: Any) -> Job[Any, Any]:
    declared: dict[str, Any] = {"input": Wish, "every": 60.0, "memory_mb": 300, "seconds": 30.0} | more
    return Job(
        name="turns",
        title=Text("Giliran", "Turns", "順番"),
        output=Turns,
        run=count,
        entities=entities,
        method="forecast",
        gather=gather,
        given=Before,
        keep=kept,
        **declared,
    )
