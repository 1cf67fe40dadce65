"""Is a junction fit to be run at all: times, conflicts, stages, plans, the longest red?"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan_check import wrong_plans
from pinisi.services.mobility.engine.signals.service_time import least_maximum_red
from pinisi.services.mobility.engine.signals.wrong import Wrong, WrongJunction

TIMES = ("minimum_green", "amber", "red_amber", "maximum_red", "pedestrian_clearance")
LONGEST = 3600.0


def wrongs(junction: Junction) -> tuple[Wrong, ...]:
    """Everything that is wrong, in the order of the fields; what depends on wrong fields is not looked at."""
    first = (*_wrong_settings(junction), *_wrong_groups(junction.groups))
    if first:
        return first
    second = (*_wrong_matrix(junction), *_wrong_stages(junction))
    return second or (*_wrong_maximum_reds(junction), *wrong_plans(junction))


def checked(junction: Junction) -> Junction:
    """The junction itself, if it may be run. Raises WrongJunction."""
    found = wrongs(junction)
    if found:
        raise WrongJunction(found)
    return junction


def _wrong_settings(junction: Junction) -> Iterator[Wrong]:
    if not junction.id:
        yield Wrong("id", "is empty")
    if not is_time(junction.step) or junction.step == 0:
        yield Wrong("step", f"{junction.step}: is not a time above 0 s")
    if not is_time(junction.all_red):
        yield Wrong("all_red", f"{junction.all_red}: is not a time from 0 to {LONGEST:g} s")


def _wrong_groups(groups: Sequence[SignalGroup]) -> Iterator[Wrong]:
    if not groups:
        yield Wrong("groups", "there is none")
    yield from twice("groups", [group.id for group in groups])
    for number, group in enumerate(groups):
        field = f"groups[{number}]"
        for name in TIMES:
            value = getattr(group, name)
            if not is_time(value) and not (name == "maximum_red" and value is None):
                yield Wrong(f"{field}.{name}", f"{value}: is not a time from 0 to {LONGEST:g} s")
        if group.minimum_green == 0:
            yield Wrong(f"{field}.minimum_green", "must be above 0 s")
        if group.kind != "pedestrian" and group.amber == 0:
            yield Wrong(f"{field}.amber", f"must be above 0 s for a {group.kind} group")


def is_time(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= LONGEST


def twice(field: str, ids: Sequence[str]) -> Iterator[Wrong]:
    for id, count in Counter(ids).items():
        if not id:
            yield Wrong(field, "an id is empty")
        if count > 1:
            yield Wrong(field, f"the id {id!r} is given {count} times")


def _wrong_matrix(junction: Junction) -> Iterator[Wrong]:
    groups = {group.id: group for group in junction.groups}
    pairs = Counter((each.clearing, each.entering) for each in junction.matrix.intergreens)
    for number, each in enumerate(junction.matrix.intergreens):
        field = f"matrix[{number}]"
        unknown = [id for id in (each.clearing, each.entering) if id not in groups]
        for id in unknown:
            yield Wrong(field, f"there is no group {id!r}")
        if each.clearing == each.entering:
            yield Wrong(field, f"{each.clearing!r} cannot conflict with itself")
        if not is_time(each.seconds):
            yield Wrong(f"{field}.seconds", f"{each.seconds}: is not a time from 0 to {LONGEST:g} s")
        elif not unknown:
            yield from _too_short(field, groups[each.clearing], each.entering, each.seconds, junction.all_red)
        if pairs[each.clearing, each.entering] > 1:
            yield Wrong(field, f"{each.clearing!r} to {each.entering!r} is given twice")
    for clearing, entering in pairs:
        if (entering, clearing) not in pairs:
            yield Wrong("matrix", f"the intergreen from {entering!r} to {clearing!r} is lacking")


def _too_short(field: str, clearing: SignalGroup, entering: str, seconds: float, all_red: float) -> Iterator[Wrong]:
    needed = max(clearing.amber + all_red, clearing.pedestrian_clearance)
    if seconds < needed:
        what = "amber and all-red" if needed > clearing.pedestrian_clearance else "pedestrian clearance"
        yield Wrong(
            f"{field}.seconds",
            f"{seconds:g} s from {clearing.id!r} to {entering!r} is shorter than its {what} of {needed:g} s",
        )


def _wrong_stages(junction: Junction) -> Iterator[Wrong]:
    if not junction.stages:
        yield Wrong("stages", "there is none")
    yield from twice("stages", [stage.id for stage in junction.stages])
    known = {group.id for group in junction.groups}
    conflicts = junction.matrix.conflicts()
    for number, stage in enumerate(junction.stages):
        field = f"stages[{number}].groups"
        if not stage.groups:
            yield Wrong(field, "there is none")
        for id in stage.groups:
            if id not in known:
                yield Wrong(field, f"there is no group {id!r}")
        yield from twice(field, stage.groups)
        for a, b in sorted(conflicts):
            if a < b and a in stage.groups and b in stage.groups:
                yield Wrong(field, f"{a!r} and {b!r} conflict")


def _wrong_maximum_reds(junction: Junction) -> Iterator[Wrong]:
    """A maximum red must leave room to serve each stage once, and to finish the one that has begun."""
    served = {id for stage in junction.stages for id in stage.groups}
    least = least_maximum_red(junction)
    for number, group in enumerate(junction.groups):
        field = f"groups[{number}].maximum_red"
        if group.maximum_red is None:
            continue
        if group.id not in served:
            yield Wrong(field, f"cannot be kept: {group.id!r} is in no stage")
        elif group.maximum_red < least:
            yield Wrong(
                field,
                f"{group.maximum_red:g} s is shorter than the {least:g} s in which each stage can be served once",
            )
