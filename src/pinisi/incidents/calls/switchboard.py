"""The switchboard: calls ring, are picked up, handed on, saved with what they were about, missed and called back.

Every event is on disk before it is answered. What a telephone system says twice is done once.
"""

from collections.abc import Sequence
from typing import cast
from uuid import uuid4

import msgspec

from pinisi.incidents.calls.call import Channel, Kind, Language, Past, State, Waiting
from pinisi.incidents.calls.line import dialled, line_of
from pinisi.incidents.calls.pranks import PrankScore, prank_score
from pinisi.incidents.desk import as_desk
from pinisi.incidents.tenant_key import tenant_key
from pinisi.runtime.records import RecordRoom, Row
from pinisi.store.change import Change, RecordChange, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import Principal

KEY_KIND = "call-lines"
REMEMBERED = 90 * 86_400 * SECOND
"""How far back earlier calls of a line are looked at."""
MOST_WAITING = 500


class NoSuchCall(LookupError):
    """There is no such call, or the reader may not know of it."""


class CallIsElsewhere(ValueError):
    """Somebody else holds the call, or it is over; says so."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the call taker wrote down. `number` and what follows it are personal; `area` is the kelurahan's code."""

    kind: Kind
    category: str = ""
    subcategory: str = ""
    area: str = ""
    language: Language = "id"
    number: str | None = None
    caller: str = ""
    spot: str = ""
    said: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A call that one begins to take without the telephone system. Times are the true ones, also of paper."""

    number: str = ""
    channel: Channel = "telephone"
    rang_at: Instant
    answered_at: Instant
    recall_of: str = ""


class Switchboard:
    """The calls of one tenant."""

    def __init__(self, store: Store, records: RecordRoom, tenant: str, key: bytes) -> None:
        self._store = store
        self._records = records
        self._tenant = tenant
        self._key = key

    # what the telephone system says

    async def ring(self, outside: str, number: str, at: Instant, principal: Principal, now: Instant) -> str:
        """A call rings; its key. Said twice, it rings once.

        Raises:
            NotANumber: see there.
        """
        key = str(uuid4())
        told = dialled(number)
        values = {"key": key, "line": line_of(told, self._key, key), "number": told, "outside": outside}
        change = self._records.change("ring", {**values, "rang": at, "entered": now})
        await self._apply([change], principal)
        return str((await self._records.read("outside", {"outside": outside}, principal))[0]["key"])

    async def picked_up(self, outside: str, agent: str, at: Instant, principal: Principal) -> None:
        """The telephone system says who took it. Raises `NoSuchCall`."""
        await self._known(outside, principal)
        await self._apply(
            [self._records.change("picked up", {"outside": outside, "agent": agent, "at": at})], principal
        )

    async def hung_up(self, outside: str, at: Instant, principal: Principal, recording: str = "") -> None:
        """The caller is gone: a call that nobody took is missed. Raises `NoSuchCall`."""
        await self._known(outside, principal)
        values = {"outside": outside, "at": at, "recording": recording}
        await self._apply([self._records.change("hung up", values)], principal)

    async def _known(self, outside: str, principal: Principal) -> None:
        if not await self._records.read("outside", {"outside": outside}, principal):
            raise NoSuchCall(outside)

    # what call takers do

    async def pick_up(self, key: str, principal: Principal, now: Instant) -> None:
        """Take a ringing call. Raises `CallIsElsewhere`: another was faster, or it is over."""
        change = self._records.change("pick up", {"key": key, "agent": principal.id, "at": now}, rows=1)
        await self._once([change], principal, "somebody else took the call, or the caller hung up")

    async def begin(self, taken: Taken, principal: Principal, now: Instant) -> str:
        """Begin to take a call that no telephone system told of: its key.

        Raises:
            NotANumber: see there.
            CallIsElsewhere: the missed call that it calls back is not missed any more.
        """
        key = str(uuid4())
        told = dialled(taken.number)
        values = {
            "key": key,
            "line": line_of(told, self._key, key),
            "number": told,
            "channel": taken.channel,
            "agent": principal.id,
            "rang": taken.rang_at,
            "answered": taken.answered_at,
            "entered": now,
            "recall_of": taken.recall_of,
        }
        changes = [self._records.change("begin", values)]
        if taken.recall_of:
            changes.append(self._records.change("recall", {"key": taken.recall_of}, rows=1))
        await self._once(changes, principal, "the missed call was called back by somebody else")
        return key

    async def call_back(self, key: str, principal: Principal, now: Instant) -> tuple[str, str]:
        """Call a missed caller back: key of the new call, and the number to dial (a reading that is on record).

        Raises:
            NoSuchCall: see there.
            CallIsElsewhere: somebody else did.
        """
        number = await self.number(key, principal)
        taken = Taken(number=number, rang_at=now, answered_at=now, recall_of=key)
        return await self.begin(taken, principal, now), number

    async def hand(self, key: str, to: str, principal: Principal) -> None:
        """Hand a call that one holds to another call taker. Raises `CallIsElsewhere`."""
        change = self._records.change("hand", {"key": key, "to": to, "agent": principal.id}, rows=1)
        await self._once([change], principal, "the call is not in your hands")

    async def save(
        self, key: str, said: Said, incident: str, principal: Principal, now: Instant
    ) -> tuple[RecordChange, PrankScore]:
        """The change that keeps what a call was about: to be committed with its incident.

        Raises:
            NoSuchCall, NotANumber: see there.
        """
        held = await self.waiting(key, principal)
        told = None if said.number is None else dialled(said.number)
        line = held.line if told is None else line_of(told, self._key, key)
        score = prank_score(await self.earlier(line, principal, now), now)
        values = msgspec.to_builtins(said) | {
            "key": key,
            "line": line,
            "number": told,
            "incident": incident,
            "score": score.score,
            "at": now,
        }
        return self._records.change("save", values, rows=1), score

    async def keep(self, changes: Sequence[Change], principal: Principal) -> None:
        """Commit a call that calls for nobody. Raises `CallIsElsewhere`."""
        await self._once(changes, principal, "the call is saved already, or is not in your hands")

    # what they see

    async def queue(self, principal: Principal) -> Sequence[Waiting]:
        """Calls that ring, are being taken, or were missed and not called back: the one that rang first comes first."""
        rows = await self._records.read("queue", {"limit": MOST_WAITING}, principal)
        return [_waiting(row) for row in rows]

    async def waiting(self, key: str, principal: Principal) -> Waiting:
        """Raises `NoSuchCall`."""
        rows = await self._records.read("open call", {"key": key}, principal)
        if not rows:
            raise NoSuchCall(key)
        return _waiting(rows[0])

    async def number(self, key: str, principal: Principal) -> str:
        """The number of a call in one's hands or missed: a reading that is on record. Raises `NoSuchCall`."""
        rows = await self._records.read("number of", {"key": key, "agent": principal.id}, principal)
        if not rows:
            raise NoSuchCall(key)
        return str(rows[0]["number"])

    async def earlier(self, line: str, principal: Principal, now: Instant) -> Sequence[Past]:
        """What the line called for before, newest first."""
        rows = await self._records.read("earlier", {"line": line, "since": now - REMEMBERED}, principal)
        return [Past(int(str(row["rang_at"])), cast("Kind", row["kind"]), str(row["incident"])) for row in rows]

    async def of_incident(self, incident: str, principal: Principal) -> Sequence[Row]:
        """The calls of an incident with who called and what was said: a reading that is on record."""
        return await self._records.read("calls of", {"incident": incident}, principal)

    async def rung(self, prefix: str, principal: Principal) -> Sequence[Row]:
        """The calls of which the telephone system's id begins so, without anything personal; `outside` is that id."""
        return await self._records.read("rung", {"prefix": prefix}, principal)

    async def forget(self, key: str, principal: Principal) -> None:
        """Erase who called: every call of the line of this one, for good. Its incident stays, and names nobody.

        Raises:
            NoSuchCall: see there.
            Forbidden: he may not erase.
        """
        await self._records.erase((await self.waiting(key, principal)).line, as_desk(principal))

    async def counts(self, since: Instant, within: Instant, principal: Principal) -> Row:
        """How many rang since then, were answered (`in_time`: within so long), missed, idle, real."""
        return (await self._records.read("counts", {"since": since, "within": within}, principal))[0]

    async def _apply(self, changes: Sequence[Change], principal: Principal) -> None:
        await self._store.apply(self._tenant, list(changes), as_desk(principal))

    async def _once(self, changes: Sequence[Change], principal: Principal, otherwise: str) -> None:
        try:
            await self._apply(changes, principal)
        except VersionConflict:
            raise CallIsElsewhere(otherwise) from None


def _waiting(row: Row) -> Waiting:
    def text(name: str) -> str:
        return str(row[name])

    def moment(name: str) -> Instant:
        return int(str(row[name]))

    return Waiting(
        key=text("key"),
        line=text("line"),
        channel=cast("Channel", row["channel"]),
        state=cast("State", row["state"]),
        rang_at=moment("rang_at"),
        answered_at=moment("answered_at"),
        ended_at=moment("ended_at"),
        agent=text("agent"),
        recall_of=text("recall_of"),
    )


async def line_key(store: Store, tenant: str) -> bytes:
    """The tenant's secret for the pseudonyms of lines, made at the first use."""
    return await tenant_key(store, tenant, KEY_KIND)
