"""How a room did in an exercise, as it is printed: what was brought, expected, done and missed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

import msgspec

from pinisi.city.text import Text
from pinisi.incidents.exercises.judging import Judged, JudgedInject, score_of
from pinisi.incidents.exercises.script import TIMED, RingIn, Script
from pinisi.incidents.report.after_action import moment
from pinisi.incidents.report.document import Document, Figure, Row, Section, Tone
from pinisi.incidents.report.wording import Tongue
from pinisi.vocabulary.instant import Instant

FAILED = ("late", "wrong", "missed")
ANSWER_SECONDS = 15
_TONES: Mapping[str, Tone] = {"met": "good", "late": "late", "wrong": "late", "missed": "late", "waiting": "quiet"}


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise as far as it has come. `speed` of its script; `ended_at` 0: it is not over."""

    script: Script
    judged: Sequence[JudgedInject]
    started_at: Instant
    ended_at: Instant
    speed: float
    made_at: datetime

    @property
    def given(self) -> list[JudgedInject]:
        return sorted((each for each in self.judged if each.given_at), key=lambda each: each.given_at)


class Names(msgspec.Struct, frozen=True):
    """Words for the codes in a script: categories (`flood/houses`), agencies, procedures, injects."""

    categories: Mapping[str, Text]
    agencies: Mapping[str, Text]
    procedures: Mapping[str, Text]
    injects: Mapping[str, Text] = {}


def told(course: Course, tongue: Tongue, house: str, names: Names) -> Document:
    script = course.script
    return Document(
        language=tongue.language,
        kind=tongue.said("exercise", "kind"),
        house=house,
        title=tongue.text(script.title),
        lead=_lead(course, tongue),
        exercise=tongue.label("exercise"),
        badge="" if course.ended_at else tongue.said("exercise", "interim"),
        figures=_figures(course, tongue),
        facts=_facts(course, tongue),
        sections=(
            _failed(course, tongue, names),
            _timeline(course, tongue, names),
            _stages(course, tongue),
            _origins(course, tongue),
        ),
        footer=tongue.said("exercise", "footer", when=tongue.moment(course.made_at), id=script.id),
        page=tongue.label("page", n="{n}", all="{all}"),
    )


def _lead(course: Course, tongue: Tongue) -> str:
    score = score_of(course.judged)
    said = tongue.said("exercise", "lead", met=score.met, all=score.judged, injects=len(course.given))
    pace = "" if course.speed == 1 else tongue.said("exercise", "pace", speed=f"{course.speed:g}")
    return " ".join(part for part in (tongue.text(course.script.purpose), said, pace) if part)


def _figures(course: Course, tongue: Tongue) -> tuple[Figure, ...]:
    score = score_of(course.judged)
    calls = [each for each in course.given if isinstance(each.inject.happening, RingIn)]
    answered = [each.noticed for each in calls if each.noticed is not None]
    in_time = sum(seconds <= ANSWER_SECONDS for seconds in answered)
    failed = score.judged - score.met
    middle = tongue.span(round(median(answered))) if answered else "–"
    return (
        Figure(
            tongue.said("exercise", "met"),
            f"{score.met}/{score.judged}",
            tongue.said("exercise", "open", n=score.waiting) if score.waiting else "",
            "good" if not failed else "",
        ),
        Figure(tongue.said("exercise", "failed"), str(failed), "", "late" if failed else "good"),
        Figure(tongue.said("exercise", "calls"), f"{in_time}/{len(calls)}", tongue.said("exercise", "in-time")),
        Figure(tongue.said("exercise", "answer"), middle, tongue.said("exercise", "median")),
    )


def _facts(course: Course, tongue: Tongue) -> tuple[tuple[str, str], ...]:
    began = tongue.moment(moment(course.started_at)) if course.started_at else "–"
    ended = tongue.moment(moment(course.ended_at)) if course.ended_at else tongue.said("exercise", "runs")
    players = ", ".join(player.name for player in course.script.players)
    return (
        (tongue.said("exercise", "began"), began),
        (tongue.said("exercise", "ended"), ended),
        (tongue.said("exercise", "length"), tongue.span(course.script.length)),
        (tongue.said("exercise", "players"), players),
    )


