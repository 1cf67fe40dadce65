"""The lanes before a junction: which stage serves them, how fast, and which are blocked by somebody who gives way."""

from collections.abc import Mapping

from pinisi.services.mobility.engine.control.forecast_arrivals import STANDING_MPS
from pinisi.services.mobility.engine.control.junction import Exit, Junction, Seen, Stage
from pinisi.services.mobility.engine.control.tuning import Tuning

Lanes = Mapping[str, tuple[Seen, ...]]
Service = dict[str, float]
Heads = Mapping[str, list[tuple[int, str]]]

FIRST_M = 25.0
FAR_M = 1000.0


class Approaches:
    """What is known of a junction's lanes from its stages, and learnt by looking."""

    def __init__(self, junction: Junction, tuning: Tuning) -> None:
        self._tuning = tuning
        self._beside = junction.beside
        self._length_m = junction.length_m
        self.heads: dict[str, list[tuple[int, str]]] = {}
        for head, links in enumerate(junction.links):
            for link in links:
                self.heads.setdefault(link.lane, []).append((head, link.exit))
        self._greens: dict[tuple[str, str], int] = {}
        self._most = {lane: max(self._green(lane, each) for each in junction.stages) for lane in self.heads}
        letters = ["".join(each.state[head] for each in junction.stages) for head in range(len(junction.links))]
        self._sometimes_yields = {head for head, shown in enumerate(letters) if "g" in shown and "G" in shown}
        self._blocked: set[str] = set()
        self._in_vain: dict[tuple[str, str], float] = {}
        self._moved_at: dict[str, float] = {}

    def look(
        self, lanes: Lanes, running: Stage, green_s: float, now_s: float, full: frozenset[str] = frozenset()
    ) -> None:
        """Remember which lanes have green in vain, and which somebody blocks who gives way: sooner if they are full."""
        for lane in self.heads:
            if self._moves(lane, lanes[lane], running) or lane not in self._moved_at:
                self._moved_at[lane] = now_s
            if not self._green(lane, running):
                continue
            if now_s - self._moved_at[lane] > self._tuning.unmoved_s:
                self._in_vain[lane, running.state] = now_s + self._tuning.in_vain_s
            elif not _first_stands(lanes[lane]):
                self._in_vain = {each: until for each, until in self._in_vain.items() if each[0] != lane}
            elif green_s > self._tuning.freed_s and self._beside_is_red(lane, running):
                self._in_vain[lane, running.state] = now_s + self._tuning.in_vain_s
        self._in_vain = {each: until for each, until in self._in_vain.items() if until > now_s}
        self._look_for_gaps(lanes, running, green_s, full)

    def _moves(self, lane: str, vehicles: tuple[Seen, ...], running: Stage) -> bool:
        """Or need not: it is red, or nobody stands in front, however far from the line."""
        return not self._green(lane, running) or not vehicles or vehicles[0].speed_mps >= STANDING_MPS

    def _beside_is_red(self, lane: str, running: Stage) -> bool:
        """Then that is where the first who stands in green wants to be (a road forks just before the line)."""
        return any(other in self.heads and not self._green(other, running) for other in self._beside.get(lane, ()))

    def _look_for_gaps(self, lanes: Lanes, running: Stage, green_s: float, full: frozenset[str]) -> None:
        """Remember which lanes somebody blocks who gives way in green and finds no gap."""
        for lane, heads in self.heads.items():
            letters = {running.state[head] for head, _ in heads if head in self._sometimes_yields}
            if not letters or not self._green(lane, running):
                continue
            if not _first_stands(lanes[lane]):
                self._blocked.discard(lane)
            elif "g" in letters and green_s > (self._tuning.freed_s if lane in full else self._tuning.blocked_s):
                self._blocked.add(lane)
            elif "g" not in letters and green_s > self._tuning.freed_s:
                self._blocked.discard(lane)

    def service(self, stage: Stage, exits: Mapping[str, Exit], lanes: Lanes) -> Service:
        """Seconds between two vehicles that leave each lane in a stage; none where nobody is, or nobody is served.

        A lane with several heads is served by the stages that give most of them green: in others the first who wants
        to go elsewhere stands in the way.
        """
        service: Service = {}
        for lane in self.heads:
            if not lanes[lane]:
                continue
            headway_s = (
                self._blocked_headway(lane, stage) if lane in self._blocked else self._headway(lane, stage, exits)
            )
            if headway_s:
                service[lane] = headway_s
        return service

    def _green(self, lane: str, stage: Stage) -> int:
        key = lane, stage.state
        if key not in self._greens:
            self._greens[key] = sum(stage.serves(head) for head, _ in self.heads[lane])
        return self._greens[key]

    def _headway(self, lane: str, stage: Stage, exits: Mapping[str, Exit]) -> float:
        if self._green(lane, stage) < self._most[lane] or (lane, stage.state) in self._in_vain:
            return 0.0
        rate = sum(
            self._rate(stage.state[head], exits.get(exit), self._most_taken(exit)) for head, exit in self.heads[lane]
        )
        return len(self.heads[lane]) / rate if rate else 0.0

    def _blocked_headway(self, lane: str, stage: Stage) -> float:
        """Only a stage in which the blocking heads have priority frees the lane."""
        letters = {stage.state[head] for head, _ in self.heads[lane] if head in self._sometimes_yields}
        if "g" in letters:
            return self._tuning.blocked_headway_s
        return self._tuning.headway_s if "G" in letters else 0.0

    def _most_taken(self, exit: str) -> float:
        """Of a short exit so much that one more still has room."""
        return min(self._tuning.taken, 1 - self._tuning.room_m / self._length_m.get(exit, FAR_M))

    def _rate(self, letter: str, exit: Exit | None, most: float) -> float:
        tuning = self._tuning
        if letter not in "Gg":
            return 0.0
        if exit is not None and exit.taken > most and exit.speed_mps < tuning.crawling_mps:
            return 0.0
        return 1 / (tuning.headway_s if letter == "G" else tuning.yielding_headway_s)


def _first_stands(vehicles: tuple[Seen, ...]) -> bool:
    return bool(vehicles) and vehicles[0].distance_m < FIRST_M and vehicles[0].speed_mps < STANDING_MPS
