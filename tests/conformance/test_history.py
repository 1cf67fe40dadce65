"""History read and written (NGSI-LD 5.7.3, 5.7.4, 5.6.11 to 5.6.16; 4.5.6 to 4.5.9, 4.5.19, 4.11, 6.3.10)."""

from typing import Any

import pytest
from broker_at_hand import V1, Broker, prop, refused

ALWAYS = "timerel=before&timeAt=2090-01-01T00:00:00Z"
TEMPORAL = "/temporal/entities"


def at(minute: int) -> str:
    return f"2026-01-01T12:{minute:02}:00Z"


def past(*pairs: tuple[Any, int], **more: Any) -> list[dict[str, Any]]:
    return [prop(value, observedAt=at(minute), **more) for value, minute in pairs]


def write(broker: Broker, id: str, type: str = "Bus", **members: Any) -> str:
    answer = broker.call("POST", TEMPORAL, {"id": id, "type": type, **members})
    assert answer.status_code == 201, answer.text
    return id


def values(answer: Any, name: str = "speed") -> list[Any]:
    assert answer.status_code in (200, 206), answer.text
    return [instance["value"] for instance in answer.json()[name]]


def test_every_change_is_history(broker: Broker) -> None:
    broker.create("urn:b:1", speed=prop(1, observedAt=at(1)))
    for minute in (2, 3):
        broker.call("PATCH", "/entities/urn:b:1/attrs/speed", {"value": minute, "observedAt": at(minute)})
    answer = broker.get(f"{TEMPORAL}/urn:b:1")
    assert (answer.json()["id"], answer.json()["type"], values(answer)) == ("urn:b:1", "Bus", [1, 2, 3])
    assert [one["observedAt"] for one in answer.json()["speed"]] == [at(1), at(2), at(3)]
    assert len({one["instanceId"] for one in answer.json()["speed"]}) == 3


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (f"timerel=before&timeAt={at(2)}", [1]),
        (f"timerel=after&timeAt={at(2)}", [2, 3]),
        (f"timerel=between&timeAt={at(1)}&endTimeAt={at(3)}", [1, 2]),
        ("lastN=2", [2, 3]),
        (f"lastN=1&timerel=before&timeAt={at(3)}", [2]),
        ("timerel=after&timeAt=2026-01-01T00:00:00Z&timeproperty=modifiedAt", [1, 2, 3]),
        ("timerel=before&timeAt=2026-01-01T00:00:00Z&timeproperty=createdAt", None),
    ],
)
def test_a_part_of_history_is_told(broker: Broker, told: str, found: list[int] | None) -> None:
    """4.11."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 2), (3, 3)))
    answer = broker.get(f"{TEMPORAL}/urn:b:1?{told}")
    assert answer.json().get("speed") is None if found is None else values(answer) == found


@pytest.mark.parametrize("told", ["options=temporalValues", "format=temporalValues", "format=simplified"])
def test_values_with_their_times(broker: Broker, told: str) -> None:
    """4.5.9."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 2)))
    speed = broker.get(f"{TEMPORAL}/urn:b:1?{told}").json()["speed"]
    assert speed == {"type": "Property", "values": [[1, at(1)], [2, at(2)]]}


def test_values_are_summed_up_by_periods(broker: Broker) -> None:
    """4.5.19."""
    write(broker, "urn:b:1", speed=past((1, 0), (3, 10), (5, 30)))
    told = f"options=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT20M&timerel=after&timeAt={at(0)}"
    speed = broker.get(f"{TEMPORAL}/urn:b:1?{told}").json()["speed"]
    assert speed["avg"] == [[2.0, at(0), at(20)], [5.0, at(20), at(40)]]
    assert [row[0] for row in speed["max"]] == [3, 5]
    refused(broker.get(f"{TEMPORAL}/urn:b:1?options=aggregatedValues"), 400, "BadRequestData", "aggrMethods")


