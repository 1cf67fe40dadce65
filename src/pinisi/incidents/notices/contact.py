"""Who can be reached by which way. What names him, his address and the key of his webhook are beside it, in records."""

import re
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from pinisi.city.text import Language
from pinisi.incidents.requirements import BadAct
from pinisi.vocabulary.instant import DAY, MINUTE, SECOND, Instant

Channel = Literal["email", "webhook", "mqtt", "apprise"]
LAST_LEVEL = 9
Hour = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From when until when (hours of the city) he is left alone, but for incidents of priority `except_` or graver;
    0: for none."""

    begin: Hour = msgspec.field(name="from")
    until: Hour
    except_: Annotated[int, Meta(ge=0, le=5)] = msgspec.field(default=2, name="except")


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What planning knows of a contact: nothing of it names anybody. `groups` are agencies and duties; a contact of
    level 2 is told when nobody of level 1 has answered. `exercises`: he takes part in them.
    """

    key: str
    groups: tuple[str, ...]
    level: int
    channel: Channel
    language: Language
    quiet: Quiet | None = None
    exercises: bool = False
    account: str = ""
    since: Instant = 0


class ContactWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A contact as it is written down. `account`: the account of the one who is reached there, where he has one."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    groups: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)]
    level: Annotated[int, Meta(ge=1, le=LAST_LEVEL)] = 1
    channel: Channel
    address: Annotated[str, Meta(min_length=1, max_length=2_000)]
    language: Language = "id"
    quiet: Quiet | None = None
    exercises: bool = False
    account: Annotated[str, Meta(max_length=200)] = ""


_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://\S+", re.ASCII | re.IGNORECASE)


def check_address(channel: Channel, address: str) -> None:
    """Whether such an address can be one.

    Raises:
        BadAct: it cannot; says why.
    """
    if any(character < " " or character == "\x7f" for character in address):
        raise BadAct("address", "holds a control character")
    if channel == "email" and (_MAIL.fullmatch(address) is None or len(address) > 254):
        raise BadAct("address", "is no e-mail address of ASCII characters like duty@example.org")
    if channel == "mqtt" and (any(c in address for c in "+#") or len(address.encode()) > 1_000 or address[0] == "$"):
        raise BadAct("address", "is no topic to publish on: without + and #, not beginning with $")
    if channel == "apprise" and _SCHEME.fullmatch(address) is None:
        raise BadAct("address", "is no apprise URL like ntfys://ntfy.example.org/topic")


def scheme_of(address: str) -> str:
    """Of an apprise URL; empty where it has none."""
    found = _SCHEME.fullmatch(address)
    return found[1].lower() if found else ""


def quiet_until(quiet: Quiet | None, now: Instant, zone: ZoneInfo) -> Instant:
    """When he may be told again; `now` where he may be told at once. Both ends equal: the whole day is quiet, and what
    waits comes at that hour.
    """
    if quiet is None:
        return now
    local = datetime.fromtimestamp(now / SECOND, zone)
    minute, begin, until = local.hour * 60 + local.minute, _minutes(quiet.begin), _minutes(quiet.until)
    within = begin <= minute < until if begin < until else minute >= begin or minute < until
    if not within:
        return now
    wait = (until - minute) * MINUTE
    return now - now % MINUTE + (wait if wait > 0 else wait + DAY)


def _minutes(hour: str) -> int:
    hours, minutes = hour.split(":")
    return int(hours) * 60 + int(minutes)
