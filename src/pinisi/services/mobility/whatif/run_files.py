"""What SUMO is given for a run, and how it is asked."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, parse
from xml.sax.saxutils import quoteattr

from pinisi.services.mobility.whatif.asked import KINDS, Kind
from pinisi.services.mobility.whatif.change import Change
from pinisi.services.mobility.whatif.closing import Closing, lasting, passing
from pinisi.services.mobility.whatif.fleet import CAR_CLASS, SUBLANE_M, kind_of, kinds
from pinisi.services.mobility.whatif.signal_stages import greens_of
from pinisi.services.mobility.whatif.trips_known import Departure

HOUR_S = 3_600
BUS_LANE = "bus"


def write_routes(path: Path, departures: Iterable[Departure], motorcycles: float, car_class: str = CAR_CLASS) -> None:
    """Each vehicle leaves on the best lane, with the speed that is possible there."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"<routes>{kinds(car_class)}\n")
        for each in departures:
            file.write(
                f"<vehicle id={quoteattr(each.id)} type={quoteattr(kind_of(each.id, motorcycles))} "
                f'depart="{each.second:.2f}" departLane="best" departSpeed="max">'
                f"<route edges={quoteattr(' '.join(each.way))}/></vehicle>\n"
            )
        file.write("</routes>\n")


SUMO_CLASS: Mapping[Kind, str] = {"car": "passenger", "motorcycle": "motorcycle"}


def write_changed_net(net: Path, out: Path, change: Change, seconds: int) -> None:
    """The network with edges closed for the whole time, the outermost lane of others for buses, other greens (s)."""
    tree: ElementTree[Element] = parse(net)
    closed = lasting(change.closings, seconds)
    for edge in tree.getroot().iter("edge"):
        id = edge.get("id", "")
        if id in closed:
            for lane in edge.iter("lane"):
                _close(lane, closed[id])
        elif id in change.bus:
            outermost = next(iter(edge.iter("lane")))
            outermost.attrib.pop("disallow", None)
            outermost.set("allow", BUS_LANE)
    for logic in tree.getroot().iter("tlLogic"):
        greens = change.timings.get(logic.get("id", ""))
        if greens is not None:
            logic.set("type", "static")
            logic.set("offset", f"{change.offsets.get(logic.get('id', ''), 0.0):g}")
            for phase, green in zip(greens_of(logic), greens, strict=True):
                phase.set("duration", f"{green:g}")
                phase.attrib.pop("minDur", None)
                phase.attrib.pop("maxDur", None)
    tree.write(out, encoding="utf-8")


def _close(lane: Element, kinds: frozenset[Kind]) -> None:
    """All of it where nobody whom the twin drives may pass."""
    out = [SUMO_CLASS[kind] for kind in KINDS if kind in kinds]
    allowed = lane.attrib.pop("allow", "all").split()
    if len(out) == len(KINDS):
        lane.set("disallow", "all")
    elif allowed == ["all"]:
        lane.set("disallow", " ".join(dict.fromkeys([*lane.get("disallow", "").split(), *out])))
    else:
        left = [each for each in allowed if each not in out]
        lane.set(*(("allow", " ".join(left)) if left else ("disallow", "all")))


def write_looks(
    path: Path, seconds: int, closings: Sequence[Closing] = (), before: Mapping[str, Sequence[str]] | None = None
) -> None:
    """What is written of each edge and hour, and of the whole time: traffic and exhaust. And closings that begin or end
    within the time, told to drivers as they come to the edges `before` them."""
    hours = f'end="{seconds}" freq="{HOUR_S}" excludeEmpty="true" withInternal="true"'
    shut = "".join(_shut(number, each, before or {}) for number, each in enumerate(passing(closings, seconds)))
    path.write_text(
        f'<additional><edgeData id="traffic" file="traffic.xml" {hours}/>'
        f'<edgeData id="exhaust" type="emissions" file="exhaust.xml" {hours}/>'
        f'<edgeData id="whole" file="whole.xml" end="{seconds}" excludeEmpty="true"/>{shut}</additional>',
        encoding="utf-8",
    )


def _shut(number: int, closing: Closing, before: Mapping[str, Sequence[str]]) -> str:
    """Permissions that change with time, and who hears of it."""
    ahead = {edge for closed in closing.edges for edge in before.get(closed, ())}
    ahead |= {edge for near in ahead for edge in before.get(near, ())}
    told = " ".join(sorted(ahead - closing.edges) or sorted(closing.edges))
    kinds = " ".join(SUMO_CLASS[kind] for kind in KINDS if kind in closing.kinds)
    edges = "".join(f'<closingReroute id={quoteattr(edge)} disallow="{kinds}"/>' for edge in sorted(closing.edges))
    end = min(closing.end, 1e7)
    return (
        f'<rerouter id="closing-{number}" edges={quoteattr(told)}>'
        f'<interval begin="{closing.begin:g}" end="{end:g}">{edges}</interval></rerouter>'
    )


def command(net: Path, seconds: int, seed: int, motorcycles: float) -> list[str]:
    """Nobody teleports, also not after a collision; every due vehicle is written, also who never got in."""
    words = ["-n", str(net), "-r", "routes.xml", "-a", "looks.xml", "--begin", "0", "--end", str(seconds)]
    words += ["--seed", str(seed), "--time-to-teleport", "-1", "--collision.action", "warn", "--no-step-log"]
    words += ["--no-warnings", "--duration-log.disable", "--tripinfo-output", "trips.xml"]
    words += ["--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted"]
    words += ["--ignore-route-errors"]
    return [*words, "--lateral-resolution", f"{SUBLANE_M:g}"] if motorcycles else words
