"""The book of contacts, notices and deliveries of one tenant: rows in, typed values out, changes to be committed."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import msgspec

from pinisi.city.text import Language
from pinisi.incidents.notices.contact import Channel, Contact, ContactWish, Quiet
from pinisi.incidents.notices.happening import Notice
from pinisi.incidents.notices.planning import Owed
from pinisi.incidents.notices.statements import MANAGE, SEND
from pinisi.runtime.records import RecordRoom, Row
from pinisi.store.change import Change
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

HERALD = msgspec.structs.replace(SYSTEM, permissions=frozenset({SEND, MANAGE}))
"""The house, where it tells people: it may use the tables of notices."""
BROKER = "@broker"
"""Whom warnings as GeoJSON are for: the city's MQTT broker, no contact."""

DeliveryState = Literal["waiting", "sending", "taken", "dead"]
_encode = msgspec.json.Encoder().encode
_notice = msgspec.json.Decoder(Notice).decode


class NoSuchNotice(LookupError):
    """There is no such notice, delivery or contact."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How one contact was told of one notice. `message`: what went out, maybe with others, under this id. `taken`: the
    receiver's server took it, and `answer` is what it said; whether a person read it only `read_at` says. `unsure`: the
    house ended while it was under way: it may have come twice, under the same id.
    """

    key: str
    notice: str
    incident: str
    contact: str
    channel: str
    level: int
    state: DeliveryState
    due: Instant
    message: str
    attempts: int
    tried_at: Instant
    ended_at: Instant
    answer: str
    unsure: bool
    read_at: Instant
    read_by: str


class Reached(msgspec.Struct, frozen=True):
    """Where a contact is reached, read for one message."""

    name: str
    address: str
    secret: str


