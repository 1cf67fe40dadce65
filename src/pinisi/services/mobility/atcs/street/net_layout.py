"""The junctions of a SUMO net as layouts: groups, plan, lanes, and a detector logic for each zone."""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from pinisi.services.mobility.atcs.layout import ExitLayout, LaneLayout, Layout, Movement, Zone
from pinisi.services.mobility.atcs.street.zones import EDGES_M, RANGE_M, Watched
from pinisi.services.mobility.engine.control.junction import Junction as Controlled
from pinisi.services.mobility.engine.signals.interstage import interstages
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.junction_check import checked
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.program import Wiring

_STRANGE = re.compile(r"[^A-Za-z0-9_.:#-]")
LEAST_ZONE_M = 5.0
DEGREE_M = 111_320.0


class LaidJunction(msgspec.Struct, frozen=True):
    """A junction of the net: its layout, its lamps, what its detector logics look at. `exits` by lane of the net."""

    layout: Layout
    junction: Junction
    wiring: Wiring
    watched: tuple[Watched, ...]
    exits: Mapping[str, int]


def laid(sumo: Any, network: Network) -> list[LaidJunction]:
    """Raises WrongJunction where a program of the net cannot be run safely."""
    pairs = zip(network.wirings, network.junctions, strict=True)
    return [_laid(sumo, network, wiring, known, at) for at, (wiring, known) in enumerate(pairs, start=1)]


def write(junctions: list[LaidJunction], folder: Path) -> list[Path]:
    """A layout and a junction file for each, as `read_layout` takes them."""
    paths: list[Path] = []
    for each in junctions:
        matrix = [msgspec.to_builtins(one) for one in each.junction.matrix.intergreens]
        path = folder / f"{each.layout.site[3:-1]}.json"
        plain = {key: value for key, value in msgspec.to_builtins(each.junction).items() if value is not None}
        (folder / each.layout.junction).write_bytes(msgspec.json.encode(plain | {"matrix": matrix}))
        path.write_bytes(msgspec.json.encode(each.layout))
        paths.append(path)
    return paths


def _laid(sumo: Any, network: Network, wiring: Wiring, known: Controlled, at: int) -> LaidJunction:
    id = _STRANGE.sub("-", wiring.junction.id)
    junction = checked(with_plan(msgspec.structs.replace(wiring.junction, id=id, name=id), known.plan_s))
    movements = _movements(wiring, known)
    numbers = iter(range(1, 1_000))
    watched = tuple(_watched(network, lane, tuple(each), numbers) for lane, each in movements.items() if each)
    exits = {lane: next(numbers) for lane in sorted({link.exit for links in known.links for link in links})}
    lon, lat = _place(sumo, next(iter(movements)))
    layout = Layout(
        site=f"KK+{at:04d}TLC=",
        name=id,
        lon=lon,
        lat=lat,
        junction=f"{at:04d}-junction.json",
        allows="groups",
        lanes=tuple(each.lane for each in watched),
        exits=tuple(ExitLayout(id=_STRANGE.sub("-", lane), number=number) for lane, number in exits.items()),
    )
    return LaidJunction(layout, junction, wiring, watched, exits)


def with_plan(junction: Junction, greens: tuple[float, ...]) -> Junction:
    """The stored plan: the greens of the program, no shorter than the minimum, and the changes that the groups need.

    The program's own offset is left out. A maximum red shorter than the cycle is made as long.
    """
    least = max(group.minimum_green for group in junction.groups)
    stages = tuple(
        PlannedStage(stage=stage.id, green=max(green, least))
        for stage, green in zip(junction.stages, greens, strict=True)
    )
    plan = SignalPlan(id="1", cycle=1.0, stages=stages)
    cycle = sum(each.green for each in stages) + sum(interstages(junction, plan))
    groups = tuple(
        msgspec.structs.replace(group, maximum_red=max(group.maximum_red, cycle))
        if group.maximum_red is not None
        else group
        for group in junction.groups
    )
    return msgspec.structs.replace(junction, groups=groups, plans=(msgspec.structs.replace(plan, cycle=cycle),))


def _movements(wiring: Wiring, known: Controlled) -> dict[str, list[Movement]]:
    """By approach lane of the net; heads that no stage gives green move nobody."""
    found: dict[str, list[Movement]] = {}
    for head, links in enumerate(known.links):
        group = wiring.group_of[head]
        for link in links:
            kept = found.setdefault(link.lane, [])
            if group is not None:
                yields = tuple(
                    stage.id
                    for stage, shown in zip(wiring.junction.stages, known.stages, strict=True)
                    if shown.state[head] == "g"
                )
                kept.append(
                    Movement(group=wiring.junction.groups[group].id, exit=_STRANGE.sub("-", link.exit), yields=yields)
                )
    return found


def _watched(network: Network, lane: str, movements: tuple[Movement, ...], numbers: Iterator[int]) -> Watched:
    reaches = network.reaches[lane]
    seen = min(max(reach.beyond_m + network.length_m[reach.lane] for reach in reaches), RANGE_M)
    edges = [edge for edge in EDGES_M if edge < seen - LEAST_ZONE_M] + [seen]
    zones = tuple(Zone(number=next(numbers), start=start, end=end) for start, end in pairwise(edges))
    speed = network.speed_mps[lane]
    road = lane.rpartition("_")[0]
    id = _STRANGE.sub("-", lane)
    layout = LaneLayout(id=id, length=seen, speed=speed, road=road, movements=movements, zones=zones)
    return Watched(layout, reaches)


def _place(sumo: Any, lane: str) -> tuple[float, float]:
    """The stop line; a net that lies nowhere on Earth is drawn around 0, 0."""
    x, y = sumo.lane.getShape(lane)[-1]
    try:
        lon, lat = sumo.simulation.convertGeo(x, y)
    except Exception:
        lon, lat = x, y
    moved = not (math.isclose(lon, x, abs_tol=1e-6) and math.isclose(lat, y, abs_tol=1e-6))
    on_earth = moved and -180 <= lon <= 180 and -90 <= lat <= 90
    return (round(lon, 7), round(lat, 7)) if on_earth else (round(x / DEGREE_M, 7), round(y / DEGREE_M, 7))
