"""What the detector logics of a simulated site count, second by second (SXL 1.2.1, "Traffic data", S0201 to S0208).

It counts by whole seconds; whoever subscribes gets each of them, so the rate of a subscription has to be one second.
"""

from collections.abc import Iterable, Mapping

import msgspec

from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.vocabulary.instant import SECOND, Instant

CLASSES = ("P", "PS", "L", "LS", "B", "SP", "MC", "C", "F")
"""Cars, with trailer, lorries, with trailer, buses, special, motorcycles, bicycles, on foot."""
COUNTS = frozenset(f"S020{number}" for number in range(1, 9))
EVERY = SECOND


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """One second of one detector logic; None where it cannot measure. `speed` in km/h, `occupancy` in per cent."""

    vehicles: int | None = None
    speed: int | None = None
    occupancy: int | None = None
    classes: Mapping[str, int] = {}


class Traffic:
    """The last whole second of each detector logic; one that was told nothing has no data."""

    def __init__(self, detectors: int) -> None:
        self._counted = [Counted()] * detectors
        self.start: Instant = 0

    def second(self, start: Instant, counted: Mapping[int, Counted]) -> None:
        """The second that began at `start`, by number of the detector logic, the first is 1."""
        self.start = start
        self._counted = [counted.get(number, Counted()) for number in range(1, len(self._counted) + 1)]

    def one(self, code: str, number: int) -> Mapping[str, str] | None:
        """Of a detector logic: S0201 to S0204. None where it has no data: the list knows no word for it."""
        counted, start = self._counted[number - 1], {"starttime": stamp(self.start)}
        single = {
            "S0201": ("vehicles", counted.vehicles),
            "S0202": ("speed", counted.speed),
            "S0203": ("occupancy", counted.occupancy),
        }
        if code == "S0204":
            known = counted.vehicles is not None
            return start | {name: str(counted.classes.get(name, 0)) for name in CLASSES} if known else None
        name, value = single[code]
        return None if value is None else start | {name: str(value)}

    def all(self, code: str) -> Mapping[str, str]:
        """Of the controller: S0205 to S0208, each detector logic in its order, -1 where it has no data."""
        start = {"start": stamp(self.start)}
        if code == "S0205":
            return start | {"vehicles": _listed(each.vehicles for each in self._counted)}
        if code == "S0206":
            return start | {"speed": _listed(each.speed for each in self._counted)}
        if code == "S0207":
            return start | {"occupancy": _listed(each.occupancy for each in self._counted)}
        return start | {
            name: _listed(None if each.vehicles is None else each.classes.get(name, 0) for each in self._counted)
            for name in CLASSES
        }


def _listed(values: Iterable[int | None]) -> str:
    return ",".join("-1" if value is None else str(value) for value in values)
