"""Entity maps of what several sources hold (NGSI-LD 4.3.6.7, 5.14.4, 5.14.5, 5.5.9.3, 5.5.14, 5.2.39)."""

from datetime import datetime
from typing import Any

from broker_at_hand import Broker, X, prop
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

from patience import PATIENCE

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
    silent = register(endpoint=source.origin)
    source.answers("GET", "/entityMaps", 201, {"id": "urn:m:1", "type": "EntityMap", "entityMap": {FAR: ["@none"]}})
    made = broker.get("/entityMaps", type="Bus")
    assert set(made.json()["entityMap"]) == {HERE, BOTH, FAR}
    hurry = broker.call("PATCH", f"/csourceRegistrations/{silent}", {"management": {"timeout": 200}})
    assert hurry.status_code == 204, hurry.text
    source.answers("GET", "/entities", 200, [], after=PATIENCE)
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


def test_a_query_for_a_map_has_sources_make_theirs(broker: Broker, partner: Broker, register: Registrar) -> None:
    """5.7.2.4 with `entityMap`: by GET and by POST, the map here refers to the one there."""
    spread(broker, partner)
    id = register()
    query = {"type": "Query", "entities": [{"type": "Bus"}], "entityMap": True}
    for made in (
        broker.get("/entities", type="Bus", entityMap="true", limit=2),
        broker.call("POST", "/entityOperations/query", query, limit=2),
    ):
        assert (made.status_code, shown(made)) == (201, [HERE, BOTH])
        kept = broker.get(made.headers[MAP].removeprefix("/ngsi-ld/v1")).json()
        assert kept["entityMap"] == {HERE: ["@none"], BOTH: ["@none", id], THERE: [id]}
        linked = partner.get(f"/entityMaps/{kept['linkedMaps'][id]}").json()
        assert set(linked["entityMap"]) == {BOTH, THERE}
        rest = broker.get("/entities", headers={MAP: made.headers[MAP]}, type="Bus", offset=2)
        assert shown(rest) == [THERE]
    retrieved = broker.get(f"/entities/{BOTH}", entityMap="true", entityMapLifetime="PT1H")
    kept = broker.get(retrieved.headers[MAP].removeprefix("/ngsi-ld/v1")).json()
    there = partner.get(f"/entityMaps/{kept['linkedMaps'][id]}").json()
    assert set(there["entityMap"]) == {BOTH}
    assert abs(_seconds(there["expiresAt"]) - _seconds(kept["expiresAt"])) < 5


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def test_a_source_goes_on_with_its_map_page_by_page(broker: Broker, register: Registrar, source: Source) -> None:
    """The source is asked for a map with its first page, and names it with the next ones."""
    page = [{"id": f"urn:ngsi-ld:Bus:{n:04}", "type": X + "Bus"} for n in range(1000)]
    following = {"Link": '</next>; rel="next"', MAP.replace("-", "_"): "/ngsi-ld/v1/entityMaps/urn:m:7"}
    source.answers("GET", "/entities", 201, page, **following)
    id = register(endpoint=source.origin)
    made = broker.get("/entities", type="Bus", entityMap="true", entityMapLifetime="PT90S", limit=1)
    assert shown(made) == [page[0]["id"]]
    first, second = source.asked[:2]
    assert (first.query["entityMap"], first.query["entityMapLifetime"]) == ("true", "PT90S")
    assert "ngsild-entitymap" not in first.headers
    assert "entityMap" not in second.query
    assert second.headers["ngsild-entitymap"] == "/ngsi-ld/v1/entityMaps/urn:m:7"
    assert (second.query["offset"], second.query["limit"]) == ("1000", "1000")
    kept = broker.get(made.headers[MAP].removeprefix("/ngsi-ld/v1")).json()
    assert kept["linkedMaps"] == {id: "urn:m:7"}


def test_a_source_that_never_heard_of_maps_is_asked_without_them(
    broker: Broker, register: Registrar, source: Source
) -> None:
    """Table 4.20-2: a registration that names no operations promises maps, whoever made it."""
    entity = {"id": FAR, "type": X + "Bus"}
    source.answers("GET", "/entities?entityMap", 400, {"type": "BadRequestData", "title": "unknown parameter"})
    source.answers("GET", "/entities", 200, [entity])
    id = register(endpoint=source.origin)
    answers = [broker.get("/entities", type="Bus", entityMap="true"), broker.get("/entityMaps", type="Bus")]
    for made in answers:
        assert (made.status_code, warnings(made)) == (201, "")
        kept = broker.get(made.headers[MAP].removeprefix("/ngsi-ld/v1")).json()
        assert kept["entityMap"] == {FAR: [id]}
        assert "linkedMaps" not in kept
    assert [(one.path, "entityMap" in one.query) for one in source.asked] == [
        ("/entities", True), ("/entities", False), ("/entityMaps", False), ("/entities", False),
    ]  # fmt: skip


