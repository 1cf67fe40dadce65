"""Vehicles a second by lane, as they came in over the last minutes."""

from collections import deque
from collections.abc import Mapping

WINDOW_S = 300.0
LEAST_S = 60.0


class Flows:
    def __init__(self) -> None:
        self._came: dict[str, deque[tuple[float, int]]] = {}
        self._began: float | None = None
        self._now = 0.0

    def come(self, lane: str, vehicles: int, now: float) -> None:
        self._began = now if self._began is None else self._began
        self._now = max(self._now, now)
        kept = self._came.setdefault(lane, deque())
        if vehicles:
            kept.append((now, vehicles))
        while kept and kept[0][0] <= now - WINDOW_S:
            kept.popleft()

    def rates(self) -> Mapping[str, float]:
        """Nothing before a minute has been counted."""
        if self._began is None or self._now - self._began < LEAST_S:
            return {}
        span = min(WINDOW_S, self._now - self._began)
        return {lane: sum(count for _, count in kept) / span for lane, kept in self._came.items()}
