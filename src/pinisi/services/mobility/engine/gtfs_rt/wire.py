"""The wire format of Protocol Buffers: fields by number, read within bounds, and written.

Source: protobuf.dev/programming-guides/encoding. Written here, since the library of its makers must have one version in
a whole installation, and eight small messages need none.
"""

import struct
from collections.abc import Iterator, Sequence

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Value = int | bytes
_MOST = (1 << 64) - 1


class NoMessage(ValueError):
    """The bytes are no message; the text says where."""


class Fields:
    """The fields of one message. Where a field stands twice that should stand once, the last one counts."""

    def __init__(self, body: bytes) -> None:
        """Raises `NoMessage`."""
        self._found: dict[int, list[tuple[int, Value]]] = {}
        for number, kind, value in _fields(body):
            self._found.setdefault(number, []).append((kind, value))

    def raw(self, number: int) -> Iterator[bytes]:
        """Each of a repeated message, not read yet. Raises `NoMessage`: it is of another kind."""
        for kind, value in self._found.get(number, ()):
            if kind != BYTES or not isinstance(value, bytes):
                raise NoMessage(f"field {number}: is no message")
            yield value

    def messages(self, number: int) -> Iterator["Fields"]:
        """Each of a repeated message. Raises `NoMessage`."""
        return (Fields(value) for value in self.raw(number))

    def message(self, number: int) -> "Fields | None":
        return next(iter(list(self.messages(number))[-1:]), None)

    def text(self, number: int) -> str:
        """Empty where there is none. Raises `NoMessage`: it is no UTF-8."""
        value = self._last(number, BYTES)
        try:
            return value.decode() if isinstance(value, bytes) else ""
        except UnicodeDecodeError:
            raise NoMessage(f"field {number}: is no text in UTF-8") from None

    def unsigned(self, number: int) -> int | None:
        value = self._last(number, VARINT)
        return value if isinstance(value, int) else None

    def signed(self, number: int) -> int | None:
        """An int32 or int64: negative numbers are written as their complement to 2^64."""
        value = self.unsigned(number)
        return None if value is None else value - (1 << 64) if value >> 63 else value

    def single(self, number: int) -> float | None:
        """A float; None for one that is no number."""
        return _number(self._last(number, FIXED32), "<f")

    def double(self, number: int) -> float | None:
        return _number(self._last(number, FIXED64), "<d")

    def _last(self, number: int, kind: int) -> Value | None:
        found = self._found.get(number)
        if not found:
            return None
        if found[-1][0] != kind:
            raise NoMessage(f"field {number}: is of another kind than GTFS-Realtime says")
        return found[-1][1]


def _number(value: Value | None, form: str) -> float | None:
    if not isinstance(value, bytes):
        return None
    number: float = struct.unpack(form, value)[0]
    return number if number - number == 0 else None


def _fields(body: bytes) -> Iterator[tuple[int, int, Value]]:
    at = 0
    while at < len(body):
        key, at = _varint(body, at)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise NoMessage(f"byte {at}: no field has the number 0")
        if kind == VARINT:
            value, at = _varint(body, at)
            yield number, kind, value
            continue
        if kind == BYTES:
            length, at = _varint(body, at)
        elif kind in (FIXED64, FIXED32):
            length = 8 if kind == FIXED64 else 4
        else:
            raise NoMessage(f"byte {at}: field {number} has the kind {kind}, which there is not")
        if length > len(body) - at:
            raise NoMessage(f"byte {at}: field {number} ends before its {length} bytes")
        yield number, kind, body[at : at + length]
        at += length


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(body):
            raise NoMessage(f"byte {at}: a number is cut off")
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MOST, at
        shift += 7
        if shift > 63:
            raise NoMessage(f"byte {at}: a number has more than ten bytes")


def written(*fields: bytes) -> bytes:
    return b"".join(fields)


def number(field: int, value: int | None) -> bytes:
    """A varint; nothing for None."""
    return b"" if value is None else _key(field, VARINT) + _packed(value & _MOST)


def text(field: int, value: str | None) -> bytes:
    """Nothing for None or an empty text."""
    return message(field, value.encode()) if value else b""


def message(field: int, body: bytes) -> bytes:
    return _key(field, BYTES) + _packed(len(body)) + body


def messages(field: int, bodies: Sequence[bytes]) -> bytes:
    return b"".join(message(field, body) for body in bodies)


def single(field: int, value: float | None) -> bytes:
    return b"" if value is None else _key(field, FIXED32) + struct.pack("<f", value)


def _key(field: int, kind: int) -> bytes:
    return _packed(field << 3 | kind)


def _packed(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
