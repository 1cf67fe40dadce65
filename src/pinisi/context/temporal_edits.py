"""Changes of the past: any number of values of any time enter history, the newest of each instance is the present."""

from collections.abc import Sequence

from pinisi.context.instance_edits import find, stamped
from pinisi.context.problems import ResourceNotFound
from pinisi.context.temporal_payload import TemporalFragment
from pinisi.store.protocol import Edit, Transform
from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant


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


def _written(before: Entity, fragment: TemporalFragment, now: Instant) -> Edit:
    attributes: Attributes = dict(before.attributes)
    late: list[tuple[str, Instance]] = []
    for name, instances in fragment.attributes.items():
        for dataset, written in _by_dataset(instances).items():
            written.sort(key=lambda instance: _time(instance, now))
            attributes[name], past = _placed(attributes.get(name, []), dataset, written, now)
            late += [(name, stamped(instance, None, now)) for instance in past]
    types = [*before.types, *(iri for iri in fragment.types if iri not in before.types)]
    scopes = before.scopes if fragment.scopes is None else fragment.scopes
    expires = fragment.expires_at or before.expires_at
    return Edit(Entity(before.id, types, attributes, scopes, expires, before.created_at, now), late)


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
    new = stamped(written[-1], old, now)
    others = [new if instance is old else instance for instance in present]
    return (others if old is not None else [*present, new]), written[:-1]
