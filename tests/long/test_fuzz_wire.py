"""Bytes on the socket: requests that are spoilt, cut into pieces, run into one another, or are no HTTP at all.

What comes back is HTTP, answer by answer, and never an error of the server's own; then the connection ends; others are
served as before.
"""
# pyright: basic

import os
import socket
import time
from pathlib import Path

import httptools
import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from running import Running
from search import search

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100")) * 20
SECONDS = float(os.environ.get("FUZZ_SECONDS", "4")) * 10
HANG_SECONDS = 10
TOLD = {501, 503, 505}
"""Errors of a server that a peer may earn: a coding or a version that is not served, no room."""

METHODS = st.sampled_from(
    ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PRI", "get", "BREW"]
)
PLACES = st.sampled_from(
    [
        "/",
        "/index.html",
        "/assets/",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/ngsi-ld/v1/types",
        "/ngsi-ld/v1/entities?type=Bus",
        "/ngsi-ld/v1/entities/urn:x:1",
        "/ngsi-ld/v1/entityOperations/upsert",
        "/v2",
        "/v2/entities",
        "/v2/op/query",
        "/version",
        "/pinisi/v1/now",
        "/pinisi/v1/city",
        "/pinisi/v1/openapi.json",
        "*",
        "http://127.0.0.1/ngsi-ld/v1/types",
        "127.0.0.1:80",
        "/%00",
        "/%zz",
        "/%c3%28",
        "/a//b",
        "/?",
        "/#",
        "?a",
        "/ngsi-ld/v1/types?%",
    ]
)
VERSIONS = st.sampled_from(
    ("HTTP/1.1",) * 6 + ("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 x", "http/1.1", "", "RTSP/1.0")
)
HEADERS = st.sampled_from((
    "Content-Type: application/json", "Content-Type: application/ld+json", "Content-Type: ", "Accept: text/plain",
    "Accept: */*;q=0", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity",
    "transfer-encoding: chunked, chunked", "Content-Length: 2", "Content-Length: -1", "Content-Length: +2",
    "Content-Length: 99999999999999999999", "Content-Length: 2, 2", "Content-Length : 2", "Expect: 100-continue",
    "Expect: 200-ok", "Connection: close", "Connection: keep-alive, x", "Connection: upgrade", "Upgrade: websocket",
    "Upgrade: h2c", "Host: elsewhere.example", "Host: 127.0.0.1", "Host: ", "Origin: null",
    "Origin: http://evil.example",
    "NGSILD-Tenant: ../x", "NGSILD-Tenant: " + "t" * 300, "Fiware-Service: ?", "Range: bytes=0-", "If-None-Match: *",
    "Cookie: pinisi_session=x", "Authorization: Bearer x", "Link: <", " folded: header", "no colon", ":", "X: \x00",
    "X: " + "y" * 9_000, "Accept-Encoding: gzip;q=x", "Te: trailers", "Sec-WebSocket-Key: x",
    "Fiware-Correlator: a; cbnotif=1; pinisi=0123456789abcdef-01234567", "Fiware-Correlator: pinisi=" + "." * 900,
))  # fmt: skip
BODIES = st.one_of(
    st.sampled_from(
        (b"", b"{}", b"[]", b"2\r\n{}\r\n0\r\n\r\n", b"zz\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"0\r\n\r\n")
    ),
    st.binary(max_size=40),
)
MARKS = st.sampled_from((b"\r\n",) * 8 + (b"\n", b"\r", b"\r\r\n", b"\x00"))


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request, nearly right."""
    mark, host = draw(MARKS), draw(st.sampled_from((["Host: 127.0.0.1"],) * 6 + ([],)))
    body, told = draw(BODIES), draw(st.lists(HEADERS, max_size=3))
    if draw(st.booleans()):
        told.append(f"Content-Length: {len(body)}")
    first = f"{draw(METHODS)} {draw(PLACES)} {draw(VERSIONS)}"
    lines = [line.encode("latin-1", "replace") for line in (first, *host, *told)]
    return mark.join(lines) + mark + mark + body


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """What a peer sends, in the pieces in which it sends it."""
    sent = bytearray(b"".join(draw(st.lists(requests(), min_size=1, max_size=3))))
    for _ in range(draw(st.sampled_from((0, 0, 1, 3)))):
        place = draw(st.integers(0, len(sent)))
        sent[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
    cuts = sorted(draw(st.lists(st.integers(0, len(sent)), max_size=4)))
    return [bytes(sent[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


STREAMS: SearchStrategy[list[bytes]] = st.one_of(streams(), streams(), st.lists(st.binary(max_size=80), max_size=4))


class Answers:
    """Reads what comes back; `httptools` raises what is no HTTP."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies = b""
        self.parser = httptools.HttpResponseParser(self)

    def on_headers_complete(self) -> None:
        self.statuses.append(self.parser.get_status_code())

    def on_body(self, body: bytes) -> None:
        self.bodies += body


def heard(port: int, pieces: list[bytes]) -> bytes:
    """All that the server says until it closes; the peer has said its last word."""
    came = b""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as peer:
        try:
            for piece in pieces:
                peer.sendall(piece)
            peer.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError, OSError):
            pass
        try:
            while part := peer.recv(65_536):
                came += part
        except ConnectionResetError:
            pass
    return came


def judge(came: bytes) -> None:
    """Answers to HEAD carry no body, which a reader that does not know of HEAD cannot tell: heads are read for them."""
    heads = [line for line in came.split(b"\r\n") if line.startswith(b"HTTP/1.")]
    statuses = [int(line.split(b" ")[1]) for line in heads]
    assert all(status < 500 or status in TOLD for status in statuses), came[:500]
    assert not came or came.startswith(b"HTTP/1.1 "), came[:100]
    assert b"root:x:0" not in came
    assert b"Traceback" not in came


def test_whatever_comes_over_the_socket_is_answered_or_ended(
    server: Running, log: Path, cases: dict[str, int], start: int
) -> None:
    before = log.stat().st_size

    def sent(pieces: list[bytes]) -> None:
        began = time.monotonic()
        judge(heard(server.port, pieces))
        assert time.monotonic() - began < HANG_SECONDS

    cases["streams"] = search(STREAMS, sent, CASES, SECONDS, start)
    assert httpx.get(f"{server.address}/ngsi-ld/v1/types").status_code in (200, 401)
    said = log.read_bytes()[before:].decode("utf-8", "replace").splitlines()
    assert [line for line in said if "error" in line.split(" event=")[0]] == []


def test_answers_in_a_row_are_whole(server: Running, cases: dict[str, int], start: int) -> None:
    """Requests that are right, sent ahead and cut anywhere: as many answers, each whole, in their order."""
    asked = st.lists(st.sampled_from(("/version", "/none", "/ngsi-ld/v1/types")), min_size=1, max_size=5)

    def sent(drawn: tuple[list[str], list[int]]) -> None:
        paths, cuts = drawn
        whole = b"".join(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in paths)
        places = sorted(cut % len(whole) for cut in cuts)
        pieces = [whole[begin:end] for begin, end in zip([0, *places], [*places, len(whole)], strict=True)]
        answers = Answers()
        answers.parser.feed_data(heard(server.port, pieces))
        assert answers.statuses == [404 if path == "/none" else 401 for path in paths]

    cuts = st.lists(st.integers(0, 1_000), max_size=4)
    cases["rows of requests"] = search(st.tuples(asked, cuts), sent, CASES // 10, SECONDS, start)
