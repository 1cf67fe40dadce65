"""Taking back the last word on an attribute: the earlier one stands again, and history tells both. Pure."""

from collections.abc import Sequence

import msgspec

from pinisi.runtime.arrival import said, stamped
from pinisi.store.change import Edit, Refused, Transform
from pinisi.store.history import Moment
from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant


class NothingToUndo(Exception):
    """There is no earlier word on it."""


def earlier_of(moments: Sequence[Moment]) -> Instance | None:
    """What was said of an attribute before its last word; None when nothing was.

    Raises:
        NothingToUndo: nothing was ever said.
    """
    if not moments:
        raise NothingToUndo
    last = max(moment.position for moment in moments)
    before = [moment for moment in moments if moment.position < last]
    return max(before, key=lambda moment: moment.position).instance if before else None


def taken_back(iri: str, earlier: Instance | None) -> Transform:
    """The transform that restores `earlier` (None: the attribute was not there).

    The earlier value keeps its own time, source and method. It is also written at the time of the one that is taken
    back, so that a picture of that moment shows what holds, not what was an error.
    """

    def transform(old: Entity | None, now: Instant) -> Edit:
        held = old.attributes.get(iri) if old is not None else None
        if old is None or not held:
            raise Refused("it is no longer there")
        others = [each for each in held if each.dataset_id is not None]
        wrong = next((each for each in held if each.dataset_id is None), held[0])
        if earlier is not None and said(earlier) == said(wrong):
            raise Refused("it stands so already")
        attributes: Attributes = {name: many for name, many in old.attributes.items() if name != iri}
        late: list[tuple[str, Instance]] = []
        if earlier is not None:
            attributes = dict(old.attributes) | {iri: [stamped(earlier, wrong.created_at, now), *others]}
            late = [(iri, stamped(_at(earlier, wrong), now, now))] if _newer(wrong, earlier) else []
        changed = Entity(old.id, old.types, attributes, old.scopes, old.expires_at, old.created_at, now)
        return Edit(changed, late)

    return transform


def _at(earlier: Instance, wrong: Instance) -> Instance:
    return msgspec.structs.replace(earlier, observed_at=wrong.observed_at)


def _newer(wrong: Instance, earlier: Instance) -> bool:
    if wrong.observed_at is None or earlier.observed_at is None:
        return False
    return parse_instant(wrong.observed_at) > parse_instant(earlier.observed_at)
