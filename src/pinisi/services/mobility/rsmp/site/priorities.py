"""Requests for priority that the simulated controller has (SXL 1.2.1, M0022), and where each stands (S0033).

A request acts from `LEAD` before the expected arrival on: the groups of its stage are wished, the safety layer decides.
Of several the highest level goes first, of two alike the one that arrives first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.vocabulary.instant import SECOND, Instant

Stage = Literal["received", "queued", "activated", "completed", "timeout"]
LEAD, LONGEST, REMEMBERED = 25 * SECOND, 30 * SECOND, 60 * SECOND
OVER = ("completed", "timeout")


@dataclass
class Request:
    """`arrives` by the controller's clock; `changed`: when it came to stand where it stands."""

    group: str
    level: int
    arrives: Instant
    stage: Stage
    changed: Instant

    def to(self, stage: Stage, now: Instant) -> None:
        if self.stage != stage:
            self.stage, self.changed = stage, now


@dataclass
class Priorities:
    requests: dict[str, Request] = field(default_factory=dict[str, Request])

    def ask(self, id: str, group: str, level: int, arrives: Instant, now: Instant) -> None:
        known = self.requests.get(id)
        if known is None or known.stage in OVER:
            self.requests[id] = Request(group, level, arrives, "received", now)
        else:
            known.level, known.arrives = level, arrives

    def end(self, id: str, now: Instant) -> None:
        self.requests[id].to("completed", now)

    def lives(self, id: str) -> bool:
        return id in self.requests and self.requests[id].stage not in OVER

    def settle(self, now: Instant) -> Request | None:
        """What time brings; the request that acts now."""
        self.requests = {
            id: each for id, each in self.requests.items() if each.stage not in OVER or now - each.changed < REMEMBERED
        }
        living = [each for each in self.requests.values() if each.stage not in OVER]
        for each in living:
            if now > each.arrives + LONGEST:
                each.to("timeout", now)
        due = [each for each in living if each.stage not in OVER and now >= each.arrives - LEAD]
        acts = min(due, key=lambda each: (-each.level, each.arrives), default=None)
        for each in due:
            each.to("activated" if each is acts else "queued", now)
        return acts

    def told(self) -> Sequence[Mapping[str, str]]:
        """As S0033 has them."""
        return [{"r": id, "t": stamp(each.changed), "s": each.stage} for id, each in self.requests.items()]


def groups_for(junction: Junction, group: str) -> frozenset[str]:
    """Of the first stage that holds the group."""
    return next((frozenset(stage.groups) for stage in junction.stages if group in stage.groups), frozenset[str]())
