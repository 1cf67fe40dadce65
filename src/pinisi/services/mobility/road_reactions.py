"""What runs by itself on the roads: the seconds from where units are to where they are needed.

Nothing is said where no graph is served here; dispatch then counts by straight line and says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from pinisi.runtime.known import Document, Inputs
from pinisi.runtime.reaction import WHOLE_CITY, Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.models.roads import CLOSURE, GRAPH, TIMES, times_entity
from pinisi.services.mobility.models.traffic import ROAD_TRAFFIC
from pinisi.services.mobility.road_closures import closed_ground, holding
from pinisi.services.mobility.speeds_of_now import MOST_SPEEDS, speeds_of_now
from pinisi.vocabulary.instant import MINUTE, format_instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_ZONES = 120
"""Places between which times are told: 14,400 pairs. Units come first. A default of Pinisi."""
SEEN_WITHIN = 10 * MINUTE
"""A unit that was last seen earlier is counted from its base, as dispatch does."""
UNDER_WAY = frozenset({"unacknowledged", "acknowledged", "returned", "open", "triaged", "dispatched", "onScene"})
UNIT, INCIDENT = "Unit", "Incident"
MOST_CLOSURES = 5_000
"""The newest that are kept to."""
DECIMALS = 6
LonLat = tuple[float, float]


def react_times(inputs: Inputs) -> Sequence[Document]:
    """Times between units and open incidents, on the first graph that is served here.

    Raises:
        RoutingFailed: the program does not answer. NoWay: more is closed than can be asked.
    """
    from pinisi.services.mobility.routing.closures import together
    from pinisi.services.mobility.routing.running import router_of

    graphs = sorted(inputs.others(GRAPH), key=lambda each: each.id)
    found = next(((each, router) for each in graphs if (router := router_of(each.text("graphDigest")))), None)
    places = _places(inputs)
    if found is None or not places:
        return []
    graph, router = found
    closed = {each.id: closed_ground(each) for each in holding(inputs.others(CLOSURE), inputs.now, "car")}
    near = dict(zip(places, router.near_roads(list(places)), strict=True))
    zones = [place for place in places if near[place]][:MOST_ZONES]
    if not zones:
        return []
    speeds = speeds_of_now(inputs.others(ROAD_TRAFFIC), inputs.now, "car")
    shut = together(each for each in closed.values() if each is not None)
    matrix = router.matrix(zones, zones, closed=shut, speeds=speeds)
    left_out = [id for place, id in places.items() if not near[place]]
    left_out += [id for id, each in closed.items() if each is None]
    kept = sum(each is not None for each in closed.values())
    at = format_instant(inputs.now)
    told = len(router.graph.ways(speeds))
    return [times_entity(zones, matrix.seconds, graph=graph.id, closures=kept, speeds=told, left_out=left_out, at=at)]


def _places(inputs: Inputs) -> dict[LonLat, str]:
    """Where units stand or begin, then where incidents are; who is there, first come first."""
    places: dict[LonLat, str] = {}
    for place, id in (*_units(inputs), *_incidents(inputs)):
        places.setdefault((round(place[0], DECIMALS), round(place[1], DECIMALS)), id)
    return places


def _units(inputs: Inputs) -> Iterator[tuple[LonLat, str]]:
    for unit in inputs.others(UNIT):
        if unit.text("unitState") != "off":
            seen = unit.said("location")
            lately = seen is not None and inputs.now - seen.observed <= SEEN_WITHIN
            spots = (unit.value("base"), unit.value("location") if lately else None)
            yield from ((place, unit.id) for place in _points(spots))


def _incidents(inputs: Inputs) -> Iterator[tuple[LonLat, str]]:
    for incident in inputs.others(INCIDENT):
        if incident.text("state") in UNDER_WAY:
            yield from ((place, incident.id) for place in _points((incident.value("location"),)))


def _points(grounds: Iterable[Any]) -> Iterator[LonLat]:
    for ground in grounds:
        match ground:
            case {"type": "Point", "coordinates": [int() | float() as lon, int() | float() as lat, *_]}:
                if -180 <= lon <= 180 and -90 <= lat <= 90:
                    yield float(lon), float(lat)
            case _:
                continue


_INPUTS = (
    Others(type=GRAPH, most=20),
    Others(type=UNIT, most=2_000),
    Others(type=INCIDENT, most=300, newest=True),
    Others(type=CLOSURE, most=MOST_CLOSURES, newest=True),
    Others(type=ROAD_TRAFFIC, most=MOST_SPEEDS, newest=True),
)
_times = partial(
    Reaction,
    title=TEXTS["road-times"],
    rule=TEXTS["road-times-rule"],
    react=react_times,
    inputs=_INPUTS,
    writes=(Writes(type=TIMES),),
    limit=70.0,
)
TIMES_OF_UNITS = _times(
    name="road-times-of-units",
    wakes=(Wake(type=UNIT, attributes=("base", "location", "unitState"), subject=WHOLE_CITY),),
    every=600.0,
    rest=60.0,
)
"""Units move all the time, and 100 places across a city cost seconds of CPU: once a minute is enough."""
TIMES_AT_ONCE = _times(
    name="road-times-at-once",
    wakes=(
        Wake(type=CLOSURE, subject=WHOLE_CITY),
        Wake(type=GRAPH, subject=WHOLE_CITY),
        Wake(type=INCIDENT, attributes=("location", "state"), subject=WHOLE_CITY),
    ),
    settle=0.1,
)
"""What changes which way is the right one, or where somebody is needed, counts at once."""
REACTIONS = (TIMES_OF_UNITS, TIMES_AT_ONCE)
