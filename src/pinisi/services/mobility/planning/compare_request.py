"""What is asked of the report before and after: two periods of one junction, each with its counts and its timing."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from pinisi.services.mobility.counting.counted_past import CountedPast
from pinisi.services.mobility.engine.capacity.approach import Junction
from pinisi.services.mobility.engine.capacity.judged import JunctionResult, Timing
from pinisi.services.mobility.engine.capacity.peak import Peak
from pinisi.services.mobility.planning.plan_request import CountsAsked

MOST_ROADS = 8


class PeriodAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A period in which was counted, and the timing that was set in the street then."""

    since: Annotated[datetime, Meta(tz=True)]
    until: Annotated[datetime, Meta(tz=True)]
    timing: Timing

    @property
    def counts(self) -> CountsAsked:
        return CountsAsked(since=self.since, until=self.until)


class CompareRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`layout` has geometry and stages; its demand is that of the counts. `roads` are ids of entities whose
    `averageVehicleSpeed` was measured in both periods.
    """

    junction: Annotated[str, Meta(min_length=1, max_length=60)]
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    layout: Junction
    before: PeriodAsked
    after: PeriodAsked
    roads: Annotated[tuple[str, ...], Meta(max_length=MOST_ROADS)] = ()


class RoadSpeed(msgspec.Struct, frozen=True, kw_only=True):
    """Mean of the measured speeds of one road in one period, KMH; `n` values."""

    speed: float
    n: int


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two periods: what was counted, its peak hour, what the manual says of it, speeds by road."""

    asked: PeriodAsked
    past: CountedPast
    peak: Peak
    result: JunctionResult
    layout: Junction
    speeds: dict[str, RoadSpeed]
