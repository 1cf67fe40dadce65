"""A command that somebody gave: the entity that everyone sees, and the record of who gave it and what it said."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from pinisi.city.facts import stated, stated_time, words
from pinisi.city.text import Text
from pinisi.vocabulary.instant import Instant

State = Literal["awaitingSecond", "begun", "uncertain", "shadow", "done", "failed", "refused", "expired"]
OPEN: frozenset[State] = frozenset({"awaitingSecond", "begun", "uncertain"})


class Person(msgspec.Struct, frozen=True):
    """Who acted: principal's id, account behind it, name to show."""

    id: str
    account: str
    name: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command. `body` is JSON; times are the tenant's; `until` is when the waiting for a second person ends.

    `shadow`: it is only tried, whether somebody asked for that, a rule of the city or the exercise that it is part of.
    `location` is that of its first target, so that it lies in the same areas.
    """

    id: str
    service: str
    action: str
    title: Text
    body: msgspec.Raw
    by: Person
    asked: Instant
    state: State
    shadow: bool
    exercise: bool
    targets: tuple[str, ...] = ()
    location: dict[str, Any] | None = None
    second: Person | None = None
    until: Instant = 0
    begun: Instant = 0
    ended: Instant = 0
    reasons: tuple[Text, ...] = ()
    results: tuple[str, ...] = ()

    @property
    def entity(self) -> str:
        return f"urn:ngsi-ld:Command:{self.id}"

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def document(self) -> dict[str, Any]:
        entity: dict[str, Any] = {
            "id": self.entity,
            "type": "Command",
            "title": words(self.title),
            "service": stated(self.service),
            "action": stated(self.action),
            "state": stated(self.state),
            "shadow": stated(self.shadow),
            "requestedAt": stated_time(self.asked),
        }
        for name, moment in (("startedAt", self.begun), ("endedAt", self.ended)):
            if moment:
                entity[name] = stated_time(moment)
        if self.targets:
            entity["subject"] = {"type": "ListRelationship", "objectList": list(self.targets)}
        if self.reasons:
            entity["reason"] = words(joined(self.reasons))
        if self.location is not None:
            entity["location"] = {"type": "GeoProperty", "value": self.location}
        if self.exercise:
            entity["exercise"] = stated(True)
        return entity


def joined(reasons: tuple[Text, ...]) -> Text:
    """Several reasons as one text."""
    ids, ens, jas = zip(*((text.id, text.en, text.ja) for text in reasons), strict=True)
    return Text("; ".join(ids), "; ".join(ens), "；".join(jas))


def location_of(target: Mapping[str, Any]) -> dict[str, Any] | None:
    """Where an entity in normalized form lies."""
    location = target.get("location")
    value = location.get("value") if isinstance(location, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return dict(value) if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownArgumentType]
