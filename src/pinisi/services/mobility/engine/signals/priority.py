"""Priority for an ambulance or a bus: the green that is there goes on, or comes early."""

import msgspec

from pinisi.services.mobility.engine.signals.demand import Controller, Demand, Shown
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import Stage
from pinisi.services.mobility.engine.signals.service_time import service_times

AMBULANCE, BUS = 14, 4
"""Levels; RSMP SXL 1.2.1, M0022: 0 is the lowest, 14 the highest. Which of them a vehicle gets is Pinisi's choice."""


class PriorityRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody comes who is to get green (RSMP M0022).

    Args:
        group: the signal group that the vehicle will pass.
        arrives: when it is expected at the stop line, seconds of the clock of `now`.
        longest: seconds after the expected arrival at which the request ends by itself.
    """

    id: str
    group: str
    level: int = BUS
    arrives: float
    longest: float = 20.0


class WithPriority:
    """A controller that gives way to requests; the safety layer bounds what they can do, the longest red above all.

    A request acts so early that its stage can be green at the arrival, whatever is shown. The highest level goes
    first, of two alike the one that arrives first.
    """

    def __init__(self, junction: Junction, controller: Controller) -> None:
        self._junction, self._controller = junction, controller
        self._times = dict(zip((stage.id for stage in junction.stages), service_times(junction), strict=True))
        self._requests: dict[str, PriorityRequest] = {}

    def request(self, request: PriorityRequest) -> None:
        """New, or changed under the same id. Raises ValueError for a group that is in no stage."""
        if not any(request.group in stage.groups for stage in self._junction.stages):
            raise ValueError(f"group: {request.group!r} is in no stage of {self._junction.id}")
        self._requests[request.id] = request

    def cancel(self, id: str) -> None:
        """The vehicle has passed; an id that is not known is no fault."""
        self._requests.pop(id, None)

    def acting(self, now: float) -> PriorityRequest | None:
        """The request that has the junction now. Those that are over are forgotten."""
        self._requests = {id: each for id, each in self._requests.items() if now <= each.arrives + each.longest}
        due = [each for each in self._requests.values() if now >= each.arrives - self._needs(each)]
        return min(due, key=lambda each: (-each.level, each.arrives, each.id), default=None)

    def _needs(self, request: PriorityRequest) -> float:
        return self._times[self._stage(request.group, frozenset()).id]

    def _stage(self, group: str, green: frozenset[str]) -> Stage:
        """Of the stages with the group the one that shares most with what is green."""
        stages = [stage for stage in self._junction.stages if group in stage.groups]
        return max(stages, key=lambda stage: len(green.intersection(stage.groups)))

    def demand(self, now: float, shown: Shown) -> Demand:
        wanted = self._controller.demand(now, shown)
        request = self.acting(now)
        if request is None or request.group in wanted.green:
            return wanted
        stage = self._stage(request.group, shown.green(self._junction))
        return Demand(green=frozenset(stage.groups), at=now, by=f"priority {request.id}")
