"""Who manages a stored @context: who added it, and who may change everything (NGSI-LD 5.13; grants of the house)."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from test_context_storage import ANI, TRAM, House, open_house

from pinisi.console.http import Call, Reply
from pinisi.console.ngsi_ld_contexts import CONTEXT_ROUTES, add_context, delete_context, list_contexts, serve_context
from pinisi.console.our_names import OurNames
from pinisi.context.problems import ResourceNotFound
from pinisi.settings import Settings
from pinisi.store.change import Forbidden
from pinisi.vocabulary.principal import Grant, Grants, Principal

pytestmark = pytest.mark.anyio
BUDI = Principal(id="budi", name="Budi", kind="person", grants=Grants((Grant(types=frozenset({"X"}), write=True),)))
CICI = Principal(id="cici", name="Cici", kind="person", grants=Grants((Grant(types=frozenset({"X"}), write=True),)))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def ask(
    house: House, endpoint: Any, principal: Principal, *, id: str = "", body: Any = None, query: str = ""
) -> Reply:
    around = SimpleNamespace(
        context_storage=house.storage,
        opened_at=house.time,
        now=lambda: house.time,
        address=OurNames(Settings(public_address="http://city.example")),
    )
    call = Call(
        "POST",
        "/",
        principal=principal,
        tenant="depot",
        query_string=query.encode(),
        headers={b"content-type": b"application/json"},
        body=b"" if body is None else msgspec.json.encode(body),
        params={"id": id},
    )
    return await endpoint(around, call)


async def hosted(house: House, principal: Principal) -> str:
    reply = await ask(house, add_context, principal, body=TRAM)
    return unquote(dict(reply.headers)[b"location"].decode().rpartition("/")[2])


async def test_a_hosted_context_is_deleted_by_who_added_it_or_may_change_everything(house: House) -> None:
    for principal in (BUDI, ANI):
        id = await hosted(house, BUDI)
        with pytest.raises(Forbidden, match="Cici"):
            await ask(house, delete_context, CICI, id=id)
        assert (await ask(house, serve_context, CICI, id=id)).status == 200
        assert (await ask(house, delete_context, principal, id=id)).status == 204
        with pytest.raises(ResourceNotFound):
            await ask(house, serve_context, BUDI, id=id)


async def test_a_cached_context_is_managed_by_who_may_change_everything(tmp_path: Path) -> None:
    url = "https://contexts.example/tram.jsonld"
    (tmp_path / "contexts").mkdir()
    (tmp_path / "contexts" / "index.json").write_text(msgspec.json.encode({url: "tram.jsonld"}).decode())
    (tmp_path / "contexts" / "tram.jsonld").write_text(msgspec.json.encode(TRAM).decode())
    async with open_house(tmp_path) as fresh:
        await fresh.contexts.resolved(url, "depot")
        for query in ("", "reload=true"):
            with pytest.raises(Forbidden):
                await ask(fresh, delete_context, BUDI, id=url, query=query)
        assert (await ask(fresh, delete_context, ANI, id=url, query="reload=true")).status == 204
        assert (await ask(fresh, delete_context, ANI, id=url)).status == 204


async def test_the_log_says_who_hosted_and_who_deleted(house: House) -> None:
    id = await hosted(house, BUDI)
    await ask(house, delete_context, ANI, id=id)
    told = (await house.store.log("depot", 0, 100)).entries
    assert [entry.principal for entry in told if entry.subject == f"jsonld-context/{id}"] == ["budi", "ani"]


async def test_reading_and_writing_need_their_permissions() -> None:
    told = {(route.method, route.permission) for route in CONTEXT_ROUTES}
    assert told == {("GET", "context.read"), ("POST", "context.write"), ("DELETE", "context.write")}


async def test_a_list_is_the_same_for_all_readers_of_the_tenant(house: House) -> None:
    await hosted(house, BUDI)
    lists = [msgspec.json.decode((await ask(house, list_contexts, who)).body) for who in (BUDI, CICI, ANI)]
    assert lists[0] == lists[1] == lists[2]
    assert len(lists[0]) == 2
