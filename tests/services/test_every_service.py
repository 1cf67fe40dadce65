"""Every service of the house passes the kit that authors of services test with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from roads_at_hand import HARBOUR, HELSINKI, HELSINKI_DIGEST, served
from roads_at_hand import STATION as SQUARE
from test_every_source import BMKG, CASES
from traffic_at_hand import observed, story, traffic

from pinisi.runtime.services import discover
from pinisi.services import environment, flood, mobility
from pinisi.services.mobility.routing.running import offered
from pinisi.services.mobility.transit.corridor_table import TEMPLATE
from pinisi.services.mobility.transit.shelf import SHELF
from pinisi.testing.endpoints import Ask
from pinisi.testing.reactions import Trial
from pinisi.testing.service import Check, Sample, ServiceCase, checks
from pinisi.vocabulary.instant import HOUR, format_instant, parse_instant

ROOT = Path(__file__).parents[2]
END = parse_instant("2026-11-20T12:00:00Z")
STATION = "urn:ngsi-ld:AirQualityObserved:balaikota"


def samples(service: str) -> dict[str, Sample]:
    found: dict[str, Sample] = {}
    for name, (file, media, options) in CASES.items():
        of, _, kind = name.partition(".")
        if of == service:
            body = (BMKG / file).read_bytes()
            found[kind] = Sample(body=body, media=media, options=options, received="2026-02-16T06:00:00Z")
    return found


def said(number: int, hours: int, **values: float) -> dict[str, Any]:
    """What a station says at one of its hours."""
    at = format_instant(END - (hours - 1 - number) * HOUR)
    measured = {"method": {"type": "Property", "value": "measured"}, "observedAt": at}
    return {
        "id": STATION,
        "type": "AirQualityObserved",
        "name": {"type": "Property", "value": "Balai Kota", **measured},
        **{name: {"type": "Property", "value": value, "unitCode": "GQ", **measured} for name, value in values.items()},
    }


def days(count: int, last: float | None = None) -> tuple[dict[str, Any], ...]:
    """Hours of fine and coarse particles that go up and down with the day; `last` instead of the newest value."""
    hours = 24 * count
    story = [said(n, hours, pm25=20.0 + n % 24 + n % 5, pm10=35.0 + n % 24 + n % 7) for n in range(hours)]
    if last is not None:
        story[-1] = said(hours - 1, hours, pm25=last)
    return tuple(story)


NOW = "2026-11-20T12:10:00Z"


def village() -> dict[str, Any]:
    """A kelurahan of one square kilometre, as the boundaries draw it."""
    ring = [[119.40, -5.15], [119.41, -5.15], [119.41, -5.14], [119.40, -5.14], [119.40, -5.15]]
    told: dict[str, Any] = {"name": "Panakkukang", "level": "kelurahan"}
    place = {"type": "GeoProperty", "value": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    properties = {name: {"type": "Property", "value": value} for name, value in told.items()}
    return {"id": "urn:ngsi-ld:AdministrativeArea:id-x", "type": "AdministrativeArea", **properties, "location": place}


def flooding(minutes_ago: int) -> dict[str, Any]:
    at = format_instant(parse_instant(NOW) - minutes_ago * HOUR // 60)
    point = {"type": "Point", "coordinates": [119.405, -5.145]}
    place = {"type": "GeoProperty", "value": point, "observedAt": at}
    return {"id": f"urn:ngsi-ld:FloodReport:x-{minutes_ago}", "type": "FloodReport", "location": place}


ENDED: dict[str, Any] = {
    "id": "urn:ngsi-ld:FloodEstimate:id-x",
    "type": "FloodEstimate",
    "floodJudgement": {"type": "Property", "value": "possibly"},
    "validTo": {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-11-20T11:00:00Z"}},
}


def standing(type: str, place: tuple[float, float], **attributes: str) -> dict[str, Any]:
    """A thing of a type, with what it says at its place."""
    said = {name: {"type": "Property", "value": value} for name, value in attributes.items()}
    ground = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(place)}}
    grounds = {"location": ground} | ({"base": ground} if type == "Unit" else {})
    return {"id": f"urn:ngsi-ld:{type}:x", "type": type, **said, **grounds}


ROADS = (
    standing("RoadGraph", SQUARE, graphDigest=HELSINKI_DIGEST),
    standing("Unit", SQUARE, unitState="free"),
    standing("RoadClosure", (24.951059, 60.169185), validFrom="2026-11-20T12:00:00Z"),
    standing("Incident", HARBOUR, state="open"),
)


def flooded_road() -> tuple[dict[str, Any], ...]:
    """A road that runs through a neighbourhood under a metre of water, and the rule of the city."""
    said = {"observedAt": "2026-11-20T11:00:00Z", "method": {"type": "Property", "value": "reported"}}
    ring = [[119.40, -5.15], [119.41, -5.15], [119.41, -5.14], [119.40, -5.14], [119.40, -5.15]]
    line = [[119.39, -5.145], [119.405, -5.145], [119.42, -5.144]]
    water, road = standing("FloodArea", SQUARE), standing("RoadSegment", SQUARE, name="Jalan Pettarani")
    water["location"] = {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [ring]}}
    road["location"] = {"type": "GeoProperty", "value": {"type": "LineString", "coordinates": line}}
    rule = standing("FloodedRoadRule", SQUARE)
    rule["carDepthLimit"] = {"type": "Property", "value": 25, "unitCode": "CMT"}
    water["floodState"] = {"type": "Property", "value": 3, **said}
    return road, rule, water


def closed_road() -> tuple[dict[str, Any], ...]:
    """A road, and a closure that names it."""
    road, *_ = flooded_road()
    closure = standing("RoadClosure", SQUARE, reason="A tree fell", closureCause="tree")
    del closure["location"]
    closure["refRoadSegment"] = {"type": "Relationship", "object": road["id"]}
    return road, closure


OWNED_ROAD = (
    flooded_road()[0],
    standing("RoadOwnership", SQUARE, name="Jl. Pettarani", roadOwner="city"),
)
DEVICE = standing("SignalController", SQUARE, name="Ahmad Yani")
DEVICE_AT_FAULT = (
    DEVICE,
    standing("Incident", SQUARE, state="open") | {"subject": {"type": "Relationship", "object": DEVICE["id"]}},
)
NEAR_BUSES = (
    village() | {"population": {"type": "Property", "value": 12_000}},
    standing("GtfsStop", (119.405, -5.145), name="Panakkukang"),
    {
        "id": "urn:ngsi-ld:GtfsRoute:x",
        "type": "GtfsRoute",
        "location": {
            "type": "GeoProperty",
            "value": {"type": "LineString", "coordinates": [[119.4, -5.14], [119.41, -5.15]]},
        },
    },
)


def junction_plan() -> dict[str, Any]:
    """What is asked of the timing sheet: two roads that cross, one stage each."""
    cars = {"motorcycle": 700, "light": 200, "heavy": 10, "unmotorised": 2}
    road = {"width": 6, "entry_width": 6, "exit_width": 6, "demand": {"through": cars, "left": {"light": 40}}}
    layout = {
        "approaches": [road | {"name": "north"}, road | {"name": "east"}],
        "stages": [{"approaches": ["north"]}, {"approaches": ["east"], "all_red": 2}],
        "population": 1.5,
    }
    before = {"cycle": 66, "greens": [30, 27]}
    return {"junction": "j1", "name": "Trial", "counted": "made up", "layout": layout, "before": before}


SURVEY: dict[str, Any] = {
    "name": "Trial",
    "junction": "j1",
    "approaches": [
        {"name": "north", "turns": {"through": "the market", "right": "the harbour"}},
        {"name": "east", "turns": {"through": ""}},
    ],
    "minutes": 5,
    "since": "2026-01-31T05:00:00Z",
    "until": "2026-01-31T09:00:00Z",
}
STRETCH: dict[str, Any] = {
    "key": "phone-key-1",
    "approach": "north",
    "since": "2026-01-31T05:50:00Z",
    "until": "2026-01-31T05:55:00Z",
    "turns": ["through"],
    "classes": ["motorcycle", "light"],
    "taps": {"through": {"motorcycle": 40}},
}
STRETCHES = [
    STRETCH | {"key": f"phone-{approach}-{minute}", "approach": approach}
    | {"since": f"2026-01-31T05:{minute}:00Z", "until": f"2026-01-31T05:{minute + 5}:00Z"}
    for approach in ("north", "east")
    for minute in (40, 45)
]  # fmt: skip


def before_and_after() -> dict[str, Any]:
    """Five minutes each of the junction that was counted."""
    asked = {name: value for name, value in junction_plan().items() if name in ("junction", "name", "layout")}
    for name, minute in (("before", 40), ("after", 45)):
        times = {"since": f"2026-01-31T05:{minute}:00Z", "until": f"2026-01-31T05:{minute + 5}:00Z"}
        asked[name] = times | {"timing": {"cycle": 66, "greens": [30, 27]}}
    return asked


DRAWN = {
    "operator": {"name": "Dishub", "url": "https://example.org", "time_zone": "Asia/Makassar"},
    "begin": "2026-01-01",
    "end": "2026-12-31",
    "corridors": [
        {
            "code": "K1",
            "name": "Sentral - Daya",
            "source": "the kit",
            "speed": 18,
            "stops": [
                {"name": "Sentral", "lat": -5.13, "lon": 119.41},
                {"name": "Daya", "lat": -5.11, "lon": 119.43},
            ],
            "headways": [{"from": "05:00", "to": "21:00", "minutes": 10}],
        }
    ],
}
SERVICES = {
    "flood": ServiceCase(
        service=flood.SERVICE,
        package="pinisi.services.flood",
        root=ROOT,
        samples=samples("flood"),
        trials=(
            Trial(
                reaction="flooded",
                story=(village(), flooding(30), flooding(20)),
                spoilt=(village(), flooding(30)),
                now=NOW,
            ),
            Trial(reaction="flooded-over", story=(ENDED,), now=NOW),
        ),
    ),
    "mobility": ServiceCase(
        service=mobility.SERVICE,
        package="pinisi.services.mobility",
        root=ROOT,
        samples=samples("mobility"),
        trials=(
            Trial(reaction="road-times-of-units", story=ROADS, now=NOW),
            Trial(reaction="road-times-at-once", story=ROADS, now=NOW),
            Trial(reaction="flooded-roads", story=flooded_road(), now=NOW),
            Trial(reaction="road-closure", story=closed_road(), now=NOW),
            Trial(reaction="closed-roads", story=closed_road(), now=NOW),
            Trial(reaction="road-owners", story=OWNED_ROAD, now=NOW),
            Trial(reaction="transit-reach", story=NEAR_BUSES, now=NOW),
            Trial(reaction="road-usual", story=story(60, END), spoilt=story(9, END), now=NOW),
            Trial(reaction="road-state", story=(traffic("free", END), observed(END), observed(END, 12.5)), now=NOW),
            Trial(
                reaction="congested-roads",
                story=(traffic("free", END), traffic("congested", END, "veteran", vehicleType="motorcycle")),
                now=NOW,
            ),
            Trial(reaction="road-forecast", story=story(580, END), spoilt=story(9, END), now=NOW),
            Trial(reaction="road-forecast-error", story=story(640, END), spoilt=story(9, END), now=NOW),
            Trial(reaction="controller-work", story=DEVICE_AT_FAULT, now=NOW),
        ),
        asks=(
            Ask(endpoint="POST /junction-plans/sheet", query={"lang": "ja"}, body=junction_plan()),
            Ask(endpoint="GET /journeys", query={"from": "119.41,-5.13", "to": "119.43,-5.11"}),
            Ask(endpoint="GET /gtfs-realtime/{feed}/{kind}", params={"feed": "trial", "kind": "alerts"}),
            Ask(endpoint="GET /headways", query={"route": "urn:ngsi-ld:GtfsRoute:trial:A"}),
            Ask(endpoint="GET /buses"),
            Ask(endpoint="GET /transit-stops", query={"name": "daya"}),
            Ask(endpoint="GET /corridor-template"),
            Ask(endpoint="PUT /corridor-lists/{feed}", params={"feed": "drawn"}, body={"list": DRAWN}),
            Ask(endpoint="GET /corridor-lists/{feed}", params={"feed": "drawn"}),
            Ask(endpoint="POST /corridor-lists/{feed}/table", params={"feed": "drawn"}, body={"table": TEMPLATE}),
            Ask(endpoint="GET /timetables/{feed}/health", params={"feed": "drawn"}),
            Ask(endpoint="GET /timetables/{feed}/file", params={"feed": "drawn"}),
            Ask(endpoint="GET /transit-reach", query={"from": "119.41,-5.13", "minutes": "15,30"}),
            Ask(endpoint="GET /junctions/{junction}/signals", params={"junction": "ahmad-yani"}),
            Ask(endpoint="GET /signals"),
            Ask(endpoint="GET /datex/measured-data", query={"country": "ID"}),
            Ask(endpoint="GET /junction-plans/{junction}/sheet", params={"junction": "j1"}),
            Ask(endpoint="PUT /surveys/{key}", params={"key": "trial"}, body=SURVEY),
            Ask(endpoint="GET /junction-plans/{junction}/surveys", params={"junction": "j1"}),
            Ask(
                endpoint="GET /junction-plans/{junction}/compared",
                params={"junction": "j1"},
                query={"before": "a", "after": "b"},
            ),
            Ask(endpoint="GET /surveys"),
            Ask(endpoint="GET /counting/surveys"),
            *(
                Ask(endpoint="POST /counting/surveys/{key}/stretches", params={"key": "trial"}, body=each)
                for each in (STRETCH, *STRETCHES)
            ),
            Ask(endpoint="POST /junction-plans/compared", query={"lang": "ja"}, body=before_and_after()),
            Ask(endpoint="POST /counting/surveys/{key}/stretches", params={"key": "trial"}, body=STRETCH),
            Ask(endpoint="GET /what-ifs"),
            Ask(endpoint="GET /what-ifs/{key}", params={"key": "trial"}),
            Ask(endpoint="GET /what-ifs/{key}/sheet", params={"key": "trial"}, query={"lang": "ja"}),
            Ask(endpoint="GET /network", query={"vehicle": "motorcycle"}),
            Ask(endpoint="GET /routes", query={"from": "24.94,60.17", "to": "24.9528,60.1642"}),
            Ask(endpoint="GET /reach", query={"from": "24.94,60.17", "minutes": "5,10", "by": "pedestrian"}),
            Ask(endpoint="GET /travel-times", query={"from": "24.94,60.17", "to": "24.95,60.16;24.9528,60.1642"}),
        ),
    ),
    "environment": ServiceCase(
        service=environment.SERVICE,
        package="pinisi.services.environment",
        root=ROOT,
        samples=samples("environment"),
        trials=(
            Trial(reaction="air-verdict", story=days(3, last=-5.0), now=NOW),
            Trial(reaction="air-index", story=days(3), now=NOW),
            Trial(reaction="air-forecast", story=days(21), spoilt=days(21)[-48:], now=NOW),
            Trial(reaction="air-forecast-error", story=days(23), spoilt=days(23)[-6:], now=NOW),
        ),
    ),
}
CHECKS = [
    pytest.param(check, id=f"{name}: {check}")
    for name, case in SERVICES.items()
    for check in checks(case)
    if not str(check).startswith("source ")  # test_every_source.py tries them
]


def test_every_service_of_the_house_is_tried() -> None:
    assert SERVICES.keys() == {service.name for service in discover().services}


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The roads of Helsinki, served in this process; a timetable beside them."""
    SHELF.keep(tmp_path_factory.mktemp("timetables") / "trial", (BMKG / "../mobility/gtfs/bogor.zip").read_bytes())
    with served(HELSINKI, tmp_path_factory.mktemp("graphs")) as router, offered(router):
        yield


@pytest.mark.parametrize("check", CHECKS)
def test_a_service_passes(check: Check, request: pytest.FixtureRequest) -> None:
    if request.node.callspec.id.startswith("mobility:"):
        request.getfixturevalue("roads")
    check()
