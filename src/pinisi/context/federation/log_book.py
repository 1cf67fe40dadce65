"""How requests to other context sources went since this process started: how long they took, what went wrong last."""

from collections import OrderedDict, deque
from statistics import median

import msgspec

from pinisi.context.federation.answer import Answer

REMEMBERED = 10_000
ANSWERS = 64


class Timings(msgspec.Struct, frozen=True):
    """Of the last answers of one source, in seconds."""

    answers: int
    last: float
    median: float
    slowest: float


class Page:
    """Of one source."""

    __slots__ = ("answer", "seconds")

    def __init__(self) -> None:
        self.seconds: deque[float] = deque(maxlen=ANSWERS)
        self.answer: Answer | None = None

    def timings(self) -> Timings | None:
        """None: it never answered."""
        if not self.seconds:
            return None
        return Timings(len(self.seconds), self.seconds[-1], median(self.seconds), max(self.seconds))


class LogBook:
    """Bounded: of 10,000 sources, those asked last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()

    def told(self, tenant: str, source: str, answer: Answer, seconds: float) -> None:
        """Take note of one request. The last failure stays until there is another."""
        page = self._pages.setdefault((tenant, source), Page())
        self._pages.move_to_end((tenant, source))
        if answer.status:
            page.seconds.append(seconds)
        if answer.fault or answer.status >= 500:
            page.answer = answer
        if len(self._pages) > REMEMBERED:
            self._pages.popitem(last=False)

    def spoiled(self, tenant: str, source: str, answer: Answer) -> None:
        """An answer that was noted already turned out to be of no use."""
        self._pages.setdefault((tenant, source), Page()).answer = answer

    def of(self, tenant: str, source: str) -> Page:
        return self._pages.get((tenant, source)) or Page()
