"""Addresses of the second feed, and what is told of those that cannot be used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.feed.address import BadFeedAddress, NatsAddress, read_feed_address


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("nats://one", NatsAddress(("nats://one:4222",), "pinisi", 1)),
        ("nats://one:4333/war", NatsAddress(("nats://one:4333",), "war", 1)),
        ("nats://a,b:1,c", NatsAddress(("nats://a:4222", "nats://b:1", "nats://c:4222"), "pinisi", 3)),
        ("nats://a,b,c?replicas=1", NatsAddress(("nats://a:4222", "nats://b:4222", "nats://c:4222"), "pinisi", 1)),
        ("tls://u:p@a,b/x?replicas=5", NatsAddress(("tls://u:p@a:4222", "tls://u:p@b:4222"), "x", 5)),
        ("nats://[::1]:4", NatsAddress(("nats://[::1]:4",), "pinisi", 1)),
    ],
)
def test_an_address_is_read(address: str, read: NatsAddress) -> None:
    assert read_feed_address(address) == read


def test_names_and_passwords_are_not_shown() -> None:
    assert read_feed_address("tls://ani:secret@a,b").hosts == "a:4222,b:4222"


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("kafka://one", "kafka"),
        ("nats://", "host"),
        ("nats://one,", "host"),
        ("nats://one:port", "host"),
        ("nats://one:99999", "host"),
        ("nats://one/a.b", "stream"),
        ("nats://one/a/b", "stream"),
        ("nats://one?replicas=2", "replicas"),
        ("nats://one?copies=3", "copies"),
        ("nats://[one", "feed"),
    ],
)
def test_what_is_wrong_is_named(address: str, part: str) -> None:
    with pytest.raises(BadFeedAddress, match=part):
        read_feed_address(address)


@given(st.text(max_size=60).map("nats://".__add__) | st.text(max_size=60))
def test_any_text_is_read_or_refused(address: str) -> None:
    try:
        read = read_feed_address(address)
    except BadFeedAddress as refused:
        assert str(refused).startswith("feed: ")
    else:
        assert read.servers and read.stream
