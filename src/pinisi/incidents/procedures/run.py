"""A procedure that is followed: where it stands, and what an act makes of it. Pure: run, playbook and act in, run out.

The playbook is that of its start: a newer text of the city's folder changes no run.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pinisi.incidents.procedures.playbook import Playbook, Step
from pinisi.incidents.procedures.way import forerunners, in_order
from pinisi.incidents.requirements import TEXT_LIMIT, ActDoesNotFit, BadAct
from pinisi.vocabulary.instant import Instant

StepState = Literal["waiting", "open", "done", "skipped", "passed"]
RunState = Literal["running", "paused", "finished", "cancelled"]
RunActName = Literal[
    "start", "done", "answer", "skip", "reopen", "sent", "command", "pause", "resume", "cancel", "escalate", "check"
]
OVER: frozenset[StepState] = frozenset({"done", "skipped", "passed"})
BY_PERSONS: tuple[RunActName, ...] = ("done", "answer", "skip", "reopen", "sent", "pause", "resume", "cancel")
replace = msgspec.structs.replace


class RunAct(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What somebody did: `by` is the principal's id, `name` how he is called; `at` in microseconds.

    `words`: a note, a reason, the text that was sent, or the command's id. `check`: what a check says now.
    """

    act: RunActName
    at: Instant
    by: str
    name: str
    step: str = ""
    answer: str = ""
    words: str = ""
    check: "Finding | None" = None


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a check found. `holds` None: nothing is known that it could look at. `entities` are those that fit."""

    holds: bool | None
    entities: tuple[str, ...] = ()
    looked: int = 0


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a step stands. `since`: when it became open; `held`: how long the run stood still in that time."""

    state: StepState = "waiting"
    since: Instant = 0
    held: int = 0
    ended: Instant = 0
    by: str = ""
    name: str = ""
    answer: str = ""
    words: str = ""
    escalated: Instant = 0
    sent: Instant = 0
    sender: str = ""
    command: str = ""
    finding: Finding | None = None


