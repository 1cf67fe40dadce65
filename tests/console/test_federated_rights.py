"""The reader's grants hold for what a partner answers, and for what is written at him."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from house_at_hand import Opened

from city_process import CityProcess
from pinisi.console import federated_query, federated_read
from pinisi.console import federated_write_requests as requests
from pinisi.console.federated_write import distributed
from pinisi.console.http import Call, Reply
from pinisi.console.ngsi_ld_consumption import query_entities, retrieve_entity
from pinisi.console.ngsi_ld_provision import create_entity
from pinisi.console.registration_endpoints import create_registration
from pinisi.context.problems import ResourceNotFound
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
