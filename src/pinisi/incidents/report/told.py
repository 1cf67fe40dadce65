"""An after-action report in the words of one language, in the order in which it is read."""

from datetime import datetime

from pinisi.incidents.report.after_action import AfterAction, Called, Line, Missing, Procedure, StepDone, Target
from pinisi.incidents.report.document import Document, Drawing, Figure, Row, Section, Tone
from pinisi.incidents.report.wording import Tongue

_TONES: dict[str, Tone] = {"kept": "good", "missed": "late", "overdue": "late", "running": ""}
_STEP_TONES: dict[str, Tone] = {"done": "", "skipped": "late", "passed": "quiet", "waiting": "quiet", "open": "late"}
_FIGURES = (
    ("acknowledge", "acknowledged_at"),
    ("dispatch", "dispatched_at"),
    ("arrive", "on_scene_at"),
    ("resolve", "resolved_at"),
)


def told(report: AfterAction, tongue: Tongue, house: str, drawing: Drawing | None = None) -> Document:
    """The report as it is printed. `house`: whose war room it is."""
    label = tongue.label
    exercise = label("exercise") if report.exercise else ""
    badge = [exercise, tongue.said("severities", report.severity)]
    badge += [label("priority", n=report.priority)] if report.priority else []
    badge.append(tongue.said("states", report.state))
    badge += [tongue.said("outcomes", report.outcome)] if report.outcome else []
    return Document(
        language=tongue.language,
        kind=label("after-action"),
        house=house,
        title=tongue.of(report.title) or report.id,
        lead=_lead(report, tongue),
        exercise=exercise,
        badge=tongue.listed(badge),
        figures=tuple(_figure(report, tongue, clock, getattr(report, at)) for clock, at in _FIGURES),
        facts=tuple((name, value) for name, value in _facts(report, tongue) if value),
        map=drawing,
        sections=(
            _missing(report, tongue),
            _targets(report, tongue),
            _decisions(report, tongue),
            _called(report, tongue),
            *(_procedure(each, tongue) for each in report.procedures),
            _timeline(report, tongue),
        ),
        footer=label("made", when=tongue.moment(report.made_at), position=report.position),
        page=label("page", n="{n}", all="{all}"),
    )


def _lead(report: AfterAction, tongue: Tongue) -> str:
    """The story in a few sentences."""

    def after(at: datetime) -> str:
        return tongue.span(round((at - report.raised_at).total_seconds()))

    parts = [] if report.closed_at else [tongue.label("interim") + ("。" if tongue.language == "ja" else ".")]
    parts.append(tongue.said("lead", "raised", when=tongue.moment(report.raised_at)))
    if report.on_scene_at:
        parts.append(tongue.said("lead", "arrived", time=after(report.on_scene_at)))
    if report.resolved_at:
        parts.append(tongue.said("lead", "resolved", time=after(report.resolved_at), name=report.resolved_by))
    if report.verified_at:
        parts.append(tongue.said("lead", "verified", name=report.verified_by))
    if report.closed_at:
        parts.append(tongue.said("lead", "closed", when=tongue.moment(report.closed_at)))
    missed = sum(target.kept in ("missed", "overdue") for target in report.targets)
    if missed:
        parts.append(tongue.said("lead", "missed", n=missed, all=len(report.targets)))
    elif report.targets:
        parts.append(tongue.said("lead", "all-kept"))
    return ("" if tongue.language == "ja" else " ").join(parts)


def _figure(report: AfterAction, tongue: Tongue, clock: str, at: datetime | None) -> Figure:
    """How long after it was raised; the note says how that stage stands against its target."""
    target = next((each for each in report.targets if each.clock == clock), None)
    value = tongue.span(round((at - report.raised_at).total_seconds())) if at else tongue.label("not-yet")
    note = _difference(target, tongue) if target else tongue.label("since-raised")
    tone: Tone = "late" if target and target.kept in ("missed", "overdue") else "" if at else "quiet"
    return Figure(tongue.label(f"figure-{clock}"), value, note, tone)


def _facts(report: AfterAction, tongue: Tongue) -> list[tuple[str, str]]:
    label = tongue.label

    def by(at: datetime | None, name: str) -> str:
        if at is None:
            return ""
        return label("by", when=tongue.moment(at), name=name) if name else tongue.moment(at)

    return [
        (label("what"), tongue.of(report.detail)),
        (label("category"), tongue.listed([tongue.text(report.category), tongue.text(report.subcategory)])),
        (label("area"), report.area or ""),
        (label("position"), tongue.position(*report.location) if report.location else ""),
        (label("channel"), tongue.said("channels", report.channel)),
        (label("raised"), by(report.raised_at, report.raised_by)),
        (label("lead"), tongue.text(report.lead)),
        (label("injured"), str(report.injured) if report.injured else label("none")),
        (label("owner"), report.owner),
        (label("resolved"), by(report.resolved_at, report.resolved_by)),
        (label("verified"), by(report.verified_at, report.verified_by)),
        (label("closed"), by(report.closed_at, report.closed_by)),
        (label("number"), report.id.rpartition(":")[2]),
    ]


def _missing(report: AfterAction, tongue: Tongue) -> Section:
    def line(missing: Missing) -> str:
        return tongue.said("missing", missing.what, n=missing.number)

    return Section(
        heading=tongue.label("missing"),
        lines=tuple(line(each) for each in report.missing),
        empty=tongue.label("nothing-missing"),
    )


