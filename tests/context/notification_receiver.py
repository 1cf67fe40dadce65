"""A real HTTP receiver on loopback, and a small house with a real store around the notifier."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from patience import PATIENCE
from pinisi.console.dead_letters import discard_letter, list_letters, replay_letter
from pinisi.console.http import Call, Reply
from pinisi.console.subscription_endpoints import (
    create_subscription,
    delete_subscription,
    query_subscriptions,
    retrieve_subscription,
    update_subscription,
)
from pinisi.context import edits
from pinisi.context.contexts import Contexts
from pinisi.context.notification_gate import Limits
from pinisi.context.notifier import Notifier
from pinisi.context.patch_payload import read_entity_patch
from pinisi.context.payload import read_entity
from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grants, Principal
from ports import free_port

TENANT = "makassar"
CITY_CONTEXT = "https://city.example/context.jsonld"
TERMS = {"@context": {"Vehicle": "https://city.example/Vehicle", "speed": "https://city.example/speed"}}
ANI = Principal(id="ani", name="Ani", kind="person", grants=EVERYTHING)


class Received(msgspec.Struct):
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def data(self) -> Any:
        return self.body["data"]


class Receiver:
    """Answers every POST by `status`, after `delay` seconds; keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[Received] = []
        self.tries = 0
        self.connections = 0
        self.status: int | Callable[[Received], int] = 200
        self.delay: float | Callable[[Received], float] = 0.0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._news = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def uri(self) -> str:
        return self.origin + "/notify"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port or free_port())
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0)

    async def wait(self, count: int, seconds: float = PATIENCE) -> list[Received]:
        """Until so many notifications were taken."""
        async with asyncio.timeout(seconds):
            while len(self.taken) < count:
                self._news.clear()
                await self._news.wait()
        return self.taken

    async def wait_tries(self, count: int, seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds):
            while self.tries < count:
                self._news.clear()
                await self._news.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while True:
                received = await _read(reader)
                self.tries += 1
                self._news.set()
                wait = self.delay(received) if callable(self.delay) else self.delay
                if wait:
                    await asyncio.sleep(wait)
                status = self.status(received) if callable(self.status) else self.status
                if status < 300:
                    self.taken.append(received)
                    self._news.set()
                writer.write(b"HTTP/1.1 %d Said\r\nContent-Length: 2\r\n\r\nok" % status)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Received(head[0].split(" ")[1], headers, msgspec.json.decode(body))


class House:
    """The part of the house that subscriptions need."""

    def __init__(
        self,
        store: SqliteStore,
        grants: dict[str, Grants],
        targets: tuple[str, ...],
        limits: Limits,
        documents: dict[str, Any],
    ) -> None:
        self.shift = 0
        self.store = store
        self.contexts = Contexts(documents)
        self.subscriptions = SubscriptionIndex(lambda id, _tenant: grants.get(id), self.now)
        self.notifier = Notifier(
            store, self.contexts, self.subscriptions, self.now, targets, default_tenant=TENANT, limits=limits
        )

    def now(self) -> int:
        return time.time_ns() // 1000 + self.shift

    async def call(
        self,
        endpoint: Callable[[Any, Call], Awaitable[Reply]],
        payload: Any = None,
        *,
        by: Principal = ANI,
        headers: Mapping[bytes, bytes] | None = None,
        query: bytes = b"",
        **params: str,
    ) -> Reply:
        media = b"application/ld+json" if isinstance(payload, dict) and "@context" in payload else b"application/json"
        call = Call(
            "POST",
            "/ngsi-ld/v1/subscriptions",
            principal=by,
            tenant=TENANT,
            query_string=query,
            headers={b"content-type": media, **(headers or {})},
            body=b"" if payload is None else msgspec.json.encode(payload),
            params=params,
        )
        return await endpoint(self, call)

    async def subscribe(self, payload: dict[str, Any], *, by: Principal = ANI) -> str:
        reply = await self.call(create_subscription, payload, by=by)
        assert reply.status == 201, reply.body
        return dict(reply.headers)[b"location"].decode().rsplit("/", 1)[1]

    async def subscription(self, id: str, *, by: Principal = ANI) -> dict[str, Any]:
        return msgspec.json.decode((await self.call(retrieve_subscription, id=id, by=by)).body)

    async def update(self, id: str, fragment: dict[str, Any], *, by: Principal = ANI) -> Reply:
        return await self.call(update_subscription, fragment, id=id, by=by)

    async def unsubscribe(self, id: str, *, by: Principal = ANI) -> Reply:
        return await self.call(delete_subscription, id=id, by=by)

    async def listed(self, query: bytes = b"", *, by: Principal = ANI) -> Reply:
        return await self.call(query_subscriptions, query=query, by=by)

    async def dead_letters(self) -> list[dict[str, Any]]:
        return msgspec.json.decode((await self.call(list_letters)).body)["letters"]

    async def resend(self, subscription: str, position: int) -> Reply:
        return await self.call(replay_letter, subscription=subscription, position=str(position))

    async def forget(self, subscription: str, position: int) -> Reply:
        return await self.call(discard_letter, subscription=subscription, position=str(position))

    async def create(self, entity: dict[str, Any]) -> None:
        read = read_entity({"type": "Vehicle", **entity}, self.contexts.table(None))
        await self.store.apply(TENANT, (EntityChange(read.id, edits.upsert(read, update=False)),), SYSTEM)

    async def merge(self, id: str, **attributes: Any) -> None:
        patch = read_entity_patch(attributes, self.contexts.table(None))
        await self.store.apply(TENANT, (EntityChange(id, edits.merge(id, patch)),), SYSTEM)

    async def speed(self, id: str, speed: float) -> None:
        """Write one speed: creates the vehicle when it is not there."""
        read = read_entity({"id": id, "type": "Vehicle", "speed": number(speed)}, self.contexts.table(None))
        await self.store.apply(TENANT, (EntityChange(id, edits.upsert(read, update=True)),), SYSTEM)

    async def delete(self, id: str) -> None:
        await self.store.apply(TENANT, (EntityChange(id, edits.delete(id)),), SYSTEM)

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Until nothing is owed any more."""
        async with asyncio.timeout(seconds):
            while await self.store.debts(TENANT):  # noqa: ASYNC110 - the store has no event for it
                await asyncio.sleep(0.01)


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    grants: dict[str, Grants] | None = None,
    targets: tuple[str, ...] = ("loopback",),
    limits: Limits | None = None,
    deliver: bool = True,
    documents: dict[str, Any] | None = None,
) -> AsyncIterator[House]:
    store = SqliteStore(folder, lambda: time.time_ns() // 1000)
    grants = {"ani": EVERYTHING} if grants is None else grants
    documents = {CITY_CONTEXT: TERMS} if documents is None else documents
    house = House(store, grants, targets, limits or Limits(), documents)
    await house.subscriptions.load(store)
    store.owing = house.subscriptions.owing
    store.listen(house.notifier.heard)
    try:
        if deliver:
            await house.notifier.start()
        yield house
    finally:
        await house.notifier.close()
        await store.close()


@asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


def number(value: float) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def vehicles(uri: str, **members: Any) -> dict[str, Any]:
    """A subscription to all vehicles; `endpoint` and `notification` add to theirs."""
    endpoint = {"uri": uri, **members.pop("endpoint", {})}
    notification = {"endpoint": endpoint, **members.pop("notification", {})}
    return {"type": "Subscription", "entities": [{"type": "Vehicle"}], "notification": notification, **members}
