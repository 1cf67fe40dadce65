"""What offsets do to those who go along an arterial: a queue model over all its signals, with room for so many between.

Second by second and as a fluid: who leaves one signal arrives at the next after the travel time, and nobody leaves
while the piece before him is full. Traffic that turns in or out is not in it; side streets keep their greens.
"""

from collections.abc import Iterator, Sequence

import msgspec

from pinisi.services.mobility.engine.progression.arterial import Arterial, Green

WARM_CYCLES, CYCLES = 8, 20
HEADWAY_S = 1.9
"""Seconds between two that leave one lane."""
MODEL = "fluid queues along the arterial, 1,900 vehicles an hour and lane, with the room between its signals"


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One direction: vehicles a second that come in, lanes at each signal, vehicles that find room before each.

    `room[0]` is that before the first: without end.
    """

    flow: float
    lanes: tuple[int, ...]
    room: tuple[float, ...]


class Along(msgspec.Struct, frozen=True):
    """Seconds that one vehicle loses along the whole way, out and back, each weighed by its flow; and in all."""

    out: float
    back: float
    mean: float


def along(arterial: Arterial, offsets: Sequence[float], out: Way, back: Way) -> Along:
    """A way on which nobody comes loses nothing."""
    signals = arterial.signals
    lost_out = _lost(arterial.cycle, [s.out for s in signals], offsets, arterial.travel_out, out)
    lost_back = _lost(arterial.cycle, [s.back for s in signals][::-1], offsets[::-1], arterial.travel_back[::-1], back)
    flow = out.flow + back.flow
    return Along(lost_out, lost_back, (lost_out * out.flow + lost_back * back.flow) / flow if flow else 0.0)


def _lost(cycle: int, greens: Sequence[Green], offsets: Sequence[float], travel: Sequence[float], way: Way) -> float:
    if way.flow <= 0:
        return 0.0
    queues = [0.0] * len(greens)
    gone: list[list[float]] = [[] for _ in greens]
    waited = 0.0
    for second in range((WARM_CYCLES + CYCLES) * cycle):
        for n in reversed(range(len(greens))):
            came = way.flow if n == 0 else _at(gone[n - 1], second - round(travel[n - 1]))
            queues[n] += came
            left = 0.0
            if (second - offsets[n] - greens[n].start) % cycle < greens[n].length:
                left = min(queues[n], way.lanes[n] / HEADWAY_S, _room(n, queues, gone, second, travel, way))
            queues[n] -= left
            gone[n].append(left)
        if second >= WARM_CYCLES * cycle:
            waited += sum(queues)
    return waited / (way.flow * CYCLES * cycle)


def _at(gone: Sequence[float], second: int) -> float:
    return gone[second] if 0 <= second < len(gone) else 0.0


def _room(
    n: int, queues: Sequence[float], gone: Sequence[Sequence[float]], second: int, travel: Sequence[float], way: Way
) -> float:
    """What still fits between this signal and the next: those who stand there, and those on their way to it."""
    if n + 1 == len(queues):
        return float("inf")
    driving = sum(_driving(gone[n], second, round(travel[n])))
    return max(way.room[n + 1] - queues[n + 1] - driving, 0.0)


def _driving(gone: Sequence[float], second: int, travel: int) -> Iterator[float]:
    return (gone[at] for at in range(max(second - travel, 0), min(second, len(gone))))
