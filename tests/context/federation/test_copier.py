"""Copies of subscriptions at a source that answers, refuses, forgets, or is not there (NGSI-LD 5.8.1.4)."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from patience import PATIENCE
from pinisi.context.contexts import Contexts
from pinisi.context.federation.copier import Copier
from pinisi.context.federation.copies import KIND, Copies
from pinisi.context.federation.sources import Sources
from pinisi.context.registration import KIND as REGISTRATION
from pinisi.context.registration import Registration, StoredRegistration
from pinisi.context.registration import encode_stored as encode_registration
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_payload import read_stored as registration_of
from pinisi.context.subscription import KIND as SUBSCRIPTION
from pinisi.context.subscription import StoredSubscription, encode_stored
from pinisi.context.subscription_index import SubscriptionIndex, wall_clock
from pinisi.context.subscription_payload import read_stored
from pinisi.store.change import DocumentChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

pytestmark = pytest.mark.anyio
TENANT = "city"
Request = tuple[str, str, Any]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Source:
    """Answers what `answers` says for a method, else 201 or 204; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answers: dict[str, list[int]] = {}
        this = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                this.asked.append((self.command, self.path.removeprefix("/ngsi-ld/v1"), body))
                waiting = this.answers.get(self.command)
                usual = {"POST": 201, "GET": 200}.get(self.command, 204)
                self.send_response(waiting.pop(0) if waiting else usual)
                self.send_header("content-length", "0")
                self.end_headers()

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, format: str, *words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    threading.Thread(target=source.server.serve_forever, daemon=True).start()
    yield source
    source.server.shutdown()
    source.server.server_close()


