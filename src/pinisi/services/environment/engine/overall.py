"""The index of a place from those of its pollutants: the highest, and who is critical."""

from collections.abc import Iterable

import msgspec

from pinisi.services.environment.engine.bands import whole
from pinisi.services.environment.engine.pollutant import POLLUTANTS, Pollutant, SubIndex


class Overall(msgspec.Struct, frozen=True):
    """`value`: the highest sub-index, whole. `critical`: who reaches it; several where they tie.

    `missing`: pollutants that were asked for and have no sub-index: the true index can only be higher.
    """

    value: int
    critical: tuple[Pollutant, ...]
    missing: tuple[Pollutant, ...] = ()

    @property
    def first(self) -> Pollutant:
        return self.critical[0]


def overall(sub_indices: Iterable[SubIndex], asked: Iterable[Pollutant] = ()) -> Overall | None:
    """The highest sub-index; None when there is none.

    Raises:
        NotAnIndex: a sub-index is negative or not finite.
    """
    values: dict[Pollutant, int] = {}
    for sub in sub_indices:
        values[sub.pollutant] = max(whole(sub.value), values.get(sub.pollutant, 0))
    if not values:
        return None
    highest = max(values.values())
    wanted = set(asked)
    return Overall(
        value=highest,
        critical=tuple(one for one in POLLUTANTS if values.get(one) == highest),
        missing=tuple(one for one in POLLUTANTS if one in wanted and one not in values),
    )
