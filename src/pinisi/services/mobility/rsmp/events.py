"""What happens on a link, in the order in which it happens: all that anybody outside hears of it."""

from typing import Literal

import msgspec

from pinisi.services.mobility.rsmp.messages import Content, Numbered
from pinisi.vocabulary.instant import Instant

Cause = Literal["rejected", "no acknowledgement", "silent", "no introduction", "broken stream", "cut", "closed"]


class Opened(msgspec.Struct, frozen=True, tag=True):
    """Versions and watchdogs are exchanged: messages may flow ("Communication establishment")."""

    at: Instant
    version: str
    sites: tuple[str, ...]


class Heard(msgspec.Struct, frozen=True, tag=True):
    """A message that was understood and acknowledged."""

    at: Instant
    message: Content


class WatchdogHeard(msgspec.Struct, frozen=True, tag=True):
    """`ahead` is by how much the other side's clock is ahead of ours, in microseconds."""

    at: Instant
    ahead: int


class Confirmed(msgspec.Struct, frozen=True, tag=True):
    """The other side acknowledged our message; `after` is how long that took, in microseconds."""

    at: Instant
    message: Numbered
    after: int


class NotUnderstood(msgspec.Struct, frozen=True, tag=True):
    """The other side answered our message by MessageNotAck."""

    at: Instant
    message: Numbered
    reason: str


class TurnedDown(msgspec.Struct, frozen=True, tag=True):
    """We answered a message by MessageNotAck."""

    at: Instant
    id: str
    reason: str


class Ignored(msgspec.Struct, frozen=True, tag=True):
    """A message that calls for no answer: before the versions, or an acknowledgement of what was never sent."""

    at: Instant
    reason: str


class Closed(msgspec.Struct, frozen=True, tag=True):
    """The link is over; `unconfirmed` are our messages that nobody acknowledged."""

    at: Instant
    cause: Cause
    reason: str
    unconfirmed: tuple[Numbered, ...] = ()


Event = Opened | Heard | WatchdogHeard | Confirmed | NotUnderstood | TurnedDown | Ignored | Closed
