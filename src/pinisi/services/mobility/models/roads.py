"""What the mobility service knows of roads and the time that they take, as entities. All types are Pinisi's own.

`RoadGraph`: roads that routes are found on now, one for each source of them. `graphDigest`: names file and builder, so
that the same digest gives the same answers. `builtFrom`: the file. `junctionCount`, `edgeCount`: counts.
`directedRoads`: of the roads of a shapefile, how many say their direction; not there for an OpenStreetMap extract.
`validFrom`: when the extract was true, where it says.

`RoadClosure`: what cannot be driven, by whoever knows it. `location`: of a line each piece, from crossing to crossing,
in both directions; of a point the nearest road within 25 m; of an area all that touches it. `refRoadSegment`: the road
that it is of, whose line it takes where it has none of its own. `validFrom`, `validTo`: when it is closed, without end
where nothing is said; `reason`: why, in words; `closureCause`: `accident`, `works`, `event`, `flood`, `tree`, `danger`,
`other`; `saidBy`: which office says so. `closedTo`: kinds of vehicle (`motorcycle`, `car`, `bus`, `truck`, `bicycle`,
`pedestrian`); without it everybody. `closureState`: `closed`, `reopened` (by `reopenedBy` at `reopenedAt`, though its
cause is still there), `over`. It ends by itself at `expiresAt`. Of water: `refObserved` (who says that it is there),
`waterDepthLeast`, `waterDepthMost` (CMT), `closureRuleBasis` (`city`, `default`).

`FloodedRoadRule`: the city's written rule, one entity: `motorcycleDepthLimit`, `carDepthLimit`, `busDepthLimit`,
`truckDepthLimit`, `bicycleDepthLimit`, `pedestrianDepthLimit` (CMT), beyond which a road is closed to them;
`depthTaken`: which end of a class of depth counts, `deepest` or `least`.

`RoadOwnership`: a row of a register: `roadOwner` (`city`, `province`, `nation`) of the road with this `roadKey` (of its
way), `ref` or `name`, by which decree (`legalBasis`). A `RoadSegment` then has `roadOwner` too; `unknown` where rows
contradict each other, or there is none any more. `CityRoadOwners`: one entity: `roadLengthCity`, `roadLengthProvince`,
`roadLengthNation`, `roadLengthUnknown` (KMT), `rowsWithoutRoad` (by `id`, two hundred at most). A `RoadClosure` says
the `roadOwner` of its road.

`CityClosures`: one entity: `closedRoads` now, of which `closedByFlood`.

`TravelTimes`: seconds by road between the places of units and of open incidents. `zones`: the places; `travelSeconds`
(SEC): from each to each, row by row, `NO_WAY` where no road leads. `refRoadGraph`: the roads that they were found on;
`closureCount`: closures that were kept to; `roadSpeedCount`: roads at their speed of now (`RoadTraffic`); `leftOutIds`:
by `id`, who has no road within 1,000 m, and closures whose ground cannot be used.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.runtime.told import told, told_json, told_relation

GRAPH, CLOSURE, TIMES = "RoadGraph", "RoadClosure", "TravelTimes"
FLOODED_ROAD_RULE, CITY_CLOSURES = "FloodedRoadRule", "CityClosures"
OWNERSHIP, CITY_ROAD_OWNERS = "RoadOwnership", "CityRoadOwners"
TYPES = (GRAPH, CLOSURE, TIMES, CITY_CLOSURES, OWNERSHIP, CITY_ROAD_OWNERS, "RoadSegment")
NO_WAY = 86_400
"""Seconds from one place to another where no road leads: a day, so that such a unit stands last."""
_TIMES_ID = "urn:ngsi-ld:TravelTimes:city"

LonLat = tuple[float, float]
Entity = Mapping[str, Any]


def graph_id(source: str) -> str:
    return f"urn:ngsi-ld:RoadGraph:{source}"


def times_entity(
    zones: Sequence[LonLat],
    seconds: Sequence[Sequence[float | None]],
    *,
    graph: str,
    closures: int,
    speeds: int,
    left_out: Sequence[str],
    at: str,
) -> Entity:
    """`graph` is the id of the `RoadGraph`; `at` when it was so."""
    flat = [NO_WAY if each is None else round(each) for row in seconds for each in row]
    return {
        "id": _TIMES_ID,
        "type": TIMES,
        "zones": told([list(zone) for zone in zones], at),
        "travelSeconds": told(flat, at, "SEC"),
        "refRoadGraph": told_relation(graph, at),
        "closureCount": told(closures, at),
        "roadSpeedCount": told(speeds, at),
        "leftOutIds": told_json([{"id": id} for id in left_out], at),
    }
