"""Judges what a junction has shown, from the lamps alone: written from the rules, not from the safety layer."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

NEAR = 1e-5
OFTEN = 1e-9
ORDER = {"red": ("redAmber", "green"), "redAmber": ("green",), "green": ("amber", "red"), "amber": ("red",)}


class Run(NamedTuple):
    """One group showed one aspect from `begin` to `end`; `first` and `last` are cut by the ends of the history."""

    aspect: str
    begin: float
    end: float
    first: bool
    last: bool


class Broken(NamedTuple):
    rule: str
    group: str
    at: float


def runs(history: Sequence[tuple[float, Sequence[str]]], column: int) -> list[Run]:
    found: list[Run] = []
    begin, aspect = history[0][0], history[0][1][column]
    for at, row in history[1:]:
        if row[column] != aspect:
            found.append(Run(aspect, begin, at, not found, False))
            begin, aspect = at, row[column]
    found.append(Run(aspect, begin, history[-1][0], not found, True))
    return found


def broken_rules(junction: Any, history: Sequence[tuple[float, Sequence[str]]]) -> list[Broken]:
    """`history`: moments, and what each group showed from then until the next; the first row is all red."""
    shown = {group.id: runs(history, column) for column, group in enumerate(junction.groups)}
    groups = {group.id: group for group in junction.groups}
    found = [broken for id, group in groups.items() for broken in _alone(group, shown[id], junction.step)]
    for each in junction.matrix.intergreens:
        clearing, entering = shown[each.clearing], shown[each.entering]
        found += _together(each.entering, clearing, entering)
        found += _after(groups[each.clearing], each.entering, each.seconds, junction.all_red, clearing, entering)
    return found


def _alone(group: Any, shown: Sequence[Run], step: float) -> Iterator[Broken]:
    """The order of the aspects, how long each lasts, and the longest red."""
    for before, after in pairwise(shown):
        skipped = (before.aspect == "red" and after.aspect == "green" and group.red_amber > 0) or (
            before.aspect == "green" and after.aspect == "red" and group.amber > 0
        )
        if after.aspect not in ORDER.get(before.aspect, ()) or skipped:
            yield Broken("order", group.id, after.begin)
    exact = {"amber": group.amber, "redAmber": group.red_amber}
    for run in shown:
        lasted = run.end - run.begin
        if run.aspect == "green" and not run.last and lasted < group.minimum_green - NEAR:
            yield Broken("minimum green", group.id, run.end)
        if run.aspect == "red" and not (run.first or run.last) and lasted < 1 - NEAR:
            yield Broken("red too short", group.id, run.end)
        if run.aspect in exact and not run.last and lasted < exact[run.aspect] - NEAR:
            yield Broken(f"{run.aspect} too short", group.id, run.end)
        if run.aspect in exact and lasted > exact[run.aspect] + step + NEAR:
            yield Broken(f"{run.aspect} too long", group.id, run.end)
    yield from _waits(group, shown)


def _waits(group: Any, shown: Sequence[Run]) -> Iterator[Broken]:
    if group.maximum_red is None:
        return
    since: float | None = shown[0].begin
    for run in shown:
        if run.aspect == "green":
            if since is not None and run.begin - since > group.maximum_red + NEAR:
                yield Broken("maximum red", group.id, run.begin)
            since = run.end
    last = shown[-1]
    if last.aspect != "green" and since is not None and last.end - since > group.maximum_red + NEAR:
        yield Broken("maximum red", group.id, last.end)


def _together(group: str, one: Sequence[Run], other: Sequence[Run]) -> Iterator[Broken]:
    lit = [run for run in one if run.aspect != "red"]
    for run in other:
        if run.aspect != "red" and any(min(a.end, run.end) - max(a.begin, run.begin) > OFTEN for a in lit):
            yield Broken("conflict", group, run.begin)


def _after(
    clearing: Any, entering: str, seconds: float, all_red: float, cleared: Sequence[Run], entered: Sequence[Run]
) -> Iterator[Broken]:
    """Each beginning of green against the last end of green, and of all light, of the group that clears."""
    for run in entered:
        if run.aspect != "green" or run.first:
            continue
        ended = max((each.end for each in cleared if each.aspect == "green" and each.end <= run.begin), default=None)
        if ended is None:
            continue
        if run.begin - ended < seconds - NEAR:
            yield Broken("intergreen", entering, run.begin)
        if run.begin - ended < clearing.pedestrian_clearance - NEAR:
            yield Broken("pedestrian clearance", entering, run.begin)
        dark = max((e.end for e in cleared if e.aspect in ("green", "amber") and e.end <= run.begin), default=ended)
        if run.begin - dark < all_red - NEAR:
            yield Broken("all red", entering, run.begin)
