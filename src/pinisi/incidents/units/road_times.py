"""Travel times by road, as somebody who knows the roads has put them into the context.

One entity `TravelTimes` of the city: zones, and the seconds from each to each. A unit drives from where it is to the
nearest zone, from zone to zone as the entity says, and on to the place: both ends by straight line with the detour
factor, so that a finer net of zones is nearer to the truth. What is too far from any zone goes by straight line alone.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from pinisi.city.ellipsoid import MEAN_RADIUS
from pinisi.city.text import Text
from pinisi.incidents.units.travel import TURN_OUT_S, Seconds, StraightLine, directions
from pinisi.incidents.units.unit import LonLat
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR, Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.terms import PINISI

TRAVEL_TIMES = PINISI + "TravelTimes"
ZONES = PINISI + "zones"
TRAVEL_SECONDS = PINISI + "travelSeconds"
MOST_ZONES = 2_000
FAR_M = 3_000.0
"""From here on a place belongs to no zone. A default of Pinisi."""
HOLDS = HOUR
"""Road times are trusted so long: traffic changes. A default of Pinisi."""


class RoadTimes(msgspec.Struct, frozen=True):
    """Zones [longitude, latitude], the seconds from each (row) to each (column), and when that was so."""

    zones: tuple[LonLat, ...]
    seconds: Seconds
    at: Instant


class Unusable(ValueError):
    """The entity says no travel times; tells which attribute is wrong, and how."""


def road_times_of(entity: Entity) -> RoadTimes:
    """Raises `Unusable`."""
    zones, observed = _value(entity, ZONES)
    flat, _ = _value(entity, TRAVEL_SECONDS)
    try:
        places = msgspec.convert(zones, tuple[LonLat, ...])
        numbers = np.asarray(msgspec.convert(flat, list[float]), dtype=np.float64)
        at = parse_instant(observed or "")
    except msgspec.ValidationError:
        raise Unusable("zones are [longitude, latitude] each, travelSeconds a list of numbers") from None
    except NotAnInstant:
        raise Unusable("zones: observedAt is missing") from None
    count = len(places)
    if not 0 < count <= MOST_ZONES or any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in places):
        raise Unusable(f"zones: between 1 and {MOST_ZONES} points on the Earth")
    if numbers.size != count * count or not np.isfinite(numbers).all() or (numbers < 0).any():
        raise Unusable(f"travelSeconds: {count} times {count} numbers from 0 on, row by row")
    return RoadTimes(places, numbers.reshape(count, count), at)


class ByRoad:
    """Travel by road where there are times for it, else by straight line."""

    def __init__(self, times: RoadTimes) -> None:
        self._times = times
        self._zones = directions(times.zones)
        self._line = StraightLine()
        self._to_zone = StraightLine(turn_out_s=0.0)
        self.method = Text(
            id="lewat jalan, dari zona ke zona; ujungnya garis lurus",
            en="by road, from zone to zone; the ends by straight line",
            ja="区域間は道路による所要時間、両端は直線距離",
        )

    def seconds(self, origins: Sequence[LonLat], places: Sequence[LonLat]) -> Seconds:
        line = self._line.seconds(origins, places)
        start, from_start, start_near = self._nearest(origins)
        end, to_end, end_near = self._nearest(places)
        road = self._times.seconds[np.ix_(start, end)] + from_start[:, None] + to_end[None, :] + TURN_OUT_S
        apart = start[:, None] != end[None, :]
        usable = apart & start_near[:, None] & end_near[None, :]
        return np.where(usable, road, line)

    def _nearest(self, points: Sequence[LonLat]) -> tuple[npt.NDArray[np.intp], Seconds, npt.NDArray[np.bool_]]:
        """Index of the nearest zone, seconds to it by straight line, and whether it is near enough."""
        cosines = directions(points) @ self._zones.T
        nearest = cosines.argmax(axis=1)
        metres = np.arccos(np.clip(cosines[np.arange(len(points)), nearest], -1.0, 1.0)) * MEAN_RADIUS
        return nearest, self._to_zone.of_metres(metres), metres <= FAR_M


def _value(entity: Entity, attribute: str) -> tuple[Any, str | None]:
    instances = entity.attributes.get(attribute)
    if not instances:
        return None, None
    return instances[0].value, instances[0].observed_at
