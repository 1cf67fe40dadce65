"""What a client says when he raises an incident or does something with it."""

from typing import Literal

import msgspec

from pinisi.console.http import BadRequest
from pinisi.incidents.acts import AnyDeed, PersonDeed, Shelve
from pinisi.incidents.states import Severity
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant


class IncidentWish(msgspec.Struct, forbid_unknown_fields=True):
    """An incident raised by hand. `at`: when it happened, where it is entered later than that (RFC 3339)."""

    title: str
    severity: Severity = "caution"
    detail: str = ""
    location: list[float] | None = None
    subject: str | None = None
    category: str = ""
    subcategory: str = ""
    priority: int = 0
    injured: int = 0
    channel: Literal["by-hand", "call", "citizen-report"] = "by-hand"
    caller: bool = False
    at: str = ""


class ActWish(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One act; which members it needs is in docs/reference/incidents.md."""

    act: str
    note: str = ""
    reason: str = ""
    to: str = ""
    until: str = ""
    priority: int = 0
    category: str = ""
    subcategory: str = ""
    injured: int = 0
    lead: str = ""
    agency: str = ""
    unit: str = ""
    role: Literal["lead", "support"] = "support"
    outcome: Literal["", "prank", "information"] = ""
    upheld: bool = True
    task: str = ""
    done: bool = False
    at: str = ""


class MergeWish(msgspec.Struct, forbid_unknown_fields=True):
    """The incident that takes over this one's reports."""

    into: str
    note: str = ""


class UnmergeWish(msgspec.Struct, forbid_unknown_fields=True):
    """Why it was another after all."""

    reason: str


def deed_of(wish: ActWish) -> AnyDeed:
    """The typed deed.

    Raises:
        BadRequest: there is no such act, or it does not know a member that was given.
    """
    members = {name: value for name, value in msgspec.to_builtins(wish).items() if name not in ("at", "until")}
    try:
        deed = msgspec.convert(members, PersonDeed)
    except msgspec.ValidationError as error:
        text = str(error)
        raise BadRequest("act" if "$.act" in text or "tag" in text else "body", text.partition(" - at")[0]) from None
    if wish.until and isinstance(deed, Shelve):
        return msgspec.structs.replace(deed, until=moment_of("until", wish.until))
    if wish.until:
        raise BadRequest("until", "goes with shelve only")
    return deed


def moment_of(field: str, text: str) -> Instant:
    """A moment, 0 where none is given.

    Raises:
        BadRequest: it is none.
    """
    if not text:
        return 0
    try:
        return parse_instant(text)
    except NotAnInstant as error:
        raise BadRequest(field, str(error)) from None
