"""The protocol of every store: one log a tenant, two times, reads under grants.

All methods are async and hand out no connection and no transaction. SQLite is the first store; the protocol asks
nothing that PostgreSQL could not do: `tests/contract` is the suite that any store must pass.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol

import msgspec

from pinisi.store.query import EntityQuery
from pinisi.store.record_tables import ReadyStatement, RecordBook, RecordValue, Values
from pinisi.vocabulary.entity import Entity, Instance, decode_entity
from pinisi.vocabulary.instant import LAST_INSTANT, Instant
from pinisi.vocabulary.principal import Grants, Principal, Projection

Position = int
Op = Literal["create", "update", "delete", "document", "audit"]


class Family:
    """Entities of the same types in the same areas: what grants and type selections decide upon, once for all of them.

    There are few families (types times areas), so that filters by type, area and grant never touch an entity.
    """

    __slots__ = ("areas", "id", "types")

    def __init__(self, id: int, types: tuple[str, ...], areas: tuple[str, ...]) -> None:
        self.id = id
        self.types = types
        self.areas = areas


class Record:
    """One entity as committed at `position`: encoded once, decoded when asked, with room for rendered bytes.

    `memo` keeps what was rendered from exactly this version (bounded by its writer); a change makes a new record,
    so nothing in it can be stale.
    """

    __slots__ = ("body", "family", "id", "memo", "position", "row")

    def __init__(self, row: int, id: str, position: Position, family: "Family", body: bytes) -> None:
        self.row = row
        self.id = id
        self.position = position
        self.family = family
        self.body = body
        self.memo: dict[Any, bytes] = {}

    @property
    def entity(self) -> Entity:
        """The entity, decoded anew at each call."""
        return decode_entity(self.body)


class Refused(Exception):
    """A change that cannot be made, raised by its transform; carries the problem for the one who asked."""


class Forbidden(Refused):
    """The principal's grants do not reach the entity or one of the attributes."""


class VersionConflict(Refused):
    """The entity is no longer at the expected position."""


class StoreUnavailable(Exception):
    """The store cannot write or read now (disk full, read-only, damaged); says why in plain words."""


class Forgotten(msgspec.Struct, frozen=True):
    """Values that leave history for good: of the whole entity, of one attribute (`dataset` None: of every instance of
    it, "": of the default one), or what was ever said to be true at the one moment `observed`.
    """

    attribute: str | None = None
    dataset: str | None = None
    observed: Instant | None = None


class Edit(msgspec.Struct):
    """What a transform answers: the entity as it shall be (None: deleted) and values that are only history.

    `late` are instances older than the ones they meet: they enter history and replace nothing. `forget` erases what was
    kept before this change, but for what a hold protects; it is for those who may change everything.
    `said_once`: a late value that history has word for word already, of the same moment, is not kept again.
    `result` goes back to the caller of `apply` untouched (for instance which attributes were not changed, and why).
    """

    entity: Entity | None
    late: Sequence[tuple[str, Instance]] = ()
    result: Any = None
    forget: Sequence[Forgotten] = ()
    said_once: bool = False


Transform = Callable[[Entity | None, Instant], Edit]


class EntityChange(msgspec.Struct, frozen=True):
    """A change of one entity: a pure function from what is to what shall be, run inside the transaction.

    It sees every earlier change; it may run more than once. It raises `Refused` to change nothing.
    Keep untouched attributes identical (`is`): the rest becomes history.
    `origin` says where the new values come from (lineage): it is kept beside them, never shown as a part of them.
    """

    id: str
    transform: Transform
    expected: Position | None = None
    origin: bytes | None = None


class DocumentChange(msgspec.Struct, frozen=True):
    """A change of a document (subscription, account, note ...); `body` None deletes it.

    `expected` guards against lost updates: 0 demands that it is new. `owed` are ids of subscriptions that must hear of
    it; `told` is then the detail of its line in the log, from which they are told, also where there is no document.
    """

    kind: str
    id: str
    body: bytes | None
    expected: Position | None = None
    owed: tuple[str, ...] = ()
    told: bytes | None = None


