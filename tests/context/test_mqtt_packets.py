"""The packets of MQTT, and its URIs: read as written; no bytes from outside do more than be refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.mqtt_packets import (
    LONGEST_PACKET,
    Acknowledgement,
    Malformed,
    Packet,
    PacketReader,
    Welcome,
    connect,
    publish,
    read_acknowledgement,
    read_welcome,
)
from pinisi.context.mqtt_target import BadNotifierInfo, MqttTarget, parse_mqtt_target
from pinisi.context.targets import BadTarget


def test_a_connect_is_written_as_the_standard_has_it() -> None:
    """MQTT 3.1.1, 3.1: protocol name and level, flags, keep alive, then the payload in its order."""
    assert connect("me", "u", "p", five=False, keep_alive=60) == (
        b"\x10\x14\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02me\x00\x01u\x00\x01p"
    )
    assert connect("me", None, None, five=True, keep_alive=60) == b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x02me"


def test_a_publish_names_its_packet_with_quality_of_service_only() -> None:
    assert publish("a/b", b"x", 0, 0, five=False) == b"\x30\x06\x00\x03a/bx"
    assert publish("a/b", b"x", 2, 7, five=True) == b"\x34\x09\x00\x03a/b\x00\x07\x00x"


def test_a_long_body_has_a_length_of_several_bytes() -> None:
    written = publish("t", b"x" * 300, 1, 1, five=False)
    assert written[1:3] == bytes((0x80 | 305 % 128, 305 // 128))


@given(st.lists(st.tuples(st.integers(1, 15), st.binary(max_size=300)), max_size=8), st.integers(1, 40))
def test_packets_are_found_however_the_bytes_are_cut(packets: list[tuple[int, bytes]], step: int) -> None:
    stream = b"".join(_framed(kind, body) for kind, body in packets)
    reader = PacketReader()
    found = [packet for start in range(0, len(stream), step) for packet in reader.feed(stream[start : start + step])]
    assert found == [Packet(kind, body) for kind, body in packets]


def _framed(kind: int, body: bytes) -> bytes:
    size, length = bytearray(), len(body)
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((kind << 4,)) + bytes(size) + body


@given(st.binary(max_size=60), st.booleans())
def test_no_bytes_do_more_than_be_refused(data: bytes, five: bool) -> None:
    reader = PacketReader()
    with contextlib.suppress(Malformed):
        for packet in reader.feed(data):
            assert len(packet.body) <= LONGEST_PACKET
    for read in (lambda: read_welcome(data, five), lambda: read_acknowledgement(data)):
        with contextlib.suppress(Malformed):
            read()


@pytest.mark.parametrize("stream", [b"\x20\xff\xff\xff\xff", b"\x20\x80\x80\x80\x80\x01", b"\x20\xff\xff\xff\x7f"])
def test_a_length_that_is_none_is_told(stream: bytes) -> None:
    with pytest.raises(Malformed):
        list(PacketReader().feed(stream))


def test_a_welcome_bounds_what_may_be_published() -> None:
    """MQTT 5, 3.2.2.3: receive maximum, maximum QoS, maximum packet size, server keep alive, between texts."""
    properties = b"\x21\x00\x05" + b"\x24\x01" + b"\x12\x00\x02id" + b"\x27\x00\x00\x10\x00" + b"\x13\x00\x1e"
    properties += b"\x26\x00\x01a\x00\x01b"
    body = b"\x00\x00" + bytes((len(properties),)) + properties
    assert read_welcome(body, five=True) == Welcome(0, 5, 1, 4096, 30)
    assert read_welcome(b"\x00\x05", five=False) == Welcome(5)


def test_an_acknowledgement_without_a_code_is_a_success() -> None:
    assert read_acknowledgement(b"\x00\x07") == Acknowledgement(7, 0)
    assert read_acknowledgement(b"\x01\x00\x87\x00") == Acknowledgement(256, 0x87)


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("mqtt://h/t", MqttTarget(tls=False, host="h", port=1883, user=None, password=None, topic="t")),
        ("mqtts://h/t/u", MqttTarget(tls=True, host="h", port=8883, user=None, password=None, topic="t/u")),
        ("MQTT://u@h:99/t", MqttTarget(tls=False, host="h", port=99, user="u", password=None, topic="t")),
        ("mqtt://u:p%40x@h/a%3Fb", MqttTarget(tls=False, host="h", port=1883, user="u", password="p@x", topic="a?b")),
        ("mqtt://[::1]/t//u", MqttTarget(tls=False, host="::1", port=1883, user=None, password=None, topic="t//u")),
    ],
)
def test_an_mqtt_uri_is_taken_apart(uri: str, target: MqttTarget) -> None:
    assert parse_mqtt_target(uri) == target


@pytest.mark.parametrize(
    "uri",
    [
        "mqtt://h",
        "mqtt://h/",
        "mqtt:///t",
        "mqtt://h:0/t",
        "mqtt://h:99999/t",
        "mqtt://h/a/+",
        "mqtt://h/%23",
        "mqtt://h/a%00",
        "mqtt://h/a?b",
        "mqtt://h/a#b",
        "mqtt://h/%ff",
        "mqtt://[h/t",
        "http://h/t",
        "mqtt://h/a b",
    ],
)
def test_what_cannot_be_published_to_is_refused(uri: str) -> None:
    with pytest.raises(BadTarget):
        parse_mqtt_target(uri)


@given(st.text(max_size=80), st.text(max_size=12), st.text(max_size=12))
def test_no_text_can_do_more_than_be_refused(rest: str, version: str, qos: str) -> None:
    with contextlib.suppress(BadTarget, BadNotifierInfo):
        target = parse_mqtt_target("mqtt://" + rest, (("MQTT-Version", version), ("MQTT-QoS", qos)))
        assert target.host and target.topic and 0 < target.port < 65_536 and target.qos in (0, 1, 2)
