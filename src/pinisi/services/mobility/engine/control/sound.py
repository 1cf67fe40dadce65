"""What of an observation can be true: a controller is never asked to decide on anything else."""

from collections.abc import Collection

from pinisi.services.mobility.engine.control.junction import Exit, Observation, Seen

MOST_MPS, MOST_M, MOST_S = 100.0, 5000.0, 1e6


def sound(seen: Observation, lanes: Collection[str], exits: Collection[str], before: Observation | None) -> Observation:
    """Of one junction: what tells what cannot be is as one whose detector is dead; counts never fall, nor leap."""
    seconds = seen.time_s - before.time_s if before is not None else 0.0
    fields = {lane: seen.lanes[lane] for lane in lanes if lane in seen.lanes and all(map(_vehicle, seen.lanes[lane]))}
    behind = {exit: seen.exits[exit] for exit in exits if exit in seen.exits and _exit(seen.exits[exit])}
    left = {lane: seen.left[lane] for lane in fields if lane in seen.left}
    if before is None:
        return Observation(seen.time_s, fields, behind, left)
    return Observation(
        time_s=seen.time_s,
        lanes=fields,
        exits={name: _counting(each, before.exits.get(name), seconds) for name, each in behind.items()},
        left={lane: count for lane, count in left.items() if _grows(before.left.get(lane, count), count, seconds)},
    )


def _counting(exit: Exit, before: Exit | None, seconds: float) -> Exit:
    if exit.passed is None or before is None or before.passed is None:
        return exit
    return exit if _grows(before.passed, exit.passed, seconds) else Exit(exit.taken, exit.speed_mps)


def _vehicle(each: Seen) -> bool:
    """False for NaN, too: it is neither above nor below anything."""
    return (
        0 <= each.distance_m <= MOST_M
        and 0 <= each.speed_mps <= MOST_MPS
        and 0 <= each.waited_s <= MOST_S
        and 0 <= each.share <= 1
    )


def _exit(each: Exit) -> bool:
    return 0 <= each.taken <= 1 and 0 <= each.speed_mps <= MOST_MPS


def _grows(before: int, count: int, seconds: float) -> bool:
    """No lane lets more than one pass in a second, two where they ride side by side; a few may be counted late."""
    return 0 <= count - before <= 2 * seconds + 10
