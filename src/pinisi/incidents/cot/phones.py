"""Which field phone tells of which unit: a rule of the city, uid -> unit. And what was heard of each lately.

Whose phone it is, nobody asks: neither callsign nor chat is read. What was heard lies in memory and is bounded.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from pinisi.incidents.cot.event import Event
from pinisi.incidents.cot.reader import MOST_UID
from pinisi.incidents.cot.verdict import Verdict, judged
from pinisi.incidents.requirements import BadAct
from pinisi.incidents.units.entity import UNIT
from pinisi.incidents.units.fix import Bounds
from pinisi.incidents.units.roster import NoSuchUnit, Roster
from pinisi.store.change import DocumentChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants, Principal

PHONE = "field-phone"
MOST_HEARD = 500
"""Uids that are remembered; of more the one not heard for the longest time is forgotten."""
_ROSTER = Grants((Grant(types=frozenset({UNIT}), write=True),))
PHONES = Principal(id="field-phones", name="Field phones (Cursor-on-Target)", kind="source", grants=_ROSTER)


class Phone(msgspec.Struct, frozen=True):
    """The rule: events of this uid are positions of this unit."""

    uid: str
    unit: str


class Heard(msgspec.Struct, frozen=True):
    """What was heard of a uid last, and how often in all and taken, since the start."""

    uid: str
    verdict: Verdict
    at: Instant
    count: int
    taken: int


class Phones:
    """The phones of one tenant. `bounds` are the city's."""

    def __init__(self, store: Store, roster: Roster, tenant: str, bounds: Bounds) -> None:
        self._store = store
        self._roster = roster
        self.tenant = tenant
        self._bounds = bounds
        self._rules: dict[str, str] | None = None
        self._last: dict[str, Instant] = {}
        self._heard: OrderedDict[str, Heard] = OrderedDict()

    async def rules(self) -> Mapping[str, str]:
        """Uid -> unit."""
        if self._rules is None:
            bodies = [body for _, _, body in await self._store.documents(self.tenant, PHONE)]
            self._rules = {phone.uid: phone.unit for phone in map(_phone, bodies)}
        return self._rules

    async def bind(self, phone: Phone, principal: Principal) -> None:
        """Raises `BadAct`: the uid is none, or the roster has no such unit."""
        if not phone.uid or len(phone.uid) > MOST_UID or not phone.uid.isprintable():
            raise BadAct("uid", f"between 1 and {MOST_UID} printable characters")
        try:
            await self._roster.unit(self.tenant, phone.unit, EVERYTHING)
        except NoSuchUnit:
            raise BadAct("unit", "is not in the roster") from None
        await self._keep(phone.uid, phone, principal)

    async def unbind(self, uid: str, principal: Principal) -> bool:
        """Whether there was such a rule."""
        known = uid in await self.rules()
        await self._keep(uid, None, principal)
        return known

    def heard(self) -> Sequence[Heard]:
        """The last first."""
        return [*reversed(self._heard.values())]

    async def take(self, event: Event, now: Instant) -> Verdict:
        """Judge an event, and write where its unit is if it is worth it."""
        verdict = await self._judge(event, now)
        if verdict == "taken":
            verdict = await self._write(event, now)
        self._remember(event.uid, verdict, now)
        return verdict

    async def _judge(self, event: Event, now: Instant) -> Verdict:
        known = event.uid in await self.rules()
        verdict = judged(event, self._bounds, now, self._last.get(event.uid, 0))
        return verdict if known or verdict == "not-a-position" else "unknown-uid"

    async def _write(self, event: Event, now: Instant) -> Verdict:
        unit = (await self.rules())[event.uid]
        at = min(event.time, now)
        try:
            told = await self._roster.report(self.tenant, unit, event.point, at, PHONES, now)
        except NoSuchUnit:
            return "unit-gone"
        self._last[event.uid] = event.time
        return "taken" if told.seen_at == at else "older"

    def _remember(self, uid: str, verdict: Verdict, now: Instant) -> None:
        before = self._heard.pop(uid, None)
        count, taken = (before.count, before.taken) if before else (0, 0)
        self._heard[uid] = Heard(uid, verdict, now, count + 1, taken + (verdict == "taken"))
        while len(self._heard) > MOST_HEARD:
            self._last.pop(self._heard.popitem(last=False)[0], None)

    async def _keep(self, uid: str, phone: Phone | None, principal: Principal) -> None:
        body = None if phone is None else msgspec.json.encode(phone)
        await self._store.apply(self.tenant, [DocumentChange(PHONE, uid, body)], principal)
        self._rules = None


_phone = msgspec.json.Decoder(Phone).decode
