"""The storage of @contexts: fetched once, kept across restarts, bounded, each tenant's own."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from context_server import ContextServer, answer, context_server, moved

from patience import PATIENCE
from pinisi.context import context_storage as module
from pinisi.context.context_fetch import ContextFetcher
from pinisi.context.context_storage import ContextStorage
from pinisi.context.context_walk import Place
from pinisi.context.contexts import ContextAwaited, Contexts
from pinisi.context.problems import BadRequestData, LdContextNotAvailable
from pinisi.context.targets import Targets
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY, SECOND
from pinisi.vocabulary.principal import EVERYTHING, Principal

pytestmark = pytest.mark.anyio
ANI = Principal(id="ani", name="Ani", kind="person", grants=EVERYTHING)
OWN = "http://city.example/ngsi-ld/v1/jsonldContexts/"
TRAM = {"@context": {"Tram": "https://rail.example/Tram"}}
BUS = {"@context": {"Bus": "https://road.example/Bus"}}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[ContextServer]:
    async with context_server() as server:
        yield server


class House:
    """A store, its contexts and their storage, with a clock that tests turn."""

    def __init__(self, folder: Path, allowed: Sequence[str] = ("loopback",)) -> None:
        self.time = 1_800_000_000 * SECOND
        self.store = SqliteStore(folder / "tenants", lambda: self.time)
        self.contexts = Contexts(own=self.own, now=lambda: self.time)
        fetcher = ContextFetcher(Targets(allowed, "context_sources"))
        self.storage = ContextStorage(
            self.store, self.contexts, "city", lambda: self.time, fetcher, folder / "contexts"
        )
        self.store.listen(self.storage.heard)

    def own(self, url: str) -> str | None:
        return url.removeprefix(OWN) if url.startswith(OWN) else None

    async def expand(self, context: Any, name: str, tenant: str = "city") -> str:
        return (await self.contexts.resolved(context, tenant)).expand_term(name)


@asynccontextmanager
async def open_house(folder: Path, *allowed: str) -> AsyncGenerator[House]:
    house = House(folder, allowed or ("loopback",))
    try:
        yield house
    finally:
        await house.storage.close()
        await house.store.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def test_an_address_is_fetched_once_however_many_ask(house: House, server: ContextServer) -> None:
    server.answers["/tram"] = answer(TRAM)
    server.delay = 0.05
    url = server.url("/tram")
    found = await asyncio.gather(*(house.expand(url, "Tram") for _ in range(50)))
    assert set(found) == {"https://rail.example/Tram"}
    assert server.asked == {"/tram": 1}
    assert await house.expand([url], "Tram") == "https://rail.example/Tram"
    assert server.asked == {"/tram": 1}


async def test_one_who_goes_away_does_not_end_it_for_the_others(house: House, server: ContextServer) -> None:
    server.answers["/tram"] = answer(TRAM)
    server.delay = 0.1
    first = asyncio.create_task(house.expand(server.url("/tram"), "Tram"))
    second = asyncio.create_task(house.expand(server.url("/tram"), "Tram"))
    await asyncio.sleep(0.03)
    first.cancel()
    assert await second == "https://rail.example/Tram"
    assert server.asked == {"/tram": 1}


async def test_a_failure_is_remembered_for_a_while(house: House, server: ContextServer) -> None:
    url = server.url("/tram")
    for _ in range(5):
        with pytest.raises(LdContextNotAvailable, match="HTTP 404"):
            await house.contexts.resolved(url)
    assert server.asked == {"/tram": 1}
    server.answers["/tram"] = answer(TRAM)
    house.time += 31 * SECOND
    assert await house.expand(url, "Tram") == "https://rail.example/Tram"


async def test_what_is_there_and_wrong_is_bad_request_data(house: House, server: ContextServer) -> None:
    server.answers["/tram"] = answer(b"{ no json")
    with pytest.raises(BadRequestData, match="JSON"):
        await house.contexts.resolved(server.url("/tram"))


async def test_a_cached_context_survives_a_restart_and_the_end_of_its_server(tmp_path: Path) -> None:
    async with context_server() as server, open_house(tmp_path) as house:
        url = server.url("/tram")
        server.answers["/tram"] = answer(TRAM)
        await house.contexts.resolved(url)
    async with open_house(tmp_path, "nowhere.invalid") as house:
        assert await house.expand(url, "Tram") == "https://rail.example/Tram"
        (stored,) = await house.storage.listed("city", "Cached")
        assert (stored.url, stored.source) == (url, "network")


async def test_a_hosted_context_survives_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        stored = await house.storage.add("depot", TRAM, ANI)
    async with open_house(tmp_path) as house:
        assert await house.expand(OWN + stored.id, "Tram", "depot") == "https://rail.example/Tram"
        with pytest.raises(LdContextNotAvailable):
            await house.expand(OWN + stored.id, "Tram", "city")
        assert await house.storage.found("city", stored.id) is None
        assert (await house.storage.found("depot", stored.id)) == stored


async def test_documents_name_others_relative_to_themselves(house: House, server: ContextServer) -> None:
    server.answers["/a/first"] = answer({"@context": ["second", "../third", BUS["@context"]]})
    server.answers["/a/second"] = answer(TRAM)
    server.answers["/third"] = answer({"@context": {"Ferry": "https://sea.example/Ferry"}})
    table = await house.contexts.resolved(server.url("/a/first"))
    assert [table.expand_term(name) for name in ("Tram", "Ferry", "Bus")] == [
        "https://rail.example/Tram",
        "https://sea.example/Ferry",
        "https://road.example/Bus",
    ]


async def test_contexts_that_name_each_other_end(house: House, server: ContextServer) -> None:
    server.answers["/a"] = answer({"@context": [server.url("/b"), TRAM["@context"]]})
    server.answers["/b"] = answer({"@context": [server.url("/a")]})
    with pytest.raises(BadRequestData, match="deep"):
        await house.contexts.resolved(server.url("/a"))
    assert server.asked == {"/a": 1, "/b": 1}


async def test_a_document_that_names_thousands_causes_few_requests(house: House, server: ContextServer) -> None:
    server.answers["/many"] = answer({"@context": [server.url(f"/{n}") for n in range(5_000)]})
    for n in range(5_000):
        server.answers[f"/{n}"] = answer({"@context": [server.url(f"/{m}") for m in range(n, n + 100)]})
    with pytest.raises((BadRequestData, LdContextNotAvailable)):
        await house.contexts.resolved(server.url("/many"))
    assert sum(server.asked.values()) <= 1 + 16 * 64


async def test_a_redirect_inward_is_not_followed(tmp_path: Path, server: ContextServer) -> None:
    server.answers["/tram"] = moved("http://169.254.169.254/latest/meta-data")
    async with open_house(tmp_path, "0.0.0.0/0", "loopback") as house:
        with pytest.raises(LdContextNotAvailable, match=r"169\.254\.169\.254"):
            await house.contexts.resolved(server.url("/tram"))


async def test_an_expired_one_is_renewed_beside_the_request_that_uses_it(house: House, server: ContextServer) -> None:
    url = server.url("/tram")
    server.answers["/tram"] = answer(TRAM, "Cache-Control: max-age=60")
    await house.contexts.resolved(url)
    server.answers["/tram"] = answer({"@context": {"Tram": "https://rail.example/LightRail"}})
    house.contexts.used(url)
    await asyncio.sleep(0.05)
    assert server.asked == {"/tram": 1}
    house.time += 61 * SECOND
    server.delay = 0.05
    assert house.contexts.used(url).expand_term("Tram") == "https://rail.example/Tram"
    house.contexts.used(url)
    async with asyncio.timeout(PATIENCE):
        while await house.expand(url, "Tram") != "https://rail.example/LightRail":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert server.asked == {"/tram": 2}
    (stored,) = await house.storage.listed("city")
    assert stored.expires_at == stored.created_at + DAY


async def test_an_expired_one_stays_when_its_server_is_gone(house: House, server: ContextServer) -> None:
    url = server.url("/tram")
    server.answers["/tram"] = answer(TRAM, "Cache-Control: no-store")
    await house.contexts.resolved(url)
    del server.answers["/tram"]
    async with asyncio.timeout(PATIENCE):
        while server.asked["/tram"] < 2:
            assert house.contexts.used(url).expand_term("Tram") == "https://rail.example/Tram"
            await asyncio.sleep(0.005)
    for _ in range(20):
        assert house.contexts.used(url).expand_term("Tram") == "https://rail.example/Tram"
        await asyncio.sleep(0.005)
    assert server.asked == {"/tram": 2}


async def test_a_failed_reload_keeps_what_is_stored(house: House, server: ContextServer) -> None:
    url = server.url("/tram")
    server.answers["/tram"] = answer(TRAM)
    await house.contexts.resolved(url)
    stored = await house.storage.found("depot", url)
    assert stored is not None
    for wrong in (answer(b"", status=500), answer({"no": "context"})):
        server.answers["/tram"] = wrong
        with pytest.raises(LdContextNotAvailable):
            await house.storage.reload(stored)
    assert await house.storage.found("depot", url) == stored
    server.answers["/tram"] = answer(BUS)
    await house.storage.reload(stored)
    assert await house.expand(url, "Bus") == "https://road.example/Bus"
    await house.storage.remove("depot", stored, ANI)
    with pytest.raises(ContextAwaited):
        house.contexts.table(url)


async def test_tables_built_upon_a_context_follow_its_deletion(house: House) -> None:
    stored = await house.storage.add("city", TRAM, ANI)
    both = [OWN + stored.id, BUS["@context"]]
    assert await house.expand(both, "Tram") == "https://rail.example/Tram"
    await house.storage.remove("city", stored, ANI)
    with pytest.raises(LdContextNotAvailable):
        await house.expand(both, "Tram")


async def test_what_another_process_changed_is_read_anew(tmp_path: Path) -> None:
    """Two houses share a store; the log tells each of the other's changes."""
    async with open_house(tmp_path) as house:
        other = Contexts(own=house.own, now=lambda: house.time)
        elsewhere = ContextStorage(house.store, other, "city", lambda: house.time, _Nobody(), tmp_path)
        house.store.listen(elsewhere.heard)
        with pytest.raises(LdContextNotAvailable):
            await other.resolved(OWN + "urn:ngsi-ld:Context:later", "city")
        stored = await house.storage.add("city", TRAM, ANI)
        table = await other.resolved(OWN + stored.id, "city")
        assert table.expand_term("Tram") == "https://rail.example/Tram"
        await house.storage.remove("city", stored, ANI)
        with pytest.raises(LdContextNotAvailable):
            await other.resolved(OWN + stored.id, "city")
        await elsewhere.close()


