"""How a reading meets what is known: newer values replace, older ones enter history, repeated ones change nothing."""

from functools import lru_cache
from typing import Any

import msgspec

from pinisi.store.change import Edit, Transform
from pinisi.vocabulary.entity import Attributes, Entity, Instance, with_times
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant

Late = list[tuple[str, Instance]]


class Tally(msgspec.Struct, frozen=True):
    """What became of the values of one entity."""

    new: int = 0
    late: int = 0
    repeated: int = 0


def arrived(wanted: Entity) -> Transform:
    """The transform that takes a reading of one entity; its `result` is a `Tally`.

    A value is late when a newer one of the same attribute and dataset is there; it replaces nothing. One that says what
    is known already, of the same moment, is a repetition. Attributes that the reading does not name stay.
    """

    def transform(old: Entity | None, now: Instant) -> Edit:
        late: Late = []
        counts = [0, 0, 0]
        attributes: Attributes = dict(old.attributes) if old else {}
        for name, instances in wanted.attributes.items():
            attributes[name] = _meet(name, attributes.get(name, []), instances, now, late, counts)
        tally = Tally(*counts)
        if old is None:
            made = Entity(wanted.id, wanted.types, attributes, wanted.scopes, wanted.expires_at, now, now)
            return Edit(made, late, tally, said_once=True)
        types = list(dict.fromkeys([*old.types, *wanted.types]))
        expires = wanted.expires_at or old.expires_at
        if types == old.types and expires == old.expires_at and not tally.new:
            return Edit(old, late, tally, said_once=True)
        changed = Entity(old.id, types, attributes, old.scopes, expires, old.created_at, now)
        return Edit(changed, late, tally, said_once=True)

    return transform


def _meet(
    name: str, old: list[Instance], wanted: list[Instance], now: Instant, late: Late, counts: list[int]
) -> list[Instance]:
    """The instances of an attribute after the reading; the same list when nothing is new."""
    known = {instance.dataset_id: instance for instance in old}
    changed = False
    for instance in wanted:
        before = known.get(instance.dataset_id)
        if before is not None and _repeats(before, instance):
            counts[2] += 1
        elif before is not None and _is_older(instance, before):
            late.append((name, stamped(instance, now, now)))
            counts[1] += 1
        else:
            known[instance.dataset_id] = stamped(instance, before.created_at if before else now, now)
            changed = True
            counts[0] += 1
    return list(known.values()) if changed else old


def _is_older(instance: Instance, known: Instance) -> bool:
    if instance.observed_at is None or known.observed_at is None:
        return False
    try:
        return _moment(instance.observed_at) < _moment(known.observed_at)
    except NotAnInstant:
        return False


_moment = lru_cache(4096)(parse_instant)
"""Values of one message carry the same time, and the next message meets it: 0.1 us instead of 2."""


def _repeats(before: Instance, instance: Instance) -> bool:
    """Whether it says again what is known; most differ in value or time, which is seen without writing both out."""
    if before.observed_at != instance.observed_at or before.value != instance.value:
        return False
    return said(before) == said(instance)


def said(instance: Instance) -> Any:
    """All that an instance says, without the times at which the store took it."""
    return msgspec.to_builtins(stamped(instance, 0, 0))


def stamped(instance: Instance, created: Instant, modified: Instant) -> Instance:
    """The instance with the store's times, inside and out."""
    inside = {name: [stamped(one, created, modified) for one in many] for name, many in instance.attributes.items()}
    return with_times(instance, created, modified, inside)
