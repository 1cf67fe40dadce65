"""The packets of MQTT 3.1.1 and 5.0 that one who only publishes writes and reads. Pure: bytes in, bytes out."""

import struct
from collections.abc import Iterator

import msgspec

CONNACK, PUBACK, PUBREC, PUBCOMP, PINGRESP, DISCONNECT = 2, 4, 5, 7, 13, 14
LONGEST_PACKET = 1 << 16
"""Of what a broker says to one who only publishes; a longer packet is no MQTT."""
PINGREQ_PACKET = b"\xc0\x00"
REFUSED = 0x80
"""Reason codes from here on are failures (MQTT 5, 2.4)."""

_BYTE, _TWO, _FOUR, _TEXT, _PAIR = 1, 2, 4, -1, -2
_PROPERTIES = {
    0x11: _FOUR,
    0x12: _TEXT,
    0x13: _TWO,
    0x15: _TEXT,
    0x16: _TEXT,
    0x1A: _TEXT,
    0x1C: _TEXT,
    0x1F: _TEXT,
    0x21: _TWO,
    0x22: _TWO,
    0x24: _BYTE,
    0x25: _BYTE,
    0x26: _PAIR,
    0x27: _FOUR,
    0x28: _BYTE,
    0x29: _BYTE,
    0x2A: _BYTE,
}
"""The properties of a CONNACK by the size of their values (MQTT 5, 2.2.2.2)."""


class Malformed(ValueError):
    """What came is no MQTT."""


class Packet(msgspec.Struct, frozen=True):
    """`kind` is the control packet type (MQTT 5, 2.1.2), `body` what follows the remaining length."""

    kind: int
    body: bytes


class Welcome(msgspec.Struct, frozen=True):
    """A CONNACK. `code` 0: accepted. The rest bounds what may be published (MQTT 5, 3.2.2.3)."""

    code: int
    in_flight: int = 65_535
    highest_qos: int = 2
    longest_packet: int = 1 << 28
    keep_alive: int | None = None
    retains: bool = True


class Acknowledgement(msgspec.Struct, frozen=True):
    """A PUBACK, PUBREC or PUBCOMP: of which packet, and with which reason code."""

    packet: int
    code: int


def connect(client: str, user: str | None, password: str | None, five: bool, keep_alive: int) -> bytes:
    """A CONNECT with a clean start: this side keeps what is owed, the broker need not."""
    flags = 0x02 | (0x80 if user is not None else 0) | (0x40 if password is not None else 0)
    head = b"\x00\x04MQTT" + bytes((5 if five else 4, flags)) + struct.pack(">H", keep_alive)
    words = [client, *(word for word in (user, password) if word is not None)]
    return _packet(0x10, head + (b"\x00" if five else b"") + b"".join(map(_text, words)))


def publish(topic: str, body: bytes, qos: int, packet: int, five: bool, retain: bool = False) -> bytes:
    """`packet` identifies it until it is acknowledged; it is not written with QoS 0."""
    identifier = struct.pack(">H", packet) if qos else b""
    return _packet(0x30 | qos << 1 | retain, _text(topic) + identifier + (b"\x00" if five else b"") + body)


def pubrel(packet: int) -> bytes:
    """The second half of QoS 2."""
    return _packet(0x62, struct.pack(">H", packet))


def disconnect() -> bytes:
    return b"\xe0\x00"


class PacketReader:
    """Cuts what comes into packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """
        Raises:
            Malformed: a length that is none, or is beyond `LONGEST_PACKET`.
        """
        self._rest += data
        while (found := _length(self._rest)) is not None:
            start, length = found
            if len(self._rest) < start + length:
                return
            packet = Packet(self._rest[0] >> 4, self._rest[start : start + length])
            self._rest = self._rest[start + length :]
            yield packet


def read_welcome(body: bytes, five: bool) -> Welcome:
    """
    Raises:
        Malformed: it is no CONNACK.
    """
    if len(body) < 2:
        raise Malformed("a CONNACK is too short")
    properties = _properties(body[2:]) if five and len(body) > 2 else {}
    return Welcome(
        code=body[1],
        in_flight=properties.get(0x21, 65_535) or 1,
        highest_qos=properties.get(0x24, 2),
        longest_packet=properties.get(0x27, 1 << 28),
        keep_alive=properties.get(0x13),
        retains=properties.get(0x25, 1) != 0,
    )


def read_acknowledgement(body: bytes) -> Acknowledgement:
    """
    Raises:
        Malformed: it names no packet.
    """
    if len(body) < 2:
        raise Malformed("an acknowledgement names no packet")
    return Acknowledgement(int.from_bytes(body[:2], "big"), body[2] if len(body) > 2 else 0)


def _properties(data: bytes) -> dict[int, int]:
    """The numbers among the properties; texts are passed over."""
    length, start = _variable(data, 0)
    if start + length > len(data):
        raise Malformed("properties end before their length")
    found: dict[int, int] = {}
    place, end = start, start + length
    while place < end:
        kind, place = data[place], place + 1
        size = _PROPERTIES.get(kind)
        if size is None:
            raise Malformed(f"no CONNACK has the property {kind:#x}")
        for _ in range(2 if size == _PAIR else 1):
            wide = size if size > 0 else 2 + int.from_bytes(data[place : place + 2], "big")
            if place + wide > end:
                raise Malformed("a property ends before its length")
            if size > 0:
                found[kind] = int.from_bytes(data[place : place + wide], "big")
            place += wide
    return found


def _length(data: bytes) -> tuple[int, int] | None:
    """Where the body of the first packet begins, and how long it is; None: not known yet."""
    if len(data) < 2 or (len(data) < 5 and all(byte & 0x80 for byte in data[1:])):
        return None
    length, start = _variable(data, 1)
    if length > LONGEST_PACKET:
        raise Malformed(f"a packet of {length} bytes, at most {LONGEST_PACKET} are taken")
    return start, length


def _variable(data: bytes, place: int) -> tuple[int, int]:
    """A variable byte integer and where it ends (MQTT 5, 1.5.5)."""
    value = 0
    for shift in range(0, 28, 7):
        if place >= len(data):
            break
        byte, place = data[place], place + 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
    raise Malformed("a length is longer than four bytes")


def _packet(first: int, body: bytes) -> bytes:
    length, size = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((first,)) + bytes(size) + body


def _text(words: str) -> bytes:
    encoded = words.encode()
    return struct.pack(">H", len(encoded)) + encoded
