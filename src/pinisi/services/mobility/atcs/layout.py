"""How one junction is run: its site, its lanes, what sees them, what its controller in the street allows."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pinisi.city.reading import place_of
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.junction_file import JunctionFileError, read_junction_file

Allows = Literal["plans", "bands", "groups"]
"""What the controller in the street takes from outside, each with what stands before it: choice of a stored plan
(M0001, M0002), other timings of a plan (M0014, M0015, M0018), wishes for signal groups by wired inputs (M0013).
M0010 to M0012, orders to signal groups, are reserved by SXL 1.2.1 and are not used."""
Rule = Literal["cyclic", "acyclic"]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern="^[A-Za-z0-9_.:#-]+$")]
Metres = Annotated[float, msgspec.Meta(gt=0, le=2000)]
ID = re.compile(r"[A-Za-z0-9_.:#-]+", re.ASCII)
MOST_DETECTORS, MOST_INPUTS, MOST_PATTERNS = 400, 255, 253


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One detector logic: what it sees of a lane, metres upstream of the stop line from `start` to `end`.

    `number` is that of the detector logic at the site, the first is 1.
    """

    number: Annotated[int, msgspec.Meta(ge=1, le=MOST_DETECTORS)]
    start: Annotated[float, msgspec.Meta(ge=0, le=2000)] = 0.0
    end: Metres
    kind: Literal["loop", "camera", "radar"] = "camera"


class Movement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From a lane over the junction: by which signal group, into which exit, in which stages it gives way."""

    group: str
    exit: str = ""
    yields: tuple[str, ...] = ()


class LaneLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An approach lane. `length` is as far as its detectors see, `speed` what drivers go, m/s.

    Lanes of one `road` lie beside each other: where one is not seen, the other tells of it.
    """

    id: Id
    length: Metres
    speed: Annotated[float, msgspec.Meta(gt=0, le=60)] = 13.9
    road: str = ""
    movements: tuple[Movement, ...]
    zones: tuple[Zone, ...] = ()


class ExitLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An exit lane whose jams are seen by the detector logic `number`: its links close while nobody gets in."""

    id: Id
    number: Annotated[int, msgspec.Meta(ge=1, le=MOST_DETECTORS)]


class Approach(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where vehicles that ask for priority come from: `heading` is where they drive, degrees from north, clockwise.

    `metres` before the junction they may ask; `width` of the road, to either side of the straight line.
    """

    group: str
    heading: Annotated[float, msgspec.Meta(ge=0, lt=360)]
    metres: Annotated[float, msgspec.Meta(gt=20, le=2000)] = 400.0
    width: Annotated[float, msgspec.Meta(gt=0, le=200)] = 30.0


class SnmpAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A controller that speaks NTCIP 1202 over SNMP: we ask, it answers.

    Args:
        phases: the phase of each signal group; a pedestrian group is the walk of its phase.
        every: seconds between two questions.
        counts: seconds of its volume/occupancy report; 0: it counts nothing for us.
    """

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 161
    phases: Mapping[str, Annotated[int, msgspec.Meta(ge=1, le=64)]]
    every: Annotated[float, msgspec.Meta(ge=0.05, le=60)] = 1.0
    counts: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of one junction, as its file says it.

    Args:
        site: the site id that its controller sends; component ids begin with it. Any name where it speaks NTCIP.
        junction: the file of groups, conflicts, stages and plans, beside this one (docs: mobility-signals).
        allows: what its controller takes from outside.
        secret: the name of the secret that is its security code 2; of NTCIP its community name.
        snmp: where its controller is asked, where it speaks NTCIP; RSMP otherwise.
        external: the input that gives the groups to us; `first_wish` the input of the first group's wish, the others
            follow. Only where it allows `groups`.
        plan: the stored plan that runs beside the controller in shadow, and that is fallen back to.
        shadow: the controller that runs beside the plan.
    """

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    name: str = ""
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    junction: str
    allows: Allows = "plans"
    secret: str = "rsmp-level-2"
    snmp: SnmpAt | None = None
    external: Annotated[int, msgspec.Meta(ge=1, le=MOST_INPUTS)] = 1
    first_wish: Annotated[int, msgspec.Meta(ge=1, le=MOST_INPUTS)] = 2
    plan: str = "1"
    shadow: Rule = "acyclic"
    lanes: tuple[LaneLayout, ...] = ()
    exits: tuple[ExitLayout, ...] = ()
    approaches: tuple[Approach, ...] = ()


class LayoutError(ValueError):
    """Why a file is no layout: `file: field: reason`."""


class Plot(msgspec.Struct, frozen=True):
    """A layout with its junction, each fit for the other."""

    layout: Layout
    junction: Junction


def moved(plot: Plot, offset: int | None) -> Plot:
    """With another offset of the plan that the layout names; None: as stored."""
    if offset is None:
        return plot
    plans = tuple(
        msgspec.structs.replace(plan, offset=float(offset)) if plan.id == plot.layout.plan else plan
        for plan in plot.junction.plans
    )
    return Plot(plot.layout, msgspec.structs.replace(plot.junction, plans=plans))


