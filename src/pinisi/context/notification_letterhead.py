"""What all notifications of one subscription share, worked out once."""

import hashlib
import itertools
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

import msgspec

from pinisi.context.contexts import ContextAwaited, Contexts
from pinisi.context.core_context import core_urls
from pinisi.context.notification_envelope import Envelope, carries_context, envelope_of, link_of
from pinisi.context.problems import NgsiLdError
from pinisi.context.render import View
from pinisi.context.snapshot_places import SnapshotPlace
from pinisi.context.subscription import Endpoint, Subscription
from pinisi.context.subscription_trigger import DELETED, Trigger
from pinisi.context.term_table import CORE_TABLE, TermTable

LETTERHEADS = 20_000
PlaceOf = Callable[[str], SnapshotPlace | None]
"""The snapshot that a tenant holds; None: it is an ordinary one."""
_CORE = frozenset(core_urls())
_encode = msgspec.json.Encoder().encode


def nowhere(_tenant: str) -> SnapshotPlace | None:
    """Where there are no snapshots."""
    return None


class Letterhead(msgspec.Struct, frozen=True):
    """What all notifications of one subscription share.

    `past`: whether what was before the change is shown. `plain`: the entity's own state tells everything. `shape`: the
    same number for all to whom one change looks the same. `contexts` is the version of what was known of @contexts:
    where one has changed, the head is made anew.
    """

    subscription: Subscription
    envelope: Envelope
    beginning: bytes
    opening: bytes
    table: TermTable
    view: View
    past: bool
    plain: bool
    geo: bool
    with_context: bool
    shape: int
    contexts: int


class Letterheads:
    """Of all tenants; the newest `LETTERHEADS` are kept."""

    def __init__(self, contexts: Contexts, default_tenant: str | None, place_of: PlaceOf = nowhere) -> None:
        self._place_of = place_of
        self._contexts = contexts
        self._default_tenant = default_tenant
        self._shapes: dict[tuple[object, ...], int] = {}
        self._numbers = itertools.count()
        self._kept: OrderedDict[tuple[str, str], Letterhead] = OrderedDict()

    def at_hand(self, tenant: str, subscription: Subscription) -> Letterhead | None:
        """The letterhead, if nothing has to be waited for."""
        key = (tenant, subscription.key)
        head = self._kept.get(key)
        if head is not None and self.holds(head, subscription):
            return head
        try:
            table = self._contexts.table(subscription.context, tenant)
        except ContextAwaited:
            return None
        except NgsiLdError:
            table = CORE_TABLE
        return self._keep(key, self._make(tenant, subscription, _writable(table, subscription)))

    def holds(self, head: Letterhead, subscription: Subscription) -> bool:
        """Whether it is still the letterhead of this subscription."""
        return head.subscription is subscription and head.contexts == self._contexts.version

    async def of(self, tenant: str, subscription: Subscription) -> Letterhead:
        """The letterhead, waiting for its @context where need be."""
        found = self.at_hand(tenant, subscription)
        if found is None:
            table = await self.table(tenant, subscription)
            found = self._keep((tenant, subscription.key), self._make(tenant, subscription, table))
        return found

    def _keep(self, key: tuple[str, str], head: Letterhead) -> Letterhead:
        self._kept[key] = head
        if len(self._kept) > LETTERHEADS:
            self._kept.popitem(last=False)
        return head

    def _make(self, tenant: str, subscription: Subscription, table: TermTable) -> Letterhead:
        params = subscription.notification
        version = self._contexts.version
        view = _view(subscription)
        past = params.show_changes or bool(Trigger(subscription).kinds & DELETED)
        shape: tuple[object, ...] = (
            tenant,
            params.conformance,
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
        return Letterhead(
            subscription=subscription,
            envelope=self._envelope(params.endpoint, table, tenant),
            beginning=b'{"id":"urn:ngsi-ld:Notification:' + key.encode() + b"-",
            opening=_opening(subscription),
            table=table,
            view=view,
            past=past,
            plain=not past and _is_plain(subscription),
            geo=params.endpoint.accept == "application/geo+json",
            with_context=carries_context(params.endpoint),
            shape=self._shape(shape),
            contexts=version,
        )

    def _envelope(self, endpoint: Endpoint, table: TermTable, tenant: str) -> Envelope:
        """With the tenant, and the snapshot where it is one, that the subscription was made in (6.3.14, 6.3.22)."""
        place = self._place_of(tenant)
        named = tenant if place is None else place.tenant
        snapshot = None if place is None else place.id
        return envelope_of(endpoint, table, None if named == self._default_tenant else named, snapshot)

    def _shape(self, shape: tuple[object, ...]) -> int:
        if len(self._shapes) > LETTERHEADS:
            self._shapes.clear()
            self._kept.clear()
        return self._shapes.setdefault(shape, next(self._numbers))

    async def table(self, tenant: str, subscription: Subscription) -> TermTable:
        """The terms to write with; full IRIs where the @context is gone, or cannot be named in a Link header."""
        try:
            table = await self._contexts.resolved(subscription.context, tenant)
        except NgsiLdError:
            return CORE_TABLE
        return _writable(table, subscription)


def _writable(table: TermTable, subscription: Subscription) -> TermTable:
    """The table, where notifications can name it: a version of the core as the subscriber named it (5.8.6)."""
    if isinstance(subscription.context, str) and subscription.context in _CORE:
        return _core_named(subscription.context)
    plain = not carries_context(subscription.notification.endpoint)
    return CORE_TABLE if plain and link_of(table) is None else table


@lru_cache
def _core_named(address: str) -> TermTable:
    """The core table by one of its addresses; there are a few."""
    return TermTable({}, address)


def _is_plain(subscription: Subscription) -> bool:
    """Whether nothing but the entity itself is told, in the words of NGSI-LD."""
    params = subscription.notification
    other = params.v2 is not None or params.join is not None or not subscription.of_entities
    return not other and not subscription.asks_of_links


def _opening(subscription: Subscription) -> bytes:
    """What kind of notification it is (5.3.1, 5.3.2, 5.3.4), and of what."""
    if subscription.snapshot is not None:
        return b'","type":"SnapshotNotification","snapshotId":%s,' % _encode(subscription.snapshot)
    kind = b"Notification" if subscription.registrations is None else b"ContextSourceNotification"
    return b'","type":"%s","subscriptionId":%s,' % (kind, _encode(subscription.id))


def _view(subscription: Subscription) -> View:
    params = subscription.notification
    return View(
        form=params.format,
        sys_attrs=params.sys_attrs,
        attributes=params.attributes,
        pick=params.pick,
        omit=params.omit,
        languages=subscription.languages,
        datasets=subscription.datasets,
    )
