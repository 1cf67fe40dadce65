"""What runs by itself: how fast a road is when it is free, whether it is congested now, how many are."""

from collections.abc import Mapping, Sequence

from pinisi.runtime.known import Document, Inputs, Known
from pinisi.runtime.reaction import WHOLE_CITY, Others, Past, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import Attribute, told
from pinisi.services.mobility.engine.congestion import CongestionRule, State, counted, free_speed, indices, state
from pinisi.services.mobility.models.traffic import (
    ALL_VEHICLES,
    CITY_TRAFFIC,
    OBSERVED,
    ROAD_TRAFFIC,
    RULE,
    SPEED,
    beside,
)
from pinisi.services.mobility.observed_speed import about, ahead_of_utc, speeds, the_rule
from pinisi.vocabulary.instant import MINUTE, format_instant

TEXTS = texts_of("pinisi.services.mobility")
LOOKED_AT_DAYS = 28
LATEST_MINUTES = 30
"""A road that has said nothing for so long is not judged."""
_STANDING = ("name", "refObserved", "refRoadSegment", "vehicleType", "location")
_CITY_RULE = Others(type=RULE, most=1)


def react_usual(inputs: Inputs) -> Sequence[Document]:
    """The free speed of a road and, where its peaks are known, their indices."""
    zone, found = ahead_of_utc(inputs), speeds(inputs.past(SPEED))
    free = free_speed(found, zone, inputs.subject.number("freeFlowSpeed"))
    if free is None:
        return []
    at = format_instant(inputs.now)
    document = about(inputs, beside(ROAD_TRAFFIC, inputs.subject.id), ROAD_TRAFFIC, at) | {
        "freeSpeed": told(round(free.speed, 1), at, "KMH"),
        "freeSpeedBasis": told(free.basis.value, at),
    }
    peaks = indices(found, free.speed, zone)
    if peaks is not None:
        document |= {
            "travelTimeIndex": told(round(peaks.travel_time, 2), at),
            "planningTimeIndex": told(round(peaks.planning_time, 2), at),
            "bufferIndex": told(round(100 * peaks.buffer, 1), at, "P1"),
            "peakValues": told(peaks.values, at),
        }
    return [document]


def react_state(inputs: Inputs) -> Sequence[Document]:
    """Whether a road whose free speed is known flows, is slow or congested."""
    rule, found = the_rule(inputs), speeds(inputs.past(SPEED))
    free = next((each.number("freeSpeed") for each in inputs.others(ROAD_TRAFFIC)), None)
    if not found or free is None or free <= 0:
        return []
    newest = max(found)
    recent = [speed for at, speed in found.items() if at > newest - rule.minutes * MINUTE]
    judged = state(recent, free, rule)
    if judged is None:
        return []
    at, speed = format_instant(newest), len(recent) / sum(1 / each for each in recent)
    return [
        about(inputs, beside(ROAD_TRAFFIC, inputs.subject.id), ROAD_TRAFFIC, at)
        | {
            "speedNow": told(round(speed, 1), at, "KMH"),
            "speedShare": told(round(100 * speed / free, 1), at, "P1"),
            "trafficState": told(judged.value, at),
        }
        | _by(rule, at)
    ]


def _by(rule: CongestionRule, at: str) -> dict[str, Attribute]:
    return {
        "congestedBelow": told(round(100 * rule.below, 1), at, "P1"),
        "congestionRuleBasis": told("city" if rule.written else "default", at),
    }


def react_city(inputs: Inputs) -> Sequence[Document]:
    """How many roads are congested, each class of vehicle by itself; of several detectors of a road the slowest."""
    at = format_instant(inputs.now)
    return [
        {"id": f"urn:ngsi-ld:{CITY_TRAFFIC}:{vehicle}", "type": CITY_TRAFFIC, "vehicleType": told(vehicle, at)}
        | _counts(list(roads.values()), at)
        for vehicle, roads in sorted(_by_vehicle(inputs).items())
    ]


def _by_vehicle(inputs: Inputs) -> Mapping[str, Mapping[str, State | None]]:
    found: dict[str, dict[str, State | None]] = {}
    for known in inputs.others(ROAD_TRAFFIC):
        vehicle = known.text("vehicleType") or ALL_VEHICLES
        roads = found.setdefault(vehicle, {})
        road = next(iter(known.related("refRoadSegment")), known.id)
        roads[road] = _slower(roads.get(road), _state_now(known, inputs))
    return found


def _state_now(known: Known, inputs: Inputs) -> State | None:
    said = known.said("trafficState")
    if said is None or inputs.now - said.observed > LATEST_MINUTES * MINUTE:
        return None
    return next((each for each in State if each.value == said.value), None)


def _slower(one: State | None, other: State | None) -> State | None:
    order = (None, *State)
    return max(one, other, key=order.index)


def _counts(states: Sequence[State | None], at: str) -> dict[str, Attribute]:
    found = counted(states)
    document = {
        "congestedRoads": told(found.congested, at),
        "judgedRoads": told(found.judged, at),
        "knownRoads": told(found.known, at),
    }
    if found.judged:
        document["congestedRoadsShare"] = told(round(100 * found.congested / found.judged, 1), at, "P1")
    return document


USUAL = Reaction(
    name="road-usual",
    title=TEXTS["road-usual"],
    rule=TEXTS["road-usual-rule"],
    react=react_usual,
    wakes=(Wake(type=OBSERVED, on_change=False),),
    inputs=(Past(attributes=(SPEED,), hours=LOOKED_AT_DAYS * 24.0, most=20_000), _CITY_RULE),
    writes=(
        Writes(
            type=ROAD_TRAFFIC,
            attributes=(
                *_STANDING,
                "freeSpeed",
                "freeSpeedBasis",
                "travelTimeIndex",
                "planningTimeIndex",
                "bufferIndex",
                "peakValues",
            ),
        ),
    ),
    every=21_600.0,
    limit=20.0,
)
STATE = Reaction(
    name="road-state",
    title=TEXTS["road-state"],
    rule=TEXTS["road-state-rule"],
    react=react_state,
    wakes=(Wake(type=OBSERVED, attributes=(SPEED,)),),
    inputs=(
        Past(attributes=(SPEED,), hours=2.0, most=500),
        Others(type=ROAD_TRAFFIC, linked="refObserved", most=1),
        _CITY_RULE,
    ),
    writes=(
        Writes(
            type=ROAD_TRAFFIC,
            attributes=(
                *_STANDING,
                "speedNow",
                "speedShare",
                "trafficState",
                "congestedBelow",
                "congestionRuleBasis",
            ),
        ),
    ),
    rest=30.0,
)
CITY = Reaction(
    name="congested-roads",
    title=TEXTS["congested-roads"],
    rule=TEXTS["congested-roads-rule"],
    react=react_city,
    wakes=(Wake(type=ROAD_TRAFFIC, attributes=("trafficState",), subject=WHOLE_CITY),),
    inputs=(Others(type=ROAD_TRAFFIC, most=20_000),),
    writes=(Writes(type=CITY_TRAFFIC),),
    every=300.0,
    rest=60.0,
    limit=10.0,
)
CONGESTION_REACTIONS = (USUAL, STATE, CITY)