class AuditEntry(msgspec.Struct, frozen=True):
    """An act that changes no state but must be on record (sign-in, view of personal data, export)."""

    act: str
    subject: str
    detail: dict[str, Any] = {}


class DebtChange(msgspec.Struct, frozen=True):
    """What became of an owed notification: paid, postponed until `due` after `attempts`, or dead (kept, shown).

    A dead one that is postponed is owed again; paid, it is put away. It leaves no line in the log.
    """

    subscription: str
    position: Position
    state: Literal["paid", "postponed", "dead"]
    attempts: int = 0
    due: Instant = 0
    reason: str = ""


class Paid(msgspec.Struct, frozen=True):
    """That these subscriptions have heard of the change at `position`. It leaves no line in the log."""

    position: Position
    subscriptions: Sequence[str]


class Reacted(msgspec.Struct, frozen=True):
    """That a reaction has answered these versions of a subject's inputs. It leaves no line in the log."""

    reaction: str
    subject: str
    versions: bytes


class RecordChange(msgspec.Struct, frozen=True):
    """A change of a service's own records, committed with the facts that it publishes. Only in an atomic set.

    `rows`: exactly so many must be touched, else all is refused (`VersionConflict`). The log tells that there was a
    change and by whom, never what it says. It is seen by the changes after it, not by the transforms beside it.
    """

    statement: ReadyStatement
    values: Values
    rows: int | None = None


Change = EntityChange | DocumentChange | AuditEntry | DebtChange | Paid | Reacted | RecordChange


class Outcome(msgspec.Struct, frozen=True):
    """What became of one change: its log position (None: nothing to change), or the refusal."""

    position: Position | None = None
    existed: bool = False
    result: Any = None
    refused: Refused | None = None


class Applied(msgspec.Struct, frozen=True):
    """What became of an `apply`, in the order of its changes. `repeated`: the key had been applied before."""

    position: Position
    outcomes: tuple[Outcome, ...] = ()
    repeated: bool = False


class Page(msgspec.Struct, frozen=True):
    records: Sequence[Record]
    count: int | None
    position: Position


class Showing(Protocol):
    """One way to show entities as bytes, which follow from the record and from what the reader sees of it alone."""

    def key(self, projection: Projection) -> Hashable:
        """What all ways have in common that give the same bytes of a record to one who sees so much of it."""
        ...

    def body(self, record: Record, projection: Projection) -> bytes:
        """The bytes of one entity; never none."""
        ...


class Shown(msgspec.Struct, frozen=True, gc=False):
    """One page of a query as bytes. `more`: whether others follow."""

    bodies: Sequence[bytes]
    more: bool
    count: int | None
    position: Position


class PictureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The state of entities at a past moment: values observed at `at` or before, the last of each.

    `known` hides all that was received after it: `known=at` is the picture as it was known then. Without it, it is the
    picture as known now, and what tells no time of its own (a name, a place) holds as far back as anything is known of
    its entity. `attributes` are those to read (None: all); others, but for the location, are left out.
    """

    entities: EntityQuery
    at: Instant
    known: Instant | None = None
    attributes: tuple[str, ...] | None = None
    limit: int = 1_000


class Picture(msgspec.Struct, frozen=True):
    """Entities as they were, in order of first creation, narrowed to what the reader may see.

    `condensed`: the moment lies beyond raw retention; where values have gone, the mean of their hour stands, with the
    sub-attribute `hourly` that says so.
    """

    records: Sequence[Record]
    position: Position
    condensed: bool = False


class TimelineQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Values in each of `buckets` equal parts of a time. `since` None: from the first that is known of."""

    since: Instant | None
    until: Instant
    buckets: int
    by: Literal["observed", "received"] = "observed"


