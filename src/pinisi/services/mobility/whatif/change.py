"""What holds on the network now, and what is otherwise in the variant: found and checked."""

from collections.abc import Mapping
from math import inf
from pathlib import Path

import msgspec

from pinisi.services.mobility.twin.street_net import StreetNet
from pinisi.services.mobility.whatif.asked import KINDS, Chosen, LeftOut, Used, WhatIf
from pinisi.services.mobility.whatif.closing import Closing
from pinisi.services.mobility.whatif.on_net import NetMap, NotOnNet
from pinisi.services.mobility.whatif.signal_stages import stages_of


class Change(msgspec.Struct, frozen=True):
    """What is otherwise than in the network's file, in its own names."""

    closings: tuple[Closing, ...] = ()
    bus: frozenset[str] = frozenset()
    timings: Mapping[str, tuple[float, ...]] = {}
    offsets: Mapping[str, float] = {}

    @property
    def closed(self) -> frozenset[str]:
        return frozenset[str]().union(*(each.edges for each in self.closings))


class Present(msgspec.Struct, frozen=True):
    """What holds now, of what it was made, and what could not be taken."""

    change: Change
    plans: tuple[Used, ...]
    closures: tuple[Used, ...]
    left_out: tuple[LeftOut, ...]


def present(chart: NetMap, given: WhatIf, net_file: Path) -> Present:
    """The closures and the stored plans of the context, as far as they fit the network."""
    stages = stages_of(net_file)
    left_out: list[LeftOut] = []
    closings: list[Closing] = []
    closures: list[Used] = []
    for each in given.closed_now:
        try:
            closings.append(_closing(chart, each))
            closures.append(Used(each.id, each.at))
        except NotOnNet as error:
            left_out.append(LeftOut(each.id, str(error)))
    timings: dict[str, tuple[float, ...]] = {}
    offsets: dict[str, float] = {}
    plans: list[Used] = []
    for plan in given.plans_now:
        try:
            signal = chart.signal(plan)
            _check_timing(signal, plan.greens, stages)
        except NotOnNet as error:
            left_out.append(LeftOut(plan.id, str(error)))
            continue
        if signal in timings:
            left_out.append(LeftOut(plan.id, f"signal {signal} of the network has another junction's plan"))
            continue
        timings[signal], offsets[signal] = plan.greens, plan.offset
        plans.append(Used(plan.id, plan.at))
    return Present(
        Change(tuple(closings), timings=timings, offsets=offsets), tuple(plans), tuple(closures), tuple(left_out)
    )


def change_of(chart: NetMap, given: WhatIf, net_file: Path) -> Change:
    """Raises `NotOnNet`: what was chosen lies on no road, does not fit the signal, or nothing changes."""
    asked, known = given.asked, chart.net.edges
    for edge in (*asked.closed_edges, *asked.bus_edges):
        if edge not in known:
            raise NotOnNet(f"{edge}: the network has no such piece of road")
    closings = [_said(each.id, chart, each) for each in given.closed]
    if asked.closed_edges:
        closings.append(Closing(frozenset(asked.closed_edges), frozenset(KINDS), 0.0, inf))
    wanted = frozenset(asked.bus_edges).union(*(_said(each.id, chart, each).edges for each in given.bus))
    timings: dict[str, tuple[float, ...]] = {}
    offsets: dict[str, float] = {}
    stages = stages_of(net_file) if given.plans else {}
    for plan in given.plans:
        try:
            signal = chart.signal(plan)
        except NotOnNet as error:
            raise NotOnNet(f"{plan.id}: {error}") from None
        _check_timing(signal, plan.greens, stages)
        timings[signal], offsets[signal] = plan.greens, plan.offset
    change = Change(tuple(closings), timings=timings, offsets=offsets)
    bus = frozenset(edge for edge in wanted - change.closed if _has_room(chart.net, edge))
    if wanted and not bus:
        raise NotOnNet("no bus lane fits there: each road has one lane only, or needs its outermost one for turning")
    if not (closings or bus or timings or asked.growth_percent):
        raise NotOnNet("nothing changes: name a closure, a road, a plan, a bus lane or a growth")
    return msgspec.structs.replace(change, bus=bus)


def together(now: Change, change: Change) -> Change:
    """What holds in the variant: another plan takes the place of the stored one."""
    return Change(
        (*now.closings, *change.closings),
        change.bus,
        {**now.timings, **change.timings},
        {**now.offsets, **change.offsets},
    )


def _closing(chart: NetMap, chosen: Chosen) -> Closing:
    end = inf if chosen.end is None else chosen.end
    return Closing(chart.edges(chosen), frozenset(chosen.kinds), chosen.begin, end)


def _said(id: str, chart: NetMap, chosen: Chosen) -> Closing:
    try:
        return _closing(chart, chosen)
    except NotOnNet as error:
        raise NotOnNet(f"{id}: {error}") from None


def _has_room(net: StreetNet, edge: str) -> bool:
    """Whether cars still come from there to everywhere without its outermost lane."""
    ways = [each for each in net.connections if each.begin == edge]
    lanes = net.edges[edge].lanes
    return len(lanes) > 1 and {each.end for each in ways if each.lane > 0} == {each.end for each in ways}


def _check_timing(signal: str, greens: tuple[float, ...], stages: Mapping[str, int]) -> None:
    if stages.get(signal) != len(greens):
        raise NotOnNet(
            f"signal {signal}: has {stages.get(signal, 0)} stages in the network, the plan has {len(greens)}"
        )