def test_attributes_and_datasets_are_chosen(broker: Broker) -> None:
    write(broker, "urn:b:1", speed=past((1, 1)) + past((2, 2), datasetId="urn:s:2"), name=past(("x", 1)))
    assert values(broker.get(f"{TEMPORAL}/urn:b:1?attrs=speed&datasetId=urn:s:2")) == [2]
    assert set(broker.get(f"{TEMPORAL}/urn:b:1?pick=id,name").json()) == {"id", "name"}
    assert "name" not in broker.get(f"{TEMPORAL}/urn:b:1?omit=name").json()
    refused(broker.get(f"{TEMPORAL}/urn:b:1?attrs=colour"), 404, "ResourceNotFound")


def test_deletions_are_asked_for_by_their_time(broker: Broker) -> None:
    broker.create("urn:b:1", speed=prop(1))
    broker.call("DELETE", "/entities/urn:b:1/attrs/speed")
    (gone,) = broker.get(f"{TEMPORAL}/urn:b:1?timeproperty=deletedAt").json()["speed"]
    assert gone["value"] == "urn:ngsi-ld:null"
    assert "deletedAt" in gone


def test_scopes_have_a_history(broker: Broker) -> None:
    """4.5.6, 4.18."""
    broker.create("urn:b:1", scope="/a", speed=prop(1))
    broker.call("PATCH", "/entities/urn:b:1", {"scope": "/b"})
    scopes = broker.get(f"{TEMPORAL}/urn:b:1?options=sysAttrs").json()["scope"]
    assert [one["value"] for one in scopes] == [["/a"], ["/b"]]
    assert all(one["observedAt"] == one["modifiedAt"] for one in scopes)


def test_a_long_answer_is_cut_at_one_moment_for_all_attributes(broker: Broker) -> None:
    """6.3.10: the server of these tests tells six values at once."""
    write(broker, "urn:b:1", speed=past(*[(n, n) for n in range(5)]), name=past(*[(n, n + 3) for n in range(5)]))
    answer = broker.get(f"{TEMPORAL}/urn:b:1?timerel=after&timeAt={at(0)}")
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"date-time {at(0)}-{at(4)}/*"
    assert (values(answer), values(answer, "name")) == ([0, 1, 2, 3, 4], [0, 1])
    newest = broker.get(f"{TEMPORAL}/urn:b:1?lastN=9")
    assert newest.headers["content-range"] == f"date-time {at(7)}-{at(3)}/9"
    assert (values(newest), values(newest, "name")) == ([3, 4], [0, 1, 2, 3, 4])


def test_an_attribute_beyond_the_cut_is_told_as_empty(broker: Broker) -> None:
    write(broker, "urn:b:1", speed=past(*[(n, n) for n in range(8)]), name=past(("x", 40)))
    assert broker.get(f"{TEMPORAL}/urn:b:1?timerel=after&timeAt={at(0)}").json()["name"] == []


@pytest.fixture
def fleet(broker: Broker) -> Broker:
    write(broker, "urn:b:1", speed=past((10, 1), (20, 2)), scope=[prop(["/a"], observedAt=at(0))])
    write(broker, "urn:b:2", speed=past((30, 30)))
    write(broker, "urn:d:1", type="Depot", name=past(("x", 1)))
    return broker


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (f"type=Bus&{ALWAYS}", ["urn:b:1", "urn:b:2"]),
        (f"type=*&{ALWAYS}", ["urn:b:1", "urn:b:2", "urn:d:1"]),
        (f"type=Bus&timerel=before&timeAt={at(10)}", ["urn:b:1"]),
        (f"type=Bus&id=urn:b:2&{ALWAYS}", ["urn:b:2"]),
        (f"type=Bus&idPattern=2$&{ALWAYS}", ["urn:b:2"]),
        (f"attrs=name&{ALWAYS}", ["urn:d:1"]),
        (f"type=Bus&q=speed>25&{ALWAYS}", ["urn:b:2"]),
        (f"type=Bus&q=speed==10&{ALWAYS}", ["urn:b:1"]),
        (f"type=Bus&q=speed==10&timerel=after&timeAt={at(2)}", []),
        (f"type=Bus&scopeQ=/a&{ALWAYS}", ["urn:b:1"]),
        (f"type=Bus&orderBy=id;desc&{ALWAYS}", ["urn:b:2", "urn:b:1"]),
        (f"type=Bus&limit=1&offset=1&{ALWAYS}", ["urn:b:2"]),
    ],
)
def test_histories_are_found_by_what_was(fleet: Broker, told: str, found: list[str]) -> None:
    """5.7.4: conditions hold if any value of the time asked for fulfils them."""
    answer = fleet.get(f"{TEMPORAL}?{told}&count=true")
    assert [entity["id"] for entity in answer.json()] == found
    if "limit" not in told:
        assert answer.headers["ngsild-results-count"] == str(len(found))


