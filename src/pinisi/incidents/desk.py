"""The desk: where incidents are raised and everything is done with them.

An act commits together: the incident's state (context), who owns it (record), the line in its story, and whatever the
room that asked for it has to add (`also`). Two people who take the same incident at once: the first has it, the second
is told so.
"""

from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import Any, cast

import msgspec

from pinisi.city.operations import DEFAULTS, Operations
from pinisi.incidents.acts import (
    Absorb,
    Act,
    AnyDeed,
    Assign,
    BreakGlass,
    KeptApart,
    Merge,
    Part,
    Reject,
    Resolve,
    Review,
    Shelve,
    Suppress,
    Triage,
    Unmerge,
    Verify,
    Withdraw,
    encoded_act,
)
from pinisi.incidents.clocks import due_at
from pinisi.incidents.incident import DETAIL, SEVERITY, TITLE, Raised, after_act, incident_entity, word_of
from pinisi.incidents.life_cycle import after, begun
from pinisi.incidents.priority import Facts, Proposed, proposed
from pinisi.incidents.queue import RECORD_KIND, Case, Queue, acts_kind
from pinisi.incidents.record import Record
from pinisi.incidents.requirements import BadAct, SomebodyWasEarlier
from pinisi.incidents.states import OPEN
from pinisi.incidents.units.unit import is_unit
from pinisi.incidents.verification import asked_of
from pinisi.store.change import Change, DocumentChange, Edit, EntityChange, Refused, Transform, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal
from pinisi.vocabulary.terms import INCIDENT

OthersOnDuty = Callable[[str, Principal, Instant], Awaitable[bool]]
"""tenant, who asks, now -> whether somebody else is on duty who may verify."""
Following = Callable[[str, Record, Record], Sequence[EntityChange]]
"""id of an incident, its record before and after an act -> what else follows from that, in the same commit."""
VERIFY, MAY_ACT = "incidents.verify", "incidents.act"
DISPATCH = "units.dispatch"

_encode = msgspec.json.Encoder().encode
_record = msgspec.json.Decoder(Record).decode


class MayNot(Exception):
    """The one who acts has not the permission that this act asks for."""


async def _somebody(_tenant: str, _principal: Principal, _now: Instant) -> bool:
    return True


def _nothing(_id: str, _before: Record, _after: Record) -> Sequence[EntityChange]:
    return ()


