"""The roster: which units there are, how they stand, where they were seen. Entities, which name nobody."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pinisi.city.ellipsoid import distance_m
from pinisi.city.operations import Operations
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.incidents.units.entity import UNIT, unit_of, with_unit
from pinisi.incidents.units.unit import ID, OFF_REASONS, STATES, LonLat, Unit, UnitState
from pinisi.store.change import Edit, EntityChange, Refused, Transform
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import MINUTE, Instant
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants, Principal

MOST_UNITS = 10_000
MOST_WORDS = 80
MOST_CAPABILITIES = 20
HOME_M = 150.0
"""A unit on its way back that reports from so near its base is free again. A default of Pinisi."""
OperationsOf = Callable[[str], Operations]
Become = Callable[[Unit], Unit]
_OWN = ("state", "position", "seen_at", "incident", "off_reason")
"""What a roster does not say of a unit."""
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CAPABILITY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class NewUnit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit as it is entered. `code` is its own within the city (`damkar-03`), `base` [longitude, latitude]."""

    code: str
    name: str
    agency: str
    capabilities: list[str]
    base: list[float]
    exercise: bool = False


class NoSuchUnit(Refused, LookupError):
    """There is no such unit, or the reader may not know of it."""


class UnitKnown(Refused, ActDoesNotFit):
    """A unit of that code is there already."""


class UnitOut(Refused, ActDoesNotFit):
    """It is out for an incident: what it does is said there."""


class Roster:
    """The units of every tenant; `operations_of` knows the agencies and capabilities of a tenant's city."""

    def __init__(self, store: Store, operations_of: OperationsOf) -> None:
        self._store = store
        self._operations_of = operations_of

    async def units(self, tenant: str, grants: Grants) -> Sequence[Unit]:
        """Every unit that may be seen, by name."""
        page = await self._store.find(tenant, EntityQuery(types=TypeIs(UNIT)), grants, limit=MOST_UNITS)
        found = [unit for record in page.records if (unit := unit_of(record.entity)) is not None]
        return sorted(found, key=lambda unit: (unit.name, unit.id))

    async def unit(self, tenant: str, id: str, grants: Grants) -> Unit:
        """One unit. Raises `NoSuchUnit`."""
        record = await self._store.entity(tenant, id, grants)
        unit = None if record is None or UNIT not in record.family.types else unit_of(record.entity)
        if unit is None:
            raise NoSuchUnit(id)
        return unit

    async def register(self, tenant: str, new: Sequence[NewUnit], principal: Principal, *, correct: bool) -> list[Unit]:
        """Enter units, all or none. `correct`: those that are known are brought to what is said now.

        Raises:
            BadAct: something about a unit is wrong; names the field.
            UnitKnown: one is there already, and none was to be corrected.
        """
        rules = self._operations_of(tenant)
        units = [checked(tenant, each, rules) for each in new]
        changes = [EntityChange(unit.id, _entered(unit, correct)) for unit in units]
        await self._store.apply(tenant, changes, as_roster(principal))
        return [await self.unit(tenant, unit.id, EVERYTHING) for unit in units]

    async def change(self, tenant: str, id: str, new: NewUnit, principal: Principal) -> Unit:
        """Bring a unit to what is said of it now; its state and position stay. Raises `NoSuchUnit`, `BadAct`."""
        unit = checked(tenant, new, self._operations_of(tenant))
        if unit.id != id:
            raise BadAct("code", "stays as it is: strike the unit and enter another one")
        await self.unit(tenant, id, principal.grants)
        await self._store.apply(tenant, [EntityChange(id, _entered(unit, True))], as_roster(principal))
        return await self.unit(tenant, id, EVERYTHING)

    async def set_state(self, tenant: str, id: str, state: str, principal: Principal, reason: str = "") -> Unit:
        """On duty and off it, or home again. What a unit does at an incident follows the acts there.

        Raises:
            NoSuchUnit, BadAct, UnitOut: see there.
        """
        if state not in ("free", "returning", "off"):
            known = state in STATES
            raise BadAct("state", "follows from the acts of an incident" if known else "free, returning or off")
        wanted: UnitState = state
        why = next((each for each in OFF_REASONS if each == reason), "")
        if reason and (wanted != "off" or not why):
            raise BadAct("reason", f"goes with off: {', '.join(OFF_REASONS)}")

        def become(unit: Unit) -> Unit:
            if unit.state in ("enRoute", "onScene") and wanted != "off":
                raise UnitOut(f"{unit.name} is {unit.state}: withdraw it there, or say that it has finished")
            incident = unit.incident if wanted == "off" else ""
            return msgspec.structs.replace(unit, state=wanted, incident=incident, off_reason=why)

        return await self._change(tenant, id, become, principal)

    async def set_duties(self, tenant: str, duties: Sequence[tuple[str, bool, str]], principal: Principal) -> None:
        """Put units on duty and off it, all or none: id, whether on, why off. Raises `NoSuchUnit`, `UnitOut`."""

        def of(id: str, on: bool, reason: str) -> EntityChange:
            def transform(old: Entity | None, now: Instant) -> Edit:
                unit = None if old is None else unit_of(old)
                if unit is None:
                    raise NoSuchUnit(id)
                return Edit(with_unit(old, _on_duty(unit) if on else _off_duty(unit, reason), now))

            return EntityChange(id, transform)

        await self._store.apply(tenant, [of(*duty) for duty in duties], as_roster(principal))

    async def report(
        self, tenant: str, id: str, position: Sequence[float], at: Instant, principal: Principal, now: Instant
    ) -> Unit:
        """Where it was seen. A report older than the last one changes nothing.

        Raises:
            NoSuchUnit: see there.
            BadAct: there is no such place, or the moment lies in the future.
        """
        here = point(position, "position")
        if at > now + MINUTE:
            raise BadAct("observedAt", "lies in the future")

        def become(unit: Unit) -> Unit:
            if at <= unit.seen_at:
                return unit
            home = unit.state == "returning" and distance_m(here, unit.base) <= HOME_M
            state: UnitState = "free" if home else unit.state
            return msgspec.structs.replace(unit, position=here, seen_at=at, state=state)

        return await self._change(tenant, id, become, principal)

    async def remove(self, tenant: str, id: str, principal: Principal) -> None:
        """Strike it from the roster. Raises `NoSuchUnit`, `UnitOut`."""

        def gone(old: Entity | None, _now: Instant) -> Edit:
            unit = None if old is None else unit_of(old)
            if unit is None:
                raise NoSuchUnit(id)
            if unit.state in ("enRoute", "onScene"):
                raise UnitOut(f"{unit.name} is {unit.state}: withdraw it first")
            return Edit(None)

        await self._store.apply(tenant, [EntityChange(id, gone)], as_roster(principal))

    async def _change(self, tenant: str, id: str, become: Become, principal: Principal) -> Unit:
        def transform(old: Entity | None, now: Instant) -> Edit:
            unit = None if old is None else unit_of(old)
            if unit is None:
                raise NoSuchUnit(id)
            return Edit(with_unit(old, become(unit), now))

        await self.unit(tenant, id, principal.grants)
        await self._store.apply(tenant, [EntityChange(id, transform)], as_roster(principal))
        return await self.unit(tenant, id, EVERYTHING)


