"""What one question to a controller tells: lamps, pattern, mode, alarms; each checked before it is believed."""

from collections.abc import Mapping, Sequence

import msgspec

from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.ntcip import objects
from pinisi.services.mobility.ntcip.objects import Oid, group_of
from pinisi.services.mobility.ntcip.snmp import Misstated, Value, number

VEHICLES = (objects.GREENS, objects.YELLOWS, objects.REDS)
WALKERS = (objects.WALKS, objects.PED_CLEARS, objects.DONT_WALKS)
"""Columns of green, amber and red; a pedestrian clearance flashes and is over for who has not begun."""
LETTERS = ("1", "N", "B")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """`letters` as S0001 writes them, by the junction's groups; `pattern`: coordPatternStatus; `sequence` of counts."""

    letters: str
    pattern: int
    control: str
    flashing: bool
    alarms: frozenset[str]
    sequence: int
    backup: int


class Phases:
    """Which phase shows which group, and what is to be asked for that."""

    def __init__(self, junction: Junction, phases: Mapping[str, int]) -> None:
        self._groups = [(phases[group.id], group.kind == "pedestrian") for group in junction.groups]
        self.numbers = sorted({group_of(phase)[0] for phase, _ in self._groups})
        columns = [*VEHICLES, *(WALKERS if any(walks for _, walks in self._groups) else ())]
        lamps = [(*objects.STATUS, column, number) for column in columns for number in self.numbers]
        self.asked: Sequence[Oid] = (
            *lamps, objects.PATTERN_STATUS, objects.CONTROL_STATUS, objects.FLASH_STATUS, objects.ALARMS_1,
            objects.ALARMS_2, objects.COUNT_SEQUENCE, objects.BACKUP_TIME,
        )  # fmt: skip

    def read(self, values: Mapping[Oid, Value]) -> Told:
        """Raises Misstated: a value of the wrong type or range, or a phase that shows two colours at once."""
        flashing = number(values, objects.FLASH_STATUS, 255) != objects.NOT_FLASHING
        letters = "".join(self._letter(values, phase, walks) for phase, walks in self._groups)
        return Told(
            letters="c" * len(letters) if flashing else letters,
            pattern=number(values, objects.PATTERN_STATUS, 255),
            control=objects.CONTROL_WORDS.get(number(values, objects.CONTROL_STATUS, 255), "other"),
            flashing=flashing,
            alarms=frozenset(_alarms(values)),
            sequence=number(values, objects.COUNT_SEQUENCE, 255),
            backup=number(values, objects.BACKUP_TIME, 65_535),
        )

    def _letter(self, values: Mapping[Oid, Value], phase: int, walks: bool) -> str:
        group, bit = group_of(phase)
        columns = WALKERS if walks else VEHICLES
        masks = [number(values, (*objects.STATUS, column, group), 255) for column in columns]
        on = [letter for letter, mask in zip(LETTERS, masks, strict=True) if mask >> bit & 1]
        if len(on) > 1:
            raise Misstated(f"phase {phase} shows {len(on)} colours at once")
        return on[0] if on else "b"


def _alarms(values: Mapping[Oid, Value]) -> Sequence[str]:
    found: list[str] = []
    for oid, bits in objects.ALARM_BITS.items():
        mask = number(values, oid, 255)
        found += [name for bit, name in bits.items() if mask >> bit & 1]
    return found
