"""The neighbourhoods of a city as ground: which one a report comes from."""

from collections.abc import Sequence

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry


class Neighbourhood(msgspec.Struct, frozen=True):
    """`prone`: a register says that it floods."""

    id: str
    ground: BaseGeometry
    prone: bool = False


class Ground:
    def __init__(self, neighbourhoods: Sequence[Neighbourhood]) -> None:
        self.neighbourhoods = tuple(neighbourhoods)
        self._tree = shapely.STRtree([each.ground for each in self.neighbourhoods])

    def of(self, lon: float, lat: float) -> int | None:
        """The number of the neighbourhood that a place lies in; of two that overlap the first; None outside of all."""
        found = self._tree.query(shapely.Point(lon, lat), predicate="within")
        return int(found.min()) if found.size else None
