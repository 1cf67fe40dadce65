"""One junction as it runs now, over HTTP."""

from typing import Any

from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.atcs.live import JunctionSignals
from pinisi.services.mobility.models.signals import junction_id

TEXTS = texts_of("pinisi.services.mobility")


async def live(visit: Visit[None, None]) -> JunctionSignals:
    """Nothing also of a junction that he may not know of."""
    from pinisi.services.mobility.atcs.duty import seated
    from pinisi.services.mobility.atcs.live_view import live_of

    id = visit.params["junction"]
    found = seated(id)
    known: Any = None if found is None else await visit.entity(junction_id(id))
    if found is None or known is None:
        return JunctionSignals(None)
    room, seat = found
    return JunctionSignals(live_of(seat.post, room.health(seat), visit.now, room.source, seat.priorities))


JUNCTION_LIVE = Endpoint(
    method="GET",
    path="/junctions/{junction}/signals",
    title=TEXTS["junction-live"],
    permission="context.read",
    answer=JunctionSignals,
    handle=live,
)
