"""The simulated controller: what its objects are worth now, and what setting one does.

It has no rings and no gaps: it runs its stored plans by the clock and, set free, goes to the phases that are called and
not omitted. Everything passes the safety layer. Orders end by themselves after unitBackupTime.
"""

from collections.abc import Callable, Mapping, Sequence

from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.ntcip import objects
from pinisi.services.mobility.ntcip.objects import CONTROL, STATUS, Oid, group_of
from pinisi.services.mobility.rsmp.reports import SIMULATED
from pinisi.services.mobility.rsmp.site.lamps import Lamps
from pinisi.vocabulary.instant import SECOND, Instant

COLOURS: Mapping[int, tuple[Aspect, ...]] = {
    objects.REDS: (Aspect.RED, Aspect.RED_AMBER),
    objects.YELLOWS: (Aspect.AMBER,),
    objects.GREENS: (Aspect.GREEN,),
}
WALKING = {objects.DONT_WALKS: objects.REDS, objects.PED_CLEARS: objects.YELLOWS, objects.WALKS: objects.GREENS}
BY_SYSTEM, BY_TIME, BACKUP = 2, 6, 4


class Controller:
    """`counts` by detector: vehicles and half per cents; `alarms` by object; `periods` since it began."""

    def __init__(
        self,
        junction: Junction,
        phases: Mapping[str, int],
        clock: Callable[[], Instant],
        backup: int = 10,
        detectors: int = 16,
    ) -> None:
        self._junction, self._phases, self._clock = junction, phases, clock
        self._lamps = Lamps(junction, clock())
        self.backup, self.period = backup, 0
        self.pattern = 0
        self.control: dict[tuple[int, int], int] = {}
        self.set_at: Instant | None = None
        self.counts: dict[int, tuple[int, int]] = dict.fromkeys(range(1, detectors + 1), (0, 0))
        self.alarms: dict[Oid, int] = {}
        self._groups = sorted({group_of(phase)[0] for phase in phases.values()})

    # what it shows

    def values(self) -> Mapping[Oid, int | bytes]:
        """All objects that it has, in no order."""
        self._run()
        now = self._clock()
        scalars: dict[Oid, int | bytes] = {
            objects.DESCRIPTION: f"{SIMULATED} (NTCIP 1202)".encode(),
            objects.BACKUP_TIME: self.backup,
            objects.CONTROL_STATUS: BY_SYSTEM if self.pattern else BY_TIME,
            objects.FLASH_STATUS: 3 if self.pattern == objects.FLASHING else objects.NOT_FLASHING,
            objects.ALARMS_1: self.alarms.get(objects.ALARMS_1, 0),
            objects.ALARMS_2: self.alarms.get(objects.ALARMS_2, 0),
            objects.PATTERN_STATUS: self.pattern or self._first(),
            objects.PATTERN_CONTROL: self.pattern,
            objects.COUNT_SEQUENCE: now // SECOND // (self.period or 1) % 256,
            objects.COUNT_PERIOD: self.period,
        }
        return scalars | self._lamp_values() | self._control_values() | self._count_values()

    def _first(self) -> int:
        return int(self._junction.plans[0].id)

    def _lamp_values(self) -> dict[Oid, int | bytes]:
        found: dict[Oid, int | bytes] = {}
        for group in self._groups:
            for column, aspects in COLOURS.items():
                found[*STATUS, column, group] = self._mask(group, aspects, walks=False)
            for column, colour in WALKING.items():
                found[*STATUS, column, group] = self._mask(group, COLOURS[colour], walks=True)
        return found

    def _mask(self, group: int, aspects: Sequence[Aspect], walks: bool) -> int:
        mask = 0
        if self.pattern == objects.FLASHING:
            return mask
        for each, state in zip(self._junction.groups, self._lamps.shown.groups, strict=True):
            place = group_of(self._phases[each.id])
            if (each.kind == "pedestrian") is walks and place[0] == group and state.aspect in aspects:
                mask |= 1 << place[1]
        return mask

    def _control_values(self) -> dict[Oid, int | bytes]:
        columns = range(objects.PHASE_OMIT, objects.PED_CALL + 1)
        return {(*CONTROL, c, group): self.control.get((c, group), 0) for c in columns for group in self._groups}

    def _count_values(self) -> dict[Oid, int | bytes]:
        volumes: dict[Oid, int | bytes] = {(*objects.VOLUMES, n): c[0] for n, c in self.counts.items()}
        return volumes | {(*objects.OCCUPANCIES, n): c[1] for n, c in self.counts.items()}

    # what it is told

    def fault(self, oid: Oid, value: object) -> int:
        """Why it would not set that: an error-status of RFC 1157; 0 where it would."""
        if not isinstance(value, int) or not 0 <= value <= 255:
            return 3
        if oid in (objects.PATTERN_CONTROL, objects.COUNT_PERIOD) or self._control_of(oid) is not None:
            return 0
        return 4 if oid in self.values() else 2

    def set(self, oid: Oid, value: int) -> None:
        """Whatever was set resets the back-up timer."""
        self._run()
        self.set_at = self._clock()
        if oid == objects.PATTERN_CONTROL:
            self.pattern = value
        elif oid == objects.COUNT_PERIOD:
            self.period = value
        elif (place := self._control_of(oid)) is not None:
            self.control[place] = value

    def _control_of(self, oid: Oid) -> tuple[int, int] | None:
        column, group = oid[-2:] if len(oid) == len(CONTROL) + 2 and oid[: len(CONTROL)] == CONTROL else (0, 0)
        known = objects.PHASE_OMIT <= column <= objects.PED_CALL and group in self._groups
        return (column, group) if known else None

    def _run(self) -> None:
        now = self._clock()
        if self.set_at is not None and self.backup and now - self.set_at >= self.backup * SECOND:
            self.set_at, self.pattern = None, objects.OWN
            self.control.clear()
        stored = {plan.id: plan for plan in self._junction.plans}
        plan = stored.get(str(self.pattern), self._junction.plans[0])
        self._lamps.advance(plan, frozenset(), now, self._called() if self.pattern == objects.FREE else None)

    def _called(self) -> frozenset[str] | None:
        """The groups that are called and not omitted; None where nothing is called: then the plan goes on."""
        found = frozenset(
            group.id
            for group in self._junction.groups
            if self._bit(objects.PED_CALL if group.kind == "pedestrian" else objects.VEH_CALL, group.id)
            and not self._bit(objects.PED_OMIT if group.kind == "pedestrian" else objects.PHASE_OMIT, group.id)
        )
        return found or None

    def _bit(self, column: int, id: str) -> bool:
        group, bit = group_of(self._phases[id])
        return bool(self.control.get((column, group), 0) >> bit & 1)
