"""Fetching an @context: only from where the operator allows, never more than was meant (request forgery)."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from context_server import ContextServer, answer, context_server, moved
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinisi.context import context_fetch as module
from pinisi.context import targets as judging
from pinisi.context.context_fetch import ContextFetcher, Invalid, NotFetched
from pinisi.context.targets import Targets

pytestmark = pytest.mark.anyio
TERMS = {"@context": {"Tram": "https://rail.example/Tram"}}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[ContextServer]:
    async with context_server() as server:
        server.answers["/c.jsonld"] = answer(TERMS)
        yield server


def fetcher(*allowed: str) -> ContextFetcher:
    return ContextFetcher(Targets(allowed, "context_sources"))


async def refusal(url: str, *allowed: str) -> str:
    with pytest.raises(NotFetched) as refused:
        await fetcher(*allowed).fetch(url)
    return str(refused.value)


async def test_what_is_allowed_is_fetched(server: ContextServer) -> None:
    fetched = await fetcher("loopback").fetch(server.url("/c.jsonld"))
    assert fetched.document == TERMS
    assert fetched.lifetime is None
    (head,) = server.heads
    assert head.startswith("GET /c.jsonld HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}\r\n" in head
    assert "Authorization" not in head
    assert "Cookie" not in head


@pytest.mark.parametrize("allowed", [(), ("smartdatamodels.org",), ("*",), ("10.0.0.0/8",)])
async def test_what_is_not_allowed_is_not_even_connected_to(server: ContextServer, allowed: tuple[str, ...]) -> None:
    assert "context_sources" in await refusal(server.url("/c.jsonld"), *allowed)
    assert server.asked == {}


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[::a9fe:a9fe]",
        "[::ffff:0:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "100.100.100.200",
        "192.0.0.192",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "[ff02::1]",
        "240.0.0.1",
        "255.255.255.255",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.169.254.",
    ],
)
async def test_link_local_and_metadata_addresses_are_refused_whatever_is_listed(host: str) -> None:
    reason = await refusal(f"http://{host}/latest/meta-data/", "0.0.0.0/0", "::/0", "*", "loopback", "private")
    assert "context_sources" in reason or "does not resolve" in reason or "no connection" in reason


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"])
async def test_a_listed_name_that_resolves_inward_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    async def resolved(host: str, port: int) -> list[str]:
        return [address]

    monkeypatch.setattr(judging, "_resolve", resolved)
    reason = await refusal("http://contexts.example/c.jsonld", "contexts.example")
    assert "no host that context_sources allows" in reason


async def test_the_connection_goes_to_the_address_that_was_judged(
    server: ContextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves anew for the connection (rebinding) would be resolved twice."""
    asked: list[str] = []

    async def resolved(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    monkeypatch.setattr(judging, "_resolve", resolved)
    url = server.url("/c.jsonld", "rebinding.example")
    assert (await fetcher("loopback").fetch(url)).document == TERMS
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/c.jsonld",
        "gopher://127.0.0.1/",
        "data:application/json,{}",
        "urn:x:context",
        "http://user:secret@127.0.0.1/",
        "http:///c.jsonld",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/a b",
        "http://[::1",
        "http://127.0.0.1/" + "a" * 3000,
    ],
)
async def test_other_schemes_and_odd_addresses_are_refused(url: str) -> None:
    await refusal(url, "loopback", "*")


async def test_redirects_are_judged_like_the_first_address(server: ContextServer) -> None:
    server.answers["/a"] = moved("/b")
    server.answers["/b"] = moved(server.url("/c.jsonld"), 307)
    assert (await fetcher("loopback").fetch(server.url("/a"))).document == TERMS
    for place in ("http://169.254.169.254/latest", "http://10.0.0.1/", "file:///etc/passwd", "//192.168.0.1/x", ""):
        server.answers["/a"] = moved(place)
        await refusal(server.url("/a"), "127.0.0.1")
    server.answers["/a"] = answer(b"", status=302)
    await refusal(server.url("/a"), "loopback")


