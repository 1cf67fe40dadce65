"""What sources answered a moment ago, kept as long as their registrations allow (`cacheDuration`, NGSI-LD 5.2.34).

Only in memory, bounded in number and size: the answer that was kept first goes first. Whoever asks exactly the same of
a source, its headers included, gets the answer that is kept.
"""

from collections import OrderedDict
from collections.abc import Callable

import msgspec

from pinisi.context.federation.answer import Answer
from pinisi.context.federation.client import Outgoing

ANSWERS_MOST = 2_000
BYTES_MOST = 32 << 20
LARGEST_SHARE = 8
"""An answer that would take a larger part (one of so many) of the room is not kept."""


class _Kept(msgspec.Struct, frozen=True):
    answer: Answer
    until: float


_Key = tuple[str, str, str, str, bytes, bytes | None]


class KeptAnswers:
    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: monotonic, in seconds."""
        self._clock = clock
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._size = 0

    def of(self, tenant: str, source: str, outgoing: Outgoing) -> Answer | None:
        """The answer to this request, if there is one of which the time is not over."""
        key = _key(tenant, source, outgoing)
        found = self._kept.get(key)
        if found is None:
            return None
        if found.until <= self._clock():
            self._drop(key)
            return None
        return found.answer

    def keep(self, tenant: str, source: str, outgoing: Outgoing, answer: Answer, seconds: float) -> None:
        """Keep an answer for so long."""
        size = len(answer.body)
        if size > BYTES_MOST // LARGEST_SHARE:
            return
        key = _key(tenant, source, outgoing)
        if key in self._kept:
            self._drop(key)
        while self._kept and (len(self._kept) >= ANSWERS_MOST or self._size + size > BYTES_MOST):
            self._drop(next(iter(self._kept)))
        self._kept[key] = _Kept(answer, self._clock() + seconds)
        self._size += size

    def forget(self, tenant: str, source: str) -> None:
        """Something was written at the source, or its registration has changed."""
        for key in [key for key in self._kept if key[:2] == (tenant, source)]:
            self._drop(key)

    def _drop(self, key: _Key) -> None:
        self._size -= len(self._kept.pop(key).answer.body)


def _key(tenant: str, source: str, outgoing: Outgoing) -> _Key:
    return tenant, source, outgoing.method, outgoing.target.path, outgoing.headers, outgoing.body
