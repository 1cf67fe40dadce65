"""Ways of requests over several brokers, and registrations that lead nowhere (NGSI-LD 4.3.6.4, 6.3.18, 5.2.9, 5.12).

Each tenant is a context source of its own (4.3.6.4): five of them, at two real servers, are five brokers.
"""

import time
from typing import Any

import pytest
from broker_at_hand import Broker, X, prop, refused
from moments import before_the_end
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

BUS = "urn:ngsi-ld:Bus:1"
WRITES = ["redirectionOps"]


class Net:
    """Brokers a to e, by turns at one server and at the other."""

    def __init__(self, broker: Broker, here: str, partner: Broker, there: str) -> None:
        self._at: dict[str, tuple[Broker, str]] = {}
        for number, name in enumerate("abcde"):
            side, address = (broker, here) if number % 2 == 0 else (partner, there)
            self._at[name] = Broker(side.wire, f"{broker.tenant}{name}"), address

    def __getitem__(self, name: str) -> Broker:
        return self._at[name][0]

    def link(self, source: str, *targets: str, **more: Any) -> None:
        """Register brokers with another one."""
        for target in targets:
            broker, address = self._at[target]
            body = {
                "id": f"urn:ngsi-ld:ContextSourceRegistration:{target}", "type": "ContextSourceRegistration",
                "information": [{"entities": [{"type": "Bus"}]}], "endpoint": address, "tenant": broker.tenant, **more,
            }  # fmt: skip
            answer = self[source].call("POST", "/csourceRegistrations", body)
            assert answer.status_code == 201, answer.text


@pytest.fixture
def net(broker: Broker, partner: Broker, server: str, partner_address: str) -> Net:
    return Net(broker, server, partner, partner_address)


def test_a_diamond_of_five_tells_each_entity_once(net: Net) -> None:
    """a asks b, c and d, each of them asks e."""
    net.link("a", "b", "c", "d")
    for middle in "bcd":
        net.link(middle, "e")
    for n in range(30):
        net["e"].create(f"urn:ngsi-ld:Bus:{n:02}", speed=prop(n))
    net["b"].create("urn:ngsi-ld:Bus:b", speed=prop(1))
    net["a"].create("urn:ngsi-ld:Bus:00", name=prop("a"))
    pages = [
        net["a"].get("/entities", type="Bus", limit=10, offset=offset, count="true") for offset in range(0, 40, 10)
    ]
    assert [page.headers["NGSILD-Results-Count"] for page in pages] == ["31"] * 4
    ids = [entity["id"] for page in pages for entity in page.json()]
    assert len(ids) == len(set(ids)) == 31
    assert "".join(warnings(page) for page in pages) == ""
    assert set(net["a"].entity("urn:ngsi-ld:Bus:00")) >= {"name", "speed"}


def test_a_ring_of_five_ends_with_everything_once_and_a_word_on_the_loop(net: Net) -> None:
    for source, target in ("ab", "bc", "cd", "de", "ea"):
        net.link(source, target)
    for name in "abcde":
        net[name].create(f"urn:ngsi-ld:Bus:{name}", speed=prop(1))
    answer = net["a"].get("/entities", type="Bus")
    assert sorted(entity["id"][-1] for entity in answer.json()) == list("abcde")
    assert warnings(answer).startswith("199 ")
    assert "loop" in warnings(answer)


def test_a_write_goes_down_a_chain_of_five_and_is_done_at_its_end(net: Net) -> None:
    for source, target in ("ab", "bc", "cd", "de"):
        net.link(source, target, mode="redirect", operations=WRITES)
    assert net["a"].call("POST", "/entities", {"id": BUS, "type": "Bus", "speed": prop(1)}).status_code == 201
    held = [name for name in "abcde" if net[name].get(f"/entities/{BUS}", local="true").status_code == 200]
    assert held == ["e"]
    assert net["a"].entity(BUS)["speed"]["value"] == 1
    assert net["a"].call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(2)}).status_code == 204
    assert net["e"].entity(BUS)["speed"]["value"] == 2
    assert net["a"].call("DELETE", f"/entities/{BUS}").status_code == 204
    refused(net["a"].get(f"/entities/{BUS}"), 404, "ResourceNotFound")


