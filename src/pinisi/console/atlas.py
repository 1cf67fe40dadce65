"""The areas of a city by code: names for people, bounds for the map. A cache of the area entities, read anew when one
changes."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.console.facts import name_of
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LEVEL, LOCATION, PART_OF, PINISI

_MOST_AREAS = 100_000
POPULATION = PINISI + "population"


class AreaCard(msgspec.Struct, frozen=True, rename="camel"):
    """One area as the console shows it. `center` and `bounds` in degrees (west, south, east, north)."""

    id: str
    code: str
    name: str
    level: str
    parent: str | None
    center: tuple[float, float] | None
    bounds: tuple[float, float, float, float] | None


class Atlas:
    def __init__(self, store: Store, tenant: str) -> None:
        self._store = store
        self._tenant = tenant
        self._cards: dict[str, AreaCard] = {}
        self._names: dict[tuple[str, ...], str | None] = {}
        self._stale = True
        self.people: dict[str, float] = {}
        """How many live in an area, by its code, as far as it is known."""
        self.version = 0

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The store's listener: a changed area makes the cards stale."""
        if tenant == self._tenant and any(ADMINISTRATIVE_AREA in entry.types for entry in entries):
            self._stale = True

    async def refresh(self) -> None:
        """Read the areas anew if one has changed."""
        if not self._stale:
            return
        self._stale = False
        query = EntityQuery(types=TypeIs(ADMINISTRATIVE_AREA))
        page = await self._store.find(self._tenant, query, EVERYTHING, limit=_MOST_AREAS)
        entities = [record.entity for record in page.records if isinstance(value_of(record.entity, CODE), str)]
        codes = {entity.id: value_of(entity, CODE) for entity in entities}
        self._cards = {codes[entity.id]: _card(entity, codes) for entity in entities}
        self._names.clear()
        counts = {codes[entity.id]: value_of(entity, POPULATION) for entity in entities}
        self.people = {
            code: float(count) for code, count in counts.items() if isinstance(count, int | float) and count >= 0
        }
        self.version += 1

    def card(self, code: str) -> AreaCard | None:
        return self._cards.get(code)

    def cards(self) -> list[AreaCard]:
        return list(self._cards.values())

    def chain(self, areas: tuple[str, ...]) -> list[AreaCard]:
        """The cards of an entity's areas, smallest first."""
        return [card for code in areas if (card := self._cards.get(code)) is not None]

    def name(self, areas: tuple[str, ...]) -> str | None:
        """The two smallest names: `Ballaparang, Rappocini`; the city itself is not repeated behind its parts."""
        if areas not in self._names:
            self._names[areas] = self._name(areas)
        return self._names[areas]

    def _name(self, areas: tuple[str, ...]) -> str | None:
        cards = self.chain(areas)
        shown = [card for card in cards if card.level != "city"] or cards
        return ", ".join(card.name for card in shown[:2]) or None

    def center(self, areas: tuple[str, ...]) -> tuple[float, float] | None:
        """A point inside the smallest of the areas."""
        cards = self.chain(areas)
        return cards[0].center if cards else None


def value_of(entity: Entity, attribute: str) -> Any:
    """The value of an attribute's first instance; None when it has none."""
    instances = entity.attributes.get(attribute)
    return instances[0].value if instances else None


def _card(entity: Entity, codes: dict[str, str]) -> AreaCard:
    geometry = _shape(value_of(entity, LOCATION))
    center = geometry.representative_point() if geometry is not None else None
    parent = value_of(entity, PART_OF)
    return AreaCard(
        entity.id,
        str(value_of(entity, CODE)),
        name_of(entity),
        str(value_of(entity, LEVEL) or ""),
        codes.get(parent) if isinstance(parent, str) else None,
        (round(center.x, 6), round(center.y, 6)) if center is not None else None,
        tuple(round(v, 6) for v in geometry.bounds) if geometry is not None else None,  # type: ignore[arg-type]
    )


def _shape(geojson: Any) -> BaseGeometry | None:
    """The geometry; None for what has none, or none that can be drawn."""
    try:
        geometry = shape(cast("dict[str, Any]", geojson)) if isinstance(geojson, dict) else None
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError):
        return None
    return None if geometry is None or geometry.is_empty else geometry
