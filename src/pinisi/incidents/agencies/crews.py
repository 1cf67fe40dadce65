"""Crews: which account speaks for which agency or unit, what it was asked to do, and what it says of that.

A crew sees the incidents that it was sent to and no other, and of these what it needs to get there.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from pinisi.city.operations import Operations
from pinisi.incidents.acts import Accept, Arrive, Finish, Note, Refuse
from pinisi.incidents.desk import Desk, MayNot, person_of
from pinisi.incidents.queue import Case, NoSuchIncident, Wanted
from pinisi.incidents.record import GONE, Sent
from pinisi.incidents.requirements import ActDoesNotFit, BadAct, SomebodyWasEarlier
from pinisi.incidents.states import INCIDENT_STATES, State
from pinisi.incidents.units.entity import UNIT
from pinisi.incidents.units.unit import is_unit
from pinisi.store.change import Change, DocumentChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal
from pinisi.vocabulary.terms import INCIDENT

MEMBER, DONE = "crew-member", "crew-act"
MOST_ASSIGNMENTS = 200
TRIES = 5
CLOCK_APART = 2 * MINUTE
"""How far a phone's clock may go ahead of the house's: a moment within it counts as now."""
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_STATES: tuple[State, ...] = tuple(state for state in INCIDENT_STATES if state != "closed")
_REACH = Grants((Grant(types=frozenset({INCIDENT}), write=True),))

Saying = Accept | Refuse | Arrive | Finish | Note


class Crew(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`unit` empty: the account speaks for its whole agency."""

    account: str
    agency: str
    unit: str = ""


class Assignment(msgspec.Struct, frozen=True):
    """An incident, and how the crew was sent to it."""

    case: Case
    sent: Sent


_encode = msgspec.json.Encoder().encode
_crew = msgspec.json.Decoder(Crew).decode


class Crews:
    """The crews of every tenant."""

    def __init__(self, store: Store, desk: Desk, operations_of: Callable[[str], Operations]) -> None:
        self._store = store
        self._desk = desk
        self._operations_of = operations_of

    # who is a crew

    async def all(self, tenant: str) -> Sequence[Crew]:
        return [_crew(body) for _, _, body in await self._store.documents(tenant, MEMBER)]

    async def of(self, tenant: str, principal: Principal) -> Crew:
        """The crew that somebody speaks for.

        Raises:
            MayNot: he speaks for none.
        """
        known = await self._store.document(tenant, MEMBER, person_of(principal).removeprefix("account:"))
        if known is None:
            raise MayNot("the account speaks for no agency yet: the control room sets that (crew members)")
        return _crew(known[1])

    async def agency_of(self, tenant: str, principal: Principal) -> str:
        """The agency that somebody speaks for; empty where he speaks for none."""
        known = await self._store.document(tenant, MEMBER, person_of(principal).removeprefix("account:"))
        return _crew(known[1]).agency if known else ""

    async def appoint(self, tenant: str, crew: Crew, principal: Principal) -> Crew:
        """Raises `BadAct`: the city has no such agency, or the roster no such unit of it."""
        rules = self._operations_of(tenant)
        if not crew.agency or (rules.agencies and rules.agency(crew.agency) is None):
            raise BadAct("agency", f"{crew.agency[:80]!r} is not among the city's agencies")
        if is_unit(crew.unit) and await self._store.entity(tenant, crew.unit, _UNITS) is None:
            raise BadAct("unit", "is not in the roster")
        await self._store.apply(tenant, [DocumentChange(MEMBER, crew.account, _encode(crew))], principal)
        return crew

    async def dismiss(self, tenant: str, account: str, principal: Principal) -> None:
        await self._store.apply(tenant, [DocumentChange(MEMBER, account, None)], principal)

    # what it was asked, and what it says

    async def assignments(self, tenant: str, crew: Crew) -> Sequence[Assignment]:
        """What it was sent to and has neither refused nor been withdrawn from, newest first."""
        wanted = Wanted(states=_STATES, agencies=(crew.agency,))
        cases, _ = await self._desk.queue.cases(tenant, wanted, _REACH, limit=MOST_ASSIGNMENTS)
        return [Assignment(case, sent) for case in cases for sent in case.record.active if _is_of(crew, sent)]

    async def assignment(self, tenant: str, crew: Crew, incident: str, unit: str | None = None) -> Assignment:
        """One of them, also after it is over for the crew; of several of its units the one that is named.

        Raises:
            NoSuchIncident: it was never sent there.
        """
        case = await self._desk.queue.case(tenant, incident, _REACH)
        found = [sent for sent in case.record.sent if _is_of(crew, sent) and unit in (None, sent.unit)]
        if not found or case.record.state == "closed":
            raise NoSuchIncident(incident)
        return Assignment(case, found[-1])

    async def said(self, tenant: str, crew: Crew, key: str) -> bool:
        """Whether this was said and kept before: the phone asks again when it did not hear the answer."""
        if _KEY.fullmatch(key) is None:
            raise BadAct("key", "8 to 64 letters, digits and hyphens, made anew for each act")
        return await self._store.document(tenant, DONE, f"{crew.account}:{key}") is not None

    async def say(
        self,
        tenant: str,
        crew: Crew,
        incident: str,
        deed: Saying,
        key: str,
        principal: Principal,
        now: Instant,
        *,
        at: Instant = 0,
        also: Sequence[Change] = (),
    ) -> Assignment:
        """What a crew says of its assignment, once for each key. `at`: when it was truly so, entered later.

        Where somebody was a moment earlier, also the same phone that asked again, it looks again.

        Raises:
            NoSuchIncident: it was never sent there.
            BadAct, ActDoesNotFit: as at the desk; and for a moment before it was sent.
        """
        unit = None if isinstance(deed, Note) else deed.unit
        once = DocumentChange(DONE, f"{crew.account}:{key}", incident.encode(), 0)
        acting = msgspec.structs.replace(principal, grants=_REACH)
        for tries in range(TRIES, 0, -1):
            if await self.said(tenant, crew, key):
                break
            sent = (await self.assignment(tenant, crew, incident, unit)).sent
            true = _checked(sent, deed, at, now)
            try:
                await self._desk.act(tenant, incident, deed, acting, now, at=true, also=(once, *also))
                break
            except SomebodyWasEarlier:
                if tries == 1:
                    raise
        return await self.assignment(tenant, crew, incident, unit)


def _checked(sent: Sent, deed: Saying, at: Instant, now: Instant) -> Instant:
    """When it was truly so; raises what does not fit how the crew was sent."""
    if sent.state in GONE and not isinstance(deed, Note):
        raise ActDoesNotFit(f"the crew is not needed there any more: {sent.state} ({sent.reason or 'no reason'})")
    true = now if now < at <= now + CLOCK_APART else at
    if 0 < true < sent.sent_at:
        raise BadAct("at", "lies before the crew was sent")
    return true


_UNITS = Grants((Grant(types=frozenset({UNIT})),))


def _is_of(crew: Crew, sent: Sent) -> bool:
    return sent.agency == crew.agency and crew.unit in ("", sent.unit)
