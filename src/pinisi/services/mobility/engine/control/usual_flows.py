"""The flow that is usual on a lane that is not seen: what was counted there before, else what the plan expects."""

from collections.abc import Mapping

from pinisi.services.mobility.engine.control.hidden_tuning import HiddenTuning
from pinisi.services.mobility.engine.control.junction import Observation

REMEMBERED_S = 1800.0


class UsualFlows:
    """`planned`: the share of green of each lane in the stored plan.

    Whoever made the plan gave a lane green for the traffic that he expected there: a lane that is not seen is taken to
    be as full, for its share, as those that are.
    """

    def __init__(self, planned: Mapping[str, float], tuning: HiddenTuning) -> None:
        self._planned = planned
        self._tuning = tuning
        self._left = dict.fromkeys(planned, 0.0)
        self._known_s = dict.fromkeys(planned, 0.0)

    def count(self, before: Observation, seen: Observation) -> None:
        seconds = seen.time_s - before.time_s
        fade = max(1 - seconds / REMEMBERED_S, 0.0)
        for lane, left in seen.left.items():
            self._left[lane] = self._left[lane] * fade + left - before.left.get(lane, left)
            self._known_s[lane] = self._known_s[lane] * fade + seconds

    def flow(self, lane: str) -> float:
        """Vehicles a second."""
        prior_s, known_s = self._tuning.prior_s, self._known_s[lane]
        return (self._left[lane] + self._as_planned(lane) * prior_s) / (known_s + prior_s)

    def _as_planned(self, lane: str) -> float:
        tuning, usual = self._tuning, sum(self._planned.values()) / len(self._planned)
        left = sum(self._left.values()) + tuning.assumed_per_s * tuning.prior_s
        green_s = sum(self._planned[each] * known_s for each, known_s in self._known_s.items())
        return left / (green_s + usual * tuning.prior_s) * self._planned[lane]
