"""Reads what SUMO wrote of each trip."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

import msgspec


class Trip(msgspec.Struct, frozen=True, gc=False):
    """One due vehicle; one that never entered has only its departure delay."""

    entered: bool
    arrived: bool
    duration_s: float
    waiting_s: float
    lost_s: float
    departure_delay_s: float
    length_m: float
    co2_mg: float


def trips(file: Path) -> Iterator[Trip]:
    """Every due vehicle of a run with `--tripinfo-output.write-unfinished` and `write-undeparted`."""
    for _, element in iterparse(file):
        if element.tag == "tripinfo":
            yield _trip(element)
            element.clear()


def _trip(element: Element) -> Trip:
    emissions = element.find("emissions")
    return Trip(
        entered=_number(element, "depart") >= 0,
        arrived=_number(element, "arrival") >= 0,
        duration_s=_number(element, "duration"),
        waiting_s=_number(element, "waitingTime"),
        lost_s=_number(element, "timeLoss"),
        departure_delay_s=_number(element, "departDelay"),
        length_m=_number(element, "routeLength"),
        co2_mg=0.0 if emissions is None else _number(emissions, "CO2_abs"),
    )


def _number(element: Element, name: str) -> float:
    return float(element.get(name, "0"))
