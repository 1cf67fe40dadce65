"""How long all stay red after an amber: from distances and speeds (PKJI 2023, 5-9; MKJI 1997, chapter 2, step B-2)."""

import msgspec

VEHICLE_SPEED = 10.0
"""vKBR, vKDT of vehicles with a motor, m/s."""
UNMOTORISED_SPEED = 3.0
WALKING_SPEED = 1.2
VEHICLE_LENGTH = 5.0
"""PKBR of cars and lorries, m."""
MOTORCYCLE_LENGTH = 2.0
"""PKBR of motorcycles and what has no motor, m."""
AMBER = 3.0
"""wK "is usually 3.0 s in Indonesian cities" (5.3.4)."""


class Conflict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the last one of this stage meets the first one of the next. Metres from the stop lines to that point."""

    leaving: float
    arriving: float
    leaving_length: float = VEHICLE_LENGTH
    leaving_speed: float = VEHICLE_SPEED
    arriving_speed: float = VEHICLE_SPEED


def all_red(conflicts: tuple[Conflict, ...], crossing: float = 0) -> float:
    """wMS in seconds, not rounded; `crossing` is how far people walk across in this time (LPK), metres."""
    vehicles = max((_seconds(conflict) for conflict in conflicts), default=0)
    return max(0.0, vehicles, crossing / WALKING_SPEED)


def _seconds(conflict: Conflict) -> float:
    gone = (conflict.leaving + conflict.leaving_length) / conflict.leaving_speed
    return gone - conflict.arriving / conflict.arriving_speed


def usual_intergreen(mean_width: float) -> int:
    """wAH a stage, seconds, where distances are not known (table 5-1), by the mean width of the roads in metres."""
    if mean_width < 10:
        return 4
    return 5 if mean_width < 15 else 6
