"""Cyclic adaptive control: the stages of the stored plan in their order, each as long as it pays."""

from collections.abc import Sequence

from pinisi.services.mobility.engine.control.acyclic import Acyclic


class Cyclic(Acyclic):
    """As `Acyclic` decides when a stage ends; what follows is the next of the plan's order that anybody waits for.

    Engineers and road users know the order (Levin, Hu and Odell 2020); a stage that nobody asks for is left out.
    """

    def choose(self, rates: Sequence[float], overdue: int | None, stage: int) -> int:
        best = super().choose(rates, overdue, stage)
        if best == stage:
            return stage
        following = [(stage + step) % len(rates) for step in range(1, len(rates))]
        worth = self._tuning.worth_a_stage * rates[best]
        return next(number for number in following if rates[number] > worth or number == best)
