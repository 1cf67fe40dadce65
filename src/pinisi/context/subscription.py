"""A subscription: who wants to hear of what, and where (NGSI-LD 5.2.12).

What is stored is the payload as the subscriber wrote it, with the IRIs that its names had then: so it reads the same
for ever, even when the @context that it came with is no longer there. What works is the `Subscription`, read from it.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from pinisi.context.linked_entities import Join
from pinisi.context.linked_filter import speaks_of_links, without_links
from pinisi.context.ngsi_v2.names import plain_name
from pinisi.context.ngsi_v2.notice import Notice
from pinisi.context.pick import Pick
from pinisi.context.temporal_query import TemporalQuery
from pinisi.store.match import Predicate, compile_query
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import EntityQuery, Filter, GeoQuery, ScopeSelection, TypeSelection
from pinisi.vocabulary.instant import Instant

KIND = "subscription"
STATE_KIND = "subscription-state"
FOLLOWING = "registration-subscription"
"""The kind of documents of subscriptions to registrations (NGSI-LD 5.11)."""
STATUS = "snapshot-notice"
"""The kind of documents of those who hear of the status of one snapshot (NGSI-LD 5.16.6)."""
TYPE = "Subscription"
Expand = Callable[[str], str]
Format = Literal["normalized", "concise", "simplified"]
Status = Literal["active", "paused", "expired"]

TRIGGERS = frozenset(
    {"entityCreated", "entityUpdated", "entityDeleted", "attributeCreated", "attributeUpdated", "attributeDeleted"}
)
DEFAULT_TRIGGERS = ("attributeCreated", "attributeUpdated")


class StoredSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """The document of a subscription. `terms` are the names in the payload, each with its IRI.

    `context` is the @context in which it was written: what notifications are compacted with. `v2`: the payload is one
    of NGSI v2. `via`: the sources that it came over, as a header Via (NGSI-LD 4.3.6.4). `path`: the service path under
    which v2 wrote it, of which it hears.
    """

    id: str
    owner: str
    payload: dict[str, Any]
    terms: dict[str, str]
    context: Any
    created_at: Instant
    modified_at: Instant
    v2: bool = False
    via: str = ""
    path: str = ""


encode_stored = msgspec.json.Encoder().encode
decode_stored = msgspec.json.Decoder(StoredSubscription).decode


class Selector(msgspec.Struct, frozen=True, kw_only=True):
    """Which entities (NGSI-LD 5.2.33): None asks nothing. `type_pattern`: some type has such a name (NGSI v2)."""

    types: TypeSelection | None = None
    id: str | None = None
    id_pattern: str | None = None
    type_pattern: str | None = None

    def fits_types(self, types: Iterable[str]) -> bool:
        """Whether an entity of these types (IRIs) may be meant by the pattern."""
        if self.type_pattern is None:
            return True
        found = compile_pattern(self.type_pattern)
        return any(found(plain_name(iri)) for iri in types)


class KeyValue(msgspec.Struct, frozen=True):
    """A pair of `receiverInfo` or `notifierInfo` (NGSI-LD 5.2.22)."""

    key: str
    value: str


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a notification goes (NGSI-LD 5.2.15). Times in seconds; None: the notifier's own."""

    uri: str
    accept: str = "application/json"
    timeout: float | None = None
    cooldown: float | None = None
    receiver_info: tuple[KeyValue, ...] = ()
    notifier_info: tuple[KeyValue, ...] = ()


class NotificationParams(msgspec.Struct, frozen=True, kw_only=True):
    """What a notification holds (NGSI-LD 5.2.14). Names are IRIs; `pick` and `omit` may name core members too."""

    endpoint: Endpoint
    format: Format = "normalized"
    attributes: frozenset[str] | None = None
    pick: Pick | None = None
    omit: Pick | None = None
    join: Join | None = None
    sys_attrs: bool = False
    show_changes: bool = False
    conformance: tuple[int, int] | None = None
    v2: Notice | None = None


class RegistrationWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscription to registrations of context sources asks of them besides (NGSI-LD 5.11); None: nothing."""

    temporal: TemporalQuery | None = None
    csf: Filter | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as it works: every name an IRI, every text parsed.

    `watched` None: every attribute. `selectors` empty: every entity. `throttling` and `interval`
    (`timeInterval`) in microseconds, 0: none.
    `registrations`: it hears of registrations of context sources, not of entities. `snapshot`: of the status of that
    snapshot, and of nothing else.
    `local`: no other context source takes part. `split`: entities may lie in pieces, here and at sources (4.3.6.7).
    `csf`: of which sources (their own properties).
    `triggers` None stands for the default. `datasets` holds None for the default instance. `context`: what
    notifications are compacted with: a URL, an object or a list, as in `@context`.
    """

    id: str
    owner: str
    notification: NotificationParams
    selectors: tuple[Selector, ...] = ()
    watched: frozenset[str] | None = None
    triggers: frozenset[str] | None = None
    filter: Filter | None = None
    geo: GeoQuery | None = None
    scopes: ScopeSelection | None = None
    languages: tuple[str, ...] | None = None
    datasets: frozenset[str | None] | None = None
    throttling: int = 0
    interval: int = 0
    active: bool = True
    expires_at: Instant | None = None
    context: Any = None
    registrations: RegistrationWish | None = None
    snapshot: str | None = None
    local: bool = False
    split: bool = False
    csf: Filter | None = None

    @property
    def spreads(self) -> bool:
        """Whether other context sources take part (NGSI-LD 5.8.1.4)."""
        return not self.local and self.of_entities and self.notification.v2 is None

    @property
    def told_by(self) -> frozenset[str] | None:
        """Attributes without a change of which it hears nothing; None: it may hear of anything.

        Of the end of an entity NGSI v2 is told whatever it had.
        """
        ends = self.notification.v2 is not None and self.triggers is not None and "entityDeleted" in self.triggers
        return None if ends else self.watched

    @property
    def of_entities(self) -> bool:
        """Whether it hears of entities, and not of registrations or of a snapshot."""
        return self.registrations is None and self.snapshot is None

    @property
    def key(self) -> str:
        """What its notifications are owed to: subscriptions of each kind have ids of their own."""
        if self.of_entities:
            return self.id
        return f"{STATUS if self.snapshot is not None else FOLLOWING}/{self.id}"

    def status(self, now: Instant) -> Status:
        """Computed, never stored (NGSI-LD 5.2.12)."""
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active" if self.active else "paused"

    def rests_after(self, taken: bool, failures: int) -> bool:
        """Whether it rests after a notification that was taken, or after so many failures in a row (NGSI v2)."""
        notice = self.notification.v2
        if notice is None:
            return False
        return notice.once if taken else notice.most_failures is not None and failures >= notice.most_failures

    @property
    def asks_of_links(self) -> bool:
        """Whether `q` asks something of entities that are linked."""
        return speaks_of_links(self.filter)

    def predicate(self) -> Predicate:
        """Whether an entity's state is one to hear of: selectors, q, geoQ and scopeQ together.

        What `q` asks of linked entities is left to the moment of delivery (`asks_of_links`).
        """
        filter = None if self.filter is None else without_links(self.filter)
        tests = [self._test(selector, filter) for selector in self.selectors or (Selector(),)]
        if len(tests) == 1:
            return tests[0]
        return lambda entity, visible: any(test(entity, visible) for test in tests)

    def _test(self, selector: Selector, filter: Filter | None) -> Predicate:
        query = EntityQuery(
            ids=None if selector.id is None else (selector.id,),
            id_pattern=None if selector.id is not None else selector.id_pattern,
            types=selector.types,
            filter=filter,
            geo=self.geo,
            scopes=self.scopes,
        )
        test = compile_query(query)
        if selector.type_pattern is None:
            return test
        return lambda entity, visible: selector.fits_types(entity.types) and test(entity, visible)


class DeliveryState(msgspec.Struct, omit_defaults=True):
    """How the deliveries of a subscription fare (NGSI-LD 5.2.14.2). It lies beside the subscription's document."""

    times_sent: int = 0
    times_failed: int = 0
    last_notification: Instant = 0
    last_success: Instant = 0
    last_failure: Instant = 0
    failing: bool = False
    reason: str = ""
    fails: int = 0
    """In a row."""
    success_code: int = 0
    """The status of the last answer that took one; 0: over MQTT, or none yet."""


encode_state = msgspec.json.Encoder().encode
decode_state = msgspec.json.Decoder(DeliveryState).decode
