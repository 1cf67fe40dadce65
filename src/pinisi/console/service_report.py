"""The report of a service as a document: its sections of a period, each number with a letter that leads to its origin.

Pure. What a value says of itself (method, sources, times, doubts) is gathered below the section that it stands in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pinisi.city.text import Text
from pinisi.city.value import Value
from pinisi.city.words import type_title
from pinisi.console.report_origins import NOT_TRUE, PLAIN_UNIT, Origins
from pinisi.console.sections import Row as TableRow
from pinisi.console.sections import Span, Table
from pinisi.incidents.report.after_action import moment
from pinisi.incidents.report.document import Document, Figure, Row
from pinisi.incidents.report.document import Section as Paragraph
from pinisi.incidents.report.wording import Tongue
from pinisi.runtime.view import Section
from pinisi.vocabulary.instant import DAY, Instant

COMPUTED = frozenset({"modelled", "forecast"})
MOST_NAMED = 20
WIDE_FROM = 6
"""Columns of a table from which on the pages lie on their side."""


class Part(msgspec.Struct, frozen=True):
    """A section as its reader sees it: the declared one, its tiles, its table."""

    section: Section
    tiles: Sequence[Value]
    table: Table


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One report: `other` are tiles that stand in no section; `titles` those of source cards by their id.

    `whole`: the reader sees all of the city; `exercise`: the tenant does not live in the present.
    """

    service: Text
    city: str
    span: Span
    since: Instant
    until: Instant
    now: Instant
    position: int
    whole: bool
    exercise: bool
    parts: Sequence[Part]
    other: Sequence[Value] = ()
    titles: Mapping[str, Text] = {}


def service_report(edition: Edition, tongue: Tongue, house: str) -> Document:
    """`house`: whose war room it is."""
    values = list(_values(edition))
    untrue = sum(value.method in NOT_TRUE for value in values)
    known = sum(value.value is not None for value in values)
    band = _say(tongue, "all-simulated") if untrue and untrue == known else ""
    return Document(
        language=tongue.language,
        kind=_say(tongue, "kind"),
        house=house,
        title=_say(tongue, "title", service=tongue.text(edition.service), period=_days(edition, tongue)),
        lead=" ".join(_lead(tongue, untrue, len(values))),
        exercise=tongue.label("exercise") if edition.exercise else band,
        figures=_figures(values, tongue),
        facts=_facts(edition, tongue),
        sections=tuple(_sections(edition, tongue)),
        footer=_say(tongue, "footer", when=tongue.moment(moment(edition.now)), position=edition.position),
        page=tongue.label("page", n="{n}", all="{all}"),
        wide=any(len(part.section.columns) >= WIDE_FROM for part in edition.parts),
    )


def _say(tongue: Tongue, key: str, **values: str | int) -> str:
    return tongue.said("service-report", key, **values)


def _values(edition: Edition) -> Iterator[Value]:
    yield from edition.other
    for part in edition.parts:
        yield from part.tiles
        for row in part.table.rows:
            yield from row.cells


