"""Sentences of the standard that no other suite known to us asserts; found by walking V1.9.1 clause by clause."""

from typing import Any

import pytest
from broker_at_hand import LINK, Broker, point, prop, refused
from receiver_at_hand import Receiver

SPAN = {"timerel": "after", "timeAt": "2019-01-01T00:00:00Z", "format": "aggregatedValues"}
METHODS = "totalCount,distinctCount,sum,avg,min,max,stddev,sumsq"


def series(*values: Any) -> list[dict[str, Any]]:
    return [prop(value, observedAt=f"2020-01-{day:02d}T00:00:00Z") for day, value in enumerate(values, 1)]


@pytest.fixture(scope="module")
def measured(wire: Any) -> Broker:
    broker = Broker(wire, "by-the-text-measured")
    history = {
        "id": "urn:h:1",
        "type": "Bus",
        "name": series("b", "a", "c"),
        "seats": series([1], [1, 2, 3], []),
        "lists": [{"type": "ListProperty", "valueList": [1, 2], "observedAt": "2020-01-01T00:00:00Z"}],
        "open": series(True, False, True),
        "leaves": series({"@type": "Time", "@value": "10:00:00Z"}, {"@type": "Time", "@value": "11:00:01Z"}),
        "seen": series({"@type": "DateTime", "@value": "2020-05-01T00:00:00Z"},
                       {"@type": "DateTime", "@value": "2020-03-01T00:00:00Z"}),
        "made": series({"by": "x"}, {"by": "y"}),
    }  # fmt: skip
    assert broker.call("POST", "/temporal/entities", history).status_code == 201
    return broker


@pytest.mark.parametrize(
    ("attribute", "figures"),
    [
        ("name", {"totalCount": 3, "distinctCount": 3, "min": "a", "max": "c"}),
        ("seats", {"totalCount": 3, "distinctCount": 3, "sum": 4, "avg": 4 / 3, "min": 0, "max": 3}),
        ("lists", {"totalCount": 1, "distinctCount": 1, "sum": 2, "avg": 2, "min": 2, "max": 2}),
        ("open", {"totalCount": 3, "distinctCount": 2, "sum": 2, "avg": 2 / 3, "min": 0, "max": 1, "sumsq": 2}),
        ("leaves", {"totalCount": 2, "distinctCount": 2, "avg": "10:30:00.5Z", "min": "10:00:00Z",
                    "max": "11:00:01Z"}),
        ("seen", {"totalCount": 2, "distinctCount": 2, "min": "2020-03-01T00:00:00Z", "max": "2020-05-01T00:00:00Z"}),
        ("made", {"totalCount": 2, "distinctCount": 2}),
    ],
)  # fmt: skip
def test_each_method_counts_the_kinds_of_values_that_the_tables_name(
    measured: Broker, attribute: str, figures: dict[str, Any]
) -> None:
    """Tables 4.5.19.1-1 and -2."""
    found = measured.entity_history("urn:h:1", attrs=attribute, aggrMethods=METHODS, **SPAN)[attribute]
    told = {method: rows[0][0] for method, rows in found.items() if method != "type" and rows}
    told.pop("stddev", None)
    assert told == pytest.approx(figures)


def test_an_attribute_that_no_method_counts_is_refused_where_it_is_asked_for_by_name(measured: Broker) -> None:
    """5.7.4.4; histories of everything leave it empty."""
    for path in ("/temporal/entities", "/temporal/entities/urn:h:1"):
        answer = measured.get(path, type="Bus", attrs="made", aggrMethods="avg,max", **SPAN)
        refused(answer, 400, "InvalidRequest", "made")
        answer = measured.get(path, type="Bus", aggrMethods="avg,max", **SPAN)
        assert answer.status_code == 200


@pytest.fixture(scope="module")
def parked(wire: Any) -> Broker:
    broker = Broker(wire, "by-the-text-parked")
    triangle = {"type": "Polygon", "coordinates": [[[8, 43], [9, 43], [9, 44], [8, 43]]]}
    broker.create("urn:p:1", speed=prop(1, observedAt="2020-01-03T00:00:00Z"), location=point(8, 41), scope="/b")
    broker.create("urn:p:2", speed=prop(3, observedAt="2020-01-01T00:00:00Z"), scope="/a",
                  location={"type": "GeoProperty", "value": triangle})  # fmt: skip
    broker.create("urn:p:3", speed=prop(2), location=point(9, 45.01))
    broker.create("urn:p:4", name={"type": "JsonProperty", "json": {"value": "late"}})
    return broker


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"orderBy": "speed.observedAt"}, "2134"),
        ({"orderBy": "scope,id"}, "2134"),
        ({"orderBy": "location;dist-asc", "orderFrom": "[8,40]"}, "1234"),
        ({"orderBy": "location;dist-desc", "orderFrom": "[8,40]"}, "3214"),
        ({"orderBy": "location;dist-asc", "orderGeometry": "LineString",
          "orderFrom": "[[8,40],[9,42],[9,45],[8,40]]"}, "2314"),
        ({"q": 'name[value]=="late"', "jsonKeys": "name"}, "4"),
        ({"geoproperty": "location"}, "1234"),
    ],
)  # fmt: skip
def test_queries_with_every_parameter_of_their_table(parked: Broker, query: dict[str, str], found: str) -> None:
    """Table 6.4.3.2-1: orders by members of attributes and from a line, `jsonKeys`, a `geoproperty` alone."""
    assert "".join(id[-1] for id in parked.ids(type="Bus", local="true", **query)) == found


