"""Who went where: vehicles that left a lane that is seen, and those that came into an exit a little later.

A vehicle has no name. One that comes into an exit is one of those who left shortly before for it, or came out of a lane
that nobody sees: each in proportion to how likely it is. So the turning shares of all lanes are learnt, too.
"""

from collections import defaultdict
from collections.abc import Mapping

from pinisi.services.mobility.engine.control.hidden_tuning import HiddenTuning


class _Left:
    """Somebody under way over the junction; `there`: how likely still."""

    __slots__ = ("at", "lane", "there")

    def __init__(self, lane: str, at: float) -> None:
        self.lane, self.at, self.there = lane, at, 1.0


class Departures:
    """`exits`: those that each lane leads to."""

    def __init__(self, exits: Mapping[str, frozenset[str]], tuning: HiddenTuning) -> None:
        self._exits = exits
        self._tuning = tuning
        self._turned: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._left: list[_Left] = []

    def leave(self, lane: str, count: int, now: float) -> None:
        self._left.extend(_Left(lane, now) for _ in range(count))

    def goes(self, lane: str, exits: frozenset[str], usual: float) -> float:
        """The share of a lane's traffic that goes to some of its exits; `usual` before anything is known."""
        turned, prior = self._turned[lane], self._tuning.turning_prior
        return (sum(turned[exit] for exit in exits) + usual * prior) / (sum(turned.values()) + prior)

    def rate(self, exit: str) -> float:
        """Vehicles a second that those who are under way let expect there."""
        return sum(part for _, part in self._expected(exit)) / self._tuning.crossing_spread_s

    def came(self, exit: str, hidden: Mapping[str, float]) -> None:
        """One came in; `hidden`: vehicles a second expected from each lane that is not seen."""
        dark = {lane: rate * self._tuning.crossing_spread_s for lane, rate in hidden.items()}
        expected = self._expected(exit)
        whole = sum(part for _, part in expected) + sum(dark.values())
        for each, part in expected if whole > 0 else ():
            each.there *= 1 - part / whole
            self._turned[each.lane][exit] += part / whole
        for lane, part in dark.items() if whole > 0 else ():
            self._turned[lane][exit] += part / whole

    def forget(self, now: float, unseen: frozenset[str]) -> None:
        """Who has not come into any exit that is seen went into one that is not."""
        for each in self._left:
            gone = self._exits[each.lane] & unseen
            if self._late(each, now):
                for exit in gone:
                    self._turned[each.lane][exit] += each.there / len(gone)
        self._left = [each for each in self._left if not self._late(each, now)]

    def _late(self, each: _Left, now: float) -> bool:
        return now - each.at > self._tuning.longest_crossing_s

    def _expected(self, exit: str) -> list[tuple[_Left, float]]:
        return [
            (each, each.there * self.goes(each.lane, frozenset((exit,)), 1 / len(self._exits[each.lane])))
            for each in self._left
            if exit in self._exits[each.lane]
        ]
