"""Operations that another context source takes part in (NGSI-LD 4.3.6, 5.6, 5.7, 6.3.17, 6.3.18): two real servers.

Each test has a tenant of its own here, and the tenant of the same name at the partner, which the registration names.
"""

from typing import Any

from broker_at_hand import JSON_LD, Broker, X, point, prop, refused
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

REDIRECTION = ["redirectionOps", "createBatch", "deleteBatch", "upsertBatch", "updateBatch", "mergeBatch"]
DEAD = "http://127.0.0.1:9"
BUS = "urn:ngsi-ld:Bus:1"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"


def test_an_entity_that_only_the_partner_holds_is_retrieved_and_kept_nowhere_here(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    partner.create(BUS, speed=prop(50))
    register()
    assert broker.entity(BUS)["speed"] == prop(50)
    assert broker.get(f"/entities/{BUS}", local="true").status_code == 404


def test_parts_of_an_entity_are_joined_and_the_newer_observation_wins(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    old, new = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    broker.create(BUS, name=prop("Line 1"), speed=prop(1, observedAt=old), colour=prop("red", observedAt=new))
    partner.create(BUS, speed=prop(2, observedAt=new), colour=prop("blue", observedAt=old))
    register()
    entity = broker.entity(BUS)
    assert entity["name"] == prop("Line 1")
    assert (entity["speed"]["value"], entity["colour"]["value"]) == (2, "red")


def test_an_auxiliary_source_only_fills_gaps(broker: Broker, partner: Broker, register: Registrar) -> None:
    broker.create(BUS, speed=prop(1))
    partner.create(BUS, speed=prop(2, observedAt="2026-01-01T00:00:00Z"), colour=prop("red"))
    register(mode="auxiliary", operations=["retrieveOps"])
    entity = broker.entity(BUS)
    assert (entity["speed"]["value"], entity["colour"]["value"]) == (1, "red")
    assert broker.call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(3)}).status_code == 204
    assert partner.entity(BUS, local="true")["speed"]["value"] == 2


