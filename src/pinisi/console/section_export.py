"""A section of a report to take away as CSV: one row a number, each with its source, method and rule. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.text import Language, Text
from pinisi.console.programme_export import csv_table
from pinisi.console.sections import Span, Table
from pinisi.runtime.view import Section

COLUMNS = (
    "section", "period", "entity", "name", "number", "value", "unit", "method", "n", "observedAt", "sources", "rule",
    "flags",
)  # fmt: skip


def section_csv(
    section: Section, span: Span, tiles: Sequence[Mapping[str, Any]], table: Table, language: Language
) -> bytes:
    """What is not known is an empty cell."""
    told = [("", "", tile) for tile in tiles]
    told += [(row.entity, row.name, msgspec.to_builtins(cell)) for row in table.rows for cell in row.cells]
    return csv_table(COLUMNS, _rows(section, span, told, language))


def _rows(
    section: Section, span: Span, told: Sequence[tuple[str, str, Mapping[str, Any]]], language: Language
) -> Iterator[list[Any]]:
    for entity, name, value in told:
        sources = value["providers"] or ([value["provider"]] if value["provider"] else [])
        yield [
            _word(section.title, language), span.period, entity, name, _word(value["label"], language),
            _word(value["valueText"], language) or value["value"], value["unit"], value["method"], value["n"],
            value["observedAt"], "; ".join(sources), _word(value["derived"], language),
            "; ".join(_word(flag["text"], language) for flag in value["flags"]),
        ]  # fmt: skip


def _word(text: Any, language: Language) -> str:
    if isinstance(text, Text):
        return str(getattr(text, language))
    return str(text.get(language, "")) if isinstance(text, Mapping) else str(text or "")  # pyright: ignore
