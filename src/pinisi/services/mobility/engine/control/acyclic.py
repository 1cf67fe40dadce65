"""Acyclic adaptive control: the stage that serves most weighted vehicles a second, its switching cost counted.

The index is that of Lämmer and Helbing's self-control (2008): vehicles served, standing or arriving, over the time that
serving them takes, set-up included. Waiting makes a vehicle heavier; a closed exit closes its links (spill-back).
"""

from collections.abc import Mapping

from pinisi.services.mobility.engine.control.assumed_queue import AssumedQueue
from pinisi.services.mobility.engine.control.forecast_arrivals import STANDING_MPS, arrives_s
from pinisi.services.mobility.engine.control.junction import Exit, Junction, Observation, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import Tuning

HORIZON_S = 60.0
STANDING_TUNING = Tuning()
NEAR_M = 30.0

Service = dict[str, float]


class Acyclic:
    """Decides for one junction, every second."""

    def __init__(self, junction: Junction, tuning: Tuning = STANDING_TUNING) -> None:
        self._junction = junction
        self._tuning = tuning
        self._heads: dict[str, list[tuple[int, str]]] = {}
        for head, links in enumerate(junction.links):
            for link in links:
                self._heads.setdefault(link.lane, []).append((head, link.exit))
        self._assumed = {lane: AssumedQueue(tuning) for lane in self._heads}
        self._served_at: dict[int, float] = {}

    def stage(self, seen: Observation, stage: int, green_s: float) -> int:
        stages = self._junction.stages
        lanes = self._lanes(seen, stages[stage])
        self._remember(stages[stage], seen.time_s)
        if green_s < self._tuning.minimum_green_s:
            return stage
        running = self._service(stages[stage], seen.exits)
        scores = [self._score(lanes, self._service(each, seen.exits), running) for each in stages]
        overdue = self._overdue(lanes, seen.time_s)
        allowed = [number for number, each in enumerate(stages) if overdue is None or each.serves(overdue)]
        return max(allowed, key=lambda number: (scores[number], number == stage), default=stage)

    def _lanes(self, seen: Observation, running: Stage) -> dict[str, tuple[Seen, ...]]:
        """What is seen of each lane, or assumed where nothing is."""
        lanes: dict[str, tuple[Seen, ...]] = {}
        for lane, heads in self._heads.items():
            assumed = self._assumed[lane].second(any(running.serves(head) for head, _ in heads))
            lanes[lane] = seen.lanes.get(lane, assumed)
        return lanes

    def _remember(self, running: Stage, now_s: float) -> None:
        for head in range(len(self._junction.links)):
            if running.serves(head) or head not in self._served_at:
                self._served_at[head] = now_s

    def _overdue(self, lanes: Mapping[str, tuple[Seen, ...]], now_s: float) -> int | None:
        """The head that has been red longest, beyond the maximum, with somebody waiting; it must be served next."""
        late = [
            (now_s - self._served_at[head], head)
            for lane, heads in self._heads.items()
            for head, _ in heads
            if now_s - self._served_at[head] > self._tuning.maximum_red_s
            and any(each.waited_s > 0 and each.distance_m < NEAR_M for each in lanes[lane])
        ]
        return max(late)[1] if late else None

    def _service(self, stage: Stage, exits: Mapping[str, Exit]) -> Service:
        """Seconds between two vehicles that leave each lane in a stage; a lane that is not served has no entry."""
        service: Service = {}
        for lane, heads in self._heads.items():
            rate = sum(self._rate(stage.state[head], exits.get(exit)) for head, exit in heads)
            if rate:
                service[lane] = len(heads) / rate
        return service

    def _rate(self, letter: str, exit: Exit | None) -> float:
        tuning = self._tuning
        if letter not in "Gg":
            return 0.0
        if exit is not None and exit.taken > tuning.taken and exit.speed_mps < tuning.crawling_mps:
            return 0.0
        return 1 / (tuning.headway_s if letter == "G" else tuning.yielding_headway_s)

    def _score(self, lanes: Mapping[str, tuple[Seen, ...]], service: Service, running: Service) -> float:
        """The greatest weight served a second, over all moments at which the stage could end again."""
        served: list[tuple[float, float]] = []
        for lane, headway_s in service.items():
            setup_s = 0.0 if lane in running else self._junction.clearance_s
            served.extend(self._served(lanes[lane], headway_s, setup_s, self._junction.speed_mps[lane]))
        served.sort()
        total = best = 0.0
        for moment, weight in served:
            total += weight
            best = max(best, total / moment)
        return best

    def _served(
        self, vehicles: tuple[Seen, ...], headway_s: float, setup_s: float, limit_mps: float
    ) -> list[tuple[float, float]]:
        """When each vehicle of a lane would cross the line, and its weight."""
        tuning, at, found = self._tuning, 0.0, list[tuple[float, float]]()
        for place, each in enumerate(vehicles):
            arrives = arrives_s(each, limit_mps)
            starting = tuning.startup_s if place == 0 and each.speed_mps < STANDING_MPS else 0.0
            earliest = arrives if arrives else setup_s + starting
            at = max(at + headway_s * each.share, earliest, setup_s + 0.5)
            if at > HORIZON_S:
                break
            found.append((at, each.share * (1 + tuning.wait_weight * each.waited_s)))
        return found
