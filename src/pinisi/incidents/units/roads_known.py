"""Which way of telling travel times holds now: by road where the context has times that are fresh, else straight."""

from pinisi.city.text import Text
from pinisi.incidents.units.road_times import HOLDS, TRAVEL_TIMES, ByRoad, RoadTimes, Unusable, road_times_of
from pinisi.incidents.units.travel import StraightLine, Travel
from pinisi.incidents.units.wording import ROADS_TOO_OLD, ROADS_UNUSABLE
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import EVERYTHING

_LINE = StraightLine()


class RoadsKnown:
    """Reads the newest `TravelTimes` of a tenant; what was read is kept until the entity changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, tuple[Position, tuple[ByRoad, RoadTimes] | None]] = {}

    async def travel(self, tenant: str, now: Instant) -> tuple[Travel, Text | None]:
        """How to tell times now, and why not by road where there is something of roads."""
        page = await self._store.find(tenant, EntityQuery(types=TypeIs(TRAVEL_TIMES)), EVERYTHING, limit=1)
        if not page.records:
            return _LINE, None
        (record,) = page.records
        if self._read.get(tenant, (0, None))[0] != record.position:
            try:
                times = road_times_of(record.entity)
                self._read[tenant] = record.position, (ByRoad(times), times)
            except Unusable:
                self._read[tenant] = record.position, None
        known = self._read[tenant][1]
        if known is None:
            return _LINE, ROADS_UNUSABLE
        way, times = known
        return (way, None) if now - times.at <= HOLDS else (_LINE, ROADS_TOO_OLD)
