"""The junction itself: nobody is let in against those who are still in it.

Who turns across others stands in the junction until they let him go, and may keep those behind him there. As engineers
lengthen the red between two stages until the box is clear (dynamic red clearance), a head begins only when nobody who
crawls or stands inside came from a head that conflicts with it; not longer than `clearing_s`: who does not come out by
then waits for something else.
"""

from collections.abc import Iterable, Mapping, Sequence

from pinisi.services.mobility.engine.control.junction import Inside, Link
from pinisi.services.mobility.engine.control.tuning import STANDARD, Tuning


class Box:
    """Of one junction; `foes`: by head, the heads that never have green together with it and cross it."""

    def __init__(
        self, links: Sequence[Sequence[Link]], foes: Sequence[frozenset[int]], tuning: Tuning = STANDARD
    ) -> None:
        self._tuning = tuning
        self._foes = foes
        self._heads: dict[str, set[int]] = {}
        for head, each in enumerate(links):
            for link in each:
                self._heads.setdefault(link.lane, set()).add(head)

    def held(self, begin: Iterable[int], inside: Mapping[str, tuple[Inside, ...]], waited_s: float) -> frozenset[int]:
        """Of the heads that are to begin those that must wait; `waited_s`: since when others are cleared for them."""
        begin = [head for head in begin if self._foes[head]]
        if not begin or waited_s > self._tuning.clearing_s:
            return frozenset()
        slow = [lane for lane, found in inside.items() if lane in self._heads and self._slow(found)]
        taken = frozenset[int]().union(*(self._heads[lane] for lane in slow))
        return frozenset(head for head in begin if self._foes[head] & taken)

    def _slow(self, found: tuple[Inside, ...]) -> bool:
        return any(0 <= each.speed_mps < self._tuning.crawling_mps for each in found)