def _failed(course: Course, tongue: Tongue, names: Names) -> Section:
    """What a room talks about afterwards: first of all that."""
    rows = [
        _failure(each, result, tongue, names)
        for each in course.given
        for result in each.results
        if result.state in FAILED
    ]
    columns = tuple(tongue.said("exercise", key) for key in ("inject", "expected", "became"))
    return Section(
        heading=tongue.said("exercise", "missed-heading"),
        columns=columns if rows else (),
        widths=(1.6, 1.6, 1.3),
        rows=tuple(rows),
        empty=tongue.said("exercise", "nothing-missed"),
    )


def _failure(each: JudgedInject, result: Judged, tongue: Tongue, names: Names) -> Row:
    cells = (tongue.text(each.inject.title), said_of(result, tongue, names), _became(result, tongue, names))
    return Row(cells, "", "late")


def _timeline(course: Course, tongue: Tongue, names: Names) -> Section:
    rows = [_line(each, tongue, names) for each in course.given]
    columns = tuple(tongue.said("exercise", key) for key in ("time", "inject", "noticed", "results"))
    return Section(
        heading=tongue.said("exercise", "timeline"),
        note=tongue.said("exercise", "timeline-note", zone=tongue.zone_name),
        columns=columns,
        widths=(0, 1.6, 0, 2.0),
        rows=tuple(rows),
        empty=tongue.said("exercise", "nothing-yet"),
    )


def _line(each: JudgedInject, tongue: Tongue, names: Names) -> Row:
    noticed = "–" if each.noticed is None else f"{tongue.span(each.noticed)}, {each.by}".rstrip(", ")
    results = "\n".join(
        f"{'✓' if result.state == 'met' else '✗' if result.state in FAILED else '…'} "
        f"{said_of(result, tongue, names)}: {_became(result, tongue, names)}"
        for result in each.results
    )
    tone: Tone = "late" if any(result.state in FAILED for result in each.results) else ""
    return Row((tongue.clock(moment(each.given_at)), tongue.text(each.inject.title), noticed, results or "–"), "", tone)


def _stages(course: Course, tongue: Tongue) -> Section:
    """How long each stage took, over all injects."""
    rows: list[Row] = []
    for what in TIMED:
        took = [
            result.took
            for each in course.given
            for result in each.results
            if result.expectation.what == what and result.took is not None
        ]
        asked = sum(result.expectation.what == what for each in course.given for result in each.results)
        if asked:
            middle, longest = (tongue.span(round(median(took))), tongue.span(max(took))) if took else ("–", "–")
            rows.append(Row((tongue.said("expected", what), f"{len(took)}/{asked}", middle, longest)))
    return Section(
        heading=tongue.said("exercise", "stages"),
        columns=tuple(tongue.said("exercise", key) for key in ("stage", "done", "median", "longest")),
        widths=(2, 1, 1, 1),
        rows=tuple(rows),
        empty=tongue.said("exercise", "nothing-yet"),
    )


def _origins(course: Course, tongue: Tongue) -> Section:
    """What of it was real, with its source; all else was invented."""
    lines: list[str] = []
    for each in course.given:
        inject, origin = each.inject, course.script.origin(each.inject.source)
        if origin is not None:
            lines.append(f"{inject.real} ({origin.publisher}, {origin.title})")
    return Section(
        heading=tongue.said("exercise", "real"),
        note=tongue.said("exercise", "invented"),
        lines=tuple(dict.fromkeys(lines)),
        empty=tongue.said("exercise", "all-invented"),
    )


def said_of(result: Judged, tongue: Tongue, names: Names) -> str:
    """The expectation in words: "dispatched within 4 min: BPBD"."""
    expectation = result.expectation
    word = tongue.said("expected", expectation.what)
    within = tongue.said("exercise", "within", time=tongue.span(expectation.within)) if expectation.within else ""
    wanted = named(expectation.wanted, tongue, names) if expectation.wanted else ""
    return " ".join(part for part in (word, within) if part) + (f": {wanted}" if wanted else "")


def _became(result: Judged, tongue: Tongue, names: Names) -> str:
    if result.state == "waiting":
        return tongue.said("exercise", "waiting")
    if result.state == "missed":
        return tongue.said("exercise", "missed")
    took = tongue.span(result.took or 0)
    if result.state == "wrong":
        return tongue.said("exercise", "wrong", got=named(result.got, tongue, names) or "–")
    return tongue.said("exercise", "too-late", time=took) if result.state == "late" else took


def named(code: str, tongue: Tongue, names: Names) -> str:
    for known in (names.categories, names.agencies, names.procedures, names.injects):
        if code in known:
            return tongue.text(known[code])
    return tongue.said("called", code)
