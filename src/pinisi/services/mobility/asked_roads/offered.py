"""The roads as other services ask for them: by the kernel's port, never by import."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinisi.city.text import fill
from pinisi.runtime.road_travel import Asker, By, LonLat, TravelTable
from pinisi.services.mobility.asked_roads.query import COSTINGS
from pinisi.services.mobility.asked_roads.roads_now import TEXTS, roads_for

if TYPE_CHECKING:
    from pinisi.services.mobility.routing.router import Router


class TravelOnRoads:
    """On one graph, for the tenants whose context names it; around their closures, at their speeds of now."""

    def __init__(self, router: "Router") -> None:
        self._router = router

    async def between(
        self, asker: Asker, origins: Sequence[LonLat], places: Sequence[LonLat], by: By
    ) -> TravelTable | None:
        from pinisi.services.mobility.routing.answers import NoWay
        from pinisi.services.mobility.routing.programs import RoutingFailed

        roads = await roads_for(asker, by)
        if roads is None or roads.router is not self._router:
            return None
        try:
            found = await asyncio.to_thread(
                roads.router.matrix, origins, places, COSTINGS[by], roads.closed, roads.speeds
            )
        except (NoWay, RoutingFailed):
            return None
        method = fill(TEXTS["travel-by-road"], closures=len(roads.shut), speeds=len(roads.speeds))
        return TravelTable(seconds=found.seconds, metres=found.metres, by_road=True, method=method)
