"""The real house on a temporary data folder, and clients of it: in this process, nothing between them and the rooms."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import msgspec

from loaded_city import MAKASSAR, lay_out
from patience import PATIENCE
from pinisi.console import house_opening
from pinisi.console.application import Application
from pinisi.console.exercise_room import Rehearsal
from pinisi.console.files import console_files
from pinisi.console.house import House
from pinisi.console.routes import all_routes
from pinisi.people.account_register import NewAccount
from pinisi.people.accounts import Assignment
from pinisi.people.fixed import DEMO
from pinisi.settings import Settings

ROOT = Path(__file__).parents[2]
BASE = "http://127.0.0.1:9090"
PASSWORD = "correct horse battery"
NGSI = "/ngsi-ld/v1"
OURS = "/pinisi/v1"
PINISI_CONTEXT = (
    f'<{BASE}{OURS}/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)
JSON = {"content-type": "application/json"}


@dataclass
class Opened:
    """A house that is open, with the application before it."""

    house: House
    application: Application
    static: Path

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A client on this machine with these headers at every request."""
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.AsyncClient(transport=transport, base_url=BASE, headers=given, timeout=PATIENCE)

    async def position(self) -> int:
        return await self.house.store.position(self.house.default_tenant)

    async def account(self, name: str, *assignments: Assignment) -> str:
        """A new account; answers the cookie that signs it in. Only administrators get a password: hashing is slow."""
        password = PASSWORD if any(each.role == "administrator" for each in assignments) else None
        wish = NewAccount(account=name, name=name.title(), password=password, assignments=assignments)
        await self.house.people.accounts.create(wish, DEMO, self.house.now())
        return await self.cookie(name)

    async def cookie(self, name: str) -> str:
        """A new session of an account, as after signing in."""
        account = await self.house.people.accounts.get(name)
        assert account is not None
        signed = await self.house.people.sessions.renew(account, "127.0.0.1", self.house.now())
        return f"pinisi_session={signed.cookie}"


def build_static(folder: Path) -> Path:
    """A console as Vite would leave it: a page, an asset with its compressed twins."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Pinisi</title>")
    (folder / "assets" / "app-1a2b.js").write_text("console.log('plain')")
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"brotli bytes")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(b"gzip bytes")
    (folder / "secret.key").write_text("not of a served kind")
    return folder


@contextlib.asynccontextmanager
async def open_house(
    data: Path, city: Path = MAKASSAR, rehearsal: Rehearsal | None = None, **settings: Any
) -> AsyncIterator[Opened]:
    """Open the house on a data folder, with the city loaded, or for an exercise; close it in the end."""
    lay_out(data, city)
    static = data / "static"
    if not static.exists():
        build_static(static)
    house = House(Settings(data=data, commit_window_ms=0, **settings), city, rehearsal)
    await house_opening.open_house(house)
    try:
        routes = all_routes(house.registry)
        yield Opened(house, Application(house, routes, console_files(static, house.public_file)), static)
    finally:
        await house.close()


def copy_data(template: Path, data: Path) -> Path:
    """A data folder in which the city is loaded already."""
    shutil.copytree(template, data)
    return data


def entity_path(id: str, rest: str = "") -> str:
    return f"{NGSI}/entities/{quote(id, safe='')}{rest}"


async def raw_call(
    opened: Opened, method: str, path: str, *messages: dict[str, Any], query: bytes = b""
) -> tuple[int, bytes]:
    """Status and body of a call that no client would send, as the server hands it to the application."""
    given = list(messages) or [{"type": "http.request", "body": b""}]
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"host", b"127.0.0.1:9090"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 50_002),
    }

    async def receive() -> dict[str, Any]:
        return given.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await opened.application(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


class Event(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    id: int | None
    data: dict[str, Any]


class LiveReader:
    """Reads a stream as a browser does, from the application itself; `pause` makes it a slow one."""

    def __init__(self, application: Application, path: str, headers: dict[str, str], query: str = "") -> None:
        self._application = application
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1:9090"), *((k.encode(), v.encode()) for k, v in headers.items())],
            "client": ("127.0.0.1", 50_001),
        }
        self._parts: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.ended = asyncio.Event()
        self.status = 0
        self.sent = 0
        self._buffer = b""

    async def __aenter__(self) -> "LiveReader":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        self.flowing.set()
        await asyncio.wait_for(self._task, PATIENCE)

    async def _run(self) -> None:
        await self._application(self._scope, self._receive, self._send)
        self.ended.set()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self.flowing.wait()
        self.sent += len(message.get("body", b""))
        self._parts.put_nowait(message.get("body", b""))

    async def next(self, *names: str, within: float = PATIENCE) -> Event:
        """The next event of one of these names (all others are passed over), or of any."""
        async with asyncio.timeout(within):
            while True:
                event = await self._event()
                if not names or event.name in names:
                    return event

    async def _event(self) -> Event:
        while b"\n\n" not in self._buffer:
            self._buffer += await self._parts.get()
        text, _, self._buffer = self._buffer.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in text.decode().splitlines())
        id = fields.get("id")
        return Event(fields["event"], None if id is None else int(id), msgspec.json.decode(fields["data"]))
