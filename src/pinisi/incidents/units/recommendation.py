"""Which units to send: the time until they are there, what they can do, and what they leave uncovered.

The nearest unit is not always the right one: sending it may leave a quarter of the city to a unit far away. So each
candidate costs its own travel time and the delay that the next calls are expected to suffer while it is away:

    cost = travel time + calls expected while away * (mean time to the next call without it - with it)

where the mean is over the city's places, weighted by how many calls come from there, of the nearest unit that is left
(the expected-coverage idea of Daskin 1983, in time instead of a threshold). All units that can do the same are
compared; the dispatcher decides.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from pinisi.incidents.units.travel import Seconds, Travel
from pinisi.incidents.units.unit import LonLat, Unit
from pinisi.vocabulary.instant import SECOND, Instant

AWAY_S = 3_600.0
"""How long a unit is away on a call. A default of Pinisi; a city measures its own."""
CALLS_A_DAY = 50.0
"""Calls that need such a unit, in the whole city. A default of Pinisi, until the city's own are counted."""
MOST = 10
_Loss = tuple[float, tuple[str, float] | None]
_NO_LOSS: _Loss = (0.0, None)


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Where calls come from: a name, a point and a weight each (people, or calls of the past)."""

    names: tuple[str, ...] = ()
    places: tuple[LonLat, ...] = ()
    weights: tuple[float, ...] = ()
    calls_a_day: float = CALLS_A_DAY


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that could go. Times in seconds.

    `cover_loss`: the delay that its absence is expected to cost the next calls, all together. `uncovered`: the place
    that suffers most, with the seconds by which help would come later there; None where nothing changes.
    `position_age`: how long ago it was seen; None where it stands at its base; `stale`: that is too long ago, and it is
    counted from its base. `covers`: which of the capabilities asked for it brings. `stretched`: it is on its way back
    from another incident.
    """

    unit: str
    name: str
    agency: str
    travel: float
    cover_loss: float
    covers: tuple[str, ...]
    uncovered: tuple[str, float] | None = None
    position_age: float | None = None
    stale: bool = False
    stretched: bool = False

    @property
    def cost(self) -> float:
        return self.travel + self.cover_loss


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """`chosen`: units that together bring all that is asked for, as far as there are any; `candidates`: all that could
    go, best first; `missing`: what nobody free can bring."""

    chosen: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]


def recommend(
    units: Sequence[Unit],
    needed: Mapping[str, int],
    place: LonLat,
    demand: Demand,
    travel: Travel,
    now: Instant,
    *,
    away_s: float = AWAY_S,
    most: int = MOST,
) -> Recommendation:
    """Choose units for an incident at `place` that needs so many units of each capability.

    An empty `needed` asks for any one unit. Ties go to the unit whose id sorts first, so that the same picture gives
    the same answer.
    """
    free = sorted((unit for unit in units if unit.sendable), key=lambda unit: unit.id)
    able = [unit for unit in free if not needed or unit.capabilities & needed.keys()]
    if not able:
        return Recommendation(chosen=(), candidates=(), missing=tuple(sorted(needed)))
    starts = [unit.start(now) for unit in able]
    times = travel.seconds(starts, [place])[:, 0]
    losses = _losses(able, starts, needed, demand, travel, away_s)
    candidates = sorted(
        (_candidate(unit, needed, float(times[n]), *losses[n], now) for n, unit in enumerate(able)),
        key=lambda candidate: (candidate.cost, candidate.unit),
    )
    chosen, missing = _choose(candidates, needed)
    return Recommendation(chosen=chosen, candidates=tuple(candidates[:most]), missing=missing)


def _choose(
    candidates: Sequence[Candidate], needed: Mapping[str, int]
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The cheapest first, as long as it brings something that is still wanted."""
    if not needed:
        return tuple(candidates[:1]), ()
    wanted = {capability: count for capability, count in needed.items() if count > 0}
    chosen: list[Candidate] = []
    for candidate in candidates:
        brings = [capability for capability in candidate.covers if wanted.get(capability, 0) > 0]
        if not brings:
            continue
        chosen.append(candidate)
        for capability in brings:
            wanted[capability] -= 1
    return tuple(chosen), tuple(sorted(capability for capability, count in wanted.items() if count > 0))


def _candidate(
    unit: Unit, needed: Mapping[str, int], travel: float, loss: float, worst: tuple[str, float] | None, now: Instant
) -> Candidate:
    return Candidate(
        unit=unit.id,
        name=unit.name,
        agency=unit.agency,
        travel=travel,
        cover_loss=loss,
        covers=tuple(sorted(unit.capabilities & needed.keys() if needed else unit.capabilities)),
        uncovered=worst,
        position_age=None if unit.position is None else max(0.0, (now - unit.seen_at) / SECOND),
        stale=unit.position is not None and not unit.trusted(now),
        stretched=unit.state == "returning",
    )


def _losses(
    able: Sequence[Unit],
    starts: Sequence[LonLat],
    needed: Mapping[str, int],
    demand: Demand,
    travel: Travel,
    away_s: float,
) -> list[_Loss]:
    """What each unit's absence costs the next calls (seconds in all), and the place that it hurts most.

    Counted for each capability among the units that have it: a fire engine does not cover for an ambulance.
    """
    weights = np.asarray(demand.weights, dtype=np.float64)
    if not demand.places or weights.sum() <= 0:
        return [_NO_LOSS] * len(able)
    share = weights / weights.sum()
    times = travel.seconds(starts, list(demand.places))
    losses = [_NO_LOSS] * len(able)
    for capability in sorted(needed) or [""]:
        group = [n for n, unit in enumerate(able) if not capability or capability in unit.capabilities]
        for n, loss in zip(group, _group_losses(times[group], share, demand, away_s), strict=True):
            losses[n] = _worse(losses[n], loss)
    return losses


def _group_losses(times: Seconds, share: Seconds, demand: Demand, away_s: float) -> list[_Loss]:
    if not len(times):
        return []
    nearest = times.argmin(axis=0)
    first = times[nearest, np.arange(times.shape[1])]
    later = np.maximum(0.0, _second(times, nearest, away_s) - first)
    expected = demand.calls_a_day * away_s / 86_400.0
    return [_loss(nearest == n, later, share, expected, demand) for n in range(len(times))]


def _worse(one: _Loss, other: _Loss) -> _Loss:
    """Both losses, and the place that the graver one hurts."""
    graver = one if one[0] >= other[0] else other
    return one[0] + other[0], graver[1]


def _second(times: Seconds, nearest: npt.NDArray[np.intp], away_s: float) -> Seconds:
    """The time of the nearest unit that is left; where nobody is, the call waits until the unit is back."""
    if times.shape[0] == 1:
        return times[0] + away_s
    masked = times.copy()
    masked[nearest, np.arange(times.shape[1])] = np.inf
    return np.minimum(masked.min(axis=0), times.min(axis=0) + away_s)


def _loss(mine: npt.NDArray[np.bool_], later: Seconds, share: Seconds, expected: float, demand: Demand) -> _Loss:
    if not mine.any():
        return 0.0, None
    hurt = np.where(mine, later, 0.0)
    worst = int((hurt * share).argmax())
    told = (demand.names[worst], float(hurt[worst])) if demand.names and hurt[worst] > 0 else None
    return float(expected * (hurt * share).sum()), told
