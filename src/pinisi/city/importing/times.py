"""Columns that write their moments in several forms: readable, but a trap for whoever reads them elsewhere."""

import re
from collections.abc import Iterator

from pinisi.city.importing.rows import Row, Sheet
from pinisi.city.registers import Register

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("2017-02-21", re.compile(r"\d{4}-\d\d-\d\d")),
    ("T06:00:00.5", re.compile(r"\d{4}-\d\d-\d\d[T ][\d:]+[.,]\d+")),
    ("T06:00:00", re.compile(r"\d{4}-\d\d-\d\d[T ][\d:]+")),
    ("+07:00", re.compile(r".*[T ].*(?:Z|[+-]\d\d(?::?\d\d)?)")),
    ("21/02/2017", re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}.*")),
)


def mixed_forms(sheet: Sheet, register: Register) -> Iterator[tuple[str, str]]:
    """Columns of moments with more than one form, and the forms."""
    columns = [mapped.column for mapped in register.attributes if mapped.kind == "date-time"]
    columns += [register.observed] if register.observed else []
    if not columns:
        return
    seen: dict[str, set[str]] = {column: set() for column in columns}
    for row in sheet.rows():
        if isinstance(row, Row):
            for column in columns:
                seen[column].add(_form(row.cells.get(column, "").strip()))
    for column, forms in seen.items():
        forms.discard("")
        if len(forms) > 1:
            yield column, ", ".join(sorted(forms))


def _form(cell: str) -> str:
    return next((name for name, pattern in _FORMS if pattern.fullmatch(cell)), "") if len(cell) < 64 else ""
