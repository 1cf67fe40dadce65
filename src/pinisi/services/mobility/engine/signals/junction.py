"""A junction with signals: all that the safety layer needs to know of it."""

from typing import Literal

import msgspec

from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix
from pinisi.services.mobility.engine.signals.plan import SignalPlan, Stage

Owner = Literal["city", "province", "nation"]


class Junction(msgspec.Struct, frozen=True, kw_only=True):
    """A signalised junction.

    Args:
        stages: in these every group with a `maximum_red` is served; the layer forces the first that holds a group.
        all_red: seconds for which a group has been red at least before a conflicting one turns green.
        step: the layer is asked again after at most so many seconds.
        owner: whose road it is: of the city, the province or the nation; None where nobody has said.
    """

    id: str
    name: str = ""
    groups: tuple[SignalGroup, ...]
    matrix: ConflictMatrix = ConflictMatrix()
    stages: tuple[Stage, ...]
    plans: tuple[SignalPlan, ...] = ()
    all_red: float = 0.0
    step: float = 1.0
    owner: Owner | None = None

    def stage(self, id: str) -> Stage:
        """Raises KeyError where the junction has no such stage."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        raise KeyError(id)

    def plan(self, id: str) -> SignalPlan:
        """Raises KeyError where the junction has no such plan."""
        for plan in self.plans:
            if plan.id == id:
                return plan
        raise KeyError(id)
