"""From a change to the rows it becomes: state, two-time history, log, usage, place, hot values, debts."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from pinisi.store.areas import Locator
from pinisi.store.draft import Draft
from pinisi.store.hot import HotAttributes
from pinisi.store.interning import Families, Names
from pinisi.store.protocol import (
    AuditEntry,
    Change,
    DebtChange,
    DocumentChange,
    Edit,
    EntityChange,
    Forbidden,
    LogEntry,
    Outcome,
    Owing,
    Record,
    Seen,
    VersionConflict,
)
from pinisi.vocabulary.entity import Attributes, Entity, Instance, encode_entity, encode_instance
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.principal import Grants, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION

_Difference = tuple[str, str | None, Instance | None]

_DEBT_SQL = {
    "paid": "DELETE FROM debt WHERE dead = 0 AND position = ? AND subscription = ?",
    "postponed": "UPDATE debt SET attempts = ?, due = ?, reason = ? WHERE dead = 0 AND position = ? AND subscription = ?",
    "dead": "UPDATE debt SET dead = 1, attempts = ?, due = ?, reason = ? WHERE dead = 0 AND position = ? "
    "AND subscription = ?",
}


class Ledger:
    """Applies changes to a draft. `current` reads the committed record, `kept` the committed document."""

    def __init__(
        self,
        tenant: str,
        names: Names,
        families: Families,
        locator: Locator,
        hot: HotAttributes,
        owing: Owing | None,
        current: Callable[[str], Record | None],
        kept: Callable[[str, str], tuple[int, bytes] | None],
    ) -> None:
        self.tenant = tenant
        self.names = names
        self.families = families
        self.locator = locator
        self.hot = hot
        self.owing = owing
        self.current = current
        self.kept = kept

    def make(self, draft: Draft, change: Change, principal: Principal, now: Instant) -> Outcome:
        """Make one change in the draft.

        Raises:
            Refused: nothing of this change is in the draft.
        """
        if isinstance(change, EntityChange):
            return self._entity(draft, change, principal, now)
        if isinstance(change, DocumentChange):
            return self._document(draft, change, principal, now)
        if isinstance(change, DebtChange):
            return _debt(draft, change)
        return self._audit(draft, change, principal, now)

    def _entity(self, draft: Draft, change: EntityChange, principal: Principal, now: Instant) -> Outcome:
        before = draft.record(change.id) or self.current(change.id)
        alive = before is not None and bool(before.body)
        old = before.entity if before is not None and alive else None
        if change.expected is not None and change.expected != (before.position if before and alive else 0):
            raise VersionConflict(f"{change.id} is no longer at position {change.expected}")
        hidden = old is not None and before is not None and not _visible(principal.grants, before)
        edit = change.transform(None if hidden else old, now)
        if hidden and edit.entity is not None:
            raise Forbidden(f"{change.id} lies outside of what {principal.name} may change")
        new = edit.entity
        differences = list(_differences(old, new))
        family = self._family(before if alive else None, new, differences)
        unmoved = alive and before is not None and family is before.family
        if not differences and unmoved and not edit.late and not _renamed(old, new):
            return Outcome(None, alive, edit.result)
        if not principal.grants.writes_all:
            self._admit(principal, before if alive else None, family, differences, edit)
        return self._keep(draft, before, old, edit, differences, family, principal, now)

    def _family(self, before: Record | None, new: Entity | None, differences: list[_Difference]) -> Any:
        if new is None:
            return None
        types = tuple(new.types)
        if before is not None and before.family.types == types and ADMINISTRATIVE_AREA not in types:
            moved = any(attribute == LOCATION for attribute, _, _ in differences)
            if not moved and differences:
                return before.family
        return self.families.of(types, self.locator.areas_of(new))

    def _admit(
        self, principal: Principal, before: Record | None, family: Any, differences: list[_Difference], edit: Edit
    ) -> None:
        touched = {attribute for attribute, _, _ in differences} | {attribute for attribute, _ in edit.late}
        for side in (before.family if before is not None else None, family):
            if side is not None and not principal.grants.may_write(side.types, side.areas, touched):
                raise Forbidden(f"{principal.name} may not change this entity, or one of the attributes named")

    def _keep(
        self,
        draft: Draft,
        before: Record | None,
        old: Entity | None,
        edit: Edit,
        differences: list[_Difference],
        family: Any,
        principal: Principal,
        now: Instant,
    ) -> Outcome:
        new = edit.entity
        draft.position += 1
        position = draft.position
        if before is None:
            row = draft.next_row
            draft.next_row += 1
            id = new.id if new is not None else ""
        else:
            row, id = before.row, before.id
        kept_in = family or (before.family if before is not None else self.families.of((), ()))
        record = Record(row, id, position, kept_in, b"" if new is None else encode_entity(new))
        draft.put(before, record)
        by = self.names.intern(principal.id)
        self._remember(draft, row, differences, edit, position, now, by, kept_in.id)
        self._index(draft, row, old, new, before, family, differences)
        if ADMINISTRATIVE_AREA in (new or old or _NOBODY).types and self.locator.learn(id, new):
            draft.areas_changed = True
        self._write_log(draft, record, before if old is not None else None, old, new, family, differences, edit, by, now)
        return Outcome(position, old is not None, edit.result)

    def _remember(
        self, draft: Draft, row: int, differences: list[_Difference], edit: Edit, position: int, now: Instant, by: int,
        family: int,
    ) -> None:
        intern = self.names.intern
        add = draft.history.append
        for attribute, dataset, instance in differences:
            observed, number, body = _historic(instance, now)
            add((row, intern(attribute), intern(dataset or ""), observed, position, now, by, family, number, body))
        for attribute, instance in edit.late:
            observed, number, body = _historic(instance, now)
            dataset = intern(instance.dataset_id or "")
            add((row, intern(attribute), dataset, observed, position, now, by, family, number, body))

    def _index(
        self, draft: Draft, row: int, old: Entity | None, new: Entity | None, before: Record | None, family: Any,
        differences: list[_Difference],
    ) -> None:
        was = old.attributes if old is not None else {}
        now_has = new.attributes if new is not None else {}
        old_family = before.family.id if before is not None and old is not None else 0
        new_family = family.id if family is not None else 0
        if old_family != new_family or was.keys() != now_has.keys():
            intern = self.names.intern
            for attribute in was:
                draft.count_usage(old_family, intern(attribute), -1)
            for attribute in now_has:
                draft.count_usage(new_family, intern(attribute), 1)
        if was.get(LOCATION) is not now_has.get(LOCATION):
            draft.places[row] = _box(now_has.get(LOCATION))
        if self.hot.attributes:
            touched = {attribute for attribute, _, _ in differences}
            self.hot.follow(draft, row, was, now_has, touched)

    def _write_log(
        self, draft: Draft, record: Record, before: Record | None, old: Entity | None, new: Entity | None, family: Any,
        differences: list[_Difference], edit: Edit, by: int, now: Instant,
    ) -> None:
        names = tuple(dict.fromkeys([*(a for a, _, _ in differences), *(a for a, _ in edit.late)]))
        areas_before = before.family.areas if before is not None else ()
        areas_after = family.areas if family is not None else ()
        owed: Iterable[str] = ()
        if self.owing is not None:
            seen = Seen(record.id, old, new, frozenset(names), areas_before, areas_after)
            owed = self.owing(self.tenant, seen)
        op = "delete" if new is None else "create" if old is None else "update"
        detail = record.body if owed else None
        intern = self.names.intern
        draft.log.append((
            record.position, now, op, record.id, before.family.id if before is not None else None,
            family.id if family is not None else None, ",".join([str(intern(name)) for name in names]), by, detail,
        ))
        for subscription in owed:
            draft.debts.append((record.position, subscription, now))
        draft.entries.append(
            LogEntry(
                position=record.position, time=now, op=op, subject=record.id, types=record.family.types,
                attributes=names, areas_before=areas_before, areas_after=areas_after,
                principal=self.names.text[by], detail=detail,
            )
        )

    def _document(self, draft: Draft, change: DocumentChange, principal: Principal, now: Instant) -> Outcome:
        key = (change.kind, change.id)
        touched, state = draft.document(key)
        if not touched:
            state = self.kept(*key)
        if change.expected is not None and change.expected != (state[0] if state else 0):
            raise VersionConflict(f"{change.kind} {change.id} is no longer at position {change.expected}")
        if state is None and change.body is None:
            return Outcome(None, False)
        position = self._line(draft, "document", f"{change.kind}/{change.id}", principal, now, None)
        draft.documents[key] = None if change.body is None else (position, change.body)
        return Outcome(position, state is not None)

    def _audit(self, draft: Draft, entry: AuditEntry, principal: Principal, now: Instant) -> Outcome:
        detail = msgspec.json.encode({"act": entry.act, **entry.detail})
        return Outcome(self._line(draft, "audit", entry.subject, principal, now, detail))

    def _line(
        self, draft: Draft, op: Any, subject: str, principal: Principal, now: Instant, detail: bytes | None
    ) -> int:
        draft.position += 1
        by = self.names.intern(principal.id)
        draft.log.append((draft.position, now, op, subject, None, None, "", by, detail))
        draft.entries.append(
            LogEntry(position=draft.position, time=now, op=op, subject=subject, principal=principal.id, detail=detail)
        )
        return draft.position


_NOBODY = Entity("", [])


def _debt(draft: Draft, change: DebtChange) -> Outcome:
    where = (change.position, change.subscription)
    values = where if change.state == "paid" else (change.attempts, change.due, change.reason, *where)
    draft.debt_moves.append((_DEBT_SQL[change.state], values))
    return Outcome(change.position, True)


def _visible(grants: Grants, record: Record) -> bool:
    return grants.sees_all or grants.projection(record.family.types, record.family.areas) is not None


def _renamed(old: Entity | None, new: Entity | None) -> bool:
    """Whether anything but attributes differs."""
    if old is None or new is None:
        return old is not new
    return old.types != new.types or old.scopes != new.scopes or old.expires_at != new.expires_at


def _differences(old: Entity | None, new: Entity | None) -> Iterable[_Difference]:
    """Attribute instances that are new, changed, or gone (None)."""
    was: Attributes = old.attributes if old is not None else {}
    now: Attributes = new.attributes if new is not None else {}
    for attribute, instances in now.items():
        before = was.get(attribute)
        if before is not instances:
            yield from _instance_differences(attribute, before or [], instances)
    for attribute, instances in was.items():
        if attribute not in now:
            for instance in instances:
                yield attribute, instance.dataset_id, None


def _instance_differences(attribute: str, before: list[Instance], after: list[Instance]) -> Iterable[_Difference]:
    known = {instance.dataset_id: instance for instance in before}
    for instance in after:
        if known.pop(instance.dataset_id, None) is not instance:
            yield attribute, instance.dataset_id, instance
    for dataset in known:
        yield attribute, dataset, None


def _historic(instance: Instance | None, now: Instant) -> tuple[Instant, float | None, bytes | None]:
    """(when it was true, its number if it is one, its body) as history keeps them."""
    if instance is None:
        return now, None, None
    observed = now
    if instance.observed_at is not None:
        try:
            observed = parse_instant(instance.observed_at)
        except NotAnInstant:
            observed = now
    value = instance.value
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300 else None
    return observed, number, encode_instance(instance)


def _box(instances: list[Instance] | None) -> tuple[float, float, float, float] | None:
    """(min lon, max lon, min lat, max lat) over all instances of a location."""
    lons: list[float] = []
    lats: list[float] = []
    for instance in instances or ():
        _collect(instance.value, lons, lats)
    return (min(lons), max(lons), min(lats), max(lats)) if lons else None


def _collect(geojson: Any, lons: list[float], lats: list[float]) -> None:
    if not isinstance(geojson, dict):
        return
    for part in geojson.get("geometries", ()):
        _collect(part, lons, lats)
    _collect_positions(geojson.get("coordinates"), lons, lats)


def _collect_positions(coordinates: Any, lons: list[float], lats: list[float]) -> None:
    if not isinstance(coordinates, list) or not coordinates:
        return
    if isinstance(coordinates[0], (int, float)):
        if len(coordinates) > 1:
            lons.append(float(coordinates[0]))
            lats.append(float(coordinates[1]))
        return
    for part in coordinates:
        _collect_positions(part, lons, lats)
