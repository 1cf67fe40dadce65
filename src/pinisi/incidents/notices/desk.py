"""The desk of notices of one tenant: contacts are kept, read notices are answered, what was given up goes again.

Each act is one commit with its line in the audit trail, and in the story of the incident that the notice speaks of.
"""

from collections.abc import Callable, Collection, Sequence
from uuid import uuid4

import msgspec

from pinisi.city.notices import groups_of
from pinisi.context.targets import BadTarget, Targets
from pinisi.incidents.acts import Told
from pinisi.incidents.desk import Desk, MayNot, as_desk, person_of
from pinisi.incidents.notices.contact import Contact, ContactWish, check_address, scheme_of
from pinisi.incidents.notices.happening import Notice
from pinisi.incidents.notices.outbox import HERALD, Delivery, NoSuchNotice, Outbox
from pinisi.incidents.notices.statements import MANAGE
from pinisi.incidents.notices.teller import Teller
from pinisi.incidents.notices.webhook import new_secret
from pinisi.incidents.notices.where import Where
from pinisi.incidents.queue import NoSuchIncident
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.store.change import AuditEntry, Change, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Principal

BY_LINK = "link"
"""Who has read it, where only the link of the message says so: whoever had the message."""
TRIES = 5


class Listed(msgspec.Struct, frozen=True):
    """A contact that was listed; `secret` is the key that signs its webhook, told this one time."""

    key: str
    secret: str = ""


