"""The line of the log that a change of an entity becomes, and who must hear of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinisi.store.change import Edit
from pinisi.store.debt import Seen
from pinisi.store.draft import Draft
from pinisi.store.log import LogEntry
from pinisi.store.record import Family, Record
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant

if TYPE_CHECKING:
    from pinisi.store.ledger import Ledger


def line_of(
    ledger: "Ledger",
    record: Record,
    old: Entity | None,
    edit: Edit,
    names: tuple[str, ...],
    was: Family | None,
    family: Family | None,
    by: int,
    now: Instant,
    prompted: bytes,
) -> tuple[LogEntry, Sequence[str]]:
    """The line of the log, and the subscriptions that must hear of it."""
    new = edit.entity
    areas_before = was.areas if was is not None else ()
    areas_after = family.areas if family is not None else ()
    owed: tuple[str, ...] = ()
    if ledger.owing is not None:
        change = Seen(record.id, old, new, frozenset(names), areas_before, areas_after, edit.told_anyway, prompted)
        owed = tuple(ledger.owing(ledger.tenant, change))
    entry = LogEntry(
        position=record.position,
        time=now,
        op="delete" if new is None else "create" if old is None else "update",
        subject=record.id,
        types=record.family.types,
        types_before=was.types if was is not None else (),
        attributes=names,
        areas_before=areas_before,
        areas_after=areas_after,
        principal=ledger.names.text[by],
        detail=record.body if owed else None,
        owed=owed,
    )
    return entry, owed


def put_line(
    ledger: "Ledger",
    draft: Draft,
    entry: LogEntry,
    was: Family | None,
    family: Family | None,
    by: int,
    owed: Sequence[str],
) -> None:
    """Put it into the draft, for the log, for those who listen and for those who are owed a notification."""
    number = ledger.names.number
    attributes = ",".join([str(number[name]) for name in entry.attributes])
    before, after = was.id if was is not None else None, family.id if family is not None else None
    draft.entries.append(entry)
    draft.log.append((entry.position, entry.time, entry.op, entry.subject, before, after, attributes, by, entry.detail))
    if owed:
        draft.debts.append((entry.position, owed))
