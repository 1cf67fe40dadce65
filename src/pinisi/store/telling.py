"""What a change tells history, and what history knew before: in its rows, in the draft, or by a state alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pinisi.store.change import Edit, Forgotten
from pinisi.store.differences import Difference
from pinisi.store.draft import Draft
from pinisi.store.erasure import Erasure
from pinisi.store.historic import historic, same_words
from pinisi.store.record import Record
from pinisi.store.sql_rows import Row
from pinisi.store.untold import Value, numbers_of, values_of, without
from pinisi.vocabulary.entity import PROPERTY, Instance, encode_instance
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import LOCATION, SCOPE

if TYPE_CHECKING:
    from pinisi.store.ledger import Ledger

HistoryKey = tuple[int, int, int, Instant]
"""Row of an entity, number of an attribute, number of a dataset, moment at which it was true."""


def moments(
    ledger: "Ledger",
    draft: Draft,
    record: Record,
    before: Record | None,
    differences: list[Difference],
    scopes: list[str] | None,
    edit: Edit,
    now: Instant,
    by: int,
) -> list[tuple[Any, ...]]:
    """Rows of history. `scopes` are new ones; they have a history as attributes have (NGSI-LD 4.5.6)."""
    intern = ledger.names.number.get
    row, position, family = record.row, record.position, record.family.id
    rows: list[tuple[Any, ...]] = []
    for attribute, dataset, instance in differences:
        number = intern(attribute) or ledger.names.intern(attribute)
        within = 0 if dataset is None else ledger.names.intern(dataset)
        observed, figure, body = historic(instance, now)
        rows.append((row, number, within, observed, position, now, by, family, figure, body))
    if scopes is not None and all(attribute != SCOPE for attribute, _ in edit.late):
        body = encode_instance(Instance(PROPERTY, scopes)) if scopes else None
        rows.append((row, ledger.names.intern(SCOPE), 0, now, position, now, by, family, None, body))
    for attribute, instance in edit.late:
        observed, figure, body = historic(instance, now)
        then = _family_then(ledger, draft, row, before, observed) or family
        number, within = ledger.names.intern(attribute), ledger.names.intern(instance.dataset_id or "")
        rows.append((row, number, within, observed, position, now, by, then, figure, body))
    return rows


def told_at_birth(
    ledger: "Ledger", before: Record | None, record: Record, history: list[Row], *, whole: bool
) -> list[Row]:
    """Rows of what was told at its birth of attributes that history now has more of; the rest stays untold."""
    untold = None if before is None else before.untold
    if before is None or untold is None:
        return []
    touched = set(numbers_of(untold) if whole else [line[1] for line in history if not line[2]])
    told = [value.row(record.row) for value in values_of(before.body, untold, ledger.names.text, touched)]
    record.untold = without(untold, touched) if told else untold
    return told


def erasure_of(ledger: "Ledger", row: int, id: str, forgotten: Forgotten) -> Erasure:
    """What is forgotten, in the numbers of history."""
    attribute, dataset = forgotten.attribute, forgotten.dataset
    return Erasure(
        row,
        id,
        None if attribute is None else ledger.names.intern(attribute),
        None if dataset is None else ledger.names.intern(dataset) if dataset else 0,
        forgotten.observed,
    )


def unsaid(
    ledger: "Ledger", draft: Draft, before: Record, late: Sequence[tuple[str, Instance]]
) -> Sequence[tuple[str, Instance]]:
    """Those of the late values that history has not word for word."""
    kept: list[tuple[str, Instance]] = []
    for attribute, instance in late:
        observed, _, body = historic(instance, 0)
        within = ledger.names.intern(instance.dataset_id) if instance.dataset_id else 0
        key = (before.row, ledger.names.intern(attribute), within, observed)
        said = draft.said_at(key) or _untold_at(ledger, before, key) or ledger.said_then(key)
        if said is None or not same_words(said, body):
            kept.append((attribute, instance))
    return kept


def _untold_at(ledger: "Ledger", record: Record, key: HistoryKey) -> bytes | None:
    """As `said_then`, of what is untold."""
    value = None if key[2] else _untold(ledger, record, key[1])
    return value.body if value is not None and value.observed == key[3] else None


def _family_then(ledger: "Ledger", draft: Draft, row: int, before: Record | None, observed: Instant) -> int | None:
    """The family that the entity was in at a past moment: a late value is seen by those who saw it there."""
    for moved, family in reversed(draft.moves_of(row)):
        if moved <= observed:
            return family
    if before is None:
        return None
    place = _untold(ledger, before, ledger.names.number.get(LOCATION))
    if place is not None:
        return place.family if place.observed <= observed else None
    return ledger.family_then(row, observed)


def _untold(ledger: "Ledger", record: Record | None, attribute: int | None) -> Value | None:
    """What history knows of an attribute only by the state of its entity."""
    if record is None or record.untold is None or attribute is None:
        return None
    return next(values_of(record.body, record.untold, ledger.names.text, (attribute,)), None)
