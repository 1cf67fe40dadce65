"""What the server and the process of a job tell each other: an order in, reports out, each after its length."""

import asyncio
import os
from typing import BinaryIO

import msgspec

from pinisi.city.text import Text

LONGEST = 256 << 20
"""Bytes of one report: an output is a result, not a store."""

ENDED, OVER_MEMORY, OVER_TIME, DIED = 0, 64, 65, 66
"""How the guardian of a job leaves: the computation ended by itself; it was too large, too long; it was killed."""

Place = tuple[str, str]
"""Module and name."""


class Order(msgspec.Struct, frozen=True):
    """What to compute, within which limits. `path` is where the server imports from; `input` is msgpack."""

    run: Place
    input_type: Place
    output_type: Place
    input: bytes
    seconds: float
    memory_mb: int
    path: tuple[str, ...]


class Step(msgspec.Struct, frozen=True, tag=True):
    """How far it is: a share from 0 to 1."""

    share: float
    note: str = ""


class Made(msgspec.Struct, frozen=True, tag=True):
    """The output, as msgpack."""

    output: bytes


class Broke(msgspec.Struct, frozen=True, tag=True):
    """It failed: why, in plain words, and where in the code, for the log. `memory`: it asked for more than it may."""

    reason: Text
    trace: str = ""
    memory: bool = False


Report = Step | Made | Broke

_encode = msgspec.msgpack.Encoder().encode
_report = msgspec.msgpack.Decoder(Report).decode
_order = msgspec.msgpack.Decoder(Order).decode


class BadReport(Exception):
    """What came from the process of a job is no report."""


def framed(message: Order | Report) -> bytes:
    body = _encode(message)
    return len(body).to_bytes(4, "big") + body


def send(descriptor: int, report: Report) -> None:
    """Write a report whole."""
    left = memoryview(framed(report))
    while left:
        left = left[os.write(descriptor, left) :]


def read_order(file: BinaryIO) -> Order:
    size = int.from_bytes(file.read(4), "big")
    return _order(file.read(size))


async def next_report(stream: asyncio.StreamReader) -> Report | None:
    """The next report; None at the end.

    Raises:
        BadReport: it is too long, cut off, or nothing that is known.
    """
    try:
        size = int.from_bytes(await stream.readexactly(4), "big")
        if size > LONGEST:
            raise BadReport(f"a report of {size >> 20} MB; {LONGEST >> 20} MB is the most")
        return _report(await stream.readexactly(size))
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadReport("a report that ends before its end") from None
        return None
    except msgspec.MsgspecError as error:
        raise BadReport(str(error)) from None