def read_layout(path: Path) -> Plot:
    """Raises LayoutError; JunctionFileError where the junction itself is at fault."""
    try:
        decode = msgspec.json.decode if path.suffix == ".json" else msgspec.toml.decode
        layout = decode(path.read_bytes(), type=Layout)
    except (OSError, UnicodeDecodeError) as fault:
        raise LayoutError(f"{path.name}: cannot be read: {fault}") from None
    except msgspec.ValidationError as fault:
        field, reason = place_of(str(fault))
        raise LayoutError(f"{path.name}: {field}: {reason}") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as fault:
        raise LayoutError(f"{path.name}: is no valid {path.suffix[1:].upper() or 'TOML'}: {fault}") from None
    if Path(layout.junction).name != layout.junction:
        raise LayoutError(f"{path.name}: junction: {layout.junction[:60]!r} is no file beside this one")
    junction = read_junction_file(path.with_name(layout.junction))
    for field, reason in unfit(layout, junction):
        raise LayoutError(f"{path.name}: {field}: {reason}")
    return Plot(layout, junction)


def unfit(layout: Layout, junction: Junction) -> Iterator[tuple[str, str]]:
    """What of a layout does not fit its junction: field and reason, in the order of the fields."""
    groups = {group.id for group in junction.groups}
    stored = [plan.id for plan in junction.plans]
    if layout.plan not in stored:
        yield "plan", f"{layout.plan[:40]!r} is not stored, only {', '.join(stored) or 'none'}"
    for id in (junction.id, *groups, *stored):
        if not 0 < len(id) <= 200 or not ID.fullmatch(id):
            yield "junction", f"the id {id[:40]!r} has other signs than letters, digits and _ . : # -"
    for id in stored:
        if not id.isdigit() or not 1 <= int(id) <= 255:
            yield "junction", f"plan {id[:40]!r}: RSMP numbers plans from 1 to 255"
    if layout.snmp is not None:
        yield from _unfit_phases(layout, layout.snmp, junction)
    elif layout.allows == "groups":
        yield from _unfit_inputs(layout, len(groups))
    for at, each in enumerate(layout.approaches):
        if not any(each.group in stage.groups for stage in junction.stages):
            yield f"approaches[{at}].group", f"{each.group[:40]!r} is in no stage"
    yield from _unfit_lanes(layout, junction, groups)


def _unfit_inputs(layout: Layout, groups: int) -> Iterator[tuple[str, str]]:
    last = layout.first_wish + groups - 1
    if last > MOST_INPUTS:
        yield "first_wish", f"{groups} groups from input {layout.first_wish} on go beyond input {MOST_INPUTS}"
    if layout.first_wish <= layout.external <= last:
        yield "external", f"input {layout.external} is also the wish of a group"


def _unfit_phases(layout: Layout, snmp: SnmpAt, junction: Junction) -> Iterator[tuple[str, str]]:
    """Two groups of one kind cannot share a phase: they could not be told apart."""
    if layout.allows == "bands":
        yield "allows", "NTCIP 1202 has no other timings of a plan, only 'plans' or 'groups'"
    for id in {group.id for group in junction.groups} ^ set(snmp.phases):
        yield "snmp.phases", f"{id[:40]!r} is no group, or has no phase"
    for kinds in (("pedestrian",), ("vehicle", "bus")):
        taken = [snmp.phases.get(group.id, 0) for group in junction.groups if group.kind in kinds]
        for phase in {each for each in taken if taken.count(each) > 1}:
            yield "snmp.phases", f"phase {phase} has several groups of one kind"
    for plan in junction.plans:
        if plan.id.isdigit() and int(plan.id) > MOST_PATTERNS:
            yield "junction", f"plan {plan.id}: NTCIP numbers patterns from 1 to {MOST_PATTERNS}"


def _unfit_lanes(layout: Layout, junction: Junction, groups: set[str]) -> Iterator[tuple[str, str]]:
    stages = {stage.id for stage in junction.stages}
    ids = [lane.id for lane in layout.lanes]
    numbers = [zone.number for lane in layout.lanes for zone in lane.zones] + [each.number for each in layout.exits]
    for at, lane in enumerate(layout.lanes):
        field = f"lanes[{at}]"
        if ids.count(lane.id) > 1:
            yield f"{field}.id", f"{lane.id!r} is given twice"
        if not lane.movements:
            yield f"{field}.movements", "there is none"
        for movement in lane.movements:
            if movement.group not in groups:
                yield f"{field}.movements", f"there is no group {movement.group[:40]!r}"
            for stage in set(movement.yields) - stages:
                yield f"{field}.movements", f"there is no stage {stage[:40]!r}"
        for zone in lane.zones:
            if not zone.start < zone.end <= lane.length + 0.01:
                yield f"{field}.zones", f"{zone.start:g} to {zone.end:g} m does not lie within the lane"
            if numbers.count(zone.number) > 1:
                yield f"{field}.zones", f"detector logic {zone.number} is given twice"


def one_site_each(plots: tuple[Plot, ...]) -> Iterator[tuple[str, str]]:
    """Two junctions of one site, or two of one id, cannot be told apart."""
    for name, ids in (("site", [p.layout.site for p in plots]), ("junction", [p.junction.id for p in plots])):
        for at, id in enumerate(ids):
            if ids.count(id) > 1:
                yield f"junctions[{at}]", f"the {name} {id[:60]!r} is given {ids.count(id)} times"
                return


__all__ = ["JunctionFileError", "Layout", "LayoutError", "Plot", "moved", "one_site_each", "read_layout", "unfit"]
