"""Which links of a net cross or merge: its right-of-way table, by signal head."""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast
from xml.etree.ElementTree import Element, iterparse

Pair = tuple[int, int]

MEANT = ("junction", "connection")


class _Net:
    """What the file says of right of way: junctions come after edges and before connections, in no promised order."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, str]] = {}
        self.incoming: dict[str, list[str]] = {}
        self.links: dict[str, list[Element]] = defaultdict(list)

    def read(self, element: Element) -> None:
        if element.tag == "connection":
            self.links[f"{element.get('from')}_{element.get('fromLane')}"].append(element)
        elif element.get("type") != "internal":
            name = element.get("id", "")
            self.rows[name] = {int(row.get("index", 0)): row.get("foes", "") for row in element.findall("request")}
            self.incoming[name] = element.get("incLanes", "").split()

    def heads(self, name: str) -> dict[int, tuple[str, int]]:
        """By link of a junction: its signal and head, where it has one."""
        ordered = (link for lane in self.incoming[name] for link in self.links[lane])
        return {
            index: (signal, int(link.get("linkIndex", 0)))
            for index, link in enumerate(ordered)
            if (signal := link.get("tl")) is not None
        }


def foes(net: Path) -> dict[str, frozenset[Pair]]:
    """By signal: the pairs of heads, both ways round, whose links cross or merge (`foes` in the net file).

    Links of different junctions under one signal do not meet.
    """
    read = _Net()
    for element in _elements(net):
        read.read(element)
    found: dict[str, set[Pair]] = defaultdict(set)
    for name, rows in read.rows.items():
        heads = read.heads(name)
        for index, (signal, head) in heads.items():
            for other in _set_bits(rows.get(index, "")):
                if other in heads and heads[other][0] == signal:
                    found[signal] |= {(head, heads[other][1]), (heads[other][1], head)}
    return {signal: frozenset((a, b) for a, b in pairs if a != b) for signal, pairs in found.items()}


def _elements(net: Path) -> Iterator[Element]:
    opening = gzip.open if net.suffix == ".gz" else open
    with cast(IO[bytes], opening(net, "rb")) as file:
        for _, element in iterparse(file):
            if element.tag in MEANT:
                yield element
            elif element.tag in ("edge", "tlLogic"):
                element.clear()


def _set_bits(row: str) -> Iterator[int]:
    """The table writes link 0 last."""
    return (index for index, bit in enumerate(reversed(row)) if bit == "1")
