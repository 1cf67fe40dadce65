"""The way through a playbook: which step comes after which, and whether each can be reached.

A step waits for all of `after`. A step that an answer names is followed only after that answer; a step all of whose
forerunners were passed over is passed over itself, so that a branch ends where ways join again.
"""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import product
from math import prod

from pinisi.incidents.procedures.playbook import Playbook, Step

MOST_COMBINATIONS = 4_096
"""Answers together: beyond it nobody could say what the playbook does."""


def forerunners(step: Step, playbook: Playbook) -> tuple[str, ...]:
    """What has to be over before the step can be open: its `after`, and the decisions that lead to it."""
    return (*step.after, *(decision for decision, _ in playbook.leading.get(step.id, ())))


def in_order(playbook: Playbook) -> Sequence[Step]:
    """The steps, each after all that come before it.

    Raises:
        CycleError: they go in a circle; its second argument is the circle.
    """
    graph = {step.id: [id for id in forerunners(step, playbook) if id in playbook.by_id] for step in playbook.steps}
    place = {step.id: number for number, step in enumerate(playbook.steps)}
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    found: list[Step] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda id: place[id])
        found += [playbook.by_id[id] for id in ready]
        sorter.done(*ready)
    return found


def circle(playbook: Playbook) -> tuple[str, ...]:
    """Steps that wait for each other; none where there is no such circle."""
    try:
        in_order(playbook)
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def unreachable(playbook: Playbook) -> Sequence[str]:
    """Steps that no combination of answers ever opens. `playbook` has no circle and no unknown step."""
    left = {step.id for step in playbook.steps}
    for answers in _combinations(playbook):
        left -= _opened(playbook, answers)
        if not left:
            break
    return [step.id for step in playbook.steps if step.id in left]


def combinations(playbook: Playbook) -> int:
    """How many combinations of answers there are."""
    return prod(len(step.decision.answers) for step in playbook.steps if step.decision)


def _combinations(playbook: Playbook) -> Iterator[Mapping[str, str]]:
    asked = [step for step in playbook.steps if step.decision]
    for chosen in product(*([answer.id for answer in step.decision.answers] for step in asked if step.decision)):
        yield dict(zip((step.id for step in asked), chosen, strict=True))


def _opened(playbook: Playbook, answers: Mapping[str, str]) -> set[str]:
    opened: set[str] = set()
    for step in in_order(playbook):
        leading = playbook.leading.get(step.id, ())
        chosen = not leading or any(id in opened and answers[id] == answer for id, answer in leading)
        if chosen and (not step.after or any(id in opened for id in step.after)):
            opened.add(step.id)
    return opened
