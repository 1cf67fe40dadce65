"""Reading what a controller says, as if it were hostile."""

import math
from collections.abc import Mapping, Sequence

from pinisi.services.mobility.engine.signals.demand import Demand
from pinisi.services.mobility.engine.signals.wrong import Wrong

Read = tuple[frozenset[int] | None, tuple[Wrong, ...]]


def wanted_groups(
    wanted: object, index: Mapping[str, int], foes: Sequence[frozenset[int]], now: float, patience: float
) -> Read:
    """The groups that are wanted green, or None and why the demand cannot be followed."""
    if type(wanted) is not Demand:
        return None, (Wrong("demand", f"is no demand but {type(wanted).__name__}"),)
    try:
        return _read(wanted, index, foes, now, patience)
    except Exception as fault:
        return None, (Wrong("demand", f"cannot be read: {type(fault).__name__}"),)


def _read(
    wanted: Demand, index: Mapping[str, int], foes: Sequence[frozenset[int]], now: float, patience: float
) -> Read:
    if not math.isfinite(wanted.at) or wanted.at > now:
        return None, (Wrong("demand.at", f"{wanted.at} is not before now, {now:g}"),)
    if now - wanted.at > patience:
        return None, (Wrong("demand.at", f"is {now - wanted.at:g} s old, more than {patience:g} s"),)
    if type(wanted.green) is not frozenset or any(type(id) is not str for id in wanted.green):
        return None, (Wrong("demand.green", "is no set of ids"),)
    asked = sorted(wanted.green)
    unknown = [id for id in asked if id not in index]
    if unknown:
        return None, (Wrong("demand.green", f"there is no group {unknown[0]!r}"),)
    groups = frozenset(index[id] for id in asked)
    if any(foes[number] & groups for number in groups):
        return None, (Wrong("demand.green", f"{', '.join(asked)}: two of them conflict"),)
    return groups, ()