class Run(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`drill`: it is an exercise, nothing of it goes outside. `paused`: since when it stands still."""

    id: str
    incident: str
    playbook: str
    version: int
    digest: str
    state: RunState = "running"
    drill: bool = False
    started: Instant
    by: str
    name: str
    ended: Instant = 0
    ender: str = ""
    reason: str = ""
    paused: Instant = 0
    acts: int = 1
    steps: Mapping[str, Progress] = {}

    @property
    def active(self) -> bool:
        return self.state in ("running", "paused")

    def progress(self, step: str) -> Progress:
        return self.steps.get(step, _WAITING)


_WAITING = Progress()


def begun(id: str, incident: str, playbook: Playbook, start: RunAct, *, drill: bool) -> Run:
    """A run at its beginning: the steps that wait for nothing are open."""
    run = Run(
        id=id,
        incident=incident,
        playbook=playbook.id,
        version=playbook.version,
        digest=playbook.digest,
        drill=drill,
        started=start.at,
        by=start.by,
        name=start.name,
    )
    return _settled(run, playbook, start)


def after(run: Run, playbook: Playbook, act: RunAct) -> Run:
    """The run after an act.

    Raises:
        ActDoesNotFit: it is over or paused, or the step is not open.
        BadAct: a step, an answer or a reason is missing or unknown.
    """
    if not run.active:
        raise ActDoesNotFit("this procedure is over; start it anew")
    if len(act.words) > TEXT_LIMIT:
        raise BadAct("words", f"at most {TEXT_LIMIT} characters")
    counted = replace(run, acts=run.acts + 1)
    if act.act in ("pause", "resume", "cancel"):
        return _whole(counted, act)
    if run.state == "paused":
        raise ActDoesNotFit("the procedure is paused: resume it first")
    step = playbook.by_id.get(act.step)
    if step is None:
        raise BadAct("step", f"there is no step {act.step[:80]!r} in this procedure")
    progress = _stepped(run, playbook, step, act)
    return _settled(replace(counted, steps={**run.steps, step.id: progress}), playbook, act)


def _whole(run: Run, act: RunAct) -> Run:
    """Acts on the run as a whole."""
    if act.act == "resume":
        return _resumed(run, act)
    if not act.words.strip():
        raise BadAct("words", "say why: the reason stays in the story")
    if act.act == "cancel":
        return replace(run, state="cancelled", ended=act.at, ender=act.name, reason=act.words)
    if run.state == "paused":
        raise ActDoesNotFit("the procedure is paused already")
    return replace(run, state="paused", paused=act.at, reason=act.words)


def _resumed(run: Run, act: RunAct) -> Run:
    """Clocks go on from where they stood."""
    if run.state != "paused":
        raise ActDoesNotFit("the procedure is not paused")
    pause = act.at - run.paused
    steps = {
        id: replace(each, held=each.held + pause) if each.state == "open" else each for id, each in run.steps.items()
    }
    return replace(run, state="running", paused=0, reason="", steps=steps)


def _stepped(run: Run, playbook: Playbook, step: Step, act: RunAct) -> Progress:
    """The step after an act on it."""
    progress = run.progress(step.id)
    if act.act == "reopen":
        return _reopened(run, playbook, step)
    if progress.state != "open":
        raise ActDoesNotFit(f"this step is {progress.state}, not open")
    if act.act in ("sent", "command"):
        return _gone_out(step, progress, act)
    if act.act == "escalate":
        return replace(progress, escalated=act.at)
    if act.act == "check":
        return _checked(step, progress, act)
    return _ended(step, progress, act)


def _ended(step: Step, progress: Progress, act: RunAct) -> Progress:
    ended = replace(progress, ended=act.at, by=act.by, name=act.name, words=act.words)
    if act.act == "skip":
        if not step.skippable:
            raise ActDoesNotFit("this step must not be skipped")
        if not act.words.strip():
            raise BadAct("words", "say why it is skipped: the reason stays in the story")
        return replace(ended, state="skipped")
    if step.decision is None:
        if act.act == "answer":
            raise BadAct("step", "this step asks nothing")
        return replace(ended, state="done")
    if act.answer not in {answer.id for answer in step.decision.answers}:
        choices = ", ".join(answer.id for answer in step.decision.answers)
        raise BadAct("answer", f"this step is ended by one of its answers: {choices}")
    return replace(ended, state="done", answer=act.answer)


def _gone_out(step: Step, progress: Progress, act: RunAct) -> Progress:
    if act.act == "command":
        if step.action is None:
            raise BadAct("step", "this step has no command")
        return replace(progress, command=act.words)
    if step.message is None:
        raise BadAct("step", "this step has no message")
    return replace(progress, sent=act.at, sender=act.name)


def _checked(step: Step, progress: Progress, act: RunAct) -> Progress:
    """A check ticks or notes what it found; it never does more."""
    found = replace(progress, finding=act.check)
    if step.check is None or step.check.effect == "warn" or act.check is None or not act.check.holds:
        return found
    return replace(found, state="done", ended=act.at, by=act.by, name=act.name)


def _reopened(run: Run, playbook: Playbook, step: Step) -> Progress:
    """Undo, as long as nothing that comes after has been done."""
    progress = run.progress(step.id)
    if progress.state not in ("done", "skipped"):
        raise ActDoesNotFit(f"this step is {progress.state}: there is nothing to take back")
    later = [each for each in playbook.steps if step.id in forerunners(each, playbook)]
    begun_on = [each.id for each in later if run.progress(each.id).ended]
    if begun_on:
        raise ActDoesNotFit(f"what comes after it is done already: {', '.join(begun_on)}")
    return Progress("open", progress.since, progress.held)


def _settled(run: Run, playbook: Playbook, act: RunAct) -> Run:
    """Open what may be done now, pass over what no longer can be; the run is over when nothing is left."""
    steps: dict[str, Progress] = {}
    for step in in_order(playbook):
        was = run.progress(step.id)
        if was.state in ("done", "skipped"):
            steps[step.id] = was
            continue
        state = _state(step, playbook, steps)
        steps[step.id] = was if was.state == state else Progress(state, act.at if state == "open" else 0)
    left = any(each.state in ("open", "waiting") for each in steps.values())
    if left:
        return replace(run, steps=steps)
    return replace(run, steps=steps, state="finished", ended=act.at, ender=act.name)


def _state(step: Step, playbook: Playbook, known: Mapping[str, Progress]) -> StepState:
    leading = playbook.leading.get(step.id, ())
    chosen = any(known[id].answer == answer for id, answer in leading if known[id].state == "done")
    if leading and not chosen:
        return "passed" if all(known[id].state in OVER for id, _ in leading) else "waiting"
    before = [known[id].state for id in step.after]
    if any(state not in OVER for state in before):
        return "waiting"
    return "passed" if before and all(state == "passed" for state in before) else "open"
