"""Lanes between two junctions that hold a few vehicles only: who cannot leave one stands in the junction before."""

from pinisi.services.mobility.engine.control.approaches import Heads, Lanes
from pinisi.services.mobility.engine.control.forecast_arrivals import STANDING_MPS
from pinisi.services.mobility.engine.control.junction import Junction, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import Tuning


class ShortLanes:
    """Those of one junction. Two junctions whose short lanes fill each other's boxes never come free again."""

    def __init__(self, junction: Junction, heads: Heads, tuning: Tuning) -> None:
        self._tuning = tuning
        self._stages = junction.stages
        lengths = {lane: junction.length_m[lane] for lane in heads if lane in junction.close & junction.length_m.keys()}
        self._length_m = {lane: length for lane, length in lengths.items() if length < tuning.short_m}
        self._heads_of = {lane: [head for head, _ in heads[lane]] for lane in self._length_m}
        self._heads = [head for each in self._heads_of.values() for head in each]
        self._in_vain_until = 0.0

    def full(self, lanes: Lanes) -> frozenset[str]:
        """Behind the last of those who stand in these is no room for one more."""
        return frozenset(lane for lane in self._length_m if self._is_full(lane, lanes[lane]))

    def urgent(self, lanes: Lanes, full: frozenset[str]) -> Lanes:
        """Who stands in a full one counts as if he had waited longer."""
        return {lane: self._longer(each) if lane in full else each for lane, each in lanes.items()}

    def cleared(self, wanted: int, stage: int) -> int:
        """Before another stage the one with priority for those who gave way, and may wait in the junction for a gap."""
        if wanted == stage:
            return wanted
        before, after = self._stages[stage].state, self._stages[wanted].state
        waiting = [head for head in self._heads if before[head] == "g" and after[head] != "G"]
        first = (n for n, each in enumerate(self._stages) if waiting and _first(each, waiting))
        return next(first, wanted)

    def freed(self, wanted: int, stage: int, green_s: float, seen: Observation) -> int:
        """Instead of a stage in which those who stand in one give way, the one in which they go first.

        Who gives way to a stream that fills the link the other way waits for what waits for him. In the stage that is
        shown they have some seconds to find a gap. Where even priority moves nobody it is not asked for again soon.
        """
        if wanted == stage and green_s < self._tuning.freed_s:
            return wanted
        state = self._stages[wanted].state
        waiting = [head for lane in self._occupied(seen) for head in self._heads_of[lane] if state[head] == "g"]
        first = next((n for n, each in enumerate(self._stages) if waiting and _first(each, waiting)), wanted)
        if first == stage != wanted and green_s > self._tuning.unmoved_s:
            self._in_vain_until = seen.time_s + self._tuning.in_vain_s
        return wanted if seen.time_s < self._in_vain_until else first

    def _occupied(self, seen: Observation) -> list[str]:
        """In which somebody stands, or out of which somebody came who stands in the junction."""
        return [
            lane
            for lane, length in self._length_m.items()
            if lane in seen.lanes
            and (
                any(each.distance_m < length and each.speed_mps < STANDING_MPS for each in seen.lanes[lane])
                or any(each.speed_mps < STANDING_MPS for each in seen.inside.get(lane, ()))
            )
        ]

    def _is_full(self, lane: str, vehicles: tuple[Seen, ...]) -> bool:
        length = self._length_m[lane]
        inside = [each for each in vehicles if each.distance_m < length]
        standing = bool(inside) and all(each.speed_mps < STANDING_MPS for each in inside)
        return standing and length - inside[-1].distance_m < self._tuning.room_m

    def _longer(self, vehicles: tuple[Seen, ...]) -> tuple[Seen, ...]:
        longer = self._tuning.full_waits_s
        return tuple(Seen(each.distance_m, each.speed_mps, each.waited_s + longer, each.share) for each in vehicles)


def _first(stage: Stage, heads: list[int]) -> bool:
    return all(stage.state[head] == "G" for head in heads)
