"""How far the making of a city in a tenant has come: which step is being done, and how much of it."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

T = TypeVar("T")
Step = Literal["reading", "loading", "drawing", "rows"]
_BEGINS: dict[Step, float] = {"reading": 0.0, "loading": 0.25, "drawing": 0.7, "rows": 0.9}
"""Where each step begins in the whole: as its processor time lies for the largest city that is shipped (Jakarta)."""
_ENDS = dict(zip(_BEGINS, [*list(_BEGINS.values())[1:], 1.0], strict=True))


class Preparation:
    """Told by whoever does a step, also from a thread; read by whoever shows it.

    `total` is None while nobody knows it: then `done` counts up to the end of the step.
    """

    def __init__(self) -> None:
        self.step: Step = "reading"
        self.done = 0
        self.total: int | None = None
        self._anew = False

    def begin(self, step: Step, total: int | None = None) -> None:
        self._anew |= step == "loading"
        self.step, self.done, self.total = step, 0, total

    def counted(self, things: Iterable[T]) -> Iterator[T]:
        """The same things, each counted as it is handed on."""
        for thing in things:
            self.done += 1
            yield thing

    @property
    def share(self) -> float:
        """How much of the whole is done: 0 to 1. A city that is there already leaves only its rows to be brought."""
        within = min(1.0, self.done / self.total) if self.total else 0.0
        if self.step == "rows" and not self._anew:
            return within
        if self.step == "drawing" and not self._anew:
            return 0.0
        begins = _BEGINS[self.step]
        return begins + (_ENDS[self.step] - begins) * within
