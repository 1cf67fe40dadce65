"""The desk of warnings: where they are drafted, changed, withdrawn, and released by a second person.

A release commits four things together: the warning's state, the exact bytes of its message, what becomes of the warning
that it replaces or ends, and the `Alert` entities that the map and every service see.
"""

from collections.abc import Callable, Sequence

import msgspec

from pinisi.city.profile import Profile
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.incidents.cap.alert_entities import alerts_of
from pinisi.incidents.cap.compose import NotFit
from pinisi.incidents.cap.drawing import NoGround
from pinisi.incidents.cap.model import Alert, Reference
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.desk import person_of
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.incidents.warnings.board import MESSAGE_KIND, Board
from pinisi.incidents.warnings.cancelling import cancel_of
from pinisi.incidents.warnings.issuing import (
    Issued,
    Outlook,
    Seal,
    assemble_draft,
    compose_draft,
    issue,
    sender_of,
)
from pinisi.incidents.warnings.proof import Proof, proof_of
from pinisi.incidents.warnings.tray import Standing, Tray
from pinisi.incidents.warnings.warning import STATES, Draft, MadeAs, State, Step, Warning
from pinisi.store.change import Change, DocumentChange, Edit, EntityChange, VersionConflict
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal

WARNING_KIND = "warning"
SHORTEST_REASON = 10
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Warning).decode
_ENDED: dict[MadeAs, State] = {"Update": "replaced", "Cancel": "cancelled"}


class NoSuchWarning(LookupError):
    """There is no such warning, or no such message."""


