"""Mobility at ten times the size of Makassar (19 junctions, 1,244 segments): nothing is left out, nobody waits too long
for his turn. How fast: `bench/mobility_tenfold.py`.
"""

from collections.abc import Sequence

from atcs_hall import LAYOUT, QUIET
from pinisi_table import pinisi_table
from traffic_at_hand import traffic

from pinisi.runtime.known import Inputs, Known, known_from
from pinisi.services.mobility.atcs.layout import read_layout
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.congestion_reactions import CITY, react_city
from pinisi.services.mobility.models.ordered import Ordered
from pinisi.services.mobility.road_network.endpoint import MOST_ROADS
from pinisi.vocabulary.instant import parse_instant

JUNCTIONS, SEGMENTS = 190, 12_440
NOW = parse_instant("2026-11-20T12:00:00Z")


def roads() -> Sequence[Known]:
    """Every third is congested; each is a segment of its own."""
    table = pinisi_table()
    states = ("congested", "slow", "free")
    made: list[Known] = []
    for number in range(SEGMENTS):
        document = dict(traffic(states[number % 3], NOW)) | {"id": f"urn:ngsi-ld:RoadTraffic:s{number}"}
        document["refRoadSegment"] = {"type": "Relationship", "object": f"urn:ngsi-ld:RoadSegment:s{number}"}
        made.append(known_from(document, table))
    return made


def test_every_road_is_counted() -> None:
    (city,) = react_city(Inputs(NOW, others={"RoadTraffic": list(roads())}))
    counts = [city[name]["value"] for name in ("congestedRoads", "judgedRoads", "knownRoads")]
    assert counts == [4_147, SEGMENTS, SEGMENTS]
    assert min(each.most for each in CITY.inputs if each.type == "RoadTraffic") >= SEGMENTS
    assert SEGMENTS <= MOST_ROADS


def test_every_junction_is_decided_for_itself_and_none_hears_of_another() -> None:
    plot = read_layout(LAYOUT)
    posts = [Post(plot, 0.0, Ordered(mode="acyclic", plan=plot.layout.plan, since=0.0)) for _ in range(JUNCTIONS)]
    linked, cut = posts[::2], posts[1::2]
    counts = [",".join("0" for _ in QUIET) for _ in range(3)]
    for post in linked:
        post.link(True, 0.0)
    for second in range(1, 11):
        for post in linked:
            post.heard = float(second)
            post.detection.take(float(second), *counts)
            post.lamps.take("1e1e", second)
        for post in posts:
            post.decide(float(second))
            post.shadow(float(second))
    assert {post.reason for post in cut} == {"link"}
    assert "link" not in {post.reason for post in linked}
    assert {post.lamps.known for post in cut} == {False}
