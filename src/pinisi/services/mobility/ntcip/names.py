"""What NTCIP calls its objects, for errors that people read."""

from collections.abc import Mapping

from pinisi.services.mobility.ntcip import objects
from pinisi.services.mobility.ntcip.objects import CONTROL, STATUS, Oid

NAMES: Mapping[Oid, str] = {
    objects.DESCRIPTION: "sysDescr",
    (*STATUS, objects.REDS): "phaseStatusGroupReds",
    (*STATUS, objects.YELLOWS): "phaseStatusGroupYellows",
    (*STATUS, objects.GREENS): "phaseStatusGroupGreens",
    (*STATUS, objects.DONT_WALKS): "phaseStatusGroupDontWalks",
    (*STATUS, objects.PED_CLEARS): "phaseStatusGroupPedClears",
    (*STATUS, objects.WALKS): "phaseStatusGroupWalks",
    (*CONTROL, objects.PHASE_OMIT): "phaseControlGroupPhaseOmit",
    (*CONTROL, objects.PED_OMIT): "phaseControlGroupPedOmit",
    (*CONTROL, objects.HOLD): "phaseControlGroupHold",
    (*CONTROL, objects.FORCE_OFF): "phaseControlGroupForceOff",
    (*CONTROL, objects.VEH_CALL): "phaseControlGroupVehCall",
    (*CONTROL, objects.PED_CALL): "phaseControlGroupPedCall",
    objects.BACKUP_TIME: "unitBackupTime",
    objects.CONTROL_STATUS: "unitControlStatus",
    objects.FLASH_STATUS: "unitFlashStatus",
    objects.ALARMS_2: "unitAlarmStatus2",
    objects.ALARMS_1: "unitAlarmStatus1",
    objects.PATTERN_STATUS: "coordPatternStatus",
    objects.PATTERN_CONTROL: "systemPatternControl",
    objects.COUNT_SEQUENCE: "volumeOccupancySequence",
    objects.COUNT_PERIOD: "volumeOccupancyPeriod",
    objects.VOLUMES: "detectorVolume",
    objects.OCCUPANCIES: "detectorOccupancy",
}
"""Scalars with their instance, columns without."""
