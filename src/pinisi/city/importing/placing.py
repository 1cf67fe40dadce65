"""Where the rows of a file lie: in the city, together, or astray."""

from collections.abc import Iterator, Sequence

import numpy as np

from pinisi.city.areas import AreaIndex
from pinisi.city.ellipsoid import distance_m
from pinisi.city.text import Text, distance_text

LEAST = 20
WIDTHS = 3.0
"""How many widths of the bulk a place may lie beside it."""
NEAR_DEGREES = 0.5
TAIL = 0.05
"""So much at either end does not shape the bulk: a few strays never hide each other."""


class Placing:
    """The positions of a file (None for a row without one), seen together."""

    def __init__(self, positions: Sequence[tuple[float, float] | None], areas: AreaIndex) -> None:
        self._index = [index for index, position in enumerate(positions) if position is not None]
        known = [position for position in positions if position is not None]
        self._points = np.array(known, dtype=np.float64).reshape(len(known), 2)
        inside = areas.hold(self._points[:, 0].tolist(), self._points[:, 1].tolist())
        self.count = len(known)
        self.share_inside = float(inside.mean()) if self.count else 0.0

    def strays(self) -> Iterator[tuple[int, bool, Text]]:
        """Rows far from the bulk: index, whether they would lie in it with longitude and latitude swapped, distance."""
        if self.count < LEAST:
            return
        low, high = np.quantile(self._points, [TAIL, 1 - TAIL], axis=0, method="nearest")
        reach = np.maximum(WIDTHS * (high - low), NEAR_DEGREES)
        far = ((self._points < low - reach) | (self._points > high + reach)).any(axis=1)
        for hit in np.flatnonzero(far):
            point = self._points[hit]
            swapped = bool(((point[::-1] >= low - reach) & (point[::-1] <= high + reach)).all())
            nearest = np.clip(point, low, high)
            metres = distance_m((float(point[0]), float(point[1])), (float(nearest[0]), float(nearest[1])))
            yield self._index[int(hit)], swapped, distance_text(metres)
