"""How much changed when: counts of history by time and type, for the scrubber of the Time page.

History has no index by time. It is read entity by entity in an order drawn by lot, until it is read whole or as many
values have been read as a reader may wait for; what was counted then stands for the rest, and the answer says so.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.store.history import Timeline, TimelineQuery
from pinisi.store.interning import Families, Names
from pinisi.store.sql_rows import Connection, first, rows
from pinisi.store.untold import (
    AS_BORN,
    Untold,
    Value,
    birth_of,
    family_of,
    numbers_of,
    received_as_born,
    untold_values,
)
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Projection

MOST_READ = 250_000
"""Values read for one answer: a quarter of a second."""
_AT_FIRST = 200
_TOGETHER = 512
"""Entities of which is read together what only their states tell."""

_COUNT = """
SELECT family, attribute, CASE WHEN {by} >= :since AND {by} < :until
  THEN ({by} - :since) * :buckets / (:until - :since) END AS bucket, count(*)
FROM history WHERE entity = :entity GROUP BY family, attribute, bucket
"""
_STATES = (
    f"SELECT row, body, birth, untold, {AS_BORN} FROM entity "
    "WHERE row IN (SELECT value FROM json_each(?)) AND untold IS NOT NULL"
)


class TimelineReader:
    """Counts through one connection (in the reading thread). `view`: family -> what is seen of it."""

    def __init__(
        self, connection: Connection, names: Names, families: Families, view: Mapping[int, Projection]
    ) -> None:
        self._connection = connection
        self._names = names
        self._families = families
        self._view = view

    def timeline(self, query: TimelineQuery) -> Timeline:
        entities = [row for (row,) in rows(self._connection, "SELECT row FROM entity ORDER BY row")]
        random.Random(len(entities)).shuffle(entities)
        since = self._first(entities[:_AT_FIRST], query) if query.since is None else query.since
        until = max(query.until, since + query.buckets)
        counts: list[dict[str, int]] = [{} for _ in range(query.buckets)]
        read = values = 0
        for entity in entities:
            if read % _TOGETHER == 0:
                self._foresee(entities[read : read + _TOGETHER])
            values += self._add(entity, query, since, until, counts)
            read += 1
            if values >= MOST_READ:
                break
        whole = len(entities) / max(1, read)
        scaled = [{type: round(n * whole) or 1 for type, n in bucket.items()} for bucket in counts]
        return Timeline(since, until, scaled, read, len(entities), self._first_known())

    def _add(
        self, entity: int, query: TimelineQuery, since: Instant, until: Instant, counts: Sequence[dict[str, int]]
    ) -> int:
        """Count one entity's values; answers how many were read."""
        read = 0
        values: dict[str, Any] = {"entity": entity, "since": since, "until": until, "buckets": query.buckets}
        for family, attribute, bucket, n in self._counted(entity, query, values):
            read += n
            if bucket is not None and self._shows(family, attribute):
                type = self._families.all[family].types[0]
                counts[bucket][type] = counts[bucket].get(type, 0) + n
        return read

    def _foresee(self, entities: Sequence[int]) -> None:
        """These are counted next."""

    def _counted(self, entity: int, query: TimelineQuery, values: Mapping[str, Any]) -> list[Any]:
        """Family, attribute, place of the part of time (None: in none of them), number of values."""
        return rows(self._connection, _COUNT.format(by=query.by), values)

    def _only_in_state(self, entity: int) -> Iterable[Value]:
        """What is told of an entity, but not in rows of history (`store.untold`)."""
        return ()

    def _shows(self, family: int, attribute: int) -> bool:
        projection = self._view.get(family)
        if projection is None:
            return False
        return projection.attributes is None or self._names.text[attribute] in projection.attributes

    def _first(self, entities: Sequence[int], query: TimelineQuery) -> Instant:
        """The first moment known of some entities drawn by lot; without any, the last one asked for."""
        moments = [query.until]
        sql = f"SELECT family, attribute, min({query.by}) FROM history WHERE entity = ? GROUP BY family, attribute"
        for entity in entities:
            found = rows(self._connection, sql, (entity,))
            found += [
                (value.family, value.attribute, getattr(value, query.by)) for value in self._only_in_state(entity)
            ]
            moments += [moment for family, attribute, moment in found if self._shows(family, attribute)]
        return min(moments)

    def _first_known(self) -> Instant:
        """When this tenant's log begins."""
        found = first(self._connection, "SELECT time FROM log ORDER BY position LIMIT 1")
        return 0 if found is None else found[0]


class SqliteTimelineReader(TimelineReader):
    """Counts what only states tell, too. Of an entity that is as it was born history has nothing to count."""

    _states: Mapping[int, tuple[bytes, Untold, bool]] = {}

    def _only_in_state(self, entity: int) -> Iterable[Value]:
        return untold_values(self._connection, entity, self._names.text)

    def _foresee(self, entities: Sequence[int]) -> None:
        found = rows(self._connection, _STATES, (msgspec.json.encode(entities).decode(),))
        self._states = {row: (body, (birth, untold), as_born) for row, body, birth, untold, as_born in found}

    def _counted(self, entity: int, query: TimelineQuery, values: Mapping[str, Any]) -> list[Any]:
        state = self._states.get(entity)
        if state is None:
            return super()._counted(entity, query, values)
        body, untold, as_born = state
        counted = [] if as_born else super()._counted(entity, query, values)
        since, until = values["since"], values["until"]
        family = family_of(untold)
        for attribute, time in self._times(body, untold, as_born and query.by == "received", query):
            bucket = (time - since) * query.buckets // (until - since) if since <= time < until else None
            counted.append((family, attribute, bucket, 1))
        return counted

    def _times(self, body: bytes, untold: Untold, at_once: bool, query: TimelineQuery) -> Iterable[tuple[int, Instant]]:
        """Attribute and time of what only the state tells; `at_once`: it is the time at which the entity was born."""
        if at_once:
            born = received_as_born(body)
            return [(attribute, born) for attribute in numbers_of(untold)]
        birth = birth_of(body, untold, self._names.text)
        if birth is None:
            return ()
        if query.by == "received":
            return [(attribute, birth.received) for attribute in birth.told]
        return [(attribute, birth.true(words)) for attribute, words in birth.told.items()]
