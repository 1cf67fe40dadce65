"""What the columns of a file hold, guessed from their names and cells. A guess is a proposal: a person decides."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.importing.cells import (
    DateForm,
    Decimal,
    boolean_in,
    date_form,
    is_nothing,
    number_in,
    quantity_in,
)
from pinisi.city.importing.rows import Row, Sheet
from pinisi.city.units import unit_named

Guess = Literal[
    "empty",
    "longitude",
    "latitude",
    "number",
    "integer",
    "boolean",
    "date-time",
    "period",
    "unit",
    "area-code",
    "personal",
    "text",
]
SAMPLE = 5000
MOSTLY = 0.9
"""A column is of a kind when so much of what it holds is: the rest are faults to be shown."""
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?|(?:19|20)\d\d-(?:S[12]|Q[1-4]|\d\d)")
_AREA_CODE = re.compile(r"\d\d\.\d\d(?:\.\d\d(?:\.\d{4})?)?|(?:id)?\d{4}(?:\d{3}(?:\d{3})?)?")
_PHONE = re.compile(r"(?:\+62|62|0)[\d -]{8,14}")
_MAIL = re.compile(r"[^@\s]{1,60}@[^@\s]{1,60}\.[a-zA-Z]{2,10}")
_NIK = re.compile(r"[1-9]\d{5}(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?:0[1-9]|1[0-2])\d{6}")
"""An Indonesian identity number: six digits of the area, day (of women + 40), month and year of birth, four more."""
_PERSONAL = re.compile(
    r"(?:^|[_\W])(?:nik|no_?ktp|ktp|telp|telepon|phone|hp|no_?hp|email|e-mail|whatsapp|wa)(?:$|[_\W])"
)
_LON = re.compile(r"^(?:x|lon|lng|long|longitude|bujur|.*[_ .]lon|.*[_ .]lng|.*longitude)$")
_LAT = re.compile(r"^(?:y|lat|latitude|lintang|.*[_ .]lat|.*latitude)$")
_YEARLY = re.compile(r"(?:^|[_\W])(?:year|tahun|thn|period|periode)(?:$|[_\W])")
NAMING = re.compile(r"(?:^|[_\W])(?:id|fid|gid|zip|kode ?pos|kode|code|number|no|nomor|rt|rw)$")
"""Names of columns whose digits count nothing: an id, a postal code."""
_CODED = re.compile(r"(?:code|kode|kd|bps|adm\d|village|district|regency|province)")


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column: what it seems to hold, how many cells of the sample are filled and fit, and some of them."""

    name: str
    guess: Guess
    filled: int
    fitting: int
    distinct: int
    whole: bool = False
    decimal: Decimal = "."
    dates: DateForm = "iso"
    sure: bool = True
    unit: str | None = None
    examples: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


def columns_in(sheet: Sheet) -> tuple[Column, ...]:
    """The columns of a sheet, judged by its first rows."""
    rows = [row for _, row in zip(range(SAMPLE), sheet.rows(), strict=False) if isinstance(row, Row)]
    return tuple(column_of(name, [row.cells.get(name, "") for row in rows]) for name in sheet.columns)


def column_of(name: str, cells: Sequence[str]) -> Column:
    """One column by its name and cells."""
    filled = [cell.strip() for cell in cells if not is_nothing(cell)]
    counted = Counter(filled)
    guess, fitting, found = _guess(name.strip().casefold(), filled)
    return Column(
        name=name,
        guess=guess,
        filled=len(filled),
        fitting=fitting,
        distinct=len(counted),
        whole=len(filled) == len(cells),
        examples=tuple(cell[:80] for cell in list(counted)[:3]),
        common=tuple(cell[:80] for cell, _ in counted.most_common(12)) if len(counted) <= 40 else (),
        **found,
    )


def _guess(name: str, filled: list[str]) -> tuple[Guess, int, dict[str, Any]]:
    if not filled:
        return "empty", 0, {}
    if _is_personal(name, filled):
        return "personal", len(filled), {}
    for guess in (_as_unit, _as_date, _as_code, _as_number, _as_boolean):
        found = guess(name, filled)
        if found is not None:
            return found
    return "text", len(filled), {}


Found = tuple[Guess, int, dict[str, Any]] | None


def _share(filled: list[str], fits: Callable[[str], object]) -> int:
    return sum(bool(fits(cell)) for cell in filled)


