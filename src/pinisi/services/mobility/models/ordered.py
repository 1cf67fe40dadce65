"""How a junction is ordered to run, over restarts of the house too."""

from typing import Annotated, Literal

import msgspec

Mode = Literal["plan", "cyclic", "acyclic", "flash"]


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """`plan` is the number of a stored plan; None: what the controller chooses by its own tables. `until`: when
    flashing ends, seconds; the mode before comes back then. `offset` of the plan of the layout, seconds; None: as
    stored.
    """

    mode: Mode = "plan"
    plan: Annotated[int, msgspec.Meta(ge=1, le=255)] | None = None
    until: float | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=1000)] | None = None
    since: float = 0.0
    by: str = ""
