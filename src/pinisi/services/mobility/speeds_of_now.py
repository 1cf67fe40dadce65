"""How fast the roads are now, as the context says: what routes of motor vehicles keep to."""

from collections.abc import Iterable

from pinisi.runtime.known import Known
from pinisi.services.mobility.congestion_reactions import LATEST_MINUTES
from pinisi.services.mobility.models.traffic import ALL_VEHICLES
from pinisi.services.mobility.observed_speed import kmh
from pinisi.vocabulary.instant import MINUTE, Instant

MOST_SPEEDS = 5_000
"""The newest that are kept to."""


def speeds_of_now(traffic: Iterable[Known], now: Instant, kind: str) -> dict[str, float]:
    """km/h by the key of a road, of the last half hour: those told of this kind of vehicle, else those told of all.

    Of several detectors of a road the slowest, as in "n of N roads congested". Both directions have it.
    """
    own, all = dict[str, float](), dict[str, float]()
    for known in traffic:
        vehicle, said = known.text("vehicleType") or ALL_VEHICLES, known.said("speedNow")
        speed = kmh(said)
        if speed is None or said is None or now - said.observed > LATEST_MINUTES * MINUTE:
            continue
        if vehicle in (kind, ALL_VEHICLES):
            told = own if vehicle == kind else all
            for road in known.related("refRoadSegment"):
                key = road.rpartition(":")[2]
                told[key] = min(speed, told.get(key, speed))
    return all | own
