"""Who of those on the road may ask signals for priority: a rule of the city."""

from typing import Annotated

import msgspec


class PriorityRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`units`: capabilities of `operations.toml`; those on their way to an incident with one of them may ask.
    `bus_late`: seconds behind the timetable from which a bus may; None: none may.
    """

    units: tuple[str, ...] = ()
    bus_late: Annotated[int, msgspec.Meta(ge=0, le=7200)] | None = None