def test_a_source_is_heard_only_for_the_attributes_it_is_registered_for(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    partner.create(BUS, speed=prop(1), colour=prop("red"))
    register(properties=["speed"])
    assert set(broker.entity(BUS)) == {"id", "type", "speed"}


def test_a_query_is_the_union_each_entity_once_page_by_page(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    for number in range(3):
        broker.create(f"urn:ngsi-ld:Bus:here-{number}", speed=prop(number))
        partner.create(f"urn:ngsi-ld:Bus:there-{number}", speed=prop(number))
    broker.create("urn:ngsi-ld:Bus:both", name=prop("ours"))
    partner.create("urn:ngsi-ld:Bus:both", speed=prop(9))
    register()
    found: list[str] = []
    for offset in range(0, 8, 2):
        answer = broker.get("/entities", type="Bus", limit=2, offset=offset, count="true")
        assert answer.headers["ngsild-results-count"] == "7"
        assert ('rel="next"' in answer.headers.get("link", "")) == (offset < 6)
        found += [entity["id"] for entity in answer.json()]
        for entity in answer.json():
            assert entity["id"] != "urn:ngsi-ld:Bus:both" or {"name", "speed"} <= set(entity)
    assert len(found) == len(set(found)) == 7


def test_filters_go_along_and_hold_for_what_comes_back(broker: Broker, partner: Broker, register: Registrar) -> None:
    broker.create("urn:ngsi-ld:Bus:slow", speed=prop(5))
    partner.create("urn:ngsi-ld:Bus:fast", speed=prop(60), parkedAt=point(119.4, -5.1))
    partner.create("urn:ngsi-ld:Bus:slower", speed=prop(4))
    register()
    assert broker.ids(type="Bus", q="speed>50") == ["urn:ngsi-ld:Bus:fast"]
    near = {"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": "[119.4,-5.1]"}
    assert broker.ids(type="Bus", geoproperty="parkedAt", **near) == ["urn:ngsi-ld:Bus:fast"]
    body = {"type": "Query", "entities": [{"type": "Bus"}], "q": "speed>50"}
    assert [one["id"] for one in broker.call("POST", "/entityOperations/query", body).json()] == [
        "urn:ngsi-ld:Bus:fast"
    ]


def test_split_entities_are_put_together_before_they_are_filtered(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    broker.create(BUS, name=prop("express"))
    partner.create(BUS, speed=prop(60))
    register()
    filter = 'speed>50;name=="express"'
    assert broker.ids(type="Bus", q=filter) == []
    assert broker.ids(type="Bus", q=filter, splitEntities="true") == [BUS]


def test_an_order_of_ones_own_goes_with_what_is_held_here(broker: Broker, register: Registrar) -> None:
    register()
    refused(broker.get("/entities", type="Bus", orderBy="speed"), 400, "BadRequestData", "orderBy")
    assert broker.get("/entities", type="Bus", orderBy="speed", local="true").status_code == 200


def test_a_dead_source_costs_a_warning_that_names_it_and_no_data_of_ours(broker: Broker, register: Registrar) -> None:
    broker.create(BUS, speed=prop(1))
    id = register(endpoint=DEAD)
    answer = broker.get("/entities", type="Bus")
    assert [entity["id"] for entity in answer.json()] == [BUS]
    assert warnings(answer).startswith("199 ")
    assert id in warnings(answer)
    missing = broker.get("/entities/urn:ngsi-ld:Bus:2")
    refused(missing, 404, "ResourceNotFound")
    assert id in warnings(missing)


def test_what_the_partner_does_not_know_is_no_warning(broker: Broker, register: Registrar) -> None:
    register()
    answer = broker.get(f"/entities/{BUS}")
    refused(answer, 404, "ResourceNotFound")
    assert not warnings(answer)


def test_a_redirected_entity_is_written_there_and_not_here(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    register(mode="redirect", operations=REDIRECTION)
    broker.create(BUS, speed=prop(1))
    assert partner.entity(BUS, local="true")["speed"]["value"] == 1
    assert broker.get(f"/entities/{BUS}", local="true").status_code == 404
    assert broker.call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(2)}).status_code == 204
    assert broker.call("POST", f"/entities/{BUS}/attrs", {"colour": prop("red")}).status_code == 204
    assert broker.call("PATCH", f"/entities/{BUS}", {"name": prop("x")}).status_code == 204
    assert broker.call("PATCH", f"/entities/{BUS}/attrs/colour", {"value": "blue"}).status_code == 204
    assert broker.call("PUT", f"/entities/{BUS}/attrs/name", prop("y")).status_code == 204
    entity = partner.entity(BUS, local="true")
    assert [entity[name]["value"] for name in ("speed", "colour", "name")] == [2, "blue", "y"]
    assert broker.call("DELETE", f"/entities/{BUS}/attrs/colour").status_code == 204
    assert broker.call("PUT", f"/entities/{BUS}", {"id": BUS, "type": "Bus", "speed": prop(3)}).status_code == 204
    assert set(partner.entity(BUS, local="true")) == {"id", "type", "speed"}
    assert broker.call("DELETE", f"/entities/{BUS}").status_code == 204
    assert partner.get(f"/entities/{BUS}", local="true").status_code == 404


def test_an_exclusive_attribute_lies_there_and_the_rest_here(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    register(mode="exclusive", operations=REDIRECTION, info={"id": BUS, "type": "Bus"}, properties=["speed"])
    broker.create(BUS, speed=prop(1), name=prop("x"))
    assert set(broker.entity(BUS, local="true")) == {"id", "type", "name"}
    assert set(partner.entity(BUS, local="true")) == {"id", "type", "speed"}
    assert set(broker.entity(BUS)) == {"id", "type", "name", "speed"}


def test_an_inclusive_write_is_done_on_both_sides_and_told_in_part_where_one_refuses(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    register(operations=REDIRECTION)
    broker.create(BUS, speed=prop(1))
    assert partner.entity(BUS, local="true") == broker.entity(BUS, local="true")
    assert partner.call("DELETE", f"/entities/{BUS}").status_code == 204
    answer = broker.call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(2)})
    assert answer.status_code == 207
    told = answer.json()
    assert told["updated"] == []
    assert told["notUpdated"][0]["registrationId"].endswith(":1")
    assert broker.entity(BUS, local="true")["speed"]["value"] == 2


def test_an_attribute_is_told_as_updated_or_as_not(broker: Broker, register: Registrar, source: Source) -> None:
    """5.2.18: a source that names in its own terms what it did not do is understood."""
    register(operations=REDIRECTION, endpoint=source.origin)
    source.answers("POST", "/entities", 201, None)
    broker.create(BUS, name=prop("x"))
    source.answers(
        "POST", "/attrs", 207, {"updated": ["speed"], "notUpdated": [{"attributeName": "colour", "reason": "there"}]}
    )
    answer = broker.call("POST", f"/entities/{BUS}/attrs", {"speed": prop(2), "colour": prop("red")})
    assert answer.status_code == 207
    told = answer.json()
    assert told["updated"] == [X + "speed"]
    assert [(left["attributeName"], left["reason"]) for left in told["notUpdated"]] == [(X + "colour", "there")]


def test_a_source_alone_that_does_not_offer_the_operation_is_a_conflict(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    partner.create(BUS, speed=prop(1))
    register(mode="redirect")
    refused(broker.call("POST", "/entities", {"id": BUS, "type": "Bus"}), 409, "Conflict")
    refused(broker.call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(2)}), 409, "Conflict")
    assert partner.entity(BUS, local="true")["speed"]["value"] == 1


def test_a_write_whose_one_source_is_dead_is_no_success(broker: Broker, register: Registrar) -> None:
    register(mode="redirect", operations=REDIRECTION, endpoint=DEAD)
    answer = broker.call("POST", "/entities", {"id": BUS, "type": "Bus"})
    assert answer.status_code == 504
    assert broker.get(f"/entities/{BUS}", local="true").status_code == 404


def test_what_cannot_be_read_goes_nowhere(broker: Broker, partner: Broker, register: Registrar) -> None:
    partner.create("urn:ngsi-ld:Depot:1", "Depot")
    register(operations=REDIRECTION)
    refused(broker.call("POST", "/entities", {"id": "no uri", "type": "Bus"}), 400, "BadRequestData")
    assert partner.ids(type="Bus", local="true") == []


def test_a_batch_is_parted_and_each_entity_told_once(broker: Broker, partner: Broker, register: Registrar) -> None:
    register(mode="redirect", operations=REDIRECTION, info={"type": "Bus", "idPattern": "^urn:ngsi-ld:Bus:there"})
    ids = ["urn:ngsi-ld:Bus:here", "urn:ngsi-ld:Bus:there-1", "urn:ngsi-ld:Bus:there-2"]
    batch = [{"id": id, "type": "Bus", "speed": prop(1)} for id in ids]
    answer = broker.call("POST", "/entityOperations/create", batch)
    assert (answer.status_code, sorted(answer.json())) == (201, ids)
    assert broker.ids(type="Bus", local="true") == ids[:1]
    assert partner.ids(type="Bus", local="true") == ids[1:]
    assert broker.call("POST", "/entityOperations/upsert", batch).status_code == 204
    answer = broker.call("POST", "/entityOperations/delete", [*ids, "urn:ngsi-ld:Bus:there-3"])
    assert answer.status_code == 207
    assert [error["entityId"] for error in answer.json()["errors"]] == ["urn:ngsi-ld:Bus:there-3"]
    assert partner.ids(type="Bus", local="true") == []


def test_without_the_batch_a_source_is_asked_entity_by_entity(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    register(mode="redirect", operations=["createEntity", "updateEntity"])
    batch = [{"id": BUS, "type": "Bus", "speed": prop(1)}]
    assert broker.call("POST", "/entityOperations/create", batch).status_code == 201
    batch[0]["speed"] = prop(2)
    assert broker.call("POST", "/entityOperations/upsert", batch, options="update").status_code == 204
    assert partner.entity(BUS, local="true")["speed"]["value"] == 2


def test_a_purge_deletes_at_a_source_no_more_than_it_is_registered_for(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    partner.create(BUS, speed=prop(1), name=prop("keep"))
    partner.create("urn:ngsi-ld:Bus:2", speed=prop(1))
    partner.create("urn:ngsi-ld:Depot:1", "Depot")
    register(operations=REDIRECTION, info={"type": "Bus", "id": BUS}, properties=["speed"])
    assert broker.call("DELETE", "/entities", type="Bus").status_code == 204
    assert set(partner.entity(BUS, local="true")) == {"id", "type", "name"}
    assert "speed" in partner.entity("urn:ngsi-ld:Bus:2", local="true")
    assert partner.get("/entities/urn:ngsi-ld:Depot:1", local="true").status_code == 200


def test_a_loop_ends_and_is_told(broker: Broker, partner: Broker, register: Registrar, server: str) -> None:
    broker.create("urn:ngsi-ld:Bus:here", speed=prop(1))
    partner.create("urn:ngsi-ld:Bus:there", speed=prop(2))
    register()
    Registrar(partner, server)()
    answer = broker.get("/entities", type="Bus")
    assert sorted(entity["id"] for entity in answer.json()) == ["urn:ngsi-ld:Bus:here", "urn:ngsi-ld:Bus:there"]
    assert "loop" in warnings(answer)


def test_a_write_that_comes_back_to_where_it_began_is_508(broker: Broker, server: str) -> None:
    Registrar(broker, server)(mode="redirect", operations=REDIRECTION)
    assert broker.call("DELETE", f"/entities/{BUS}").status_code == 508


def test_a_source_behind_a_source_is_not_asked_where_only_it_itself_is_meant(
    broker: Broker, partner: Broker, register: Registrar, server: str
) -> None:
    beyond = Broker(broker.wire, broker.tenant + "b")
    beyond.create(BUS, speed=prop(1))
    answer = partner.call("POST", "/csourceRegistrations", {
        "id": "urn:ngsi-ld:ContextSourceRegistration:beyond", "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Bus"}]}], "endpoint": server, "tenant": beyond.tenant,
    })  # fmt: skip
    assert answer.status_code == 201
    register(management={"localOnly": True})
    assert broker.ids(type="Bus") == []


