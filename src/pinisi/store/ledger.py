"""From a change to the rows it becomes: state, two-time history, log, usage, place, hot values, debts."""

from collections.abc import Callable, Iterable

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
    Outcome,
    Paid,
    Reacted,
    RecordChange,
    Renewal,
    Transform,
    VersionConflict,
)
from pinisi.store.debt import Owing
from pinisi.store.differences import Difference, differences_of, is_renamed, new_scopes, told_by_location
from pinisi.store.draft import Draft
from pinisi.store.entity_line import line_of, put_line
from pinisi.store.extent import extent
from pinisi.store.historic import since
from pinisi.store.hot import HotAttributes
from pinisi.store.interning import Families, Names
from pinisi.store.lapse import ATTRIBUTE_ENDED, ENTITY_ENDED, MARK, next_end, what_is_left
from pinisi.store.proof import type_matches
from pinisi.store.record import Family, Record
from pinisi.store.renewal import renewed
from pinisi.store.seen import narrowed, projection_of, with_unseen
from pinisi.store.telling import HistoryKey, erasure_of, moments, told_at_birth, unsaid
from pinisi.store.usage import count_uses
from pinisi.vocabulary.entity import (
    Entity,
    encode_entity,
)
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import WHOLE, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION


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
            edit = msgspec.structs.replace(edit, late=unsaid(self, draft, before, edit.late))
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
        history = moments(self, draft, record, before, differences, new_scopes(old, new), edit, now, by)
        told = told_at_birth(self, before, record, history, whole=bool(edit.forget))
        had = old.attributes if old is not None else {}
        has = new.attributes if new is not None else {}
        names = dict.fromkeys([attribute for attribute, _, _ in differences])
        moves = self.hot.moves(row, had, has, names) if self.hot.attributes else ()
        moved = had.get(LOCATION) is not has.get(LOCATION)
        box = extent(has.get(LOCATION)) if moved else None
        changed = names
        if edit.late:
            names = names | dict.fromkeys([attribute for attribute, _ in edit.late])
        entry, owed = line_of(self, record, old, edit, tuple(names), was, family, by, now, principal.prompted)

        draft.position = position
        if before is None:
            draft.next_row += 1
        draft.put(before, record)
        draft.history += told
        for erasure in [erasure_of(self, row, id, forgotten) for forgotten in edit.forget]:
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
        count_uses(self, draft, was, had, family, has, changed)
        if family is not was:
            draft.moves.setdefault(row, []).append((since(has.get(LOCATION)) or now, kept_in.id))
            if not told_by_location(before, was, family, differences):
                standing = kept_in.id if family is not None else -kept_in.id
                draft.passages.append((row, position, now, was.id if was is not None else 0, standing))
        put_line(self, draft, entry, was, family, by, owed)
        if ADMINISTRATIVE_AREA in kept_in.types or (was is not None and ADMINISTRATIVE_AREA in was.types):
            draft.areas_changed |= self.locator.learn(id, new)
        return Outcome(position, old is not None, edit.result)


def _edited_in_part(known: Entity, whole: Entity, transform: Transform, now: Instant) -> Edit:
    """What becomes of an entity of which the principal sees a part (`known`)."""
    edit = transform(known, now)
    if edit.entity is None:
        return edit
    return msgspec.structs.replace(edit, entity=with_unseen(whole, known, edit.entity))


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
