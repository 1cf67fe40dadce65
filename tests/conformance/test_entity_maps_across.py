"""Entity maps of what several sources hold (NGSI-LD 4.3.6.7, 5.14.4, 5.14.5, 5.5.9.3, 5.5.14, 5.2.39)."""

from typing import Any

from broker_at_hand import Broker, X, prop
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

HERE, BOTH, THERE, FAR = (f"urn:ngsi-ld:Bus:{name}" for name in ("here", "both", "there", "far"))
WINDOW = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}
MAP = "NGSILD-EntityMap"


def spread(broker: Broker, partner: Broker) -> None:
    """Buses here, there, and one on both sides."""
    for where, id, speed in ((broker, HERE, 1), (broker, BOTH, 2), (partner, BOTH, 3), (partner, THERE, 4)):
        where.create(id, **{"name" if where is broker and id == BOTH else "speed": prop(speed)})


def shown(answer: Any) -> list[str]:
    assert answer.status_code in (200, 201), answer.text
    return [entity["id"] for entity in answer.json()]


def test_a_map_names_who_holds_each_entity_and_the_maps_of_sources(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    spread(broker, partner)
    id = register()
    answer = broker.get("/entityMaps", type="Bus")
    assert answer.status_code == 201, answer.text
    assert answer.json()["entityMap"] == {HERE: ["@none"], BOTH: ["@none", id], THERE: [id]}
    linked = answer.json()["linkedMaps"][id]
    assert set(partner.get(f"/entityMaps/{linked}").json()["entityMap"]) == {BOTH, THERE}
    assert broker.get(f"/entityMaps/{answer.json()['id']}").json() == answer.json()
    assert set(broker.get("/entityMaps", type="Bus", local="true").json()["entityMap"]) == {HERE, BOTH}
    query = {"type": "Query", "entities": [{"type": "Bus"}], "q": "speed>3"}
    posted = broker.call("POST", "/entityMaps", query)
    assert (posted.status_code, posted.json()["entityMap"]) == (201, {THERE: [id]})


def test_a_source_that_makes_no_maps_is_asked_the_query(broker: Broker, partner: Broker, register: Registrar) -> None:
    spread(broker, partner)
    id = register(operations=["queryEntity"])
    told = broker.get("/entityMaps", type="Bus", q="speed>0").json()
    assert told["entityMap"] == {HERE: ["@none"], BOTH: [id], THERE: [id]}
    assert "linkedMaps" not in told


def test_pages_of_a_map_ask_whom_it_names_and_go_on_with_his_map(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    spread(broker, partner)
    there = "urn:ngsi-ld:entitymap:far"
    source.answers("GET", "/entityMaps", 201, {"id": there, "type": "EntityMap", "entityMap": {FAR: ["@none"]}})
    source.answers("GET", "/entities", 200, [{"id": FAR, "type": X + "Bus", X + "speed": prop(5)}])
    register()
    far = register(endpoint=source.origin)
    made = broker.get("/entityMaps", type="Bus")
    assert made.json()["entityMap"][FAR] == [far]
    assert made.json()["linkedMaps"][far] == there
    assert [one.path for one in source.asked] == ["/entityMaps"]
    assert source.asked[0].query == {"type": "Bus"}
    headers = {MAP: made.headers[MAP]}
    first = broker.get("/entities", headers=headers, type="Bus", limit=3)
    second = broker.get("/entities", headers=headers, type="Bus", limit=3, offset=3)
    assert (shown(first), shown(second)) == ([HERE, BOTH, THERE], [FAR])
    asked = source.asked[-1]
    assert (asked.path, asked.query["id"]) == ("/entities", FAR)
    assert asked.headers["ngsild-entitymap"] == f"/ngsi-ld/v1/entityMaps/{there}"
    late = "urn:ngsi-ld:Bus:late"
    partner.create(late, speed=prop(9))
    assert late not in shown(broker.get("/entities", headers=headers, type="Bus"))


def test_what_a_source_calls_its_new_map_is_kept(broker: Broker, register: Registrar, source: Source) -> None:
    """5.5.14: one that has ended there is made anew, and the map here refers to it from then on."""
    source.answers("GET", "/entityMaps", 201, {"id": "urn:m:1", "type": "EntityMap", "entityMap": {FAR: ["@none"]}})
    entity = {"id": FAR, "type": X + "Bus"}
    source.answers("GET", "/entities", 201, [entity], **{MAP.replace("-", "_"): "/ngsi-ld/v1/entityMaps/urn:m:2"})
    far = register(endpoint=source.origin)
    made = broker.get("/entityMaps", type="Bus")
    assert shown(broker.get("/entities", headers={MAP: made.headers[MAP]}, type="Bus")) == [FAR]
    assert broker.get(f"/entityMaps/{made.json()['id']}").json()["linkedMaps"] == {far: "urn:m:2"}


def test_of_pieces_a_map_holds_candidates_and_its_pages_the_fitting(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    spread(broker, partner)
    register()
    query = {"type": "Bus", "q": "name;speed>2", "splitEntities": "true"}
    made = broker.get("/entityMaps", **query)
    assert set(made.json()["entityMap"]) == {HERE, BOTH, THERE}
    headers = {MAP: made.headers[MAP]}
    assert shown(broker.get("/entities", headers=headers, **query)) == [BOTH]
    assert set(broker.get(f"/entityMaps/{made.json()['id']}").json()["entityMap"]) == {BOTH}


def test_a_source_that_fails_is_told_of_and_its_entities_stay(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    spread(broker, partner)
    silent = register(endpoint=source.origin, management={"timeout": 200})
    source.answers("GET", "/entityMaps", 201, {"id": "urn:m:1", "type": "EntityMap", "entityMap": {FAR: ["@none"]}})
    made = broker.get("/entityMaps", type="Bus")
    assert set(made.json()["entityMap"]) == {HERE, BOTH, FAR}
    source.answers("GET", "/entities", 200, [], after=1.0)
    headers = {MAP: made.headers[MAP]}
    page = broker.get("/entities", headers=headers, type="Bus")
    assert shown(page) == [HERE, BOTH]
    assert silent in warnings(page)
    assert FAR in broker.get(f"/entityMaps/{made.json()['id']}").json()["entityMap"]


def test_no_map_is_made_of_what_is_none(broker: Broker, register: Registrar, source: Source) -> None:
    broker.create(HERE)
    id = register(endpoint=source.origin)
    for nonsense in ({"type": "EntityMap"}, {"type": "EntityMap", "entityMap": {"no uri": []}}, [], b"<html>"):
        source.answers("GET", "/entityMaps", 201, nonsense)
        answer = broker.get("/entityMaps", type="Bus")
        assert (answer.status_code, set(answer.json()["entityMap"])) == (201, {HERE})
        assert f"{id}: the answer is no NGSI-LD" in warnings(answer) or "so soon" in warnings(answer)


def test_a_retrieval_asks_only_whom_its_map_names(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    """5.7.1.4."""
    spread(broker, partner)
    register()
    made = broker.get(f"/entities/{BOTH}", entityMap="true")
    register(endpoint=source.origin)
    again = broker.get(f"/entities/{BOTH}", headers={MAP: made.headers[MAP]})
    assert (again.json(), again.headers[MAP]) == (made.json(), made.headers[MAP])
    assert {"name", "speed"} <= set(again.json())
    assert source.asked == []


def test_ids_may_be_asked_of_a_map_of_sources_without_harm_to_the_others(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    spread(broker, partner)
    register()
    headers = {MAP: broker.get("/entityMaps", type="Bus").headers[MAP]}
    assert shown(broker.get("/entities", headers=headers, type="Bus", id=THERE)) == [THERE]
    assert shown(broker.get("/entities", headers=headers, type="Bus")) == [HERE, BOTH, THERE]


def test_a_map_of_histories_names_who_tells_them(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    """5.14.5, 5.7.4.4: its pages ask nobody else, and begin where the last one ended."""
    for where, id, day in ((broker, HERE, 1), (broker, BOTH, 2), (partner, BOTH, 3), (partner, THERE, 4)):
        value = prop(day, observedAt=f"2026-05-0{day}T00:00:00Z")
        where.call("POST", "/temporal/entities", {"id": id, "type": "Bus", "speed": [value]})
    past = ["retrieveTemporal", "queryTemporal"]
    id = register(operations=past)
    made = broker.get("/temporal/entityMaps", type="Bus", **WINDOW)
    assert made.status_code == 201, made.text
    assert made.json()["entityMap"] == {HERE: ["@none"], BOTH: ["@none", id], THERE: [id]}
    query = {"type": "Query", "entities": [{"type": "Bus"}], "temporalQ": WINDOW}
    assert broker.call("POST", "/temporal/entityMaps", query).json()["entityMap"] == made.json()["entityMap"]
    register(endpoint=source.origin, operations=past)
    headers = {MAP: made.headers[MAP]}
    pages = [broker.get("/temporal/entities", headers=headers, type="Bus", limit=2, offset=n, **WINDOW) for n in (0, 2)]
    assert [shown(page) for page in pages] == [[HERE, BOTH], [THERE]]
    assert [one["value"] for one in pages[0].json()[1]["speed"]] == [2, 3]
    assert 'rel="next"' in pages[0].headers["link"]
    assert source.asked == []
    early = {"timerel": "before", "timeAt": "2026-05-02T00:00:00Z"}
    assert shown(broker.get("/temporal/entities", headers=headers, type="Bus", **early)) == [HERE]
    assert shown(broker.get("/temporal/entities", headers=headers, type="Bus", **WINDOW)) == [HERE, BOTH, THERE]
