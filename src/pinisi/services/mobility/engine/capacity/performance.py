"""How an approach does under a green: saturation degree, queue, stops, delay, level of service (PKJI 2023, 5.3.4).

All hold for a fixed time plan of a junction on its own. Flows in passenger cars an hour, times in seconds.
"""

import math
from typing import Literal

import msgspec

AREA_OF_A_CAR = 20
"""Square metres that a passenger car takes in a queue (5-18)."""

DESIGN_SATURATION = 0.85
"""DJ above which signal or geometry has to be improved (5.3.4)."""

LEFT_ON_RED_DELAY = 6.0
"""Seconds of a left turn that need not stop (MKJI 1997, chapter 2, step E-4)."""

Level = Literal["A", "B", "C", "D", "E", "F"]
_LEVELS: tuple[tuple[float, Level], ...] = ((5, "A"), (15, "B"), (25, "C"), (40, "D"), (60, "E"))


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """One approach. `queue` in passenger cars at the start of green, `queue_length` in metres, `stops` a car.

    `queue`, `queue_length`, `stops` and the delays are None where more arrives than a green without end would let
    through: the formulas of the manual end there.
    """

    capacity: float
    saturation: float
    green_ratio: float
    left_over: float | None
    arrived_in_red: float | None
    queue_length: float | None
    stops: float | None
    traffic_delay: float | None
    geometric_delay: float | None

    @property
    def queue(self) -> float | None:
        """Nq (5-15)."""
        return None if self.left_over is None or self.arrived_in_red is None else self.left_over + self.arrived_in_red

    @property
    def delay(self) -> float | None:
        """T, seconds a passenger car (5-21)."""
        if self.traffic_delay is None or self.geometric_delay is None:
            return None
        return self.traffic_delay + self.geometric_delay


def left_over_queue(capacity: float, saturation: float) -> float:
    """Nq1, passenger cars that the green before left over (5-16).

    The manual prints the cycle where its own source (MKJI 1997, NQ1) and the units have the capacity: taken as that.
    """
    if saturation <= 0.5:
        return 0
    over = saturation - 1
    return 0.25 * capacity * (over + math.sqrt(over * over + 8 * (saturation - 0.5) / capacity))


def queue_of_red(cycle: float, green_ratio: float, flow_ratio: float, flow: float) -> float:
    """Nq2, passenger cars that arrive in red (5-17); `flow_ratio` is q/J, which is RH x DJ."""
    return cycle * (1 - green_ratio) / (1 - flow_ratio) * flow / 3600


def stop_rate(queue: float, flow: float, cycle: float) -> float:
    """RKH, stops a passenger car (5-19)."""
    return 0.9 * queue * 3600 / (flow * cycle)


def traffic_delay(cycle: float, green_ratio: float, flow_ratio: float, left_over: float, capacity: float) -> float:
    """TLL (5-22)."""
    return cycle * 0.5 * (1 - green_ratio) ** 2 / (1 - flow_ratio) + left_over * 3600 / capacity


def geometric_delay(stops: float, turning: float) -> float:
    """TG (5-23); no more than all can stop: MKJI 1997 says so (pSV), PKJI 2023 leaves it out."""
    stopping = min(1, stops)
    return (1 - stopping) * turning * 6 + stopping * 4


def level_of_service(delay: float | None) -> Level:
    """A to F by the mean delay (PM 96/2015 of the Ministry of Transport, appendix I); F where none can be told."""
    for most, level in _LEVELS:
        if delay is not None and delay <= most:
            return level
    return "F"


def performance(
    *, flow: float, saturated: float, green: float, cycle: float, turning: float, entry_width: float
) -> Performance:
    """An approach with `flow` q and saturation flow J under `green` seconds of `cycle`."""
    capacity = saturated * green / cycle
    degree, ratio, share = flow / capacity, flow / saturated, green / cycle
    if ratio >= 1:
        return Performance(
            capacity=capacity, saturation=degree, green_ratio=share, left_over=None, arrived_in_red=None,
            queue_length=None, stops=None, traffic_delay=None, geometric_delay=None,
        )  # fmt: skip
    left_over = left_over_queue(capacity, degree)
    in_red = queue_of_red(cycle, share, ratio, flow)
    stops = stop_rate(left_over + in_red, flow, cycle) if flow else 0
    return Performance(
        capacity=capacity,
        saturation=degree,
        green_ratio=share,
        left_over=left_over,
        arrived_in_red=in_red,
        queue_length=(left_over + in_red) * AREA_OF_A_CAR / entry_width,
        stops=stops,
        traffic_delay=traffic_delay(cycle, share, ratio, left_over, capacity),
        geometric_delay=geometric_delay(stops, turning),
    )
