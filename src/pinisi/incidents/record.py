"""The record of an incident: all that its entity must not say, and what the life cycle decides upon."""

from typing import Literal

import msgspec

from pinisi.incidents.acts import Asked, Outcome, Role
from pinisi.incidents.states import Channel, State
from pinisi.vocabulary.instant import Instant

SentState = Literal["sent", "accepted", "refused", "withdrawn", "onScene", "finished"]
GONE: tuple[SentState, ...] = ("refused", "withdrawn")


class Sent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An agency, or a unit of it, that was asked to come. `at` is when its state began, `sent_at` when it was asked."""

    agency: str
    unit: str = ""
    role: Role = "support"
    state: SentState = "sent"
    sent_at: Instant = 0
    at: Instant = 0
    accepted_at: Instant = 0
    arrived_at: Instant = 0
    reason: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of an incident beside its entity. Kept as a document, never in the context.

    Times are microseconds, 0 where it has not happened. `since`: when its state began or its owner changed. `rang_at`:
    when it last began to ask for people; `opened_at`: when it became an incident. `gravest` is the highest priority
    that it ever had (1 is the highest; 0: none), `hurt` whether anybody was ever reported injured: a second person is
    asked for by these, so that a later, milder triage does not spare him. `over`: the alarm's condition has ended.
    `glass`: it was verified by a broken glass; `reviewed` when the next shift has looked at that.
    """

    state: State
    raised_at: Instant
    raised_by: str
    owner: str = ""
    owner_name: str = ""
    since: Instant = 0
    closed_at: Instant = 0
    closed_by: str = ""
    reason: str = ""
    acts: int = 0
    channel: Channel = "rule"
    category: str = ""
    subcategory: str = ""
    priority: int = 0
    gravest: int = 0
    injured: int = 0
    hurt: bool = False
    lead: str = ""
    sent: tuple[Sent, ...] = ()
    over: bool = False
    until: Instant = 0
    suppressed_by: str = ""
    rang_at: Instant = 0
    acknowledged_at: Instant = 0
    opened_at: Instant = 0
    triaged_at: Instant = 0
    dispatched_at: Instant = 0
    on_scene_at: Instant = 0
    resolved_at: Instant = 0
    resolved_by: str = ""
    resolved_name: str = ""
    asked: Asked = ""
    verified_at: Instant = 0
    verified_by: str = ""
    verified_name: str = ""
    glass: str = ""
    reviewed_at: Instant = 0
    reviewed_by: str = ""
    upheld: bool = False
    caller: bool = False
    answered_at: Instant = 0
    unanswered: str = ""
    outcome: Outcome = ""
    group: str = ""
    before: State | None = None
    absorbed: tuple[str, ...] = ()

    @property
    def answer_is_owed(self) -> bool:
        return self.caller and not self.answered_at and not self.unanswered

    @property
    def active(self) -> tuple[Sent, ...]:
        """Who was sent and has neither refused nor been withdrawn."""
        return tuple(each for each in self.sent if each.state not in GONE)
