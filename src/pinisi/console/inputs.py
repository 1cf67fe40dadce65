"""Brings the entities that formulas are computed from, as one reader sees them, each once."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import structlog

from pinisi.city.computing import Inputs
from pinisi.city.counted import Counted, counted
from pinisi.city.formula import EntityNeed
from pinisi.city.indicators import Indicator, indicator_value
from pinisi.city.text import Text
from pinisi.city.value import Value
from pinisi.console.facts import normalized
from pinisi.console.observed import as_seen
from pinisi.console.sources import SourceHealth
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import areas_seen, projection_of
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import CITY_SYSTEM

MOST_INPUTS = 200_000
_log = structlog.get_logger("pinisi.console")


class Pantry:
    """What has been fetched for one viewpoint."""

    def __init__(self, view: Viewpoint, table: TermTable, sources: Mapping[str, SourceHealth] | None = None) -> None:
        """`sources`: live sources by their card, which show the state of the systems that name them."""
        self._view = view
        self._table = table
        self._sources = sources or {}
        self._fetched: set[str] = set()
        self._entities: dict[str, dict[str, Any]] = {}
        self._areas: dict[str, tuple[str, ...]] = {}

    async def inputs(self, need: EntityNeed, area: str | None = None, code: str | None = None) -> Inputs:
        """What a need asks for (and whatever else was fetched before)."""
        for id in need.ids:
            await self._fetch(id, EntityQuery(ids=(id,)))
        for name in need.types:
            await self._fetch(f" {name}", EntityQuery(types=TypeIs(self._table.expand_term(name))))
        return Inputs(entities=list(self._entities.values()), lies_in=self._areas, area=area, code=code)

    async def _fetch(self, key: str, query: EntityQuery) -> None:
        if key in self._fetched:
            return
        self._fetched.add(key)
        for record in await self._view.find(query, limit=MOST_INPUTS):
            projection = projection_of(record, self._view.grants)
            if projection is not None and record.id not in self._entities:
                document = normalized(record.entity, self._table, projection)
                if CITY_SYSTEM in record.entity.types:
                    document = as_seen(document, self._sources)
                self._entities[record.id] = document
                self._areas[record.id] = areas_seen(record, projection)


def computed(indicator: Indicator, inputs: Inputs, now: Instant) -> Value:
    """The indicator; entities that no rule can read (anybody may write any shape) are left out, and it says so."""
    try:
        return indicator_value(indicator, inputs, now)
    except Exception:
        readable = [each for each in inputs.entities if _is_readable(indicator, each, inputs, now)]
        value = indicator_value(indicator, _only(inputs, readable), now)
        flag = {"code": "unreadable", "text": _unreadable(len(inputs.entities) - len(readable))}
        return _flagged(value, flag)


def rests_upon(indicator: Indicator, inputs: Inputs, now: Instant) -> tuple[Counted, ...]:
    """The values that `computed` counts."""
    try:
        return counted(indicator, inputs, now)
    except Exception:
        readable = [each for each in inputs.entities if _is_readable(indicator, each, inputs, now)]
        return counted(indicator, _only(inputs, readable), now)


def _is_readable(indicator: Indicator, entity: Mapping[str, Any], inputs: Inputs, now: Instant) -> bool:
    try:
        indicator_value(indicator, _only(inputs, [entity]), now)
    except Exception:
        _log.exception("an indicator cannot read an entity", indicator=indicator.id, entity=entity["id"])
        return False
    return True


def _only(inputs: Inputs, entities: Iterable[Mapping[str, Any]]) -> Inputs:
    return Inputs(entities=list(entities), lies_in=inputs.lies_in, area=inputs.area, code=inputs.code)


def _flagged(value: Value, flag: dict[str, Any]) -> Value:
    return msgspec.structs.replace(value, flags=(*value.flags, flag))


def _unreadable(number: int) -> Text:
    return Text(
        id=f"{number} data tidak terbaca, tidak dihitung",
        en=f"{number} cannot be read and are left out",
        ja=f"{number} 件は読み取れず除外",
    )
