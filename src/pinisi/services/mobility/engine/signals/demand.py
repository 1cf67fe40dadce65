"""What a controller wants, and what is shown."""

from typing import Protocol

import msgspec

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.junction import Junction


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """These groups green from now, all others red: a wish; only the safety layer decides what is shown.

    Args:
        green: ids of groups; none of them conflict.
        at: when it was decided, seconds of the same clock as `now`.
        by: who wants it, for the record ("plan 2", "adaptive", "ambulance").
    """

    green: frozenset[str]
    at: float
    by: str = ""


class GroupState(msgspec.Struct, frozen=True):
    """What one group shows.

    Args:
        since: from when it shows this aspect.
        green_ended: when its last green ended; while it is green, when the one before did. At a start the moment of
            the start, so that every intergreen is waited for in full.
    """

    aspect: Aspect
    since: float
    green_ended: float


class Shown(msgspec.Struct, frozen=True):
    """What a junction shows, its groups in the order of `Junction.groups`.

    Args:
        at: the last moment at which it was decided.
        forced: index of the stage that the layer itself is bringing, because a maximum red runs out.
        fault: why the junction is out of operation and flashes; stays until somebody starts it anew.
    """

    at: float
    groups: tuple[GroupState, ...]
    forced: int | None = None
    fault: str | None = None

    def green(self, junction: Junction) -> frozenset[str]:
        states = zip(junction.groups, self.groups, strict=True)
        return frozenset(group.id for group, state in states if state.aspect is Aspect.GREEN)


def all_red(junction: Junction, now: float) -> Shown:
    """How a junction begins: everything red, as if every green had ended just now."""
    return Shown(at=now, groups=tuple(GroupState(Aspect.RED, now, now) for _ in junction.groups))


class Controller(Protocol):
    """Whoever decides: the stored plan, an adaptive controller, an operator."""

    def demand(self, now: float, shown: Shown) -> Demand: ...
