"""History of entities: what was true when, what was known when.

Each row of history is seen through the grants that hold for the family in which the entity was then: who may see
Rappocini sees the days that a vehicle spent there, and not the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

from pinisi.store.history import HistoryQuery, Hour, Moment, Story
from pinisi.store.interning import Families, Names
from pinisi.store.lapse import MARK
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import EntityQuery
from pinisi.store.sql_rows import Connection, first, rows
from pinisi.store.untold import Value, untold_values
from pinisi.vocabulary.entity import decode_entity, decode_instance
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import Projection

_Pair = tuple[int, int]
_MOMENTS = (
    "SELECT observed, position, received, principal, family, body FROM history "
    "WHERE entity = ? AND attribute = ? AND dataset = ?"
)


_NEXT_ATTRIBUTE = "SELECT attribute FROM history WHERE entity = ? AND attribute > ? ORDER BY attribute LIMIT 1"
_NEXT_DATASET = (
    "SELECT dataset FROM history WHERE entity = ? AND attribute = ? AND dataset > ? ORDER BY dataset LIMIT 1"
)
_NUMBERS = (
    "SELECT {column}, position, number, family, body FROM history "
    "WHERE entity = ? AND attribute = ? AND dataset = ? AND {column} >= ? AND {column} < ? ORDER BY {column}, position"
)
_GONE = (
    "SELECT row, id FROM entity WHERE family IN ({families}) AND EXISTS "
    "(SELECT 1 FROM passage WHERE passage.entity = entity.row AND passage.family < 0 AND passage.received >= ?) "
    "AND EXISTS (SELECT 1 FROM history WHERE history.entity = entity.row)"
)
_DELETED = (
    "SELECT received FROM passage WHERE entity = ? AND family < 0 "
    "AND EXISTS (SELECT 1 FROM history WHERE history.entity = passage.entity) ORDER BY position DESC LIMIT 1"
)
_PLAIN = b'{"t":"Property",'
_FOREVER = 2**62


class Periods(NamedTuple):
    """What statistics are asked for: of which entity, attribute and dataset, by which time, how long each period is."""

    entity: int
    pair: _Pair
    by: str
    since: Instant
    until: Instant | None
    period: int

    @property
    def values(self) -> list[int]:
        """Entity, attribute, dataset, begin, end."""
        return [self.entity, *self.pair, self.since, _FOREVER if self.until is None else self.until]


class StoryReader:
    """Reads stories through one connection (in the reading thread). `view`: family -> what is seen of it."""

    def __init__(
        self, connection: Connection, names: Names, families: Families, view: Mapping[int, Projection]
    ) -> None:
        self._connection = connection
        self._names = names
        self._families = families
        self._view = view
        self._newest = (0, 0)
        self._untold: Mapping[int, Value] = {}

    def stories(self, ids: Sequence[str], query: HistoryQuery) -> list[Story]:
        found: list[Story] = []
        left = query.limit
        for id in ids:
            story = self._story(id, query, left)
            if story is not None:
                left -= len(story.moments)
                found.append(story)
        return found

    def gone(self, query: EntityQuery, families: frozenset[int], since: Instant, limit: int, offset: int) -> list[str]:
        """Ids of deleted entities that were of these families at last (`Store.gone`)."""
        if not families:
            return []
        among = ", ".join(str(-family) for family in sorted(families))
        statement = _GONE.format(families=among)
        likes = None if query.id_pattern is None else compile_pattern(query.id_pattern)
        if query.ids is not None:
            asked = [rows(self._connection, f"{statement} AND id = ?", (since, id)) for id in query.ids]
            found = sorted(row for some in asked for row in some)
        else:
            skipped = () if likes is not None else (limit, offset)
            page = " ORDER BY row" + (" LIMIT ? OFFSET ?" if skipped else "")
            found = list(rows(self._connection, statement + page, (since, *skipped)))
        ids = [id for _, id in found if likes is None or likes(id)]
        return ids if query.ids is None and likes is None else ids[offset : offset + limit]

    def _deleted_at(self, entity: int) -> Instant:
        found = first(self._connection, _DELETED, (entity,))
        return 0 if found is None else found[0]

    def _story(self, id: str, query: HistoryQuery, left: int) -> Story | None:
        row = first(self._connection, "SELECT row, abs(family), body FROM entity WHERE id = ?", (id,))
        if row is None:
            return None
        entity, family, body = row
        self._newest = (0, 0)
        self._untold = {value.attribute: value for value in self._only_in_state(entity)}
        moments: list[Moment] = []
        complete = True
        periods: list[Hour] = []
        for pair in self._all_pairs(entity, query):
            if query.period is not None and (told := self._in_periods(entity, pair, query)) is not None:
                periods += told
                continue
            room = query.limit if query.each else left - len(moments)
            found = self._moments(entity, pair, query, room + 1)
            if len(found) > room:
                complete = False
                found = found[:room] if _forwards(query) else found[len(found) - room :]
            moments += found
        hours = [*self._hours(entity, query), *periods]
        seen = family in self._view
        if not seen and not moments and not hours:
            return None
        types = self._families.all[family if seen else self._newest[1]].types
        state = decode_entity(body) if body and seen else None
        if state is None:
            deleted = 0 if body else self._deleted_at(entity)
            return Story(id, types, moments, hours, complete, deleted_at=deleted)
        return Story(id, types, moments, hours, complete, state.created_at, state.modified_at, state.scopes)

    def _only_in_state(self, entity: int) -> Iterable[Value]:
        """What is told of an entity, but not in rows of history (`store.untold`)."""
        return ()

    def _all_pairs(self, entity: int, query: HistoryQuery) -> Iterable[_Pair]:
        """The (attribute, dataset) pairs of an entity, in order."""
        if not self._untold:
            return self._pairs(entity, query)
        wanted = self._wanted(query)
        untold = [(number, 0) for number in self._untold if wanted is None or number in wanted]
        return sorted([*self._pairs(entity, query), *untold])

    def _pairs(self, entity: int, query: HistoryQuery) -> Iterator[_Pair]:
        """The pairs of which history has rows, by seeking from one to the next.

        One column at a time: `(attribute, dataset) > (?, ?)` walks a pair of 100,000 values in 6 ms, a seek takes 3 us.
        """
        wanted = self._wanted(query)
        for attribute in self._attributes(entity) if wanted is None else sorted(wanted):
            dataset = -1
            while (found := first(self._connection, _NEXT_DATASET, (entity, attribute, dataset))) is not None:
                dataset = found[0]
                yield attribute, dataset

    def _attributes(self, entity: int) -> Iterator[int]:
        """The attributes that an entity has, or had."""
        attribute = -1
        while (found := first(self._connection, _NEXT_ATTRIBUTE, (entity, attribute))) is not None:
            attribute = found[0]
            yield attribute

    def _wanted(self, query: HistoryQuery) -> set[int] | None:
        """Numbers of the attributes that are asked for; None: of all."""
        if query.attributes is None:
            return None
        number = self._names.number
        return {number[name] for name in query.attributes if name in number}

    def _moments(self, entity: int, pair: _Pair, query: HistoryQuery, room: int) -> list[Moment]:
        """The pair's moments, oldest first; of more than `last` or `room` the newest, for pages the oldest."""
        wanted = room if query.last is None else min(query.last, room)
        found: list[Moment] = []
        attribute = self._names.text[pair[0]]
        dataset = self._names.text[pair[1]] or None
        for observed, position, received, principal, family, body in self._lines(entity, pair, query, wanted):
            if self._shows(family, attribute):
                self._newest = max(self._newest, (position, family))
                by = self._names.text[principal]
                instance = None if body is None else decode_instance(body)
                found.append(
                    Moment(
                        attribute=attribute,
                        dataset=dataset,
                        observed=observed,
                        received=received,
                        position=position,
                        principal=by,
                        instance=instance,
                    )
                )
                if len(found) >= wanted:
                    break
        if not _forwards(query):
            found.reverse()
        return found

    def _lines(self, entity: int, pair: _Pair, query: HistoryQuery, number: int) -> Iterable[Any]:
        """Observed, position, received, principal, family, body; so many are wanted at first."""
        column = query.by
        if (untold := self._value(pair)) is not None:
            time = getattr(untold, column)
            since = query.since is None or time >= query.since
            until = query.until is None or time < query.until
            known = query.known is None or untold.received <= query.known
            return [(*untold[1:6], untold.body)] if since and until and known else ()
        sql = _MOMENTS
        values: list[Any] = [entity, *pair]
        for condition, value in (
            (f"{column} >= ?", query.since),
            (f"{column} < ?", query.until),
            ("received <= ?", query.known),
        ):
            if value is not None:
                sql += f" AND {condition}"
                values.append(value)
        way = "ASC" if _forwards(query) else "DESC"
        return self._told(f"{sql} ORDER BY {column} {way}, position {way}", values, number)

    def _value(self, pair: _Pair) -> Value | None:
        """What is told of a pair in the state of its entity alone."""
        return None if pair[1] else self._untold.get(pair[0])

    def _told(self, sql: str, values: Sequence[Any], number: int) -> Iterable[Any]:
        """Rows, of which so many are wanted at first."""
        return self._connection.execute(sql, values)

    def _in_periods(self, entity: int, pair: _Pair, query: HistoryQuery) -> list[Hour] | None:
        """Statistics of the pair's values; None where they are not all plain numbers that this reader sees."""
        if query.since is None or query.period is None or query.last is not None or query.known is not None:
            return None
        asked = Periods(entity, pair, query.by, query.since, query.until, query.period)
        found = self._numbers(asked, self._names.text[pair[0]])
        if found is None:
            return None
        families, buckets = found
        self._newest = max(self._newest, (0, families or 0))
        attribute, dataset = self._names.text[pair[0]], self._names.text[pair[1]] or None
        return [
            _period(attribute, dataset, asked.since + index * asked.period, numbers)
            for index, numbers in sorted(buckets.items())
        ]

    def _numbers(self, asked: Periods, attribute: str) -> tuple[int | None, dict[int, list[float]]] | None:
        """The family of all values, and the numbers of each period; None as above."""
        since, period, by_truth = asked.since, asked.period, asked.by == "observed"
        rows_of: Iterable[Any] = ()
        if (untold := self._value(asked.pair)) is None:
            rows_of = self._connection.execute(_NUMBERS.format(column=asked.by), asked.values)
        elif asked.values[3] <= (time := getattr(untold, asked.by)) < asked.values[4]:
            rows_of = [(time, untold.position, untold.number, untold.family, untold.body)]
        buckets: dict[int, list[float]] = {}
        before = families = None
        for time, _, number, family, body in rows_of:
            if number is None or not body.startswith(_PLAIN) or MARK in body:
                return None
            if family != families:
                if families is not None or not self._shows(family, attribute):
                    return None
                families = family
            bucket = buckets.setdefault((time - since) // period, [])
            if by_truth and time == before:
                bucket[-1] = number
            else:
                bucket.append(number)
            before = time
        return families, buckets

    def _shows(self, family: int, attribute: str) -> bool:
        projection = self._view.get(family)
        return projection is not None and (projection.attributes is None or attribute in projection.attributes)

    def _hours(self, entity: int, query: HistoryQuery) -> list[Hour]:
        """Statistics of whole hours; of an hour that an entity spent in several families, those that are seen."""
        sql = "SELECT attribute, dataset, hour, family, n, total, squares, low, high FROM hourly WHERE entity = ?"
        values: list[Any] = [entity]
        if query.since is not None:
            sql += " AND hour >= ?"
            values.append(query.since - query.since % HOUR)
        if query.until is not None:
            sql += " AND hour < ?"
            values.append(query.until)
        wanted = None if query.attributes is None else set(query.attributes)
        sql += " ORDER BY attribute, dataset, hour, family"
        hours: list[Hour] = []
        for attribute, dataset, hour, family, *figures in rows(self._connection, sql, values):
            name = self._names.text[attribute]
            if (wanted is not None and name not in wanted) or not self._shows(family, name):
                continue
            self._newest = self._newest if self._newest[0] else (0, family)
            found = _hour(name, self._names.text[dataset] or None, hour, figures)
            if hours and _slot(hours[-1]) == _slot(found):
                found = _together(hours.pop(), found)
            hours.append(found)
        return hours


class SqliteStoryReader(StoryReader):
    def _only_in_state(self, entity: int) -> Iterable[Value]:
        return untold_values(self._connection, entity, self._names.text)


def _forwards(query: HistoryQuery) -> bool:
    """Whether the oldest values are wanted first."""
    return query.each and query.last is None


def _hour(attribute: str, dataset: str | None, hour: int, figures: Sequence[Any]) -> Hour:
    n, total, squares, low, high = figures
    return Hour(attribute=attribute, dataset=dataset, hour=hour, n=n, total=total, squares=squares, low=low, high=high)


def _period(attribute: str, dataset: str | None, start: int, numbers: Sequence[float]) -> Hour:
    figures = (len(numbers), fsum(numbers), fsum(x * x for x in numbers), min(numbers), max(numbers))
    return _hour(attribute, dataset, start, figures)


def _slot(hour: Hour) -> tuple[str, str | None, int]:
    return hour.attribute, hour.dataset, hour.hour


def _together(one: Hour, other: Hour) -> Hour:
    figures = (
        one.n + other.n,
        one.total + other.total,
        one.squares + other.squares,
        min(one.low, other.low),
        max(one.high, other.high),
    )
    return _hour(one.attribute, one.dataset, one.hour, figures)
