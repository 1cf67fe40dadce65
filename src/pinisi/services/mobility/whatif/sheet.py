"""The comparison on paper."""

from collections.abc import Iterable

from pinisi.city.text import Language, Text, format_number
from pinisi.incidents.report.document import Document, Figure, Row, Section
from pinisi.services.mobility.whatif.asked import TEXTS
from pinisi.services.mobility.whatif.shown import ShownRoad, ShownWhatIf, Spread

FIGURES = ("meanDelay", "meanQueue", "vehiclesNotIn", "co2Mass")


def sheet(what: ShownWhatIf, language: Language, house: str) -> Document:
    """`house`: whose sheet it is, for the head of the page."""

    def say(key: str) -> str:
        return _in(TEXTS[f"whatif-{key}"], language)

    def number(value: float) -> str:
        return format_number(round(value, 2), language)

    def spread(each: Spread) -> str:
        between = f" ({number(each.least)}-{number(each.most)})" if each.least != each.most else ""
        return number(each.mean) + between

    rows = [
        Row((_in(row.label, language), _in(row.unit_text, language) if row.unit_text else "", spread(row.before),
             spread(row.after)))
        for row in what.rows
    ]  # fmt: skip
    if what.second is not None:
        rows.append(Row((f"CO2, {what.second_model}", "kg", number(what.second[0]), number(what.second[1]))))
    heads = (say("column-figure"), say("column-unit"), say("column-before"), say("column-after"))
    roads = tuple(_road(each, language) for each in what.roads[:20])
    return Document(
        language=language,
        kind=say("sheet"),
        house=house,
        title=what.name,
        lead=_in(what.note, language),
        badge=say("simulated"),
        figures=tuple(_figures(what, language)),
        facts=(
            (say("when"), what.at),
            (say("fact-model"), what.model),
            (say("fact-runs"), f"{what.seeds} × {number(what.minutes)} min"),
            (say("fact-motorcycles"), f"{number(what.motorcycles)} %"),
            (say("fact-counts"), "-" if what.fitting is None else f"{number(what.fitting)} % / {what.counts}"),
            (say("fact-read"), _read(what, language)),
            (say("fact-left-out"), str(what.left_out)),
            (say("fact-cut-off"), str(what.cut_off)),
            (say("fact-faster"), f"{number(what.faster)} ×"),
        ),
        sections=(
            Section(heading=say("compared"), note=say("compared-note"), columns=heads, widths=(2, 0, 1, 1),
                    rows=tuple(rows)),
            Section(heading=say("roads"), note=say("roads-note"),
                    columns=(say("column-road"), say("column-delay"), say("column-queue"), say("column-co2")),
                    widths=(2, 1, 1, 1), rows=roads, empty=say("roads-none")),
        ),
        footer=say("footer"),
    )  # fmt: skip


def empty_sheet(key: str, language: Language, house: str) -> Document:
    """Of a what-if that is not there."""
    kind, lead = (_in(TEXTS[f"whatif-{name}"], language) for name in ("sheet", "not-there"))
    return Document(language=language, kind=kind, house=house, title=key, lead=lead)


def _read(what: ShownWhatIf, language: Language) -> str:
    """How many plans, counts and closures both sides stand on, and of when."""
    told: list[str] = []
    for kind, said in what.read.items():
        when = f" ({said.begin[:16]} - {said.end[:16]} UTC)" if said.begin else ""
        told.append(f"{_in(TEXTS[f'whatif-read-{kind}'], language)} {said.number}{when}")
    return "; ".join(told)


def _figures(what: ShownWhatIf, language: Language) -> Iterable[Figure]:
    known = {row.attribute: row for row in what.rows}
    for name in FIGURES:
        if name in known:
            row = known[name]
            unit = f" {_in(row.unit_text, language)}" if row.unit_text else ""
            before, after = (format_number(round(each.mean, 1), language) for each in (row.before, row.after))
            yield Figure(_in(row.label, language), f"{before} → {after}{unit}")


def _road(road: ShownRoad, language: Language) -> Row:
    pairs = (road.delay, road.queue, road.co2)
    cells = [f"{format_number(one, language)} → {format_number(other, language)}" for one, other in pairs]
    return Row((road.name, *cells))


def _in(text: Text, language: Language) -> str:
    return str(getattr(text, language))
