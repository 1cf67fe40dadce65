"""How wide the bands of green are, for given offsets: exact, by the greens alone."""

from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.engine.progression.arterial import Arterial, Green


class Bands(msgspec.Struct, frozen=True):
    """Seconds in each cycle in which one who enters at the speed of progression never stops."""

    out: float
    back: float


def bands(arterial: Arterial, offsets: Sequence[float]) -> Bands:
    """The widest of each direction."""
    out = _arrivals(arterial.travel_out)
    back = list(reversed(_arrivals(tuple(reversed(arterial.travel_back)))))
    signals = arterial.signals
    return Bands(
        widest(arterial.cycle, [_seen(s.out, o, t) for s, o, t in zip(signals, offsets, out, strict=True)]),
        widest(arterial.cycle, [_seen(s.back, o, t) for s, o, t in zip(signals, offsets, back, strict=True)]),
    )


def _arrivals(travel: Sequence[float]) -> list[float]:
    """Seconds from the beginning of the way to each signal."""
    reached = [0.0]
    for seconds in travel:
        reached.append(reached[-1] + seconds)
    return reached


def _seen(green: Green, offset: float, reached: float) -> Green:
    """As one sees it who passes the beginning of the way: by the moment of setting out."""
    return Green(green.start + offset - reached, green.length)


def widest(cycle: float, greens: Sequence[Green]) -> float:
    """The longest piece of a cycle that is in all of them. It begins where one of them begins."""
    return max((_open_from(cycle, greens, green.start) for green in greens), default=0.0)


def _open_from(cycle: float, greens: Sequence[Green], at: float) -> float:
    """For how long all of them are open from then on; a green that begins just now counts, whatever rounding says."""
    left: list[float] = []
    for green in greens:
        into = (at - green.start) % cycle
        into = 0.0 if cycle - into < 1e-9 else into
        left.append(green.length - into)
    return max(min(left), 0.0)
