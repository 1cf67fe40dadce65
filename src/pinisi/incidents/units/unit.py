"""A unit that can be sent: an engine, an ambulance, a patrol. It names nobody; its crew is in records."""

from typing import Literal, get_args

import msgspec

from pinisi.vocabulary.instant import MINUTE, Instant

UnitState = Literal["free", "enRoute", "onScene", "returning", "off"]
"""`returning` units can be sent again from where they are; `off`: not on duty, or out of order."""
STATES: tuple[UnitState, ...] = get_args(UnitState)
SENDABLE: frozenset[UnitState] = frozenset({"free", "returning"})

OUT: frozenset[UnitState] = frozenset({"enRoute", "onScene", "returning"})
"""While it is out, its crew may be asked where it is."""
OffReason = Literal["repair", "no-crew", "restocking", "training", "shift-end", "other"]
OFF_REASONS: tuple[OffReason, ...] = get_args(OffReason)
TRUSTED = 10 * MINUTE
"""A position that is older says nothing of where a unit would start from. A default of Pinisi."""

LonLat = tuple[float, float]
ID = "urn:ngsi-ld:Unit:"


def is_unit(id: str) -> bool:
    """Whether it names a unit of the roster. A city without one writes a unit down by any other name."""
    return id.startswith(ID)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit as it is now.

    `position` is where it was last seen (`seen_at`), `base` where it stands when it is not out. `capabilities` are
    the city's own words (`fire-engine`, `ladder`, `ambulance`, `rescue-boat` ...). `incident` is that which it is out
    for; `exercise`: it is made up for a drill; `off_reason`: why it is off, where that was said.
    """

    id: str
    name: str
    agency: str
    capabilities: frozenset[str]
    state: UnitState
    base: LonLat
    position: LonLat | None = None
    seen_at: Instant = 0
    incident: str = ""
    exercise: bool = False
    off_reason: OffReason | Literal[""] = ""

    @property
    def sendable(self) -> bool:
        return self.state in SENDABLE

    @property
    def where(self) -> LonLat:
        """Where it was last seen, else its base."""
        return self.position or self.base

    def trusted(self, now: Instant) -> bool:
        """Whether it was seen so lately that it would start from there."""
        return self.position is not None and now - self.seen_at <= TRUSTED

    def start(self, now: Instant) -> LonLat:
        """Where it would start from: where it was seen lately, else its base."""
        return self.where if self.trusted(now) else self.base
