"""The clocks of a run: until when a step is due, and when it becomes somebody else's too.

They follow from the run alone, so that a restart loses none; time in which the run stood still does not count.
"""

from collections.abc import Iterator, Sequence

from pinisi.incidents.procedures.playbook import Playbook, Step
from pinisi.incidents.procedures.run import Progress, Run
from pinisi.vocabulary.instant import SECOND, Instant


def due_at(step: Step, progress: Progress) -> Instant | None:
    """Until when an open step has to be over; None where there is no clock or it does not run."""
    return _moment(progress, step.due)


def escalates_at(step: Step, progress: Progress) -> Instant | None:
    """When an open step escalates; None where it does not, or has done so."""
    if step.escalation is None or progress.escalated:
        return None
    return _moment(progress, step.escalation.after)


def escalating(run: Run, playbook: Playbook, now: Instant) -> Sequence[str]:
    """Steps that have to be escalated by now."""
    return [id for id, moment in _escalations(run, playbook) if moment <= now]


def next_escalation(run: Run, playbook: Playbook) -> Instant | None:
    return min((moment for _, moment in _escalations(run, playbook)), default=None)


def _escalations(run: Run, playbook: Playbook) -> Iterator[tuple[str, Instant]]:
    if run.state != "running":
        return
    for step in playbook.steps:
        moment = escalates_at(step, run.progress(step.id))
        if moment is not None:
            yield step.id, moment


def _moment(progress: Progress, seconds: int) -> Instant | None:
    if progress.state != "open" or not seconds:
        return None
    return progress.since + progress.held + seconds * SECOND
