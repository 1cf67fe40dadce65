"""Rows of one identifier that are several things one after the other: each begins where the sequence falls back."""

from collections.abc import Sequence

from pinisi.services.mobility.engine.gtfs.table import Table
from pinisi.services.mobility.engine.gtfs.values import number_of


def blocks_of(table: Table, identifier: str, sequence: str) -> dict[str, list[list[int]]]:
    """Identifier -> its blocks, each the places of its rows, in the order of the file.

    A block ends where the sequence does not rise, or where rows of another identifier stand between and it begins
    anew; so a trip whose rows are scattered but rise all along is one.
    """
    blocks: dict[str, list[list[int]]] = {}
    last: dict[str, float] = {}
    for place, (name, text) in enumerate(zip(table.values(identifier), table.values(sequence), strict=True)):
        number = number_of(text)
        if number is None:
            continue
        if name not in last or number <= last[name]:
            blocks.setdefault(name, []).append([])
        blocks[name][-1].append(place)
        last[name] = number
    return blocks


def fresh(wanted: str, taken: set[str]) -> str:
    """A name that nobody has, which from now on is taken."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def placed(table: Table, column: str, names: Sequence[tuple[Sequence[int], str]]) -> Table:
    """The table with a new name in a column at these places."""
    values = table.values(column)
    for places, name in names:
        for place in places:
            values[place] = name
    return table.having(column, values)