def test_the_parameters_of_queries_of_history(parked: Broker) -> None:
    """Table 6.18.3.2-1."""
    answer = parked.get("/temporal/entities", type="Bus", attrs="speed", jsonKeys="name", orderBy="id;desc",
                        collation="und", timerel="before", timeAt="2100-01-01T00:00:00Z")  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert [entity["id"][-1] for entity in answer.json()] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"orderBy": "location;dist-asc", "orderFrom": "[8,40]", "orderGeometry": "Circle"}, "orderGeometry"),
        ({"orderBy": "location;dist-asc", "orderFrom": "[[8,40]]", "orderGeometry": "LineString"}, "orderFrom"),
        ({"datasetId": "no-uri"}, "datasetId"),
        ({"local": "perhaps"}, "local"),
    ],
)
def test_parameters_that_are_none(parked: Broker, query: dict[str, str], named: str) -> None:
    refused(parked.get("/entities", type="Bus", **query), 400, "BadRequestData", named)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/entityOperations/upsert", [{"id": "urn:b:1", "type": "Bus"}]),
        ("POST", "/entityOperations/update", [{"id": "urn:b:1", "type": "Bus"}]),
        ("POST", "/entities/urn:b:1/attrs", {"speed": prop(1)}),
        ("GET", "/subscriptions", None),
    ],
)
def test_an_unknown_word_of_options_is_refused_by_every_operation(
    broker: Broker, method: str, path: str, body: Any
) -> None:
    """6.3.20."""
    broker.create("urn:b:1")
    refused(broker.call(method, path, body, options="nonsense"), 400, "InvalidRequest", "options")


def test_a_merge_patch_carries_no_context_of_its_own(broker: Broker) -> None:
    """6.3.4, 6.3.5: it counts as application/json."""
    broker.create("urn:b:1", speed=prop(1))
    core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
    answer = broker.call("PATCH", "/entities/urn:b:1", {"speed": prop(2), "@context": core},
                         media="application/merge-patch+json", link=False)  # fmt: skip
    refused(answer, 400, "BadRequestData", "@context")


@pytest.mark.parametrize("said", [str, lambda words: words.split(",")])
def test_words_are_expanded_unless_json_keys_take_them_out(broker: Broker, said: Any) -> None:
    """4.9; tables 5.2.23-1 (a text of names) and 6.4.3.2-1. The @context of V1.8 had lists."""
    broker.create("urn:b:1", colour={"type": "VocabProperty", "vocab": "red"})

    def found(**members: str) -> tuple[int, int]:
        query = {"type": "Query", "entities": [{"type": "Bus"}], "q": "colour==red"}
        posted = broker.call("POST", "/entityOperations/query", query | {k: said(v) for k, v in members.items()})
        assert posted.status_code == 200, posted.text
        return len(posted.json()), len(broker.ids(type="Bus", q="colour==red", **members))

    assert found() == (0, 0)
    assert found(expandValues="speed,colour") == (1, 1)
    assert found(expandValues="colour", jsonKeys="speed") == (1, 1)
    assert found(expandValues="colour", jsonKeys="colour,speed") == (0, 0)


def subscription(**members: Any) -> dict[str, Any]:
    told = {"entities": [{"type": "Bus"}], "notification": {"endpoint": {"uri": "http://127.0.0.1:9/told"}}}
    return {"type": "Subscription", **told, **members}


