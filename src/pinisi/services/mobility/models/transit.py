"""Public transport as entities, of a timetable (GTFS) that a city takes in.

All are of Smart Data Models, dataModel.UrbanMobility. Ids are `urn:ngsi-ld:TYPE:FEED:ID`, where FEED is the name that
the city gives the timetable and ID its own identifier, with a short hash where it had to be written otherwise.

`GtfsAgency`: `name`, `page` (its address in the web).

`GtfsRoute`: `name` (the long one, else the short one), `shortName`, `routeType` (a word: bus, tram, rail),
`operatedBy` (a GtfsAgency), `routeColor` (six hexadecimal digits), `location`: the ways of its trips as lines, within
about five metres of those of the timetable.

`GtfsStop`: a stop or platform: `name`, `code` (what stands on the sign), `location`, `servedBy`: the short names of the
routes that stop there, and `routeCount`, how many they are (no unit: a count). `GtfsStation`: what several stops belong
to: `name`, `code`, `location`.

`Timetable` (Pinisi's own): one timetable that was taken in. `name`; `timetableDigest`: names the file, so that the same
digest gives the same journeys; `validFrom`, `validTo`: its first and last day; `approximateTimes` (P1): percent of its
times that are not published but approximate (GTFS `timepoint` 0, as a repair writes them); `tripCount`, `stopCount`,
`lineCount`: counts.

`TransitReach` (Pinisi's own): how many live near public transport, of the whole city: `reachOf` (`stops` or `lines`),
`reachMetres` (MTR, straight), `residents` and `residentsNear` (counts of people), `residentsNearShare` (P1),
`peopleBy`: the level of area whose people are known (kelurahan, kecamatan, city) and taken to be spread evenly;
`areaCount`, `leftOutAreas`: counts. `AreaTransitReach`: the same of one area: `refArea`, `level`, `groundNearShare`
(P1 of its ground near a stop), `reachBand` (in fifths), `residents` and `residentsNear` where its people are known.

`LineHeadways` (Pinisi's own; of Smart Data Models, `GtfsFrequency` is what is planned, none what came): of a direction
of a line over `overMinutes` (MIN), every half hour, from the positions of its vehicles at all its stops together:
`refGtfsRoute`, `lineName`, `name` (line and last stop), `headwayMean` (SEC), `headwayVariation` (no unit: the median of
the stops' coefficients of variation), `headwayGrade` (A to F, of it), `bunchedShare` and `gapShare` (P1 of the headways
that were less than half, more than one and a half of the mean), `headwayCount`, `vehiclesPassed` (counts).

What runs now, as GTFS-Realtime tells it; all end by themselves at `expiresAt`:

`Vehicle` (SDM, dataModel.Transportation): `name`, `location`, `bearing` (DD, from north clockwise), `speed` (KMH),
`tripId`, `tripState` (`known` to the timetable, `unknown`, `unchecked`: there is none), `lineName`, `refGtfsRoute`,
`refGtfsStop` with `vehicleStanding` (`incomingAt`, `stoppedAt`, `inTransitTo` that stop).

`ArrivalEstimation` (SDM, dataModel.UrbanMobility): of one trip the stop that it comes to next: `refGtfsStop`,
`expectedArrival`, `delay` (SEC behind the timetable, negative: ahead), `tripId`, `lineName`, `refGtfsRoute`;
`tripUpdate` (JSON): all that the feed says of the trip (a `TripKept` of `transit.live_trips`), for journeys.

`TransitAlert` (Pinisi's own): what a publisher tells of lines and stops: `name`, `description`, `alertCause`,
`alertEffect`, `affectedLines`, `affectedStops`, `validFrom`, `validTo`.
"""

import hashlib
import re
from collections.abc import Mapping

TIMETABLE = "Timetable"
REACH_TYPES = ("TransitReach", "AreaTransitReach")
LINE_HEADWAYS = "LineHeadways"
LIVE_TYPES = ("Vehicle", "ArrivalEstimation", "TransitAlert")
TYPES = ("GtfsAgency", "GtfsRoute", "GtfsStation", "GtfsStop", TIMETABLE)
ROUTE_TYPES: Mapping[str, str] = {
    "0": "tram",
    "1": "metro",
    "2": "rail",
    "3": "bus",
    "4": "ferry",
    "5": "cableTram",
    "6": "aerialLift",
    "7": "funicular",
    "11": "trolleybus",
    "12": "monorail",
}
"""GTFS's `route_type` -> `routeType`; another number is left out."""
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")


def transit_id(type: str, feed: str, own: str) -> str:
    """The id of an entity of a timetable; different identifiers never have the same."""
    plain = _OTHER.sub("-", own)[:60]
    if plain != own:
        plain = f"{plain}-{hashlib.sha256(own.encode()).hexdigest()[:8]}"
    return f"urn:ngsi-ld:{type}:{feed}:{plain}"