def test_a_query_of_history_may_come_in_a_body(fleet: Broker) -> None:
    """6.24."""
    query = {"type": "Query", "entities": [{"type": "Bus"}], "temporalQ": {"timerel": "before", "timeAt": at(10)}}
    answer = fleet.call("POST", "/temporal/entityOperations/query", query)
    assert [entity["id"] for entity in answer.json()] == ["urn:b:1"]
    summed = query | {"aggrParams": {"aggrMethods": ["max"], "aggrPeriodDuration": "PT1H"}}
    (bus,) = fleet.call("POST", "/temporal/entityOperations/query?options=aggregatedValues", summed).json()
    assert bus["speed"]["max"][0][0] == 20


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ("type=Bus", "BadRequestData"),
        (f"{ALWAYS}", "BadRequestData"),
        ("type=Bus&timerel=before", "BadRequestData"),
        ("type=Bus&timerel=during&timeAt=2026-01-01T00:00:00Z", "BadRequestData"),
        (f"type=Bus&timerel=between&timeAt={at(2)}&endTimeAt={at(1)}", "BadRequestData"),
        ("type=Bus&timerel=before&timeAt=today", "BadRequestData"),
        (f"type=Bus&{ALWAYS}&lastN=0", "BadRequestData"),
        (f"type=Bus&{ALWAYS}&timeproperty=sentAt", "BadRequestData"),
        (f"type=Bus&{ALWAYS}&orderBy=speed", "BadRequestData"),
        (f"type=Bus&{ALWAYS}&pick=parkedAt{{name}}", "BadRequestData"),
        (f"type=Bus&{ALWAYS}&options=loud", "InvalidRequest"),
        (f"type=Bus&{ALWAYS}&options=aggregatedValues&aggrMethods=median", "BadRequestData"),
    ],
)
def test_a_question_of_history_that_is_wrong_is_refused(fleet: Broker, told: str, error: str) -> None:
    refused(fleet.get(f"{TEMPORAL}?{told}"), 400, error)


def test_a_past_is_written_and_its_newest_value_is_the_present(broker: Broker) -> None:
    """5.6.11."""
    body = {"id": "urn:b:1", "type": "Bus", "speed": past((1, 1), (3, 3), (2, 2))}
    answer = broker.call("POST", TEMPORAL, body)
    assert (answer.status_code, answer.headers["location"]) == (201, f"{V1}{TEMPORAL}/urn:b:1")
    assert broker.entity("urn:b:1")["speed"] == past((3, 3))[0]
    more = {"id": "urn:b:1", "type": ["Bus", "Electric"], "speed": past((0, 0))}
    assert broker.call("POST", TEMPORAL, more).status_code == 204
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == [0, 1, 2, 3]
    assert broker.entity("urn:b:1")["type"] == ["Bus", "Electric"]


