"""A day of calls to 112: how many, when, and what they turn out to be; the same for the same seed."""

import random
from collections.abc import Iterator

import msgspec

DAY_S, HOUR_S = 86_400, 3_600
CALLS, PRANKS, TENFOLD_AT = 1_500, 0.33, 19


class DayCall(msgspec.Struct, frozen=True):
    """`second` of the day, `line` that rings, whether a prank; `lon` and `lat` of what is told."""

    number: int
    second: float
    line: str
    prank: bool
    lon: float
    lat: float


def call_day(seed: int, calls: int = CALLS) -> list[DayCall]:
    """Evenly over the day, but for one hour with ten times as many; a third of them pranks, from few lines."""
    chance = random.Random(seed)
    share = 1 / (23 + 10)
    seconds: list[float] = []
    for hour in range(24):
        count = round(calls * share * (10 if hour == TENFOLD_AT else 1))
        seconds += [hour * HOUR_S + chance.random() * HOUR_S for _ in range(count)]
    seconds = sorted(seconds)[:calls]
    while len(seconds) < calls:
        seconds.append(seconds[-1] + chance.random())
    return list(_calls(sorted(seconds), chance))


def _calls(seconds: list[float], chance: random.Random) -> Iterator[DayCall]:
    for number, second in enumerate(seconds):
        prank = chance.random() < PRANKS
        line = f"0811{chance.randrange(40):06}" if prank else f"0852{chance.randrange(1_000_000):07}"
        yield DayCall(number, second, line, prank, chance.uniform(119.39, 119.52), chance.uniform(-5.20, -5.08))
