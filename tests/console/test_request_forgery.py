"""Nobody makes this server reach what the operator did not allow, by whatever door and however the address is written.

The operator of this house allows 127.0.0.2 and the names below `example`. At 127.0.0.1 and at ::1 sits what must never
hear anything: it counts who knocks.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import NGSI, Opened, open_house

from patience import PATIENCE

pytestmark = pytest.mark.anyio
ALLOWED = ("127.0.0.2", "*.example")
THING = "https://pinisi.example/Forged"
Door = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


class Secret:
    """A server of this machine that nobody outside may reach."""

    def __init__(self) -> None:
        self.knocks = 0
        self.port = 0

    async def knocked(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.knocks += 1
        writer.close()


class Guide:
    """A server at the allowed address that sends everybody on to another one."""

    def __init__(self, to: str) -> None:
        self.to = to
        self.asked = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            status = b"307 Temporary Redirect" if head.startswith(b"POST") else b"302 Found"
            writer.write(b"HTTP/1.1 %b\r\nLocation: %b\r\n" % (status, self.to.encode()))
            writer.write(b"Content-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()


@pytest.fixture
async def secret() -> AsyncIterator[Secret]:
    made = Secret()
    async with contextlib.AsyncExitStack() as stack:
        for host in ("127.0.0.1", "::1"):
            with contextlib.suppress(OSError):
                server = await asyncio.start_server(made.knocked, host, made.port)
                made.port = server.sockets[0].getsockname()[1]
                stack.push_async_callback(_closed, server)
        yield made


async def _closed(server: asyncio.Server) -> None:
    server.close()


@pytest.fixture
async def guide(secret: Secret) -> AsyncIterator[Guide]:
    made = Guide(f"http://127.0.0.1:{secret.port}/stolen")
    server = await asyncio.start_server(made.serve, "127.0.0.2", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder: Path = tmp_path_factory.mktemp("forgery")
    lists = dict.fromkeys(("notification_targets", "context_sources", "context_source_targets"), ALLOWED)
    async with open_house(folder / "data", context_source_timeout_ms=2_000, **lists) as made:
        yield made


WRITINGS = (
    "127.0.0.1",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0177.0.0.1",
    "0x7f.1",
    "127.1",
    "0",
    "0.0.0.0",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[::]",
    "allowed.example@127.0.0.1",
    "127.0.0.1#.example",
    "127.0.0.1\\.example",
    "１２７.0.0.1",
    "①27.0.0.1",
    "127。0。0。1",
)
"""Ways to write this machine."""


def subscription(uri: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "Subscription",
        "entities": [{"type": THING}],
        "notification": {"endpoint": {"uri": uri, **more.pop("endpoint", {})}},
        **more,
    }


def place(made: httpx.Response) -> str:
    """Where something was made; the header comes as it is written."""
    return next(value for name, value in made.headers.multi_items() if name.lower() == "location")


async def by_subscription(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    return await client.post(NGSI + "/subscriptions", json=subscription(uri))


async def by_secure_subscription(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    return await client.post(NGSI + "/subscriptions", json=subscription("https" + uri.removeprefix("http")))


async def by_mqtt(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    return await client.post(NGSI + "/subscriptions", json=subscription("mqtt" + uri.removeprefix("http") + "topic"))


async def by_change(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    made = await client.post(NGSI + "/subscriptions", json=subscription("http://127.0.0.2:9/"))
    assert made.status_code == 201, made.text
    fragment = {"notification": {"endpoint": {"uri": uri}}}
    changed = await client.patch(place(made), json=fragment)
    await client.delete(place(made))
    return changed


async def by_registration_subscription(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    return await client.post(NGSI + "/csourceSubscriptions", json=subscription(uri))


async def by_v2(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = {"subject": {"entities": [{"idPattern": ".*"}]}, "notification": {"http": {"url": uri}}}
    return await client.post("/v2/subscriptions", json=body)


async def by_v2_custom(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    notification = {"httpCustom": {"url": uri, "headers": {"x": "${id}"}, "payload": "${id}"}}
    body = {"subject": {"entities": [{"idPattern": ".*"}]}, "notification": notification}
    return await client.post("/v2/subscriptions", json=body)


async def by_v2_mqtt(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    notification = {"mqtt": {"url": "mqtt" + uri.removeprefix("http"), "topic": "x"}}
    body = {"subject": {"entities": [{"idPattern": ".*"}]}, "notification": notification}
    return await client.post("/v2/subscriptions", json=body)


async def by_context_of_entity(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = {"@context": uri + "c.jsonld", "id": "urn:ngsi-ld:Forged:1", "type": "Forged"}
    return await client.post(NGSI + "/entities", json=body, headers={"content-type": "application/ld+json"})


async def by_link(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    link = f'<{uri}c.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    return await client.get(NGSI + "/entities", params={"type": "Forged"}, headers={"link": link.encode()})


async def by_context_of_subscription(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = subscription("http://127.0.0.2:9/", jsonldContext=uri + "c.jsonld")
    return await client.post(NGSI + "/subscriptions", json=body)


async def by_changed_context(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    made = await client.post(NGSI + "/subscriptions", json=subscription("http://127.0.0.2:9/"))
    changed = await client.patch(place(made), json={"jsonldContext": uri + "c.jsonld"})
    await client.delete(place(made))
    return changed


async def by_context_of_registration_subscription(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = subscription("http://127.0.0.2:9/", jsonldContext=uri + "c.jsonld")
    return await client.post(NGSI + "/csourceSubscriptions", json=body)


async def by_registration_context(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = {
        "@context": [uri + "c.jsonld"],
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Forged"}]}],
        "endpoint": "http://127.0.0.2:9",
    }
    return await client.post(NGSI + "/csourceRegistrations", json=body, headers=LD)


async def by_hosted_context(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    """It is stored as it is told; what it names is looked for when it is used."""
    made = await client.post(NGSI + "/jsonldContexts", json={"@context": [uri + "c.jsonld", {"a": "urn:a:b"}]})
    if made.status_code != 201:
        return made
    link = f'<{place(made)}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    used = await client.get(NGSI + "/entities", params={"type": "a"}, headers={"link": link})
    await client.delete(place(made))
    return used


async def by_scoped_context(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    context = {"level": {"@id": "urn:a:level", "@context": uri + "c.jsonld"}, "@import": uri + "d.jsonld"}
    body = {"@context": context, "id": "urn:ngsi-ld:Forged:1", "type": THING, "level": 1}
    return await client.post(NGSI + "/entities", json=body, headers=LD)


async def by_batch(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    """One of a batch: the others are written."""
    body = [{"@context": uri + "c.jsonld", "id": "urn:ngsi-ld:Forged:1", "type": "Forged"}]
    return await client.post(NGSI + "/entityOperations/upsert", json=body, headers=LD)


async def by_posted_query(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = {"@context": uri + "c.jsonld", "type": "Query", "entities": [{"type": "Forged"}]}
    return await client.post(NGSI + "/entityOperations/query", json=body, headers=LD)


async def by_snapshot(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    query = {"type": "Query", "entities": [{"type": "Forged"}]}
    body = {"type": "Snapshot", "snapshotQueries": [query], "endpoint": {"uri": uri}}
    return await client.post(NGSI + "/snapshots", json=body)


async def by_changed_v2(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    body = {"subject": {"entities": [{"idPattern": ".*"}]}, "notification": {"http": {"url": "http://127.0.0.2:9/"}}}
    made = await client.post("/v2/subscriptions", json=body)
    assert made.status_code == 201, made.text
    changed = await client.patch(place(made), json={"notification": {"http": {"url": uri}}})
    await client.delete(place(made))
    return changed


async def by_v2_custom_mqtt(client: httpx.AsyncClient, uri: str) -> httpx.Response:
    custom = {"url": "mqtts" + uri.removeprefix("http"), "topic": "${id}", "payload": "${id}"}
    body = {"subject": {"entities": [{"idPattern": ".*"}]}, "notification": {"mqttCustom": custom}}
    return await client.post("/v2/subscriptions", json=body)


LD = {"content-type": "application/ld+json"}
DOORS = (
    by_subscription,
    by_secure_subscription,
    by_mqtt,
    by_change,
    by_registration_subscription,
    by_v2,
    by_v2_custom,
    by_v2_mqtt,
    by_context_of_entity,
    by_link,
    by_context_of_subscription,
    by_changed_context,
    by_context_of_registration_subscription,
    by_registration_context,
    by_hosted_context,
    by_scoped_context,
    by_batch,
    by_posted_query,
    by_snapshot,
    by_changed_v2,
    by_v2_custom_mqtt,
)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_this_machine_is_refused_however_it_is_written(opened: Opened, secret: Secret, door: Door) -> None:
    async with opened.client() as client:
        for host in WRITINGS:
            answer = await door(client, f"http://{host}:{secret.port}/")
            assert answer.status_code in (400, 422, 501, 503, 504) or _none_written(answer), f"{host}: {answer.text}"
            assert secret.knocks == 0, host


def _none_written(answer: httpx.Response) -> bool:
    """Whether a batch was refused, each for itself."""
    return answer.status_code == 207 and not answer.json()["success"]


@pytest.mark.parametrize("scheme", ["file", "gopher", "ftp", "dict", "ldap", "unix", "data", "jar:http", "http+unix"])
async def test_no_other_scheme_is_served(opened: Opened, secret: Secret, scheme: str) -> None:
    async with opened.client() as client:
        for door in (by_subscription, by_v2, by_context_of_entity, by_context_of_subscription):
            answer = await door(client, f"{scheme}://127.0.0.2:{secret.port}/etc/passwd")
            assert answer.status_code in (400, 503, 504), answer.text
    assert secret.knocks == 0


async def register(client: httpx.AsyncClient, endpoint: str) -> httpx.Response:
    body = {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": THING}]}],
        "endpoint": endpoint,
    }
    return await client.post(NGSI + "/csourceRegistrations", json=body)


async def test_no_source_leads_to_this_machine(opened: Opened, secret: Secret) -> None:
    """A registration may name it: it is judged at each request that would go there."""
    async with opened.client() as client:
        for host in WRITINGS:
            made = await register(client, f"http://{host}:{secret.port}")
            if made.status_code != 201:
                assert made.status_code == 400, made.text
                continue
            for path, query in (("/entities", {"type": THING}), ("/entities/urn:ngsi-ld:Forged:1", {})):
                answer = await client.get(NGSI + path, params=query)
                assert answer.status_code in (200, 404), answer.text
                assert answer.status_code == 404 or "NGSILD-Warning" in answer.headers, host
            assert (await client.delete(place(made))).status_code == 204
            assert secret.knocks == 0, host


async def test_no_answer_of_a_source_sends_on(opened: Opened, secret: Secret, guide: Guide) -> None:
    async with opened.client() as client:
        made = await register(client, f"http://127.0.0.2:{guide.port}")
        assert made.status_code == 201, made.text
        answer = await client.get(NGSI + "/entities", params={"type": THING})
        assert answer.json() == [] and "NGSILD-Warning" in answer.headers
        await client.delete(place(made))
    assert guide.asked == 1 and secret.knocks == 0


async def test_no_context_sends_on(opened: Opened, secret: Secret, guide: Guide) -> None:
    async with opened.client() as client:
        answer = await by_context_of_entity(client, f"http://127.0.0.2:{guide.port}/")
        assert answer.status_code in (400, 503, 504), answer.text
    assert guide.asked == 1 and secret.knocks == 0


async def fails(client: httpx.AsyncClient, location: str) -> dict[str, Any]:
    """The notification of a subscription, once it has failed."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = (await client.get(location)).json()["notification"]
            if told.get("timesFailed"):
                return told
            await asyncio.sleep(0.02)


