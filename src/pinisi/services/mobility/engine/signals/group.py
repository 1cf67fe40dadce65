"""A signal group: the lamps that always show the same."""

from typing import Literal

import msgspec

Kind = Literal["vehicle", "pedestrian", "bus"]


class SignalGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One signal group (RSMP object type "Signal group"). All times in seconds.

    Args:
        id: unique in its junction, as the controller in the street names it.
        minimum_green: the shortest green that is ever shown.
        amber: shown after each green, no shorter and no longer; 0 for people on foot.
        red_amber: shown before each green; 0 where the country does not use it.
        maximum_red: the longest from the end of a green to the next green; None where nobody waits unasked (a bus
            that is not there).
        pedestrian_clearance: how long people who began to cross at the end of green need to the other side.
    """

    id: str
    kind: Kind = "vehicle"
    name: str = ""
    minimum_green: float
    amber: float = 0.0
    red_amber: float = 0.0
    maximum_red: float | None = None
    pedestrian_clearance: float = 0.0
