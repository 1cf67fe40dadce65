"""Who acts and what they may see.

Every request, source, reaction and job acts as a `Principal`. `Grants` are taken by every read and write of store,
history, feed, tiles and stream, and are applied inside the query, so that counts, pages and discovery agree.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

Kind = Literal["person", "token", "source", "reaction", "job", "action", "system", "anonymous"]


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One right: these types, in these areas, these attributes; `None` means every one.

    `types` and `attributes` are IRIs; `areas` are codes of administrative areas (`73.71.09`). A grant limited to areas
    does not reach entities that lie in no area. `commands` are the permissions to command what it reaches.
    """

    types: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    attributes: frozenset[str] | None = None
    write: bool = False
    commands: frozenset[str] = frozenset()

    def reaches(self, types: Iterable[str], areas: Iterable[str]) -> bool:
        """Whether an entity of these types, lying in these areas, falls under the grant."""
        if self.types is not None and self.types.isdisjoint(types):
            return False
        return self.areas is None or not self.areas.isdisjoint(areas)

    @property
    def unlimited(self) -> bool:
        return self.types is None and self.areas is None and self.attributes is None


class Projection(msgspec.Struct, frozen=True):
    """What a reader sees of one entity: `None` is every attribute."""

    attributes: frozenset[str] | None


WHOLE = Projection(None)


class Grants(msgspec.Struct, frozen=True):
    """All rights of a principal in one tenant. Without a grant nothing is seen."""

    grants: tuple[Grant, ...] = ()

    @property
    def sees_all(self) -> bool:
        return any(grant.unlimited for grant in self.grants)

    @property
    def writes_all(self) -> bool:
        return any(grant.write and grant.unlimited for grant in self.grants)

    def projection(self, types: Iterable[str], areas: Iterable[str]) -> Projection | None:
        """The attributes that the reader sees of such an entity; None when not even its existence."""
        types, areas = tuple(types), tuple(areas)
        seen: set[str] = set()
        found = False
        for grant in self.grants:
            if grant.reaches(types, areas):
                if grant.attributes is None:
                    return WHOLE
                found = True
                seen |= grant.attributes
        return Projection(frozenset(seen)) if found else None

    def may_write(self, types: Iterable[str], areas: Iterable[str], attributes: Iterable[str]) -> bool:
        """Whether each of the attributes (none: the entity itself) may be changed by one of the grants."""
        types, areas = tuple(types), tuple(areas)
        reaching = [grant for grant in self.grants if grant.write and grant.reaches(types, areas)]
        if any(grant.attributes is None for grant in reaching):
            return True
        allowed = frozenset[str]().union(*(grant.attributes or () for grant in reaching))
        return bool(reaching) and allowed.issuperset(attributes)


EVERYTHING = Grants((Grant(write=True),))
NOTHING = Grants()


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts. `id` is stable and lies in the log beside every change; `permissions` name the routes and acts.

    `account` is that of the person behind it, empty where there is none. `prompted`: which notifications led to the
    act, as it is kept beside a change; empty where none did.
    """

    id: str
    name: str
    kind: Kind
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    grants: Grants = NOTHING
    account: str = ""
    prompted: bytes = b""


SYSTEM = Principal(id="system", name="Pinisi", kind="system", grants=EVERYTHING)
