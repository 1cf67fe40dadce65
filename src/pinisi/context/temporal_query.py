"""The temporal query language (NGSI-LD 4.11) and what goes with it: lastN, aggregation methods and periods."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import msgspec

from pinisi.context.duration import Duration, NotADuration, parse_duration
from pinisi.context.query_error import QueryError
from pinisi.store.history import HistoryQuery
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant

TimeProperty = Literal["observedAt", "createdAt", "modifiedAt", "deletedAt"]
AggregationMethod = Literal["totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"]

TIME_PROPERTIES: tuple[TimeProperty, ...] = ("observedAt", "createdAt", "modifiedAt", "deletedAt")
AGGREGATION_METHODS: tuple[AggregationMethod, ...] = (
    "totalCount",
    "distinctCount",
    "sum",
    "avg",
    "min",
    "max",
    "stddev",
    "sumsq",
)
WHOLE_TIME = Duration()
_MOST_INSTANCES = 1_000_000


class TemporalQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of history, and how it is summed up.

    `since` is inclusive, `until` exclusive (NGSI-LD 4.11); None is open. `last` keeps the newest n of each attribute
    instance. With `methods` the answer is aggregated over each `period`; zero is the whole time asked for.
    """

    timeproperty: TimeProperty = "observedAt"
    since: Instant | None = None
    until: Instant | None = None
    last: int | None = None
    methods: tuple[AggregationMethod, ...] = ()
    period: Duration = WHOLE_TIME

    @property
    def even_period(self) -> Instant | None:
        """The length of the periods, where statistics of each are enough: they begin at a known moment, are all equally
        long, and no method looks at single values."""
        if self.since is None or not self.methods or {"distinctCount", "stddev"} & set(self.methods):
            return None
        if self.timeproperty == "deletedAt":
            return None
        if self.period.zero:
            return None if self.until is None else self.until - self.since
        return None if self.period.months else self.period.microseconds

    def history(
        self,
        attributes: Sequence[str] | None = None,
        known: Instant | None = None,
        limit: int = 10_000,
        *,
        each: bool = False,
    ) -> HistoryQuery:
        """The same as the store asks it: `observedAt` is when it was true, all others when it was known."""
        return HistoryQuery(
            attributes=None if attributes is None else tuple(attributes),
            by="observed" if self.timeproperty == "observedAt" else "received",
            since=self.since,
            until=self.until,
            known=known,
            last=self.last,
            limit=limit,
            each=each,
        )


def parse_temporal_query(parameters: Mapping[str, Any], *, required: bool = False) -> TemporalQuery:
    """Read timerel, timeAt, endTimeAt, timeproperty, lastN, aggrMethods and aggrPeriodDuration; others are ignored.

    The parameters come from a URL (all text) or from the body of a query (lastN a number, aggrMethods an array).

    Args:
        required: a query over many entities must say which time it means (NGSI-LD 5.7.4).

    Raises:
        QueryError: names the parameter.
    """
    since, until = _window(parameters)
    if required and since is None and until is None:
        raise QueryError("timerel", "is missing: a temporal query says before, after or between")
    return TemporalQuery(
        timeproperty=_time_property(parameters.get("timeproperty")),
        since=since,
        until=until,
        last=_last(parameters.get("lastN")),
        methods=_methods(parameters.get("aggrMethods")),
        period=_period(parameters.get("aggrPeriodDuration")),
    )


def _window(parameters: Mapping[str, Any]) -> tuple[Instant | None, Instant | None]:
    relation = parameters.get("timerel")
    if relation is None:
        for name in ("timeAt", "endTimeAt"):
            if parameters.get(name) is not None:
                raise QueryError("timerel", f"is missing, though {name} is given")
        return None, None
    if relation not in ("before", "after", "between"):
        raise QueryError("timerel", f"{relation!r} is none of before, after and between")
    at = _instant("timeAt", parameters)
    if relation != "between":
        if parameters.get("endTimeAt") is not None:
            raise QueryError("endTimeAt", f"goes with between, not with {relation}")
        return (None, at) if relation == "before" else (at, None)
    end = _instant("endTimeAt", parameters)
    if end <= at:
        raise QueryError("endTimeAt", "is not after timeAt")
    return at, end


def _instant(name: str, parameters: Mapping[str, Any]) -> Instant:
    text = parameters.get(name)
    if text is None:
        raise QueryError(name, f"is missing: {parameters['timerel']} needs it")
    try:
        return parse_instant(cast(str, text))
    except (NotAnInstant, TypeError) as error:
        raise QueryError(name, str(error)) from None


def _time_property(name: Any) -> TimeProperty:
    if name is None:
        return "observedAt"
    if name not in TIME_PROPERTIES:
        raise QueryError("timeproperty", f"{name!r} is none of {', '.join(TIME_PROPERTIES)}")
    return name


def _last(number: Any) -> int | None:
    if number is None:
        return None
    text = str(number)
    if isinstance(number, (bool, float)) or not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) == 0:
        raise QueryError("lastN", f"{text[:20]!r} is no positive whole number")
    return min(int(text), _MOST_INSTANCES)


def _methods(given: Any) -> tuple[AggregationMethod, ...]:
    if given is None:
        return ()
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, Sequence) or not names:
        raise QueryError("aggrMethods", "is no list of methods")
    for name in cast(Sequence[Any], names):
        if name not in AGGREGATION_METHODS:
            raise QueryError("aggrMethods", f"{name!r} is none of {', '.join(AGGREGATION_METHODS)}")
    return tuple(dict.fromkeys(cast(Sequence[AggregationMethod], names)))


def _period(text: Any) -> Duration:
    if text is None:
        return WHOLE_TIME
    try:
        return parse_duration(cast(str, text))
    except (NotADuration, TypeError) as error:
        raise QueryError("aggrPeriodDuration", str(error)) from None
