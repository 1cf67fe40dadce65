"""A hand-over note in the words of one language, as it is printed."""

from datetime import datetime

from pinisi.incidents.report.document import Document, Figure, Row, Section, Signature
from pinisi.incidents.report.wording import Tongue
from pinisi.incidents.shift.handover import Handover
from pinisi.incidents.shift.note import ShiftNote, Signed


def told(note: ShiftNote, tongue: Tongue, house: str, made_at: datetime) -> Document:
    """The note for two signatures, or with them. `house`: whose war room it is."""

    def label(key: str, **values: str | int) -> str:
        return tongue.said("shift", key, **values)

    all = note.handover
    return Document(
        language=tongue.language,
        kind=label("kind"),
        house=house,
        title=label("title", when=tongue.moment(all.at)),
        lead=label(note.state),
        exercise=tongue.label("exercise") if all.exercise else "",
        figures=_figures(all, tongue),
        sections=(
            Section(heading=label("words"), lines=tuple(note.leaves.words.splitlines()), empty=label("no-words")),
            _open(all, tongue),
            _shelved(all, tongue),
            _glasses(all, tongue),
            _procedures(all, tongue),
            _warnings(all, tongue),
            _sources(all, tongue),
        ),
        signatures=(_signature("leaves", note.leaves, tongue), _signature("comes", note.comes, tongue)),
        footer=label("footer", number=note.id, position=all.position, digest=note.digest[:16]),
        page=tongue.label("page", n="{n}", all="{all}"),
    )


def _figures(all: Handover, tongue: Tongue) -> tuple[Figure, ...]:
    stage = all.stage
    set_by = f"{tongue.moment(stage.since)}, {stage.by}" if stage.since else ""
    word = f"{stage.level} {tongue.text(stage.word)}" if stage.level else tongue.said("shift", "not-set")
    late = sum(line.late for line in all.open)

    def count(key: str, number: int, note: str = "", *, heed: bool = False) -> Figure:
        return Figure(tongue.said("shift", key), str(number), note, "late" if heed and number else "")

    return (
        Figure(tongue.said("shift", "stage"), word, set_by, "" if stage.level else "quiet"),
        count("open", all.open_count, tongue.said("shift", "overdue", n=late) if late else ""),
        count("unanswered", all.unanswered, heed=True),
        count("suppressed", all.suppressed),
    )


def _open(all: Handover, tongue: Tongue) -> Section:
    rows: list[Row] = []
    for line in all.open:
        due = tongue.moment(line.due_at) if line.due_at else "–"
        exercise = tongue.label("exercise") if line.exercise else ""
        owed = tongue.said("shift", "owed") if line.answer_owed else ""
        where = tongue.listed([tongue.text(line.category), line.area or "", owed, exercise])
        cells = (str(line.priority or "–"), tongue.of(line.title), tongue.said("states", line.state))
        owner = line.owner or tongue.said("shift", "nobody")
        rows.append(Row((*cells, owner, due), where, "late" if line.late else ""))
    said = ("priority", "incident", "state", "owner", "due")
    told = len(all.open)
    more = tongue.said("shift", "more", n=all.open_count - told) if all.open_count > told else ""
    return _table("open", said, (0.35, 2.2, 1.1, 1.1, 1.7), rows, tongue, more)


def _shelved(all: Handover, tongue: Tongue) -> Section:
    rows = [
        Row((tongue.of(line.title), line.owner or "–", tongue.moment(line.until) if line.until else "–"))
        for line in all.shelved
    ]
    return _table("shelved", ("incident", "owner", "until"), (2.6, 1.1, 1.7), rows, tongue)


def _glasses(all: Handover, tongue: Tongue) -> Section:
    rows = [
        Row((tongue.of(line.title), line.by, tongue.moment(line.at) if line.at else "–"), line.reason, "late")
        for line in all.glasses
    ]
    return _table("glasses", ("incident", "who", "when"), (2.6, 1.1, 1.7), rows, tongue)


def _procedures(all: Handover, tongue: Tongue) -> Section:
    titles = {line.id: tongue.of(line.title) for line in all.open}
    rows: list[Row] = []
    for line in all.procedures:
        state = tongue.said("runs", "paused" if line.paused else "running")
        drill = tongue.label("drill") if line.drill else ""
        steps = tongue.said("shift", "steps", n=line.over, all=line.of)
        rows.append(Row((tongue.text(line.title), titles[line.incident], steps), tongue.listed([state, drill])))
    return _table("procedures", ("procedure", "incident", "done"), (1.6, 2.2, 1.6), rows, tongue)


def _warnings(all: Handover, tongue: Tongue) -> Section:
    rows: list[Row] = []
    for line in all.warnings:
        until = tongue.moment(line.until) if line.until else "–"
        mark = "late" if line.state == "to-review" else ""
        rows.append(Row((tongue.of(line.title), tongue.said("shift", line.state), line.by, until), line.reason, mark))
    return _table("warnings", ("warning", "state", "who", "until"), (2.2, 1.1, 1.1, 1.7), rows, tongue)


def _sources(all: Handover, tongue: Tongue) -> Section:
    rows: list[Row] = []
    for line in all.sources:
        last = tongue.moment(line.last_message) if line.last_message else tongue.said("shift", "never")
        rows.append(Row((tongue.of(line.title), tongue.said("sources", line.state), last)))
    return _table("sources", ("source", "state", "last"), (2.6, 1.1, 1.7), rows, tongue)


def _table(
    key: str, columns: tuple[str, ...], widths: tuple[float, ...], rows: list[Row], tongue: Tongue, note: str = ""
) -> Section:
    return Section(
        heading=tongue.said("shift", key),
        note=note,
        columns=tuple(tongue.said("shift", column) for column in columns),
        widths=widths,
        rows=tuple(rows),
        empty=tongue.said("shift", f"no-{key}"),
    )


def _signature(role: str, by: Signed | None, tongue: Tongue) -> Signature:
    if by is None:
        return Signature(tongue.said("shift", role), when=tongue.said("shift", "unsigned"))
    remark = by.words if role == "comes" else ""
    return Signature(tongue.said("shift", role), by.name, tongue.listed([tongue.moment(by.at), remark]))
