"""The notification itself: what goes over the wire for one or several changes (NGSI-LD 5.3.1, 6.3.8).

A notification has the same id each time it is sent, so that a receiver can tell a repetition (delivery is at least
once). What a change looks like to one kind of reader is rendered once, however many subscriptions ask for it.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pinisi.context.contexts import Contexts
from pinisi.context.geojson import join_features, render_feature
from pinisi.context.ngsi_v2.notice import Notice
from pinisi.context.ngsi_v2.notification import element, sealed
from pinisi.context.notification_envelope import Envelope, envelope_of, link_of
from pinisi.context.notified_change import Change, as_feature, document_of
from pinisi.context.notified_past import NOTHING_BEFORE, Past
from pinisi.context.pick import Pick
from pinisi.context.post import Sealed
from pinisi.context.problems import NgsiLdError
from pinisi.context.registration_notice import RegistrationNotices
from pinisi.context.render import View, join, render_entity, with_context
from pinisi.context.subscription import Subscription
from pinisi.context.subscription_index import visible
from pinisi.context.subscription_trigger import DELETED, Trigger
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.protocol import Debt, LogEntry, Position, Store
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import WHOLE, Grants, Projection

REMEMBERED = 2_000
LONGEST_REMEMBERED = 16_384
_encode = msgspec.json.Encoder().encode


class Letterhead(msgspec.Struct, frozen=True):
    """What all notifications of one subscription share. `past`: whether what was before the change is shown.

    `contexts` is the version of what was known of @contexts: where one has changed, the head is made anew.
    """

    subscription: Subscription
    envelope: Envelope
    key: str
    opening: bytes
    table: TermTable
    view: View
    past: bool
    shape: tuple[object, ...]
    contexts: int


class NotificationWriter:
    """Turns owed debts into deliveries. `default_tenant` goes without the header NGSILD-Tenant.

    `notices` tells what subscribers to registrations are told; without it they are told nothing.
    """

    def __init__(
        self,
        store: Store,
        contexts: Contexts,
        now: Callable[[], Instant],
        default_tenant: str | None = None,
        notices: RegistrationNotices | None = None,
    ) -> None:
        self._notices = notices
        self._store = store
        self._contexts = contexts
        self._now = now
        self._default_tenant = default_tenant
        self._past = Past(store)
        self._letterheads: OrderedDict[tuple[str, str], Letterhead] = OrderedDict()
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
        head = await self._letterhead(tenant, subscription)
        if subscription.registrations is not None:
            return await self._of_registrations(tenant, head, debts[-1].position, grants, ordinal)
        data = [part for debt in debts if (part := await self._part(tenant, head, debt, grants)) is not None]
        if not data:
            return None
        geo = subscription.notification.endpoint.accept == "application/geo+json"
        number = debts[-1].position if ordinal is None else ordinal
        return self._sealed(head, number, join_features(data) if geo else join(data))

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
        return self._sealed(head, position if ordinal is None else ordinal, _encode(told[1]), reason)

    def _sealed(self, head: Letterhead, number: int, data: bytes, reason: bytes = b"") -> Sealed:
        body = b"".join(
            (
                b'{"id":"urn:ngsi-ld:Notification:',
                head.key.encode(),
                b"-%d" % number,
                head.opening,
                reason,
                b'"notifiedAt":"',
                format_instant(self._now()).encode(),
                b'","data":',
                data,
                b"}",
            )
        )
        return head.envelope.seal(body)

    async def _write_v2(
        self, tenant: str, subscription: Subscription, notice: Notice, debts: Sequence[Debt], grants: Grants
    ) -> Sealed | None:
        """The same for one who speaks NGSI v2."""
        table, data, told = await self._table(tenant, subscription), list[Any](), list[Debt]()
        for debt in debts:
            line = await self._line(tenant, debt) if debt.entity is None or not grants.sees_all else None
            seen = _seen(debt, line, grants)
            if seen is not None:
                data.append(element(debt, () if line is None else line.types, notice, table, seen))
                told.append(debt)
        if not data:
            return None
        return sealed(subscription, notice, data, told, None if tenant == self._default_tenant else tenant)

    async def _part(self, tenant: str, head: Letterhead, debt: Debt, grants: Grants) -> bytes | None:
        """One element of `data`: an entity after its change."""
        line = None
        if debt.entity is None or not grants.sees_all:
            line = await self._line(tenant, debt)
        seen = _seen(debt, line, grants)
        if seen is None:
            return None
        key = (tenant, debt.position, debt.subject, seen.attributes, *head.shape)
        rendered = self._rendered.get(key)
        if rendered is None:
            rendered = await self._render(tenant, head, debt, line, seen, grants)
            if len(rendered) <= LONGEST_REMEMBERED:
                self._rendered[key] = rendered
            if len(self._rendered) > REMEMBERED:
                self._rendered.popitem(last=False)
        return rendered

    async def _render(
        self, tenant: str, head: Letterhead, debt: Debt, line: LogEntry | None, seen: Projection, grants: Grants
    ) -> bytes:
        accept = head.subscription.notification.endpoint.accept
        geo = accept == "application/geo+json"
        if debt.entity is not None and not head.past:
            if geo:
                return render_feature(debt.entity, head.table, head.view, seen)
            body = render_entity(debt.entity, head.table, head.view, seen)
        else:
            shown = head.past or head.view.sys_attrs
            before = await self._past.before(tenant, debt, grants) if shown else NOTHING_BEFORE
            change = Change(debt, line.types if line is not None else (), before)
            document = document_of(change, head.subscription, head.table, head.view, seen)
            body = _encode(as_feature(document, debt, head.view, seen) if geo else document)
        return with_context(body, head.table) if accept == "application/ld+json" else body

    async def _line(self, tenant: str, debt: Debt) -> LogEntry | None:
        """The line of the log: it knows the types and areas of what is gone."""
        entries = (await self._store.log(tenant, debt.position - 1, 1)).entries
        return entries[0] if entries and entries[0].position == debt.position else None

    async def _letterhead(self, tenant: str, subscription: Subscription) -> Letterhead:
        key = (tenant, subscription.key)
        found = self._letterheads.get(key)
        if found is None or found.subscription is not subscription or found.contexts != self._contexts.version:
            found = self._letterheads[key] = await self._make(tenant, subscription)
            if len(self._letterheads) > REMEMBERED:
                self._letterheads.popitem(last=False)
        return found

    async def _make(self, tenant: str, subscription: Subscription) -> Letterhead:
        params = subscription.notification
        version, table = self._contexts.version, await self._table(tenant, subscription)
        view = _view(subscription)
        past = params.show_changes or bool(Trigger(subscription).kinds & DELETED)
        shape: tuple[object, ...] = (
            table.digest,
            table.served_json,
            view,
            params.endpoint.accept,
            past,
            subscription.interval > 0,
        )
        if past:
            shape = (*shape, subscription.owner, subscription.watched, subscription.triggers, params.show_changes)
        key = hashlib.blake2b(f"{tenant}\n{subscription.key}".encode(), digest_size=8).hexdigest()
        kind = b"Notification" if subscription.registrations is None else b"ContextSourceNotification"
        return Letterhead(
            subscription=subscription,
            envelope=envelope_of(params.endpoint, table, None if tenant == self._default_tenant else tenant),
            key=key,
            opening=b'","type":"%s","subscriptionId":%s,' % (kind, _encode(subscription.id)),
            table=table,
            view=view,
            past=past,
            shape=shape,
            contexts=version,
        )

    async def _table(self, tenant: str, subscription: Subscription) -> TermTable:
        """The terms to write with; full IRIs where the @context is gone, or cannot be named in a Link header."""
        try:
            table = await self._contexts.resolved(subscription.context, tenant)
        except NgsiLdError:
            return CORE_TABLE
        plain = subscription.notification.endpoint.accept != "application/ld+json"
        return CORE_TABLE if plain and link_of(table) is None else table


def _seen(debt: Debt, line: LogEntry | None, grants: Grants) -> Projection | None:
    if grants.sees_all:
        return WHOLE
    if line is None:
        return None
    types = debt.entity.types if debt.entity is not None else line.types
    return visible(grants, types, line.areas_before if debt.entity is None else line.areas_after)


def _view(subscription: Subscription) -> View:
    params = subscription.notification
    return View(
        form=params.format,
        sys_attrs=params.sys_attrs,
        attributes=params.attributes,
        pick=None if params.pick is None else Pick(params.pick),
        omit=None if params.omit is None else Pick(params.omit),
        languages=subscription.languages,
        datasets=subscription.datasets,
    )