class Room:
    """Registrations, subscriptions and their copies, upon a store in a folder."""

    def __init__(self, store: SqliteStore, grants: Grants, check: float) -> None:
        self.store = store
        self.registrations = Registrations(store, wall_clock)
        self.subscriptions = SubscriptionIndex(lambda _owner, _tenant: grants)
        contexts = Contexts({}, lambda _url: None)
        self.sources = Sources(self.registrations, contexts, wall_clock, ("loopback",), 1.0)
        self.copies = Copies(store)
        self.copier = Copier(
            store, self.copies, self.sources, self.registrations, self.subscriptions, contexts, wall_clock,
            address="http://here.example/", alias_of=lambda _tenant: "here", check_seconds=check,
        )  # fmt: skip

    async def register(self, address: str, **more: Any) -> Registration:
        payload = {
            "id": "urn:r", "type": "ContextSourceRegistration", "endpoint": address,
            "information": [{"entities": [{"type": DEFAULT_CONTEXT + "Bus"}]}], **more,
        }  # fmt: skip
        stored = StoredRegistration(
            id="urn:r", owner="me", payload=payload, properties={}, context=None, created_at=0, modified_at=0
        )
        change = DocumentChange(REGISTRATION, "urn:r", encode_registration(stored))
        await self.store.apply(TENANT, (change,), SYSTEM)
        self.registrations.put(TENANT, registration_of(stored))
        return registration_of(stored)

    async def subscribe(self, **more: Any) -> None:
        payload = {
            "id": "urn:s", "type": "Subscription", "entities": [{"type": "Bus"}],
            "notification": {"endpoint": {"uri": "http://subscriber.example/"}}, **more,
        }  # fmt: skip
        terms = {"Bus": DEFAULT_CONTEXT + "Bus", "speed": DEFAULT_CONTEXT + "speed"}
        stored = StoredSubscription(
            id="urn:s", owner="me", payload=payload, terms=terms, context=None, created_at=0, modified_at=0
        )
        await self.store.apply(TENANT, (DocumentChange(SUBSCRIPTION, "urn:s", encode_stored(stored)),), SYSTEM)
        self.subscriptions.put(TENANT, read_stored(stored))

    async def until(self, found: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not found():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def standing(self) -> None:
        """The source has taken the copy as it shall be, and this is kept."""
        await self.until(lambda: any(copy.sent for _, copy in self.copies.all()))


@asynccontextmanager
async def opened(folder: Path, grants: Grants = EVERYTHING, check: float = 300.0) -> AsyncIterator[Room]:
    store = SqliteStore(folder, wall_clock)
    room = Room(store, grants, check)
    await room.registrations.load()
    await room.subscriptions.load(store)
    await room.copies.load()
    room.copier.start()
    try:
        yield room
    finally:
        await room.copier.stop()
        await room.sources.close()
        await room.registrations.close()
        await store.close()


async def test_a_copy_is_made_changed_and_ended(tmp_path: Path, source: Source) -> None:
    async with opened(tmp_path) as room:
        await room.subscribe(q="speed>1")
        await room.register(source.address)
        await room.standing()
        await room.subscribe(q="speed>2")
        await room.until(lambda: "PATCH" in source.methods())
        room.subscriptions.drop(TENANT, "urn:s")
        await room.until(lambda: not room.copies.all())
        made, changed, ended = source.asked
        assert made[1] == "/subscriptions"
        assert made[2]["notification"]["endpoint"]["uri"] == "http://here.example/ngsi-ld/ex/remote-notify"
        path = f"/subscriptions/{made[2]['id']}"
        assert changed == ("PATCH", path, {"type": "Subscription", "q": "speed>2"})
        assert ended == ("DELETE", path, None)
        assert await room.store.documents(TENANT, KIND) == []


async def test_what_a_source_did_not_take_is_told_it_again(tmp_path: Path, source: Source) -> None:
    source.answers["POST"] = [503, 500]
    async with opened(tmp_path) as room:
        await room.register(source.address)
        await room.subscribe()
        await room.standing()
        assert source.methods() == ["POST"] * 3
        assert len({body["id"] for _, _, body in source.asked}) == 1


async def test_a_copy_that_is_there_already_is_taken_for_ours(tmp_path: Path, source: Source) -> None:
    """The answer to an earlier try was lost."""
    source.answers["POST"] = [409]
    async with opened(tmp_path) as room:
        await room.register(source.address)
        await room.subscribe()
        await room.standing()
        assert source.methods() == ["POST", "PATCH"]


async def test_a_source_that_refuses_is_asked_again_when_its_registration_changes(
    tmp_path: Path, source: Source
) -> None:
    source.answers["POST"] = [403]
    async with opened(tmp_path) as room:
        await room.register(source.address)
        await room.subscribe()
        await room.until(lambda: any(room.copier.fares(copy)[0] for _, copy in room.copies.all()))
        ((_, copy),) = room.copies.all()
        assert "403" in room.copier.fares(copy)[1]
        await room.register(source.address, contextSourceInfo=[{"key": "Authorization", "value": "Bearer new"}])
        await room.standing()
        assert source.methods() == ["POST", "POST"]


async def test_what_was_due_is_done_after_a_restart(tmp_path: Path, source: Source) -> None:
    source.answers["POST"] = [403]
    async with opened(tmp_path) as room:
        await room.register(source.address)
        await room.subscribe()
        await room.until(lambda: bool(source.asked))
    async with opened(tmp_path) as room:
        await room.standing()
        assert [body["id"] for _, _, body in source.asked] == [source.asked[0][2]["id"]] * 2
        source.answers["DELETE"] = [500]
        registered = DocumentChange(REGISTRATION, "urn:r", None)
        await room.store.apply(TENANT, (registered,), SYSTEM)
        room.registrations.drop(TENANT, "urn:r")
        await room.until(lambda: "DELETE" in source.methods())
    async with opened(tmp_path) as room:
        await room.until(lambda: not room.copies.all())
        assert source.methods() == ["POST", "POST", "DELETE", "DELETE"]


async def test_a_source_that_lost_its_memory_is_told_anew(tmp_path: Path, source: Source) -> None:
    async with opened(tmp_path, check=0.05) as room:
        await room.register(source.address)
        await room.subscribe()
        await room.standing()
        source.answers["GET"] = [404]
        await room.until(lambda: source.methods().count("POST") == 2)
        assert source.asked[0][2] == next(body for method, _, body in reversed(source.asked) if method == "POST")


async def test_where_a_change_cannot_be_said_another_copy_is_made_before_the_old_one_ends(
    tmp_path: Path, source: Source
) -> None:
    async with opened(tmp_path) as room:
        await room.register(source.address)
        await room.subscribe(q="speed>1")
        await room.standing()
        await room.subscribe()
        await room.until(lambda: "DELETE" in source.methods() and len(room.copies.all()) == 1)
        (_, _, first), (_, _, second), (method, path, _) = source.asked
        assert ("q" in first, "q" in second) == (True, False)
        assert (method, path) == ("DELETE", f"/subscriptions/{first['id']}")


async def test_of_what_its_owner_may_not_see_no_copy_is_made(tmp_path: Path, source: Source) -> None:
    trams = Grants((Grant(types=frozenset({DEFAULT_CONTEXT + "Tram"})),))
    async with opened(tmp_path, trams) as room:
        await room.register(source.address)
        await room.subscribe(entities=[{"type": "*"}])
        wide = [{"entities": [{"type": DEFAULT_CONTEXT + name}]} for name in ("Bus", "Tram")]
        await room.register(source.address, information=wide)
        await room.standing()
        assert [body["entities"] for _, _, body in source.asked] == [[{"type": "Tram"}]]