def test_of_two_questions_to_one_source_no_map_is_made(broker: Broker, partner: Broker, register: Registrar) -> None:
    """`linkedMaps` refers to one map of a source: pages of the other question would find nothing in it."""
    spread(broker, partner)
    partner.create("urn:ngsi-ld:Depot:1", "Depot")
    information = [{"entities": [{"type": "Bus"}]}, {"entities": [{"type": "Depot"}]}]
    id = register(information=information)
    made = broker.get("/entityMaps", type="Bus,Depot")
    assert made.json()["entityMap"]["urn:ngsi-ld:Depot:1"] == [id]
    assert "linkedMaps" not in made.json()
    found = shown(broker.get("/entities", headers={MAP: made.headers[MAP]}, type="Bus,Depot"))
    assert set(found) == {HERE, BOTH, THERE, "urn:ngsi-ld:Depot:1"}


PAST = ["retrieveTemporal", "queryTemporal", "createEntityMapQueryTemporal"]


def told_twice(broker: Broker, partner: Broker) -> None:
    for where, id, day in ((broker, HERE, 1), (broker, BOTH, 2), (partner, BOTH, 3), (partner, THERE, 4)):
        value = prop(day, observedAt=f"2026-05-0{day}T00:00:00Z")
        where.call("POST", "/temporal/entities", {"id": id, "type": "Bus", "speed": [value]})


def test_a_map_of_histories_refers_to_those_of_sources(broker: Broker, partner: Broker, register: Registrar) -> None:
    """5.14.5: by `createEntityMapQueryTemporal`; pages go on with the map there."""
    told_twice(broker, partner)
    id = register(operations=PAST)
    query = {"type": "Query", "entities": [{"type": "Bus"}], "temporalQ": WINDOW, "q": "speed>1"}
    for made in (
        broker.get("/temporal/entityMaps", type="Bus", q="speed>1", **WINDOW),
        broker.call("POST", "/temporal/entityMaps", query),
    ):
        assert made.status_code == 201, made.text
        assert made.json()["entityMap"] == {BOTH: ["@none", id], THERE: [id]}
        linked = partner.get(f"/entityMaps/{made.json()['linkedMaps'][id]}").json()
        assert linked["entityMap"] == {BOTH: ["@none"], THERE: ["@none"]}
        headers = {MAP: made.headers[MAP]}
        page = broker.get("/temporal/entities", headers=headers, type="Bus", q="speed>1", limit=1, offset=1, **WINDOW)
        assert shown(page) == [THERE]


def test_a_query_of_history_for_a_map_has_sources_make_theirs(
    broker: Broker, partner: Broker, register: Registrar, source: Source
) -> None:
    told_twice(broker, partner)
    id = register(operations=PAST)
    made = broker.get("/temporal/entities", type="Bus", entityMap="true", limit=1, **WINDOW)
    assert (made.status_code, shown(made)) == (201, [HERE])
    kept = broker.get(made.headers[MAP].removeprefix("/ngsi-ld/v1")).json()
    assert kept["entityMap"] == {HERE: ["@none"], BOTH: ["@none", id], THERE: [id]}
    assert set(partner.get(f"/entityMaps/{kept['linkedMaps'][id]}").json()["entityMap"]) == {BOTH, THERE}
    register(endpoint=source.origin, operations=PAST)
    rest = broker.get("/temporal/entities", headers={MAP: made.headers[MAP]}, type="Bus", offset=1, **WINDOW)
    assert shown(rest) == [BOTH, THERE]
    assert source.asked == []


def test_a_source_of_histories_without_maps_is_asked_the_query(
    broker: Broker, register: Registrar, source: Source
) -> None:
    story = {"id": FAR, "type": X + "Bus", X + "speed": [prop(5, observedAt="2026-05-05T00:00:00Z")]}
    source.answers("GET", "/temporal/entities", 200, [story])
    id = register(endpoint=source.origin, operations=PAST)
    made = broker.get("/temporal/entityMaps", type="Bus", **WINDOW)
    assert (made.status_code, warnings(made)) == (201, "")
    assert made.json()["entityMap"] == {FAR: [id]}
    assert [one.path for one in source.asked] == ["/temporal/entityMaps", "/temporal/entities"]


def test_pieces_of_a_history_are_put_together_before_they_are_filtered(
    broker: Broker, partner: Broker, register: Registrar
) -> None:
    """5.7.4.4 with `splitEntities`: neither piece alone answers."""
    moment = {"observedAt": "2026-05-01T00:00:00Z"}
    broker.call("POST", "/temporal/entities", {"id": BOTH, "type": "Bus", "name": [prop("n", **moment)]})
    partner.call("POST", "/temporal/entities", {"id": BOTH, "type": "Bus", "speed": [prop(3, **moment)]})
    register(operations=PAST)
    wish = {"type": "Bus", "q": "name;speed>2", **WINDOW}
    assert shown(broker.get("/temporal/entities", splitEntities="true", **wish)) == [BOTH]
    assert shown(broker.get("/temporal/entities", splitEntities="true", attrs="name", **wish)) == [BOTH]
    none = {**wish, "q": "name;speed>3"}
    assert shown(broker.get("/temporal/entities", splitEntities="true", **none)) == []
