"""The few types of SNMP version 1 (RFC 1157) in BER, by hand: so that the agent can spoil them too."""

from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.ntcip.objects import Oid

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
GET, GET_NEXT, RESPONSE, SET = 0xA0, 0xA1, 0xA2, 0xA3
Value = int | bytes | None
LONGEST = 8


class Misformed(ValueError):
    """It is no SNMP message of version 1."""


class Pdu(msgspec.Struct, frozen=True, kw_only=True):
    """A message; `status` and `index` of an answer say what went wrong with which object, the first is 1."""

    community: bytes
    kind: int
    id: int
    status: int = 0
    index: int = 0
    values: tuple[tuple[Oid, Value], ...] = ()


def write(pdu: Pdu) -> bytes:
    pairs = b"".join(_part(SEQUENCE, _oid(oid) + _value(value)) for oid, value in pdu.values)
    head = _value(pdu.id) + _value(pdu.status) + _value(pdu.index)
    inner = _part(pdu.kind, head + _part(SEQUENCE, pairs))
    return _part(SEQUENCE, _value(0) + _value(pdu.community) + inner)


def read(data: bytes) -> Pdu:
    """Raises Misformed."""
    outer = _Reader(_Reader(data).take(SEQUENCE))
    if outer.number() != 0:
        raise Misformed("another version than 1")
    community = outer.take(OCTETS)
    kind, body = outer.any()
    if kind not in (GET, GET_NEXT, RESPONSE, SET):
        raise Misformed(f"a message of kind {kind:#x}")
    inner = _Reader(body)
    id, status, index = inner.number(), inner.number(), inner.number()
    pairs = _Reader(inner.take(SEQUENCE))
    values: list[tuple[Oid, Value]] = []
    while pairs.left:
        pair = _Reader(pairs.take(SEQUENCE))
        values.append((_oid_of(pair.take(OID)), _value_of(*pair.any())))
    return Pdu(community=community, kind=kind, id=id, status=status, index=index, values=tuple(values))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.left = data

    def any(self) -> tuple[int, bytes]:
        if len(self.left) < 2:
            raise Misformed("cut short")
        tag, length, start = self.left[0], self.left[1], 2
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= 2 or len(self.left) < 2 + count:
                raise Misformed("a length that is none")
            length, start = int.from_bytes(self.left[2 : 2 + count], "big"), 2 + count
        if len(self.left) < start + length:
            raise Misformed("cut short")
        content, self.left = self.left[start : start + length], self.left[start + length :]
        return tag, content

    def take(self, tag: int) -> bytes:
        found, content = self.any()
        if found != tag:
            raise Misformed(f"{found:#x} where {tag:#x} is due")
        return content

    def number(self) -> int:
        return _number(self.take(INTEGER))


def _number(content: bytes) -> int:
    if not 0 < len(content) <= LONGEST:
        raise Misformed(f"a number of {len(content)} octets")
    return int.from_bytes(content, "big", signed=True)


def _value_of(tag: int, content: bytes) -> Value:
    if tag == INTEGER:
        return _number(content)
    return None if tag == NULL else content


def _oid_of(content: bytes) -> Oid:
    if not content or content[-1] & 0x80:
        raise Misformed("an object identifier that is cut short")
    parts, current = list[int](), 0
    for octet in content:
        current = current << 7 | octet & 0x7F
        if not octet & 0x80:
            parts.append(current)
            current = 0
    return (min(parts[0] // 40, 2), parts[0] - 40 * min(parts[0] // 40, 2), *parts[1:])


def _part(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _value(value: Value) -> bytes:
    if value is None:
        return _part(NULL, b"")
    if isinstance(value, bytes):
        return _part(OCTETS, value)
    return _part(INTEGER, value.to_bytes((value.bit_length() + 8) // 8, "big", signed=True))


def _oid(oid: Sequence[int]) -> bytes:
    parts = [40 * oid[0] + oid[1], *oid[2:]]
    return _part(OID, b"".join(_base128(part) for part in parts))


def _base128(part: int) -> bytes:
    octets = [part & 0x7F]
    while part := part >> 7:
        octets.append(part & 0x7F | 0x80)
    return bytes(reversed(octets))
