"""From bytes to messages and back: JSON, then a form feed (RSMP core 3.2.2, "Wrapping of packets").

Whatever comes, the answer is a message, a `Misread` that can be answered by MessageNotAck, or `Broken`, after which the
stream means nothing any more.
"""

import re

import msgspec

from pinisi.services.mobility.rsmp.messages import Message, MessageAck, MessageNotAck

FORM_FEED = b"\x0c"
LARGEST = 1 << 20
"""Bytes of one message: S0098, a whole configuration in base64, is the largest there is."""
_LONGEST_ID = 100
_UUID4 = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")


class Misread(msgspec.Struct, frozen=True):
    """A message that says who it is (`id`) and yet cannot be understood."""

    id: str
    reason: str


class Broken(ValueError):
    """The stream cannot be answered nor read on; the text says why."""


class FrameReader:
    """Bytes in as they come, frames out as they are whole; empty frames are passed over."""

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Frames that are whole now.

        Raises:
            Broken: a frame is larger than `LARGEST`.
        """
        searched = len(self._left)
        self._left += data
        if self._left.find(FORM_FEED, searched) < 0:
            return self._bounded([])
        *whole, rest = bytes(self._left).split(FORM_FEED)
        self._left = bytearray(rest)
        return self._bounded([frame for frame in whole if frame.strip()])

    def _bounded(self, frames: list[bytes]) -> list[bytes]:
        if max(len(self._left), *map(len, frames), 0) > LARGEST:
            raise Broken(f"a message is larger than {LARGEST >> 10} KB")
        return frames


class _Head(msgspec.Struct):
    mType: str = ""
    type: str = ""
    mId: str = ""


_READ = msgspec.json.Decoder[Message](Message)
_HEAD = msgspec.json.Decoder(_Head)


def read(frame: bytes) -> Message | Misread:
    """One frame.

    Raises:
        Broken: no JSON object, or one that cannot be answered because it has no message id.
    """
    head = _head(frame)
    if head.mType != "rSMsg":
        return _misread(head.mId, f"mType: {head.mType[:40]!r} is not 'rSMsg'")
    try:
        message = _READ.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _misread(head.mId, f"{head.type or 'message'}: {_plain(error)}")
    if not isinstance(message, MessageAck | MessageNotAck) and not is_id(head.mId):
        return _misread(head.mId, f"mId: {head.mId[:60]!r} is no UUID of version 4")
    return message


def write(message: Message) -> bytes:
    return msgspec.json.encode(message) + FORM_FEED


def is_id(text: str) -> bool:
    return _UUID4.fullmatch(text) is not None


def _head(frame: bytes) -> _Head:
    try:
        return _HEAD.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Broken(f"no RSMP message: {_plain(error)}") from None


def _misread(id: str, reason: str) -> Misread:
    if not 0 < len(id) <= _LONGEST_ID:
        raise Broken(f"{reason}; no mId to answer to")
    return Misread(id, reason)


def _plain(error: Exception) -> str:
    return str(error).replace("`", "'")[:300] or type(error).__name__
