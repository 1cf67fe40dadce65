"""Fetching the entities that relationships lead to, level by level (NGSI-LD 4.5.23)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from pinisi.context.linked_entities import behind, links
from pinisi.context.problems import TooManyResults
from pinisi.context.render import View
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import Projection

LINKED_MOST = 2_000
SeenEntity = tuple[Entity, Projection]
Fetch = Callable[[Mapping[str, frozenset[str]]], Awaitable[dict[str, SeenEntity]]]
"""Ids, each with the types that relationships say it has (`objectType`; empty: nothing is said) -> those of them that
there are, as the reader may see them."""


async def linked(
    fetch: Fetch, roots: Sequence[SeenEntity], view: View, level: int, above: frozenset[str] = frozenset()
) -> tuple[dict[str, SeenEntity], dict[str, View]]:
    """Entities by id, roots among them; and how those that are no roots are shown, in the order of their finding.

    Each is fetched once, whatever leads to it; those `above` are not.

    Raises:
        TooManyResults: more than `LINKED_MOST`.
    """
    known = {entity.id: (entity, seen) for entity, seen in roots}
    shown: dict[str, View] = {}
    front = [(entity, seen, view) for entity, seen in roots]
    for _ in range(level):
        wanted: dict[str, View] = {}
        types: dict[str, frozenset[str]] = {}
        for entity, seen, shape in front:
            for name, ids in links(entity, shape, seen):
                fresh = {id: said for id, said in ids.items() if id not in known and id not in above}
                wanted |= {id: behind(shape, name) for id in fresh if id not in wanted}
                types |= {id: said | types.get(id, frozenset()) for id, said in fresh.items()}
        if len(known) + len(wanted) > LINKED_MOST:
            raise TooManyResults(f"more than {LINKED_MOST} entities would be part of the answer", "joinLevel")
        fetched = await fetch(types) if wanted else {}
        known |= fetched
        shown |= {id: wanted[id] for id in wanted if id in fetched}
        front = [(*fetched[id], wanted[id]) for id in wanted if id in fetched]
        if not front:
            break
    return known, shown
