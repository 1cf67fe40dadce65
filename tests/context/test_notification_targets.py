"""Where a notification may go, and how it gets there: addresses judged, answers of every kind understood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.delivery import Delivery, HttpSender, Receipt
from pinisi.context.targets import BadTarget, Targets, parse_target

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("allowed", "uri"),
    [
        (["loopback"], "http://127.0.0.1/"),
        (["loopback"], "http://[::1]:8080/x?y=z"),
        (["loopback"], "http://localhost/"),
        (["private"], "http://10.1.2.3/"),
        (["10.20.0.0/16"], "http://10.20.9.9/"),
        (["192.0.2.7"], "https://192.0.2.7/"),
        (["*"], "http://1.1.1.1/"),
        (["alerts.example.invalid"], "https://alerts.example.invalid/"),
        (["*.example.invalid"], "https://alerts.example.invalid/"),
    ],
)
async def test_what_the_operator_listed_is_allowed(allowed: list[str], uri: str) -> None:
    assert (await Targets(allowed).check(uri)).uri == uri


@pytest.mark.parametrize(
    ("allowed", "uri"),
    [
        ([], "http://127.0.0.1/"),
        ([], "http://1.1.1.1/"),
        (["*"], "http://127.0.0.1/"),
        (["*"], "http://10.0.0.1/"),
        (["localhost"], "http://localhost/"),
        (["loopback"], "http://10.0.0.1/"),
        (["loopback"], "http://elsewhere.invalid/"),
        (["10.20.0.0/16"], "http://10.21.0.1/"),
        (["0.0.0.0/0", "::/0"], "http://169.254.169.254/"),
        (["0.0.0.0/0", "::/0"], "http://[fe80::1]/"),
        (["0.0.0.0/0", "::/0"], "http://[fd00:ec2::254]/"),
        (["0.0.0.0/0", "::/0"], "http://[::ffff:169.254.169.254]/"),
        (["0.0.0.0/0", "::/0"], "http://[64:ff9b::a9fe:a9fe]/"),
        (["0.0.0.0/0", "::/0"], "http://[2002:a9fe:a9fe::1]/"),
        (["0.0.0.0/0", "::/0"], "http://0.0.0.0/"),
        (["0.0.0.0/0", "::/0"], "http://224.0.0.1/"),
        (["*.example.invalid"], "https://example.invalid/"),
        (["*.example.invalid"], "http://127.0.0.1\\.example.invalid/"),
        (["*"], "http://10.0.0.1%2f.example.invalid/"),
    ],
)
async def test_everything_else_is_refused(allowed: list[str], uri: str) -> None:
    with pytest.raises(BadTarget):
        await Targets(allowed).check(uri)


@pytest.mark.parametrize("entry", ["", "10.0.0.0/99", "http://x/", "a:b"])
def test_an_entry_that_cannot_be_read_is_told(entry: str) -> None:
    with pytest.raises(ValueError, match="notification_targets"):
        Targets([entry])


@given(st.text(max_size=60))
def test_no_text_can_do_more_than_be_refused(text: str) -> None:
    for uri in (text, f"http://{text}"):
        try:
            target = parse_target(uri)
        except BadTarget:
            continue
        assert target.host
        assert 0 < target.port < 65536
        assert "\r" not in target.path + target.authority
        assert "\n" not in target.path + target.authority


@asynccontextmanager
async def answering(*answers: bytes, close: bool = False, wait: float = 0.0) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives these answers in turn, and the requests that it got."""
    requests: list[bytes] = []
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                requests.append(head + await reader.readexactly(2))
                await asyncio.sleep(wait)
                writer.write(left.pop(0))
                await writer.drain()
                if close:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/notify?a=b", requests
    finally:
        server.close()


async def post(sender: HttpSender, uri: str, timeout: float = 5.0) -> Receipt:
    return await sender.send(Delivery(parse_target(uri), b"Content-Type: application/json\r\n", b"{}", timeout))


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (OK, 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.11\r\n\r\n", 200),
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 503),
        (b"SSH-2.0-OpenSSH\r\n\r\n", 0),
    ],
)
async def test_answers_are_understood(answer: bytes, status: int) -> None:
    async with answering(answer) as (uri, requests):
        sender = HttpSender(Targets(["loopback"]))
        receipt = await post(sender, uri)
        assert receipt.status == status
        assert receipt.taken == (200 <= status < 300)
        assert receipt.retry_after == (7.0 if status == 503 else 0.0)
        assert len(requests) == 1
        assert requests[0].startswith(b"POST /notify?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
        await sender.close()


async def test_a_connection_is_used_again_and_made_anew_when_it_was_closed() -> None:
    async with answering(OK, OK, OK, close=True) as (uri, requests):
        sender = HttpSender(Targets(["loopback"]))
        for _ in range(3):
            assert (await post(sender, uri)).taken
        assert len(requests) == 3
        await sender.close()


async def test_each_answer_counts_for_itself_also_when_the_last_one_was_the_same() -> None:
    busy = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
    continued = b"HTTP/1.1 100 Continue\r\n\r\n" + OK
    async with answering(OK, OK, busy, busy, OK, continued, continued, OK, OK) as (uri, requests):
        sender = HttpSender(Targets(["loopback"]))
        receipts = [await post(sender, uri) for _ in range(9)]
        assert [receipt.status for receipt in receipts] == [200, 200, 503, 503, 200, 200, 200, 200, 200]
        assert [receipt.retry_after for receipt in receipts] == [0, 0, 7, 7, 0, 0, 0, 0, 0]
        assert len(requests) == 9
        await sender.close()


async def test_one_that_does_not_answer_in_time_is_told_so() -> None:
    async with answering(OK, wait=2.0) as (uri, _):
        sender = HttpSender(Targets(["loopback"]))
        receipt = await post(sender, uri, timeout=0.1)
        assert receipt.status == 0
        assert "no answer within 0.1 s" in receipt.reason


async def test_one_that_is_not_there_is_told_so() -> None:
    receipt = await post(HttpSender(Targets(["loopback"])), "http://127.0.0.1:1/")
    assert receipt.status == 0
    assert "no connection" in receipt.reason


async def test_the_address_is_judged_when_the_notification_is_sent() -> None:
    receipt = await post(HttpSender(Targets(["10.0.0.0/8"])), "http://localhost:1/")
    assert receipt.status == 0
    assert "notification_targets" in receipt.reason
