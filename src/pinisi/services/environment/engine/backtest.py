"""What a rule of forecasting would have said, hour after hour of one judged series, beside what came.

`pinisi backtest` runs the reaction itself over the past of a city; here is only the rule, on a series that is there
already, so that rules are compared before they are a reaction and that a forecast can tell its own measured error. Both
are scored by `pinisi.vocabulary.score`.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from pinisi.services.environment.engine.forecast import Forecast, forecast
from pinisi.services.environment.engine.hourly import Hourly
from pinisi.vocabulary.instant import DAY, HOUR, Instant
from pinisi.vocabulary.score import Compared, Errors, PlainRules, errors

Rule = Callable[[Hourly, Instant, Sequence[int]], Forecast | None]
HORIZONS = (1, 6, 24)
DAYS = 90
"""Over which a forecast tells its own error."""
EVERY = 7
"""Hours from one origin to the next there: no part of 24, so that every hour of the day comes up."""


def backtest(
    series: Hourly,
    first: Instant,
    until: Instant,
    came: Hourly | None = None,
    horizons: Sequence[int] = HORIZONS,
    rule: Rule = forecast,
    every: int = 1,
) -> list[Compared]:
    """Forecast from every full hour of a period with what was known by then.

    Args:
        series: good values by the verdicts as they were when each value came.
        first, until: the origins, `until` left out; what lies beyond `until` is not compared.
        came: the values to compare with; `series` where none are given.
        horizons: hours ahead.
        rule: what forecasts.
        every: hours from one origin to the next.
    """
    truth, plain = came or series, PlainRules(dict(series.there()))
    found: list[Compared] = []
    for origin in range(first, until, every * HOUR):
        targets = [ahead for ahead in horizons if origin + ahead * HOUR < until]
        wanted = [ahead for ahead in targets if not math.isnan(truth.at(origin + ahead * HOUR))]
        told = rule(series.until(origin), origin, wanted) if wanted else None
        if told is not None:
            found.extend(_compared(told, truth, plain))
    return found


def by_hours_ahead(compared: Iterable[Compared]) -> dict[int, Errors]:
    """Hours ahead -> the errors, the nearest first."""
    groups: dict[int, list[Compared]] = {}
    for one in compared:
        groups.setdefault(one.ahead // HOUR, []).append(one)
    return {ahead: errors(groups[ahead]) for ahead in sorted(groups)}


def measured(series: Hourly, origin: Instant, came: Hourly, ahead: int = 24, days: int = DAYS) -> list[Compared]:
    """What the forecasts of the last days said `ahead` hours before, and what came: what to tell beside a new one.

    Nothing later than `origin` is looked at. Empty where no forecast could be made.
    """
    first = max(origin - days * DAY, series.first)
    return backtest(series.until(origin), first, origin + HOUR, came.until(origin), (ahead,), every=EVERY)


def _compared(told: Forecast, truth: Hourly, plain: PlainRules) -> Iterator[Compared]:
    for hour in told.hours:
        yield Compared(
            at=hour.at,
            ahead=hour.at - told.origin,
            value=hour.value,
            interval=(hour.low, hour.high),
            came=truth.at(hour.at),
            plain=plain.said(told.origin, hour.at),
        )
