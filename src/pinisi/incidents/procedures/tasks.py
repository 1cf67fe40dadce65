"""Tasks: the open steps of all runs, each with its owner and clock; what somebody has to do now, across incidents."""

from collections.abc import Iterable, Iterator

import msgspec

from pinisi.incidents.procedures.followed import Followed
from pinisi.incidents.procedures.playbook import Step
from pinisi.incidents.procedures.run import Progress
from pinisi.incidents.procedures.run_clocks import due_at, escalates_at
from pinisi.vocabulary.instant import Instant

ROOM = frozenset({"operator", "supervisor", "call-taker"})
NEVER = 1 << 62


class Task(msgspec.Struct, frozen=True):
    """An open step. `owners` are those whose it is now: after an escalation also to whom it went."""

    followed: Followed
    step: Step
    progress: Progress
    owners: tuple[str, ...]
    due: Instant | None
    escalates: Instant | None

    @property
    def urgency(self) -> tuple[Instant, Instant]:
        return (self.due or NEVER, self.progress.since)


def tasks_of(followed: Iterable[Followed]) -> list[Task]:
    """The open steps, most urgent first: by when they are due, then by how long they are open."""
    return sorted((task for each in followed for task in _tasks(each)), key=lambda task: task.urgency)


def is_mine(task: Task, roles: Iterable[str], *, owns_incident: bool, agency: str = "") -> bool:
    """Whether somebody of these roles, who speaks for this agency, has to see to it; who owns an incident sees to all
    of its steps.

    An administrator stands in for every role of the room.
    """
    mine = set(roles) & ROOM
    if "administrator" in roles:
        mine |= ROOM
    return owns_incident or agency in task.owners or not mine.isdisjoint(task.owners)


def owners_of(step: Step, progress: Progress) -> tuple[str, ...]:
    if progress.escalated and step.escalation is not None:
        return (step.owner, step.escalation.to)
    return (step.owner,)


def _tasks(followed: Followed) -> Iterator[Task]:
    run = followed.run
    for step in followed.playbook.steps if run.state == "running" else ():
        progress = run.progress(step.id)
        if progress.state == "open":
            owners = owners_of(step, progress)
            yield Task(followed, step, progress, owners, due_at(step, progress), escalates_at(step, progress))
