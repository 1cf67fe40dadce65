"""Statistics of values over periods of time (NGSI-LD 4.5.19).

Which method counts what is in tables 4.5.19.1-1 to -3: of arrays their sizes, of truth 0 and 1, of texts, moments and
dates the first and the last, of times of day their mean too; of anything else only how many.

Where only hourly statistics are left of old values, they enter whole into the period in which the hour begins; the
number of distinct values cannot be told from them, and is then left out.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from pinisi.context.temporal_query import TemporalQuery
from pinisi.store.history import Hour
from pinisi.vocabulary.entity import LIST, PROPERTY, Instance
from pinisi.vocabulary.instant import HOUR, Instant, format_instant, parse_instant

MOST_PERIODS = 100_000
_LAST = parse_instant("9999-12-31T23:59:59.999999Z")
_encode = msgspec.json.Encoder(order="deterministic").encode
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d(?:[.,]\d{1,6})?)Z", re.ASCII)
_MOMENTS = frozenset(("DateTime", "Date", "Time"))


class Array(NamedTuple):
    """An array as a value: counted by its size, told apart by what is in it."""

    size: int
    content: bytes


class Moment(NamedTuple):
    """A value of type DateTime, Date or Time, by its `@value`."""

    kind: str
    text: str


class Bucket(msgspec.Struct):
    """What fell into one period."""

    start: Instant
    end: Instant
    values: list[Any]
    hours: list[Hour]

    @property
    def numbers(self) -> list[float]:
        """Numbers, and truth as 0 and 1."""
        return [float(value) for value in self.values if isinstance(value, int | float)]

    @property
    def sizes(self) -> list[float]:
        return [float(value.size) for value in self.values if isinstance(value, Array)]

    @property
    def texts(self) -> list[str]:
        return [value for value in self.values if isinstance(value, str)]

    @property
    def moments(self) -> list[str]:
        return [value.text for value in self.values if isinstance(value, Moment)]

    @property
    def times(self) -> list[float]:
        """Times of day in seconds."""
        found = [_TIME.fullmatch(value.text) for value in self.values if isinstance(value, Moment)]
        return [int(one[1]) * 3600 + int(one[2]) * 60 + float(one[3].replace(",", ".")) for one in found if one]

    @property
    def n(self) -> int:
        return len(self.numbers) + sum(hour.n for hour in self.hours)

    @property
    def total(self) -> float:
        return math.fsum(self.numbers) + math.fsum(hour.total for hour in self.hours)

    @property
    def squares(self) -> float:
        return math.fsum(x * x for x in self.numbers) + math.fsum(hour.squares for hour in self.hours)


def aggregate(
    values: Sequence[tuple[Instant, Instance | None]], hours: Sequence[Hour], query: TemporalQuery, start: Instant
) -> dict[str, Any]:
    """Method -> list of [result, start of the period, its end], of periods that hold a value.

    Args:
        values: time and instance, in the order of time.
        start: where the first period begins.
    """
    buckets = _buckets(values, hours, query, start)
    results: dict[str, Any] = {}
    for method in query.methods:
        rows = [[result, bucket] for bucket in buckets if (result := _METHODS[method](bucket)) is not None]
        results[method] = [[result, _text(bucket.start), _text(bucket.end)] for result, bucket in rows]
    return results


def _text(instant: Instant) -> str:
    return format_instant(min(instant, _LAST))


def _buckets(
    values: Sequence[tuple[Instant, Instance | None]], hours: Sequence[Hour], query: TemporalQuery, start: Instant
) -> list[Bucket]:
    found: dict[int, Bucket] = {}
    periods = _Periods(query, start, _end(values, hours, query, start))
    for time, instance in values:
        if instance is not None:
            periods.bucket(found, time).values.append(_comparable(instance))
    for hour in hours:
        periods.bucket(found, max(hour.hour, start)).hours.append(hour)
    return [found[index] for index in sorted(found)]


class _Periods:
    """The periods one after another from `start`; months follow the calendar, so they are not all equally long."""

    def __init__(self, query: TemporalQuery, start: Instant, end: Instant) -> None:
        self.period = query.period
        self.start = start
        self.end = end
        self.starts = [start]

    def bucket(self, found: dict[int, Bucket], time: Instant) -> Bucket:
        index, first, last = self._around(time)
        bucket = found.get(index)
        if bucket is None:
            bucket = found[index] = Bucket(first, last, [], [])
        return bucket

    def _around(self, time: Instant) -> tuple[int, Instant, Instant]:
        period = self.period
        if period.zero:
            return 0, self.start, self.end
        if period.months == 0:
            index = (time - self.start) // period.microseconds
            first = self.start + index * period.microseconds
            return index, first, first + period.microseconds
        while self.starts[-1] <= time and len(self.starts) < MOST_PERIODS:
            self.starts.append(self._after(len(self.starts)))
        index = bisect_right(self.starts, time) - 1
        return index, self.starts[index], self._after(index + 1)

    def _after(self, times: int) -> Instant:
        """Where a period begins; beyond the calendar there is only its end."""
        try:
            return self.period.after(self.start, times)
        except OverflowError:
            return _LAST + 1


def _end(
    values: Sequence[tuple[Instant, Instance | None]], hours: Sequence[Hour], query: TemporalQuery, start: Instant
) -> Instant:
    """The end of the whole time asked for: the question's, else that of the last value."""
    if query.until is not None:
        return query.until
    last = [values[-1][0]] if values else []
    return max([start, *last, *(hour.hour + HOUR for hour in hours)])


