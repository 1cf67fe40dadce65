"""The values of one attribute over a period, and what they come to: the numbers of a report section. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.units import UnitMismatch, in_unit
from pinisi.runtime.view import Over
from pinisi.store.history import Moment, Story
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import SECOND, Instant


class Stretch(msgspec.Struct, frozen=True):
    """Values that are known by their statistics: one value, or an hour beyond raw retention. `at` is when it was true,
    or the first moment of the hour.
    """

    at: Instant
    n: int
    low: float
    mean: float
    high: float


class PastValues(msgspec.Struct, frozen=True):
    """`instances` are the values that are still there, for their provenance; numbers are in `unit`.

    `unlike`: values that are left out, since their unit cannot be compared.
    """

    stretches: Sequence[Stretch]
    instances: Sequence[Instance]
    unit: str | None = None
    unlike: int = 0

    @property
    def n(self) -> int:
        return sum(each.n for each in self.stretches)


def past_values(story: Story, attribute: str, dataset: str | None = None) -> PastValues:
    """The numbers of an attribute (IRI) of one dataset; of a moment that was corrected the last word."""
    moments = _last_words([each for each in story.moments if each.attribute == attribute and each.dataset == dataset])
    unit = next((each.unit_code for _, each in reversed(moments) if each.unit_code), None)
    told, unlike = _told(moments, unit)
    first = min((at for at, _ in moments), default=None)
    hours = [
        Stretch(hour.hour, hour.n, hour.low, hour.total / hour.n, hour.high)
        for hour in story.hours
        if hour.attribute == attribute and hour.dataset == dataset and (first is None or hour.hour < first)
    ]
    return PastValues([*hours, *told], [instance for _, instance in moments], unit, unlike)


def _last_words(moments: Sequence[Moment]) -> list[tuple[Instant, Instance]]:
    """Numbers by the time at which they were true."""
    last: dict[Instant, Moment] = {}
    for moment in sorted(moments, key=lambda each: each.position):
        last[moment.observed] = moment
    found = [(at, last[at].instance) for at in sorted(last)]
    return [(at, instance) for at, instance in found if instance is not None and type(instance.value) in (int, float)]


def _told(moments: Sequence[tuple[Instant, Instance]], unit: str | None) -> tuple[list[Stretch], int]:
    told: list[Stretch] = []
    for at, instance in moments:
        try:
            number = in_unit(float(instance.value), instance.unit_code, unit)
        except UnitMismatch:
            continue
        told.append(Stretch(at, 1, number, number, number))
    return told, len(moments) - len(told)


def figure_of(over: Over, limit: float | None, values: PastValues, zone: ZoneInfo) -> float | None:
    """What the values come to; None where there is none."""
    if not values.stretches:
        return None
    match over:
        case "min":
            return min(each.low for each in values.stretches)
        case "max":
            return max(each.high for each in values.stretches)
        case "sum":
            return sum(each.n * each.mean for each in values.stretches)
        case "days-above":
            return len({_day(each.at, zone) for each in values.stretches if limit is not None and each.high > limit})
        case "mean":
            return sum(each.n * each.mean for each in values.stretches) / values.n
        case "last":
            return values.stretches[-1].mean


def days_with_values(values: PastValues, zone: ZoneInfo) -> int:
    return len({_day(each.at, zone) for each in values.stretches})


def _day(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / SECOND, zone).date().isoformat()
