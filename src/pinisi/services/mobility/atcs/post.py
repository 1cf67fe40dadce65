"""One junction as it runs: what was ordered, who has it now, what is seen, what its controller in the street is told.

Nothing here waits or reads a clock: the transport tells what was heard and asks once a second what is to be sent.
"""

import math
from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.atcs.adapter import GiveBack, Order, Wish
from pinisi.services.mobility.atcs.as_control import Adaptive
from pinisi.services.mobility.atcs.beside import Beside, controller_of
from pinisi.services.mobility.atcs.detection import Detection
from pinisi.services.mobility.atcs.lamps_seen import LampsSeen
from pinisi.services.mobility.atcs.layout import Plot, moved
from pinisi.services.mobility.atcs.retiming import retimed
from pinisi.services.mobility.engine.signals.demand import Controller, Demand, Shown, all_red
from pinisi.services.mobility.engine.signals.fallback import FallBackRule, Heard, Standing, WithFallBack
from pinisi.services.mobility.engine.signals.fixed import FixedPlan
from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.engine.signals.priority import WithPriority
from pinisi.services.mobility.engine.signals.safety import SafetyLayer
from pinisi.services.mobility.engine.signals.splits import Splits
from pinisi.services.mobility.models.ordered import Mode, Ordered
from pinisi.services.mobility.rsmp.site.timing import Unsafe

FOLLOW_S = 60.0
"""A stage that was wished and is not green after so long, is not followed."""
RENEW_S = 1.0
"""How often a wish that stays the same is told again: the controller takes its groups back when it hears none."""


class _Guarded:
    """Hands over to nobody while the lamps are not what they were wished: that counts as a controller that fails."""

    def __init__(self, controller: Controller) -> None:
        self.controller, self.fault = controller, ""

    def demand(self, now: float, shown: Shown) -> Demand:
        wanted = self.controller.demand(now, shown)
        if self.fault:
            raise RuntimeError(self.fault)
        return wanted


