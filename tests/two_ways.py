"""What a short way into the draft is tried with: the change must become there what the long way makes of it."""

from collections.abc import Sequence
from typing import Any

from pinisi.store.areas import Locator
from pinisi.store.change import Outcome
from pinisi.store.debt import Seen
from pinisi.store.draft import Draft
from pinisi.store.hot import HotAttributes
from pinisi.store.interning import Families, Names
from pinisi.store.ledger import Ledger
from pinisi.store.record import Record
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION

SQUARE = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}


def locator_with_an_area() -> Locator:
    """One area, with the code 1, between 1 and 2 degrees east and north."""
    locator = Locator()
    attributes = {CODE: [Instance(PROPERTY, "1")], LOCATION: [Instance(GEO, SQUARE)]}
    locator.learn("urn:area:1", Entity("urn:area:1", [ADMINISTRATIVE_AREA], attributes))
    return locator


def ledger(
    heard: list[Seen],
    owed: Sequence[str],
    hot: Sequence[str] = (),
    *,
    known: Sequence[str] = (),
    before: Record | None = None,
) -> Ledger:
    """A ledger of one city.

    Args:
        heard: what the matcher of subscriptions is shown goes here; it answers `owed`.
        hot: attributes that are indexed.
        known: words that have a number already.
        before: the one entity that is there.
    """
    names, families = Names(), Families()
    for word in known:
        names.intern(word)
    followed = HotAttributes(names, 8)
    followed.attributes.update({name: names.intern(name) for name in hot})
    if before is not None:
        families.of(before.family.types, before.family.areas)

    def owing(_tenant: str, seen: Seen) -> Sequence[str]:
        heard.append(seen)
        return owed

    return Ledger(
        "city", names, families, locator_with_an_area(), followed, owing, lambda id: before, lambda kind, id: None,
        lambda row, at: None, lambda key: None,
    )  # fmt: skip


def written(draft: Draft, outcome: Outcome) -> dict[str, Any]:
    """All that a draft holds."""
    held = {name: value for name, value in vars(draft).items() if name not in ("records", "first")}
    records = [
        (r.row, r.id, r.position, r.family.id, r.family.types, r.family.areas, r.body) for r in draft.records.values()
    ]
    return held | {"records": records, "first": draft.first, "outcome": outcome}


def told(seen: Seen) -> tuple[object, ...]:
    """All that the matcher of subscriptions saw."""
    return seen.id, seen.before, seen.after, seen.attributes, seen.areas_before, seen.areas_after, seen.told_anyway
