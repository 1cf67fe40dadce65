"""A shift's list as a table: which units are on duty. Columns `code`, `duty` (yes or no) and, for no, `reason`."""

from collections.abc import Mapping, Sequence

import msgspec

from pinisi.city.importing.delimited import delimited_sheet
from pinisi.city.importing.rows import BadRow, NotReadable
from pinisi.incidents.units.roster_file import MOST_FAULTS, MOST_ROWS, RowFault
from pinisi.incidents.units.unit import ID, OFF_REASONS, Unit

COLUMNS = ("code", "duty")
_YES = frozenset({"1", "true", "yes", "on", "ya", "はい"})
_NO = frozenset({"0", "false", "no", "off", "tidak", "いいえ"})


class Duty(msgspec.Struct, frozen=True):
    """Whether a unit is on duty; `reason` is one of `OFF_REASONS` where it is not."""

    code: str
    unit: str
    on: bool
    reason: str = ""

    def changes(self, unit: Unit) -> bool:
        if self.on:
            return unit.state == "off"
        return unit.state != "off" or unit.off_reason != self.reason


def is_duty_file(text: str) -> bool:
    """Whether the first line names a shift's list and not a roster."""
    first = text.lstrip("\ufeff").partition("\n")[0].casefold()
    return "duty" in first and "latitude" not in first


def read_duties(text: str, tenant: str, known: Mapping[str, Unit]) -> tuple[Sequence[Duty], Sequence[RowFault]]:
    """The list, and all that is wrong with it: units that are not in the roster, or out for an incident."""
    try:
        sheet = delimited_sheet("shift.csv", text.encode())
    except NotReadable as error:
        return (), (RowFault(0, "file", f"cannot be read: {error.code}"),)
    missing = [name for name in COLUMNS if name not in sheet.columns]
    if missing:
        return (), tuple(RowFault(0, name, "the column is not there") for name in missing)
    duties: list[Duty] = []
    faults: list[RowFault] = []
    for row in sheet.rows():
        if len(duties) >= MOST_ROWS or len(faults) >= MOST_FAULTS:
            faults.append(RowFault(row.number, "file", "there are too many rows or faults: nothing after it was read"))
            break
        if isinstance(row, BadRow):
            faults.append(RowFault(row.number, "row", row.code))
            continue
        read = _duty({name: str(value).strip() for name, value in row.cells.items()}, tenant, known)
        if isinstance(read, Duty):
            duties.append(read)
        else:
            faults.append(RowFault(row.number, *read))
    return duties, faults


def _duty(cells: Mapping[str, str], tenant: str, known: Mapping[str, Unit]) -> Duty | tuple[str, str]:
    """A row, or the field that is wrong and why."""
    code, word, reason = cells.get("code", ""), cells.get("duty", "").casefold(), cells.get("reason", "")
    unit = known.get(f"{ID}{tenant}-{code}")
    if unit is None:
        return "code", f"{code[:40]!r} is not in the roster"
    if word not in _YES | _NO:
        return "duty", f"{word[:40]!r} is neither yes nor no"
    on = word in _YES
    if reason and (on or reason not in OFF_REASONS):
        return "reason", f"goes with no: {', '.join(OFF_REASONS)}"
    if not on and unit.state in ("enRoute", "onScene"):
        return "duty", f"{unit.name} is {unit.state}"
    return Duty(code, unit.id, on, reason or ("" if on else "shift-end"))
