"""How many entities of a family have which attributes, of which kind: what a change adds, and takes away."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pinisi.store.draft import Draft, Shape
from pinisi.store.record import Family
from pinisi.vocabulary.entity import Attributes, Instance

if TYPE_CHECKING:
    from pinisi.store.ledger import Ledger


def count_uses(
    ledger: "Ledger",
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
                _count_one(ledger, draft, was, attribute, before, -1)
                _count_one(ledger, draft, family, attribute, after, 1)
        return
    if was is not None and had:
        draft.count_shape(was.id, _shape(ledger, had), -1)
    if family is not None and has:
        draft.count_shape(family.id, _shape(ledger, has), 1)


def _shape(ledger: "Ledger", attributes: Attributes) -> Shape:
    there = {name: instances[0].kind for name, instances in attributes.items() if instances}
    return ledger.names.layout(tuple(there)).numbers, tuple(there.values())


def _count_one(ledger: "Ledger", draft: Draft, family: Family | None, attribute: str, kind: str | None, n: int) -> None:
    if family is not None and kind is not None:
        draft.count_usage(family.id, ledger.names.intern(attribute), kind, n)


def _kind(instances: list[Instance] | None) -> str | None:
    return instances[0].kind if instances else None
