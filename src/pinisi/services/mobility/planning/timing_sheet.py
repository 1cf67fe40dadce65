"""The timing sheet: what the technician sets at the controller, what it rests on, and who answers for it."""

from collections.abc import Iterable

from pinisi.city.text import Language
from pinisi.incidents.report.document import Document, Figure, Row, Section, Signature, Tone
from pinisi.services.mobility.engine.capacity.approach import MOVEMENTS, Approach, Counted, total
from pinisi.services.mobility.engine.capacity.judged import ApproachResult, JunctionResult
from pinisi.services.mobility.engine.capacity.peak import HOUR
from pinisi.services.mobility.engine.capacity.performance import DESIGN_SATURATION
from pinisi.services.mobility.engine.capacity.saturation import EQUIVALENTS
from pinisi.services.mobility.planning.plan_request import PeakTold, PlanAnswer, PlanRequest
from pinisi.services.mobility.planning.sheet_writer import UNTOLD, SheetWriter


def timing_sheet(request: PlanRequest, answer: PlanAnswer, language: Language, house: str) -> Document:
    """`house`: whose sheet it is, for the head of the page."""
    write = SheetWriter(language)
    after = answer.after
    return Document(
        language=language,
        kind=write.said("kind"),
        house=house,
        title=request.name,
        lead=write.said(f"lead-{after.verdict}", degree=after.worst),
        figures=_figures(write, after),
        facts=(
            (write.said("junction"), request.junction),
            (write.said("counted"), _counted(write, request, answer.peak)),
            (write.said("method"), write.said("method-text")),
        ),
        sections=tuple(_sections(write, request, answer)),
        signatures=tuple(Signature(role=write.said(role)) for role in ("computed", "checked", "set")),
        footer=write.said("footer"),
    )


def no_sheet(junction: str, language: Language, house: str) -> Document:
    """Of a junction for which no plan was computed, or whose study does not say of what."""
    write = SheetWriter(language)
    return Document(language=language, kind=write.said("kind"), house=house, title=junction, lead=write.said("none"))


def _counted(write: SheetWriter, request: PlanRequest, peak: PeakTold | None) -> str:
    """What was typed of the counts, and the peak hour that was found in them, by the clock of whoever asked."""
    if peak is None or request.counts is None:
        return request.counted
    begin = peak.begin.astimezone(request.counts.since.tzinfo)
    factor = UNTOLD if peak.peak_factor is None else write.number(peak.peak_factor, 2)
    hour = f"{begin:%Y-%m-%d %H:%M}–{begin + HOUR:%H:%M}"
    lines = [write.said("peak", hour=hour, factor=factor, providers=", ".join(peak.providers) or UNTOLD)]
    if peak.short:
        lines.append(write.said("peak-short", movements=", ".join(peak.short)))
    if peak.uncounted:
        lines.append(write.said("peak-uncounted", movements=", ".join(peak.uncounted)))
    return " ".join([*filter(None, [request.counted]), *lines])


def _figures(write: SheetWriter, result: JunctionResult) -> tuple[Figure, ...]:
    tone: Tone = "good" if result.verdict == "fits" else "late"
    return (
        Figure(write.said("cycle"), f"{write.number(result.timing.cycle, 1)} s"),
        Figure(
            write.said("degree"), write.number(result.worst, 2), write.said("designed", most=DESIGN_SATURATION), tone
        ),
        Figure(write.said("delay"), _seconds(write, result.delay)),
        Figure(write.said("level"), result.level, "PM 96/2015"),
    )


def _seconds(write: SheetWriter, seconds: float | None) -> str:
    return UNTOLD if seconds is None else f"{write.number(seconds, 1)} s"


def _sections(write: SheetWriter, request: PlanRequest, answer: PlanAnswer) -> Iterable[Section]:
    yield _stages(write, request, answer)
    yield _approaches(write, answer.after)
    if answer.before is not None:
        yield _compared(write, answer.before, answer.after)
    yield _demand(write, request, answer)
    yield _saturation(write, answer.after)
    yield Section(heading=write.said("sources"), lines=tuple(_sources(write, answer.after)))


def _stages(write: SheetWriter, request: PlanRequest, answer: PlanAnswer) -> Section:
    """Begin and end of each green from the begin of the cycle: what is keyed into the controller."""
    rows: list[Row] = []
    begin = 0.0
    for number, (stage, green) in enumerate(zip(request.layout.stages, answer.after.timing.greens, strict=True), 1):
        seconds = (begin, begin + green, green, stage.amber, stage.all_red)
        rows.append(Row((str(number), ", ".join(stage.approaches), *(write.number(each, 1) for each in seconds))))
        begin += green + stage.amber + stage.all_red
    last = (write.said("cycle"), "", "", "", "", "", f"{write.number(begin, 1)} s")
    return Section(
        heading=write.said("stages"),
        note=write.said("stages-note"),
        columns=write.heads("stage", "approaches", "green-begin", "green-end", "green", "amber", "all-red"),
        widths=(0, 1, 0, 0, 0, 0, 0),
        rows=(*rows, Row(last, tone="quiet")),
    )


