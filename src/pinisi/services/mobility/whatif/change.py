"""What is otherwise in the variant, found on the network and checked."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import parse

import msgspec

from pinisi.services.mobility.twin.street_net import StreetNet
from pinisi.services.mobility.whatif.asked import Chosen, WhatIf
from pinisi.services.mobility.whatif.on_net import NetMap, NotOnNet
from pinisi.services.mobility.whatif.run_files import greens_of


class Change(msgspec.Struct, frozen=True):
    """What is otherwise in the variant, in the network's own names."""

    closed: frozenset[str]
    bus: frozenset[str]
    timings: Mapping[str, tuple[float, ...]]
    offsets: Mapping[str, float]


def change_of(chart: NetMap, given: WhatIf, net_file: Path) -> Change:
    """Raises `NotOnNet`: what was chosen lies on no road, does not fit the signal, or nothing changes."""
    asked, known = given.asked, chart.net.edges
    for edge in (*asked.closed_edges, *asked.bus_edges):
        if edge not in known:
            raise NotOnNet(f"{edge}: the network has no such piece of road")
    closed = frozenset(asked.closed_edges).union(*(_covered(chart, each) for each in given.closed))
    wanted = frozenset(asked.bus_edges).union(*(_covered(chart, each) for each in given.bus))
    timings: dict[str, tuple[float, ...]] = {}
    offsets: dict[str, float] = {}
    for plan in given.plans:
        try:
            signal = chart.signal(plan)
        except NotOnNet as error:
            raise NotOnNet(f"{plan.id}: {error}") from None
        timings[signal], offsets[signal] = plan.greens, plan.offset
    _check_timings(net_file, timings)
    bus = frozenset(edge for edge in wanted - closed if _has_room(chart.net, edge))
    if wanted and not bus:
        raise NotOnNet("no bus lane fits there: each road has one lane only, or needs its outermost one for turning")
    if not (closed or bus or timings or asked.growth_percent):
        raise NotOnNet("nothing changes: name a closure, a road, a plan, a bus lane or a growth")
    return Change(closed, bus, timings, offsets)


def _covered(chart: NetMap, chosen: Chosen) -> frozenset[str]:
    try:
        return chart.edges(chosen)
    except NotOnNet as error:
        raise NotOnNet(f"{chosen.id}: {error}") from None


def _has_room(net: StreetNet, edge: str) -> bool:
    """Whether cars still come from there to everywhere without its outermost lane."""
    ways = [each for each in net.connections if each.begin == edge]
    lanes = net.edges[edge].lanes
    return len(lanes) > 1 and {each.end for each in ways if each.lane > 0} == {each.end for each in ways}


def _check_timings(net_file: Path, timings: Mapping[str, tuple[float, ...]]) -> None:
    if not timings:
        return
    for logic in parse(net_file).getroot().iter("tlLogic"):
        greens = timings.get(logic.get("id", ""))
        stages = len(greens_of(logic))
        if greens is not None and len(greens) != stages:
            raise NotOnNet(f"signal {logic.get('id')}: has {stages} stages in the network, the plan has {len(greens)}")
