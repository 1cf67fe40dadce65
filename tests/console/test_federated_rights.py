"""The reader's grants hold for what a partner answers, and for what is written at him."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
import pytest
from house_at_hand import Opened

from city_process import CityProcess
from patience import PATIENCE
from pinisi.console import federated_query, federated_read
from pinisi.console import federated_write_requests as requests
from pinisi.console.federated_write import distributed
from pinisi.console.http import Call, Reply
from pinisi.console.ngsi_ld_consumption import query_entities, retrieve_entity
from pinisi.console.ngsi_ld_provision import create_entity
from pinisi.console.registration_endpoints import create_registration
from pinisi.context.problems import ResourceNotFound
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants, Principal
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

pytestmark = pytest.mark.anyio
PERMISSIONS = frozenset({"context.read", "context.write", "house.manage"})


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityProcess]:
    city = CityProcess(tmp_path_factory.mktemp("gowa"), "gowa")
    city.start()
    yield city
    city.stop()


def principal(grants: Grants) -> Principal:
    return Principal(id="someone", name="Someone", kind="token", permissions=PERMISSIONS, grants=grants)


def limited(attributes: set[str] | None = None, *, write: bool = False) -> Principal:
    """Who may see buses, and of them these attributes."""
    names = None if attributes is None else frozenset(DEFAULT_CONTEXT + name for name in attributes)
    return principal(Grants((Grant(types=frozenset({DEFAULT_CONTEXT + "Bus"}), attributes=names, write=write),)))


def call(opened: Opened, who: Principal, method: str, body: Any = None, query: bytes = b"", **params: str) -> Call:
    headers = {b"content-type": b"application/json"}
    return Call(
        method, "/ngsi-ld/v1/x", principal=who, tenant=opened.house.default_tenant, query_string=query,
        headers=headers, body=msgspec.json.encode(body), params=params,
    )  # fmt: skip


async def register(opened: Opened, partner: CityProcess, type: str, **more: Any) -> None:
    body = {
        "id": f"urn:ngsi-ld:ContextSourceRegistration:{type}", "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": type}]}], "endpoint": partner.address, **more,
    }  # fmt: skip
    reply = await create_registration(opened.house, call(opened, principal(EVERYTHING), "POST", body))
    assert reply.status == 201


async def retrieved(opened: Opened, who: Principal, id: str) -> dict[str, Any]:
    reply = await federated_read.retrieve(opened.house, call(opened, who, "GET", id=id), retrieve_entity)
    return msgspec.json.decode(reply.body)


async def test_what_a_reader_may_not_see_he_does_not_see_of_a_partner_either(
    fresh: Opened, partner: CityProcess
) -> None:
    partner.create("urn:ngsi-ld:Bus:1", "Bus", speed=1, driver="a name")
    partner.create("urn:ngsi-ld:Patient:1", "Patient", name="a name")
    await register(fresh, partner, "Bus")
    await register(fresh, partner, "Patient")
    assert set(await retrieved(fresh, limited({"speed"}), "urn:ngsi-ld:Bus:1")) == {"id", "type", "speed"}
    assert "driver" in await retrieved(fresh, limited(), "urn:ngsi-ld:Bus:1")
    with pytest.raises(ResourceNotFound):
        await retrieved(fresh, limited(), "urn:ngsi-ld:Patient:1")
    asked = call(fresh, limited({"speed"}), "GET", query=b"type=Bus,Patient&count=true")
    reply = await federated_query.query(fresh.house, asked, query_entities)
    assert [entity["id"] for entity in msgspec.json.decode(reply.body)] == ["urn:ngsi-ld:Bus:1"]
    assert (b"ngsild-results-count", b"1") in reply.headers


async def test_what_a_reader_may_not_see_no_relationship_leads_him_to(fresh: Opened, partner: CityProcess) -> None:
    """4.5.23 across sources: linked entities, and their attributes, are those that his grants reach."""
    partner.create("urn:ngsi-ld:Driver:1", "Driver", name="a name")
    partner.create("urn:ngsi-ld:Bus:11", "Bus", speed=1, driver="a name")
    await register(fresh, partner, "Bus")
    await register(fresh, partner, "Driver")
    links = {
        name: {"type": "Relationship", "object": id, "objectType": id.split(":")[2]}
        for name, id in (("next", "urn:ngsi-ld:Bus:11"), ("steers", "urn:ngsi-ld:Driver:1"))
    }
    body = {"id": "urn:ngsi-ld:Bus:10", "type": "Bus", **links}
    await create_entity(fresh.house, call(fresh, principal(EVERYTHING), "POST", body))
    who = limited({"next", "steers", "speed"})
    asked = call(fresh, who, "GET", query=b"type=Bus&join=flat&id=urn:ngsi-ld:Bus:10")
    reply = await federated_query.query(fresh.house, asked, query_entities)
    told = [set(entity) - {"id", "type"} for entity in msgspec.json.decode(reply.body)]
    assert told == [{"next", "steers"}, {"speed"}]


async def test_a_writer_writes_nothing_at_a_partner_that_he_could_not_write_here(
    fresh: Opened, partner: CityProcess
) -> None:
    await register(fresh, partner, "Bus", mode="redirect", operations=["redirectionOps"])
    await register(fresh, partner, "Patient", mode="redirect", operations=["redirectionOps"])

    async def create(who: Principal, id: str, type: str) -> Reply:
        body = {"id": id, "type": type, "speed": {"type": "Property", "value": 1}}
        return await distributed(requests.create)(fresh.house, call(fresh, who, "POST", body), create_entity)

    assert (await create(limited(write=True), "urn:ngsi-ld:Bus:2", "Bus")).status == 201
    assert (await create(limited(write=False), "urn:ngsi-ld:Bus:3", "Bus")).status == 403
    assert (await create(limited(write=True), "urn:ngsi-ld:Patient:2", "Patient")).status == 403
    assert (await create(limited({"name"}, write=True), "urn:ngsi-ld:Bus:4", "Bus")).status == 403
    there = {id for type in ("Bus", "Patient") for id in partner.ids(type, local="true")[0]}
    assert "urn:ngsi-ld:Bus:2" in there
    assert there.isdisjoint({"urn:ngsi-ld:Bus:3", "urn:ngsi-ld:Bus:4", "urn:ngsi-ld:Patient:2"})


async def test_a_subscriber_hears_of_a_partner_only_what_he_may_see(fresh: Opened, partner: CityProcess) -> None:
    """Of what he may not see no copy is asked for, and nothing is told that a source tells all the same."""
    bus, speed = DEFAULT_CONTEXT + "Bus", DEFAULT_CONTEXT + "speed"
    limits = Assignment(role="partner", types=frozenset({bus}), attributes=frozenset({speed}))
    await fresh.account("ani", Assignment(role="administrator"))
    cookie = await fresh.account("maros", limits)
    for type in ("Bus", "Patient"):
        await register(fresh, partner, type, operations=["federationOps"])
    heard: asyncio.Queue[Any] = asyncio.Queue()
    async with await asyncio.start_server(partial(_hear, heard), "127.0.0.1", 0) as listening, fresh.client() as anyone:
        address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        body = {
            "id": "urn:ngsi-ld:Subscription:maros", "type": "Subscription", "entities": [{"type": "*"}],
            "notification": {"endpoint": {"uri": address}},
        }  # fmt: skip
        answer = await anyone.post("/ngsi-ld/v1/subscriptions", json=body, headers={"cookie": cookie})
        assert answer.status_code == 201, answer.text
        async with asyncio.timeout(PATIENCE):
            while not any(copy.sent for _, copy in fresh.house.copies.all()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        ((_, copy),) = fresh.house.copies.all()
        assert copy.sent is not None
        assert copy.sent["entities"] == [{"type": "Bus"}]
        other = {"id": "urn:ngsi-ld:Patient:9", "type": "Patient", "name": {"type": "Property", "value": "a name"}}
        values = {name: {"type": "Property", "value": 1} for name in ("speed", "driver")}
        mine = {"id": "urn:ngsi-ld:Bus:9", "type": "Bus", **values}
        for entity in (other, mine):
            told = {"type": "Notification", "subscriptionId": copy.id, "data": [entity]}
            answer = await anyone.post("/ngsi-ld/ex/remote-notify", json=told)
            assert answer.status_code == 200, answer.text
        (entity,) = (await asyncio.wait_for(heard.get(), PATIENCE))["data"]
        assert set(entity) == {"id", "type", "speed"}
        assert heard.empty()


async def _hear(heard: asyncio.Queue[Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take one notification."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    heard.put_nowait(msgspec.json.decode(await reader.readexactly(length)))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_what_a_reader_may_not_see_of_a_partner_decides_nothing(fresh: Opened, partner: CityProcess) -> None:
    """By filters nobody learns of a hidden attribute: not that it is this, not that it is not that."""
    partner.create("urn:ngsi-ld:Truck:1", "Truck", speed=1, load="full", driver="a name")
    await register(fresh, partner, "Truck")
    truck = frozenset({DEFAULT_CONTEXT + "Truck"})

    async def found(shown: set[str] | None, query: bytes) -> list[set[str]]:
        names = None if shown is None else frozenset(DEFAULT_CONTEXT + name for name in shown)
        who = principal(Grants((Grant(types=truck, attributes=names),)))
        asked = call(fresh, who, "GET", query=b"type=Truck&" + query)
        reply = await federated_query.query(fresh.house, asked, query_entities)
        return [set(entity) - {"id", "type"} for entity in msgspec.json.decode(reply.body)]

    assert await found({"speed"}, b"q=driver==%22a%20name%22") == []
    assert await found({"speed"}, b"q=driver!=%22nobody%22") == []
    assert await found({"speed"}, b"q=speed==1") == [{"speed"}]
    assert await found({"speed", "load"}, b"q=speed==1&attrs=load") == [{"load"}]
    assert await found({"speed", "load"}, b"q=speed==2&attrs=load") == []
    assert await found(None, b"q=driver==%22a%20name%22&attrs=load") == [{"load"}]
