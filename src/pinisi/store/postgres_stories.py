"""Histories read from tables of months: only of the months that are asked for, all attributes in one statement."""

from collections.abc import Iterator
from typing import Any

from pinisi.store.history import HistoryQuery
from pinisi.store.postgres_months import month_of
from pinisi.store.sql_rows import rows
from pinisi.store.stories import StoryReader

_PAIRS = """
WITH RECURSIVE pair AS (
  (SELECT attribute, dataset FROM history WHERE entity = ?1{asked} ORDER BY attribute, dataset LIMIT 1)
  UNION ALL
  (SELECT after.attribute, after.dataset FROM pair CROSS JOIN LATERAL (
    SELECT attribute, dataset FROM history
    WHERE entity = ?1{asked} AND (attribute, dataset) > (pair.attribute, pair.dataset)
    ORDER BY attribute, dataset LIMIT 1) AS after)
) SELECT attribute, dataset FROM pair
"""


class PostgresStoryReader(StoryReader):
    def _pairs(self, entity: int, query: HistoryQuery) -> Iterator[tuple[int, int]]:
        sql, values = pairs_sql(entity, query, self._wanted(query))
        return iter([(attribute, dataset) for attribute, dataset in rows(self._connection, sql, values)])


def pairs_sql(entity: int, query: HistoryQuery, wanted: set[int] | None) -> tuple[str, list[Any]]:
    """The pairs that an entity has in the months of the query, or at all."""
    asked, values = "", [entity]
    if wanted is not None:
        asked += f" AND attribute IN ({', '.join(map(str, sorted(wanted))) or 'NULL'})"
    if query.by == "observed":
        for sign, moment, end in ((">=", query.since, 0), ("<", query.until, 1)):
            if moment is not None:
                values.append(month_of(moment)[end])
                asked += f" AND observed {sign} ?{len(values)}"
    return _PAIRS.format(asked=asked), values
