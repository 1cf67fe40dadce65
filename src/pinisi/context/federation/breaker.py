"""When a source that failed may be asked again: after its own cooldown (NGSI-LD 5.2.34), or after a growing while.

A source without a cooldown of its own is given `PATIENCE` failures to connect or to answer in time; then it is left
alone for a second, two, four ... up to ten seconds, and asked by one request at a time until it answers. One that
answers, be it with an error, is asked every time.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

from pinisi.context.federation.answer import Answer

PATIENCE = 3
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
MOST_REMEMBERED = 10_000
_SILENT = frozenset({"timeout", "unreachable"})


class _State:
    __slots__ = ("failures", "until")

    def __init__(self) -> None:
        self.failures = 0
        self.until = 0.0


class Breaker:
    """Remembers failing sources by (tenant, registration); forgets the one that answers."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: monotonic, in seconds."""
        self._clock = clock
        self._states: OrderedDict[tuple[str, str], _State] = OrderedDict()

    def may_ask(self, tenant: str, source: str) -> bool:
        """Whether the source may be asked now; who asks after a pause holds the others back until he knows."""
        state = self._states.get((tenant, source))
        if state is None:
            return True
        now = self._clock()
        if now < state.until:
            return False
        if state.failures >= PATIENCE:
            state.until = now + _pause(state.failures)
        return True

    def told(self, tenant: str, source: str, answer: Answer, cooldown: float | None) -> None:
        """Take note of how it went; `cooldown` in seconds, where the registration has one."""
        key = (tenant, source)
        silent = answer.fault in _SILENT
        failed = silent or (cooldown is not None and (answer.fault == "invalid" or answer.status >= 500))
        if not failed:
            self._states.pop(key, None)
            return
        state = self._states.setdefault(key, _State())
        self._states.move_to_end(key)
        state.failures += 1
        if cooldown is not None:
            state.until = self._clock() + cooldown
        elif state.failures >= PATIENCE:
            state.until = self._clock() + _pause(state.failures)
        while len(self._states) > MOST_REMEMBERED:
            self._states.popitem(last=False)

    def standing(self, tenant: str, source: str) -> tuple[Literal["closed", "open", "trying"], float]:
        """How it stands with a source: asked (`closed`), left alone for so many seconds (`open`), or due to be asked
        by one request (`trying`)."""
        state = self._states.get((tenant, source))
        if state is None or (not state.until and state.failures < PATIENCE):
            return "closed", 0.0
        left = state.until - self._clock()
        return ("open", left) if left > 0 else ("trying", 0.0)

    def forget(self, tenant: str, source: str) -> None:
        """The registration has changed or is gone."""
        self._states.pop((tenant, source), None)


def _pause(failures: int) -> float:
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - PATIENCE, 10))
