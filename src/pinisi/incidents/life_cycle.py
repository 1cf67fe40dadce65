"""The life of an incident, first slice: unacknowledged -> acknowledged -> closed.

`take` gives it an owner, `note` adds a line, `hand` gives it to somebody else, `close` ends it with a reason. Pure:
state and act in, new state out. (Triage, dispatch and verification come with Operations, ISA-18.2 terms are kept.)
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

State = Literal["unacknowledged", "acknowledged", "closed"]
ActName = Literal["raise", "take", "note", "hand", "close"]
Severity = Literal["danger", "caution", "information"]

OPEN: tuple[State, ...] = ("unacknowledged", "acknowledged")
TEXT_LIMIT = 4_000


class ActDoesNotFit(ValueError):
    """The act is impossible in the incident's state; the text says why and what to do."""


class BadAct(ValueError):
    """The act lacks something; `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody did.

    `by` is the principal's id, `name` how he is called; `to` and `to_name` likewise where it is handed on (a crew
    without account has a name alone); `at` in microseconds.
    """

    act: ActName
    at: int
    by: str
    name: str
    note: str = ""
    to: str = ""
    to_name: str = ""
    reason: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the incident's entity must not say: people. Kept as a document, never in the context."""

    state: State
    raised_at: int
    raised_by: str
    owner: str = ""
    owner_name: str = ""
    since: int = 0
    closed_at: int = 0
    closed_by: str = ""
    reason: str = ""
    acts: int = 0


def after(record: Record, act: Act) -> Record:
    """The record after an act.

    Raises:
        ActDoesNotFit: closed incidents stay closed; only an owned one is handed on or closed.
        BadAct: a note without words, a hand-over to nobody, a closure without a reason.
    """
    if record.state == "closed":
        raise ActDoesNotFit("the incident is closed; raise a new one")
    _check(act)
    change = msgspec.structs.replace
    counted = change(record, acts=record.acts + 1)
    if act.act == "take":
        if record.owner == act.by:
            raise ActDoesNotFit("you own this incident already")
        return change(counted, state="acknowledged", owner=act.by, owner_name=act.name, since=act.at)
    if act.act == "note":
        return counted
    if record.state == "unacknowledged":
        raise ActDoesNotFit("nobody owns this incident yet: take it over first")
    if act.act == "hand":
        return change(counted, owner=act.to, owner_name=act.to_name or act.to, since=act.at)
    return change(counted, state="closed", since=act.at, closed_at=act.at, closed_by=act.name, reason=act.reason)


def begun(act: Act, acts: int) -> Record:
    """The record of an incident just raised; `acts` counts the lines of its story."""
    return Record("unacknowledged", act.at, act.name, since=act.at, acts=acts)


def retold(start: Record, story: Iterable[Act]) -> list[Record]:
    """The record after each act of a story, oldest first; an incident that was closed may be raised anew.

    `start`: the record before the first act, of one that came from outside and was never raised here.
    """
    records = [start]
    for number, act in enumerate(story, start=1):
        records.append(begun(act, number) if act.act == "raise" else after(records[-1], act))
    return records[1:]


def _check(act: Act) -> None:
    receiver = act.to or act.to_name
    needed = {"note": ("note", act.note), "hand": ("to", receiver), "close": ("reason", act.reason)}.get(act.act)
    if needed is not None and not needed[1].strip():
        raise BadAct(needed[0], f"{act.act} needs it")
    for field, text in (("note", act.note), ("to", act.to_name), ("to", act.to), ("reason", act.reason)):
        if len(text) > TEXT_LIMIT:
            raise BadAct(field, f"at most {TEXT_LIMIT} characters")