async def test_redirects_have_an_end(server: ContextServer) -> None:
    server.answers["/a"] = moved("/a")
    assert "redirects" in await refusal(server.url("/a"), "loopback")
    assert server.asked["/a"] == module.MOST_REDIRECTS + 1


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 404, 500, 503])
async def test_only_a_whole_answer_counts(server: ContextServer, status: int) -> None:
    server.answers["/c.jsonld"] = answer(TERMS, status=status)
    assert f"HTTP {status}" in await refusal(server.url("/c.jsonld"), "loopback")


async def test_a_huge_body_is_not_read_to_its_end(server: ContextServer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent < 50_000_000:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            sent += 65_536
            await writer.drain()

    server.answers["/c.jsonld"] = pour
    assert "over 2000000 bytes" in await refusal(server.url("/c.jsonld"), "loopback")
    await asyncio.sleep(0.05)
    assert sent < 20_000_000


async def test_an_endless_head_is_not_read_to_its_end(server: ContextServer) -> None:
    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))
            await writer.drain()

    server.answers["/c.jsonld"] = pour
    assert "head" in await refusal(server.url("/c.jsonld"), "loopback")


async def test_a_slow_body_is_given_up(server: ContextServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FETCH_SECONDS", 0.3)

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    server.answers["/c.jsonld"] = drip
    assert "0.3 s" in await refusal(server.url("/c.jsonld"), "loopback")


async def test_half_an_answer_is_none(server: ContextServer) -> None:
    server.answers["/c.jsonld"] = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"@context": {}}'
    assert "before its end" in await refusal(server.url("/c.jsonld"), "loopback")
    server.answers["/c.jsonld"] = b""
    assert "without an answer" in await refusal(server.url("/c.jsonld"), "loopback")
    server.answers["/c.jsonld"] = b"SSH-2.0-OpenSSH\r\n\r\n"
    assert "no HTTP" in await refusal(server.url("/c.jsonld"), "loopback")


async def test_what_is_compressed_is_refused(server: ContextServer) -> None:
    """A few kilobytes could become gigabytes."""
    bomb = gzip.compress(json.dumps({"@context": {"a": "https://x.example/" + "0" * 5_000_000}}).encode())
    server.answers["/c.jsonld"] = answer(bomb, "Content-Encoding: gzip")
    assert "compressed" in await refusal(server.url("/c.jsonld"), "loopback")


@pytest.mark.parametrize(
    "body",
    [
        b"this is { not json",
        b'{"note": "no context member"}',
        b"[]",
        b'"text"',
        b"",
        b"\xff\xfe",
        b'{"@context": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
async def test_what_is_no_context_is_invalid(server: ContextServer, body: bytes) -> None:
    server.answers["/c.jsonld"] = answer(body)
    with pytest.raises(Invalid):
        await fetcher("loopback").fetch(server.url("/c.jsonld"))


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        (("Cache-Control: max-age=600",), 600.0),
        (("Cache-Control: public, Max-Age=600", "Age: 100"), 500.0),
        (("Cache-Control: max-age=10", "Age: 100"), 0.0),
        (("Cache-Control: max-age=10", "Age: \u00b2"), 10.0),
        (("Cache-Control: no-store",), 0.0),
        (("Cache-Control: no-cache, max-age=600",), 0.0),
        (("Date: Thu, 26 Nov 2026 10:00:00 GMT", "Expires: Thu, 26 Nov 2026 11:00:00 GMT"), 3600.0),
        (("Expires: 0",), 0.0),
        (("Expires: nonsense",), None),
        ((), None),
    ],
)
async def test_the_protocol_says_how_long_it_holds(
    server: ContextServer, headers: tuple[str, ...], lifetime: float | None
) -> None:
    server.answers["/c.jsonld"] = answer(TERMS, *headers)
    assert (await fetcher("loopback").fetch(server.url("/c.jsonld"))).lifetime == lifetime


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.binary(max_size=400) | st.binary(max_size=200).map(answer))
async def test_whatever_is_said_there_is_a_document_or_a_reason(server: ContextServer, said: bytes) -> None:
    server.answers["/c.jsonld"] = said
    try:
        fetched: Any = await fetcher("loopback").fetch(server.url("/c.jsonld"))
    except (NotFetched, Invalid) as reason:
        assert str(reason).startswith("http://127.0.0.1")
    else:
        assert set(fetched.document) == {"@context"}