def _enough(fitting: int, filled: list[str]) -> bool:
    return fitting >= MOSTLY * len(filled)


def _is_personal(name: str, filled: list[str]) -> bool:
    if _PERSONAL.search(name):
        return True
    for pattern in (_MAIL, _NIK):
        if 2 * _share(filled, pattern.fullmatch) > len(filled):
            return True
    return 2 * _share(filled, lambda cell: _PHONE.fullmatch(cell) and (cell[0] in "+0")) > len(filled)


def _as_unit(_name: str, filled: list[str]) -> Found:
    if any(character.isdigit() for character in filled[0].replace("2", "").replace("3", "")):
        return None
    fitting = _share(filled, unit_named)
    return ("unit", fitting, {}) if _enough(fitting, filled) else None


def _as_date(name: str, filled: list[str]) -> Found:
    years = _share(filled, _YEAR.fullmatch)
    if _enough(years, filled) and (_YEARLY.search(name) or "-" in filled[0]):
        return "period", years, {}
    dated = [cell for cell in filled if _looks_dated(cell)]
    if not _enough(len(dated), filled):
        return None
    form = date_form(dated)
    if form is None:
        return None
    sure = form == "iso" or _is_sure(dated)
    return "date-time", len(dated), {"dates": form, "sure": sure}


def _looks_dated(cell: str) -> bool:
    return len(cell) >= 8 and date_form([cell]) is not None


def _is_sure(dated: list[str]) -> bool:
    """Whether some day is above 12, so that the order of day and month is known."""
    parts = [re.split(r"[/.\- ]", cell) for cell in dated]
    return any(int(part[0]) > 12 or int(part[1]) > 12 for part in parts if part[0].isdigit() and part[1].isdigit())


def _as_code(name: str, filled: list[str]) -> Found:
    fitting = _share(filled, _AREA_CODE.fullmatch)
    dotted = "." in filled[0] or filled[0].startswith("id")
    if _enough(fitting, filled) and (dotted or _CODED.search(name)) and not _LON.match(name) and not _LAT.match(name):
        plain = all(re.fullmatch(r"\d{1,3}\.\d\d", cell) for cell in filled[:200])
        return None if plain and not _CODED.search(name) and name != "code" else ("area-code", fitting, {})
    return None


def _as_number(name: str, filled: list[str]) -> Found:
    decimal = _decimal(filled)
    numbers = [number_in(cell, decimal) for cell in filled]
    known = [number for number in numbers if number is not None]
    with_unit = [quantity_in(cell, decimal) for cell, number in zip(filled, numbers, strict=True) if number is None]
    units = Counter(quantity[1] for quantity in with_unit if quantity is not None)
    fitting = len(known) + sum(units.values())
    if not _enough(fitting, filled):
        return None
    found: dict[str, Any] = {"decimal": decimal}
    if _LON.match(name) and _within(known, 180):
        return "longitude", fitting, found
    if _LAT.match(name) and _within(known, 180):
        return "latitude", fitting, found
    found["unit"] = _unit_in_name(name) or next(iter(dict(units.most_common(1))), None)
    whole = all(number == int(number) for number in known) and not any("." in cell for cell in filled[:100])
    return ("integer" if whole else "number"), fitting, found


def _within(numbers: list[float], limit: float) -> bool:
    return sum(-limit <= number <= limit for number in numbers) >= MOSTLY * len(numbers)


def _decimal(filled: list[str]) -> Decimal:
    """The sign before the part below one: a comma only where some cell can be read no other way."""
    with_comma = [cell for cell in filled if "," in cell]
    if not with_comma:
        return "."
    only_comma = sum(number_in(cell, ",") is not None and number_in(cell, ".") is None for cell in with_comma)
    only_point = sum(number_in(cell, ".") is not None and number_in(cell, ",") is None for cell in with_comma)
    return "," if only_comma > only_point else "."


def _unit_in_name(name: str) -> str | None:
    """`area_m2`, `luas (ha)`: the unit that a column's name ends with."""
    found = re.search(r"(?:_|\s|\()([a-zµ°%/²³0-9]{1,8})\)?$", name)
    return unit_named(found.group(1)) if found and found.group(1) not in ("t", "c", "l", "m") else None


def _as_boolean(_name: str, filled: list[str]) -> Found:
    fitting = _share(filled, lambda cell: boolean_in(cell) is not None)
    return ("boolean", fitting, {}) if fitting == len(filled) else None
