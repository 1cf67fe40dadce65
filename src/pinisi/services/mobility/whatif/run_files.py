"""What SUMO is given for a run, and how it is asked."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, parse
from xml.sax.saxutils import quoteattr

from pinisi.services.mobility.whatif.fleet import CAR_CLASS, SUBLANE_M, kind_of, kinds
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


def write_changed_net(
    net: Path, out: Path, closed: frozenset[str], bus: frozenset[str], timings: Mapping[str, Sequence[float]],
    offsets: Mapping[str, float],
) -> None:  # fmt: skip
    """The network with edges closed, the outermost lane of others for buses, and other greens (s) of signals."""
    tree: ElementTree[Element] = parse(net)
    for edge in tree.getroot().iter("edge"):
        if edge.get("id") in closed:
            for lane in edge.iter("lane"):
                lane.attrib.pop("allow", None)
                lane.set("disallow", "all")
        elif edge.get("id") in bus:
            outermost = next(iter(edge.iter("lane")))
            outermost.attrib.pop("disallow", None)
            outermost.set("allow", BUS_LANE)
    for logic in tree.getroot().iter("tlLogic"):
        greens = timings.get(logic.get("id", ""))
        if greens is not None:
            logic.set("type", "static")
            logic.set("offset", f"{offsets.get(logic.get('id', ''), 0.0):g}")
            for phase, green in zip(greens_of(logic), greens, strict=True):
                phase.set("duration", f"{green:g}")
                phase.attrib.pop("minDur", None)
                phase.attrib.pop("maxDur", None)
    tree.write(out, encoding="utf-8")


def greens_of(logic: Element) -> list[Element]:
    """The phases of a program that give green and no yellow: its stages."""
    return [
        phase
        for phase in logic.iter("phase")
        if "y" not in phase.attrib["state"].lower() and any(letter in "Gg" for letter in phase.attrib["state"])
    ]


def write_looks(path: Path, seconds: int) -> None:
    """What is written of each edge and hour, and of the whole time: traffic and exhaust."""
    hours = f'end="{seconds}" freq="{HOUR_S}" excludeEmpty="true" withInternal="true"'
    path.write_text(
        f'<additional><edgeData id="traffic" file="traffic.xml" {hours}/>'
        f'<edgeData id="exhaust" type="emissions" file="exhaust.xml" {hours}/>'
        f'<edgeData id="whole" file="whole.xml" end="{seconds}" excludeEmpty="true"/></additional>',
        encoding="utf-8",
    )


def command(net: Path, seconds: int, seed: int, motorcycles: float) -> list[str]:
    """Nobody teleports, also not after a collision; every due vehicle is written, also who never got in."""
    words = ["-n", str(net), "-r", "routes.xml", "-a", "looks.xml", "--begin", "0", "--end", str(seconds)]
    words += ["--seed", str(seed), "--time-to-teleport", "-1", "--collision.action", "warn", "--no-step-log"]
    words += ["--no-warnings", "--duration-log.disable", "--tripinfo-output", "trips.xml"]
    words += ["--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted"]
    words += ["--ignore-route-errors"]
    return [*words, "--lateral-resolution", f"{SUBLANE_M:g}"] if motorcycles else words
