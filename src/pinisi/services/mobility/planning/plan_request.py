"""What is asked of the job "plan for a junction", and what it answers."""

from typing import Annotated

import msgspec

from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.capacity.approach import Junction
from pinisi.services.mobility.engine.capacity.judged import JunctionResult, Timing
from pinisi.services.mobility.engine.signals.plan import SignalPlan

TEXTS = texts_of("pinisi.services.mobility")


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`layout` holds demand, widths, surroundings and stages; `before` the timing that is set in the street now.

    `counted` says when and how the demand was counted; it is printed beside the numbers.
    """

    junction: Annotated[str, asked(TEXTS["plan-junction"], min_length=1, max_length=60)]
    name: Annotated[str, asked(TEXTS["plan-name"], min_length=1, max_length=120)]
    counted: Annotated[str, asked(TEXTS["plan-counted"], min_length=1, max_length=200)]
    layout: Annotated[Junction, asked(TEXTS["plan-layout"])]
    before: Annotated[Timing | None, asked(TEXTS["plan-before"])] = None


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan as the signals know plans, how it does by the manual, and how the present timing does."""

    plan: SignalPlan
    after: JunctionResult
    before: JunctionResult | None = None
