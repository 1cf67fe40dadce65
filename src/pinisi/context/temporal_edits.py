"""Changes of the past: any number of values of any time enter history, the newest of each instance is the present."""

from collections.abc import Sequence

from pinisi.context.attribute_payload import DELETE
from pinisi.context.instance_edits import find, merged, stamped
from pinisi.context.patch_payload import ABSENT, AttributePatch
from pinisi.context.problems import ResourceNotFound
from pinisi.context.temporal_payload import TemporalFragment
from pinisi.context.temporal_render import first_told, instance_id
from pinisi.store.change import Edit, Forgotten, Transform
from pinisi.store.history import Moment
from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant
from pinisi.vocabulary.terms import SCOPE


def write_past(id: str, fragment: TemporalFragment) -> Transform:
    """Create the entity with this past, or add the past to what is there (5.6.11)."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        before = present if present is not None else Entity(id, list(fragment.types), created_at=now)
        return _written(before, fragment, now)

    return transform


def add_past(id: str, fragment: TemporalFragment) -> Transform:
    """Add to the past of an entity that must exist (5.6.12). Raises `ResourceNotFound`."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        if present is None:
            raise ResourceNotFound(f"{id} does not exist")
        return _written(present, fragment, now)

    return transform


def erase() -> Transform:
    """Delete the entity and all that was ever known of it (5.6.16)."""
    return lambda present, now: Edit(None, forget=(Forgotten(),))


def erase_attribute(name: str, *, dataset_id: str | None, delete_all: bool) -> Transform:
    """Delete an attribute, or one instance of it, with its past (5.6.13)."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        gone = Forgotten(name, None if delete_all else dataset_id or "")
        if present is None:
            return Edit(None, forget=(gone,))
        rest = [one for one in present.attributes.get(name, []) if not delete_all and one.dataset_id != dataset_id]
        return Edit(_with(present, name, rest, now), forget=(gone,))

    return transform


def erase_moment(moment: Moment, others: Sequence[Moment]) -> Transform:
    """Delete one value of the past (5.6.15); where it is the present one, the newest of the others becomes that."""

    def transform(present: Entity | None, now: Instant) -> Edit:
        gone = Forgotten(moment.attribute, moment.dataset or "", moment.observed)
        current = _present_of(present, moment)
        if present is None or current is None:
            return Edit(present, forget=(gone,))
        before = max(others, key=lambda other: (other.observed, other.position), default=None)
        kept = [one for one in present.attributes[moment.attribute] if one is not current]
        if before is None or before.instance is None:
            nothing = Forgotten(moment.attribute, moment.dataset or "")
            return Edit(_with(present, moment.attribute, kept, now), forget=(nothing,))
        moved = Forgotten(before.attribute, before.dataset or "", before.observed)
        return Edit(_with(present, moment.attribute, [*kept, before.instance], now), forget=(gone, moved))

    return transform


def change_moment(moment: Moment, patch: AttributePatch) -> Transform:
    """Put another value in the place of one of the past, or change members of it where no value is given (5.6.14).

    It keeps its name and the time it was first told; and its time of observation, unless another is given.
    """
    called = (instance_id(moment), first_told(moment))

    def transform(present: Entity | None, now: Instant) -> Edit:
        new = _corrected(moment.instance, patch, now)
        new.corrected = called
        gone = Forgotten(moment.attribute, moment.dataset or "", moment.observed)
        current = _present_of(present, moment)
        if present is None or current is None:
            return Edit(present, late=((moment.attribute, new),), forget=(gone,))
        changed = [new if one is current else one for one in present.attributes[moment.attribute]]
        return Edit(_with(present, moment.attribute, changed, now), forget=(gone,))

    return transform


def _corrected(old: Instance | None, patch: AttributePatch, now: Instant) -> Instance:
    if patch.value is ABSENT or old is None:
        return merged(old, patch, now, deep=False)
    new = merged(None, patch, now, deep=False, observed_at=old.observed_at)
    new.created_at = old.created_at
    return new


def _present_of(present: Entity | None, moment: Moment) -> Instance | None:
    """The present instance, if it is the one that this moment of history tells of."""
    found = None if present is None else find(present.attributes.get(moment.attribute, []), moment.dataset)
    if found is None or _time(found, found.modified_at) != moment.observed:
        return None
    return found


def _with(entity: Entity, name: str, instances: list[Instance], now: Instant) -> Entity:
    attributes = {key: value for key, value in entity.attributes.items() if key != name or instances}
    if instances:
        attributes[name] = instances
    return Entity(entity.id, entity.types, attributes, entity.scopes, entity.expires_at, entity.created_at, now)


def _written(before: Entity, fragment: TemporalFragment, now: Instant) -> Edit:
    attributes: Attributes = dict(before.attributes)
    late: list[tuple[str, Instance]] = []
    scopes = before.scopes
    for name, instances in fragment.attributes.items():
        if name == SCOPE:
            instances.sort(key=lambda instance: _time(instance, now))
            scopes = instances[-1].value
            late += [(SCOPE, stamped(instance, None, now)) for instance in _dated(instances)]
            continue
        for dataset, written in _by_dataset(instances).items():
            written.sort(key=lambda instance: _time(instance, now))
            attributes[name], past = _placed(attributes.get(name, []), dataset, written, now)
            late += [(name, stamped(instance, None, now)) for instance in past]
    types = [*before.types, *(iri for iri in fragment.types if iri not in before.types)]
    expires = fragment.expires_at or before.expires_at
    return Edit(Entity(before.id, types, attributes, scopes, expires, before.created_at, now), late)


def _dated(scopes: Sequence[Instance]) -> list[Instance]:
    """Scopes that history keeps: the last one enters it by itself when it came without a time."""
    return [instance for instance in scopes if instance.observed_at is not None]


def _by_dataset(instances: Sequence[Instance]) -> dict[str | None, list[Instance]]:
    found: dict[str | None, list[Instance]] = {}
    for instance in instances:
        found.setdefault(instance.dataset_id, []).append(instance)
    return found


def _time(instance: Instance, now: Instant) -> Instant:
    return now if instance.observed_at is None else parse_instant(instance.observed_at)


def _placed(
    present: list[Instance], dataset: str | None, written: list[Instance], now: Instant
) -> tuple[list[Instance], list[Instance]]:
    """The present instances with the newest of those written, unless theirs is newer; and the written rest."""
    old = find(present, dataset)
    if old is not None and _time(old, old.modified_at) > _time(written[-1], now):
        return present, written
    if written[-1].value == DELETE:
        return [instance for instance in present if instance is not old], written
    new = stamped(written[-1], old, now)
    others = [new if instance is old else instance for instance in present]
    return (others if old is not None else [*present, new]), written[:-1]
