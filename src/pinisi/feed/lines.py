"""What goes over the wire: lines of the log as they follow one another, and where they stand. JSON.

A line says who changed what and when, and never the state that came of it: what is erased from the store must not
live on in a stream. Whoever hears of a change reads the state, under his own grants, from the store.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from pinisi.store.log import LogEntry, LogSlice, Position

MOST_BYTES = 512 << 10
"""NATS takes messages of at most 1 MB unless it is told otherwise."""

_encode = msgspec.json.Encoder().encode


class Message(msgspec.Struct, frozen=True):
    """Lines of a tenant's log after a position, up to a position. No `lines`: they are to be read in the store."""

    after: Position
    position: Position
    lines: tuple[LogEntry, ...] | None


_decode = msgspec.json.Decoder(Message).decode


class BadMessage(ValueError):
    """A message of the stream is none of ours."""


def subject_of(stream: str, tenant: str) -> str:
    """Where the lines of a tenant go. A dot in its name would make two words of one."""
    return f"{stream}.log.{tenant.replace('.', '%2E')}"


def tenant_of(subject: str) -> str:
    return subject.rpartition(".")[2].replace("%2E", ".")


def messages(after: Position, piece: LogSlice) -> Iterator[tuple[Message, bytes]]:
    """A slice of the log in messages that NATS takes, each with its bytes."""
    if piece.reset:
        yield _whole(Message(after, piece.position, None))
        return
    lines = tuple(line if line.detail is None else replace(line, detail=None) for line in piece.entries)
    yield from _in_parts(after, lines)


def _in_parts(after: Position, lines: Sequence[LogEntry]) -> Iterator[tuple[Message, bytes]]:
    if not lines:
        return
    made = _whole(Message(after, lines[-1].position, tuple(lines)))
    if len(made[1]) <= MOST_BYTES:
        yield made
    elif len(lines) == 1:
        yield _whole(Message(after, lines[0].position, None))
    else:
        half = len(lines) // 2
        yield from _in_parts(after, lines[:half])
        yield from _in_parts(lines[half - 1].position, lines[half:])


def _whole(message: Message) -> tuple[Message, bytes]:
    return message, _encode(message)


def read_message(body: bytes) -> Message:
    """Raises: BadMessage."""
    try:
        message = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(f"no message of a feed: {error}") from error
    places = [line.position for line in message.lines or ()]
    if message.lines is not None and (not places or places != sorted(set(places))):
        raise BadMessage("no message of a feed: lines: they do not follow one another")
    if message.after >= message.position or (places and (places[0] <= message.after or places[-1] != message.position)):
        raise BadMessage("no message of a feed: position: it is not that of the last line")
    return message
