"""Objects of NTCIP 1202 (actuated signal controllers, version 2 and 3) that are used here: numbers and meanings.

All lie under `asc`, 1.3.6.1.4.1.1206.4.2.1. Of phases there is a bit mask for eight: bit 0 of group 1 is phase 1.
"""

from collections.abc import Iterable, Mapping, Sequence

Oid = tuple[int, ...]

ASC: Oid = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 1)
DESCRIPTION: Oid = (1, 3, 6, 1, 2, 1, 1, 1, 0)
"""sysDescr (RFC 1213): what the device is."""
STATUS, CONTROL = (*ASC, 1, 4, 1), (*ASC, 1, 5, 1)
"""phaseStatusGroupTable and phaseControlGroupTable: a column of it, then the number of the group."""
REDS, YELLOWS, GREENS, DONT_WALKS, PED_CLEARS, WALKS = 2, 3, 4, 5, 6, 7
"""Columns of phaseStatusGroupTable."""
PHASE_OMIT, PED_OMIT, HOLD, FORCE_OFF, VEH_CALL, PED_CALL = 2, 3, 4, 5, 6, 7
"""Columns of phaseControlGroupTable."""
BACKUP_TIME: Oid = (*ASC, 3, 3, 0)
"""unitBackupTime: seconds without an order after which the controller is its own again; 0: never."""
CONTROL_STATUS: Oid = (*ASC, 3, 5, 0)
FLASH_STATUS: Oid = (*ASC, 3, 6, 0)
ALARMS_2: Oid = (*ASC, 3, 7, 0)
ALARMS_1: Oid = (*ASC, 3, 8, 0)
PATTERN_STATUS: Oid = (*ASC, 4, 10, 0)
"""coordPatternStatus: the pattern that runs; 254 free, 255 flash."""
PATTERN_CONTROL: Oid = (*ASC, 4, 14, 0)
"""systemPatternControl: 0 the controller's own, 1 to 253 a pattern, 254 free, 255 flash."""
COUNT_SEQUENCE: Oid = (*ASC, 2, 5, 1, 0)
"""volumeOccupancySequence: 0 to 255, one more with each period."""
COUNT_PERIOD: Oid = (*ASC, 2, 5, 2, 0)
VOLUMES, OCCUPANCIES = (*ASC, 2, 5, 4, 1, 1), (*ASC, 2, 5, 4, 1, 2)
"""detectorVolume (255: overflow) and detectorOccupancy (half per cents to 200, 210 and more are faults)."""
OWN, FREE, FLASHING = 0, 254, 255
NOT_FLASHING = 2
"""unitFlashStatus: notFlash."""
OVERFLOW, WHOLE = 255, 200

CONTROL_WORDS: Mapping[int, str] = {
    1: "other", 2: "systemControl", 3: "systemStandby", 4: "backupMode", 5: "manual", 6: "timebase", 7: "interconnect",
    8: "interconnectBackup",
}  # fmt: skip
"""unitControlStatus."""
ALARM_BITS: Mapping[Oid, Mapping[int, str]] = {
    ALARMS_1: {0: "cycleFault", 1: "coordFault", 2: "coordFail", 3: "cycleFail", 4: "mmuFlash", 5: "localFlash"},
    ALARMS_2: {0: "powerRestart", 1: "lowBattery", 2: "responseFault", 4: "stopTime"},
}
"""Bits that somebody should look at. That coordination is active, free or in transition is no fault."""
DETECTOR_FAULTS: Mapping[int, str] = {
    210: "maxPresence", 211: "noActivity", 212: "openLoop", 213: "shortedLoop", 214: "excessiveChange", 216: "watchdog",
    217: "erraticOutput",
}  # fmt: skip


def group_of(phase: int) -> tuple[int, int]:
    """The number of the group of eight, and the bit in it."""
    return (phase - 1) // 8 + 1, (phase - 1) % 8


def masks(phases: Iterable[int], groups: Sequence[int]) -> Mapping[int, int]:
    """A mask for each group of eight: those phases are on."""
    found = dict.fromkeys(groups, 0)
    for phase in phases:
        group, bit = group_of(phase)
        found[group] |= 1 << bit
    return found


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
