"""Junctions drawn at random, and controllers that do their worst."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from pinisi.services.mobility.engine.signals.demand import Demand
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import Stage
from pinisi.services.mobility.engine.signals.service_time import least_maximum_red


def a_junction(draw: random.Random) -> Junction:
    """Two to seven groups, any conflicts among them, stages that serve them all, the shortest red that can be kept."""
    groups = tuple(_a_group(draw, f"g{number}") for number in range(draw.randint(2, 7)))
    all_red = draw.choice((0.0, 1.0, 1.5))
    pairs = [(a, b) for number, a in enumerate(groups) for b in groups[:number] if draw.random() < 0.6]
    both = [*pairs, *((b, a) for a, b in pairs)]
    matrix = ConflictMatrix(tuple(_an_intergreen(draw, a, b, all_red) for a, b in both))
    step = draw.choice((0.2, 0.5, 1.0))
    stages = _stages(draw, groups, matrix)
    loose = Junction(id="drawn", groups=groups, matrix=matrix, stages=stages, all_red=all_red, step=step)
    least = least_maximum_red(loose)
    bounded = tuple(_bounded(draw, group, least) for group in groups)
    return Junction(id="drawn", groups=bounded, matrix=matrix, stages=stages, all_red=all_red, step=step)


def _a_group(draw: random.Random, id: str) -> SignalGroup:
    least = draw.choice((4.0, 5.5, 7.0))
    if draw.random() < 0.3:
        clearance = draw.choice((0.0, 6.0, 11.0))
        return SignalGroup(
            id=id, kind="pedestrian", minimum_green=least, maximum_red=1.0, pedestrian_clearance=clearance
        )
    return SignalGroup(
        id=id,
        minimum_green=least,
        amber=draw.choice((3.0, 3.7)),
        red_amber=draw.choice((0.0, 1.0, 2.0)),
        maximum_red=1.0,
    )


def _an_intergreen(draw: random.Random, clearing: SignalGroup, entering: SignalGroup, all_red: float) -> Intergreen:
    least = max(clearing.amber + all_red, clearing.pedestrian_clearance)
    seconds = least + draw.choice((0.0, 0.4, 2.0))
    return Intergreen(clearing=clearing.id, entering=entering.id, seconds=seconds)


def _stages(draw: random.Random, groups: Sequence[SignalGroup], matrix: ConflictMatrix) -> tuple[Stage, ...]:
    """Until every group is served: one that is not yet, and of the others, in any order, those that go with it."""
    conflicts = matrix.conflicts()
    left, stages = [group.id for group in groups], list[Stage]()
    while left:
        together = [left[0]]
        for id in draw.sample([group.id for group in groups], len(groups)):
            if id not in together and not any((id, other) in conflicts for other in together):
                together.append(id)
        stages.append(Stage(id=f"s{len(stages)}", groups=tuple(together)))
        left = [id for id in left if id not in together]
    return tuple(stages)


def _bounded(draw: random.Random, group: SignalGroup, least: float) -> SignalGroup:
    return SignalGroup(
        id=group.id,
        kind=group.kind,
        minimum_green=group.minimum_green,
        amber=group.amber,
        red_amber=group.red_amber,
        pedestrian_clearance=group.pedestrian_clearance,
        maximum_red=least + draw.choice((0.0, 0.0, 7.0, 40.0)),
    )


Hostile = Callable[[float], object]


def _stage(junction: Junction, number: int) -> frozenset[str]:
    return frozenset(junction.stages[number % len(junction.stages)].groups)


def starves(junction: Junction, draw: random.Random) -> Hostile:
    """Wants one stage for ever."""
    green = _stage(junction, draw.randrange(99))
    return lambda now: Demand(green=green, at=now)


def flickers(junction: Junction, draw: random.Random) -> Hostile:
    """Wants another stage each time."""
    return lambda now: Demand(green=_stage(junction, draw.randrange(99)), at=now)


def picks(junction: Junction, draw: random.Random) -> Hostile:
    """Wants single groups that go together, others after some seconds."""
    conflicts = junction.matrix.conflicts()

    def any_groups() -> frozenset[str]:
        chosen: list[str] = []
        for group in draw.sample(junction.groups, len(junction.groups)):
            if not any((group.id, other) in conflicts for other in chosen) and draw.random() < 0.7:
                chosen.append(group.id)
        return frozenset(chosen)

    kept = [any_groups()]

    def want(now: float) -> Demand:
        if draw.random() < 0.12:
            kept[0] = any_groups()
        return Demand(green=kept[0], at=now)

    return want


def wants_all(junction: Junction, draw: random.Random) -> Hostile:
    green = frozenset(group.id for group in junction.groups)
    return lambda now: Demand(green=green, at=now)


def lies(junction: Junction, draw: random.Random) -> Hostile:
    """Sends what is no demand, or one with nonsense in it."""
    good = _stage(junction, 0)
    nonsense: tuple[Any, ...] = (
        None,
        "green please",
        7,
        ZeroDivisionError("it died"),
        {"green": ["g0"]},
        Demand(green=frozenset({"g0", "no such group"}), at=0.0),
        Demand(green=good, at=math.nan),
        Demand(green=good, at=math.inf),
        Demand(green=good, at=-1e9),
        Demand(green=["g0", ["g1"]], at=0.0),  # pyright: ignore[reportArgumentType]
        Demand(green=None, at="now"),  # pyright: ignore[reportArgumentType]
    )
    return lambda now: draw.choice((*nonsense, Demand(green=good, at=now), Demand(green=good, at=now - 100)))


def sleeps(junction: Junction, draw: random.Random) -> Hostile:
    """Wants nothing green at all."""
    return lambda now: Demand(green=frozenset(), at=now)


KINDS = (starves, flickers, picks, wants_all, lies, sleeps)


def behaves(junction: Junction, draw: random.Random) -> Hostile:
    """Goes from one of them to another, every half minute or so."""
    current = [draw.choice(KINDS)(junction, draw)]

    def want(now: float) -> object:
        if draw.random() < 0.03:
            current[0] = draw.choice(KINDS)(junction, draw)
        return current[0](now)

    return want
