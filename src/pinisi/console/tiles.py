"""The numbers of Now: computed from what the reader may see, kept until something they rest upon changes."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog

from pinisi.city.computing import Inputs
from pinisi.city.formula import need_of
from pinisi.city.indicators import Indicator, indicator_value
from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.city.value import Value
from pinisi.console.facts import normalized
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.store.protocol import LogEntry, Record
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import projection_of
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import WHOLE, Grants

_log = structlog.get_logger("pinisi.console")

MOST_INPUTS = 200_000
MOST_READERS = 64


class _Kept(msgspec.Struct, frozen=True):
    version: int
    until: Instant
    value: Value


class Tiles:
    def __init__(self, profile: Profile, table: TermTable, tenant: str) -> None:
        self._tiles = profile.tiles
        self._table = table
        self._tenant = tenant
        self._needs = {tile.id: self._need(tile) for tile in self._tiles}
        self._versions = dict.fromkeys(self._needs, 0)
        self._kept: dict[tuple[str, Grants], _Kept] = {}

    def heard(self, tenant: str, entries: Sequence[LogEntry]) -> None:
        """The store's listener: tiles whose inputs changed are computed anew when next asked."""
        if tenant != self._tenant:
            return
        for id, (subjects, types) in self._needs.items():
            if any(entry.subject in subjects or not types.isdisjoint(entry.types) for entry in entries):
                self._versions[id] += 1

    async def values(self, view: Viewpoint) -> list[dict[str, Any]]:
        """The tiles as the console reads them."""
        return [{"id": tile.id, **msgspec.to_builtins(await self._value(view, tile))} for tile in self._tiles]

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
        records = await self._inputs(view, tile)
        inputs = [
            normalized(record.entity, self._table, projection_of(record, view.grants) or WHOLE) for record in records
        ]
        return _computed(tile, inputs, view.now)

    async def _inputs(self, view: Viewpoint, tile: Indicator) -> list[Record]:
        subjects, types = self._needs[tile.id]
        found = [await view.entity(id) for id in subjects]
        records = [record for record in found if record is not None]
        for type in types:
            records += await view.find(EntityQuery(types=TypeIs(type)), limit=MOST_INPUTS)
        return records

    def _need(self, tile: Indicator) -> tuple[frozenset[str], frozenset[str]]:
        need = need_of(tile)
        return frozenset(need.ids), frozenset(self._table.expand_term(type) for type in need.types)


def _computed(tile: Indicator, inputs: Sequence[Mapping[str, Any]], now: Instant) -> Value:
    """The tile; entities that no rule can read (anybody may write any shape) are left out, and the tile says so."""
    try:
        return indicator_value(tile, Inputs(entities=inputs), now)
    except Exception:
        readable = [each for each in inputs if _is_readable(tile, each, now)]
        value = indicator_value(tile, Inputs(entities=readable), now)
        flag = {"code": "unreadable", "text": _unreadable(len(inputs) - len(readable))}
        return msgspec.structs.replace(value, flags=(*value.flags, flag))


def _is_readable(tile: Indicator, entity: Mapping[str, Any], now: Instant) -> bool:
    try:
        indicator_value(tile, Inputs(entities=[entity]), now)
    except Exception:
        _log.exception("a tile cannot read an entity", tile=tile.id, entity=entity["id"])
        return False
    return True


def _unreadable(number: int) -> Text:
    return Text(
        id=f"{number} data tidak terbaca, tidak dihitung",
        en=f"{number} cannot be read and are left out",
        ja=f"{number} 件は読み取れず除外",
    )
