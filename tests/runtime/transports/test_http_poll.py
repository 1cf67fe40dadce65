"""Polling over HTTP against a server with every fault: the error says what is wrong, nothing hangs or is lost."""

import gzip
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from line_at_hand import LineAtHand, listening

from pinisi.runtime.source import Message
from pinisi.runtime.transports import http_poll
from pinisi.runtime.transports.http_date import seconds_until
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.http_poll import Follow, HttpPoll
from pinisi.runtime.transports.pace import Pace
from pinisi.testing.faulty_server import (
    FaultyServer,
    answer,
    bomb,
    cut,
    dripping,
    endless,
    faulty_server,
    redirect,
    rubbish,
    silent,
)

pytestmark = pytest.mark.anyio
QUICK = Manners(per_minute=60_000, connect=0.5, read=0.3, total=0.6, most_bytes=100_000)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_poll, "FIRST_PAUSE", 0.05)


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with faulty_server() as made:
        yield made


@pytest.fixture
def line(tmp_path: Path) -> LineAtHand:
    return LineAtHand(tmp_path)


def poll(server: FaultyServer, *paths: str, every: float = 0.05, manners: Manners = QUICK) -> HttpPoll:
    return HttpPoll([server.at(path) for path in paths], every, manners=manners)


async def test_an_answer_becomes_a_message_with_its_address_and_media(server: FaultyServer, line: LineAtHand) -> None:
    server.plays["/a"] = answer(b"{}", content_type="Application/JSON; charset=utf-8")
    async with listening(poll(server, "/a"), line):
        await line.until(lambda line: bool(line.messages))
    assert (line.messages[0].body, line.messages[0].media) == (b"{}", "application/json")
    assert line.messages[0].origin == server.at("/a")
    assert "pinisi/" in server.asked[0].headers["user-agent"]


async def test_what_is_unchanged_is_not_sent_again_and_the_source_is_alive(
    server: FaultyServer, line: LineAtHand
) -> None:
    server.plays["/a"] = answer(b"{}", etag='"one"')
    async with listening(poll(server, "/a"), line):
        await line.until(lambda line: line.lives >= 2)
    assert len(line.messages) == 1
    again = LineAtHand(line.folder, line.messages[0].place)
    async with listening(poll(server, "/a"), again):
        await again.until(lambda line: line.lives >= 1)
    assert again.messages == []


FAULTS = [
    (silent(), "silent for 0 s"),
    (dripping(b"x" * 100), "not done within 1 s"),
    (cut(b"x" * 1000, 500), "the connection broke"),
    (endless(), "longer than 100000 bytes"),
    (answer(b"x" * 200_000), "longer than 100000 bytes (200000 announced)"),
    (bomb(), "longer than 100000 bytes when unpacked"),
    (answer(gzip.compress(b"x" * 5000)[:-30], content_encoding="gzip"), "ends before its packed body does"),
    (answer(b"no gzip", content_encoding="gzip"), "cannot be unpacked"),
    (answer(b"x", content_encoding="br"), "packed as 'br'; gzip and deflate are taken"),
    (answer(b"busy", "503 Service Unavailable"), "answered 503 Service Unavailable"),
    (answer(b"no", "429 Too Many Requests", retry_after="90"), "429 Too Many Requests, asks to wait 90 s"),
    (answer(b"no", "404 Not Found"), "answered 404 Not Found"),
    (redirect("http://169.254.169.254/latest/meta-data/"), "is redirected to http://169.254.169.254/latest"),
    (redirect("https://elsewhere.example.org/"), "only the same host is followed"),
    (redirect("/bad"), "redirected again and again"),
    (rubbish(), "the connection broke"),
]


@pytest.mark.parametrize(("play", "said"), FAULTS, ids=[said for _, said in FAULTS])
async def test_a_faulty_answer_is_told_with_address_and_reason_and_asked_again(
    server: FaultyServer, line: LineAtHand, play: object, said: str
) -> None:
    server.plays["/bad"] = play
    server.plays["/good"] = answer(b"fine")
    async with listening(poll(server, "/bad", "/good"), line):
        await line.until(lambda line: any(said in trouble for trouble in line.troubles))
        if "wait" not in said:
            await line.until(lambda _: server.count("/bad") >= 2)
        await line.until(lambda line: bool(line.messages))
        server.plays["/bad"] = answer(b"well again")
        if "wait" not in said:
            await line.until(lambda line: any(message.body == b"well again" for message in line.messages))
            await line.until(lambda line: line.troubles[-1] == "")
    assert line.troubles[0].startswith(server.at("/bad"))


async def test_a_server_that_asks_to_wait_is_left_alone_as_long(server: FaultyServer, line: LineAtHand) -> None:
    server.plays["/busy"] = answer(b"", "429 Too Many Requests", retry_after="3600")
    server.plays["/good"] = answer(b"fine")
    async with listening(poll(server, "/busy", "/good", every=0.01), line):
        await line.until(lambda line: len(line.messages) > 20)
    assert server.count("/busy") == 1


async def test_no_proxy_of_the_environment_is_asked(
    server: FaultyServer, line: LineAtHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.plays["/a"] = answer(b"fine")
    async with faulty_server() as proxy:
        proxy.otherwise = answer(b"from the proxy")
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.at("/"))
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        async with listening(poll(server, "/a"), line):
            await line.until(lambda line: len(line.messages) >= 3)
        assert proxy.asked == []
    assert {message.body for message in line.messages} == {b"fine"}