def test_values_are_added_to_a_past(broker: Broker) -> None:
    """5.6.12."""
    write(broker, "urn:b:1", speed=past((1, 1)))
    assert broker.call("POST", f"{TEMPORAL}/urn:b:1/attrs", {"speed": past((2, 2), (5, 0))}).status_code == 204
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == [5, 1, 2]
    refused(broker.call("POST", f"{TEMPORAL}/urn:b:9/attrs", {"speed": past((2, 2))}), 404, "ResourceNotFound")
    refused(broker.call("POST", f"{TEMPORAL}/urn:b:1/attrs", {}), 400, "BadRequestData")


def test_an_attribute_is_erased_with_its_past(broker: Broker) -> None:
    """5.6.13."""
    write(broker, "urn:b:1", speed=past((1, 1)) + past((2, 2), datasetId="urn:s:2"), name=past(("x", 1)))
    path = f"{TEMPORAL}/urn:b:1/attrs/speed"
    assert broker.call("DELETE", path).status_code == 204
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == [2]
    assert broker.call("DELETE", f"{path}?deleteAll=true").status_code == 204
    assert set(broker.get(f"{TEMPORAL}/urn:b:1").json()) == {"id", "type", "name"}
    assert "speed" not in broker.entity("urn:b:1")
    refused(broker.call("DELETE", path), 404, "ResourceNotFound")


@pytest.mark.parametrize(("place", "left", "present"), [(0, [2, 3], 3), (2, [1, 2], 2)])
def test_one_value_is_erased(broker: Broker, place: int, left: list[int], present: int) -> None:
    """5.6.15: where it was the present one, the newest of the others becomes that."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 2), (3, 3)))
    instance = broker.get(f"{TEMPORAL}/urn:b:1").json()["speed"][place]["instanceId"]
    assert broker.call("DELETE", f"{TEMPORAL}/urn:b:1/attrs/speed/{instance}").status_code == 204
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == left
    assert broker.entity("urn:b:1")["speed"]["value"] == present
    refused(broker.call("DELETE", f"{TEMPORAL}/urn:b:1/attrs/speed/{instance}"), 404, "ResourceNotFound")
    refused(broker.call("DELETE", f"{TEMPORAL}/urn:b:1/attrs/speed/first"), 400, "BadRequestData")


@pytest.mark.parametrize(("place", "after", "present"), [(0, [9, 2], 2), (1, [1, 9], 9)])
def test_one_value_is_corrected(broker: Broker, place: int, after: list[int], present: int) -> None:
    """5.6.14."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 2)))
    instance = broker.get(f"{TEMPORAL}/urn:b:1").json()["speed"][place]["instanceId"]
    assert broker.call("PATCH", f"{TEMPORAL}/urn:b:1/attrs/speed/{instance}", {"value": 9}).status_code == 204
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == after
    assert broker.entity("urn:b:1")["speed"]["value"] == present


@pytest.mark.parametrize("place", [0, 1])
def test_a_corrected_value_keeps_its_name_and_the_time_it_was_told(broker: Broker, place: int) -> None:
    """5.6.14: it is replaced whole, also by one that was observed at another time; `createdAt` remains, and the name
    goes to no later value."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 5), unitCode="KMH"))
    path = f"{TEMPORAL}/urn:b:1"
    before = broker.get(path, options="sysAttrs").json()["speed"][place]
    one = f"{path}/attrs/speed/{before['instanceId']}"
    for value, minute in ((8, 7), (9, 8)):
        assert broker.call("PATCH", one, {"speed": past((value, minute))}).status_code == 204
    found = broker.get(path, options="sysAttrs").json()["speed"]
    after = next(each for each in found if each["instanceId"] == before["instanceId"])
    assert (len(found), after["value"], after["observedAt"]) == (2, 9, at(8))
    assert "unitCode" not in after
    assert (after["createdAt"], after["modifiedAt"] > before["modifiedAt"]) == (before["createdAt"], True)
    assert broker.call("PATCH", "/entities/urn:b:1/attrs", {"speed": prop(4, observedAt=at(9))}).status_code == 204
    names = [each["instanceId"] for each in broker.get(path).json()["speed"]]
    assert len(set(names)) == 3
    assert broker.call("DELETE", one).status_code == 204
    refused(broker.call("DELETE", one), 404, "ResourceNotFound")
    assert len(broker.get(path).json()["speed"]) == 2


def test_a_value_that_is_told_again_takes_the_place_of_the_first(broker: Broker) -> None:
    """5.6.11: what history says of one moment is what was said last; its name stays."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 2)))
    first = broker.get(f"{TEMPORAL}/urn:b:1").json()["speed"][0]["instanceId"]
    broker.call("POST", f"{TEMPORAL}/urn:b:1/attrs", {"speed": past((9, 1))})
    answer = broker.get(f"{TEMPORAL}/urn:b:1")
    assert (values(answer), answer.json()["speed"][0]["instanceId"]) == ([9, 2], first)
    assert broker.call("DELETE", f"{TEMPORAL}/urn:b:1/attrs/speed/{first}").status_code == 204
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == [2]


