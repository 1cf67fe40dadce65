"""The rules that others are measured by: MAXWAVE and MAXPRESSURE as RESCO defines them (Ault and Sharon 2021)."""

from collections.abc import Iterable

from pinisi.services.mobility.engine.control.junction import Junction, Observation, Stage

WAVE_RANGE_M = 50.0
PRESSURE_RANGE_M = 200.0


def lanes_of(junction: Junction, stage: Stage) -> tuple[str, ...]:
    """The approach lanes with priority in a stage; those that give way count where no other has green."""
    strong = [link.lane for head, links in enumerate(junction.links) for link in links if stage.state[head] == "G"]
    weak = [link.lane for head, links in enumerate(junction.links) for link in links if stage.state[head] == "g"]
    return tuple(dict.fromkeys(strong or weak))


class MaxWave:
    """Every `step_s` seconds the stage with most vehicles, standing or moving, within 50 m."""

    def __init__(self, junction: Junction, step_s: int) -> None:
        self._step_s = step_s
        self._lanes = [lanes_of(junction, stage) for stage in junction.stages]

    def stage(self, seen: Observation, stage: int, green_s: float) -> int:
        if seen.time_s % self._step_s:
            return stage
        return _greatest(sum(self._wave(seen, lane) for lane in lanes) for lanes in self._lanes)

    def _wave(self, seen: Observation, lane: str) -> float:
        return sum(1 for each in seen.lanes.get(lane, ()) if each.distance_m <= WAVE_RANGE_M and each.share == 1)


class MaxPressure:
    """Every `step_s` seconds the stage with the greatest queue here minus queue behind, within 200 m."""

    def __init__(self, junction: Junction, step_s: int) -> None:
        self._step_s = step_s
        self._lanes = [lanes_of(junction, stage) for stage in junction.stages]
        self._behind = [_behind(junction, stage) for stage in junction.stages]

    def stage(self, seen: Observation, stage: int, green_s: float) -> int:
        if seen.time_s % self._step_s:
            return stage
        here = (sum(_queue(seen, lane) for lane in lanes) for lanes in self._lanes)
        behind = (sum(_queue(seen, lane) for lane in lanes) for lanes in self._behind)
        return _greatest(a - b for a, b in zip(here, behind, strict=True))


def _behind(junction: Junction, stage: Stage) -> tuple[str, ...]:
    exits = [link.exit for head, links in enumerate(junction.links) for link in links if stage.state[head] == "G"]
    return tuple(dict.fromkeys(lane for each in exits for lane in junction.fed_by.get(each, ())))


def _queue(seen: Observation, lane: str) -> int:
    """RESCO counts a vehicle from its first stop until it leaves the lane."""
    return sum(
        1
        for each in seen.lanes.get(lane, ())
        if each.waited_s > 0 and each.distance_m <= PRESSURE_RANGE_M and each.share == 1
    )


def _greatest(scores: Iterable[float]) -> int:
    listed = list(scores)
    return listed.index(max(listed))