def _targets(report: AfterAction, tongue: Tongue) -> Section:
    label = tongue.label

    def row(target: Target) -> Row:
        whose = tongue.listed([tongue.said("clocks", target.clock), tongue.text(target.agency), target.unit])
        cells = (whose, tongue.span(target.allowed), tongue.span(target.took), _difference(target, tongue))
        return Row(cells, tone=_TONES[target.kept])

    return Section(
        heading=label("targets"),
        note=label("targets-note") if report.targets else "",
        columns=(label("clock"), label("allowed"), label("took"), label("difference")),
        widths=(1.4, 0.8, 0.8, 1.2),
        rows=tuple(map(row, report.targets)),
        empty=label("no-targets"),
    )


def _difference(target: Target, tongue: Tongue) -> str:
    """In words: how long before or after its time."""
    exact = target.kept == "kept" and target.difference == 0
    return tongue.said("differences", "exact" if exact else target.kept, time=tongue.span(target.difference))


def _decisions(report: AfterAction, tongue: Tongue) -> Section:
    label = tongue.label

    def row(line: Line) -> Row:
        without = label("no-reason") if line.lacks_reason else ""
        said = _reason(line, tongue) or without
        return Row((_when(line, report, tongue), line.by, what_was_done(line, tongue)), said)

    return Section(
        heading=label("decisions"),
        columns=(label("time"), label("who"), tongue.listed([label("what"), label("why")])),
        widths=(0.75, 0.95, 3.3),
        rows=tuple(map(row, report.decisions)),
        empty=label("no-decisions"),
    )


def _called(report: AfterAction, tongue: Tongue) -> Section:
    label = tongue.label

    def clock(at: datetime | None) -> str:
        return tongue.clock(at) if at else "–"

    def row(called: Called) -> Row:
        name = tongue.listed([tongue.text(called.agency), called.unit])
        times = (clock(called.sent_at), clock(called.accepted_at), clock(called.arrived_at))
        state = tongue.said("sent", called.state)
        return Row((name, tongue.said("roles", called.role), *times, state), tongue.said("reasons", called.reason))

    return Section(
        heading=label("agencies"),
        columns=tuple(label(name) for name in ("agency", "role", "sent", "accepted", "arrived", "became")),
        widths=(1.9, 0.8, 0.7, 0.7, 0.7, 1.1),
        rows=tuple(map(row, report.called)),
        empty=label("no-agencies"),
    )


def _procedure(procedure: Procedure, tongue: Tongue) -> Section:
    label = tongue.label

    def row(step: StepDone) -> Row:
        became = tongue.listed([tongue.said("steps", step.state), tongue.text(step.answer)])
        ended = tongue.clock(step.ended) if step.ended else "–"
        return Row((tongue.text(step.text), ended, step.by or "–", became), step.words, _STEP_TONES[step.state])

    note = label(
        "procedure-note",
        version=procedure.version,
        when=tongue.moment(procedure.started),
        name=procedure.by,
        state=tongue.said("runs", procedure.state),
    )
    drill = label("drill") if procedure.drill else ""
    return Section(
        heading=label("procedure", title=tongue.text(procedure.title)),
        note=tongue.listed([drill, note, procedure.reason]),
        columns=(label("step"), label("time"), label("who"), label("became")),
        widths=(2.6, 0.7, 0.9, 1.2),
        rows=tuple(map(row, procedure.steps)),
    )


def _timeline(report: AfterAction, tongue: Tongue) -> Section:
    label = tongue.label
    rows = [
        Row((_when(line, report, tongue), line.by, what_was_done(line, tongue)), _reason(line, tongue))
        for line in report.lines
    ]
    return Section(
        heading=label("timeline"),
        note=label("timeline-note", zone=tongue.zone_name),
        columns=(label("time"), label("who"), label("what")),
        widths=(0.75, 0.95, 3.3),
        rows=tuple(rows),
    )


def _when(line: Line, report: AfterAction, tongue: Tongue) -> str:
    """The true time; the day where it is another than that of the beginning; below it, when it was entered."""
    first = tongue.day(report.raised_at)
    true = tongue.clock(line.at)
    if tongue.day(line.at) != first:
        true = f"{tongue.day(line.at)}\n{true}"
    if line.entered_at is None:
        return true
    entered = tongue.clock(line.entered_at)
    if tongue.day(line.entered_at) != tongue.day(line.at):
        entered = f"{tongue.day(line.entered_at)} {entered}"
    return f"{true}\n{tongue.label('entered', when=entered)}"


def _reason(line: Line, tongue: Tongue) -> str:
    return tongue.listed([tongue.said("reasons", line.reason) if line.reason else "", line.note, line.said])


def what_was_done(line: Line, tongue: Tongue) -> str:
    """An act in words, with what it was about."""
    label, text = tongue.label, tongue.text
    parts = [tongue.said("acts", line.act)]
    if line.did:
        step = text(line.step) or text(line.procedure)
        parts = [step, tongue.said("did", line.did), text(line.answer)]
    parts += [label("priority", n=line.priority)] if line.priority else []
    parts += [text(line.category), text(line.subcategory)]
    parts += [label("hurt", n=line.injured)] if line.injured else []
    parts += [label("led-by", name=text(line.lead))] if line.lead else []
    parts += [text(line.agency), line.unit, tongue.said("roles", line.role) if line.role else ""]
    parts += [label("to", name=line.to)] if line.to else []
    parts += [label("until", when=tongue.moment(line.until))] if line.until else []
    parts += [label("rule", name=line.rule)] if line.rule else []
    parts += [tongue.said("channels", line.channel)] if line.channel else []
    parts += [tongue.said("asked", line.asked)] if line.asked else []
    parts += [tongue.said("outcomes", line.outcome)] if line.outcome else []
    parts += [tongue.said("ways", line.way)] if line.way else []
    parts += [tongue.said("became", line.became)] if line.became else []
    parts += [label("done", name=line.task) if line.done else line.task] if line.task else []
    parts += [label("alone")] if line.alone else []
    return tongue.listed(parts)
