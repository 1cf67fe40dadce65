"""Cycle and greens: Webster's cycle as the manual prints it, in whole seconds that sum to the cycle."""

import math
from collections.abc import Sequence

LEAST_GREEN = 10
"""Seconds; shorter greens are to be avoided (5.3.4)."""

LONGEST_CYCLE = 130
"""Seconds; longer cycles "are to be avoided" (table 12-2)."""

SUGGESTED = {2: (40, 80), 3: (50, 100), 4: (80, 130)}
"""Seconds a cycle by the number of stages (table 12-2)."""


def cycle_by_webster(lost_time: float, flow_ratio: float) -> float | None:
    """s = (1.5 wHH + 5) / (1 - RAS) in seconds (5-11); None at RAS >= 1: more arrives than any cycle lets through."""
    return None if flow_ratio >= 1 else (1.5 * lost_time + 5) / (1 - flow_ratio)


def chosen_cycle(lost_time: float, ratios: Sequence[float]) -> int:
    """The cycle of a plan: Webster's, within what the manual suggests as least and forbids as most.

    A cycle always leaves every stage its least green, also beyond `LONGEST_CYCLE`.
    """
    least, _ = SUGGESTED.get(len(ratios), SUGGESTED[4])
    needed = math.ceil(lost_time + LEAST_GREEN * len(ratios) - 1e-9)
    exact = cycle_by_webster(lost_time, sum(ratios))
    wanted = LONGEST_CYCLE if exact is None else min(LONGEST_CYCLE, round(exact))
    return max(least, needed, wanted)


def greens(cycle: int, lost_time: float, ratios: Sequence[float]) -> tuple[float, ...]:
    """wH of each stage by its critical flow ratio (5-12); they and `lost_time` sum to `cycle`.

    Whole seconds, but for the fraction that the lost time leaves, which the longest green takes. None is below
    `LEAST_GREEN` as long as the cycle has room.
    """
    left = cycle - lost_time
    whole = math.floor(left + 1e-9)
    shares = _shares(whole, list(ratios))
    seconds = [math.floor(share + 1e-9) for share in shares]
    order = sorted(range(len(shares)), key=lambda place: seconds[place] - shares[place])
    for place in order[: whole - sum(seconds)]:
        seconds[place] += 1
    longest = max(range(len(seconds)), key=lambda place: seconds[place])
    return tuple(each + (left - whole if place == longest else 0) for place, each in enumerate(seconds))


def _shares(whole: int, ratios: list[float]) -> list[float]:
    """`whole` by ratio, those that would fall below the least green lifted to it and the others cut."""
    low: set[int] = set()
    if sum(ratios) <= 0:
        return [whole / len(ratios)] * len(ratios)
    while True:
        room = whole - LEAST_GREEN * len(low)
        rest = sum(ratio for place, ratio in enumerate(ratios) if place not in low)
        shares = [LEAST_GREEN if place in low else room * ratio / rest for place, ratio in enumerate(ratios)]
        short = {place for place, share in enumerate(shares) if place not in low and share < LEAST_GREEN}
        if not short or len(low | short) == len(ratios):
            return shares
        low |= short