class Desk:
    """`operations_of` knows the written rules of a tenant's city; `others` whether a second person is on duty.

    `following` are entities of the types `follow` that go with every act, wherever they lie (the units that it sends).
    """

    def __init__(
        self,
        store: Store,
        operations_of: Callable[[str], Operations] = lambda _: DEFAULTS,
        others: OthersOnDuty = _somebody,
        following: Following = _nothing,
        follow: frozenset[str] = frozenset(),
    ) -> None:
        self._store = store
        self._following = following
        self._follow = follow
        self._operations_of = operations_of
        self._others = others
        self.queue = Queue(store)

    async def raise_incident(
        self,
        tenant: str,
        raised: Raised,
        principal: Principal,
        now: Instant,
        *,
        quietly: Suppress | None = None,
        also: Sequence[Change] = (),
        writes: frozenset[str] = frozenset(),
    ) -> bool:
        """Raise it, unless it is open already; whether it was raised. `also` and `writes` as with `act`.

        `quietly`: it is an alarm that asks nobody from its first moment.

        Raises:
            Forbidden: it lies where the principal sees no incidents.
            BadAct: it is said to have happened in the future, or its category is unknown.
        """
        known = await self._store.document(tenant, RECORD_KIND, raised.id)
        before = None if known is None else _record(known[1])
        if before is not None and (before.state in OPEN or before.outcome == "merged"):
            return False
        if raised.at > now:
            raise BadAct("at", "lies in the future")
        rules = self._operations_of(tenant)
        self._check_category(rules, raised.category, raised.subcategory)
        deed = raised.deed(raised.priority or await self._first_priority(tenant, rules, raised))
        late = 0 < raised.at < now
        first = _act(deed, principal, raised.at or now, now if late else 0)
        record = begun(first, 1 if before is None else before.acts + 1)
        story = [_line(raised.id, record, first)]
        if quietly is not None:
            second = _act(quietly, principal, raised.at or now, now if late else 0)
            record = after(record, second)
            story.append(_line(raised.id, record, second))
        due = due_at(record, rules.targets)

        def create(_old: Entity | None, at: Instant) -> Edit:
            return Edit(incident_entity(raised, record, due, at))

        changes = [
            EntityChange(raised.id, create),
            DocumentChange(RECORD_KIND, raised.id, _encode(record), 0 if known is None else known[0]),
            *story,
            *also,
        ]
        try:
            await self._store.apply(tenant, changes, as_desk(principal, writes))
        except VersionConflict:
            if also:
                raise
            return False
        return True

    async def is_open(self, tenant: str, id: str) -> bool:
        known = await self._store.document(tenant, RECORD_KIND, id)
        return known is not None and _record(known[1]).state in OPEN

    async def act(
        self,
        tenant: str,
        id: str,
        deed: AnyDeed,
        principal: Principal,
        now: Instant,
        *,
        at: Instant = 0,
        also: Sequence[Change] = (),
        writes: frozenset[str] = frozenset(),
    ) -> Case:
        """Do something with an incident. `at`: when it was truly done, where it is entered later (paper).

        `also` is committed with it, or not at all. `writes`: the entity types in it that the room which asks writes by
        its own right (where the principal sees incidents), beside what the principal may write himself.

        Raises:
            NoSuchIncident, BadAct, ActDoesNotFit: see there; the last also when somebody else was first.
            MayNot: to verify asks for a permission of its own.
        """
        changes = await self.changes(tenant, id, deed, principal, now, at=at)
        return await self._commit(tenant, id, [*changes, *also], principal, writes)

    async def changes(
        self, tenant: str, id: str, deed: AnyDeed, principal: Principal, now: Instant, *, at: Instant = 0
    ) -> Sequence[Change]:
        """What `act` would commit, for a room that commits it with its own; apply it as `as_desk(principal)`.

        Raises:
            as `act`.
        """
        _may(deed, principal)
        case = await self.queue.case(tenant, id, principal.grants)
        return await self._changes(tenant, case, deed, principal, now, at)

    async def merge(self, tenant: str, id: str, into: str, principal: Principal, now: Instant, note: str = "") -> Case:
        """A person says that two incidents are one: this one ends, what it owes goes to the other; answers the other.

        Raises:
            as `act`.
        """
        if id == into:
            raise BadAct("into", "is the incident itself")
        case = await self.queue.case(tenant, id, principal.grants)
        other = await self.queue.case(tenant, into, principal.grants)
        record = case.record
        owes = Absorb(of=id, caller=record.answer_is_owed, gravest=record.gravest, hurt=record.hurt)
        changes = await self._changes(tenant, case, Merge(into=into, note=note), principal, now, 0)
        changes = [*changes, *await self._changes(tenant, other, owes, principal, now, 0)]
        return await self._commit(tenant, into, changes, principal)

    async def unmerge(self, tenant: str, id: str, reason: str, principal: Principal, now: Instant) -> Case:
        """It was another after all: it is again what it was before it was merged.

        Raises:
            as `act`.
        """
        case = await self.queue.case(tenant, id, principal.grants)
        into = case.record.group
        changes = await self._changes(tenant, case, Unmerge(reason=reason), principal, now, 0)
        other = await self.queue.case(tenant, into, principal.grants)
        changes = [*changes, *await self._changes(tenant, other, Part(of=id), principal, now, 0)]
        return await self._commit(tenant, id, changes, principal)

    async def keep_apart(
        self, tenant: str, id: str, of: str, principal: Principal, now: Instant, also: Sequence[Change]
    ) -> None:
        """A person says that two are not one; `also` keeps it for the next suggestions. Both stories tell it.

        Raises:
            as `act`.
        """
        changes = list(also)
        for one, other in ((id, of), (of, id)):
            case = await self.queue.case(tenant, one, principal.grants)
            changes += await self._changes(tenant, case, KeptApart(of=other), principal, now, 0)
        await self._commit(tenant, id, changes, principal)

    async def proposed_priority(self, tenant: str, case: Case, deed: Triage) -> Proposed:
        """What the written rules say, if it were triaged so."""
        record, rules = case.record, self._operations_of(tenant)
        category = deed.category or record.category
        facts = Facts(
            category=category,
            subcategory=deed.subcategory or ("" if deed.category else record.subcategory),
            text=_words(case.entity),
            injured=deed.injured,
            areas=case.areas,
            channel=record.channel,
            severity=word_of(case.entity, SEVERITY) or "",
        )
        return proposed(rules, facts)

    async def _changes(
        self, tenant: str, case: Case, deed: AnyDeed, principal: Principal, now: Instant, at: Instant
    ) -> list[Change]:
        """The entity, the record and the line in the story as they shall be."""
        if at > now or (at and at < case.record.raised_at):
            raise BadAct("at", "lies in the future" if at > now else "lies before the incident was raised")
        rules = self._operations_of(tenant)
        deed = await self._completed(tenant, rules, case, deed)
        done = _act(deed, principal, at or now, now if 0 < at < now else 0)
        done = await self._ruled(tenant, rules, case, done, principal, now)
        record = after(case.record, done)
        change = EntityChange(case.entity.id, _after(record, due_at(record, rules.targets)))
        kept = _kept(case.entity.id, record, done, case.version)
        return [change, *kept, *self._following(case.entity.id, case.record, record)]

    async def _completed(self, tenant: str, rules: Operations, case: Case, deed: AnyDeed) -> AnyDeed:
        """With what follows from the city's rules where it was left out; names that they do not know are refused."""
        if isinstance(deed, Assign):
            _check_agency(rules, "agency", deed.agency)
        if not isinstance(deed, Triage):
            return deed
        self._check_category(rules, deed.category, deed.subcategory, case.record.category)
        _check_agency(rules, "lead", deed.lead)
        category = rules.category(deed.category)
        lead = deed.lead or (category.lead if category else "")
        priority = deed.priority or (await self.proposed_priority(tenant, case, deed)).priority
        return msgspec.structs.replace(deed, lead=lead, priority=priority)

    async def _ruled(
        self, tenant: str, rules: Operations, case: Case, act: Act, principal: Principal, now: Instant
    ) -> Act:
        """The act with what the rules say of it now: kept in it, so that a story retells itself under other rules."""
        if isinstance(act.deed, Resolve):
            return msgspec.structs.replace(act, asked=asked_of(rules.verification, case.entity.id, case.record))
        if isinstance(act.deed, BreakGlass):
            return msgspec.structs.replace(act, alone=not await self._others(tenant, principal, now))
        if isinstance(act.deed, Shelve) and act.deed.until > now + rules.shelving.hours * HOUR:
            raise BadAct("until", f"at most {rules.shelving.hours:g} hours from now")
        return act

    async def _first_priority(self, tenant: str, rules: Operations, raised: Raised) -> int:
        """By the written rules; 0 where neither a rule nor the category says anything."""
        facts = Facts(
            category=raised.category,
            subcategory=raised.subcategory,
            text=" ".join((*raised.title.values(), *(raised.detail or {}).values())),
            injured=raised.injured,
            areas=await self._areas(tenant, raised),
            channel=raised.channel,
            severity=raised.severity,
        )
        found = proposed(rules, facts)
        return 0 if found.reasons[0].rule == "usual" else found.priority

    async def _areas(self, tenant: str, raised: Raised) -> tuple[str, ...]:
        place = raised.location
        if place is None or place.get("type") != "Point":
            return ()
        lon, lat = place["coordinates"][:2]
        return (await self._store.areas_at(tenant, [(lon, lat)]))[0]

    def _check_category(self, rules: Operations, code: str, sub: str, before: str = "") -> None:
        category = rules.category(code)
        if code and rules.categories and category is None:
            raise BadAct("category", f"{code[:80]!r} is not among the city's categories")
        known = category or rules.category(before)
        if sub and known is not None and sub not in {each.code for each in known.subcategories}:
            raise BadAct("subcategory", f"{sub[:80]!r} is not among those of {known.code}")

    async def _commit(
        self,
        tenant: str,
        id: str,
        changes: Sequence[Change],
        principal: Principal,
        writes: frozenset[str] = frozenset(),
    ) -> Case:
        try:
            await self._store.apply(tenant, changes, self._acting(as_desk(principal, writes)))
        except VersionConflict:
            raise SomebodyWasEarlier from None
        return await self.queue.case(tenant, id, principal.grants)

    def _acting(self, principal: Principal) -> Principal:
        """Who may act on the incident moves what follows from it, also what stands outside of his areas now."""
        if not self._follow:
            return principal
        grants = Grants((Grant(types=self._follow, write=True), *principal.grants.grants))
        return msgspec.structs.replace(principal, grants=grants)