class Post:
    """Times in seconds. `opened` is None while the link is down; `refused` what the site last would not do."""

    def __init__(
        self, plot: Plot, now: float, ordered: Ordered | None = None, rule: FallBackRule | None = None
    ) -> None:
        self.as_stored, self.ordered = plot, ordered or Ordered(since=now)
        self.plot = moved(plot, self.ordered.offset)
        self.detection, self.lamps = Detection(plot.layout), LampsSeen(plot.junction)
        self.layer = SafetyLayer(plot.junction)
        self.beside = Beside(self.plot, self.layer, now)
        self.opened: float | None = None
        self.heard = -math.inf
        self.refused = self._fault = self.running_plan = ""
        self._rule = rule or FallBackRule()
        self.detection.stale_after = max(
            self._rule.stale_after, 2.5 * (plot.layout.snmp.counts if plot.layout.snmp else 0)
        )
        self._stored = FixedPlan(self.plot.junction, plot.layout.plan)
        self._held = False
        self._wish: frozenset[str] | None = None
        self._wished = self._told = now
        self._forced: int | None = None
        self._timed: SignalPlan | None = None
        self._adaptive: Adaptive | Splits | None = None
        self._take_up(now)

    def order(self, ordered: Ordered) -> None:
        """Somebody changed the mode; what a controller in the street is told follows with the next second."""
        before, self.ordered = self.ordered, ordered
        if ordered.offset != before.offset:
            self._move(ordered)
        if ordered.mode != before.mode or ordered.offset != before.offset:
            self._take_up(ordered.since)

    def _move(self, ordered: Ordered) -> None:
        """The plan begins at another second: what it would show, and the shadow beside it, are of another plan."""
        self.plot = moved(self.as_stored, ordered.offset)
        self._stored = FixedPlan(self.plot.junction, self.plot.layout.plan)
        self.beside = Beside(self.plot, self.layer, ordered.since, self.beside.flows)

    @property
    def standing(self) -> Standing | None:
        """Who has the junction; None where no controller of ours was ordered."""
        return self._chain.standing if self._chain is not None else None

    @property
    def control(self) -> Mode:
        """Who has the junction now."""
        standing = self.standing
        if standing is None:
            return self.ordered.mode
        return self.ordered.mode if standing.mode == "adaptive" else "plan"

    @property
    def reason(self) -> str:
        """Why the plan runs though another was ordered; empty where nothing is wrong."""
        standing = self.standing
        if standing is None or standing.reason is None:
            return ""
        return "lamps" if self._guard.fault and standing.reason == "controller" else standing.reason

    @property
    def wanted_stage(self) -> str:
        return self._adaptive.stage if isinstance(self._adaptive, Adaptive) else ""

    @property
    def priority(self) -> WithPriority | None:
        return self._priority

    def link(self, up: bool, now: float) -> None:
        self.opened = now if up else None
        if not up:
            self.lamps.forget()
        self._held, self._timed, self._wish = False, None, None

    def refuse(self, reason: str) -> None:
        """The site would not do what it was told."""
        self.refused = reason
        self._fault = f"refused: {reason}"

    def shadow(self, now: float) -> None:
        """Once a second, after the decision: it can wait, the street cannot."""
        self.beside.second(self.detection, now)

    def _take_up(self, now: float) -> None:
        """The controllers that the ordered mode needs, anew: what an old one knew is of another time."""
        self._guard = _Guarded(self._stored)
        self._chain: WithFallBack | None = None
        self._priority: WithPriority | None = None
        self._adaptive = None
        if self.ordered.mode not in ("cyclic", "acyclic"):
            return
        chosen = controller_of(self.plot, self.ordered.mode, self.detection, self.beside.flows)
        self._adaptive = chosen if isinstance(chosen, Adaptive | Splits) else None
        self._priority = WithPriority(self.plot.junction, chosen)
        self._guard = _Guarded(self._priority)
        self._chain = WithFallBack(self._guard, self._stored, self.layer, self._rule, now)

    def decide(self, now: float) -> Sequence[Order]:
        """What the controller in the street is to be told now. Asked once a second."""
        if self.ordered.until is not None and now >= self.ordered.until:
            self.order(msgspec.structs.replace(self.ordered, mode="plan", until=None, since=now))
        chain = self._chain
        shown = self.lamps.shown(now, self._forced)
        if chain is None or shown is None or self.opened is None:
            if chain is not None:
                chain.hear(self._all_heard(-math.inf if self.opened is None else self.heard))
                chain.demand(now, shown or all_red(self.plot.junction, now))
            return self.give_back()
        chain.hear(self._all_heard(self.heard))
        self._watch(now, shown)
        if isinstance(self._adaptive, Adaptive):
            self._adaptive.leads = self._held
        wanted = chain.demand(now, shown)
        decision = self.layer.decide(shown, wanted, now)
        self._fault = decision.shown.fault or self._fault
        self._forced = decision.shown.forced
        if chain.standing.mode != "adaptive" or self._fault:
            return self.give_back()
        return self._hold(wanted, now)

    def _hold(self, wanted: Demand, now: float) -> Sequence[Order]:
        if isinstance(self._adaptive, Splits):
            return self._retime(self._adaptive.plan)
        green = wanted.green
        if self._forced is not None:
            green = frozenset(self.plot.junction.stages[self._forced].groups)
        if green != self._wish:
            self._wish, self._wished = green, now
        elif self._held and now - self._told < RENEW_S:
            return ()
        self._held, self._told = True, now
        return (Wish(green),)

    def _retime(self, plan: SignalPlan) -> Sequence[Order]:
        """Other timings are told once a cycle; what cannot be said by bands leaves the timings as they are."""
        if plan is self._timed:
            return ()
        self._timed, self._held = plan, True
        try:
            return (retimed(self.plot.junction, self.plot.junction.plan(self.plot.layout.plan), plan)[0],)
        except Unsafe as error:
            self.refused = str(error)
            return ()

    def give_back(self) -> Sequence[Order]:
        """The junction is the plan's: give back what we held, once."""
        held, self._held, self._wish, self._forced = self._held, False, None, None
        if not held or self.opened is None:
            return ()
        if self._timed is not None:
            self._timed = None
            stored = self.plot.junction.plan(self.plot.layout.plan)
            return (retimed(self.plot.junction, stored, stored)[0],)
        return (GiveBack(),)

    def _watch(self, now: float, shown: Shown) -> None:
        """Are the lamps what was wished? A fault ends when all is quiet: the rule of the fall-back gives it time."""
        self._guard.fault, self._fault = self._fault, ""
        waited = self._wish is not None and now - self._wished > FOLLOW_S
        if self._wish is not None and waited and not self._wish <= shown.green(self.plot.junction):
            self._guard.fault = "the lamps do not follow"

    def _all_heard(self, link: float) -> Heard:
        return msgspec.structs.replace(self.detection.heard(), link=link)
