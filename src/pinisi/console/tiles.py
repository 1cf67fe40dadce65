"""The numbers of Now: computed from what the reader may see, kept until something they rest upon changes."""

from collections.abc import Sequence

import msgspec

from pinisi.city.facts import area_id
from pinisi.city.formula import need_of
from pinisi.city.indicators import Indicator
from pinisi.city.profile import Profile
from pinisi.city.value import Value
from pinisi.console.inputs import Pantry, computed
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.store.log import LogEntry
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import Grants

MOST_READERS = 64


class _Kept(msgspec.Struct, frozen=True):
    version: int
    until: Instant
    value: Value


class Tiles:
    def __init__(self, profile: Profile, table: TermTable, tenant: str) -> None:
        self.on_now = tuple(tile.id for tile in profile.tiles)
        self._tiles = {tile.id: tile for tile in (*profile.tiles, *profile.service_tiles)}
        self._services = {tile.id: tile.group for tile in profile.service_tiles}
        self._table = table
        self._tenant = tenant
        self._city = area_id(profile.city.code)
        self._needs = {id: self._need(tile) for id, tile in self._tiles.items()}
        self._versions = dict.fromkeys(self._needs, 0)
        self._kept: dict[tuple[str, Grants], _Kept] = {}

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The store's listener: tiles whose inputs changed are computed anew when next asked."""
        if tenant != self._tenant:
            return
        named = {entry.subject for entry in entries}
        met = {type for types in {entry.types for entry in entries} for type in types}
        for id, (subjects, types) in self._needs.items():
            if not (types.isdisjoint(met) and named.isdisjoint(subjects)):
                self._versions[id] += 1

    def rests_upon(self, tile: str, types: frozenset[str]) -> bool:
        """Whether entities of any of these types would be among a tile's inputs."""
        return not self._needs[tile][1].isdisjoint(types)

    async def values(self, view: Viewpoint, ids: Sequence[str]) -> list[tuple[str, Value]]:
        """The numbers of these tiles."""
        return [(id, await self._value(view, self._tiles[id])) for id in ids]

    def service(self, id: str) -> str | None:
        """The service that brings a tile; None of the city's own."""
        return self._services.get(id)

    def counts(self, id: str) -> frozenset[str]:
        """The types (IRIs) of which a tile counts how many there are, so that none is 0."""
        tile = self._tiles[id]
        return self._needs[id][1] if tile.kind == "count" and tile.above is None else frozenset()

    async def _value(self, view: Viewpoint, tile: Indicator) -> Value:
        """Of the present what is kept, until an input changes; the past is computed anew."""
        if view.at is not None or view.tenant != self._tenant:
            return await self._compute(view, tile)
        key = (tile.id, view.grants)
        kept = self._kept.get(key)
        version = self._versions[tile.id]
        if kept is not None and kept.version == version and view.now < kept.until:
            return kept.value
        value = await self._compute(view, tile)
        if len(self._kept) >= MOST_READERS * max(1, len(self._tiles)):
            self._kept.clear()
        self._kept[key] = _Kept(version, view.now + 10 * MINUTE, value)
        return value

    async def _compute(self, view: Viewpoint, tile: Indicator) -> Value:
        inputs = await Pantry(view, self._table).inputs(need_of(tile, self._city), self._city)
        return computed(tile, inputs, view.now)

    def _need(self, tile: Indicator) -> tuple[frozenset[str], frozenset[str]]:
        need = need_of(tile, self._city)
        return frozenset(need.ids), frozenset(self._table.expand_term(type) for type in need.types)
