"""A series with one value an hour: what forecasts are made from."""

import math
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

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
    good = [verdict for verdict in verdicts if not verdict.reasons or verdict.used]
    if not good:
        return Hourly(0, ())
    hours = np.array([verdict.at for verdict in good], np.int64) // HOUR
    first = int(hours.min())
    counts = np.bincount(hours - first)
    sums = np.bincount(hours - first, weights=np.array([verdict.value for verdict in good], np.float64))
    means = np.divide(sums, counts, out=np.full(counts.size, np.nan), where=counts > 0)
    return Hourly(first * HOUR, tuple(means.tolist()))
