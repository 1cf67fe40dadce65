"""What is known of a junction before anything is computed: counted demand, geometry, surroundings, stages."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

VehicleClass = Literal["motorcycle", "light", "heavy", "unmotorised"]
Movement = Literal["left", "through", "right"]
Turn = Literal["left", "through", "right", "u-turn"]
"""What is counted: a vehicle that turns round is counted apart, and belongs to the right turn in the manual."""
Environment = Literal["commercial", "residential", "restricted"]
Friction = Literal["high", "medium", "low"]

MOVEMENTS: tuple[Movement, ...] = ("left", "through", "right")
TURNS: tuple[Turn, ...] = (*MOVEMENTS, "u-turn")
VEHICLE_CLASSES: tuple[VehicleClass, ...] = ("motorcycle", "light", "heavy", "unmotorised")


class CannotPlan(Exception):
    """What is said of the junction allows no plan; `where` names the approach or stage and the field."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class Counted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Vehicles an hour of one movement by the classes of PKJI 2023 table 5-2: SM, MP, KS; KTB has no motor."""

    motorcycle: float = 0
    light: float = 0
    heavy: float = 0
    unmotorised: float = 0

    @property
    def motorised(self) -> float:
        return self.motorcycle + self.light + self.heavy


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What arrives on an approach, by where it wants to go (traffic keeps to the left)."""

    left: Counted = Counted()
    through: Counted = Counted()
    right: Counted = Counted()

    def of(self, movement: Movement) -> Counted:
        return getattr(self, movement)


class Approach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One approach (pendekat). Widths in metres.

    Attributes:
        width: L, upstream of the stop line; `entry_width` LM at the stop line; `exit_width` LK where it leaves.
        left_on_red_width: LBKiJT, the lane of a left turn that need not stop; 0: the left turn obeys the signal.
        opposed: type O: right turns cross oncoming traffic that has green too; else type P, protected.
        base_flow: J0 of a type O, read from the charts 12-2 to 12-9 of the manual (pcu an hour of green); the manual
            prints no formula for it, so it has to be given.
        gradient_factor: FG, read from chart 12-10; 1 on level ground.
        parked_at: Lp, from the stop line to the first parked vehicle; None: nobody parks.
    """

    name: str
    demand: Demand
    width: float
    entry_width: float
    exit_width: float
    left_on_red_width: float = 0
    opposed: bool = False
    base_flow: float | None = None
    environment: Environment = "commercial"
    friction: Friction = "high"
    gradient_factor: float = 1
    parked_at: float | None = None
    median: bool = False
    one_way: bool = False


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Approaches that have green together, and what follows their green (wK and wMS, seconds)."""

    approaches: tuple[str, ...]
    amber: float = 3
    all_red: float = 1


class Junction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`population` of the city in millions decides its size factor."""

    approaches: tuple[Approach, ...]
    stages: tuple[Stage, ...]
    population: float

    def approach(self, name: str) -> Approach:
        return next(each for each in self.approaches if each.name == name)

    def stage_of(self, name: str) -> int:
        return next(number for number, stage in enumerate(self.stages) if name in stage.approaches)

    @property
    def lost_time(self) -> float:
        """wHH, seconds a cycle (5-10)."""
        return sum(stage.amber + stage.all_red for stage in self.stages)


def checked(junction: Junction) -> Junction:
    """
    Raises:
        CannotPlan: fewer than two stages, an approach in none or in two, widths or counts that cannot be.
    """
    if len(junction.stages) < 2:
        raise CannotPlan("stages", "a signalised junction has at least two")
    if not 0 < junction.population < 100:
        raise CannotPlan("population", f"{junction.population} million cannot be")
    _stages_fit(junction)
    for approach in junction.approaches:
        _approach_fits(approach)
    return junction


def _stages_fit(junction: Junction) -> None:
    names = [approach.name for approach in junction.approaches]
    if len(set(names)) < len(names):
        raise CannotPlan("approaches", "two have the same name")
    green = [name for stage in junction.stages for name in stage.approaches]
    for name in names:
        if green.count(name) != 1:
            raise CannotPlan(name, f"has green in {green.count(name)} stages; it has to be exactly one")
    for number, stage in enumerate(junction.stages, 1):
        unknown = next((name for name in stage.approaches if name not in names), None)
        if unknown is not None:
            raise CannotPlan(f"stage {number}", f"there is no approach {unknown!r}")
        if not stage.approaches:
            raise CannotPlan(f"stage {number}", "gives green to nobody")
        _within(f"stage {number}: amber", stage.amber, 2, 6)
        _within(f"stage {number}: all-red", stage.all_red, 0, 20)


def _approach_fits(approach: Approach) -> None:
    for field, most in (("width", 40), ("entry_width", 40), ("exit_width", 40)):
        _within(f"{approach.name}: {field}", getattr(approach, field), 2, most)
    _within(f"{approach.name}: left_on_red_width", approach.left_on_red_width, 0, approach.width - 2)
    _within(f"{approach.name}: gradient_factor", approach.gradient_factor, 0.8, 1.2)
    if approach.parked_at is not None:
        _within(f"{approach.name}: parked_at", approach.parked_at, 0, 500)
    if approach.opposed and approach.base_flow is None:
        raise CannotPlan(f"{approach.name}: base_flow", "of an opposed approach is read from charts 12-2 to 12-9")
    if approach.base_flow is not None:
        _within(f"{approach.name}: base_flow", approach.base_flow, 300, 20_000)
    for movement in MOVEMENTS:
        for kind, number in _numbers(approach.demand.of(movement)).items():
            _within(f"{approach.name}: {movement} {kind}", number, 0, 50_000)


def _numbers(counted: Counted) -> Mapping[str, float]:
    return {field: getattr(counted, field) for field in counted.__struct_fields__}


def _within(where: str, number: float, least: float, most: float) -> None:
    if not least <= number <= most:
        raise CannotPlan(where, f"{number:g} is not between {least:g} and {most:g}")


def total(counts: Sequence[Counted]) -> Counted:
    return Counted(*(sum(getattr(each, field) for each in counts) for field in Counted.__struct_fields__))