class Timeline(msgspec.Struct, frozen=True):
    """Values by type in each part of a time. `read` of `entities` were counted, and stand for all of them.

    `begun` is when the log begins: nothing was known before.
    """

    since: Instant
    until: Instant
    counts: Sequence[Mapping[str, int]]
    read: int
    entities: int
    begun: Instant


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `subject` is an entity id, or `kind/id` of a document, or the audit's subject.

    `types` are those after the change (of a deleted one: its last), `types_before` those before. `areas_before` and
    `areas_after` are area codes. Together they tell a follower with limited grants that an entity has left his view.
    `detail` is the entity's encoded state after the change, kept where notifications were owed, or the audit's detail.
    `owed` are the subscriptions that must hear of it: told to who listens in the process that wrote it, else empty.
    """

    position: Position
    time: Instant
    op: Op
    subject: str
    types: tuple[str, ...] = ()
    types_before: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    areas_before: tuple[str, ...] = ()
    areas_after: tuple[str, ...] = ()
    principal: str = ""
    detail: bytes | None = None
    owed: tuple[str, ...] = ()


class LogSlice(msgspec.Struct, frozen=True):
    """Entries after the asked position. `reset`: older ones are gone, begin with a new picture at `position`."""

    entries: Sequence[LogEntry]
    position: Position
    reset: bool = False


class ChainedLine(msgspec.Struct, frozen=True):
    """A line of the log as text, and its link: SHA-256 over the link before it and the text. See `store.chain`."""

    position: Position
    text: bytes
    link: bytes


class Seal(msgspec.Struct, frozen=True):
    """A signed checkpoint of the chain: at this time the line at `position` had this link.

    `key` names the key; it is empty, as the signature is, where there was none.
    """

    position: Position
    time: Instant
    link: bytes
    key: str
    signature: bytes


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """History of chosen entities: by the time it was true (`observed`) or known (`received`).

    `since` is inclusive, `until` exclusive, in microseconds. `known` hides all that was received after it.
    `last` keeps the newest n of each attribute instance. `limit` bounds instances over all. With `each` it bounds each
    attribute instance by itself, and without `last` its oldest values are kept: for pages in the order of time.

    With `period` (microseconds) and `since`, an attribute instance that holds plain numbers only is told as statistics
    of periods of that length, counted from `since`, in `Story.hours`, in the place of its values: a month of a sensor
    is 720 rows, not 43,200. Where anything else is in it (text, deletions, what may end, several families), its values
    are told.
    """

    attributes: tuple[str, ...] | None = None
    by: Literal["observed", "received"] = "observed"
    since: Instant | None = None
    until: Instant | None = None
    known: Instant | None = None
    last: int | None = None
    limit: int = 10_000
    each: bool = False
    period: Instant | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One value in history: when it was true, when it was known, who wrote it; `instance` None: deleted then."""

    attribute: str
    dataset: str | None
    observed: Instant
    received: Instant
    position: Position
    principal: str
    instance: Instance | None


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one hour of a number, kept for ever. `hour` is its first microsecond."""

    attribute: str
    dataset: str | None
    hour: Instant
    n: int
    total: float
    squares: float
    low: float
    high: float


class Story(msgspec.Struct, frozen=True):
    """History of one entity, of what the reader may see. `complete` is False when `limit` cut it.

    `types` are those of the newest moment that he sees; the times of the system and the scopes are the entity's own
    where he sees it now, else empty. `deleted_at`: when the entity was deleted; 0: it is there.
    """

    id: str
    types: tuple[str, ...]
    moments: Sequence[Moment]
    hours: Sequence[Hour] = ()
    complete: bool = True
    created_at: Instant = 0
    modified_at: Instant = 0
    scopes: Sequence[str] = ()
    deleted_at: Instant = 0


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """One owed notification: this subscription must hear of the change at `position`.

    `body` is the encoded state after that change (None: deleted then, or a document), `attributes` what it changed.
    """

    subscription: str
    position: Position
    time: Instant
    subject: str
    attributes: tuple[str, ...]
    body: bytes | None
    attempts: int = 0
    due: Instant = 0
    dead: bool = False
    reason: str = ""

    @property
    def entity(self) -> Entity | None:
        """The state after the change: the same object for all who hear of it at the same time; not to be changed."""
        return _lately_decoded(self.body) if self.body else None


_lately_decoded = lru_cache(maxsize=256)(decode_entity)
"""Debts that wait keep bytes, a tenth of the memory of an entity."""


class LetterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which notifications of those given up: of these subscriptions (None: any), of changes made from `since` on and
    before `until`."""

    of: frozenset[str] | None = None
    since: Instant = 0
    until: Instant = LAST_INSTANT


