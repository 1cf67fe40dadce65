"""A job that was asked for: the entity that everyone sees, and the record of who asked and with which input."""

from typing import Any, Literal

import msgspec

from pinisi.city.facts import stated, stated_time, words
from pinisi.city.text import Text
from pinisi.vocabulary.instant import Instant

End = Literal["done", "failed", "cancelled", "interrupted", "overTime", "overMemory"]
State = Literal["queued", "running"] | End
OPEN: frozenset[State] = frozenset({"queued", "running"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One job that somebody asked for. `input` is JSON; times are the tenant's.

    `begun` counts how often it was begun. `exercise`: in a tenant that lives in another time. Of a job that asked for
    itself: `turn`, the period for which it did, and `every`, seconds; each turn takes the place of the one before.
    """

    id: str
    service: str
    job: str
    title: Text
    input: msgspec.Raw
    by: str
    by_name: str
    asked: Instant
    state: State = "queued"
    begun: int = 0
    started: Instant = 0
    ended: Instant = 0
    share: float = 0.0
    note: str = ""
    reason: Text | None = None
    results: int = 0
    exercise: bool = False
    turn: Instant = 0
    every: float = 0.0

    @property
    def entity(self) -> str:
        return f"urn:ngsi-ld:Job:{self.id}"

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def document(self) -> dict[str, Any]:
        entity: dict[str, Any] = {
            "id": self.entity,
            "type": "Job",
            "title": words(self.title),
            "service": stated(self.service),
            "job": stated(self.job),
            "state": stated(self.state),
            "progress": stated(round(100 * self.share)) | {"unitCode": "P1"},
            "requestedAt": stated_time(self.asked),
        }
        for name, moment in (("startedAt", self.started), ("endedAt", self.ended)):
            if moment:
                entity[name] = stated_time(moment)
        if self.reason is not None:
            entity["reason"] = words(self.reason)
        if self.every:
            entity["updatePeriod"] = stated(self.every) | {"unitCode": "SEC"}
        if self.exercise:
            entity["exercise"] = stated(True)
        return entity
