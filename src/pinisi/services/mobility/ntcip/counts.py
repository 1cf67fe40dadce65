"""Counts of one period (volumeOccupancyTable) as RSMP would tell them: texts with a column for each detector."""

from collections.abc import Mapping, Sequence

import msgspec

from pinisi.services.mobility.ntcip.objects import DETECTOR_FAULTS, OCCUPANCIES, OVERFLOW, VOLUMES, WHOLE, Oid
from pinisi.services.mobility.ntcip.snmp import Value, number

AT_ONCE = 15
"""Detectors in one question: a controller need not take a message of more than 484 octets (RFC 1157)."""


class Counts(msgspec.Struct, frozen=True):
    """S0205, S0206 and S0207; -1 where there is none. NTCIP 1202 tells no speed. `faults` by detector."""

    vehicles: str
    speeds: str
    occupancies: str
    faults: Mapping[int, str]


def questions(numbers: Sequence[int]) -> Sequence[Sequence[Oid]]:
    parts = [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
    return [[(*table, each) for each in part for table in (VOLUMES, OCCUPANCIES)] for part in parts]


def counts_of(values: Mapping[Oid, Value], numbers: Sequence[int]) -> Counts:
    """Raises Misstated."""
    vehicles, shares = dict[int, int](), dict[int, int]()
    faults: dict[int, str] = {}
    for each in numbers:
        volume, share = number(values, (*VOLUMES, each), 255), number(values, (*OCCUPANCIES, each), 255)
        vehicles[each] = -1 if volume == OVERFLOW else volume
        shares[each] = -1 if share > WHOLE else share // 2
        if share > WHOLE:
            faults[each] = DETECTOR_FAULTS.get(share, "fault")
    columns = range(1, max(numbers) + 1)
    return Counts(
        vehicles=",".join(str(vehicles.get(each, -1)) for each in columns),
        speeds=",".join("-1" for _ in columns),
        occupancies=",".join(str(shares.get(each, -1)) for each in columns),
        faults=faults,
    )
