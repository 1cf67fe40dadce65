"""Which histories a query selects: conditions on content hold if any value of the time asked for fulfils them.

An entity is looked up by type and id; scopes, `q` and a geo-query are then asked of what it was in that time
(NGSI-LD 5.7.4.4).
"""

from collections.abc import Callable

import msgspec

from pinisi.store.history import Story
from pinisi.store.match import compile_query
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.entity import Attributes, Entity

StoryTest = Callable[[Story], bool]


def without_content(query: EntityQuery) -> EntityQuery:
    """The part of a query that does not change with time: types and ids."""
    return msgspec.structs.replace(query, filter=None, geo=None, attributes=None, scopes=None)


def story_test(query: EntityQuery) -> StoryTest | None:
    """The part that only history can answer; None if there is none."""
    if query.filter is None and query.geo is None:
        return None
    matches = compile_query(EntityQuery(filter=query.filter, geo=query.geo))
    return lambda story: matches(_all_that_it_was(story), None)


def _all_that_it_was(story: Story) -> Entity:
    """Every value of the history as if it were an instance of the present attribute."""
    attributes: Attributes = {}
    for moment in story.moments:
        if moment.instance is not None:
            attributes.setdefault(moment.attribute, []).append(moment.instance)
    return Entity(
        story.id, list(story.types), attributes, list(story.scopes), None, story.created_at, story.modified_at
    )