def test_histories_of_both_are_one(broker: Broker, partner: Broker, register: Registrar) -> None:
    def value(number: int, day: int) -> dict[str, Any]:
        return prop(number, observedAt=f"2026-05-0{day}T00:00:00Z")

    broker.call("POST", "/temporal/entities", {"id": BUS, "type": "Bus", "speed": [value(1, 1), value(2, 2)]})
    partner.call("POST", "/temporal/entities", {"id": BUS, "type": "Bus", "speed": [value(2, 2), value(6, 3)]})
    register(operations=["retrieveTemporal", "queryTemporal"])
    values = [one["value"] for one in broker.get(f"/temporal/entities/{BUS}").json()["speed"]]
    assert values == [1, 2, 6]
    time = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}
    [story] = broker.get("/temporal/entities", type="Bus", lastN=2, **time).json()
    assert [one["value"] for one in story["speed"]] == [2, 6]
    average = broker.get(
        f"/temporal/entities/{BUS}", options="aggregatedValues", aggrMethods="avg", aggrPeriodDuration="P1Y", **time
    ).json()
    assert average["speed"]["avg"][0][0] == 3
    local = broker.get("/temporal/entities", type="Bus", local="true", **time).json()
    assert [one["value"] for one in local[0]["speed"]] == [1, 2]