class DebtSum(msgspec.Struct, frozen=True, kw_only=True):
    """All that one subscription is owed. `oldest`: when the first of the waiting changes was made; `next_try`: when the
    first of those that failed is due again; `reason`: why it failed. None, or empty: there is none.
    """

    subscription: str
    waiting: int = 0
    oldest: Instant | None = None
    tried: int = 0
    next_try: Instant | None = None
    reason: str = ""
    dead: int = 0


class Seen(msgspec.Struct, frozen=True):
    """What the matcher of subscriptions sees of a change, before and after."""

    id: str
    before: Entity | None
    after: Entity | None
    attributes: frozenset[str]
    areas_before: tuple[str, ...]
    areas_after: tuple[str, ...]


class AttributeUse(msgspec.Struct, frozen=True):
    """`n` entities of these types have the attribute, as an attribute of this kind (Property, Relationship ...)."""

    attribute: str
    kind: str
    types: tuple[str, ...]
    n: int


Owing = Callable[[str, Seen], Sequence[str]]
"""tenant, change -> ids of the subscriptions that must hear of it. Called inside the transaction."""


Sealing = Callable[[str, Position, bytes, Instant], tuple[str, bytes]]
"""tenant, position, link, time -> id of the key and signature. Called in the writing thread."""


class Store(Protocol):
    """Where it is kept. `tenant` is created by the first write to it."""

    async def apply(
        self,
        tenant: str,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool = True,
        key: str | None = None,
        cursor: tuple[str, Position] | None = None,
    ) -> Applied:
        """Commit state, history, log, owed notifications and the cursor together; answer when it is on disk.

        Args:
            atomic: one refusal refuses all (raised); otherwise each change stands alone (in its `Outcome`).
            key: a repeated key does nothing and answers `repeated`.
            cursor: name and position of a durable cursor that moves with these changes.

        Raises:
            Refused: the first refusal, when `atomic`.
            StoreUnavailable: nothing was kept.
        """
        ...

    async def entity(self, tenant: str, id: str, grants: Grants) -> Record | None:
        """The entity, if it exists and the reader may know of it."""
        ...

    async def find(
        self,
        tenant: str,
        query: EntityQuery,
        grants: Grants,
        *,
        limit: int,
        offset: int = 0,
        count: bool = False,
        heat: bool = True,
    ) -> Page:
        """Entities in order of first creation. `heat` False: an anonymous reader's question builds no index."""
        ...

    async def shown(
        self,
        tenant: str,
        query: EntityQuery,
        grants: Grants,
        showing: Showing,
        *,
        limit: int,
        offset: int = 0,
        count: bool = False,
        heat: bool = True,
    ) -> Shown:
        """What `find` finds, as bytes: those that are at hand of the very same versions are not made again."""
        ...

    async def areas_at(self, tenant: str, positions: Sequence[tuple[float, float]]) -> Sequence[tuple[str, ...]]:
        """Codes of the areas at each longitude and latitude, smallest first: what grants by area rest upon."""
        ...

    async def type_counts(self, tenant: str, grants: Grants) -> Mapping[str, int]: ...
    async def attribute_uses(self, tenant: str, grants: Grants) -> Sequence[AttributeUse]:
        """Which attributes are in use, of what the reader may see."""
        ...

    async def stories(
        self, tenant: str, ids: Sequence[str], query: HistoryQuery, grants: Grants
    ) -> Sequence[Story]: ...

    async def gone(
        self, tenant: str, query: EntityQuery, grants: Grants, *, since: Instant, limit: int, offset: int = 0
    ) -> Sequence[str]:
        """Ids of deleted entities with a past, in the order of their first creation: of the types, ids and id pattern
        asked for, and deleted at `since` or later. Who could see them when they were deleted finds them."""
        ...

    async def picture(self, tenant: str, query: PictureQuery, grants: Grants) -> Picture:
        """The state of entities at a past moment, as a reader with these grants would have seen it then."""
        ...

    async def timeline(self, tenant: str, query: TimelineQuery, grants: Grants) -> Timeline:
        """How much changed when, of what the reader may see; of a large city estimated from a part."""
        ...

    async def end_what_is_due(self, tenant: str) -> None:
        """Take away what has ended by its `expiresAt` until now, by the tenant's clock (NGSI-LD 4.22, `store.lapse`).

        No other method shows what has ended, and no change meets it: this is for those who wait to hear of it.
        """
        ...

    async def log(self, tenant: str, after: Position, limit: int) -> LogSlice: ...
    async def position(self, tenant: str) -> Position: ...
    async def cursor(self, tenant: str, name: str) -> Position | None: ...
    async def document(self, tenant: str, kind: str, id: str) -> tuple[Position, bytes] | None: ...
    async def documents(self, tenant: str, kind: str) -> Sequence[tuple[str, Position, bytes]]: ...
    async def debts(self, tenant: str, *, dead: bool = False, after: Position = 0, limit: int = 1000) -> Sequence[Debt]:
        """Owed notifications in order of position, beginning after one; `dead` lists those given up."""
        ...

    async def letters(
        self, tenant: str, query: LetterQuery, *, after: Position = 0, limit: int = 1000
    ) -> Sequence[Debt]:
        """Owed notifications that were given up and fit, in order of position, beginning after one."""
        ...

    async def debt_sums(self, tenant: str) -> Sequence[DebtSum]:
        """What each subscription that is owed anything is owed, in the order of their names."""
        ...

    async def origins(self, tenant: str, positions: Sequence[Position]) -> Mapping[Position, bytes]:
        """Where the values that were written at these positions come from, of those that are kept."""
        ...

    async def reacted(self, tenant: str, reaction: str) -> Mapping[str, bytes]:
        """Subject -> versions of the inputs that the reaction has answered last."""
        ...

    async def prepare_records(self, tenant: str, book: RecordBook) -> Mapping[str, ReadyStatement]:
        """Bring a service's tables to its newest version, all steps or none; answer its statements by name.

        Raises:
            BadRecords: they cannot be kept as they are declared.
        """
        ...

    async def records(
        self, tenant: str, statement: ReadyStatement, values: Values, principal: Principal
    ) -> Sequence[Mapping[str, RecordValue]]:
        """Rows of a service's own tables. A reading of personal columns is in the audit trail before it is answered.

        Raises:
            Forbidden: his permissions or grants do not reach them.
            Refused: a parameter is missing or unknown; names it.
        """
        ...

    async def wipe(self, tenant: str) -> None:
        """Let nothing that was erased be left in the file or beside it."""
        ...

    async def seal(self, tenant: str) -> Seal | None:
        """Sign the head of the chain, unless it is signed; None where a tenant keeps no chain or it has no line."""
        ...

    async def seals(self, tenant: str, after: Position = 0) -> Sequence[Seal]:
        """Signed checkpoints at positions beyond one, in their order."""
        ...

    async def chain_begin(self, tenant: str) -> tuple[Position, bytes] | None:
        """The position after which the chain begins that is kept, and the link there; None: it keeps none."""
        ...

    async def chain(self, tenant: str, after: Position, limit: int) -> Sequence[ChainedLine]:
        """Lines of the log after a position, as the chain covers them."""
        ...

    async def tenants(self) -> Sequence[str]: ...
