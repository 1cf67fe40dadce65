"""The script of an exercise as it is played: who takes part, what happens when, what the room is expected to do.

docs/reference/exercises.md has every field; docs/how-to/run-an-exercise.md shows how one is run.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import msgspec

from pinisi.city.text import Text
from pinisi.incidents.calls.call import Kind as CallKind

Role = Literal["operator", "supervisor", "crew"]
StationKind = Literal["flood-gauge", "junction"]
SIGNALS = ("working", "dark")
"""What a junction's signals can be."""
TIMED = (
    "answered",
    "acknowledged",
    "triaged",
    "procedure",
    "dispatched",
    "on-scene",
    "resolved",
    "verified",
    "caller-answered",
    "closed",
)
"""What is done once, in the order in which a room does it; each may have a time within which."""
RIGHT = ("kind", "category", "place", "joins")
"""What a call taker has to get right."""
What = Literal[
    "answered",
    "acknowledged",
    "triaged",
    "procedure",
    "dispatched",
    "on-scene",
    "resolved",
    "verified",
    "caller-answered",
    "closed",
    "kind",
    "category",
    "place",
    "joins",
]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A publication that the real part of an exercise comes from."""

    id: str
    title: str
    publisher: str
    year: int
    url: str = ""


class Player(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the exercise. A crew speaks for `agency`, and for its `unit` where one is named."""

    account: str
    name: str
    role: Role
    agency: str = ""
    unit: str = ""


class TrainingUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that is made up for the exercise."""

    code: str
    name: str
    agency: str
    capabilities: tuple[str, ...]
    base: tuple[float, float]


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a feed reports of: a gauge of standing water (centimetres) or the signal of a junction."""

    id: str
    kind: StationKind
    name: str
    location: tuple[float, float]
    value: float | str


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A live source that is simulated. `every`: its period in seconds of the exercise; silent after five of them."""

    id: str
    title: Text
    blinds: Text
    every: int
    stations: tuple[Station, ...]


class Field(msgspec.Struct, frozen=True):
    """How fast agencies answer that nobody plays: seconds of the exercise after they were sent, accepted, arrived."""

    accept: int = 20
    arrive: int = 90
    finish: int = 120


class RingIn(msgspec.Struct, frozen=True, kw_only=True):
    """A call to 112: `words` are what the caller says, `spot` the landmark that he names."""

    number: str
    caller: str
    spot: Text
    words: Text


class ReadingIn(msgspec.Struct, frozen=True, kw_only=True):
    """A station reports something else from now on."""

    station: str
    value: float | str


class SilenceIn(msgspec.Struct, frozen=True, kw_only=True):
    """A feed delivers nothing any more."""

    feed: str


class CrewIn(msgspec.Struct, frozen=True, kw_only=True):
    """An agency that nobody plays refuses the incident of the inject `of`, if it is sent there."""

    agency: str
    of: str
    reason: str


Happening = RingIn | ReadingIn | SilenceIn | CrewIn


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What the room should do. `within`: seconds of the clock on the wall from the inject; 0: at any time.

    `wanted`: a kind of call, `flood/houses`, the name of a kelurahan, the id of another inject (`joins`), of a
    procedure, or of an agency (`dispatched`); empty: any.
    """

    what: What
    within: int = 0
    wanted: str = ""


class Inject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens, `at` seconds from the beginning. `real` and `invented` say what of it is which."""

    id: str
    at: int
    title: Text
    happening: Happening
    expected: tuple[Expectation, ...] = ()
    real: str = ""
    source: str = ""
    invented: str = ""

    def wanted(self, what: What) -> str:
        return next((each.wanted for each in self.expected if each.what == what), "")

    @property
    def call_kind(self) -> CallKind:
        """What a call is; an emergency where the script does not say otherwise."""
        kind = self.wanted("kind")
        return "prank" if kind == "prank" else "information" if kind == "information" else "emergency"


class Script(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An exercise. `length` in seconds."""

    id: str
    version: int
    title: Text
    purpose: Text
    length: int
    origins: tuple[Origin, ...]
    players: tuple[Player, ...]
    units: tuple[TrainingUnit, ...]
    feeds: tuple[Feed, ...]
    injects: tuple[Inject, ...]
    field: Field = Field()

    @cached_property
    def by_id(self) -> Mapping[str, Inject]:
        return {inject.id: inject for inject in self.injects}

    @cached_property
    def stations(self) -> Mapping[str, Station]:
        return {station.id: station for feed in self.feeds for station in feed.stations}

    @property
    def calls(self) -> tuple[Inject, ...]:
        return tuple(each for each in self.injects if isinstance(each.happening, RingIn))

    def origin(self, id: str) -> Origin | None:
        return next((each for each in self.origins if each.id == id), None)

    def plays(self, agency: str, unit: str) -> bool:
        """Whether a player speaks for it: then nobody else answers for it. `unit` is an entity's id, or empty."""
        crews = [each for each in self.players if each.role == "crew" and each.agency == agency]
        return any(not each.unit or unit.endswith(f"-{each.unit}") for each in crews)
