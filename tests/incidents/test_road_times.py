"""Times by road: from zone to zone as told, both ends straight, and never older than an hour nor half-read."""

import pytest

from pinisi.incidents.units.road_times import TRAVEL_SECONDS, TRAVEL_TIMES, ZONES, ByRoad, Unusable, road_times_of
from pinisi.incidents.units.travel import TURN_OUT_S, StraightLine
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance

WEST, EAST = (119.40, -5.14), (119.50, -5.10)
AT = "2026-11-26T02:00:00Z"


def told(zones: object = (WEST, EAST), seconds: object = (0, 900, 2_400, 0), at: str | None = AT) -> Entity:
    attributes = {
        ZONES: [Instance(PROPERTY, zones, observed_at=at)],
        TRAVEL_SECONDS: [Instance(PROPERTY, list(seconds) if isinstance(seconds, tuple) else seconds)],
    }
    return Entity("urn:ngsi-ld:TravelTimes:makassar", [TRAVEL_TIMES], attributes)


def test_from_zone_to_zone_the_road_counts_and_in_its_own_direction() -> None:
    way = ByRoad(road_times_of(told()))
    assert way.seconds([WEST], [EAST])[0, 0] == pytest.approx(900 + TURN_OUT_S, abs=0.1)
    assert way.seconds([EAST], [WEST])[0, 0] == pytest.approx(2_400 + TURN_OUT_S, abs=0.1)


def test_both_ends_are_driven_straight() -> None:
    way, near = ByRoad(road_times_of(told())), (119.405, -5.14)
    end = StraightLine(turn_out_s=0).seconds([near], [WEST])[0, 0]
    assert way.seconds([near], [EAST])[0, 0] == pytest.approx(900 + TURN_OUT_S + end, abs=0.1)


def test_within_a_zone_and_far_from_any_the_straight_line_counts() -> None:
    way, line = ByRoad(road_times_of(told())), StraightLine()
    for start, end in ((WEST, (119.402, -5.141)), (WEST, (119.45, -5.20))):
        assert way.seconds([start], [end])[0, 0] == pytest.approx(line.seconds([start], [end])[0, 0])


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (told(seconds=(0, 1, 2)), "2 times 2 numbers"),
        (told(seconds=(0, -1, 2, 0)), "from 0 on"),
        (told(seconds="soon"), "a list of numbers"),
        (told(zones=()), "between 1 and"),
        (told(zones=((500.0, 0.0), EAST)), "on the Earth"),
        (told(at=None), "observedAt is missing"),
        (Entity("urn:x", [TRAVEL_TIMES], {}), "zones are"),
    ],
)
def test_what_cannot_be_used_is_said(entity: Entity, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        road_times_of(entity)
