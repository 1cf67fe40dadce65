"""A grid in metres over the Earth, so that what is near is found without looking at the rest."""

from collections.abc import Iterator
from functools import lru_cache
from math import cos, floor, radians

METRES = 110_000.0
"""A degree of latitude is nowhere shorter: what is nearer than a cell's side lies in the cells around it."""
Cell = tuple[int, int]


class Grid:
    def __init__(self, side_m: float) -> None:
        self._height = side_m / METRES
        self._columns = lru_cache(maxsize=1_024)(self._count)

    def cell(self, lon: float, lat: float) -> Cell:
        row = floor(lat / self._height)
        columns = self._columns(row)
        return row, floor((lon + 180) / 360 * columns) % columns

    def around(self, lon: float, lat: float) -> Iterator[Cell]:
        """The cell of a place and those beside it, at most nine."""
        middle = floor(lat / self._height)
        for row in (middle - 1, middle, middle + 1):
            columns = self._columns(row)
            column = floor((lon + 180) / 360 * columns)
            yield from ((row, each) for each in dict.fromkeys((column + step) % columns for step in (-1, 0, 1)))

    def _count(self, row: int) -> int:
        """Columns of a row: as many as its narrower edge has room for."""
        edge = max(abs(row), abs(row + 1)) * self._height
        return max(1, floor(360 / self._height * cos(radians(min(edge, 90.0)))))