def test_a_write_in_a_ring_of_proxies_is_508(net: Net) -> None:
    for source, target in ("ab", "bc", "ca"):
        net.link(source, target, mode="redirect", operations=WRITES)
    answer = net["a"].call("POST", "/entities", {"id": BUS, "type": "Bus"})
    assert answer.status_code == 508, answer.text
    assert all(net[name].get(f"/entities/{BUS}", local="true").status_code == 404 for name in "abc")


def test_a_write_in_a_diamond_is_done_once_at_each(net: Net) -> None:
    """Inclusive: all that take part hold it; of the second way to e the first has it already (AlreadyExists)."""
    net.link("a", "b", "c", operations=WRITES)
    net.link("b", "e", operations=WRITES)
    net.link("c", "e", operations=WRITES)
    answer = net["a"].call("POST", "/entities", {"id": BUS, "type": "Bus", "speed": prop(1)})
    assert answer.status_code == 207, answer.text
    assert [name for name in "abce" if net[name].get(f"/entities/{BUS}", local="true").status_code == 200] == list(
        "abce"
    )
    told = answer.json()
    assert told["success"] == [BUS]
    assert len(told["errors"]) == 1


def test_a_registration_of_oneself_is_a_loop_and_no_more(net: Net) -> None:
    """6.3.18: what is held here is told once, with a word on the loop; a write at a proxy of oneself is 508."""
    net["a"].create(BUS, speed=prop(1))
    net.link("a", "a")
    answer = net["a"].get(f"/entities/{BUS}")
    assert (answer.status_code, answer.json()["speed"]["value"]) == (200, 1)
    assert "loop" in warnings(answer)
    assert net["a"].ids(type="Bus") == [BUS]
    net.link("c", "c", mode="redirect", operations=WRITES)
    assert net["c"].call("POST", "/entities", {"id": BUS, "type": "Bus"}).status_code == 508


def test_a_source_whose_alias_is_in_the_way_is_not_asked(broker: Broker, register: Registrar, source: Source) -> None:
    """6.3.18, table 6.3.18-2: its pseudonym is matched against the header Via."""
    source.answers("GET", "/entities", 200, [{"id": BUS, "type": X + "Bus"}])
    register(endpoint=source.origin, contextSourceAlias="far-away")
    far = broker.get("/entities", headers={"Via": "1.1 near, 1.1 far-away"}, type="Bus")
    assert (far.json(), source.asked) == ([], [])
    near = broker.get("/entities", headers={"Via": "1.1 near, HTTP/1.1 other (comment)"}, type="Bus")
    assert [entity["id"] for entity in near.json()] == [BUS]
    assert source.asked[0].headers["via"].startswith("1.1 near, HTTP/1.1 other (comment), 1.1 ")


def test_a_registration_that_has_expired_is_nobody(broker: Broker, register: Registrar, source: Source) -> None:
    source.answers("GET", "/entities", 200, [{"id": BUS, "type": X + "Bus"}])

    def asked_for(end: str) -> str:
        id = register(endpoint=source.origin, expiresAt=end)
        assert broker.ids(type="Bus") == [BUS]
        return id

    id = before_the_end(asked_for)
    source.asked.clear()
    answer = broker.get("/entities", type="Bus")
    assert (answer.json(), warnings(answer), source.asked) == ([], "", [])
    refused(broker.get(f"/csourceRegistrations/{id}"), 404, "ResourceNotFound")