def test_an_entity_is_erased_with_its_past(broker: Broker) -> None:
    """5.6.16."""
    write(broker, "urn:b:1", speed=past((1, 1)))
    assert broker.call("DELETE", f"{TEMPORAL}/urn:b:1").status_code == 204
    refused(broker.get(f"{TEMPORAL}/urn:b:1"), 404, "ResourceNotFound")
    refused(broker.get("/entities/urn:b:1"), 404, "ResourceNotFound")
    refused(broker.call("DELETE", f"{TEMPORAL}/urn:b:1"), 404, "ResourceNotFound")
    write(broker, "urn:b:1", speed=past((2, 2)))
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == [2]


def test_a_deleted_entity_keeps_its_past_until_that_is_erased(broker: Broker) -> None:
    write(broker, "urn:b:1", speed=past((1, 1)))
    broker.call("DELETE", "/entities/urn:b:1")
    assert values(broker.get(f"{TEMPORAL}/urn:b:1")) == [1]
    assert broker.call("DELETE", f"{TEMPORAL}/urn:b:1").status_code == 204
    refused(broker.get(f"{TEMPORAL}/urn:b:1"), 404, "ResourceNotFound")


def test_a_query_tells_of_deleted_entities_that_it_names(broker: Broker) -> None:
    """5.7.4.1: queries are about entities that are present; who names one gets its past, as by 5.7.3."""
    write(broker, "urn:b:1", speed=past((1, 1), (2, 2)))
    write(broker, "urn:b:2", speed=past((3, 3)))
    write(broker, "urn:d:1", "Depot", speed=past((4, 4)))
    assert broker.call("DELETE", "/entities/urn:b:1").status_code == 204
    assert ids_of(broker, f"type=Bus&{ALWAYS}") == ["urn:b:2"]
    both = "id=urn:b:1,urn:b:2,urn:d:1"
    told = broker.get(f"{TEMPORAL}?type=Bus&{ALWAYS}&count=true&{both}")
    assert [(one["id"], [v["value"] for v in one["speed"]]) for one in told.json()] == [
        ("urn:b:2", [3]),
        ("urn:b:1", [1, 2]),
    ]
    assert told.headers["NGSILD-Results-Count"] == "2"
    assert ids_of(broker, f"type=Bus&{ALWAYS}&limit=1&offset=1&{both}") == ["urn:b:1"]
    assert ids_of(broker, f"type=Bus&{ALWAYS}&q=speed<2&{both}") == ["urn:b:1"]
    assert ids_of(broker, f"type=Bus&{ALWAYS}&local=true&orderBy=id&{both}") == ["urn:b:1", "urn:b:2"]
    assert ids_of(broker, f"type=Bus&timerel=after&timeAt={at(3)}&{both}") == ["urn:b:2"]