async def change(client: httpx.AsyncClient, number: int) -> None:
    entity = {"id": f"urn:ngsi-ld:Forged:{number}", "type": THING, "level": {"type": "Property", "value": number}}
    assert (await client.post(NGSI + "/entities", json=entity)).status_code == 201


async def test_no_receiver_sends_on(opened: Opened, secret: Secret, guide: Guide) -> None:
    async with opened.client() as client:
        made = await by_subscription(client, f"http://127.0.0.2:{guide.port}/")
        assert made.status_code == 201, made.text
        await change(client, 10)
        assert (await fails(client, place(made)))["status"] == "failed"
        await client.delete(place(made))
    assert guide.asked >= 1 and secret.knocks == 0


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names below `example` have a public address when they are looked up first, and this machine's ever after."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if not name.endswith(".example"):
            return real(host, port, *rest, **more)
        asked.append(name)
        address = "93.184.216.34" if asked.count(name) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0)))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


async def test_a_name_that_is_bound_anew_leads_nowhere(opened: Opened, secret: Secret, rebinding: list[str]) -> None:
    async with opened.client() as client:
        made = await by_subscription(client, f"http://notified.example:{secret.port}/")
        assert made.status_code == 201, made.text
        await change(client, 20)
        await fails(client, place(made))
        trial = f"/pinisi/v1/broker/subscriptions/{quote(made.headers['location'].rpartition('/')[2], safe='')}/trial"
        told = (await client.post(trial)).json()
        assert not told["taken"] and "notification_targets" in told["reason"]
        await client.delete(place(made))
        assert rebinding.count("notified.example") >= 2
        rebinding += ["asked.example", "fetched.example"]
        source = await register(client, f"http://asked.example:{secret.port}")
        answer = await client.get(NGSI + "/entities", params={"type": THING})
        assert "NGSILD-Warning" in answer.headers
        await client.delete(place(source))
        answer = await by_context_of_entity(client, f"http://fetched.example:{secret.port}/")
        assert answer.status_code in (400, 503, 504)
    assert secret.knocks == 0