class WarningDesk:
    def __init__(self, store: Store, table: TermTable, seal: Seal, profile_of: Callable[[str], Profile]) -> None:
        self._store, self._table, self._seal, self._profile_of = store, table, seal, profile_of
        self._alert_type = table.expand_term("Alert")
        self._board = Board(store)
        self._tray = Tray()

    # reading

    async def warning(self, tenant: str, id: str) -> Warning:
        return (await self._warning(tenant, id))[0]

    async def warnings(self, tenant: str, states: Sequence[State]) -> list[Warning]:
        """Those in one of these states, the newest first."""
        found = [_decode(body) for _, _, body in await self._store.documents(tenant, WARNING_KIND)]
        chosen = [warning for warning in found if warning.state in states]
        return sorted(chosen, key=lambda warning: (warning.steps[-1].at, warning.id), reverse=True)

    async def message(self, tenant: str, identifier: str) -> bytes:
        """The bytes that were released.

        Raises:
            NoSuchWarning: none has that identifier.
        """
        found = await self._store.document(tenant, MESSAGE_KIND, identifier)
        if found is None:
            raise NoSuchWarning(identifier)
        return found[1]

    async def messages_in_force(self, tenant: str, now: Instant) -> list[Alert]:
        return await self._board.in_force(tenant, now)

    def trusted(self) -> bytes:
        """The certificates of those whose warnings the city believes, as PEM."""
        return self._seal.trusted()

    def preview(self, tenant: str, warning: Warning, now: Instant, about: Reference | None = None) -> Alert:
        """The message as it would go out now.

        Raises:
            BadAct: it would not be fit; says why.
        """
        profile = self._profile_of(tenant)
        note = warning.steps[-1].reason if warning.kind == "Cancel" else ""
        try:
            sender = sender_of(profile, self._seal.signing())
            return compose_draft(warning.draft, warning.kind, profile, sender, now, about, note)
        except (NotFit, NoGround) as error:
            raise BadAct("draft", str(error)) from None

    async def standing(self, tenant: str, now: Instant) -> Standing:
        """What is in force, and how many wait for a second person or for a review."""
        if self._tray.unread(tenant):
            self._tray.read(tenant, await self.warnings(tenant, STATES))
        return self._tray.standing(tenant, await self.messages_in_force(tenant, now))

    def outlook(self, now: Instant) -> Outlook:
        """What the signature of a message would be that is released now."""
        return self._seal.outlook(now)

    async def proof(self, tenant: str, draft: Draft, kind: MadeAs, about: str, now: Instant, note: str = "") -> Proof:
        """A draft judged while it is worded: nothing is kept.

        Raises:
            NoSuchWarning: there is none of the id `about`. NoGround: see there.
        """
        earlier = (await self._warning(tenant, about))[0] if about else None
        reference = None if earlier is None or not earlier.identifier else earlier.as_reference
        profile = self._profile_of(tenant)
        sender = sender_of(profile, self._seal.signing())
        return proof_of(assemble_draft(draft, kind, profile, sender, now, reference, note), list(draft.words))

    async def proof_of_kept(self, tenant: str, warning: Warning, now: Instant) -> Proof:
        """What went out, or of a draft what would go out now. Raises NoGround: see there."""
        if warning.identifier:
            alert = read_cap(await self.message(tenant, warning.identifier))
            return proof_of(alert, list(warning.draft.words))
        note = warning.steps[-1].reason if warning.kind == "Cancel" else ""
        return await self.proof(tenant, warning.draft, warning.kind, warning.about, now, note)

    # acts

    async def draft(
        self,
        tenant: str,
        id: str,
        draft: Draft,
        principal: Principal,
        now: Instant,
        *,
        reason: str = "",
        about: str = "",
        kind: MadeAs = "Alert",
    ) -> Warning:
        """A new draft: of a new warning, or of an update or a cancel of one that is released.

        Raises:
            NoSuchWarning, BadAct: see there. ActDoesNotFit: the warning that it is about is not in force.
        """
        if (kind == "Alert") != (not about):
            raise BadAct("about", "an update or a cancel is about a warning; a new warning about none")
        earlier = (await self._warning(tenant, about))[0] if about else None
        _must_stand(earlier)
        step = _step("draft", principal, now, reason)
        warning = Warning(id=id, kind=kind, state="draft", draft=draft, steps=(step,), about=about)
        self.preview(tenant, warning, now, None if earlier is None else earlier.as_reference)
        await self._keep(tenant, warning, 0, principal)
        return warning

    async def cancel(
        self, tenant: str, id: str, about: str, reason: str, principal: Principal, now: Instant
    ) -> Warning:
        """A draft that cancels a released warning, in its own languages.

        Raises:
            as `draft`; BadAct also without a reason.
        """
        if not reason.strip():
            raise BadAct("reason", "say why it is cancelled")
        earlier, _ = await self._warning(tenant, about)
        return await self.draft(
            tenant, id, cancel_of(earlier.draft), principal, now, reason=reason.strip(), about=about, kind="Cancel"
        )

    async def change(self, tenant: str, id: str, draft: Draft, principal: Principal, now: Instant) -> Warning:
        """Other words, area or times for a draft; whoever changes it is one of its authors."""
        warning, version = await self._draft(tenant, id)
        changed = warning.after(_step("change", principal, now), draft=draft)
        self.preview(tenant, changed, now, await self._about(tenant, warning))
        await self._keep(tenant, changed, version, principal)
        return changed

    async def withdraw(self, tenant: str, id: str, reason: str, principal: Principal, now: Instant) -> Warning:
        warning, version = await self._draft(tenant, id)
        gone = warning.after(_step("withdraw", principal, now, reason), state="withdrawn")
        await self._keep(tenant, gone, version, principal)
        return gone

    async def review(self, tenant: str, id: str, remark: str, principal: Principal, now: Instant) -> Warning:
        """Somebody else looks at what went out without a second person; his remark stands in the story.

        Raises:
            NoSuchWarning: see there. ActDoesNotFit: none is owed, or the same person would do it.
        """
        warning, version = await self._warning(tenant, id)
        if not warning.review_owed:
            raise ActDoesNotFit("no review is owed: it had a second person, or has been reviewed")
        releaser = warning.releaser
        if releaser is not None and releaser.by == person_of(principal):
            raise ActDoesNotFit("who released it alone does not review it: another person looks at it")
        reviewed = warning.after(_step("review", principal, now, remark.strip()))
        await self._keep(tenant, reviewed, version, principal)
        return reviewed

    async def release(self, tenant: str, id: str, principal: Principal, now: Instant, alone: str = "") -> Warning:
        """Send it out. By another person than those who worded it; with nobody else there, alone and with a reason.

        Raises:
            NoSuchWarning, BadAct, ActDoesNotFit: see there; the last also when somebody else was first.
        """
        warning, version = await self._draft(tenant, id)
        alone = self._second(warning, principal, alone)
        earlier, earlier_version = await self._warning(tenant, warning.about) if warning.about else (None, 0)
        _must_stand(earlier)
        about = None if earlier is None else earlier.as_reference
        issued = issue(self.preview(tenant, warning, now, about), self._seal.signing())
        released = warning.after(
            _step("release", principal, now, alone),
            state="released",
            sender=issued.alert.sender,
            identifier=issued.alert.identifier,
            sent=issued.alert.sent,
            signature=issued.signature,
            alone=alone,
        )
        changes = [
            DocumentChange(WARNING_KIND, id, _encode(released), version),
            DocumentChange(MESSAGE_KIND, issued.alert.identifier, issued.body, 0),
            *self._entities(issued),
        ]
        if earlier is not None:
            ended = msgspec.structs.replace(earlier, state=_ENDED[warning.kind])
            changes.append(DocumentChange(WARNING_KIND, earlier.id, _encode(ended), earlier_version))
        await self._commit(tenant, changes, principal)
        self._tray.kept(tenant, released)
        self._board.released(tenant, issued.alert)
        return released

    # inside

    def _second(self, warning: Warning, principal: Principal, alone: str) -> str:
        """Why it goes out without a second person; empty where it has one."""
        if person_of(principal) not in warning.authors:
            return ""
        if len(alone.strip()) < SHORTEST_REASON:
            raise ActDoesNotFit(
                "a second person releases what you have worded; with nobody else there, give a reason (alone)"
            )
        return alone.strip()

    async def _about(self, tenant: str, warning: Warning) -> Reference | None:
        if not warning.about:
            return None
        return (await self._warning(tenant, warning.about))[0].as_reference

    async def _draft(self, tenant: str, id: str) -> tuple[Warning, Position]:
        warning, version = await self._warning(tenant, id)
        if warning.state != "draft":
            raise ActDoesNotFit(f"the warning is {warning.state}: only a draft can be changed, withdrawn or released")
        return warning, version

    async def _warning(self, tenant: str, id: str) -> tuple[Warning, Position]:
        found = await self._store.document(tenant, WARNING_KIND, id)
        if found is None:
            raise NoSuchWarning(id)
        return _decode(found[1]), found[0]

    def _entities(self, issued: Issued) -> list[Change]:
        changes: list[Change] = []
        for document in alerts_of(issued.alert):
            entity = read_entity(document, self._table)
            whole = "severity" in document
            changes.append(EntityChange(entity.id, _made(entity) if whole else _told(entity)))
        return changes

    async def _keep(self, tenant: str, warning: Warning, version: Position, principal: Principal) -> None:
        await self._commit(tenant, [DocumentChange(WARNING_KIND, warning.id, _encode(warning), version)], principal)
        self._tray.kept(tenant, warning)

    async def _commit(self, tenant: str, changes: Sequence[Change], principal: Principal) -> None:
        try:
            await self._store.apply(tenant, changes, self._as_officer(principal))
        except VersionConflict:
            raise ActDoesNotFit("somebody else was a moment earlier: look at the warning again") from None

    def _as_officer(self, principal: Principal) -> Principal:
        """Whoever may release writes `Alert` entities where he sees them; all else is as he may himself."""
        own = principal.grants.grants
        reaching = [grant for grant in own if grant.types is None or self._alert_type in grant.types]
        grants = [Grant(types=frozenset({self._alert_type}), areas=grant.areas, write=True) for grant in reaching]
        return msgspec.structs.replace(principal, grants=Grants((*grants, *own)))


def _must_stand(earlier: Warning | None) -> None:
    """Raises ActDoesNotFit: what shall be updated or cancelled is no warning that was released and still stands."""
    if earlier is not None and (earlier.state != "released" or earlier.kind == "Cancel"):
        raise ActDoesNotFit(f"the message that it is about is a {earlier.kind} and {earlier.state}: it does not stand")


def _step(name: str, principal: Principal, now: Instant, reason: str = "") -> Step:
    return Step(name, now, person_of(principal), principal.name, reason)  # pyright: ignore[reportArgumentType]


def _made(entity: Entity) -> Callable[[Entity | None, Instant], Edit]:
    return lambda _old, _now: Edit(entity)


def _told(entity: Entity) -> Callable[[Entity | None, Instant], Edit]:
    """What became of an earlier alert; of one that is gone there is nothing to say."""

    def tell(old: Entity | None, _now: Instant) -> Edit:
        if old is None:
            return Edit(None)
        return Edit(Entity(old.id, old.types, {**old.attributes, **entity.attributes}))

    return tell
