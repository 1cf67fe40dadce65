"""A real SUMO under hostile demands, in a process of its own: `hostile_lamps.py SCENARIO SECONDS SEED` tells what came.

What crosses is asked of SUMO's own internal lanes, not of the reader that the twin uses.
"""

import json
import os
import random
import sys
from typing import Any

import hostile
import libsumo

from pinisi.services.mobility.twin.heads import Lamps
from pinisi.services.mobility.twin.network import Network
from pinisi.services.mobility.twin.program import Rules

sumo: Any = libsumo


def main(scenario: str, seconds: int, seed: int) -> None:
    sumo.start(["sumo", "-c", scenario, "--seed", str(seed), "--time-to-teleport", "-1", "--no-warnings"])
    network = Network(sumo, Rules(), 200)
    now = sumo.simulation.getTime()
    draw = random.Random(seed)
    lamps = [Lamps(sumo, each, now) for each in network.wirings]
    wishes = [hostile.behaves(each.junction, draw) for each in network.wirings]
    names = [each.junction.id for each in network.wirings]
    states: dict[str, list[str]] = {name: [] for name in names}
    refused = 0
    for _ in range(seconds):
        now = sumo.simulation.getTime()
        refused += sum(bool(each.want(wish(now), now).refused) for each, wish in zip(lamps, wishes, strict=True))
        sumo.simulationStep()
        for name in names:
            states[name].append(sumo.trafficlight.getRedYellowGreenState(name))
    junctions = [{"name": name, "states": states[name], "crossing": crossing(name)} for name in names]
    collisions = sumo.simulation.getCollidingVehiclesNumber()
    print(json.dumps({"refused": refused, "collisions": collisions, "junctions": junctions}))
    sys.stdout.flush()
    os._exit(0)


def crossing(name: str) -> list[tuple[int, int]]:
    """Pairs of heads of different lanes whose ways meet, and to which no phase of the program gives green together."""
    heads = sumo.trafficlight.getControlledLinks(name)
    phases = [phase.state for phase in sumo.trafficlight.getAllProgramLogics(name)[0].phases]
    ways = [[way for _, _, first in links for way in whole(first)] for links in heads]
    return [
        (a, b)
        for a in range(len(heads))
        for b in range(a)
        if heads[a]
        and heads[b]
        and heads[a][0][0] != heads[b][0][0]
        and any({*sumo.lane.getInternalFoes(way)} & {*ways[b]} for way in ways[a])
        and not any(state[a] in "Gg" and state[b] in "Gg" for state in phases)
    ]


def whole(way: str) -> list[str]:
    """An internal lane and those it goes on by."""
    found: list[str] = []
    while way.startswith(":"):
        found.append(way)
        way = next((link[4] or link[0] for link in sumo.lane.getLinks(way)), "")
    return found


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
