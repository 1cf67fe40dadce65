"""What an import would change, before it is done: row by row, new, changed or as it is."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pinisi.city.operations import Operations
from pinisi.incidents.units.duty_file import Duty
from pinisi.incidents.units.roster import NewUnit, checked
from pinisi.incidents.units.unit import Unit


class Change(msgspec.Struct, frozen=True):
    """What becomes of one unit; `fields` are those that change."""

    code: str
    name: str
    change: Literal["new", "changed", "same"]
    fields: tuple[str, ...] = ()


_COMPARED = ("name", "agency", "capabilities", "base", "exercise")


def roster_changes(
    tenant: str, new: Sequence[NewUnit], known: Mapping[str, Unit], rules: Operations
) -> Sequence[Change]:
    """`known` by id."""
    changes: list[Change] = []
    for each in new:
        unit = checked(tenant, each, rules)
        old = known.get(unit.id)
        if old is None:
            changes.append(Change(each.code, unit.name, "new"))
            continue
        fields = tuple(name for name in _COMPARED if getattr(old, name) != getattr(unit, name))
        changes.append(Change(each.code, unit.name, "changed" if fields else "same", fields))
    return changes


def duty_changes(duties: Sequence[Duty], known: Mapping[str, Unit]) -> Sequence[Change]:
    """Who goes on duty and who off it."""
    return [
        Change(each.code, known[each.unit].name, "changed" if each.changes(known[each.unit]) else "same", ("state",))
        for each in duties
    ]
