"""What a follower may hear of one line of the log: the line itself, a narrower one, or nothing.

To a follower with limited grants an entity that enters his view is created, one that leaves it is deleted; he hears
neither where it came from nor where it went. Documents, acts and the states kept for notifications are for those who
may write everything.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pinisi.store.log import LogEntry
from pinisi.vocabulary.principal import Grants, Projection


def seen_by(grants: Grants, entries: Sequence[LogEntry]) -> Sequence[LogEntry]:
    """The entries as a reader may hear of them."""
    if grants.writes_all:
        return entries
    narrowed = [_narrowed(grants, entry) for entry in entries if entry.op not in ("document", "audit")]
    return [entry for entry in narrowed if entry is not None]


def _narrowed(grants: Grants, entry: LogEntry) -> LogEntry | None:
    if grants.sees_all:
        return entry if entry.detail is None else replace(entry, detail=None)
    before = None if entry.op == "create" else grants.projection(entry.types_before, entry.areas_before)
    after = None if entry.op == "delete" else grants.projection(entry.types, entry.areas_after)
    if after is not None:
        if before is not None:
            return _updated(entry, before, after)
        attributes = _visible(entry.attributes, after)
        return replace(entry, op="create", types_before=(), areas_before=(), attributes=attributes, detail=None)
    if before is not None:
        return replace(entry, op="delete", types=entry.types_before, areas_after=(), attributes=(), detail=None)
    return None


def _updated(entry: LogEntry, before: Projection, after: Projection) -> LogEntry | None:
    """A change inside of what he sees; nothing where only hidden attributes changed."""
    attributes = _visible(entry.attributes, after)
    if entry.attributes and not attributes and before == after:
        return None
    return replace(entry, attributes=attributes, detail=None)


def _visible(attributes: Iterable[str], projection: Projection) -> tuple[str, ...]:
    shown = projection.attributes
    return tuple(name for name in attributes if shown is None or name in shown)
