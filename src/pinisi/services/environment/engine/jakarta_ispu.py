"""The daily ISPU of Jakarta's open data: one row of the table as a published day.

Columns: tanggal;stasiun;pm25;pm10;so2;co;o3;no2;max;critical;categori, separated by semicolons. The six pollutants are
sub-indices, not concentrations; empty cells were not measured.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

import msgspec

from pinisi.services.environment.engine.ispu import Category
from pinisi.services.environment.engine.pollutant import Pollutant, SubIndex
from pinisi.services.environment.engine.published import Published

Meaning = TypeVar("Meaning")

COLUMNS: tuple[Pollutant, ...] = ("pm25", "pm10", "so2", "co", "o3", "no2")
CRITICAL: Mapping[str, Pollutant | None] = {"": None, **{name.upper(): name for name in COLUMNS}}
CATEGORIES: Mapping[str, Category | None] = {
    "BAIK": "good",
    "SEDANG": "moderate",
    "TIDAK SEHAT": "unhealthy",
    "SANGAT TIDAK SEHAT": "veryUnhealthy",
    "BERBAHAYA": "hazardous",
    "TIDAK ADA DATA": None,
}


class JakartaDay(msgspec.Struct, frozen=True):
    """The highest station of a day, as the table has it."""

    day: date
    station: str
    published: Published


class BadRow(ValueError):
    """A cell that cannot be read; the message names field and value."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field}: {value!r} cannot be read")
        self.field = field


def read_row(row: Mapping[str, str | None]) -> JakartaDay:
    """Read one row by its column names.

    Raises:
        BadRow: a column is missing, or its cell is no date, index, pollutant or category.
    """
    values: dict[Pollutant, float | None] = {name: _index(row, name) for name in COLUMNS}
    published = Published(
        sub_indices=tuple(SubIndex(name, value) for name, value in values.items() if value is not None),
        value=_index(row, "max"),
        critical=_word(row, "critical", CRITICAL),
        category=_word(row, "categori", CATEGORIES),
    )
    return JakartaDay(_day(row), _cell(row, "stasiun"), published)


def _cell(row: Mapping[str, str | None], field: str) -> str:
    value = row.get(field)
    if value is None:
        raise BadRow(field, value)
    return value.strip()


def _index(row: Mapping[str, str | None], field: str) -> float | None:
    text = _cell(row, field)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadRow(field, text) from None
    if not 0 <= value <= 999:
        raise BadRow(field, text)
    return value


def _word(row: Mapping[str, str | None], field: str, words: Mapping[str, Meaning]) -> Meaning:
    text = _cell(row, field)
    if text.upper() not in words:
        raise BadRow(field, text)
    return words[text.upper()]


def _day(row: Mapping[str, str | None]) -> date:
    text = _cell(row, "tanggal")
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError:
        raise BadRow("tanggal", text) from None
