"""What a store is asked to change and what became of it: facts, documents, acts, debts, records of a service."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from pinisi.store.log import Position
from pinisi.store.newborn import Newborn
from pinisi.store.query import TypeSelection
from pinisi.store.record_tables import ReadyStatement, Values
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant


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
    `told_anyway`: who asks for changes alone hears of it, too, where the values are those of before.
    """

    entity: Entity | None
    late: Sequence[tuple[str, Instance]] = ()
    result: Any = None
    forget: Sequence[Forgotten] = ()
    said_once: bool = False
    told_anyway: bool = False


Transform = Callable[[Entity | None, Instant], Edit]


class Renewal(msgspec.Struct, frozen=True):
    """Instances that take the place of those that are there, attribute by attribute, and what is answered then.

    They were made for this change alone: whoever puts them there stamps them. `types`: of an entity of these only.
    """

    attributes: dict[str, Instance]
    result: Any
    types: TypeSelection | None = None


class EntityChange(msgspec.Struct, frozen=True):
    """A change of one entity: a pure function from what is to what shall be, run inside the transaction.

    It sees every earlier change; it may run more than once. It raises `Refused` to change nothing.
    Keep untouched attributes identical (`is`): the rest becomes history.
    `origin` says where the new values come from (lineage): it is kept beside them, never shown as a part of them.
    `newborn` is what `transform` makes of nothing, `renewal` what it does where each of these attributes is there with
    one instance of the same kind and nothing younger. Both are given where they are at hand: they are quicker.
    """

    id: str
    transform: Transform
    expected: Position | None = None
    origin: bytes | None = None
    newborn: Newborn | None = None
    renewal: Renewal | None = None


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