class NoticeDesk:
    """`owing` is called when something is to be sent. `services` are those that apprise may use here, `targets` where
    webhooks may go.
    """

    def __init__(
        self,
        store: Store,
        desk: Desk,
        outbox: Outbox,
        teller: Teller,
        where: Where,
        owing: Callable[[], None],
        services: Collection[str] = (),
        targets: Targets | None = None,
    ) -> None:
        self._targets = targets
        self._store, self._desk, self._where, self._owing = store, desk, where, owing
        self._teller = teller
        self._services = frozenset(services)
        self.outbox = outbox

    # contacts

    async def list_contact(self, wish: ContactWish, principal: Principal) -> Listed:
        """Raises `BadAct`: a group is unknown, or the address cannot be one, or is not allowed here."""
        await self._check(wish)
        listed = Listed(str(uuid4()), new_secret() if wish.channel == "webhook" else "")
        change = self.outbox.list_contact(listed.key, wish, listed.secret, self._where.now())
        entry = _entry("contact-listed", listed.key, wish)
        await self._store.apply(self._where.tenant, [change, entry], as_desk(principal))
        return listed

    async def change_contact(self, key: str, wish: ContactWish, principal: Principal) -> Listed:
        """Raises `BadAct`, `NoSuchNotice`. What becomes a webhook gets a key of its own; one that was one keeps it."""
        await self._check(wish)
        before = next((each for each in await self.outbox.book() if each.key == key), None)
        if before is None:
            raise NoSuchNotice(key)
        secret = new_secret() if wish.channel == "webhook" and before.channel != "webhook" else ""
        changes = [self.outbox.change_contact(key, wish, secret), _entry("contact-changed", key, wish)]
        await self._known(changes, key, principal)
        return Listed(key, secret)

    async def drop_contact(self, key: str, principal: Principal) -> None:
        """Raises `NoSuchNotice`. What is still owed to him is given up."""
        await self._known([self.outbox.drop_contact(key), AuditEntry("contact-dropped", _subject(key))], key, principal)

    async def _known(self, changes: Sequence[Change], key: str, principal: Principal) -> None:
        try:
            await self._store.apply(self._where.tenant, changes, as_desk(principal))
        except VersionConflict:
            raise NoSuchNotice(key) from None

    async def _check(self, wish: ContactWish) -> None:
        known = groups_of(self._where.profile.operations)
        for group in wish.groups:
            if group not in known:
                raise BadAct("groups", f"{group[:80]!r} is neither an agency of the city nor a duty")
        check_address(wish.channel, wish.address)
        scheme = scheme_of(wish.address)
        if wish.channel == "apprise" and scheme not in self._services:
            raise BadAct("address", f"{scheme!r} is not among the setting apprise_services of this house")
        if wish.channel == "webhook" and self._targets is not None:
            try:
                await self._targets.check(wish.address)
            except BadTarget as error:
                raise BadAct("address", str(error)) from None

    # notices

    async def try_out(self, key: str, principal: Principal) -> Notice:
        """A test message to a contact: to one's own, or to anybody's for who keeps the contacts.

        Raises:
            NoSuchNotice: there is no such contact.
            MayNot: it is somebody else's.
        """
        contact = next((each for each in await self.outbox.book() if each.key == key), None)
        if contact is None:
            raise NoSuchNotice(key)
        if not _is_own(contact, principal) and MANAGE not in principal.permissions:
            raise MayNot(f"to send a test message to somebody else asks for the permission {MANAGE}")
        return await self._teller.try_out(contact, str(uuid4()))

    async def read(self, message: str, by: str) -> Sequence[Delivery]:
        """A person says that he has read a message: it ends the wait of each notice in it. Said twice, it counts once.

        Raises:
            NoSuchNotice: no such message went out.
        """
        deliveries = await self.outbox.together(message)
        if not deliveries:
            raise NoSuchNotice(message)
        if all(each.read_at for each in deliveries):
            return deliveries
        notices = {each.notice: await self.outbox.notice(each.notice) for each in deliveries}
        now = self._where.now()
        proof = AuditEntry("notice-read", f"notice/{message}", {"by": by, "notices": sorted(notices)})
        changes = [self.outbox.read(message, by, now), proof]
        told = [(notices[each.notice], _read(each)) for each in deliveries]
        await self._answered(changes, told, by)
        return await self.outbox.together(message)

    async def acknowledge(self, key: str, principal: Principal) -> Notice:
        """Somebody in the room says that he knows: nobody further is told of it.

        Raises:
            NoSuchNotice: there is none; or it speaks of an incident that he may not see.
        """
        notice = await self._seen(key, principal)
        proof = AuditEntry("notice-read", f"notice/{key}", {"by": person_of(principal), "notices": [key]})
        told = Told(notice=key, on=notice.on, became="read", note=principal.name)
        await self._answered([proof], [(notice, told)], person_of(principal))
        return await self.outbox.notice(key)

    async def again(self, key: str, principal: Principal) -> Delivery:
        """Send once more what was given up.

        Raises:
            NoSuchNotice: there is no such delivery, or he may not see what it speaks of.
            ActDoesNotFit: it was not given up.
        """
        delivery = await self.outbox.delivery(key)
        await self._seen(delivery.notice, principal)
        if delivery.state != "dead":
            raise ActDoesNotFit(f"it is {delivery.state}: only what was given up can be sent again")
        proof = AuditEntry("notice-sent-again", f"notice/{delivery.message}", {"contact": delivery.contact})
        changes = [self.outbox.again(delivery.message, self._where.now()), proof]
        await self._store.apply(self._where.tenant, changes, msgspec.structs.replace(HERALD, id=principal.id))
        self._owing()
        return await self.outbox.delivery(key)

    async def _seen(self, key: str, principal: Principal) -> Notice:
        notice = await self.outbox.notice(key)
        try:
            if notice.incident:
                await self._desk.queue.case(self._where.tenant, notice.incident, principal.grants)
        except NoSuchIncident:
            raise NoSuchNotice(key) from None
        return notice

    async def _answered(self, changes: Sequence[Change], told: Sequence[tuple[Notice, Told]], by: str) -> None:
        """The notices are answered, with a line in the story of each incident; where somebody was earlier, again."""
        for _ in range(TRIES):
            now = self._where.now()
            more: list[Change] = []
            for notice in {notice.key: notice for notice, _ in told}.values():
                before = await self.outbox.notice(notice.key)
                if before.state != "answered":
                    answered = {"state": "answered", "next_at": 0, "acknowledged_at": now, "acknowledged_by": by}
                    more.append(self.outbox.go_on(before, msgspec.structs.replace(before, **answered)))
            for incident, deed in {notice.incident: deed for notice, deed in told if notice.incident}.items():
                try:
                    more += await self._desk.changes(self._where.tenant, incident, deed, HERALD, now)
                except NoSuchIncident:
                    continue
            try:
                await self._store.apply(self._where.tenant, [*changes, *more], as_desk(HERALD))
                return
            except VersionConflict:
                continue
        raise ActDoesNotFit("others were a moment earlier: say it again")


def _read(delivery: Delivery) -> Told:
    return Told(notice=delivery.notice, contact=delivery.contact, way=delivery.channel, became="read")


def _is_own(contact: Contact, principal: Principal) -> bool:
    return bool(contact.account) and f"account:{contact.account}" == person_of(principal)


def _entry(act: str, key: str, wish: ContactWish) -> AuditEntry:
    """What the trail says of a contact: all but what names him."""
    told = {"groups": list(wish.groups), "level": wish.level, "channel": wish.channel, "exercises": wish.exercises}
    return AuditEntry(act, _subject(key), told)


def _subject(key: str) -> str:
    return f"contact/{key}"
