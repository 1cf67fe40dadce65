"""Faults of data for the person at the command line: a table, or JSON for a program."""

from collections.abc import Sequence

import msgspec

from pinisi.city.importing.diagnosis import Fault

LONGEST = 100


class Listed(msgspec.Struct, frozen=True):
    """One fault with the file that has it. `row` 0: the file as a whole."""

    file: str
    row: int
    field: str
    code: str
    action: str
    reason: str


def listed(file: str, faults: Sequence[Fault]) -> list[Listed]:
    """What concerns the whole file first, then rows that wait, then flags; each in the order of the rows."""
    order = {"notice": 0, "quarantine": 1, "accept-with-flag": 2, "merge": 3}
    chosen = sorted(faults, key=lambda fault: (order.get(fault.action, 4), fault.row))
    return [Listed(file, fault.row, fault.field, fault.code, fault.action, fault.text.en) for fault in chosen]


def as_json(faults: Sequence[Listed]) -> str:
    return msgspec.json.format(msgspec.json.encode(faults), indent=1).decode()


def as_table(faults: Sequence[Listed]) -> str:
    """One fault a line."""
    if not faults:
        return "no fault was found"
    heading = ("file", "row", "field", "what becomes of it", "reason")
    lines = [
        (each.file, str(each.row or "-"), each.field or "-", each.action, f"{each.code}: {each.reason}")
        for each in faults
    ]
    widths = [max(len(line[column]) for line in [heading, *lines]) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell[:LONGEST].ljust(width) for cell, width in zip(line, widths, strict=False)), line[4]])
        for line in [heading, *lines]
    )
