"""Whether somebody sees the whole of what a job writes, or may command what an action acts on."""

from collections.abc import Iterable

from pinisi.vocabulary.principal import Grant, Grants


def sees_whole(grants: Grants, types: frozenset[str]) -> bool:
    """Whether the grants open every entity of these types, with all that is known of it."""
    return _whole(grants.grants, types)


def commands_whole(grants: Grants, types: frozenset[str], permission: str) -> bool:
    """Whether they give that permission over every entity of these types."""
    return _whole([grant for grant in grants.grants if permission in grant.commands], types)


def commands_one(grants: Grants, types: Iterable[str], areas: Iterable[str], permission: str) -> bool:
    """Whether they give that permission over an entity of these types in these areas."""
    types, areas = tuple(types), tuple(areas)
    giving = (grant for grant in grants.grants if permission in grant.commands and grant.attributes is None)
    return any(grant.reaches(types, areas) for grant in giving)


def _whole(grants: Iterable[Grant], types: frozenset[str]) -> bool:
    whole = [grant for grant in grants if grant.areas is None and grant.attributes is None]
    if any(grant.types is None for grant in whole):
        return True
    return types <= frozenset[str]().union(*(grant.types or () for grant in whole))