async def test_a_page_where_data_are_expected_is_told(server: FaultyServer, line: LineAtHand) -> None:
    server.plays["/a"] = answer(b"<html>Log in</html>", content_type="text/html")
    manners = Manners(per_minute=60_000, media=frozenset({"application/json"}))
    async with listening(poll(server, "/a", manners=manners), line):
        await line.until(lambda line: bool(line.troubles))
    assert "answered text/html; application/json is expected" in line.troubles[0]


async def test_a_redirect_on_the_same_host_is_followed(server: FaultyServer, line: LineAtHand) -> None:
    server.plays["/old"] = redirect("/new")
    server.plays["/new"] = answer(b"here")
    async with listening(poll(server, "/old"), line):
        await line.until(lambda line: bool(line.messages))
    assert line.messages[0].body == b"here"


async def test_a_host_name_inside_our_own_network_needs_to_be_listed(server: FaultyServer, line: LineAtHand) -> None:
    server.plays["/a"] = answer(b"here")
    address = f"http://localhost:{server.port}/a"
    async with listening(HttpPoll([address], 0.05, manners=QUICK), line):
        await line.until(lambda line: bool(line.troubles))
    assert "list that network as `inside`" in line.troubles[0]
    assert server.asked == []
    async with listening(HttpPoll([address], 0.05, manners=QUICK, inside=["loopback"]), line):
        await line.until(lambda line: bool(line.messages))


async def test_a_name_that_nobody_knows_is_told(line: LineAtHand) -> None:
    async with listening(HttpPoll(["http://nowhere.invalid/"], 1, manners=QUICK), line):
        await line.until(lambda line: bool(line.troubles))
    assert "its name" in line.troubles[0]


@pytest.mark.parametrize("address", ["ftp://example.org/", "https://user:word@example.org/", "nothing", "http://"])
def test_an_address_that_is_none_is_refused_when_the_source_is_made(address: str) -> None:
    with pytest.raises(ValueError, match=r"http|user|host"):
        HttpPoll([address], 60)


def lines_named(message: Message) -> Sequence[Follow]:
    pairs = (line.split(" ") for line in message.body.decode().splitlines())
    return [Follow(address, version) for address, version in pairs]


async def test_what_a_list_names_is_asked_once_in_each_version_and_only_on_its_host(
    server: FaultyServer, line: LineAtHand
) -> None:
    listed = f"{server.at('/x')} 1\n{server.at('/y')} 1\nhttps://elsewhere.example.org/z 1\n"
    server.plays |= {"/list": answer(listed.encode()), "/x": answer(b"x"), "/y": answer(b"y")}
    transport = HttpPoll([server.at("/list")], 0.02, follow=lines_named, manners=QUICK)
    async with listening(transport, line):
        await line.until(lambda _: server.count("/list") > 4)
        assert (server.count("/x"), server.count("/y")) == (1, 1)
        server.plays |= {"/list": answer(listed.replace("/x 1", "/x 2").encode()), "/x": answer(b"newer x")}
        await line.until(lambda line: line.messages[-1].body == b"newer x")
        await line.until(lambda line: line.messages[-1].body != b"newer x")
    again = LineAtHand(line.folder, line.messages[-1].place)
    async with listening(transport, again):
        await again.until(lambda line: len(line.messages) > 4)
    assert (server.count("/x"), server.count("/y")) == (2, 1)


async def test_a_listed_address_that_fails_is_asked_again_though_the_list_is_unchanged(
    server: FaultyServer, line: LineAtHand
) -> None:
    server.plays["/list"] = answer(f"{server.at('/x')} 1".encode(), etag='"1"')
    transport = HttpPoll([server.at("/list")], 0.02, follow=lines_named, manners=QUICK)
    async with listening(transport, line):
        await line.until(lambda _: server.count("/x") >= 2)
        server.plays["/x"] = answer(b"x")
        await line.until(lambda line: any(message.body == b"x" for message in line.messages))
        await line.until(lambda line: line.troubles[-1] == "")


async def test_a_key_comes_from_the_secrets_and_is_not_in_any_error(server: FaultyServer, line: LineAtHand) -> None:
    (line.folder / "secrets").mkdir()
    (line.folder / "secrets" / "weather-key").write_text("s3cret\n")
    server.plays["/a"] = answer(b"denied", "403 Forbidden")
    transport = HttpPoll([server.at("/a")], 1, manners=QUICK, secret_headers={"x-api-key": "weather-key"})
    async with listening(transport, line):
        await line.until(lambda line: bool(line.troubles))
    assert server.asked[0].headers["x-api-key"] == "s3cret"
    assert "s3cret" not in line.troubles[0]


def test_a_pace_never_lets_more_than_its_number_through_in_a_minute() -> None:
    pace, now, turns = Pace(60), 0.0, []
    for _ in range(500):
        turns.append(now + pace.book(now))
        now += 0.01
    assert all(turns[number + 60] - turns[number] >= 60 - 1e-9 for number in range(len(turns) - 60))
    assert pace.book(10_000.0) == 0.0


def test_a_wait_is_read_as_seconds_or_as_a_date() -> None:
    assert seconds_until("120") == 120
    assert seconds_until("Fri, 31 Dec 2100 23:59:59 GMT") > 0
    assert seconds_until("Fri, 31 Dec 1999 23:59:59 GMT") == 0
    assert seconds_until("soon") == 0
