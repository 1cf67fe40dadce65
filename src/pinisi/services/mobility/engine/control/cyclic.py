"""Cyclic adaptive control: the stages of the stored plan in their order, each as long as it pays."""

from collections.abc import Sequence

from pinisi.services.mobility.engine.control.acyclic import NEAR_M, Acyclic
from pinisi.services.mobility.engine.control.approaches import Lanes


class Cyclic(Acyclic):
    """As `Acyclic` decides when a stage ends; what follows is the next of the plan's order that anybody waits for.

    Engineers and road users know the order (Levin, Hu and Odell 2020); a stage that nobody asks for is left out. Who
    finds no gap for as long as the maximum red gets the stage in which he has priority next, the order notwithstanding.
    """

    def choose(self, rates: Sequence[float], overdue: int | None, stage: int) -> int:
        first = self._with_priority(overdue)
        if overdue is not None and first:
            return max(first, key=lambda number: (rates[number], number == stage))
        best = super().choose(rates, overdue, stage)
        if best == stage:
            return stage
        following = [(stage + step) % len(rates) for step in range(1, len(rates))]
        worth = self._tuning.worth_a_stage * rates[best]
        return next(number for number in following if rates[number] > worth or number == best)

    def _with_priority(self, head: int | None) -> list[int]:
        return [n for n, each in enumerate(self._junction.stages) if head is not None and each.state[head] == "G"]

    def _overdue(self, lanes: Lanes, now_s: float) -> int | None:
        """Red too long, else the head of a lane whose first has stood too long though others drive beside it."""
        red = super()._overdue(lanes, now_s)
        return self._without_gap(lanes) if red is None else red

    def _without_gap(self, lanes: Lanes) -> int | None:
        waited = [
            (lanes[lane][0].waited_s, head)
            for lane, heads in self._approaches.heads.items()
            for head, _ in heads
            if self._gives_way(head) and lanes[lane] and lanes[lane][0].distance_m < NEAR_M
        ]
        longest, head = max(waited, default=(0.0, None))
        return head if longest > self._tuning.maximum_red_s else None

    def _gives_way(self, head: int) -> bool:
        return any(each.state[head] == "g" for each in self._junction.stages)
