"""Units follow the acts of their incident: sent, there, on their way back. In the same commit as the act.

Whether a unit can be sent is decided inside that commit, so that of two who send the same unit at once the second is
told that it is gone.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from pinisi.incidents.record import GONE, Record, Sent
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.incidents.states import OPEN
from pinisi.incidents.units.entity import unit_of, with_unit
from pinisi.incidents.units.unit import Unit, UnitState, is_unit
from pinisi.store.change import Edit, EntityChange, Refused, Transform
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import Instant

_OUT: tuple[UnitState, ...] = ("enRoute", "onScene")
_OVER = frozenset({"resolved", "verified", "closed"})


class UnitIsOut(Refused, ActDoesNotFit):
    """The unit cannot be sent now; says where it is."""


class UnitNotThere(Refused, BadAct):
    """The roster has no such unit, or it belongs to another agency."""


def units_follow(incident: str, before: Record, after: Record) -> Sequence[EntityChange]:
    """What the units of an incident do after an act."""
    known = units_of(before)
    changes: list[EntityChange] = []
    for id, sent in units_of(after).items():
        was = known.get(id)
        new = was is None or (was.sent_at, was.state) != (sent.sent_at, sent.state)
        if sent.state == "sent" and new:
            changes.append(EntityChange(id, _sent_to(incident, sent.agency)))
        elif _state(before, was) != _state(after, sent):
            changes.append(EntityChange(id, _becomes(incident, _state(after, sent))))
    return changes


def units_of(record: Record) -> Mapping[str, Sent]:
    """Units of the roster that were sent, each as it was last."""
    return {each.unit: each for each in record.sent if is_unit(each.unit)}


def _state(record: Record, sent: Sent | None) -> UnitState:
    """What a unit does, by what it was asked to; `returning` once it is not needed any more."""
    if sent is None or (sent.state in GONE and not sent.accepted_at):
        return "free"
    if sent.state in GONE or sent.state == "finished" or record.state in _OVER or record.state not in OPEN:
        return "returning"
    return "onScene" if sent.state == "onScene" else "enRoute"


def _sent_to(incident: str, agency: str) -> Transform:
    def transform(old: Entity | None, now: Instant) -> Edit:
        unit = None if old is None else unit_of(old)
        if unit is None:
            raise UnitNotThere("unit", "is not in the roster")
        if unit.agency != agency:
            raise UnitNotThere("unit", f"{unit.name} belongs to {unit.agency}")
        if not unit.sendable:
            raise UnitIsOut(f"{unit.name} cannot be sent: it is {unit.state}")
        return Edit(with_unit(old, replace(unit, state="enRoute", incident=incident), now))

    return transform


def _becomes(incident: str, state: UnitState) -> Transform:
    """The unit in its new state, unless it has gone to another incident, is off, or has left the roster meanwhile."""

    def transform(old: Entity | None, now: Instant) -> Edit:
        unit = None if old is None else unit_of(old)
        if unit is None or unit.incident != incident or unit.state == "off":
            return Edit(old)
        kept: Unit = replace(unit, state=state, incident=incident if state in _OUT else "")
        return Edit(with_unit(old, kept, now))

    return transform