def test_properties_and_relationships_that_are_registered_bound_what_is_asked_and_heard(
    broker: Broker, register: Registrar, source: Source
) -> None:
    told = {X + "speed": prop(1), X + "parkedAt": {"type": "Relationship", "object": "urn:d:1"}, X + "name": prop("n")}
    source.answers("GET", "/entities", 200, [{"id": BUS, "type": X + "Bus", **told}])
    information = [{"entities": [{"type": "Bus"}], "propertyNames": ["speed"], "relationshipNames": ["parkedAt"]}]
    register(endpoint=source.origin, information=information)
    [entity] = broker.get("/entities", type="Bus").json()
    assert set(entity) == {"id", "type", "speed", "parkedAt"}
    assert set(source.asked[-1].query["attrs"].split(",")) == {"speed", "parkedAt"}
    assert broker.get("/entities", type="Bus", attrs="name").json() == []
    assert len(source.asked) == 1
    [entity] = broker.get("/entities", type="Bus", attrs="name,speed").json()
    assert (set(entity), source.asked[-1].query["attrs"]) == ({"id", "type", "speed"}, "speed")


def test_datasets_that_are_registered_bound_what_is_asked(broker: Broker, register: Registrar, source: Source) -> None:
    source.answers("GET", "/entities", 200, [])
    register(endpoint=source.origin, datasetId=["urn:d:1", "@none"])
    broker.get("/entities", type="Bus")
    broker.get("/entities", type="Bus", datasetId="urn:d:1,urn:d:2")
    broker.get("/entities", type="Bus", datasetId="urn:d:2")
    assert [set(one.query["datasetId"].split(",")) for one in source.asked] == [{"urn:d:1", "@none"}, {"urn:d:1"}]


def test_places_and_scopes_of_a_source_choose_the_queries_it_is_asked(
    broker: Broker, register: Registrar, source: Source
) -> None:
    source.answers("GET", "/entities", 200, [])
    square = [[[119.0, -6.0], [120.0, -6.0], [120.0, -5.0], [119.0, -5.0], [119.0, -6.0]]]
    register(endpoint=source.origin, location={"type": "Polygon", "coordinates": square}, scope="/Makassar")
    near = {"georel": "near;maxDistance==1000", "geometry": "Point"}
    broker.get("/entities", type="Bus", coordinates="[10,50]", **near)
    broker.get("/entities", type="Bus", scopeQ="/Gowa")
    assert source.asked == []
    broker.get("/entities", type="Bus", coordinates="[119.5,-5.5]", **near)
    broker.get("/entities", type="Bus", scopeQ="/Makassar")
    assert len(source.asked) == 2


@pytest.mark.parametrize(
    ("interval", "property", "asked"),
    [("observationInterval", "observedAt", True), ("observationInterval", "modifiedAt", True),
     ("managementInterval", "modifiedAt", True), ("managementInterval", "createdAt", True)],
)  # fmt: skip
def test_the_times_of_a_source_choose_the_histories_it_is_asked(
    broker: Broker, register: Registrar, source: Source, interval: str, property: str, asked: bool
) -> None:
    """5.2.9: overlap with the interval of the temporal property; the present is never asked of it."""
    source.answers("GET", "/temporal/entities", 200, [])
    span = {"startAt": "2020-01-01T00:00:00Z", "endAt": "2021-01-01T00:00:00Z"}
    register(endpoint=source.origin, operations=["queryTemporal", "queryEntity"], **{interval: span})
    wish = {"type": "Bus", "timeproperty": property}
    broker.get("/temporal/entities", timerel="after", timeAt="2022-01-01T00:00:00Z", **wish)
    apart = interval == "observationInterval" and property != "observedAt"
    assert bool(source.asked) == apart
    source.asked.clear()
    broker.get("/temporal/entities", timerel="before", timeAt="2020-06-01T00:00:00Z", **wish)
    assert bool(source.asked) == asked
    source.asked.clear()
    broker.get("/entities", type="Bus")
    assert source.asked == []


