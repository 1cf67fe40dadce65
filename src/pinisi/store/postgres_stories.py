"""Histories read from tables of months: only of the months that are asked for, all attributes in one statement.

Numbers of periods come from the index alone, an array a period: a month of a sensor is 720 rows, not 43,200. They are
summed here as SQLite's are, so that both stores say the same to the last digit (PostgreSQL adds up in another order).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pinisi.store.history import HistoryQuery
from pinisi.store.postgres_months import month_of
from pinisi.store.sql_rows import rows
from pinisi.store.stories import Periods, StoryReader

_PAIRS = """
WITH RECURSIVE pair AS (
  (SELECT attribute, dataset FROM history WHERE entity = ?1{asked} ORDER BY attribute, dataset LIMIT 1)
  UNION ALL
  (SELECT after.attribute, after.dataset FROM pair CROSS JOIN LATERAL (
    (SELECT attribute, dataset FROM history
      WHERE entity = ?1{asked} AND attribute = pair.attribute AND dataset > pair.dataset
      ORDER BY attribute, dataset LIMIT 1)
    UNION ALL
    (SELECT attribute, dataset FROM history
      WHERE entity = ?1{asked} AND attribute > pair.attribute
      ORDER BY attribute, dataset LIMIT 1)
    ORDER BY attribute, dataset LIMIT 1) AS after)
) SELECT attribute, dataset FROM pair
"""
"""One column at a time: `(attribute, dataset) > (…, …)` walks all values of the pair, 50 ms of 50,000."""


_OF_THEM = "FROM history WHERE entity = ?1 AND attribute = ?2 AND dataset = ?3 AND {by} >= ?4 AND {by} < ?5"
_NUMBERS = (
    "SELECT ({by} - ?4) / ?6 AS period, array_agg(number), bool_and(plain), min(family), max(family), "
    f"count(*) - {{moments}} {_OF_THEM} GROUP BY period"
)
_LAST_WORDS = (
    "SELECT (observed - ?4) / ?6 AS period, array_agg(number) FROM "
    f"(SELECT DISTINCT ON (observed) observed, number {_OF_THEM.format(by='observed')} "
    "ORDER BY observed, position DESC) AS word GROUP BY period"
)
"""Of what was corrected the last word counts."""
_FEW = 5_000


class PostgresStoryReader(StoryReader):
    def _pairs(self, entity: int, query: HistoryQuery) -> Iterator[tuple[int, int]]:
        sql, values = pairs_sql(entity, query, self._wanted(query))
        return iter([(attribute, dataset) for attribute, dataset in rows(self._connection, sql, values)])

    def _told(self, sql: str, values: Sequence[Any], number: int) -> Iterable[Any]:
        """Told how many are wanted, PostgreSQL walks the index; else it would sort all values for the last ten."""
        some = f"{sql} LIMIT {number}"
        found = rows(self._connection, some, values) if number <= _FEW else self._connection.execute(some, values)
        count = 0
        for row in found:
            count += 1
            yield row
        if count == number:
            yield from self._connection.execute(f"{sql} OFFSET {number}", values)

    def _numbers(self, asked: Periods, attribute: str) -> tuple[int | None, dict[int, list[float]]] | None:
        by_truth = asked.by == "observed"
        sql = _NUMBERS.format(by=asked.by, moments="count(DISTINCT observed)" if by_truth else "count(*)")
        values = [*asked.values, asked.period]
        found = rows(self._connection, sql, values)
        if not all(plain for _, _, plain, *_ in found):
            return None
        families = {family for row in found for family in row[3:5]}
        if len(families) > 1 or not all(self._shows(family, attribute) for family in families):
            return None
        if any(corrected for *_, corrected in found):
            found = rows(self._connection, _LAST_WORDS, values)
        return next(iter(families), None), {row[0]: row[1] for row in found}


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