async def test_what_is_allowed_is_reached(opened: Opened, guide: Guide) -> None:
    """The other tests would pass in a house that reaches nothing at all."""
    async with opened.client() as client:
        made = await by_subscription(client, f"http://127.0.0.2:{guide.port}/")
        await change(client, 30)
        await fails(client, place(made))
        await client.delete(place(made))
    assert guide.asked >= 1


async def test_no_template_leads_to_another_host(opened: Opened, secret: Secret, guide: Guide) -> None:
    """Whatever an entity says: its words stand behind the host that was judged, never in it."""
    words = (
        "@127.0.0.1",
        f"@127.0.0.1:{secret.port}/",
        "..",
        "//127.0.0.1",
        "x\r\nHost: 127.0.0.1",
        "?a=b#c",
        "\\\\127.0.0.1",
    )
    async with opened.client() as client:
        for url in (
            f"http://127.0.0.2:{guide.port}${{word}}",
            f"http://127.0.0.2:{guide.port}/${{word}}",
            "http://127.0.0.2${word}/",
        ):
            custom = {"url": url, "headers": {"${word}": "${word}", "X": "${word}"}, "qs": {"${word}": "${word}"}}
            notification = {"httpCustom": {**custom, "method": "GET", "payload": None}, "attrs": ["word"]}
            body = {"subject": {"entities": [{"idPattern": ".*", "type": "Word"}]}, "notification": notification}
            made = await client.post("/v2/subscriptions", json=body)
            if made.status_code != 201:
                assert made.status_code == 400, made.text
                continue
            for number, word in enumerate(words):
                device = {"id": f"Word{number}", "type": "Word", "word": {"type": "Text", "value": word}}
                told = await client.post("/v2/entities?options=upsert,forcedUpdate", json=device)
                assert told.status_code in (201, 204), told.text
            async with asyncio.timeout(PATIENCE):
                while True:
                    fared = (await client.get(place(made))).json()["notification"]
                    if fared.get("failsCounter", 0) or fared.get("timesSent", 0):
                        break
                    await asyncio.sleep(0.02)
            await client.delete(place(made))
    assert secret.knocks == 0


async def test_a_key_of_a_copy_is_needed_to_tell_anything(opened: Opened, secret: Secret) -> None:
    """Where sources notify is open to all: nothing is fetched for whoever has no copy's id."""
    async with opened.client() as client:
        for media in ("application/json", "application/ld+json"):
            body = {
                "@context": f"http://127.0.0.1:{secret.port}/c.jsonld",
                "id": "urn:n:1", "type": "Notification", "subscriptionId": "urn:ngsi-ld:Subscription:guess",
                "notifiedAt": "2026-01-01T00:00:00Z", "data": [],
            }  # fmt: skip
            if media == "application/json":
                del body["@context"]
            answer = await client.post("/ngsi-ld/ex/remote-notify", json=body, headers={"content-type": media})
            assert answer.status_code in (400, 403, 404), answer.text
    assert secret.knocks == 0
