"""A unit that can be sent: an engine, an ambulance, a patrol. It names nobody; its crew is in records."""

from typing import Literal, get_args

import msgspec

from pinisi.vocabulary.instant import Instant

UnitState = Literal["free", "enRoute", "onScene", "returning", "off"]
"""`returning` units can be sent again from where they are; `off`: not on duty, or out of order."""
STATES: tuple[UnitState, ...] = get_args(UnitState)
SENDABLE: frozenset[UnitState] = frozenset({"free", "returning"})

LonLat = tuple[float, float]
ID = "urn:ngsi-ld:Unit:"


def is_unit(id: str) -> bool:
    """Whether it names a unit of the roster. A city without one writes a unit down by any other name."""
    return id.startswith(ID)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit as it is now.

    `position` is where it was last seen (`seen_at`), `base` where it stands when it is not out. `capabilities` are
    the city's own words (`fire-engine`, `ladder`, `ambulance`, `rescue-boat` ...). `incident` is that which it is out
    for; `exercise`: it is made up for a drill.
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

    @property
    def sendable(self) -> bool:
        return self.state in SENDABLE

    @property
    def where(self) -> LonLat:
        """Where it would start from: where it was last seen, else its base."""
        return self.position or self.base
