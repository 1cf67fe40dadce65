"""How long units take to places: by straight line with a detour factor until roads are loaded, then by road.

Whatever gives the times says how it came to them; the console shows that beside each time.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pinisi.city.ellipsoid import MEAN_RADIUS
from pinisi.city.text import Text
from pinisi.incidents.units.unit import LonLat

Seconds = npt.NDArray[np.float64]
DETOUR = 1.4
"""Road metres for each metre of the straight line. A default of Pinisi; a city measures its own."""
SPEED_KMH = 25.0
"""Of a unit on its way through the city. A default of Pinisi; a city measures its own."""
TURN_OUT_S = 60.0
"""From the order until the wheels turn. A default of Pinisi."""


class Travel(Protocol):
    """Travel times. `method` says in words how they are found."""

    @property
    def method(self) -> Text: ...

    def seconds(self, origins: Sequence[LonLat], places: Sequence[LonLat]) -> Seconds:
        """From each origin to each place: shape (origins, places)."""
        ...


class StraightLine:
    """Great circle times a detour factor, at one speed."""

    def __init__(self, detour: float = DETOUR, speed_kmh: float = SPEED_KMH, turn_out_s: float = TURN_OUT_S) -> None:
        self._seconds_a_metre = detour * 3.6 / speed_kmh
        self._turn_out = turn_out_s
        self.method = Text(
            id=f"garis lurus × {detour:g}, {speed_kmh:g} km/jam",
            en=f"straight line × {detour:g}, {speed_kmh:g} km/h",
            ja=f"直線距離 × {detour:g}、時速 {speed_kmh:g} km",
        )

    def seconds(self, origins: Sequence[LonLat], places: Sequence[LonLat]) -> Seconds:
        # Chords of the unit sphere by one product of matrices: 3 ms for 200 units and 153 places, centimetres off.
        half_square = (1.0 - directions(origins) @ directions(places).T) / 2
        return self.of_metres(2 * MEAN_RADIUS * np.arcsin(np.sqrt(np.clip(half_square, 0.0, 1.0))))

    def of_metres(self, metres: npt.NDArray[np.float64]) -> Seconds:
        """Of so many metres of a straight line."""
        return self._turn_out + metres * self._seconds_a_metre


def directions(points: Sequence[LonLat]) -> npt.NDArray[np.float64]:
    """Unit vectors from the Earth's centre: shape (points, 3)."""
    longitude, latitude = np.radians(np.asarray(points, dtype=np.float64).reshape(-1, 2)).T
    flat = np.cos(latitude)
    return np.column_stack((flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)))
