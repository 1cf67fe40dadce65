"""One call to 112, from the first ring to what became of it."""

from typing import Literal

import msgspec

from pinisi.vocabulary.instant import Instant

Kind = Literal["emergency", "information", "prank", "silent", "abandoned"]
"""What a call turned out to be, as Indonesian 112 centres count: darurat, informasi, prank, ghost, terputus."""
State = Literal["ringing", "answered", "saved", "missed", "recalled"]
Channel = Literal["telephone", "message", "radio", "walk-in", "paper"]
"""`paper`: written down while the system was out, entered later with its true times."""
Language = Literal["id", "mak", "bug", "en", "ja", "other"]
"""ISO 639: Indonesian, Makassarese, Buginese, English, Japanese."""

WITHOUT_INCIDENT: frozenset[str] = frozenset({"prank", "silent", "information", "abandoned"})
"""Closed with one key: nobody is sent out."""


class Past(msgspec.Struct, frozen=True):
    """An earlier call of the same line: when it rang, what it was, and the incident that it belongs to."""

    at: Instant
    kind: Kind
    incident: str = ""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A call in the queue: it names nobody. `agent` is the account that holds it; `answered_at` 0: nobody yet."""

    key: str
    line: str
    channel: Channel
    state: State
    rang_at: Instant
    answered_at: Instant
    ended_at: Instant
    agent: str
    recall_of: str