def _comparable(instance: Instance) -> Any:
    value = instance.value
    if instance.kind not in (PROPERTY, LIST):
        return (instance.kind, _encode(value))
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return Array(len(cast(list[Any], value)), _encode(value))
    typed = cast(dict[str, Any], value)
    kind, text = str(typed.get("@type")).rpartition("/")[2], typed.get("@value")
    if kind in _MOMENTS and isinstance(text, str):
        return Moment(kind, text)
    return (instance.kind, _encode(value))


def _distinct(bucket: Bucket) -> int | None:
    return None if bucket.hours else len({(type(value) is bool, value) for value in bucket.values})


def _sum(bucket: Bucket) -> float | None:
    sizes = bucket.sizes
    return bucket.total + math.fsum(sizes) if bucket.n or sizes else None


def _average(bucket: Bucket) -> float | str | None:
    total, times = _sum(bucket), bucket.times
    if total is not None:
        return total / (bucket.n + len(bucket.sizes))
    return _time_of_day(math.fsum(times) / len(times)) if times else None


def _time_of_day(seconds: float) -> str:
    whole, micro = divmod(round(seconds * 1_000_000), 1_000_000)
    fraction = f".{micro:06d}".rstrip("0") if micro else ""
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{fraction}Z"


def _deviation(bucket: Bucket) -> float | None:
    """The standard deviation of all values of the period (of the population)."""
    if not bucket.n:
        return None
    mean = bucket.total / bucket.n
    if not bucket.hours:
        return math.sqrt(math.fsum((x - mean) ** 2 for x in bucket.numbers) / bucket.n)
    return math.sqrt(max(0.0, bucket.squares / bucket.n - mean * mean))


def _least(bucket: Bucket) -> Any:
    numbers = [*bucket.numbers, *bucket.sizes, *(hour.low for hour in bucket.hours)]
    return min(numbers) if numbers else min(bucket.texts or bucket.moments, default=None)


def _greatest(bucket: Bucket) -> Any:
    numbers = [*bucket.numbers, *bucket.sizes, *(hour.high for hour in bucket.hours)]
    return max(numbers) if numbers else max(bucket.texts or bucket.moments, default=None)


_METHODS: dict[str, Callable[[Bucket], Any]] = {
    "totalCount": lambda bucket: len(bucket.values) + sum(hour.n for hour in bucket.hours),
    "distinctCount": _distinct,
    "sum": _sum,
    "avg": _average,
    "min": _least,
    "max": _greatest,
    "stddev": _deviation,
    "sumsq": lambda bucket: bucket.squares if bucket.n else None,
}
