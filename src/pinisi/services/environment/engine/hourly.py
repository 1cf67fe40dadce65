"""A series with one value an hour: what forecasts are made from."""

import math
from collections.abc import Iterable, Iterator

import msgspec

from pinisi.services.environment.engine.cleaning import Verdict
from pinisi.vocabulary.instant import HOUR, Instant


class Hourly(msgspec.Struct, frozen=True):
    """Values hour by hour from `first` on, a full hour; NaN where there is none."""

    first: Instant
    values: tuple[float, ...]

    @property
    def last(self) -> Instant:
        """The hour of the last value."""
        return self.first + (len(self.values) - 1) * HOUR

    def until(self, at: Instant) -> "Hourly":
        """What of it was there at a moment."""
        return Hourly(self.first, self.values[: max(0, (at - self.first) // HOUR + 1)])

    def at(self, moment: Instant) -> float:
        """The value of the hour in which a moment lies; NaN outside."""
        place = (moment - self.first) // HOUR
        return self.values[place] if 0 <= place < len(self.values) else math.nan

    def there(self) -> Iterator[tuple[Instant, float]]:
        """The hours that have a value, with it."""
        for place, value in enumerate(self.values):
            if not math.isnan(value):
                yield self.first + place * HOUR, value


def hourly(verdicts: Iterable[Verdict]) -> Hourly:
    """The means of the good values of each hour; an hour begins with its full hour."""
    sums: dict[Instant, float] = {}
    counts: dict[Instant, int] = {}
    for verdict in verdicts:
        if verdict.used:
            hour = verdict.at // HOUR * HOUR
            sums[hour] = sums.get(hour, 0.0) + verdict.value
            counts[hour] = counts.get(hour, 0) + 1
    if not sums:
        return Hourly(0, ())
    first, last = min(sums), max(sums)
    values = [math.nan] * ((last - first) // HOUR + 1)
    for hour, total in sums.items():
        values[(hour - first) // HOUR] = total / counts[hour]
    return Hourly(first, tuple(values))