def ids_of(broker: Broker, query: str) -> list[str]:
    answer = broker.get(f"{TEMPORAL}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


def test_the_time_of_a_deletion_is_told_and_asked_for(broker: Broker) -> None:
    write(broker, "urn:b:1", speed=past((1, 1)))
    write(broker, "urn:b:2", speed=past((2, 2)))
    broker.call("DELETE", "/entities/urn:b:1")
    gone = "timeproperty=deletedAt&timerel=after&timeAt=2026-01-01T00:00:00Z"
    (told,) = broker.get(f"{TEMPORAL}?type=Bus&{gone}").json()
    assert (told["id"], [one["value"] for one in told["speed"]]) == ("urn:b:1", ["urn:ngsi-ld:null"])
    assert told["speed"][0]["deletedAt"] == told["deletedAt"]
    assert told["deletedAt"] > at(1)
    early = "timeproperty=deletedAt&timerel=before&timeAt=2026-01-01T00:00:00Z"
    assert ids_of(broker, f"type=Bus&{early}") == []
    assert ids_of(broker, f"type=Bus&idPattern=1$&{gone}") == ["urn:b:1"]
    one = broker.get(f"{TEMPORAL}/urn:b:1?options=sysAttrs").json()
    assert one["deletedAt"] == told["deletedAt"]
    assert "deletedAt" not in broker.get(f"{TEMPORAL}/urn:b:1").json()
    broker.call("DELETE", f"{TEMPORAL}/urn:b:1")
    assert ids_of(broker, f"type=Bus&{gone}") == []
    write(broker, "urn:b:1", speed=past((9, 9)))
    assert "deletedAt" not in broker.get(f"{TEMPORAL}/urn:b:1?options=sysAttrs").json()
    assert ids_of(broker, f"type=Bus&{gone}") == []


def test_a_map_of_histories_holds_deleted_entities(broker: Broker) -> None:
    write(broker, "urn:b:1", speed=past((1, 1)))
    broker.call("DELETE", "/entities/urn:b:1")
    made = broker.get(f"/temporal/entityMaps?type=Bus&id=urn:b:1&{ALWAYS}")
    assert made.json()["entityMap"] == {"urn:b:1": ["@none"]}
    assert broker.get(f"/entityMaps/{made.json()['id']}").json()["entityMap"] == {"urn:b:1": ["@none"]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        [],
        {"id": "urn:b:1"},
        {"id": "bus", "type": "Bus"},
        {"id": "urn:b:1", "type": "Bus", "speed": [{"type": "Property"}]},
        {"id": "urn:b:1", "type": "Bus", "expiresAt": "urn:ngsi-ld:null", "speed": past((1, 1))},
    ],
)
def test_what_is_no_past_is_refused(broker: Broker, body: Any) -> None:
    assert broker.call("POST", TEMPORAL, body).status_code == 400
    assert broker.get(f"{TEMPORAL}/urn:b:1").status_code == 404


def test_statistics_are_of_all_values_however_many_an_answer_holds(broker: Broker) -> None:
    broker.create("urn:b:many")
    values = [prop(n, observedAt=f"2026-01-01T00:{n:02}:00Z") for n in range(20)]
    assert broker.call("POST", "/temporal/entities/urn:b:many/attrs", {"speed": values}).status_code == 204
    told = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "options": "aggregatedValues",
            "aggrMethods": "totalCount,avg,distinctCount,max", "aggrPeriodDuration": "PT10M"}  # fmt: skip
    one = broker.get("/temporal/entities/urn:b:many", **told)
    assert one.status_code == 200
    (many,) = broker.get("/temporal/entities", type="Bus", **told).json()
    assert one.json()["speed"] == many["speed"]
    assert [count for count, _, _ in many["speed"]["totalCount"]] == [10, 10]
    assert [mean for mean, _, _ in many["speed"]["avg"]] == [4.5, 14.5]
    assert [top for top, _, _ in many["speed"]["max"]] == [9, 19]
