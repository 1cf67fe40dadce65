"""Narrowing of grants: what a token may see is never more than what its owner sees."""

from pinisi.vocabulary.principal import Grant, Grants


def narrowed(owner: Grants, limits: tuple[Grant, ...] | None) -> Grants:
    """What lies in both: each grant of the owner within each limit. Without limits, all that the owner has."""
    if limits is None:
        return owner
    return Grants(tuple(both for grant in owner.grants for limit in limits if (both := _both(grant, limit))))


def _both(grant: Grant, limit: Grant) -> Grant | None:
    types = _common(grant.types, limit.types)
    areas = _common_areas(grant.areas, limit.areas)
    if types == frozenset() or areas == frozenset():
        return None
    attributes = _common(grant.attributes, limit.attributes)
    write = grant.write and limit.write
    commands = grant.commands if limit.write else frozenset[str]()
    return Grant(types=types, areas=areas, attributes=attributes, write=write, commands=commands)


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _common_areas(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Areas of either that lie in an area of the other: 73.71.09.1001 within 73.71.09.

    An entity carries the codes of all levels that it lies in, so the narrower code is enough.
    """
    if one is None or other is None:
        return other if one is None else one
    return frozenset(_inside(one, other) | _inside(other, one))


def _inside(areas: frozenset[str], wider: frozenset[str]) -> set[str]:
    return {code for code in areas if any(code == each or code.startswith(each + ".") for each in wider)}
