"""Lists that look complete and are not: a kind of thing that one region lacks wholly, against all expectation."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from pinisi.city.facts import Entity, types_of, value_of
from pinisi.city.fault_rule import address_part

EXPECTED = 15.0
"""So many would be there if the kind were spread like the others; none at all then happens once in three million."""
KINDS, PLACES = 12, 100


class Missing(msgspec.Struct, frozen=True):
    """A value of an attribute that never occurs in a place."""

    attribute: str
    value: str
    place: str
    expected: int


def missing_parts(entities: Sequence[Entity]) -> Iterator[Missing]:
    """Kinds (types, or words of `kind`) that a region has none of, though they are spread over all others."""
    pairs = [(_kind(entity), region) for entity in entities if (region := address_part(entity, "addressRegion"))]
    kinds, places = Counter(kind for kind, _ in pairs), Counter(place for _, place in pairs)
    if not 1 < len(kinds) <= KINDS or not 4 < len(places) <= PLACES:
        return
    seen = set(pairs)
    for kind, of_kind in kinds.items():
        without = [place for place in places if (kind, place) not in seen]
        for place in without:
            expected = of_kind * places[place] / len(pairs)
            if expected >= EXPECTED and len(without) <= len(places) // 4:
                yield Missing("kind", kind, place, round(expected))


def _kind(entity: Entity) -> str:
    kind = value_of(entity, "kind")
    return kind if isinstance(kind, str) else types_of(entity)[0]
