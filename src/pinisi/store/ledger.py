"""From a change to the rows it becomes: state, two-time history, log, usage, place, hot values, debts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from pinisi.store.acts import document_changed, on_record, records_changed
from pinisi.store.areas import Locator
from pinisi.store.birth import born, born_as_told
from pinisi.store.bounds import check_bounds
from pinisi.store.change import (
    Change,
    DebtChange,
    DocumentChange,
    Edit,
    EntityChange,
    Forbidden,
    Forgotten,
    Outcome,
    Paid,
    Reacted,
    RecordChange,
    Renewal,
    Transform,
    VersionConflict,
)
from pinisi.store.debt import Owing, Seen
from pinisi.store.differences import Difference, differences_of, is_renamed, new_scopes, told_by_location
from pinisi.store.draft import Draft, Shape
from pinisi.store.erasure import Erasure
from pinisi.store.extent import extent
from pinisi.store.historic import historic, same_words, since
from pinisi.store.hot import HotAttributes
from pinisi.store.interning import Families, Names
from pinisi.store.lapse import ATTRIBUTE_ENDED, ENTITY_ENDED, MARK, next_end, what_is_left
from pinisi.store.log import LogEntry
from pinisi.store.proof import type_matches
from pinisi.store.record import Family, Record
from pinisi.store.renewal import renewed
from pinisi.store.seen import narrowed, projection_of, with_unseen
from pinisi.store.sql_rows import Row
from pinisi.store.untold import Value, numbers_of, values_of, without
from pinisi.vocabulary.entity import (
    PROPERTY,
    Attributes,
    Entity,
    Instance,
    encode_entity,
    encode_instance,
)
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import WHOLE, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION, SCOPE

HistoryKey = tuple[int, int, int, Instant]
"""Row of an entity, number of an attribute, number of a dataset, moment at which it was true."""


class Ledger:
    """Applies changes to a draft.

    `current` reads the committed record, `kept` the committed document, `family_then` the family that history shows
    for a row at a past moment, `said_then` what history has of one value at exactly one moment.
    """

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
        family_then: Callable[[int, Instant], int | None],
        said_then: Callable[[HistoryKey], bytes | None],
        *,
        tells_births: bool = True,
    ) -> None:
        """`tells_births`: whether history is written of the plainest that is new, or its state says it (`untold`)."""
        self.tenant = tenant
        self.names = names
        self.families = families
        self.locator = locator
        self.hot = hot
        self.owing = owing
        self.current = current
        self.kept = kept
        self.family_then = family_then
        self.said_then = said_then
        self.tells_births = tells_births
        self._lately: Principal | None = None
        self._free = False

    def make(self, draft: Draft, change: Change, principal: Principal, now: Instant) -> Outcome:
        """Make one change in the draft.

        Raises:
            Refused: nothing of this change is in the draft.
        """
        if isinstance(change, EntityChange):
            return self._entity(draft, change, principal, now)
        if isinstance(change, DocumentChange):
            return document_changed(self, draft, change, principal, now)
        if isinstance(change, DebtChange | Paid):
            return _debt(draft, change)
        if isinstance(change, Reacted):
            draft.reacted[change.reaction, change.subject] = change.versions
            return Outcome()
        if isinstance(change, RecordChange):
            return records_changed(self, draft, change, principal, now)
        return on_record(self, draft, change, principal, now)

    def end_what_is_due(self, draft: Draft, ids: Iterable[str], now: Instant) -> None:
        """Take away what ends by itself of these entities (`store.lapse`)."""
        for id in ids:
            before = draft.record(id) or self.current(id)
            if before is None:
                continue
            draft.dues[before.row] = None
            if before.body:
                entity = before.entity
                left = what_is_left(entity, now)
                draft.dues[before.row] = None if left is None else next_end(left)
                if left is not entity:
                    by = ENTITY_ENDED if left is None else ATTRIBUTE_ENDED
                    self._edited(draft, id, before, entity, Edit(left), by, now)

    def forget(self, draft: Draft) -> None:
        """Undo what a draft that will not be kept taught the locator."""
        if draft.areas_changed:
            for id, before in draft.first.items():
                self.locator.learn(id, before.entity if before is not None and before.body else None)

    def _entity(self, draft: Draft, change: EntityChange, principal: Principal, now: Instant) -> Outcome:
        """One change as its principal means it: of what he does not see he says nothing, so that it stays, and nothing
        that he is answered depends on it; but whoever deletes an entity deletes all of it, or may not.
        """
        before = draft.record(change.id) or self.current(change.id)
        if before is None and not change.expected and not principal.prompted:
            if change.newborn is not None and not change.origin:
                return born_as_told(self, draft, change.id, change.newborn, principal, self._writes_all(principal), now)
            edit = change.transform(None, now)
            new = edit.entity
            if new is not None and not edit.late and not edit.forget and all(new.attributes.values()):
                outcome = born(self, draft, change.id, new, edit, principal, self._writes_all(principal), now)
                if change.origin is not None:
                    draft.origins[draft.position] = change.origin
                return outcome
        there = before is not None and bool(before.body)
        if before is not None and there and change.renewal is not None and change.expected is None:
            done = self._renewed(draft, change, before, change.renewal, principal, now)
            if done is not None:
                return done
        projection = projection_of(before, principal.grants) if before is not None and there else WHOLE
        hidden = projection is None
        old = before.entity if before is not None and there and not hidden else None
        if change.expected is not None and change.expected != (before.position if before and old else 0):
            raise VersionConflict(f"{change.id} is no longer at position {change.expected}")
        if old is None or projection is None or projection.attributes is None:
            edit = change.transform(old, now)
        else:
            edit = _edited_in_part(narrowed(old, projection), old, change.transform, now)
        if edit.entity is None and old is None and (before is None or not edit.forget):
            return Outcome(None, False, edit.result)
        if hidden:
            raise Forbidden(f"{principal.name} may not change this entity, or one of the attributes named")
        outcome = self._edited(draft, change.id, before, old, edit, principal, now)
        origin = change.origin or principal.prompted
        if origin and outcome.position is not None:
            draft.origins[outcome.position] = origin
        return outcome

    def _renewed(
        self, draft: Draft, change: EntityChange, before: Record, renewal: Renewal, principal: Principal, now: Instant
    ) -> Outcome | None:
        """The short way (`store.renewal`); None: the long one."""
        if change.origin is not None or principal.prompted or not self._writes_all(principal):
            return None
        if renewal.types is not None and not type_matches(renewal.types, before.family.types):
            return None
        return renewed(self, draft, before, renewal, principal, now)

    def _writes_all(self, principal: Principal) -> bool:
        """Asked once for all changes of a job (0.4 us each)."""
        if principal is not self._lately:
            self._lately, self._free = principal, principal.grants.writes_all
        return self._free

    def _edited(
        self,
        draft: Draft,
        id: str,
        before: Record | None,
        old: Entity | None,
        edit: Edit,
        principal: Principal,
        now: Instant,
    ) -> Outcome:
        if edit.late and edit.said_once and before is not None:
            edit = msgspec.structs.replace(edit, late=self._unsaid(draft, before, edit.late))
        new = edit.entity
        was = None if before is None or old is None else before.family
        differences = differences_of(old, new)
        family = self._family(was, new, differences)
        if not (differences or edit.late or edit.forget) and family is was and not is_renamed(old, new):
            return Outcome(None, old is not None, edit.result)
        if not self._writes_all(principal):
            if edit.forget:
                raise Forbidden(f"{principal.name} may not erase history: that is for those who may change everything")
            _admit(principal, was, family, differences, edit)
        return self._keep(draft, id, before, old, edit, differences, was, family, principal, now)

    def _family(self, was: Family | None, new: Entity | None, differences: list[Difference]) -> Family | None:
        """The family after the change. An unmoved entity keeps its own: to find areas is dear."""
        if new is None:
            return None
        types = tuple(new.types)
        if was is not None and was.types == types and differences and ADMINISTRATIVE_AREA not in types:
            for attribute, _, _ in differences:
                if attribute == LOCATION:
                    break
            else:
                return was
        return self.families.of(types, self.locator.areas_of(new))

    def _keep(
        self,
        draft: Draft,
        id: str,
        before: Record | None,
        old: Entity | None,
        edit: Edit,
        differences: list[Difference],
        was: Family | None,
        family: Family | None,
        principal: Principal,
        now: Instant,
    ) -> Outcome:
        """Work out all that the change writes; only then touch the draft, so that a failure leaves nothing in it."""
        new = edit.entity
        position = draft.position + 1
        row = draft.next_row if before is None else before.row
        kept_in = family or was or (before.family if before is not None else None)
        assert kept_in is not None
        record = Record(row, id, position, kept_in, b"" if new is None else encode_entity(new))
        if new is not None:
            check_bounds(old, new, record.body, 0 if before is None else len(before.body))
        by = self.names.intern(principal.id)
        history = self._moments(draft, record, before, differences, new_scopes(old, new), edit, now, by)
        told = self._told(before, record, history, whole=bool(edit.forget))
        had = old.attributes if old is not None else {}
        has = new.attributes if new is not None else {}
        names = dict.fromkeys([attribute for attribute, _, _ in differences])
        moves = self.hot.moves(row, had, has, names) if self.hot.attributes else ()
        moved = had.get(LOCATION) is not has.get(LOCATION)
        box = extent(has.get(LOCATION)) if moved else None
        changed = names
        if edit.late:
            names = names | dict.fromkeys([attribute for attribute, _ in edit.late])
        entry, owed = self._entry(record, old, edit, tuple(names), was, family, by, now, principal.prompted)

        draft.position = position
        if before is None:
            draft.next_row += 1
        draft.put(before, record)
        draft.history += told
        for erasure in [self._erasure(row, id, forgotten) for forgotten in edit.forget]:
            draft.forget(erasure)
            history = [line for line in history if line[-1] is not None or not erasure.holds(line)]
        draft.history += history
        for line in history:
            if line[2]:
                draft.strands[line[:3]] = None
        draft.hot.update(moves)
        if moved:
            draft.places[row] = box
            if before is not None:
                draft.left.setdefault(row, extent(had.get(LOCATION)))
        if MARK in record.body or (before is not None and MARK in before.body):
            draft.dues[row] = None if new is None else next_end(new)
        self._count(draft, was, had, family, has, changed)
        if family is not was:
            draft.moves.setdefault(row, []).append((since(has.get(LOCATION)) or now, kept_in.id))
            if not told_by_location(before, was, family, differences):
                standing = kept_in.id if family is not None else -kept_in.id
                draft.passages.append((row, position, now, was.id if was is not None else 0, standing))
        self._log(draft, entry, was, family, by, owed)
        if ADMINISTRATIVE_AREA in kept_in.types or (was is not None and ADMINISTRATIVE_AREA in was.types):
            draft.areas_changed |= self.locator.learn(id, new)
        return Outcome(position, old is not None, edit.result)

    def _moments(
        self,
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
        intern = self.names.number.get
        row, position, family = record.row, record.position, record.family.id
        rows: list[tuple[Any, ...]] = []
        for attribute, dataset, instance in differences:
            number = intern(attribute) or self.names.intern(attribute)
            within = 0 if dataset is None else self.names.intern(dataset)
            observed, figure, body = historic(instance, now)
            rows.append((row, number, within, observed, position, now, by, family, figure, body))
        if scopes is not None and all(attribute != SCOPE for attribute, _ in edit.late):
            body = encode_instance(Instance(PROPERTY, scopes)) if scopes else None
            rows.append((row, self.names.intern(SCOPE), 0, now, position, now, by, family, None, body))
        for attribute, instance in edit.late:
            observed, figure, body = historic(instance, now)
            then = self._family_then(draft, row, before, observed) or family
            number, within = self.names.intern(attribute), self.names.intern(instance.dataset_id or "")
            rows.append((row, number, within, observed, position, now, by, then, figure, body))
        return rows

    def _unsaid(
        self, draft: Draft, before: Record, late: Sequence[tuple[str, Instance]]
    ) -> Sequence[tuple[str, Instance]]:
        """Those of the late values that history has not word for word."""
        kept: list[tuple[str, Instance]] = []
        for attribute, instance in late:
            observed, _, body = historic(instance, 0)
            within = self.names.intern(instance.dataset_id) if instance.dataset_id else 0
            key = (before.row, self.names.intern(attribute), within, observed)
            said = draft.said_at(key) or self._untold_at(before, key) or self.said_then(key)
            if said is None or not same_words(said, body):
                kept.append((attribute, instance))
        return kept

    def _untold_at(self, record: Record, key: HistoryKey) -> bytes | None:
        """As `said_then`, of what is untold."""
        value = None if key[2] else self._untold(record, key[1])
        return value.body if value is not None and value.observed == key[3] else None

    def _erasure(self, row: int, id: str, forgotten: Forgotten) -> Erasure:
        attribute, dataset = forgotten.attribute, forgotten.dataset
        return Erasure(
            row,
            id,
            None if attribute is None else self.names.intern(attribute),
            None if dataset is None else self.names.intern(dataset) if dataset else 0,
            forgotten.observed,
        )

    def _family_then(self, draft: Draft, row: int, before: Record | None, observed: Instant) -> int | None:
        """The family that the entity was in at a past moment: a late value is seen by those who saw it there."""
        for moved, family in reversed(draft.moves_of(row)):
            if moved <= observed:
                return family
        if before is None:
            return None
        place = self._untold(before, self.names.number.get(LOCATION))
        if place is not None:
            return place.family if place.observed <= observed else None
        return self.family_then(row, observed)

    def _untold(self, record: Record | None, attribute: int | None) -> Value | None:
        """What history knows of an attribute only by the state of its entity."""
        if record is None or record.untold is None or attribute is None:
            return None
        return next(values_of(record.body, record.untold, self.names.text, (attribute,)), None)

    def _told(self, before: Record | None, record: Record, history: list[Row], *, whole: bool) -> list[Row]:
        """Rows of what was told at its birth of attributes that history now has more of; the rest stays untold."""
        untold = None if before is None else before.untold
        if before is None or untold is None:
            return []
        touched = set(numbers_of(untold) if whole else [line[1] for line in history if not line[2]])
        told = [value.row(record.row) for value in values_of(before.body, untold, self.names.text, touched)]
        record.untold = without(untold, touched) if told else untold
        return told

    def _count(
        self,
        draft: Draft,
        was: Family | None,
        had: Attributes,
        family: Family | None,
        has: Attributes,
        changed: Iterable[str],
    ) -> None:
        """Count which attributes of which kind are in use in which family."""
        if family is was:
            for attribute in changed:
                before, after = _kind(had.get(attribute)), _kind(has.get(attribute))
                if before != after:
                    self._count_one(draft, was, attribute, before, -1)
                    self._count_one(draft, family, attribute, after, 1)
            return
        if was is not None and had:
            draft.count_shape(was.id, self._shape(had), -1)
        if family is not None and has:
            draft.count_shape(family.id, self._shape(has), 1)

    def _shape(self, attributes: Attributes) -> Shape:
        there = {name: instances[0].kind for name, instances in attributes.items() if instances}
        return self.names.layout(tuple(there)).numbers, tuple(there.values())

    def _count_one(self, draft: Draft, family: Family | None, attribute: str, kind: str | None, n: int) -> None:
        if family is not None and kind is not None:
            draft.count_usage(family.id, self.names.intern(attribute), kind, n)

    def _entry(
        self,
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
        if self.owing is not None:
            change = Seen(record.id, old, new, frozenset(names), areas_before, areas_after, edit.told_anyway, prompted)
            owed = tuple(self.owing(self.tenant, change))
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
            principal=self.names.text[by],
            detail=record.body if owed else None,
            owed=owed,
        )
        return entry, owed

    def _log(
        self, draft: Draft, entry: LogEntry, was: Family | None, family: Family | None, by: int, owed: Sequence[str]
    ) -> None:
        number = self.names.number
        attributes = ",".join([str(number[name]) for name in entry.attributes])
        before, after = was.id if was is not None else None, family.id if family is not None else None
        draft.entries.append(entry)
        draft.log.append(
            (entry.position, entry.time, entry.op, entry.subject, before, after, attributes, by, entry.detail)
        )
        if owed:
            draft.debts.append((entry.position, owed))


def _edited_in_part(known: Entity, whole: Entity, transform: Transform, now: Instant) -> Edit:
    """What becomes of an entity of which the principal sees a part (`known`)."""
    edit = transform(known, now)
    if edit.entity is None:
        return edit
    return msgspec.structs.replace(edit, entity=with_unseen(whole, known, edit.entity))


def _kind(instances: list[Instance] | None) -> str | None:
    return instances[0].kind if instances else None


def _admit(
    principal: Principal, was: Family | None, family: Family | None, differences: list[Difference], edit: Edit
) -> None:
    """Refuse what no grant of the principal reaches, before or after the change."""
    touched = {attribute for attribute, _, _ in differences} | {attribute for attribute, _ in edit.late}
    for side in (was, family):
        if side is not None and not principal.grants.may_write(side.types, side.areas, touched):
            raise Forbidden(f"{principal.name} may not change this entity, or one of the attributes named")


def _debt(draft: Draft, change: DebtChange | Paid) -> Outcome:
    draft.debt_moves.append(change)
    return Outcome(change.position, True)
