"""What stages and the stored plan say of a junction's lanes: who goes when, how fast, and for how long."""

from pinisi.services.mobility.engine.control.approaches import Heads
from pinisi.services.mobility.engine.control.hidden_queue import NOBODY_LEAVES, Leaves
from pinisi.services.mobility.engine.control.hidden_tuning import HiddenTuning
from pinisi.services.mobility.engine.control.junction import Junction, Stage

LEAST_SHARE = 0.05


class LaneGreens:
    """Of all lanes of one junction."""

    def __init__(self, junction: Junction, heads: Heads, tuning: HiddenTuning) -> None:
        self._heads = heads
        self._tuning = tuning
        yields = {head for head in range(len(junction.links)) if any(s.state[head] == "g" for s in junction.stages)}
        self._on = {lane: [head for head, _ in each if head not in yields] for lane, each in heads.items()}
        self._across = {lane: [head for head, _ in each if head in yields] for lane, each in heads.items()}
        self.planned = {lane: self._planned(junction, lane) for lane in heads}

    def open(self, lane: str, stage: Stage) -> frozenset[str]:
        """The exits that the lane may go to."""
        return frozenset(exit for head, exit in self._heads[lane] if stage.serves(head))

    def leaves(self, lane: str, stage: Stage, green_s: float) -> Leaves:
        if green_s < self._tuning.reaction_s:
            return NOBODY_LEAVES
        return Leaves(self._rate(stage, self._on[lane]), self._rate(stage, self._across[lane]))

    def across(self, lane: str) -> frozenset[str]:
        """The exits of those who give way in some stage; all or none where everybody or nobody does."""
        exits = dict(self._heads[lane])
        return frozenset(exits[head] for head in self._across[lane])

    def all_alike(self, lane: str) -> bool:
        return not self._on[lane] or not self._across[lane]

    def _rate(self, stage: Stage, heads: list[int]) -> float:
        letters = {stage.state[head] for head in heads}
        if "G" in letters:
            return 1 / self._tuning.headway_s
        return self._tuning.gap_per_s if "g" in letters else 0.0

    def _planned(self, junction: Junction, lane: str) -> float:
        """The share of green that the stored plan gives to a lane, in the stages that serve most of its heads."""
        green = [sum(stage.serves(head) for head, _ in self._heads[lane]) for stage in junction.stages]
        cycle_s = sum(junction.plan_s) + len(junction.plan_s) * junction.clearance_s
        served_s = sum(seconds for count, seconds in zip(green, junction.plan_s, strict=True) if count == max(green))
        return max(served_s / cycle_s, LEAST_SHARE) if cycle_s > 0 else 1.0
