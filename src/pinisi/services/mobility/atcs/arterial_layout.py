"""An arterial whose signals keep step, from a file: which junctions, how far apart, how fast, by which groups."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from pinisi.city.reading import place_of
from pinisi.services.mobility.atcs.adapter import ABILITIES, Offset
from pinisi.services.mobility.atcs.layout import Id, LayoutError, Plot
from pinisi.services.mobility.engine.progression.along import Way
from pinisi.services.mobility.engine.progression.arterial import Arterial, NoProgression, Signal, green_of
from pinisi.services.mobility.models.ordered import Ordered

SPACING_M = 7.5
"""Metres of lane that one vehicle takes up in a queue."""


class AlongJunction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`out` and `back` are the groups that let the arterial's traffic go on; `metres` from the junction before."""

    junction: Id
    out: str
    back: str
    metres: Annotated[float, msgspec.Meta(ge=0, le=5000)] = 0.0


class ArterialLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`speed` of progression, m/s; `weight_out`: what a second of band out is worth for one back."""

    id: Id
    name: str
    speed: Annotated[float, msgspec.Meta(ge=2, le=40)]
    weight_out: Annotated[float, msgspec.Meta(ge=0.1, le=10)] = 1.0
    junctions: Annotated[tuple[AlongJunction, ...], msgspec.Meta(min_length=2, max_length=30)]


def read_arterial(path: Path, plots: Mapping[str, Plot]) -> ArterialLayout:
    """`plots` by junction. Raises LayoutError: `file: field: reason`."""
    try:
        layout = msgspec.toml.decode(path.read_bytes(), type=ArterialLayout)
        for field, reason in _unfit(layout, plots):
            raise LayoutError(f"{path.name}: {field}: {reason}")
        arterial_of(layout, plots, {})
    except (OSError, UnicodeDecodeError) as fault:
        raise LayoutError(f"{path.name}: cannot be read: {fault}") from None
    except msgspec.ValidationError as fault:
        field, reason = place_of(str(fault))
        raise LayoutError(f"{path.name}: {field}: {reason}") from None
    except NoProgression as fault:
        raise LayoutError(f"{path.name}: junctions: {fault}") from None
    except (msgspec.DecodeError, RecursionError) as fault:
        raise LayoutError(f"{path.name}: is no valid TOML: {fault}") from None
    return layout


def _unfit(layout: ArterialLayout, plots: Mapping[str, Plot]) -> Sequence[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    cycles: set[float] = set()
    for at, each in enumerate(layout.junctions):
        field, plot = f"junctions[{at}]", plots.get(each.junction)
        if plot is None:
            found.append((f"{field}.junction", f"{each.junction!r} is none of the junctions of this source"))
            continue
        if [other.junction for other in layout.junctions].count(each.junction) > 1:
            found.append((f"{field}.junction", f"{each.junction!r} is given twice"))
        if Offset not in ABILITIES["ntcip" if plot.layout.snmp else "rsmp"].orders:
            found.append((f"{field}.junction", f"the controller of {each.junction!r} takes no offset"))
        if at and not each.metres:
            found.append((f"{field}.metres", "is needed: the way from the junction before"))
        cycles.add(plot.junction.plan(plot.layout.plan).cycle)
    if len(cycles) > 1:
        found.append(("junctions", f"no common cycle: {', '.join(f'{each:g}' for each in sorted(cycles))} s"))
    if any(cycle != int(cycle) for cycle in cycles):
        found.append(("junctions", "the cycle is no whole number of seconds"))
    return found


def arterial_of(layout: ArterialLayout, plots: Mapping[str, Plot], ordered: Mapping[str, Ordered]) -> Arterial:
    """With the offsets that were ordered, or those stored. Raises NoProgression."""
    signals: list[Signal] = []
    for each in layout.junctions:
        plot = plots[each.junction]
        plan = plot.junction.plan(plot.layout.plan)
        moved = ordered[each.junction].offset if each.junction in ordered else None
        signals.append(
            Signal(
                id=each.junction,
                out=green_of(plot.junction, plan, each.out),
                back=green_of(plot.junction, plan, each.back),
                offset=plan.offset if moved is None else moved,
            )
        )
    first = plots[layout.junctions[0].junction]
    travel = tuple(each.metres / layout.speed for each in layout.junctions[1:])
    return Arterial(
        cycle=round(first.junction.plan(first.layout.plan).cycle),
        signals=tuple(signals),
        travel_out=travel,
        travel_back=travel,
        weight_out=layout.weight_out,
    )


def ways(
    layout: ArterialLayout, plots: Mapping[str, Plot], rates: Mapping[str, Mapping[str, float]]
) -> tuple[Way, Way] | None:
    """Out and back as counted: `rates` are vehicles a second by junction and lane. None where the first junction of
    either way counts nobody yet.
    """
    first, last = layout.junctions[0], layout.junctions[-1]
    flow_out = _flow(plots[first.junction], first.out, rates.get(first.junction, {}))
    flow_back = _flow(plots[last.junction], last.back, rates.get(last.junction, {}))
    if flow_out is None or flow_back is None:
        return None
    lanes_out = [_lanes(plots[each.junction], each.out) for each in layout.junctions]
    lanes_back = [_lanes(plots[each.junction], each.back) for each in layout.junctions][::-1]
    between = [each.metres for each in layout.junctions[1:]]
    return (
        Way(flow=flow_out, lanes=tuple(lanes_out), room=_rooms(between, lanes_out)),
        Way(flow=flow_back, lanes=tuple(lanes_back), room=_rooms(between[::-1], lanes_back)),
    )


def _rooms(metres: Sequence[float], lanes: Sequence[int]) -> tuple[float, ...]:
    return (1e9, *(metre / SPACING_M * count for metre, count in zip(metres, lanes[1:], strict=True)))


def _lanes(plot: Plot, group: str) -> int:
    """At least one: a junction without lanes in its layout is taken as one lane each way."""
    return max(sum(any(m.group == group for m in lane.movements) for lane in plot.layout.lanes), 1)


def _flow(plot: Plot, group: str, rates: Mapping[str, float]) -> float | None:
    lanes = [lane.id for lane in plot.layout.lanes if any(m.group == group for m in lane.movements)]
    known = [rates[id] for id in lanes if id in rates]
    return sum(known) if lanes and len(known) == len(lanes) else None
