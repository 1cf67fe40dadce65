"""What SUMO wrote of a run, in figures of the whole and of each road and hour."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

from pinisi.services.mobility.twin.street_net import road_of
from pinisi.services.mobility.twin.trips import Trip, trips
from pinisi.services.mobility.whatif.asked import Figures, RoadFigures
from pinisi.services.mobility.whatif.run_files import HOUR_S

MG_A_G = 1_000
CROSSINGS = ""
"""What is driven within crossings: in the sums, of no road."""
_Sums = dict[str, float]


def figures(
    folder: Path, seconds: int, waits: Sequence[float], roads: Mapping[str, tuple[RoadFigures, ...]], held: float = 0.0
) -> Figures:
    """`waits`: how long each vehicle was due that found no way at all; `held`: waits for a road to open (s)."""
    due = list(trips(folder / "trips.xml"))
    arrived = [trip for trip in due if trip.arrived]
    every = [each for hours in roads.values() for each in hours]
    km, co2_g = sum(each.km for each in every), sum(each.co2_g for each in every)
    lost = sum(_lost(trip) for trip in due) + sum(waits) + held
    number, shares = len(due) + len(waits), _shares(seconds)
    return Figures(
        due=number,
        completed=len(arrived),
        never_inserted=sum(not trip.entered for trip in due) + len(waits),
        delay_s=lost / max(number, 1),
        travel_s=sum(trip.duration_s for trip in arrived) / max(len(arrived), 1),
        queue=sum(each.queue * share for of in roads.values() for each, share in zip(of, shares, strict=True)),
        km=km,
        co2_kg=co2_g / 1000,
        nox_kg=sum(each.nox_g for each in every) / 1000,
        pm_kg=sum(each.pm_g for each in every) / 1000,
        co2_g_km=co2_g / km if km else 0.0,
    )


def _lost(trip: Trip) -> float:
    return trip.lost_s + trip.departure_delay_s


def _shares(seconds: int) -> list[float]:
    """The part of the time that each hour of it is."""
    return [min(HOUR_S, seconds - begin) / seconds for begin in range(0, seconds, HOUR_S)]


def by_road(folder: Path, seconds: int) -> dict[str, tuple[RoadFigures, ...]]:
    """Of each road that was driven: a value for each hour."""
    hours = len(_shares(seconds))
    sums: dict[str, list[_Sums]] = defaultdict(lambda: [defaultdict(float) for _ in range(hours)])
    for hour, edge in _edges(folder / "traffic.xml"):
        into, sampled = sums[_road_of(edge)][hour], _number(edge, "sampledSeconds")
        into["seconds"] += sampled
        into["km"] += sampled * _number(edge, "speed") / 1000
        into["delay"] += _number(edge, "timeLoss")
        into["waiting"] += _number(edge, "waitingTime")
    for hour, edge in _edges(folder / "exhaust.xml"):
        into = sums[_road_of(edge)][hour]
        for name in ("CO2", "NOx", "PMx"):
            into[name] += _number(edge, f"{name}_abs") / MG_A_G
    lasts = [share * seconds for share in _shares(seconds)]
    return {road: tuple(_road(each, last) for each, last in zip(of, lasts, strict=True)) for road, of in sums.items()}


def travel_times(folder: Path) -> dict[str, float]:
    """Seconds to drive along each edge that was driven, over the whole run."""
    found = {edge.attrib["id"]: _number(edge, "traveltime") for _, edge in _edges(folder / "whole.xml")}
    return {edge: seconds for edge, seconds in found.items() if seconds > 0}


def passed(folder: Path) -> dict[str, float]:
    """How many vehicles entered each edge or began on it, over the whole run."""
    return {
        edge.attrib["id"]: _number(edge, "entered") + _number(edge, "departed")
        for _, edge in _edges(folder / "whole.xml")
    }


def _road_of(edge: Element) -> str:
    return CROSSINGS if edge.attrib["id"].startswith(":") else road_of(edge.attrib["id"])


def _road(sums: _Sums, last: float) -> RoadFigures:
    seconds = sums["seconds"]
    return RoadFigures(
        km=sums["km"],
        delay_s=sums["delay"],
        queue=sums["waiting"] / last,
        co2_g=sums["CO2"],
        nox_g=sums["NOx"],
        pm_g=sums["PMx"],
        speed_kmh=3600 * sums["km"] / seconds if seconds else None,
    )


def _edges(path: Path) -> Iterator[tuple[int, Element]]:
    """The hour and the element of each edge."""
    hour = -1
    for event, element in iterparse(path, events=("start", "end")):
        if event == "start" and element.tag == "interval":
            hour = int(float(element.attrib["begin"]) // HOUR_S)
        elif event == "end" and element.tag == "edge":
            yield hour, element
            element.clear()


def _number(element: Element, name: str) -> float:
    return float(element.get(name, "0"))
