"""What is asked of the job "plan for a junction", and what it answers."""

from datetime import datetime
from typing import Annotated

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.capacity.approach import Junction
from pinisi.services.mobility.engine.capacity.judged import JunctionResult, Timing
from pinisi.services.mobility.engine.signals.plan import SignalPlan

TEXTS = texts_of("pinisi.services.mobility")


class CountsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The counts of the junction between two moments, with their offset from UTC: their peak hour is planned for."""

    since: Annotated[datetime, asked(TEXTS["plan-since"], tz=True)]
    until: Annotated[datetime, asked(TEXTS["plan-until"], tz=True)]


class PeakTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the demand comes from: the peak hour of counts.

    `short`: movements that were not counted for the whole hour, blown up to one; `uncounted`: classes that nobody
    counted, taken for 0. Each as "approach movement (class)".
    """

    begin: datetime
    peak_factor: float | None
    intervals: int
    providers: tuple[str, ...]
    methods: tuple[str, ...]
    short: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        return set(self.methods) == {"measured"}


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`layout` holds demand, widths, surroundings and stages; `before` the timing that is set in the street now.

    `counted` says when and how the demand was counted; it is printed beside the numbers. With `counts` the demand in
    `layout` is replaced by the peak hour of what was counted.
    """

    junction: Annotated[str, asked(TEXTS["plan-junction"], min_length=1, max_length=60)]
    name: Annotated[str, asked(TEXTS["plan-name"], min_length=1, max_length=120)]
    counted: Annotated[str, asked(TEXTS["plan-counted"], max_length=200)]
    layout: Annotated[Junction, asked(TEXTS["plan-layout"])]
    before: Annotated[Timing | None, asked(TEXTS["plan-before"])] = None
    counts: Annotated[CountsAsked | None, asked(TEXTS["plan-counts"])] = None


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan as the signals know plans, how it does by the manual, and how the present timing does."""

    plan: SignalPlan
    after: JunctionResult
    before: JunctionResult | None = None
    peak: PeakTold | None = None


class PlanInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is computed: the request with its demand, and where that comes from."""

    request: PlanRequest
    peak: PeakTold | None = None