def as_desk(principal: Principal, writes: frozenset[str] = frozenset()) -> Principal:
    """Whoever may act on incidents may change those that he sees; `writes` likewise. All else is as he may himself."""
    own = principal.grants.grants
    reaching = [grant for grant in own if grant.types is None or INCIDENT in grant.types]
    types = frozenset({INCIDENT}) | writes
    grants = [Grant(types=types, areas=grant.areas, write=True) for grant in reaching]
    return msgspec.structs.replace(principal, grants=Grants((*grants, *own)))


def person_of(principal: Principal) -> str:
    """Whom an act counts for: of a token, the person behind it."""
    return f"account:{principal.account}" if principal.account and principal.kind == "token" else principal.id


def _act(deed: AnyDeed, principal: Principal, at: Instant, entered_at: Instant) -> Act:
    return Act(deed=deed, at=at, by=person_of(principal), name=principal.name, entered_at=entered_at)


def _may(deed: AnyDeed, principal: Principal) -> None:
    if isinstance(deed, Verify | Reject | BreakGlass | Review) and VERIFY not in principal.permissions:
        raise MayNot(f"to verify asks for the permission {VERIFY}")
    if isinstance(deed, Assign | Withdraw) and is_unit(deed.unit) and DISPATCH not in principal.permissions:
        raise MayNot(f"to send a unit asks for the permission {DISPATCH}")


def _check_agency(rules: Operations, field: str, code: str) -> None:
    if code and rules.agencies and rules.agency(code) is None:
        raise BadAct(field, f"{code[:80]!r} is not among the city's agencies")


def _kept(id: str, record: Record, act: Act, version: int) -> list[Change]:
    return [
        DocumentChange(RECORD_KIND, id, _encode(record), version),
        _line(id, record, act),
    ]


def _line(id: str, record: Record, act: Act) -> Change:
    """The act that led to the record, in the incident's story."""
    return DocumentChange(acts_kind(id), f"{record.acts:06}", encoded_act(act))


def _words(entity: Entity) -> str:
    """All that was said of it, in every language."""
    said = [word_of(entity, name) for name in (TITLE, DETAIL)]
    return " ".join(chain.from_iterable(_every_language(each) for each in said))


def _every_language(said: Any) -> list[str]:
    return list(cast("dict[str, str]", said).values()) if isinstance(said, dict) else [str(said or "")]


def _after(record: Record, due: Instant) -> Transform:
    def transform(old: Entity | None, now: Instant) -> Edit:
        if old is None:
            raise Refused("the incident is gone")
        return Edit(after_act(old, record, due, now))

    return transform
