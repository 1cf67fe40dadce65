"""Protocol buffers as tiles use them, one number at a time and many at once (protobuf.dev, "Encoding")."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Word = str | bool | int
"""A value of a feature's property."""
LONGEST = 5
"""Bytes of the largest number of a tile (32 bits)."""


def varint(number: int) -> bytes:
    """Seven bits a byte, lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def key_number(number: int, wire: int) -> bytes:
    return varint(number << 3 | wire)


def field(number: int, data: bytes) -> bytes:
    """A length-delimited field."""
    return key_number(number, 2) + varint(len(data)) + data


def packed(numbers: Iterable[int]) -> bytes:
    return b"".join(map(varint, numbers))


def word(value: Word) -> bytes:
    """A value message of a tile (Vector Tile 2.1, section 4.1): text, truth or whole number from 0."""
    if isinstance(value, str):
        return field(1, value.encode())
    if isinstance(value, bool):
        return key_number(7, 0) + varint(value)
    return key_number(5, 0) + varint(value)


def varints(numbers: npt.NDArray[np.int64]) -> tuple[bytes, npt.NDArray[np.int64]]:
    """All numbers (0 to 2^32 - 1) one after the other, and where each one ends: what `packed` does, at once."""
    lengths = np.ones(len(numbers), np.int64)
    for more in range(1, LONGEST):
        lengths += numbers >> (7 * more) > 0
    ends = np.cumsum(lengths)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    starts = ends - lengths
    for place in range(LONGEST):
        has = lengths > place
        if not has.any():
            break
        seven = numbers[has] >> (7 * place) & 0x7F
        out[starts[has] + place] = seven | np.where(lengths[has] > place + 1, 0x80, 0)
    return out.tobytes(), ends
