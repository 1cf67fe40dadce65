"""Who is told at which moment: levels, quiet hours, and not too often. Pure: notice and contacts in, deliveries out."""

from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.notices import Bundle
from pinisi.incidents.notices.contact import LAST_LEVEL, Contact, quiet_until
from pinisi.incidents.notices.happening import Notice
from pinisi.vocabulary.instant import MINUTE, Instant


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """That a contact is to be told of a notice, not before `due`."""

    key: str
    notice: str
    incident: str
    contact: str
    channel: str
    level: int
    due: Instant


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """By what the moment is chosen: `lately` are the moments at which each contact was, or will be, told."""

    now: Instant
    zone: ZoneInfo
    bundle: Bundle = Bundle()
    lately: Mapping[str, Sequence[Instant]] = {}


def next_level(notice: Notice, book: Sequence[Contact]) -> tuple[int, Sequence[Contact]]:
    """The first level after `notice.level` that has anybody, and all who are there; 0 where none is left.

    Those of `then` come after all levels of `to`.
    """
    ranked: dict[int, list[Contact]] = {}
    for contact in book:
        rank = _rank(notice, contact)
        if rank > notice.level and _may_be_told(notice, contact):
            ranked.setdefault(rank, []).append(contact)
    first = min(ranked, default=0)
    return first, ranked.get(first, [])


def begun(notice: Notice, book: Sequence[Contact], timing: Timing) -> tuple[Notice, Sequence[Owed]]:
    """The notice with its first level told."""
    return _told(notice, book, timing, "nobody")


def escalated(notice: Notice, book: Sequence[Contact], timing: Timing) -> tuple[Notice, Sequence[Owed]]:
    """The notice with its next level told, because nobody answered; with nobody left it stays unheard."""
    return _told(notice, book, timing, "unheard")


def _told(notice: Notice, book: Sequence[Contact], timing: Timing, none: str) -> tuple[Notice, Sequence[Owed]]:
    level, contacts = next_level(notice, book)
    if not contacts:
        return msgspec.structs.replace(notice, state=none, next_at=0), ()
    owed = [_owed(notice, contact, level, timing) for contact in contacts]
    asks = notice.answer > 0
    told = msgspec.structs.replace(
        notice,
        level=level,
        state="asks" if asks else "told",
        next_at=min(each.due for each in owed) + notice.answer if asks else 0,
    )
    return told, owed


def _owed(notice: Notice, contact: Contact, level: int, timing: Timing) -> Owed:
    return Owed(
        key=str(uuid5(NAMESPACE_URL, f"{notice.key} {contact.key} {level}")),
        notice=notice.key,
        incident=notice.incident,
        contact=contact.key,
        channel=contact.channel,
        level=level,
        due=_due(notice, contact, timing),
    )


def _due(notice: Notice, contact: Contact, timing: Timing) -> Instant:
    quiet = contact.quiet
    loudest = 2 if quiet is None else quiet.except_
    if notice.urgent or 0 < notice.priority <= loudest:
        return timing.now
    return max(quiet_until(quiet, timing.now, timing.zone), _not_too_often(contact, timing))


def _not_too_often(contact: Contact, timing: Timing) -> Instant:
    """Now, or, for who was told as often as he may be in one window, when that window is over."""
    window = round(timing.bundle.minutes * MINUTE)
    told = sorted({each for each in timing.lately.get(contact.key, ()) if timing.now - window < each <= timing.now})
    return timing.now if len(told) < timing.bundle.most else told[-timing.bundle.most] + window


def _rank(notice: Notice, contact: Contact) -> int:
    """0: he is not meant."""
    if not set(notice.to).isdisjoint(contact.groups):
        return contact.level
    return LAST_LEVEL + contact.level if not set(notice.then).isdisjoint(contact.groups) else 0


def _may_be_told(notice: Notice, contact: Contact) -> bool:
    """Nobody is told of what was before he was listed, nor of an exercise that he takes no part in."""
    return contact.since <= notice.at and (contact.exercises or not notice.exercise)
