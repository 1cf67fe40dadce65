"""What is owed, summed up by subscription: the same questions to both databases."""

from collections.abc import Iterable

import msgspec

from pinisi.store.debt import DebtSum
from pinisi.store.sql_rows import Row

IDS_IN_SQLITE = "{s}owed AS o, json_each(CAST(o.subscriptions AS TEXT)) AS j"
IDS_IN_POSTGRES = "{s}owed AS o, jsonb_array_elements_text(convert_from(o.subscriptions, 'UTF8')::jsonb) AS j(value)"


def listed_sums_sql(ids: str, schema: str = "") -> str:
    """Subscription, how many changes it has not heard of at all, when the first was made. `ids`: see the constants."""
    return f"""
SELECT s.id, s.n, l.time FROM (
  SELECT j.value AS id, count(*) AS n, min(o.position) AS oldest FROM {ids.format(s=schema)} GROUP BY j.value
) AS s LEFT JOIN {schema}log AS l ON l.position = s.oldest"""


def single_sums_sql(schema: str = "") -> str:
    """The same of debts with a row of their own: those that were tried, or given up."""
    return f"""
SELECT s.subscription, s.waiting, l.time, s.tried, s.next_try, s.reason, s.dead FROM (
  SELECT subscription, count(*) - sum(dead) AS waiting, sum(dead) AS dead,
    min(CASE WHEN dead = 0 THEN position END) AS oldest,
    sum(CASE WHEN dead = 0 AND attempts > 0 THEN 1 ELSE 0 END) AS tried,
    min(CASE WHEN dead = 0 AND attempts > 0 THEN due END) AS next_try,
    max(CASE WHEN dead = 0 AND attempts > 0 THEN reason END) AS reason
  FROM {schema}debt GROUP BY subscription
) AS s LEFT JOIN {schema}log AS l ON l.position = s.oldest"""


def sums_of(listed: Iterable[Row], single: Iterable[Row]) -> list[DebtSum]:
    """Both together, by subscription."""
    found = {
        subscription: DebtSum(
            subscription=subscription,
            waiting=waiting,
            oldest=oldest,
            tried=tried,
            next_try=next_try,
            reason=reason or "",
            dead=dead,
        )
        for subscription, waiting, oldest, tried, next_try, reason, dead in single
    }
    for id, n, time in listed:
        known = found.get(id) or DebtSum(subscription=id)
        times = [each for each in (known.oldest, time) if each is not None]
        oldest = min(times, default=None)
        found[id] = msgspec.structs.replace(known, waiting=known.waiting + n, oldest=oldest)
    return [found[id] for id in sorted(found)]
