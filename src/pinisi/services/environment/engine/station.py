"""The ISPU of a station at a moment, from the judged values of its last 24 hours, with what was left out."""

from collections.abc import Mapping, Sequence

import msgspec

from pinisi.services.environment.engine import ispu
from pinisi.services.environment.engine.cleaning import Verdict
from pinisi.services.environment.engine.overall import Overall, overall
from pinisi.services.environment.engine.pollutant import Pollutant, SubIndex
from pinisi.vocabulary.instant import HOUR, Instant

HOURS = 24
FEWEST_HOURS = 18
"""A mean of fewer hours stands for no day (three quarters, as 40 CFR 50 App. N asks; P.14/2020 says nothing)."""


class Mean(msgspec.Struct, frozen=True):
    """A pollutant's mean of the last 24 hours in microgram a cubic metre; `value` None when too few hours are good.

    `hours`: hours with a good value. `left_out`: values that a verdict kept out. `index`: not rounded.
    """

    pollutant: Pollutant
    value: float | None
    hours: int
    left_out: int
    index: float | None


class StationIndex(msgspec.Struct, frozen=True):
    """`overall` None when no pollutant has hours enough; its `missing` are those that were measured without."""

    at: Instant
    overall: Overall | None
    category: ispu.Category | None
    means: tuple[Mean, ...]


def station_ispu(values: Mapping[Pollutant, Sequence[Verdict]], at: Instant) -> StationIndex:
    """The index that holds at `at` (left out itself): means of the 24 hours before it, the highest of their indices."""
    means = tuple(_mean(pollutant, verdicts, at) for pollutant, verdicts in values.items())
    found = overall([SubIndex(mean.pollutant, mean.index) for mean in means if mean.index is not None], asked=values)
    return StationIndex(at, found, None if found is None else ispu.category(found.value), means)


def _mean(pollutant: Pollutant, verdicts: Sequence[Verdict], at: Instant) -> Mean:
    """Of the hours' means, so that an hour with many values weighs no more than another."""
    recent = [verdict for verdict in verdicts if at - HOURS * HOUR <= verdict.at < at]
    by_hour: dict[int, list[float]] = {}
    for verdict in recent:
        if verdict.used:
            by_hour.setdefault((at - verdict.at - 1) // HOUR, []).append(verdict.value)
    left_out = sum(not verdict.used for verdict in recent)
    if len(by_hour) < FEWEST_HOURS:
        return Mean(pollutant, None, len(by_hour), left_out, None)
    value = sum(sum(hour) / len(hour) for hour in by_hour.values()) / len(by_hour)
    return Mean(pollutant, value, len(by_hour), left_out, ispu.sub_index(pollutant, value))