def test_the_past_of_what_was_deleted_is_told_of_both(broker: Broker, partner: Broker, register: Registrar) -> None:
    """5.7.4: deleted here, there, or on both sides; `deletedAt` is that of the last who had it."""
    both, there = "urn:ngsi-ld:Bus:both", "urn:ngsi-ld:Bus:there"
    for where, id, number in ((broker, both, 1), (partner, both, 2), (partner, there, 3)):
        value = prop(number, observedAt=f"2026-05-0{number}T00:00:00Z")
        where.call("POST", "/temporal/entities", {"id": id, "type": "Bus", "speed": [value]})
    register(operations=["retrieveTemporal", "queryTemporal"])
    time = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}

    def told(**more: str) -> dict[str, list[int]]:
        stories = broker.get("/temporal/entities", **{"type": "Bus", **time, **more}).json()
        return {story["id"]: [one["value"] for one in story.get("speed", ())] for story in stories}

    broker.call("DELETE", f"/entities/{both}", local="true")
    partner.call("DELETE", f"/entities/{there}")
    named = f"{both},{there}"
    assert told() == {both: [1, 2]}
    assert told(id=named) == {both: [1, 2], there: [3]}
    assert told(timeproperty="deletedAt")[there] == ["urn:ngsi-ld:null"]
    partner.call("DELETE", f"/entities/{both}")
    assert told() == {}
    assert told(id=named) == {both: [1, 2], there: [3]}
    gone = broker.get(f"/temporal/entities/{both}", options="sysAttrs").json()
    assert gone["deletedAt"] == partner.get(f"/temporal/entities/{both}", options="sysAttrs").json()["deletedAt"]


