"""When detectors or the link go stale, or the controller fails: back to the stored plan, and later back again."""

import math
from collections.abc import Mapping
from typing import Literal

import msgspec

from pinisi.services.mobility.engine.signals.asked import asked
from pinisi.services.mobility.engine.signals.demand import Controller, Demand, Shown
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

Mode = Literal["adaptive", "plan"]
Reason = Literal["start", "link", "detectors", "controller"]


class FallBackRule(msgspec.Struct, frozen=True, kw_only=True):
    """Args:
    stale_after: seconds of silence after which the link or a detector counts as stale.
    back_after: seconds for which all must be well before the controller gets the junction back.
    enough: share of the detectors, 0 to 1, that must be heard and without fault.
    """

    stale_after: float = 10.0
    back_after: float = 60.0
    enough: float = 0.7


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """When the link and each detector were last heard, and which detectors report a fault (RSMP A0301, A0302)."""

    link: float = -math.inf
    detectors: Mapping[str, float] = {}
    faulty: frozenset[str] = frozenset()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the junction.

    Args:
        since: when this mode began.
        reason: why the plan runs; None while the controller has the junction.
        silent: the detectors that are stale or faulty.
        well_since: from when everything has been well; None while something is not.
    """

    mode: Mode = "plan"
    since: float
    reason: Reason | None = "start"
    silent: tuple[str, ...] = ()
    well_since: float | None = None


def judged(rule: FallBackRule, before: Standing, heard: Heard, now: float, failed: bool = False) -> Standing:
    """Who has the junction now; `failed`: the controller has just given no demand that can be followed."""
    silent = tuple(
        sorted(id for id, at in heard.detectors.items() if now - at > rule.stale_after or id in heard.faulty)
    )
    reason = _reason(rule, heard, now, silent, failed)
    if reason is not None:
        since = before.since if before.mode == "plan" else now
        return Standing(mode="plan", since=since, reason=reason, silent=silent)
    well_since = now if before.well_since is None else before.well_since
    if before.mode == "plan" and now - well_since < rule.back_after:
        return msgspec.structs.replace(before, silent=silent, well_since=well_since)
    since = before.since if before.mode == "adaptive" else now
    return Standing(mode="adaptive", since=since, reason=None, silent=silent, well_since=well_since)


def _reason(rule: FallBackRule, heard: Heard, now: float, silent: tuple[str, ...], failed: bool) -> Reason | None:
    if now - heard.link > rule.stale_after:
        return "link"
    count = len(heard.detectors)
    if count - len(silent) < rule.enough * count:
        return "detectors"
    return "controller" if failed else None


class WithFallBack:
    """A controller that hands the junction to the stored plan when it must.

    What `layer` would refuse (no demand, groups that conflict, one that is too old) counts as a controller that fails.
    """

    def __init__(
        self, adaptive: Controller, stored: Controller, layer: SafetyLayer, rule: FallBackRule, now: float
    ) -> None:
        self._adaptive, self._stored, self._layer, self._rule = adaptive, stored, layer, rule
        self._heard = Heard()
        self.standing = Standing(since=now)

    def hear(self, heard: Heard) -> None:
        self._heard = heard

    def demand(self, now: float, shown: Shown) -> Demand:
        """The adaptive controller is asked also while the plan runs: so it sees the street, and can be compared."""
        plan, wanted = self._stored.demand(now, shown), asked(self._adaptive, now, shown)
        failed = bool(self._layer.refusals(wanted, now))
        self.standing = judged(self._rule, self.standing, self._heard, now, failed)
        return wanted if isinstance(wanted, Demand) and self.standing.mode == "adaptive" else plan
