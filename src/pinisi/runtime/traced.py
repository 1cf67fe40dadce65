"""Reads entities whose values carry the same trace (period, method, provider) ten thousand times: each trace once.

A register's rows share the very objects of their traces (`pinisi.city.facts`), and three of four values in them are
traces: reading those once makes `city.load.seconds` about a third shorter.
"""

from collections.abc import Mapping
from typing import Any

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.entity import Attributes, Entity
from pinisi.vocabulary.memory import Memory

_TRACE = ("period", "method", "provider")
_MOST = 10_000


class TracedReader:
    """Reads normalized entities with the short names of a table."""

    def __init__(self, table: TermTable) -> None:
        self._table = table
        self._known = Memory[tuple[int, ...], tuple[tuple[Any, ...], Attributes]](_MOST)

    def read(self, document: Mapping[str, Any]) -> Entity:
        """The entity, as `read_entity` reads it.

        Raises:
            BadRequestData: naming the field by its path.
        """
        bare: dict[str, Any] = {}
        traces: dict[str, tuple[Any, ...]] = {}
        for name, value in document.items():
            if isinstance(value, dict) and all(part in value for part in _TRACE):
                members: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
                traces[name] = tuple(members[part] for part in _TRACE)
                value = {part: each for part, each in members.items() if part not in _TRACE}
            bare[name] = value
        entity = read_entity(bare, self._table)
        for name, trace in traces.items():
            for instance in entity.attributes[self._table.expand_name(name, name)]:
                instance.attributes = {**instance.attributes, **self._trace(trace)}
        return entity

    def _trace(self, trace: tuple[Any, ...]) -> Attributes:
        key = tuple(map(id, trace))
        known = self._known.get(key)
        if known is None:
            carrier = {"type": "Property", "value": 0, **dict(zip(_TRACE, trace, strict=True))}
            read = read_entity({"id": "urn:x:trace", "type": "Trace", "trace": carrier}, self._table)
            # The trace is kept beside what was read: as long as it lives, nothing else has its identity.
            known = self._known.remember(key, (trace, next(iter(read.attributes.values()))[0].attributes))
        return known[1]