def test_a_body_with_its_own_context_keeps_its_meaning_at_the_source(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    answer = broker.call("POST", "/csourceRegistrations", {
        "id": "urn:ngsi-ld:ContextSourceRegistration:own", "type": "ContextSourceRegistration", "mode": "redirect",
        "information": [{"entities": [{"type": "https://own.example/Ship"}]}], "endpoint": register.address,
        "tenant": broker.tenant, "operations": REDIRECTION,
    })  # fmt: skip
    assert answer.status_code == 201, answer.text
    body = {"id": "urn:ngsi-ld:Ship:1", "type": "Ship", "mast": prop(2),
            "@context": {"Ship": "https://own.example/Ship", "mast": "https://own.example/mast"}}  # fmt: skip
    assert broker.call("POST", "/entities", body, media=JSON_LD).status_code == 201
    assert partner.get("/entities/urn:ngsi-ld:Ship:1", link=False).json()["https://own.example/mast"] == prop(2)


def test_a_tenant_without_registrations_asks_nobody(broker: Broker, partner: Broker, register: Registrar) -> None:
    partner.create(BUS, speed=prop(1))
    register()
    other = Broker(broker.wire, broker.tenant + "x")
    other.create("urn:ngsi-ld:Bus:9")
    assert other.get(f"/entities/{BUS}").status_code == 404


def test_types_and_attributes_of_sources_are_listed_as_far_as_they_are_registered(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    broker.create("urn:ngsi-ld:Depot:1", "Depot", name=prop("x"))
    partner.create(BUS, speed=prop(1), colour=prop("red"))
    partner.create("urn:ngsi-ld:Secret:1", "Secret", code=prop(1))
    register()
    assert broker.get("/types").json()["typeList"] == ["Bus", "Depot"]
    assert [one["typeName"] for one in broker.get("/types", details="true").json()] == ["Bus", "Depot"]
    info = broker.get("/types/Bus").json()
    assert (info["entityCount"], {one["attributeName"] for one in info["attributeDetails"]}) == (1, {"colour", "speed"})
    assert {"name", "speed"} <= set(broker.get("/attributes").json()["attributeList"])
    assert broker.get("/attributes/speed").json()["attributeCount"] == 1
    assert broker.get("/types/Secret").status_code == 404
    assert broker.get("/types", local="true").json()["typeList"] == ["Depot"]


def test_what_a_filter_asks_of_need_not_be_shown(broker: Broker, partner: Broker, register: Registrar) -> None:
    """4.3.6.6: a source that is spoken to in other terms answers what must be proved of its answer, too."""
    partner.create(BUS, speed=prop(5), name=prop("n"))
    register(operations=["queryEntity"], contextSourceInfo=[{"key": "jsonldContext", "value": CORE}])
    found = broker.get("/entities", type="Bus", q="speed>4", attrs="name").json()
    assert found == [{"id": BUS, "type": "Bus", "name": prop("n")}]
    assert broker.ids(type="Bus", q="speed>5", attrs="name") == []


def test_what_a_filter_asks_of_a_history_need_not_be_shown(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    moment = {"observedAt": "2026-05-01T00:00:00Z"}
    story = {"id": BUS, "type": "Bus", "speed": [prop(5, **moment)], "name": [prop("n", **moment)]}
    partner.call("POST", "/temporal/entities", story)
    register(operations=["queryTemporal"])
    window = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}
    told = broker.get("/temporal/entities", type="Bus", q="speed>4", attrs="name", **window).json()
    assert [set(entity) - {"id", "type"} for entity in told] == [{"name"}]
    assert broker.get("/temporal/entities", type="Bus", q="speed>5", attrs="name", **window).json() == []
