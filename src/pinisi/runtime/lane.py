"""The subjects that wait for one reaction: woken once however often, run when they are quiet, never forgotten.

Pure bookkeeping: moments come in as seconds, nothing sleeps here. Memory is bounded by the number of subjects.
"""

import heapq
from collections.abc import Sequence

import msgspec

from pinisi.vocabulary.instant import Instant

LONGEST_SETTLE = 10
"""How many times its own length a settling may be put off."""


class Waiting(msgspec.Struct):
    """A subject that waits. `first`: the log position that woke it first; everything before it is answered.

    `moment` is the time of the newest change that woke it; `beat` the moment for which the clock woke it, 0 if not.
    """

    subject: str
    first: int
    moment: Instant
    since: float
    due: float
    beat: Instant = 0
    tries: int = 0


class Lane:
    """`settle` and `rest` in seconds."""

    def __init__(self, settle: float = 0.0, rest: float = 0.0) -> None:
        self._settle = settle
        self._rest = rest
        self._waiting: dict[str, Waiting] = {}
        self._running: dict[str, Waiting] = {}
        self._due: list[tuple[float, str]] = []
        self._firsts: list[tuple[int, str]] = []
        self._ran: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    def wake(self, subject: str, position: int, moment: Instant, now: float, *, beat: Instant = 0) -> None:
        """A change of that moment, or a beat of the clock, concerns the subject."""
        known = self._waiting.get(subject)
        if known is None:
            due = max(now + self._settle, self._rested(subject))
            known = self._waiting[subject] = Waiting(subject, position, moment, now, due, beat)
            heapq.heappush(self._due, (due, subject))
            heapq.heappush(self._firsts, (position, subject))
            return
        known.moment = max(known.moment, moment)
        if position < known.first:
            known.first = position
            heapq.heappush(self._firsts, (position, subject))
        known.beat = max(known.beat, beat)
        if self._settle and not known.tries:
            known.due = max(known.due, min(now + self._settle, known.since + LONGEST_SETTLE * self._settle))

    def _rested(self, subject: str) -> float:
        return self._ran.get(subject, -self._rest) + self._rest if self._rest else 0.0

    def take(self, now: float, most: int) -> list[Waiting]:
        """Those that are due; they run until `done` or `again`."""
        taken: list[Waiting] = []
        while self._due and self._due[0][0] <= now and len(taken) < most:
            _, subject = heapq.heappop(self._due)
            known = self._waiting.get(subject)
            if known is None:
                continue
            if known.due > now:
                heapq.heappush(self._due, (known.due, subject))
                continue
            if subject in self._running:
                heapq.heappush(self._due, (now + 0.05, subject))
                known.due = now + 0.05
                continue
            del self._waiting[subject]
            self._running[subject] = known
            taken.append(known)
        return taken

    def done(self, one: Waiting, now: float) -> None:
        """Its answer is written, or it is parked."""
        self._running.pop(one.subject, None)
        if self._rest:
            self._ran[one.subject] = now
            self._forget_rested(now)

    def _forget_rested(self, now: float) -> None:
        if len(self._ran) > 10_000:
            self._ran = {subject: at for subject, at in self._ran.items() if at + self._rest > now}

    def again(self, one: Waiting, now: float, pause: float) -> None:
        """Its run failed: try it again after a pause, together with what has woken it meanwhile."""
        self._running.pop(one.subject, None)
        newer = self._waiting.get(one.subject)
        if newer is not None:
            newer.first, newer.tries = min(one.first, newer.first), one.tries
            newer.beat = max(newer.beat, one.beat)
            one = newer
        one.due = now + pause
        self._waiting[one.subject] = one
        heapq.heappush(self._firsts, (one.first, one.subject))
        heapq.heappush(self._due, (one.due, one.subject))

    def next_due(self) -> float | None:
        """When the next one is due; None while nobody waits."""
        return self._due[0][0] if self._due else None

    def floor(self, read_to: int, answered: Sequence[Waiting] = ()) -> int:
        """The position up to which everything is answered, if the log is read up to `read_to`.

        `answered` are about to be.
        """
        leaving = {id(one) for one in answered}
        running = [one.first - 1 for one in self._running.values() if id(one) not in leaving]
        return min([read_to, self._first_waiting(read_to + 1) - 1, *running])

    def _first_waiting(self, otherwise: int) -> int:
        """The earliest position that woke one of those that wait; it costs no pass over them, however many they are."""
        while self._firsts:
            position, subject = self._firsts[0]
            known = self._waiting.get(subject)
            if known is not None and known.first == position:
                return position
            heapq.heappop(self._firsts)
        return otherwise

    def oldest(self) -> float | None:
        """Since when the one that waits longest waits."""
        return min((one.since for many in (self._waiting, self._running) for one in many.values()), default=None)
