"""The offsets that make the bands widest, by a mixed-integer linear programme, for given cycle, splits and speeds.

After Little 1966, "The synchronization of traffic signals by mixed-integer linear programming", Operations Research
14(4), who writes it in distances from the red times; here, alike, in moments: a band that sets out at u passes each
signal within its green, k cycles later. Offsets are whole seconds, as controllers take them. Solved by HiGHS in scipy
(extra `progression`), to be run in a process of its own.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.services.mobility.engine.progression.arterial import Arterial
from pinisi.services.mobility.engine.progression.bands import Bands, bands

LONGEST_S = 20.0
FAIR = 0.01
"""What a second of the narrower band is worth beside a second of each: of equal sums the fair one is taken."""
LEAST_BAND_S = 1.0
"""A band below this is none."""
OUT, BACK = 0, 1
HEAD, EACH = 5, 3
"""Variables: band out, band back, when each sets out, the narrower of the two; then by signal its offset and the cycles
until the band passes, out and back.
"""


class Offsets(msgspec.Struct, frozen=True):
    """`seconds` by signal, the first is as stored; `bands` are what they make."""

    seconds: tuple[int, ...]
    bands: Bands


class NoSolver(ImportError):
    """The text says what to install."""


def widest_bands(arterial: Arterial, seconds: float = LONGEST_S) -> Offsets:
    """Both ways get a band where both can; else one way does. Never worse than what is stored. Raises NoSolver."""
    stored = tuple(round(offset) % arterial.cycle for offset in arterial.offsets)
    both = _solved(arterial, (OUT, BACK), seconds)
    found = [both] if both else [_solved(arterial, (OUT,), seconds), _solved(arterial, (BACK,), seconds)]
    turned = [_as_first(each, stored[0], arterial.cycle) for each in found if each]
    best = max([stored, *turned], key=lambda each: worth(arterial, bands(arterial, each)))
    return Offsets(best, bands(arterial, best))


def worth(arterial: Arterial, found: Bands) -> tuple[bool, float]:
    """What is sought the most of: both ways first, then seconds."""
    narrower = min(found.out, found.back)
    return narrower >= LEAST_BAND_S, round(arterial.weight_out * found.out + found.back + FAIR * narrower, 6)


def _as_first(offsets: Sequence[int], first: int, cycle: int) -> tuple[int, ...]:
    """All moved alike: the bands stay."""
    return tuple((each - offsets[0] + first) % cycle for each in offsets)


def _solved(arterial: Arterial, ways: Sequence[int], seconds: float) -> Sequence[int] | None:
    """None where none of these ways can have a band together."""
    optimize, numpy = _library()
    count, cycle = len(arterial.signals), arterial.cycle
    rows, most = _rows(arterial, ways)
    least = min(min(signal.out.length, signal.back.length) for signal in arterial.signals)
    turns = 3.0 + (sum(arterial.travel_out) + sum(arterial.travel_back)) / cycle
    opens = [LEAST_BAND_S if way in ways else 0.0 for way in (OUT, BACK)]
    low = [*opens, -2.0 * cycle, -2.0 * cycle, 0.0, *[0.0, -turns, -turns] * count]
    high = [
        *(cycle if each else 0.0 for each in opens),
        2.0 * cycle,
        2.0 * cycle,
        least,
        *[cycle - 1.0, turns, turns] * count,
    ]
    high[HEAD] = 0.0
    result = optimize.milp(
        c=numpy.array([-arterial.weight_out, -1.0, 0.0, 0.0, -FAIR, *[0.0] * (EACH * count)]),
        constraints=optimize.LinearConstraint(numpy.array(rows), -numpy.inf, numpy.array(most)),
        integrality=numpy.array([0] * HEAD + [1] * (EACH * count)),
        bounds=optimize.Bounds(numpy.array(low), numpy.array(high)),
        options={"time_limit": seconds},
    )
    return None if result.x is None else [round(each) % cycle for each in result.x[HEAD::EACH]]


def _rows(arterial: Arterial, wanted: Sequence[int]) -> tuple[list[list[float]], list[float]]:
    """`sum(row * variables) <= most`: a band begins after its green does, and ends before; the narrower is no wider."""
    rows: list[list[float]] = []
    most: list[float] = []
    ways = (
        (OUT, 2, 1, [signal.out for signal in arterial.signals], _reached(arterial.travel_out)),
        (BACK, 3, 2, [signal.back for signal in arterial.signals], _reached(arterial.travel_back[::-1])[::-1]),
    )
    for band, start, turn, greens, reached in (way for way in ways if way[0] in wanted):
        for n, (green, at) in enumerate(zip(greens, reached, strict=True)):
            begins = [0.0] * (HEAD + EACH * len(greens))
            begins[HEAD + EACH * n], begins[HEAD + EACH * n + turn], begins[start] = 1.0, arterial.cycle, -1.0
            ends = [-each for each in begins]
            ends[band] = 1.0
            rows += [begins, ends]
            most += [at - green.start, green.start + green.length - at]
    for band in (OUT, BACK):
        fair = [0.0] * (HEAD + EACH * len(arterial.signals))
        fair[4], fair[band] = 1.0, -1.0
        rows.append(fair)
        most.append(0.0)
    return rows, most


def _reached(travel: Sequence[float]) -> list[float]:
    found = [0.0]
    for each in travel:
        found.append(found[-1] + each)
    return found


def _library() -> tuple[Any, Any]:
    try:
        import numpy
        from scipy import optimize  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise NoSolver("offsets of an arterial need the extra progression: pip install 'pinisi[progression]'") from None
    return optimize, numpy