class Outbox:
    def __init__(self, records: RecordRoom) -> None:
        self._records = records

    # contacts

    async def book(self) -> Sequence[Contact]:
        """All contacts, without what names them."""
        return [_contact(row) for row in await self._records.read("book", {}, HERALD)]

    async def reached(self, contact: str) -> Reached | None:
        """A reading that is on record; None where the contact is gone."""
        rows = await self._records.read("address", {"key": contact}, HERALD)
        return (
            msgspec.convert({name: rows[0][name] for name in ("name", "address", "secret")}, Reached) if rows else None
        )

    async def contacts(self, principal: Principal) -> Sequence[tuple[Contact, str, str]]:
        """Each with name and address, for somebody who keeps them; the reading is on record."""
        if not await self.book():
            return ()
        rows = await self._records.read("contacts", {}, principal)
        return [(_contact(row), str(row["name"]), str(row["address"])) for row in rows]

    def list_contact(self, key: str, wish: ContactWish, secret: str, now: Instant) -> Change:
        return self._records.change("list contact", {**_row(key, wish), "secret": secret, "since": now})

    def change_contact(self, key: str, wish: ContactWish, secret: str) -> Change:
        return self._records.change("change contact", {**_row(key, wish), "secret": secret}, rows=1)

    def drop_contact(self, key: str) -> Change:
        return self._records.change("drop contact", {"key": key}, rows=1)

    # notices

    def note(self, notice: Notice, now: Instant) -> Change:
        """Once for each key, however often it is asked."""
        values = {"key": notice.key, "occasion": notice.on, "incident": notice.incident, "about": notice.about}
        values |= {"state": notice.state, "body": _encode(notice).decode()}
        return self._records.change("note", {**values, "at": notice.at, "made": now, "next": notice.next_at})

    def go_on(self, before: Notice, after: Notice) -> Change:
        """Refused (`VersionConflict`) where it has become another meanwhile."""
        values = {"key": after.key, "state": after.state, "next": after.next_at, "body": _encode(after).decode()}
        return self._records.change("go on", {**values, "before": _encode(before).decode()}, rows=1)

    async def notice(self, key: str) -> Notice:
        """Raises `NoSuchNotice`."""
        rows = await self._records.read("notice", {"key": key}, HERALD)
        if not rows:
            raise NoSuchNotice(key)
        return _of(rows[0])

    async def notices_of(self, incident: str) -> Sequence[Notice]:
        return [_of(row) for row in await self._records.read("notices of", {"incident": incident}, HERALD)]

    async def newest(self, limit: int, *, occasion: str = "", state: str = "") -> Sequence[Notice]:
        values = {"occasion": occasion, "state": state, "limit": limit}
        return [_of(row) for row in await self._records.read("newest", values, HERALD)]

    async def standing(self, about: str) -> Notice | None:
        """The newest that speaks of a thing and whose cause has not ended."""
        rows = await self._records.read("standing", {"about": about}, HERALD)
        return _of(rows[0]) if rows else None

    async def due_notices(self, now: Instant) -> Sequence[Notice]:
        """Those whose next level is to be told."""
        return [_of(row) for row in await self._records.read("due notices", {"now": now}, HERALD)]

    # deliveries

    def owe(self, owed: Owed) -> Change:
        return self._records.change("owe", msgspec.structs.asdict(owed))

    async def lately(self, since: Instant) -> Mapping[str, Sequence[Instant]]:
        """Contact -> when he was, or will be, told since then."""
        found: dict[str, list[Instant]] = {}
        for row in await self._records.read("lately", {"since": since}, HERALD):
            found.setdefault(str(row["contact"]), []).append(cast("int", row["due"]))
        return found

    async def due(self, now: Instant) -> Sequence[Delivery]:
        return [_delivery(row) for row in await self._records.read("due", {"now": now}, HERALD)]

    async def first_to(self, contact: str) -> str:
        """The oldest that is still owed to him; empty: none is."""
        rows = await self._records.read("first to", {"contact": contact}, HERALD)
        return str(rows[0]["key"]) if rows else ""

    async def next_due(self) -> Instant | None:
        """When the next one waits for; None where none waits."""
        return cast("int | None", (await self._records.read("next due", {}, HERALD))[0]["due"])

    def begin(self, key: str, message: str, now: Instant) -> Change:
        return self._records.change("begin message", {"key": key, "message": message, "at": now}, rows=1)

    def postpone(self, message: str, answer: str, due: Instant) -> Change:
        return self._records.change("postpone", {"message": message, "answer": answer, "due": due})

    def end(self, message: str, state: DeliveryState, answer: str, now: Instant) -> Change:
        return self._records.change("end message", {"message": message, "state": state, "answer": answer, "at": now})

    async def interrupted(self) -> Sequence[str]:
        """Messages that were under way when the house ended."""
        return [str(row["message"]) for row in await self._records.read("interrupted", {}, HERALD)]

    def take_up(self, message: str, now: Instant) -> Change:
        return self._records.change("take up", {"message": message, "at": now})

    def again(self, message: str, now: Instant) -> Change:
        return self._records.change("again", {"message": message, "at": now})

    def read(self, message: str, by: str, now: Instant) -> Change:
        return self._records.change("read message", {"message": message, "by": by, "at": now})

    async def delivery(self, key: str) -> Delivery:
        """Raises `NoSuchNotice`."""
        rows = await self._records.read("delivery", {"key": key}, HERALD)
        if not rows:
            raise NoSuchNotice(key)
        return _delivery(rows[0])

    async def deliveries_of(self, notice: str) -> Sequence[Delivery]:
        return [_delivery(row) for row in await self._records.read("deliveries of", {"notice": notice}, HERALD)]

    async def together(self, message: str) -> Sequence[Delivery]:
        """All that went out, or was tried, under one id."""
        return [_delivery(row) for row in await self._records.read("together", {"message": message}, HERALD)]

    async def in_state(self, state: DeliveryState, limit: int) -> Sequence[Delivery]:
        rows = await self._records.read("in state", {"state": state, "limit": limit}, HERALD)
        return [_delivery(row) for row in rows]

    async def counts(self) -> Mapping[str, int]:
        """State -> how many deliveries are in it."""
        return {
            str(row["state"]): cast("int", row["n"]) for row in await self._records.read("delivery counts", {}, HERALD)
        }


def _row(key: str, wish: ContactWish) -> dict[str, str | int]:
    return {
        "key": key,
        "name": wish.name,
        "duties": _encode(wish.groups).decode(),
        "level": wish.level,
        "channel": wish.channel,
        "address": wish.address,
        "language": wish.language,
        "quiet": _encode(wish.quiet).decode() if wish.quiet else "",
        "exercises": int(wish.exercises),
        "account": wish.account,
    }


def _contact(row: Row) -> Contact:
    quiet = str(row["quiet"])
    return Contact(
        key=str(row["key"]),
        groups=msgspec.json.decode(str(row["duties"]), type=tuple[str, ...]),
        level=cast("int", row["level"]),
        channel=cast("Channel", row["channel"]),
        language=cast("Language", row["language"]),
        quiet=msgspec.json.decode(quiet, type=Quiet) if quiet else None,
        exercises=bool(row["exercises"]),
        account=str(row["whose"]),
        since=cast("int", row["since"]),
    )


def _of(row: Row) -> Notice:
    return _notice(str(row["body"]))


def _delivery(row: Row) -> Delivery:
    return msgspec.convert({**row, "unsure": bool(row["unsure"])}, Delivery)