def test_what_a_registration_says_of_the_way_to_talk_is_followed(
    broker: Broker, register: Registrar, source: Source
) -> None:
    """4.3.6.5, 4.3.6.6: pairs become headers, values of the request are handed on, the tenant is the registration's."""
    source.answers("GET", "/entities", 200, [])
    handed_on = "urn:ngsi-ld:request"
    pairs = {
        "X-Key": "abc", "X-User": handed_on, "X-None": handed_on, "Authorization": handed_on,
        "accept": "application/ld+json", "NGSILD-Tenant": "other", "Content-Length": "7", "Via": "1.1 nobody",
    }  # fmt: skip
    info = [{"key": key, "value": value} for key, value in pairs.items()]
    register(endpoint=source.origin, contextSourceInfo=info)
    broker.get("/entities", type="Bus", headers={"X-User": "ani"})
    headers = source.asked[0].headers
    assert (headers["x-key"], headers["x-user"], headers["accept"]) == ("abc", "ani", "application/ld+json")
    assert headers["ngsild-tenant"] == broker.tenant
    assert not {"x-none", "content-length", "authorization"} & headers.keys()
    assert "nobody" not in headers["via"]


def test_how_a_source_fares_is_told_of_its_registration(broker: Broker, register: Registrar, source: Source) -> None:
    """Table 5.2.9-2: anything but a success is a failure, save that a read finds nothing there."""
    id = register(endpoint=source.origin, operations=["retrieveEntity", "deleteEntity"])

    def fares() -> tuple[str, int, int]:
        told = broker.get(f"/csourceRegistrations/{id}").json()
        return told["status"], told["timesSent"], told.get("timesFailed", 0)

    source.answers("GET", "", 200, {"id": BUS, "type": X + "Bus"})
    broker.get(f"/entities/{BUS}")
    assert fares() == ("ok", 1, 0)
    source.answers("GET", "", 403, {})
    broker.get(f"/entities/{BUS}")
    assert fares() == ("failed", 2, 1)
    source.answers("GET", "", 404, {})
    broker.get(f"/entities/{BUS}")
    assert fares() == ("ok", 3, 1)
    source.answers("DELETE", "", 404, {})
    broker.call("DELETE", f"/entities/{BUS}")
    assert fares() == ("failed", 4, 2)


def test_an_answer_is_kept_as_long_as_the_registration_says(
    broker: Broker, register: Registrar, source: Source
) -> None:
    """5.2.34, `cacheDuration`: told as 110; a write at the source and a change of its registration end it."""
    source.answers("GET", "", 200, {"id": BUS, "type": X + "Bus", X + "speed": prop(1)})
    source.answers("PATCH", "", 204, None)
    operations = ["retrieveEntity", "updateEntity"]
    id = register(endpoint=source.origin, operations=operations, management={"cacheDuration": "PT1H"}, mode="redirect")
    first, second = (broker.get(f"/entities/{BUS}") for _ in range(2))
    assert (first.json(), warnings(first)) == (second.json(), "")
    assert warnings(second).startswith("110 ")
    assert id in warnings(second)
    assert len(source.asked) == 1
    broker.get(f"/entities/{BUS}", attrs="speed")
    assert len(source.asked) == 2, "another question"
    assert broker.call("PATCH", f"/entities/{BUS}/attrs", {"speed": prop(2)}).status_code == 204
    broker.get(f"/entities/{BUS}")
    assert len(source.asked) == 4
    broker.call("PATCH", f"/csourceRegistrations/{id}", {"management": {"cacheDuration": "PT0.2S"}})
    broker.get(f"/entities/{BUS}")
    time.sleep(0.3)
    assert warnings(broker.get(f"/entities/{BUS}")) == ""
    assert len(source.asked) == 6


def test_a_changed_registration_is_asked_at_once(broker: Broker, register: Registrar, source: Source) -> None:
    """The cooldown of an address that failed is not that of the one that takes its place."""
    source.answers("GET", "/entities", 200, [{"id": BUS, "type": X + "Bus"}])
    id = register(endpoint="http://127.0.0.1:9", management={"cooldown": 600_000})
    assert broker.ids(type="Bus") == []
    assert "so soon" in warnings(broker.get("/entities", type="Bus"))
    assert broker.call("PATCH", f"/csourceRegistrations/{id}", {"endpoint": source.origin}).status_code == 204
    assert broker.ids(type="Bus") == [BUS]