def _approaches(write: SheetWriter, result: JunctionResult) -> Section:
    return Section(
        heading=write.said("performance"),
        note=write.said("performance-note"),
        columns=write.heads("approach", "flow", "capacity", "degree", "queue", "stops", "delay"),
        widths=(1, 0, 0, 0, 0, 0, 0),
        rows=tuple(_approach(write, each) for each in result.approaches),
    )


def _approach(write: SheetWriter, each: ApproachResult) -> Row:
    done = each.performance
    cells = (
        each.name,
        write.number(each.saturation.flow),
        write.number(done.capacity),
        write.number(done.saturation, 2),
        write.number(done.queue_length),
        write.number(done.stops, 2),
        write.number(done.delay, 1),
    )
    return Row(cells, tone="late" if done.saturation > DESIGN_SATURATION else "")


def _compared(write: SheetWriter, before: JunctionResult, after: JunctionResult) -> Section:
    rows = [
        Row((old.name, *_pair(write, old.performance.saturation, new.performance.saturation, 2),
             *_pair(write, old.performance.delay, new.performance.delay, 1),
             *_pair(write, old.performance.queue_length, new.performance.queue_length, 0)))
        for old, new in zip(before.approaches, after.approaches, strict=True)
    ]  # fmt: skip
    whole = (write.said("whole"), *_pair(write, before.worst, after.worst, 2))
    rows.append(Row((*whole, *_pair(write, before.delay, after.delay, 1), f"{before.level} → {after.level}", "")))
    note = write.said(
        "compared-note", before=write.number(before.timing.cycle, 1), after=write.number(after.timing.cycle, 1)
    )
    heads = write.heads("approach", "degree-before", "degree-after", "delay-before", "delay-after")
    return Section(
        heading=write.said("compared"),
        note=note,
        columns=(*heads, *write.heads("queue-before", "queue-after")),
        widths=(1, 0, 0, 0, 0, 0, 0),
        rows=tuple(rows),
    )


def _pair(write: SheetWriter, before: float | None, after: float | None, decimals: int) -> tuple[str, str]:
    return write.number(before, decimals), write.number(after, decimals)


def _demand(write: SheetWriter, request: PlanRequest, answer: PlanAnswer) -> Section:
    """Vehicles an hour as counted: motorcycles apart."""
    rows = [
        Row((approach.name, write.said(movement), *(write.number(each) for each in _vehicles(counted))))
        for approach in request.layout.approaches
        for movement in MOVEMENTS
        if (counted := approach.demand.of(movement)) != Counted()
    ]
    return Section(
        heading=write.said("demand"),
        note=_counted(write, request, answer.peak),
        columns=write.heads("approach", "movement", "motorcycle", "light", "heavy", "unmotorised"),
        widths=(1, 0, 0, 0, 0, 0),
        rows=(*rows, _all(write, request.layout.approaches)),
    )


def _all(write: SheetWriter, approaches: Iterable[Approach]) -> Row:
    counted = total([each.demand.of(movement) for each in approaches for movement in MOVEMENTS])
    return Row((write.said("whole"), "", *(write.number(each) for each in _vehicles(counted))), tone="quiet")


def _vehicles(counted: Counted) -> tuple[float, ...]:
    return counted.motorcycle, counted.light, counted.heavy, counted.unmotorised


def _saturation(write: SheetWriter, result: JunctionResult) -> Section:
    rows = tuple(
        Row((each.name, *(write.number(number, decimals) for number, decimals in _factors(each))))
        for each in result.approaches
    )
    heads = ("approach", "width", "base", "friction", "city", "gradient", "parking", "left-factor", "right-factor")
    return Section(
        heading=write.said("saturation"),
        note=write.said("saturation-note"),
        columns=write.heads(*heads, "saturated"),
        widths=(1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        rows=rows,
    )


def _factors(each: ApproachResult) -> tuple[tuple[float, int], ...]:
    known = each.saturation
    factors = (known.friction, known.city, known.gradient, known.parking, known.left, known.right)
    return (known.effective_width, 2), (known.base, 0), *((factor, 2) for factor in factors), (known.saturated, 0)


def _sources(write: SheetWriter, result: JunctionResult) -> Iterable[str]:
    yield write.said("source-manual")
    protected, opposed = EQUIVALENTS[False][0], EQUIVALENTS[True][0]
    yield write.said("source-equivalents", protected=protected, opposed=opposed)
    yield write.said("source-flow-ratio", ratio=result.flow_ratio, lost=write.number(result.lost_time, 1))
    if result.webster is None:
        yield write.said("source-no-cycle")
    else:
        yield write.said("source-webster", cycle=write.number(result.webster, 1))
    yield write.said("source-limits")
