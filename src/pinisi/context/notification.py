"""The notification itself: what goes over the wire for one or several changes (NGSI-LD 5.3.1, 6.3.8).

A notification has the same id each time it is sent, so that a receiver can tell a repetition (delivery is at least
once). What a change looks like to one kind of reader is rendered once, however many subscriptions ask for it.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pinisi.context.contexts import Contexts
from pinisi.context.earlier_versions import amended
from pinisi.context.federation.relayed import is_relayed
from pinisi.context.geojson import join_features, render_feature
from pinisi.context.ngsi_v2.correlator import correlator, prompted_by
from pinisi.context.ngsi_v2.notice import Notice
from pinisi.context.ngsi_v2.notification import Told, element, sealed
from pinisi.context.notification_letterhead import Letterhead, Letterheads, PlaceOf, nowhere
from pinisi.context.notified_change import Change, as_feature, document_of
from pinisi.context.notified_links import Links, LinksElsewhere
from pinisi.context.notified_past import NOTHING_BEFORE, Past
from pinisi.context.notified_relay import Assemble, Relays
from pinisi.context.post import Sealed
from pinisi.context.registration_notice import RegistrationNotices
from pinisi.context.render import entity_document, join, render_entity, with_context
from pinisi.context.subscription import Subscription
from pinisi.context.subscription_index import visible
from pinisi.store.debt import Debt
from pinisi.store.log import LogEntry, Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import MILLISECOND, Instant, format_instant
from pinisi.vocabulary.principal import WHOLE, Grants, Projection

REMEMBERED = 2_000
LONGEST_REMEMBERED = 16_384
_encode = msgspec.json.Encoder().encode


class NotificationWriter:
    """Turns owed debts into deliveries. `default_tenant` goes without the header NGSILD-Tenant.

    `notices` tells what subscribers to registrations are told; without it they are told nothing. `assemble` puts
    together what is known elsewhere of an entity that a source told.
    """

    def __init__(
        self,
        store: Store,
        contexts: Contexts,
        now: Callable[[], Instant],
        default_tenant: str | None = None,
        notices: RegistrationNotices | None = None,
        assemble: Assemble | None = None,
        place_of: PlaceOf = nowhere,
        links: LinksElsewhere | None = None,
    ) -> None:
        self._notices = notices
        self._relays = Relays(store, assemble)
        self._store = store
        self.letterheads = Letterheads(contexts, default_tenant, place_of)
        self._now = now
        self._default_tenant = default_tenant
        self._past = Past(store)
        self._links = Links(store, links)
        self._stamped: tuple[Instant, bytes] = (-1, b"")
        self._rendered: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    async def write(
        self,
        tenant: str,
        subscription: Subscription,
        debts: Sequence[Debt],
        grants: Grants,
        ordinal: int | None = None,
    ) -> Sealed | None:
        """One notification of these changes, as the subscription's owner may see them now; None: nothing of them.

        `ordinal` makes the id; None: the position of the last change.

        Raises:
            StoreUnavailable: the past of a change could not be read.
        """
        if subscription.notification.v2 is not None:
            return await self._write_v2(tenant, subscription, subscription.notification.v2, debts, grants)
        head = await self.letterheads.of(tenant, subscription)
        if subscription.snapshot is not None:
            return await self._of_snapshot(tenant, head, debts[-1])
        if subscription.registrations is not None:
            return await self._of_registrations(tenant, head, debts[-1].position, grants, ordinal)
        data = [part for debt in debts if (part := await self._part(tenant, head, debt, grants)) is not None]
        number = debts[-1].position if ordinal is None else ordinal
        return self._seal(head, number, _all(data, head)) if data else None

    async def empty(self, tenant: str, subscription: Subscription, ordinal: int) -> Sealed:
        """A notification without any data, to try whether the receiver takes one."""
        notice = subscription.notification.v2
        if notice is not None:
            return sealed(subscription, notice, [], [], None if tenant == self._default_tenant else tenant)
        return self._seal(await self.letterheads.of(tenant, subscription), ordinal, b"[]")

    def write_at_once(self, head: Letterhead, debt: Debt) -> Sealed | None:
        """The notification of one change to one who sees all, where nothing has to be read; None: only `write` can."""
        if debt.entity is None or not head.plain:
            return None
        data = self._plain(head, debt, debt.entity, WHOLE)
        return self._seal(head, debt.position, _all((data,), head) if head.geo else b"[%s]" % data)

    async def _of_registrations(
        self, tenant: str, head: Letterhead, position: Position, grants: Grants, ordinal: int | None
    ) -> Sealed | None:
        """One notification of registrations (5.3.2): of a change, or by the clock all that match."""
        if self._notices is None:
            return None
        if ordinal is None:
            told = await self._notices.change(tenant, position, head.subscription, grants, head.table)
        else:
            told = "newlyMatching", await self._notices.picture(tenant, head.subscription, grants, head.table)
        if told is None or not told[1]:
            return None
        reason = b'"triggerReason":"%s",' % told[0].encode()
        return self._seal(head, position if ordinal is None else ordinal, _encode(told[1]), reason)

    async def _of_snapshot(self, tenant: str, head: Letterhead, debt: Debt) -> Sealed | None:
        """One notification of a snapshot's status, as it was at that moment (5.3.4)."""
        line = await self._line(tenant, debt)
        if line is None or line.detail is None:
            return None
        return self._seal(head, debt.position, line.detail[1:-1], member=b",")

    def _seal(
        self, head: Letterhead, number: int, data: bytes, reason: bytes = b"", *, member: bytes = b',"data":'
    ) -> Sealed:
        return head.envelope.seal(
            b"".join(
                (
                    head.beginning,
                    b"%d" % number,
                    head.opening,
                    reason,
                    b'"notifiedAt":"',
                    self._stamp(),
                    b'"',
                    member,
                    data,
                    b"}",
                )
            )
        )

    def _stamp(self) -> bytes:
        """Now, to the millisecond; written once for all notifications of one."""
        now = self._now()
        now -= now % MILLISECOND
        if now != self._stamped[0]:
            self._stamped = now, format_instant(now).encode()
        return self._stamped[1]

    async def _write_v2(
        self, tenant: str, subscription: Subscription, notice: Notice, debts: Sequence[Debt], grants: Grants
    ) -> Sealed | None:
        """The same for one who speaks NGSI v2."""
        table, data, told = await self.letterheads.table(tenant, subscription), list[Any](), list[Debt]()
        service = None if tenant == self._default_tenant else tenant
        for debt in debts:
            gone = debt.entity is None
            line = await self._line(tenant, debt) if gone or notice.asks_of_kind or not grants.sees_all else None
            seen = _seen(debt, line, grants)
            if seen is not None:
                past = gone or notice.asks_of_before or notice.asks_of_kind
                before = await self._past.before(tenant, debt, grants) if past else NOTHING_BEFORE
                change = Told(
                    debt, () if line is None else line.types, before, "" if line is None else line.op, service or ""
                )
                data.append(element(change, notice, table, seen))
                told.append(debt)
        if not data:
            return None
        return sealed(subscription, notice, data, told, service, await self._correlator(tenant, subscription, told))

    async def _correlator(self, tenant: str, subscription: Subscription, told: Sequence[Debt]) -> str:
        """Which notifications led to these changes, and that this one tells of them."""
        positions = [debt.position for debt in told]
        prompted = await self._store.origins(tenant, positions)
        chains = [prompted_by(prompted.get(position, b"")) for position in positions]
        return correlator(chains, tenant, subscription.id, [debt.subject for debt in told], positions[0])

    async def _part(self, tenant: str, head: Letterhead, debt: Debt, grants: Grants) -> bytes | None:
        """One element of `data`: an entity after its change."""
        if is_relayed(debt):
            return await self._relayed(tenant, head, debt, grants)
        line = None
        if debt.position and (debt.entity is None or not grants.sees_all):
            line = await self._line(tenant, debt)
        seen = _seen(debt, line, grants) if debt.position else WHOLE
        if seen is None:
            return None
        if debt.entity is not None:
            if head.plain:
                return self._plain(head, debt, debt.entity, seen)
            if not await self._links.fit(tenant, head.subscription, (debt.entity, seen), grants):
                return None
            if head.subscription.notification.join is not None:
                return await self._joined(tenant, head, debt, debt.entity, line, seen, grants)
            if not head.past:
                return self._plain(head, debt, debt.entity, seen)
        key = (head.shape, debt.position, debt.subject, seen.attributes)
        rendered = self._rendered.get(key)
        if rendered is None:
            document = await self._document(tenant, head, debt, line, seen, grants)
            body = _encode(as_feature(document, debt, head.view, seen) if head.geo else document)
            rendered = self._remember(key, _finished(body, head))
        return rendered

    async def _relayed(self, tenant: str, head: Letterhead, debt: Debt, grants: Grants) -> bytes | None:
        """The same of what a context source told (5.8.6)."""
        line = await self._line(tenant, debt)
        ready = await self._relays.ready(tenant, head.subscription, debt, line, grants)
        if ready is None:
            return None
        change, seen = ready
        entity, how = change.debt.entity, head.subscription.notification.join
        if entity is not None and not await self._splits_fit(tenant, head, entity, seen, grants):
            return None
        if not head.past and entity is not None:
            document = entity_document(entity, head.table, head.view, seen)
        else:
            document = document_of(change, head.subscription, head.table, head.view, seen)
        documents = [document]
        if head.geo:
            documents = [as_feature(document, change.debt, head.view, seen)]
        elif how is not None and entity is not None:
            root = (entity, seen)
            documents = await self._links.documents(
                tenant, head.subscription, document, root, head.view, head.table, grants
            )
        return b",".join(_finished(_encode(one), head) for one in documents)

    async def _splits_fit(
        self, tenant: str, head: Letterhead, entity: Entity, seen: Projection, grants: Grants
    ) -> bool:
        """Whether an entity that was put together is linked as the filter asks; of others their source has judged."""
        split = head.subscription.split
        return not split or await self._links.fit(tenant, head.subscription, (entity, seen), grants)

    def _plain(self, head: Letterhead, debt: Debt, entity: Entity, seen: Projection) -> bytes:
        """The entity as it is, of which nothing before the change is shown."""
        key = (head.shape, debt.position, debt.subject, seen.attributes)
        rendered = self._rendered.get(key) if debt.position else None
        if rendered is None:
            render = render_feature if head.geo else render_entity
            rendered = _finished(render(entity, head.table, head.view, seen), head)
            if debt.position:
                self._remember(key, rendered)
        return rendered

    def _remember(self, key: tuple[object, ...], rendered: bytes) -> bytes:
        if len(rendered) <= LONGEST_REMEMBERED:
            self._rendered[key] = rendered
            if len(self._rendered) > REMEMBERED:
                self._rendered.popitem(last=False)
        return rendered

    async def _joined(
        self,
        tenant: str,
        head: Letterhead,
        debt: Debt,
        entity: Entity,
        line: LogEntry | None,
        seen: Projection,
        grants: Grants,
    ) -> bytes:
        """The entity with those that it is linked with; never remembered, for those change by themselves."""
        if head.past:
            document = await self._document(tenant, head, debt, line, seen, grants)
        else:
            document = entity_document(entity, head.table, head.view, seen)
        documents = await self._links.documents(
            tenant, head.subscription, document, (entity, seen), head.view, head.table, grants
        )
        return b",".join(_finished(_encode(one), head) for one in documents)

    async def _document(
        self, tenant: str, head: Letterhead, debt: Debt, line: LogEntry | None, seen: Projection, grants: Grants
    ) -> dict[str, Any]:
        """The change, with what was before it."""
        shown = head.past or head.view.sys_attrs
        before = await self._past.before(tenant, debt, grants) if shown else NOTHING_BEFORE
        change = Change(debt, line.types if line is not None else (), before)
        return document_of(change, head.subscription, head.table, head.view, seen)

    async def _line(self, tenant: str, debt: Debt) -> LogEntry | None:
        """The line of the log: it knows the types and areas of what is gone."""
        entries = (await self._store.log(tenant, debt.position - 1, 1)).entries
        return entries[0] if entries and entries[0].position == debt.position else None


def _seen(debt: Debt, line: LogEntry | None, grants: Grants) -> Projection | None:
    if grants.sees_all:
        return WHOLE
    if line is None:
        return None
    types = debt.entity.types if debt.entity is not None else line.types
    return visible(grants, types, line.areas_before if debt.entity is None else line.areas_after)


def _all(data: Sequence[bytes], head: Letterhead) -> bytes:
    if not head.geo:
        return join(data)
    collection = join_features(data)
    return with_context(collection, head.table) if head.with_context else collection


def _finished(body: bytes, head: Letterhead) -> bytes:
    """In the terms of the version that the subscriber knows (NGSI-LD 4.3.6.8), with the @context where it belongs."""
    version = head.subscription.notification.conformance
    if version is not None:
        body = amended(body, version) or body
    return with_context(body, head.table) if head.with_context and not head.geo else body