class _Nobody:
    async def fetch(self, url: str) -> Any:
        raise AssertionError(f"nobody may be asked for {url}")


async def test_hosted_contexts_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HOSTED", 3)
    for _ in range(3):
        await house.storage.add("city", TRAM, ANI)
    with pytest.raises(BadRequestData, match="delete one"):
        await house.storage.add("city", TRAM, ANI)
    await house.storage.add("depot", TRAM, ANI)


async def test_cached_contexts_make_room_for_new_ones(
    house: House, server: ContextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CACHED", 3)
    for n in range(6):
        house.time += SECOND
        server.answers[f"/{n}"] = answer(TRAM)
        await house.contexts.resolved(server.url(f"/{n}"))
    assert [each.url for each in await house.storage.listed("city")] == [server.url(f"/{n}") for n in (3, 4, 5)]


async def test_a_reader_without_account_causes_no_request(house: House, server: ContextServer) -> None:
    server.answers["/tram"] = answer(TRAM)
    place = Place("", server.url("/tram"))
    await house.storage.bring(place, fetching=False)
    assert server.asked == {}
    assert house.contexts.missing(place) is None
    await house.storage.bring(place)
    assert server.asked == {"/tram": 1}


async def test_the_operators_copy_comes_before_the_network(tmp_path: Path, server: ContextServer) -> None:
    folder = tmp_path / "contexts"
    folder.mkdir()
    server.answers["/tram"] = answer(TRAM)
    url = server.url("/tram")
    (folder / "index.json").write_text(json.dumps({url: "tram.jsonld"}))
    (folder / "tram.jsonld").write_text(json.dumps(BUS))
    async with open_house(tmp_path) as house:
        assert await house.expand(url, "Bus") == "https://road.example/Bus"
        (folder / "tram.jsonld").write_text(json.dumps({"@context": {"Bus": "https://road.example/Coach"}}))
        (stored,) = await house.storage.listed("city")
        assert (stored.source, stored.expires_at) == ("folder", None)
        await house.storage.reload(stored)
        assert await house.expand(url, "Bus") == "https://road.example/Coach"
    (folder / "tram.jsonld").write_text(json.dumps(BUS))
    async with open_house(tmp_path) as house:
        assert await house.expand(url, "Bus") == "https://road.example/Bus"
    assert server.asked == {}
