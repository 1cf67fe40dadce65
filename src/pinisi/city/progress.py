"""How an indicator moves and how far it is from its target. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from pinisi.city.value import neat

Way = Literal["up", "down", "level"]


class Point(msgspec.Struct, frozen=True, array_like=True):
    """The value of an indicator at a moment (ISO text), resting upon `n` inputs."""

    at: str
    value: float
    n: int | None = None


class Trend(msgspec.Struct, frozen=True):
    """Values over time, oldest first, and the last against the one before; None where there is but one."""

    points: tuple[Point, ...]
    change: float | None = None
    way: Way | None = None


class Gap(msgspec.Struct, frozen=True):
    """What is missing to the target: always how much the value has yet to move, with its sign; 0 once it is reached."""

    value: float
    reached: bool


def trend_of(points: Sequence[Point]) -> Trend:
    """The trend of points in any order; of several at one moment the last one counts."""
    ordered = tuple({point.at: point for point in sorted(points, key=lambda point: point.at)}.values())
    if len(ordered) < 2:
        return Trend(ordered)
    change = ordered[-1].value - ordered[-2].value
    return Trend(ordered, neat(change), "level" if change == 0 else "up" if change > 0 else "down")


def gap_of(value: float | None, target: float | None, direction: str | None) -> Gap | None:
    """The gap of a value to a target; None where one of them is not known. Unstated, more is better."""
    if value is None or target is None:
        return None
    reached = value <= target if direction == "at-most" else value >= target
    return Gap(0 if reached else neat(target - value) or 0, reached)
