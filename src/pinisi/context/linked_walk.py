"""Fetching the entities that relationships lead to, level by level (NGSI-LD 4.5.23)."""

from collections.abc import Awaitable, Callable, Sequence

from pinisi.context.linked_entities import behind, links
from pinisi.context.problems import TooManyResults
from pinisi.context.render import View
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import Projection

LINKED_MOST = 2_000
SeenEntity = tuple[Entity, Projection]
Fetch = Callable[[Sequence[str]], Awaitable[dict[str, SeenEntity]]]
"""Ids -> those of them that there are, as the reader may see them."""


async def linked(
    fetch: Fetch, roots: Sequence[SeenEntity], view: View, level: int
) -> tuple[dict[str, SeenEntity], dict[str, View]]:
    """Entities by id, roots among them; and how those that are no roots are shown, in the order of their finding.

    Raises:
        TooManyResults: more than `LINKED_MOST`.
    """
    known = {entity.id: (entity, seen) for entity, seen in roots}
    shown: dict[str, View] = {}
    front = [(entity, seen, view) for entity, seen in roots]
    for _ in range(level):
        wanted: dict[str, View] = {}
        for entity, seen, shape in front:
            for name, ids in links(entity, shape, seen):
                wanted |= {id: behind(shape, name) for id in ids if id not in known and id not in wanted}
        if len(known) + len(wanted) > LINKED_MOST:
            raise TooManyResults(f"more than {LINKED_MOST} entities would be part of the answer", "joinLevel")
        fetched = await fetch(list(wanted)) if wanted else {}
        known |= fetched
        shown |= {id: wanted[id] for id in wanted if id in fetched}
        front = [(*fetched[id], wanted[id]) for id in wanted if id in fetched]
        if not front:
            break
    return known, shown