def test_a_selector_of_a_subscription_names_several_ids(broker: Broker) -> None:
    """Table 5.2.33-1: `id` is a text or a list of them."""
    listed = [{"type": "Bus", "id": ["urn:b:1", "urn:b:2"]}]
    for path in ("/subscriptions", "/csourceSubscriptions"):
        answer = broker.call("POST", path, subscription(entities=listed))
        assert answer.status_code == 201, answer.text
        kept = broker.get(answer.headers["location"].removeprefix("/ngsi-ld/v1")).json()
        assert kept["entities"] == listed
    refused(broker.call("POST", "/subscriptions", subscription(entities=[{"type": "Bus", "id": []}])), 400,
            "BadRequestData", "entities[0].id")  # fmt: skip


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"ngsildConformance": "1.6.1"}, "ngsildConformance"),
        ({"entities": [{"type": "*"}], "localOnly": False}, "localOnly"),
        ({"notification": {"attributes": ["id"], "endpoint": {"uri": "http://127.0.0.1:9/told"}}},
         "notification.attributes"),
    ],
)  # fmt: skip
def test_members_of_a_subscription_that_their_tables_do_not_allow(
    broker: Broker, members: dict[str, Any], named: str
) -> None:
    """Tables 5.2.12-1, 5.2.14.1-1, 5.2.33-1."""
    refused(broker.call("POST", "/subscriptions", subscription(**members)), 400, "BadRequestData", named)


@pytest.mark.parametrize(
    ("query", "body", "named"),
    [
        ({}, {"q": "modifiedAt>2020-01-01T00:00:00Z"}, "entities"),
        ({}, {"entities": [{"type": "*"}], "local": False}, "local"),
        ({"local": "false"}, {"entities": [{"type": "*"}]}, "local"),
    ],
)
def test_a_posted_query_is_as_narrow_as_one_that_is_got(
    broker: Broker, query: dict[str, str], body: dict[str, Any], named: str
) -> None:
    """5.7.2.4; table 5.2.33-1."""
    broker.create("urn:b:1", speed=prop(1))
    refused(broker.call("POST", "/entityOperations/query", {"type": "Query", **body}, **query), 400, "BadRequestData",
            named)  # fmt: skip


def test_a_posted_query_of_what_is_held_here_needs_no_more(broker: Broker) -> None:
    """5.7.2.4 e."""
    broker.create("urn:b:1")
    answer = broker.call("POST", "/entityOperations/query", {"type": "Query"}, local="true")
    assert [entity["id"] for entity in answer.json()] == ["urn:b:1"]
    refused(broker.call("POST", "/entityOperations/query", {"type": "Query"}), 400, "BadRequestData", "entities")


def test_links_in_several_lines_are_one_list(broker: Broker) -> None:
    """6.3.5, RFC 9110 5.3: two different contexts are refused, the same one twice is one."""
    broker.create("urn:b:1")
    line = {"NGSILD-Tenant": broker.tenant}
    other = LINK.replace("contexts.example", "other.example")
    for lines, status in (([LINK, LINK], 200), ([LINK, other], 400), ([f"{LINK}, {other}"], 400)):
        headers = [*line.items(), *(("Link", one) for one in lines)]
        answer = broker.wire.get("/ngsi-ld/v1/entities", params={"type": "Bus"}, headers=headers)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("member", "told"), [("csf", "=="), ("csf", 5), ("containedBy", []), ("entities", []), ("attrs", []), ("q", "a==")]
)
def test_a_member_of_a_query_that_breaks_its_table_is_refused_by_name(broker: Broker, member: str, told: Any) -> None:
    """Table 5.2.23-1."""
    broker.create("urn:b:1")
    query = {"type": "Query", "entities": [{"type": "Bus"}], "join": "flat", member: told}
    refused(broker.call("POST", "/entityOperations/query", query), 400, "BadRequestData", member)


@pytest.mark.parametrize("version", ["1.6", "1.8", "1.9"])
def test_a_subscriber_who_names_a_version_of_the_core_is_told_under_that_name(
    broker: Broker, receiver: Receiver, version: str
) -> None:
    """5.8.6: the @context is the one that `jsonldContext` specifies."""
    core = f"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v{version}.jsonld"
    for accept in ("application/ld+json", "application/json"):
        body = subscription(jsonldContext=core, notification={"endpoint": {"uri": receiver.url, "accept": accept}})
        assert broker.call("POST", "/subscriptions", body).status_code == 201
    broker.create("urn:b:1", speed=prop(1))
    told = [receiver.next() for _ in range(2)]
    assert [one.get("@context") for _, document in told for one in document["data"]].count(core) == 1
    assert [core in headers.get("link", "") for headers, _ in told].count(True) == 1


def test_an_order_by_distance_is_that_of_a_sphere(broker: Broker) -> None:
    """4.23.1: by the Haversine formula a degree is as far to the north as to the east; the next key decides."""
    broker.create("urn:b:1", speed=prop(2), location=point(0, 1))
    broker.create("urn:b:2", speed=prop(1), location=point(1, 0))
    broker.create("urn:b:3", speed=prop(0), location=point(1, 1))
    for way, ids in (("asc", "213"), ("desc", "321")):
        found = broker.ids(type="Bus", local="true", orderBy=f"location;dist-{way},speed", orderFrom="[0,0]")
        assert "".join(id[-1] for id in found) == ids
