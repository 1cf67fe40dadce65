"""From an index to its category."""

from collections.abc import Sequence
from typing import TypeVar

from pinisi.services.environment.engine.pollutant import NotAnIndex

Name = TypeVar("Name", bound=str)


def whole(index: float) -> int:
    """To the nearest whole number, halves up, as indices are published.

    Raises:
        NotAnIndex: the index is negative or not finite.
    """
    if not 0 <= index < float("inf"):
        raise NotAnIndex("index", index)
    return int(index + 0.5)


def band_of(bands: Sequence[tuple[int, Name]], above: Name, index: float) -> Name:
    """The first band whose last whole index is not passed, else `above`.

    Raises:
        NotAnIndex: the index is negative or not finite.
    """
    rounded = whole(index)
    for last, name in bands:
        if rounded <= last:
            return name
    return above
