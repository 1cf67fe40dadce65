"""`units.csv`: a roster as a table. One unit a row; all rows are kept or none, and every fault names row and field."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.importing.delimited import delimited_sheet
from pinisi.city.importing.rows import BadRow, NotReadable
from pinisi.city.operations import Operations
from pinisi.incidents.requirements import BadAct
from pinisi.incidents.units.roster import NewUnit, checked

COLUMNS = ("code", "name", "agency", "capabilities", "longitude", "latitude")
MOST_ROWS = 5_000
MOST_FAULTS = 100
_TRUE = frozenset({"1", "true", "yes", "ya", "はい"})


class RowFault(msgspec.Struct, frozen=True):
    """What is wrong with one row (its line in the file; 0: the file)."""

    row: int
    field: str
    reason: str


def read_roster(text: str, tenant: str, rules: Operations) -> tuple[Sequence[NewUnit], Sequence[RowFault]]:
    """The units of the file, and all that is wrong with it.

    `capabilities` are separated by spaces or `+`; a column `exercise` with yes marks a unit that is made for a drill.
    """
    try:
        sheet = delimited_sheet("units.csv", text.encode())
    except NotReadable as error:
        return (), (RowFault(0, "file", f"cannot be read: {error.code}"),)
    missing = [name for name in COLUMNS if name not in sheet.columns]
    if missing:
        return (), tuple(RowFault(0, name, "the column is not there") for name in missing)
    units: list[NewUnit] = []
    faults: list[RowFault] = []
    known: set[str] = set()
    for row in sheet.rows():
        if len(units) >= MOST_ROWS or len(faults) >= MOST_FAULTS:
            faults.append(RowFault(row.number, "file", "there are too many rows or faults: nothing after it was read"))
            break
        if isinstance(row, BadRow):
            faults.append(RowFault(row.number, "row", row.code))
            continue
        try:
            unit = _unit({name: str(value) for name, value in row.cells.items()})
            checked(tenant, unit, rules)
            if unit.code in known:
                raise BadAct("code", "stands twice in the file")
        except BadAct as error:
            faults.append(RowFault(row.number, error.field, str(error).partition(": ")[2]))
            continue
        known.add(unit.code)
        units.append(unit)
    return units, faults


def _unit(cells: Mapping[str, Any]) -> NewUnit:
    def cell(name: str) -> str:
        return str(cells.get(name, "")).strip()

    return NewUnit(
        code=cell("code"),
        name=cell("name"),
        agency=cell("agency"),
        capabilities=cell("capabilities").replace("+", " ").split(),
        base=[_degrees(cell("longitude"), "longitude"), _degrees(cell("latitude"), "latitude")],
        exercise=cell("exercise").casefold() in _TRUE,
    )


def _degrees(text: str, field: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise BadAct(field, f"{text[:40]!r} is no number of degrees") from None
    if number != number or abs(number) > 180:
        raise BadAct(field, f"{text[:40]} is not in degrees")
    return number
