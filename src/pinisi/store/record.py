"""What a store answers of the present: entities as they were committed, pages of them, and pages as bytes."""

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

import msgspec

from pinisi.store.log import Position
from pinisi.vocabulary.entity import Entity, decode_entity
from pinisi.vocabulary.principal import Projection


class Family:
    """Entities of the same types in the same areas: what grants and type selections decide upon, once for all of them.

    There are few families (types times areas), so that filters by type, area and grant never touch an entity.
    """

    __slots__ = ("areas", "id", "types")

    def __init__(self, id: int, types: tuple[str, ...], areas: tuple[str, ...]) -> None:
        self.id = id
        self.types = types
        self.areas = areas


class Record:
    """One entity as committed at `position`: encoded once, decoded when asked, with room for rendered bytes.

    `memo` keeps what was rendered from exactly this version (bounded by its writer); a change makes a new record,
    so nothing in it can be stale. `untold`: what history has no rows of (`store.untold`). `lasts`: it is known that
    nothing of it ends by itself (`store.lapse`).
    """

    __slots__ = ("body", "family", "id", "lasts", "memo", "position", "row", "untold")

    def __init__(
        self,
        row: int,
        id: str,
        position: Position,
        family: "Family",
        body: bytes,
        untold: tuple[Position, str] | None = None,
        lasts: bool = False,
    ) -> None:
        self.row = row
        self.id = id
        self.position = position
        self.family = family
        self.body = body
        self.untold = untold
        self.lasts = lasts
        self.memo: dict[Any, bytes] = {}

    @property
    def entity(self) -> Entity:
        """The entity, decoded anew at each call."""
        return decode_entity(self.body)


class Page(msgspec.Struct, frozen=True):
    records: Sequence[Record]
    count: int | None
    position: Position


class Showing(Protocol):
    """One way to show entities as bytes, which follow from the record and from what the reader sees of it alone."""

    def key(self, projection: Projection) -> Hashable:
        """What all ways have in common that give the same bytes of a record to one who sees so much of it."""
        ...

    def body(self, record: Record, projection: Projection) -> bytes:
        """The bytes of one entity; never none."""
        ...


class Shown(msgspec.Struct, frozen=True, gc=False):
    """One page of a query as bytes. `more`: whether others follow."""

    bodies: Sequence[bytes]
    more: bool
    count: int | None
    position: Position


class AttributeUse(msgspec.Struct, frozen=True):
    """`n` entities of these types have the attribute, as an attribute of this kind (Property, Relationship ...)."""

    attribute: str
    kind: str
    types: tuple[str, ...]
    n: int