def _on_duty(unit: Unit) -> Unit:
    return msgspec.structs.replace(unit, state="free", off_reason="") if unit.state == "off" else unit


def _off_duty(unit: Unit, reason: str) -> Unit:
    if unit.state in ("enRoute", "onScene"):
        raise UnitOut(f"{unit.name} is {unit.state}: withdraw it there first")
    why = next((each for each in OFF_REASONS if each == reason), "")
    return msgspec.structs.replace(unit, state="off", off_reason=why)


def checked(tenant: str, new: NewUnit, rules: Operations) -> Unit:
    """The unit as it begins: at its base, free.

    Raises:
        BadAct: names the field.
    """
    name = " ".join(new.name.split())
    if _CODE.fullmatch(new.code) is None:
        raise BadAct("code", "small letters, digits and hyphens, at most 63")
    if not name or len(name) > MOST_WORDS:
        raise BadAct("name", f"between 1 and {MOST_WORDS} characters")
    if not new.agency or (rules.agencies and rules.agency(new.agency) is None):
        raise BadAct("agency", f"{new.agency[:80]!r} is not among the city's agencies")
    return Unit(
        id=f"{ID}{tenant}-{new.code}",
        name=name,
        agency=new.agency,
        capabilities=_capabilities(new.capabilities, rules),
        state="free",
        base=point(new.base, "base"),
        exercise=new.exercise,
    )


def _capabilities(words: Sequence[str], rules: Operations) -> frozenset[str]:
    if not words or len(words) > MOST_CAPABILITIES:
        raise BadAct("capabilities", f"between 1 and {MOST_CAPABILITIES}")
    known = {each.code for each in rules.capabilities}
    for word in words:
        if _CAPABILITY.fullmatch(word) is None or (known and word not in known):
            raise BadAct("capabilities", f"{word[:40]!r} is not among those of the city: {', '.join(sorted(known))}")
    return frozenset(words)


def point(position: Sequence[float], field: str) -> LonLat:
    """Raises `BadAct`: it is no [longitude, latitude]."""
    if len(position) != 2 or not abs(position[0]) <= 180 or not abs(position[1]) <= 90:
        raise BadAct(field, "[longitude, latitude] in degrees")
    return float(position[0]), float(position[1])


def as_roster(principal: Principal) -> Principal:
    """Whoever keeps the roster may write units wherever they stand, and no other entity by that."""
    grants = Grants((Grant(types=frozenset({UNIT}), write=True),))
    return msgspec.structs.replace(principal, grants=grants)


def _entered(unit: Unit, correct: bool) -> Transform:
    def transform(old: Entity | None, now: Instant) -> Edit:
        known = None if old is None else unit_of(old)
        if old is not None and not correct:
            raise UnitKnown(f"there is a unit {unit.id.removeprefix(ID)} already")
        if known is None:
            return Edit(with_unit(old, unit, now))
        kept: dict[str, Any] = {name: getattr(known, name) for name in _OWN}
        return Edit(with_unit(old, msgspec.structs.replace(unit, **kept), now))

    return transform