def _days(edition: Edition, tongue: Tongue) -> str:
    first, last = moment(edition.since), moment(edition.until - DAY // 2)
    names = [tongue.day(first), tongue.day(last)]
    return names[0] if names[0] == names[1] else _say(tongue, "days", first=names[0], last=names[1])


def _lead(tongue: Tongue, untrue: int, all: int) -> Iterator[str]:
    yield _say(tongue, "lead")
    if untrue:
        yield _say(tongue, "lead-simulated", n=untrue, all=all)


def _figures(values: Sequence[Value], tongue: Tongue) -> tuple[Figure, ...]:
    """How far the report can be trusted, before one reads it."""
    known = [value for value in values if value.value is not None]
    counts = (
        ("simulated", sum(value.method in NOT_TRUE for value in known)),
        ("computed", sum(value.method in COMPUTED for value in known)),
        ("unknown", len(values) - len(known)),
    )
    of_all = _say(tongue, "how-many", all=len(values))
    told = [
        Figure(_say(tongue, key), str(count), of_all, "late" if key == "simulated" and count else "")
        for key, count in counts
    ]
    return (Figure(_say(tongue, "numbers"), str(len(values))), *told)


def _facts(edition: Edition, tongue: Tongue) -> tuple[tuple[str, str], ...]:
    over = edition.now >= edition.until
    end = moment(edition.until if over else edition.now)
    span = {"since": tongue.moment(moment(edition.since)), "until": _until(end, tongue, over)}
    return (
        (_say(tongue, "period"), _say(tongue, "from-to" if over else "so-far", **span)),
        (_say(tongue, "city"), edition.city),
        (_say(tongue, "reader"), _say(tongue, "whole" if edition.whole else "part")),
    )


def _until(end: datetime, tongue: Tongue, over: bool) -> str:
    """A day ends at 24.00, and not at 0.00 of the next one."""
    if not over:
        return tongue.moment(end)
    clock = "24.00" if tongue.language == "id" else "24:00"
    return f"{tongue.day(end - timedelta(hours=1))} {clock} {tongue.zone_name}"


def _sections(edition: Edition, tongue: Tongue) -> Iterator[Paragraph]:
    end = min(edition.until, edition.now)
    if edition.other:
        yield _tiles(_say(tongue, "tiles"), "", edition.other, Origins(tongue, edition.titles, end))
    for part in edition.parts:
        heading, note = tongue.text(part.section.title), tongue.text(part.section.note)
        origins = Origins(tongue, edition.titles, end)
        if part.tiles:
            yield _tiles(heading, note, part.tiles, origins)
        if part.section.type:
            beside = Origins(tongue, edition.titles, end)
            if part.tiles:
                heading, note = f"{heading} · {tongue.text(type_title(part.section.type))}", ""
            yield _table(heading, note, part, beside)


def _tiles(heading: str, note: str, tiles: Sequence[Value], origins: Origins) -> Paragraph:
    tongue = origins.tongue
    rows = [Row((tongue.text(tile.label), origins.written(tile)), tongue.text(tile.derived)) for tile in tiles]
    return Paragraph(
        heading=heading,
        note=note,
        columns=(_say(tongue, "number"), _say(tongue, "value")),
        widths=(1, 1),
        rows=tuple(rows),
        under=tuple(origins.told()),
    )


def _table(heading: str, note: str, part: Part, origins: Origins) -> Paragraph:
    tongue, table = origins.tongue, _of_something(part.table)
    units = [_unit_of(row.cells[column] for row in table.rows) for column in range(len(part.section.columns))]
    rows = [
        Row((row.name, *(origins.written(cell, unit) for cell, unit in zip(row.cells, units, strict=True))))
        for row in table.rows
    ]
    heads = [
        tongue.text(cell.heading) + (f" ({tongue.text(unit)})" if unit is not None else "")
        for cell, unit in zip(part.section.columns, units, strict=True)
    ]
    return Paragraph(
        heading=heading,
        note=note,
        columns=(_say(tongue, "name"), *heads),
        widths=(1.6, *(1.0 for _ in heads)),
        rows=tuple(rows),
        empty=_say(tongue, "empty"),
        numbers=tuple(place + 1 for place in range(len(heads)) if _are_numbers(table, place)),
        under=(*_how_many(part, table, tongue), *origins.told()),
    )


def _of_something(table: Table) -> Table:
    """Rows of which nothing is known in the period are named below the table."""
    return msgspec.structs.replace(table, rows=tuple(row for row in table.rows if _is_known(row)))


def _is_known(row: TableRow) -> bool:
    return any(cell.value is not None or cell.value_text is not None for cell in row.cells)


def _how_many(part: Part, known: Table, tongue: Tongue) -> Iterator[str]:
    shown = len(part.table.rows)
    silent = [row.name for row in part.table.rows if not _is_known(row)]
    if silent and known.rows:
        more = f" … (+{len(silent) - MOST_NAMED})" if len(silent) > MOST_NAMED else ""
        yield _say(tongue, "silent", n=len(silent), names="; ".join(silent[:MOST_NAMED]) + more)
    if shown < part.table.count:
        yield _say(tongue, "of-count", shown=shown, count=part.table.count)
    if part.table.cut:
        yield _say(tongue, "cut")


def _unit_of(cells: Iterable[Value]) -> Text | None:
    """The unit that all cells of a column share: it is written once, in its head."""
    units = {None if cell.unit == PLAIN_UNIT else cell.unit_text for cell in cells if cell.value is not None}
    return next(iter(units)) if len(units) == 1 else None


def _are_numbers(table: Table, column: int) -> bool:
    told = [row.cells[column].value for row in table.rows if row.cells[column].value is not None]
    return bool(told) and all(type(value) in (int, float) for value in told)
