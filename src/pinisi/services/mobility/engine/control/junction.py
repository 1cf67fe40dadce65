"""A signal-controlled junction as a controller knows it, and what its detectors tell."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Link(msgspec.Struct, frozen=True, gc=False):
    """One signal head: from an approach lane over the junction into an exit lane."""

    lane: str
    exit: str


class Stage(msgspec.Struct, frozen=True):
    """Links that are green together; `state` has one letter a link: G priority, g gives way, s turns after a stop."""

    state: str

    def serves(self, link: int) -> bool:
        return self.state[link] in "Gg"


class Junction(msgspec.Struct, frozen=True):
    """The stages in the order of the stored plan, with the plan's green of each (s).

    Attributes:
        links: one tuple a signal head, empty where the head controls nothing.
        plan_s: green of each stage in the stored plan.
        clearance_s: yellow and all-red between two stages.
        beside: the other lanes of the same approach, by approach lane.
        fed_by: the signal-controlled lanes behind an exit lane, by exit lane, as far as known.
        close: approach lanes that begin at the junction before: who stands in a full one stands in that junction, too.
    """

    name: str
    links: tuple[tuple[Link, ...], ...]
    stages: tuple[Stage, ...]
    plan_s: tuple[float, ...]
    clearance_s: float
    speed_mps: Mapping[str, float]
    length_m: Mapping[str, float]
    beside: Mapping[str, tuple[str, ...]] = {}
    fed_by: Mapping[str, tuple[str, ...]] = {}
    close: frozenset[str] = frozenset()


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One vehicle in a detector's field.

    Attributes:
        distance_m: to the stop line, along the road.
        speed_mps: as measured.
        waited_s: since it first stood in this field; 0 for one that never stood.
        share: the part of it that is expected in this lane, below 1 where the road forks before the stop line.
    """

    distance_m: float
    speed_mps: float
    waited_s: float
    share: float = 1.0


class Exit(msgspec.Struct, frozen=True, gc=False):
    """The beginning of the lane behind the junction, as far as a camera sees it.

    Attributes:
        taken: the share of it that vehicles take, their gaps included.
        speed_mps: their mean.
        passed: vehicles that have come in so far; None where they are not counted.
    """

    taken: float
    speed_mps: float
    passed: int | None = None


class Inside(msgspec.Struct, frozen=True, gc=False):
    """One vehicle in the junction itself: over the stop line, in no exit yet.

    Attributes:
        speed_mps: as measured.
        waited_s: since it first stood there; 0 for one that never stood.
    """

    speed_mps: float
    waited_s: float


class Observation(msgspec.Struct, frozen=True):
    """One second. A lane whose detector is dead has no entry in any of these.

    Attributes:
        left: vehicles that have gone over the stop line so far, by approach lane.
        inside: who is in the junction, by the approach lane that he came from; no entry where no camera sees it.
    """

    time_s: float
    lanes: Mapping[str, tuple[Seen, ...]]
    exits: Mapping[str, Exit]
    left: Mapping[str, int] = {}
    inside: Mapping[str, tuple[Inside, ...]] = {}


class Controller(Protocol):
    """Asked once a second for each junction, except while the signals change."""

    def stage(self, seen: Observation, stage: int, green_s: float) -> int:
        """The stage that is wanted now; `stage` has been green for `green_s` seconds."""
        ...
