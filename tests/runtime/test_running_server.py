"""The server as a process: what comes over a real socket, and how it stops."""

import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running import Running, running

from patience import PATIENCE

HOST = b"host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def pinisi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("running") / "data") as started:
        yield started


def exchange(pinisi: Running, sent: bytes, *, end: bool = False) -> bytes:
    """Send bytes as they are; answers what comes back until the server closes, also when it did not read to the end."""
    with socket.create_connection(("127.0.0.1", pinisi.port), timeout=PATIENCE) as connection:
        answer = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
    return answer


def position(pinisi: Running) -> int:
    return httpx.get(f"{pinisi.address}/pinisi/v1/session").json()["position"]


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


BODY = b'{"id": "urn:ngsi-ld:Vehicle:raw", "type": "Vehicle"}'
POST = b"POST /ngsi-ld/v1/entities HTTP/1.1\r\nconnection: close\r\n"
JSON = b"content-type: application/json\r\n"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n", {421, 400}),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"connection: close\r\n\r\n", {400}),
        (b"nonsense\r\n\r\n", {400}),
        (b"GET /\xff HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n", {400, 404}),
        (b"GET /pinisi/v1/layers/{} HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n", {404}),
        (b"GET /ngsi-ld/v1/entities/%ff%00 HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n", {400}),
        (POST + HOST + JSON + b"content-length: 52\r\ncontent-length: 9\r\n\r\n" + BODY, {400}),
        (POST + HOST + JSON + b"content-length: 52\r\ntransfer-encoding: chunked\r\n\r\n" + BODY, {400}),
        (POST + HOST + JSON + b"transfer-encoding: chunked\r\n\r\nzz\r\n" + BODY, {400, 0}),
        (POST + HOST + JSON + b"content-length: 99999999999999999999999\r\n\r\n" + BODY, {400, 413}),
        (POST + HOST + JSON + b"ngsild-tenant: a\r\nngsild-tenant: b\r\ncontent-length: 52\r\n\r\n" + BODY, {400}),
        (POST + HOST + JSON + b"ngsild-tenant: ../x\r\ncontent-length: 52\r\n\r\n" + BODY, {400}),
        (POST + HOST + JSON + b"ngsild-tenant: a\rset-cookie: b\r\ncontent-length: 52\r\n\r\n" + BODY, {400}),
        (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404, 414, 431}),
    ],
)
def test_bytes_that_no_client_would_send(pinisi: Running, sent: bytes, expected: set[int]) -> None:
    before = position(pinisi)
    answer = exchange(pinisi, sent)
    assert status(answer) in expected, answer[:400]
    assert b"Traceback" not in answer
    assert position(pinisi) == before


def test_a_body_that_stops_half_way_writes_nothing(pinisi: Running) -> None:
    before = position(pinisi)
    exchange(pinisi, POST + HOST + JSON + b"content-length: 500\r\n\r\n" + BODY, end=True)
    exchange(pinisi, POST + HOST + JSON + b"transfer-encoding: chunked\r\n\r\n34\r\n" + BODY + b"\r\n", end=True)
    assert position(pinisi) == before


def test_fifty_megabytes_are_refused_before_they_come(pinisi: Running) -> None:
    before = position(pinisi)
    answer = exchange(pinisi, POST + HOST + JSON + b"content-length: 50000000\r\n\r\n")
    assert status(answer) == 413
    assert position(pinisi) == before


LAST_CHUNK = b"0\r\n\r\n"
"""What ends a body that was not cut (RFC 9112, 7.1)."""


def rest_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_many_streams_do_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    with running(tmp_path / "data") as pinisi:
        streams = []
        for _ in range(40):
            connection = socket.create_connection(("127.0.0.1", pinisi.port), timeout=PATIENCE)
            connection.sendall(b"GET /pinisi/v1/stream HTTP/1.1\r\n" + HOST + b"\r\n")
            streams.append(connection)
        for connection in streams:
            heard = b""
            while b"event: hello" not in heard:
                heard += connection.recv(65536)
        assert pinisi.stop() in (0, -15)
        for connection in streams:
            with connection:
                assert rest_of(connection).endswith(LAST_CHUNK)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_and_opens_again_at_once(tmp_path: Path, sign: signal.Signals) -> None:
    with running(tmp_path / "data") as pinisi:
        httpx.post(f"{pinisi.address}/pinisi/v1/incidents", json={"title": "Banjir"}).raise_for_status()
        pinisi.process.send_signal(sign)
        assert pinisi.process.wait(PATIENCE) in (0, -sign, 128 + sign)
    with running(tmp_path / "data") as pinisi:
        assert httpx.get(f"{pinisi.address}/pinisi/v1/incidents").json()["count"] == 1
