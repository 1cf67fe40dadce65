"""What one shift hands to the next, put together from the open state. Pure; it names no caller, only how many wait."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from pinisi.city.operations import Operations
from pinisi.city.text import Text
from pinisi.incidents.clocks import due_at
from pinisi.incidents.incident import EXERCISE, TITLE, word_of
from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.run import Run
from pinisi.incidents.queue import Case
from pinisi.incidents.report.after_action import moment
from pinisi.incidents.states import State
from pinisi.incidents.warnings.warning import Warning
from pinisi.vocabulary.instant import Instant

LOWEST = 6
"""An incident without a priority comes after those that have one."""


class OpenLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An open incident with who has it and its next clock."""

    id: str
    title: Mapping[str, str]
    state: State
    priority: int
    category: Text | None
    area: str | None
    owner: str
    due_at: datetime | None
    late: bool
    answer_owed: bool
    exercise: bool


class ShelvedLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An alarm that asks nobody until its end."""

    id: str
    title: Mapping[str, str]
    until: datetime | None
    owner: str


class GlassLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A glass that was broken and that nobody has looked at since."""

    id: str
    title: Mapping[str, str]
    by: str
    reason: str
    at: datetime | None


class WarningLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A warning of the city that is in force, waits for its release, or went out alone and was not looked at since.

    `by`: who drafted it, or who released it alone; `reason`: why alone. `until`: when it ends.
    """

    id: str
    title: Mapping[str, str]
    state: Literal["in-force", "draft", "to-review"]
    by: str
    until: datetime | None
    reason: str = ""


class SourceLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A source that does not deliver as it should. `last_message` None: it never has."""

    id: str
    title: Mapping[str, str]
    state: str
    last_message: datetime | None


class ProcedureLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A procedure that is followed: so many of its steps are over."""

    incident: str
    title: Text
    over: int
    of: int
    paused: bool
    drill: bool


class StageLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`level` 0: nobody has set a stage."""

    level: int
    word: Text | None = None
    since: datetime | None = None
    by: str = ""


class Handover(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The open state at a moment. `open_count`, `suppressed`, `unanswered`: how many there are, also of those not told.

    `position` is the commit that it rests upon.
    """

    at: datetime
    position: int
    stage: StageLine
    open: tuple[OpenLine, ...]
    open_count: int
    shelved: tuple[ShelvedLine, ...]
    suppressed: int
    glasses: tuple[GlassLine, ...]
    sources: tuple[SourceLine, ...]
    procedures: tuple[ProcedureLine, ...]
    unanswered: int
    exercise: bool = False
    warnings: tuple[WarningLine, ...] = ()


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept now: cases with the names of their areas."""

    open: Sequence[tuple[Case, str | None]]
    open_count: int
    shelved: Sequence[Case]
    suppressed: int
    verified: Sequence[Case]
    """Among which broken glasses are looked for."""
    sources: Sequence[SourceLine]
    runs: Sequence[tuple[Run, Playbook]]
    stage: StageLine
    operations: Operations
    position: int
    exercise: bool = False
    warnings: Sequence[Warning] = ()
    """All that may be told of; which of them is open is seen here."""


def handover(of: Situation, now: Instant) -> Handover:
    """The gravest first, then those whose clock ends first."""
    lines = [_open(case, area, of.operations, now) for case, area in of.open]
    lines.sort(key=lambda line: (line.priority or LOWEST, line.due_at is None, line.due_at, line.id))
    known = {line.id for line in lines}
    return Handover(
        at=moment(now),
        position=of.position,
        stage=of.stage,
        open=tuple(lines),
        open_count=of.open_count,
        shelved=tuple(sorted(map(_shelved, of.shelved), key=lambda line: (line.until is None, line.until, line.id))),
        suppressed=of.suppressed,
        glasses=tuple(_glass(case) for case in of.verified if case.record.glass and not case.record.reviewed_at),
        sources=tuple(of.sources),
        procedures=tuple(_running(run, playbook) for run, playbook in of.runs if run.incident in known),
        unanswered=sum(line.answer_owed for line in lines),
        exercise=of.exercise,
        warnings=tuple(line for warning in of.warnings if (line := _warning(warning, now)) is not None),
    )


def _warning(of: Warning, now: Instant) -> WarningLine | None:
    """None of what asks nobody any more. A review that is owed outlives the warning."""
    released = of.releaser
    standing = of.state == "released" and of.kind != "Cancel" and of.draft.expires > now and not of.draft.exercise
    if of.state == "draft":
        state, by = "draft", of.steps[0].name
    elif of.review_owed:
        state, by = "to-review", released.name if released else ""
    elif standing:
        state, by = "in-force", released.name if released else ""
    else:
        return None
    title = {language: wording.headline or wording.event for language, wording in of.draft.words.items()}
    return WarningLine(id=of.id, title=title, state=state, by=by, until=moment(of.draft.expires), reason=of.alone)


def _open(case: Case, area: str | None, operations: Operations, now: Instant) -> OpenLine:
    record = case.record
    due = due_at(record, operations.targets)
    category = operations.category(record.category)
    return OpenLine(
        id=case.entity.id,
        title=_title(case),
        state=record.state,
        priority=record.priority,
        category=category.name if category else None,
        area=area,
        owner=record.owner_name or record.owner,
        due_at=moment(due) if due else None,
        late=0 < due < now,
        answer_owed=record.answer_is_owed,
        exercise=word_of(case.entity, EXERCISE) is True,
    )


def _shelved(case: Case) -> ShelvedLine:
    until = case.record.until
    owner = case.record.owner_name or case.record.owner
    return ShelvedLine(id=case.entity.id, title=_title(case), until=moment(until) if until else None, owner=owner)


def _glass(case: Case) -> GlassLine:
    record = case.record
    at = moment(record.verified_at) if record.verified_at else None
    return GlassLine(id=case.entity.id, title=_title(case), by=record.verified_name, reason=record.glass, at=at)


def _running(run: Run, playbook: Playbook) -> ProcedureLine:
    states = [run.progress(step.id).state for step in playbook.steps]
    return ProcedureLine(
        incident=run.incident,
        title=playbook.title,
        over=sum(state in ("done", "skipped", "passed") for state in states),
        of=len(states),
        paused=run.state == "paused",
        drill=run.drill,
    )


def _title(case: Case) -> Mapping[str, str]:
    said = word_of(case.entity, TITLE)
    if isinstance(said, dict):
        return msgspec.convert(said, dict[str, str])
    return dict.fromkeys(("id", "en", "ja"), str(said or case.entity.id))
