"""The stages of the signals of a network: phases that give green and no yellow."""

from pathlib import Path
from xml.etree.ElementTree import Element, parse


def stages_of(net_file: Path) -> dict[str, int]:
    """How many stages each signal of the network has."""
    return {logic.get("id", ""): len(greens_of(logic)) for logic in parse(net_file).getroot().iter("tlLogic")}


def greens_of(logic: Element) -> list[Element]:
    """The phases of a program that give green and no yellow: its stages."""
    return [
        phase
        for phase in logic.iter("phase")
        if "y" not in phase.attrib["state"].lower() and any(letter in "Gg" for letter in phase.attrib["state"])
    ]
