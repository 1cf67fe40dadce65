"""NGSI v2 beside NGSI-LD: the same entities in both languages, v2's own rules, errors in its own form."""

from typing import Any

import httpx
import pytest
from broker_at_hand import Broker

OURS = '<urn:pinisi:context>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


class Device:
    """One who speaks NGSI v2, in the tenant of a broker."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def call(
        self, method: str, path: str, body: Any = None, *, media: str = "application/json",
        headers: dict[str, str] | None = None, **query: Any,
    ) -> httpx.Response:  # fmt: skip
        sent = {"Fiware-Service": self.broker.tenant} | (headers or {})
        content = None
        if body is not None:
            content = body.encode() if isinstance(body, str) else httpx.Request("POST", "http://x", json=body).content
            sent["Content-Type"] = media
        return self.broker.wire.request(method, "/v2" + path, content=content, headers=sent, params=query or None)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ok(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        answer = self.call(method, path, body, **query)
        assert answer.status_code in (201, 204), answer.text
        return answer

    def ids(self, **query: Any) -> list[str]:
        return [entity["id"] for entity in self.get("/entities", **query)]


@pytest.fixture
def device(broker: Broker) -> Device:
    return Device(broker)


def refused(answer: httpx.Response, status: int, error: str, named: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["error"] == error, told
    assert named in told["description"], told


ROOM: dict[str, Any] = {
    "id": "Room1",
    "type": "Room",
    "temperature": {
        "value": 23.5,
        "type": "Number",
        "metadata": {
            "unitCode": {"value": "CEL", "type": "Text"},
            "TimeInstant": {"value": "2026-11-26T08:00:00.000Z", "type": "DateTime"},
            "accuracy": {"value": 0.1, "type": "Number"},
        },
    },
    "name": {"value": "Loge", "type": "Text", "metadata": {}},
    "level": {"value": 3, "type": "Integer", "metadata": {}},
    "lit": {"value": True, "type": "Boolean", "metadata": {}},
    "cleaned": {"value": "2026-11-26T06:30:00.000Z", "type": "DateTime", "metadata": {}},
    "chairs": {"value": [{"no": 1}, {"no": 2}], "type": "StructuredValue", "metadata": {}},
    "owner": {"value": "Hotel", "type": "Relationship", "metadata": {}},
    "note": {"value": None, "type": "None", "metadata": {}},
    "location": {"value": "-5.14, 119.43", "type": "geo:point", "metadata": {}},
    "odd-name.x": {"value": "y", "type": "odd type!"[:3], "metadata": {}},
}


def test_what_a_device_writes_it_reads_again(device: Device) -> None:
    answer = device.ok("POST", "/entities", ROOM)
    assert (answer.status_code, answer.headers["location"]) == (201, "/v2/entities/Room1?type=Room")
    assert device.get("/entities/Room1") == ROOM
    assert device.get("/entities") == [ROOM]
    assert device.get("/entities/Room1/attrs") == {n: v for n, v in ROOM.items() if n not in ("id", "type")}


def test_the_same_entity_in_ngsi_ld(device: Device) -> None:
    device.ok("POST", "/entities", ROOM)
    entity = device.broker.call("GET", "/entities/urn:v2:Room1", headers={"Link": OURS}).json()
    assert entity["type"] == "Room"
    assert entity["temperature"] == {
        "type": "Property",
        "value": 23.5,
        "unitCode": "CEL",
        "observedAt": "2026-11-26T08:00:00.000Z",
        "accuracy": {"type": "Property", "value": 0.1},
    }
    assert entity["location"]["value"] == {"type": "Point", "coordinates": [119.43, -5.14]}
    assert entity["owner"] == {"type": "Relationship", "object": "urn:v2:Hotel"}
    assert entity["level"] == {"type": "Property", "value": 3, "valueType": "Integer"}
    assert entity["cleaned"]["value"] == {"@type": "DateTime", "@value": "2026-11-26T06:30:00.000Z"}


def test_an_entity_of_ngsi_ld_in_v2(device: Device) -> None:
    device.broker.call(
        "POST",
        "/entities",
        {
            "id": "urn:ngsi-ld:River:1",
            "type": "River",
            "depth9": {"type": "Property", "value": 2.5, "unitCode": "MTR", "observedAt": "2026-11-26T08:00:00Z"},
            "names": {"type": "LanguageProperty", "languageMap": {"id": "Sungai", "ja": "川"}},
            "flowsInto": {"type": "Relationship", "object": "urn:ngsi-ld:Sea:1"},
            "forecast": {"type": "Property", "value": 3, "datasetId": "urn:model:1"},
        },
        link=False,
    )
    assert device.get("/entities/urn:ngsi-ld:River:1") == {
        "id": "urn:ngsi-ld:River:1",
        "type": "River",
        "depth9": {
            "type": "Number",
            "value": 2.5,
            "metadata": {
                "TimeInstant": {"type": "DateTime", "value": "2026-11-26T08:00:00.000Z"},
                "unitCode": {"type": "Text", "value": "MTR"},
            },
        },
        "names": {"type": "LanguageProperty", "value": {"id": "Sungai", "ja": "川"}, "metadata": {}},
        "flowsInto": {"type": "Relationship", "value": "urn:ngsi-ld:Sea:1", "metadata": {}},
    }


def test_forms(device: Device) -> None:
    device.ok("POST", "/entities", {"id": "a", "type": "T", "x": 1, "y": "b", "z": 1}, options="keyValues")
    assert device.get("/entities/a", options="keyValues") == {"id": "a", "type": "T", "x": 1, "y": "b", "z": 1}
    assert device.get("/entities/a", options="values", attrs="z,y") == [1, "b"]
    assert device.get("/entities", options="unique", attrs="x,z,y") == [[1, "b"]]
    told = device.get("/entities/a", attrs="dateCreated,x", metadata="dateModified")
    assert list(told) == ["id", "type", "dateCreated", "x"]
    assert told["dateCreated"]["type"] == "DateTime"
    assert list(told["x"]["metadata"]) == ["dateModified"]


def test_defaults(device: Device) -> None:
    device.ok("POST", "/entities", {"id": "a", "x": {}, "y": {"value": [1]}, "z": {"value": "2026", "type": "Year"}})
    told = device.get("/entities/a")
    assert told["type"] == "Thing"
    assert told["x"] == {"type": "None", "value": None, "metadata": {}}
    assert told["y"]["type"] == "StructuredValue"
    assert told["z"]["type"] == "Year"


def test_attributes_written_in_each_way(device: Device) -> None:
    device.ok("POST", "/entities", {"id": "a", "type": "T", "x": 1, "y": 2}, options="keyValues")
    device.ok("POST", "/entities/a/attrs", {"x": {"value": 5}, "new": {"value": 6}})
    refused(device.call("POST", "/entities/a/attrs", {"x": {"value": 7}}, options="append"), 422, "Unprocessable", "x")
    refused(device.call("PATCH", "/entities/a/attrs", {"none": {"value": 7}}), 422, "Unprocessable", "none")
    device.ok("PATCH", "/entities/a/attrs", {"y": 8}, options="keyValues")
    assert device.get("/entities/a", options="keyValues") == {"id": "a", "type": "T", "x": 5, "y": 8, "new": 6}
    device.ok("PUT", "/entities/a/attrs", {"only": {"value": 1}})
    assert device.get("/entities/a", options="keyValues") == {"id": "a", "type": "T", "only": 1}
    device.ok("DELETE", "/entities/a/attrs/only")
    refused(device.call("GET", "/entities/a/attrs/only"), 404, "NotFound", "only")
    device.ok("DELETE", "/entities/a")
    refused(device.call("GET", "/entities/a"), 404, "NotFound", "a")


def test_a_value_alone(device: Device) -> None:
    device.ok(
        "POST",
        "/entities",
        {"id": "a", "type": "T", "x": {"value": 1, "type": "Steps", "metadata": {"by": {"value": "me"}}}},
    )
    answer = device.call("GET", "/entities/a/attrs/x/value")
    assert (answer.text, answer.headers["content-type"]) == ("1", "text/plain")
    for text, value in (("7.5", 7.5), ('"ab"', "ab"), ("true", True), ("null", None)):
        answer = device.call("PUT", "/entities/a/attrs/x/value", text, media="text/plain")
        assert answer.status_code == 204, answer.text
        told = device.get("/entities/a/attrs/x")
        assert (told["value"], told["type"], told["metadata"]["by"]["value"]) == (value, "Steps", "me")
    assert device.call("PUT", "/entities/a/attrs/x/value", {"k": [1]}).status_code == 204
    answer = device.call("GET", "/entities/a/attrs/x/value", headers={"Accept": "text/plain"})
    assert (answer.json(), answer.headers["content-type"]) == ({"k": [1]}, "text/plain")
    refused(
        device.call("PUT", "/entities/a/attrs/x/value", "no text", media="text/plain"), 400, "BadRequest", "quotation"
    )
    refused(device.call("PUT", "/entities/a/attrs/x/value", "<a/>", media="text/xml"), 415, "UnsupportedMediaType")


@pytest.fixture
def rooms(device: Device) -> Device:
    entities = [
        {"id": "r1", "type": "Room", "t": 20, "colour": "red", "size": {"w": 3}, "location": "-5.10,119.40"},
        {"id": "r2", "type": "Room", "t": 25, "colour": "light,green"},
        {"id": "c1", "type": "Car", "t": "20", "tags": ["a", "b"]},
    ]  # fmt: skip
    for entity in entities:
        location = entity.pop("location", None)
        device.ok("POST", "/entities", entity, options="keyValues")
        if location:
            device.ok("POST", f"/entities/{entity['id']}/attrs", {"location": {"type": "geo:point", "value": location}})
    device.ok("PUT", "/entities/r2/attrs/t", {"value": 25, "metadata": {"accuracy": {"value": 0.5}}})
    device.ok("POST", "/entities/c1/attrs", {"built": {"type": "DateTime", "value": "2020-05-01"}})
    return device


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"type": "Room"}, ["r1", "r2"]),
        ({"type": "Room,Car"}, ["r1", "r2", "c1"]),
        ({"typePattern": "^R"}, ["r1", "r2"]),
        ({"typePattern": "^X"}, []),
        ({"idPattern": "^r"}, ["r1", "r2"]),
        ({"idPattern": "1$"}, ["r1", "c1"]),
        ({"id": "c1,r2"}, ["r2", "c1"]),
        ({"q": "t==20"}, ["r1"]),
        ({"q": "t:20"}, ["r1"]),
        ({"q": "t=='20'"}, ["c1"]),
        ({"q": "t>20"}, ["r2"]),
        ({"q": "t==10..22"}, ["r1"]),
        ({"q": "t!=20"}, ["r2", "c1"]),
        ({"q": "colour!=red"}, ["r2"]),
        ({"q": "colour=='light,green','x'"}, ["r2"]),
        ({"q": "colour~=re"}, ["r1", "r2"]),
        ({"q": "tags==b"}, ["c1"]),
        ({"q": "size.w==3"}, ["r1"]),
        ({"q": "!colour"}, ["c1"]),
        ({"q": "colour;t<21"}, ["r1"]),
        ({"q": "built>2019-12-31"}, ["c1"]),
        ({"q": "built<2019-12-31T23:00:00+08:00"}, []),
        ({"q": "dateCreated>2020-01-01"}, ["r1", "r2", "c1"]),
        ({"mq": "t.accuracy<1"}, ["r2"]),
        ({"georel": "near;maxDistance:1000", "geometry": "point", "coords": "-5.10,119.40"}, ["r1"]),
        ({"georel": "near;minDistance:1000", "geometry": "point", "coords": "-5.10,119.40"}, []),
        ({"georel": "coveredBy", "geometry": "box", "coords": "-5.2,119.3;-5.0,119.5"}, ["r1"]),
        ({"georel": "disjoint", "geometry": "box", "coords": "-5.2,119.3;-5.0,119.5"}, []),
        ({"orderBy": "!t,id", "type": "Room"}, ["r2", "r1"]),
        ({"orderBy": "!id"}, ["r2", "r1", "c1"]),
        ({"limit": 1, "offset": 1}, ["r2"]),
    ],
)  # fmt: skip
def test_queries(rooms: Device, told: dict[str, Any], found: list[str]) -> None:
    assert rooms.ids(**told) == found


def test_counts(rooms: Device) -> None:
    none = rooms.call("GET", "/entities", type="Room", options="count", limit=0)
    assert (none.json(), none.headers["fiware-total-count"]) == ([], "2")
    assert rooms.call("GET", "/types", options="count", limit=0).json() == []
    answer = rooms.call("GET", "/entities", type="Room", options="count", limit=1)
    assert answer.headers["fiware-total-count"] == "2"
    assert len(answer.json()) == 1


def test_a_query_in_the_body(rooms: Device) -> None:
    told = {
        "entities": [{"idPattern": ".*", "type": "Room"}, {"id": "c1"}],
        "attrs": ["t"],
        "expression": {"q": "t"},
        "metadata": ["accuracy"],
    }
    answer = rooms.call("POST", "/op/query", told, options="count", orderBy="id")
    assert [entity["id"] for entity in answer.json()] == ["c1", "r1", "r2"]
    assert answer.headers["fiware-total-count"] == "3"
    assert answer.json()[2] == {
        "id": "r2",
        "type": "Room",
        "t": {"type": "Number", "value": 25, "metadata": {"accuracy": {"type": "Number", "value": 0.5}}},
    }


def test_types(rooms: Device) -> None:
    assert rooms.get("/types", options="values") == ["Car", "Room"]
    assert rooms.get("/types/Room") == {
        "attrs": {
            "colour": {"types": ["Text"]},
            "location": {"types": ["geo:point"]},
            "size": {"types": ["StructuredValue"]},
            "t": {"types": ["Number"]},
        },
        "count": 2,
    }
    refused(rooms.call("GET", "/types/None"), 404, "NotFound", "None")


def test_many_at_once(device: Device) -> None:
    entities = [{"id": f"e{n}", "type": "T", "x": {"value": n}} for n in range(3)]
    device.ok("POST", "/op/update", {"actionType": "append", "entities": entities})
    device.ok("POST", "/op/update", {"actionType": "update", "entities": [{"id": "e1", "x": {"value": 10}}]})
    assert [entity["x"] for entity in device.get("/entities", options="keyValues")] == [0, 10, 2]
    answer = device.call(
        "POST",
        "/op/update",
        {"actionType": "update", "entities": [{"id": "e0", "x": {"value": 5}}, {"id": "none", "x": {}}]},
    )
    refused(answer, 422, "PartialUpdate", "none")
    nowhere = {"actionType": "update", "entities": [{"id": "none", "x": {}}]}
    refused(device.call("POST", "/op/update", nowhere), 404, "NotFound", "none")
    assert device.get("/entities/e0/attrs/x")["value"] == 5, "the others are written"
    refused(
        device.call("POST", "/op/update", {"actionType": "appendStrict", "entities": entities[:1]}),
        422,
        "Unprocessable",
        "x",
    )
    device.ok(
        "POST", "/op/update", {"actionType": "replace", "entities": [{"id": "e0", "type": "T", "y": {"value": 1}}]}
    )
    assert device.get("/entities/e0", options="keyValues") == {"id": "e0", "type": "T", "y": 1}
    device.ok(
        "POST", "/op/update", {"actionType": "delete", "entities": [{"id": "e0", "y": {}}, {"id": "e2", "type": "T"}]}
    )
    assert device.get("/entities/e0", options="keyValues") == {"id": "e0", "type": "T"}
    assert device.ids() == ["e0", "e1"]


def test_a_notification_of_another_broker(device: Device) -> None:
    data = [
        {"id": "a", "type": "T", "x": {"value": 1, "type": "Number", "metadata": {"actionType": {"value": "update"}}}}
    ]
    assert device.call("POST", "/op/notify", {"subscriptionId": "5aeb", "data": data}).status_code == 200
    assert device.get("/entities/a")["x"] == {"value": 1, "type": "Number", "metadata": {}}


def test_service_paths_are_scopes(device: Device) -> None:
    for path in ("/Makassar/Tallo", "/Makassar/Panakkukang", "/"):
        entity = {"id": path.rpartition("/")[2] or "root", "type": "T"}
        assert device.call("POST", "/entities", entity, headers={"Fiware-ServicePath": path}).status_code == 201
    assert device.broker.entity("urn:v2:Tallo")["scope"] == "/Makassar/Tallo"

    def ids(path: str) -> list[str]:
        return [each["id"] for each in device.call("GET", "/entities", headers={"Fiware-ServicePath": path}).json()]

    assert ids("/Makassar/Tallo") == ["Tallo"]
    assert ids("/Makassar/#") == ["Tallo", "Panakkukang"]
    assert ids("/Makassar/Tallo,/Makassar/Panakkukang") == ["Tallo", "Panakkukang"]
    assert ids("/#") == ["Tallo", "Panakkukang", "root"]
    answer = device.call("DELETE", "/entities/Tallo", headers={"Fiware-ServicePath": "/Makassar/Panakkukang"})
    refused(answer, 404, "NotFound")


def test_an_id_stands_for_one_entity(device: Device) -> None:
    device.ok("POST", "/entities", {"id": "a", "type": "T"})
    refused(device.call("POST", "/entities", {"id": "a", "type": "T"}), 422, "Unprocessable", "Already Exists")
    refused(
        device.call("POST", "/entities", {"id": "a", "type": "U"}, options="upsert"),
        422,
        "Unprocessable",
        "another type",
    )
    refused(device.call("GET", "/entities/a", type="U"), 404, "NotFound")
    answer = device.ok("POST", "/entities", {"id": "a", "type": "T", "x": {"value": 1}}, options="upsert")
    assert answer.status_code == 204


def test_instances_with_a_dataset_stay(device: Device) -> None:
    both = [{"type": "Property", "value": 1}, {"type": "Property", "value": 9, "datasetId": "urn:model:1"}]
    device.broker.call("POST", "/entities", {"id": "urn:a:1", "type": "T", "x": both}, link=False)
    device.ok("PUT", "/entities/urn:a:1/attrs", {"x": {"value": 2}, "y": {"value": 3}})
    assert {one["value"] for one in device.broker.entity("urn:a:1")["x"]} == {2, 9}


@pytest.mark.parametrize(
    ("method", "path", "body", "error", "named"),
    [
        ("POST", "/entities", {"type": "T"}, "BadRequest", "id"),
        ("POST", "/entities", {"id": "a b"}, "BadRequest", "id"),
        ("POST", "/entities", {"id": "a", "x": 1}, "BadRequest", "x"),
        ("POST", "/entities", {"id": "a", "x": {"valu": 1}}, "BadRequest", "valu"),
        ("POST", "/entities", {"id": "a", "x": {"value": 1, "metadata": []}}, "BadRequest", "x.metadata"),
        ("POST", "/entities", {"id": "a", "x": {"value": "x", "type": "DateTime"}}, "BadRequest", "x.value"),
        ("POST", "/entities", {"id": "a", "x": {"value": "91,1", "type": "geo:point"}}, "BadRequest", "x.value"),
        ("POST", "/entities", {"id": "a", "x": {"value": ["1,1"], "type": "geo:line"}}, "BadRequest", "x.value"),
        ("POST", "/entities", {"id": "a", "location": {"value": "here"}}, "BadRequest", "location"),
        ("POST", "/entities", {"id": "x" * 257}, "BadRequest", "256"),
        ("POST", "/entities", [], "BadRequest", "object"),
        ("POST", "/op/update", {"actionType": "erase", "entities": []}, "BadRequest", "actionType"),
        ("POST", "/op/update", {"actionType": "append", "entities": [{"id": "a"}, {}]}, "BadRequest", "entities[1]"),
        ("POST", "/op/query", {"entities": [{"type": "T"}]}, "BadRequest", "entities[0]"),
        ("POST", "/op/query", {"expression": {"p": "x"}}, "BadRequest", "expression.p"),
        ("GET", "/entities?q=t==1..a", None, "BadRequest", "q"),
        ("GET", "/entities?q=t>1..5", None, "BadRequest", "q"),
        ("GET", "/entities?q=t=='10'x", None, "BadRequest", "q"),
        ("GET", "/entities?q=t~=(", None, "BadRequest", "q"),
        ("GET", "/entities?mq=t", None, "BadRequest", "mq"),
        ("GET", "/entities?idPattern=(", None, "BadRequest", "idPattern"),
        ("GET", "/entities?georel=near&geometry=point&coords=1,1", None, "BadRequest", "georel"),
        ("GET", "/entities?georel=coveredBy&geometry=box&coords=1,1", None, "BadRequest", "coords"),
        ("GET", "/entities?id=a&idPattern=a", None, "BadRequest", "idPattern"),
        ("GET", "/entities?limit=-1", None, "BadRequest", "limit"),
        ("GET", "/entities?options=odd", None, "BadRequest", "options"),
        ("GET", "/entities?odd=1", None, "BadRequest", "odd"),
    ],
)  # fmt: skip
def test_bad_requests_name_what_is_wrong(
    device: Device, method: str, path: str, body: Any, error: str, named: str
) -> None:
    device.ok("POST", "/entities", {"id": "first"})
    refused(device.call(method, path, body), 400, error, named)
    assert device.ids() == ["first"]


def test_other_errors(device: Device) -> None:
    assert device.get("/entities") == [], "nobody has written to this service"
    refused(device.call("GET", "/entities/a"), 404, "NotFound", device.broker.tenant)
    device.ok("POST", "/entities", {"id": "a"})
    answer = device.call("POST", "/entities", "{")
    refused(answer, 400, "ParseError")
    answer = device.call("POST", "/entities", "x", media="text/plain")
    refused(answer, 415, "UnsupportedMediaType")
    many = ";".join(["t"] * 51)
    refused(device.call("GET", "/entities", q=many), 422, "NotSupportedQuery")


def test_addresses_lead_on(device: Device) -> None:
    answer = device.broker.wire.get("/v2")
    assert answer.json() == {
        f"{name}_url": f"/v2/{name}" for name in ("entities", "types", "subscriptions", "registrations")
    }


def test_geojson_as_the_location_is_a_place_without_a_type(device: Device) -> None:
    """As the keyValues examples of the Smart Data Models have it."""
    place = {"type": "Point", "coordinates": [119.43, -5.14]}
    device.ok("POST", "/entities", {"id": "Room9", "type": "Room", "location": place}, options="keyValues")

    assert device.get("/entities/Room9", options="keyValues")["location"] == place
    assert device.get("/entities/Room9/attrs/location")["type"] == "geo:json"
    near = {"georel": "near;maxDistance:100", "geometry": "point", "coords": "-5.14,119.43"}
    assert device.ids(**near) == ["Room9"]
    device.ok("PUT", "/entities/Room9/attrs/location/value", {"type": "Point", "coordinates": [0, 0]})
    assert device.ids(**near) == []
    wrong = device.call("POST", "/entities", {"id": "Room10", "location": {"value": {"type": "Point"}}})
    refused(wrong, 400, "BadRequest", "location")


@pytest.mark.parametrize(
    ("method", "path", "status", "error", "allow"),
    [
        ("GET", "/nothing/here", 404, "NotFound", None),
        ("POST", "/entities/a/b/c/d/e", 404, "NotFound", None),
        ("PUT", "/entities", 405, "MethodNotAllowed", "GET, POST"),
        ("DELETE", "/op/update", 405, "MethodNotAllowed", "POST"),
        ("POST", "/types/Room", 405, "MethodNotAllowed", "GET"),
    ],
)
def test_what_is_not_served_is_refused_in_the_form_of_v2(
    device: Device, method: str, path: str, status: int, error: str, allow: str | None
) -> None:
    answer = device.call(method, path)
    refused(answer, status, error)
    assert answer.json().keys() == {"error", "description"}
    assert answer.headers.get("allow") == allow


def test_what_the_door_refuses_is_told_in_the_form_of_v2(device: Device) -> None:
    refused(device.call("GET", "/entities", headers={"Fiware-Service": "no name!"}), 400, "BadRequest", "no name!")
    refused(device.call("POST", "/entities", "{}", headers={"Origin": "http://elsewhere"}), 403, "Forbidden")


@pytest.mark.parametrize(("pattern", "found"), [("^Ro", ["a", "b"]), (".*", ["a", "b", "c"]), ("^X", [])])
def test_a_query_by_a_pattern_of_types(device: Device, pattern: str, found: list[str]) -> None:
    for id, type in ("a", "Room"), ("b", "Road"), ("c", "Car"):
        device.ok("POST", "/entities", {"id": id, "type": type, "t": 1}, options="keyValues")
    assert device.ids(typePattern=pattern) == found
    told = device.call("POST", "/op/query", {"entities": [{"idPattern": ".*", "typePattern": pattern}]})
    assert [one["id"] for one in told.json()] == found
