"""A program of the simulation as a junction of the safety layer: groups, conflicts, intergreens, stages."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import Stage
from pinisi.services.mobility.engine.signals.service_time import least_maximum_red

AMBER_S = 3.0
SHORTEST_S = 5.0


class Phase(msgspec.Struct, frozen=True, gc=False):
    """One letter a head: G priority, g gives way, y amber, u red-amber, s goes after a stop, r and others red."""

    state: str
    seconds: float

    def green(self) -> frozenset[int]:
        return frozenset(head for head, letter in enumerate(self.state) if letter in "Gg")


class Rules(msgspec.Struct, frozen=True):
    """What is set for all junctions of a run.

    Attributes:
        amber_s: instead of the program's own.
        maximum_red_s: from which the layer itself brings a stage; longer where a junction needs longer; None: never.
    """

    minimum_green_s: float = SHORTEST_S
    amber_s: float | None = None
    maximum_red_s: float | None = 180.0


class Wiring(msgspec.Struct, frozen=True):
    """A junction for the layer, and which lamps are which.

    Attributes:
        group_of: by head, the place of its group in `junction.groups`; None for a head that no stage gives green.
        gives_way: by head, the foes that it gives way to where both have green.
        priority: by head, whether it ever has priority.
        red: by head, what the simulation is told where it is red: r, or s where the program lets it go after a stop.
    """

    junction: Junction
    group_of: tuple[int | None, ...]
    gives_way: tuple[frozenset[int], ...]
    priority: tuple[bool, ...]
    red: tuple[str, ...]


def stages(phases: Sequence[Phase]) -> list[Phase]:
    """The phases that serve somebody, each once; not those in which some only wait on while others clear."""
    found: dict[frozenset[int], Phase] = {}
    for number, phase in enumerate(phases):
        if phase.green() and "y" not in phase.state and not _passing(phases, number):
            found.setdefault(phase.green(), phase)
    return list(found.values())


def _passing(phases: Sequence[Phase], number: int) -> bool:
    """A short phase between two others that adds no green to either."""
    phase, around = phases[number], (phases[number - 1], phases[(number + 1) % len(phases)])
    return phase.seconds < SHORTEST_S and len(phases) > 1 and all(phase.green() <= each.green() for each in around)


def wiring(name: str, phases: Sequence[Phase], foes: frozenset[tuple[int, int]], rules: Rules) -> Wiring:
    """Heads that are green in the same stages are one group.

    Two groups conflict where links of theirs cross or merge and the program never gives both green: what it gives
    together, drivers settle among themselves. Raises ValueError for a program without any green.
    """
    served = stages(phases)
    if not served:
        raise ValueError(f"signal {name}: its program gives nobody green")
    columns = [tuple(head in each.green() for each in served) for head in range(len(served[0].state))]
    kinds = list(dict.fromkeys(column for column in columns if any(column)))
    group_of = tuple(kinds.index(column) if any(column) else None for column in columns)
    return Wiring(
        junction=_junction(name, phases, kinds, group_of, foes, rules),
        group_of=group_of,
        gives_way=tuple(_gives_way(head, served, foes) for head in range(len(columns))),
        priority=tuple(any(each.state[head] == "G" for each in served) for head in range(len(columns))),
        red=tuple("s" if any(each.state[head] == "s" for each in served) else "r" for head in range(len(columns))),
    )


def _junction(
    name: str,
    phases: Sequence[Phase],
    kinds: Sequence[tuple[bool, ...]],
    group_of: Sequence[int | None],
    foes: frozenset[tuple[int, int]],
    rules: Rules,
) -> Junction:
    members = [[head for head, group in enumerate(group_of) if group == number] for number in range(len(kinds))]
    ambers = [rules.amber_s or _amber(phases, heads) for heads in members]
    changes = list(_changes(phases))
    all_red = min((each.cleared_s for each in changes), default=0.0)
    intergreens = tuple(
        Intergreen(clearing=_id(a), entering=_id(b), seconds=ambers[a] + _cleared(changes, members[a], members[b]))
        for a, one in enumerate(kinds)
        for b, other in enumerate(kinds)
        if not any(x and y for x, y in zip(one, other, strict=True))
        and any((x, y) in foes for x in members[a] for y in members[b])
    )
    loose = Junction(
        id=name,
        groups=tuple(
            SignalGroup(id=_id(number), minimum_green=rules.minimum_green_s, amber=amber, maximum_red=0)
            for number, amber in enumerate(ambers)
        ),
        matrix=ConflictMatrix(intergreens),
        stages=tuple(
            Stage(id=str(number), groups=tuple(_id(group) for group, kind in enumerate(kinds) if kind[number]))
            for number in range(len(kinds[0]))
        ),
        all_red=all_red,
    )
    red = None if rules.maximum_red_s is None else max(rules.maximum_red_s, least_maximum_red(loose))
    groups = tuple(msgspec.structs.replace(group, maximum_red=red) for group in loose.groups)
    return msgspec.structs.replace(loose, groups=groups)


def _id(group: int) -> str:
    return f"g{group}"


def _amber(phases: Sequence[Phase], heads: Sequence[int]) -> float:
    """The longest that the program shows to one of the heads after green; 3 s where it shows none."""
    longest = 0.0
    for head in heads:
        shown = 0.0
        for before, phase in pairwise((phases[-1], *phases, *phases)):
            begins = before.state[head] in "Gg" and phase.state[head] == "y"
            shown = phase.seconds if begins else shown + phase.seconds if phase.state[head] == "y" else 0.0
            longest = max(longest, shown)
    return longest or AMBER_S


class _Change(msgspec.Struct, frozen=True, gc=False):
    """Heads that lose their green, heads that get it next, and the time without either after the amber."""

    ended: frozenset[int]
    begun: frozenset[int]
    cleared_s: float


def _changes(phases: Sequence[Phase]) -> Iterator[_Change]:
    """The changes of the program in which somebody gets green after others had amber."""
    count = len(phases)
    for number, phase in enumerate(phases):
        following = [phases[(number + step) % count] for step in range(1, count)]
        if "y" not in phase.state or not following or "y" in following[0].state:
            continue
        ended = frozenset(head for head, letter in enumerate(phase.state) if letter == "y")
        cleared = 0.0
        for after in following:
            begun = after.green() - phase.green()
            if begun:
                yield _Change(ended, begun, cleared)
            if begun or after.seconds >= SHORTEST_S:
                break
            cleared += after.seconds


def _cleared(changes: Sequence[_Change], clearing: Sequence[int], entering: Sequence[int]) -> float:
    """As in the program's own change between the two groups; where it has none, the longest of all."""
    own = [each.cleared_s for each in changes if each.ended & {*clearing} and each.begun & {*entering}]
    return max(own or [each.cleared_s for each in changes], default=0.0)


def _gives_way(head: int, served: Sequence[Phase], foes: frozenset[tuple[int, int]]) -> frozenset[int]:
    return frozenset(
        other for phase in served if phase.state[head] == "g" for other in phase.green() if (head, other) in foes
    )
