"""Where a crew's unit is, told by the phone of one of them who has agreed to it: the unit's position, nobody's.

It is written by the phones of crews, not by whoever carries one; and only while the unit is out.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from pinisi.incidents.agencies.crews import Crew
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.incidents.units.entity import UNIT
from pinisi.incidents.units.fix import Bounds, FixVerdict, fix_verdict
from pinisi.incidents.units.roster import NoSuchUnit, Roster
from pinisi.incidents.units.unit import OUT, LonLat, Unit, is_unit
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants, Principal

MOST_FIXES = 200
_ROSTER = Grants((Grant(types=frozenset({UNIT}), write=True),))
CREW_PHONES = Principal(id="crew-phones", name="Phones of crews", kind="source", grants=_ROSTER)


class Fix(msgspec.Struct, frozen=True):
    """Where a phone was. `error` in metres (68 %)."""

    point: LonLat
    at: Instant
    error: float


class Whereabouts(msgspec.Struct, frozen=True):
    """The unit as it is now, and what became of each fix."""

    unit: Unit
    verdicts: tuple[FixVerdict, ...] = ()

    @property
    def wanted(self) -> bool:
        """Whether the phone may go on telling."""
        return self.unit.state in OUT


async def unit_of_crew(roster: Roster, tenant: str, crew: Crew) -> Unit | None:
    """None for an account that speaks for a whole agency, or for a unit that is not in the roster (any more)."""
    if not is_unit(crew.unit):
        return None
    with suppress(NoSuchUnit):
        return await roster.unit(tenant, crew.unit, EVERYTHING)
    return None


async def tell(
    roster: Roster, tenant: str, crew: Crew, fixes: Sequence[Fix], bounds: Bounds, now: Instant
) -> Whereabouts:
    """Write where the unit was, oldest first; nothing of it while the unit is at home.

    Raises:
        ActDoesNotFit: the account speaks for no unit of the roster.
    """
    unit = await unit_of_crew(roster, tenant, crew)
    if unit is None:
        raise ActDoesNotFit("the account speaks for no unit of the roster: only a unit has a position")
    verdicts: list[FixVerdict] = []
    for fix in sorted(fixes, key=lambda each: each.at):
        if unit.state not in OUT:
            break
        verdict = fix_verdict(fix.point, fix.error, fix.at, bounds, now, unit.seen_at)
        if verdict == "taken":
            unit = await roster.report(tenant, unit.id, fix.point, min(fix.at, now), CREW_PHONES, now)
        verdicts.append(verdict)
    return Whereabouts(unit, tuple(verdicts))
