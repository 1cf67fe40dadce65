"""Changes of no entity: documents, a service's own records, acts on record. Each is a line of the log."""

from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.store.change import AuditEntry, DocumentChange, Forbidden, Outcome, RecordChange, Refused, VersionConflict
from pinisi.store.draft import Draft
from pinisi.store.log import LogEntry
from pinisi.store.record_tables import NotReached, areas_reached, bound
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

if TYPE_CHECKING:
    from pinisi.store.ledger import Ledger


def document_changed(
    ledger: "Ledger", draft: Draft, change: DocumentChange, principal: Principal, now: Instant
) -> Outcome:
    key = (change.kind, change.id)
    touched, state = draft.document(key)
    if not touched:
        state = ledger.kept(*key)
    if change.expected is not None and change.expected != (state[0] if state else 0):
        raise VersionConflict(f"{change.kind} {change.id} is no longer at position {change.expected}")
    if state is None and change.body is None and not change.owed:
        return Outcome(None, False)
    position = _line(ledger, draft, "document", f"{change.kind}/{change.id}", principal, now, change.told, change.owed)
    if change.owed:
        draft.debts.append((position, change.owed))
    draft.documents[key] = None if change.body is None else (position, change.body)
    return Outcome(position, state is not None)


def records_changed(
    ledger: "Ledger", draft: Draft, change: RecordChange, principal: Principal, now: Instant
) -> Outcome:
    """The statement is run when the draft is laid down; the line of the log holds none of its values."""
    statement = change.statement
    if not statement.changes:
        raise Refused(f"{statement.title} changes nothing: read with it")
    try:
        values = bound(statement, change.values, areas_reached(statement, principal))
    except NotReached as error:
        raise Forbidden(str(error)) from None
    except ValueError as error:
        raise Refused(str(error)) from None
    outcome = on_record(ledger, draft, AuditEntry("records.change", statement.title), principal, now)
    draft.records_changed.append((change, values))
    return outcome


def on_record(ledger: "Ledger", draft: Draft, entry: AuditEntry, principal: Principal, now: Instant) -> Outcome:
    detail = msgspec.json.encode({"act": entry.act, **entry.detail})
    return Outcome(_line(ledger, draft, "audit", entry.subject, principal, now, detail))


def _line(
    ledger: "Ledger",
    draft: Draft,
    op: Any,
    subject: str,
    principal: Principal,
    now: Instant,
    detail: bytes | None,
    owed: tuple[str, ...] = (),
) -> int:
    subject.encode()  # text that UTF-8 cannot carry must fail here, not in the transaction of many
    draft.position += 1
    by = ledger.names.intern(principal.id)
    draft.log.append((draft.position, now, op, subject, None, None, "", by, detail))
    draft.entries.append(
        LogEntry(
            position=draft.position,
            time=now,
            op=op,
            subject=subject,
            principal=principal.id,
            detail=detail,
            owed=owed,
        )
    )
    return draft.position
