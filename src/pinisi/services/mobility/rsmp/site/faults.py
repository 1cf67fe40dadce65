"""What can be wrong with a controller in the street, to be switched on one by one."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pinisi.services.mobility.rsmp.frames import FORM_FEED, LARGEST
from pinisi.services.mobility.rsmp.line import Delayed
from pinisi.services.mobility.rsmp.versions import CORE_VERSIONS

Malformed = Literal["", "cut short", "no json", "no id", "wrong type", "unknown type", "endless", "empty frames"]


@dataclass
class Faults:
    """All off at first.

    Args:
        acknowledge_after: seconds by which acknowledgements are late.
        mute: nothing is sent any more, though the line stands.
        core: RSMP versions that it claims to speak.
        sxl: the version of the signal exchange list that it claims; empty for its own.
        malformed: how each message after the handshake is spoilt.
        lies: what it says of a status, by code and name, whatever is true.
        deaf: commands are confirmed and not carried out.
        clock_off: microseconds by which its clock is ahead.
    """

    acknowledge_after: float = 0.0
    mute: bool = False
    core: tuple[str, ...] = CORE_VERSIONS
    sxl: str = ""
    malformed: Malformed = ""
    lies: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    deaf: bool = False
    clock_off: int = 0

    def spoil(self, data: bytes) -> Iterable[Delayed]:
        """The frames of `data`, each late or damaged as the faults want it."""
        if self.mute:
            return []
        return [
            (self.acknowledge_after if kind.endswith("Ack") else 0.0, self._damaged(frame, kind))
            for frame in data.split(FORM_FEED)[:-1]
            for kind in (json.loads(frame)["type"],)
        ]

    def _damaged(self, frame: bytes, kind: str) -> bytes:
        if self.malformed and kind not in ("Version", "Watchdog", "MessageAck", "MessageNotAck"):
            return _DAMAGE[self.malformed](frame)
        return frame + FORM_FEED


def _without(name: str) -> Callable[[bytes], bytes]:
    def damage(frame: bytes) -> bytes:
        message: dict[str, object] = json.loads(frame)
        message.pop(name, None)
        return json.dumps(message).encode() + FORM_FEED

    return damage


def _with(name: str, value: object) -> Callable[[bytes], bytes]:
    def damage(frame: bytes) -> bytes:
        message: dict[str, object] = json.loads(frame)
        return json.dumps(message | {name: value}).encode() + FORM_FEED

    return damage


def _framed(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    return lambda frame: before + frame + after


def _cut(frame: bytes) -> bytes:
    return frame[: len(frame) // 2] + FORM_FEED


def _no_json(_: bytes) -> bytes:
    return b"\xff\xfe<rsmp/>" + FORM_FEED


_DAMAGE: Mapping[Malformed, Callable[[bytes], bytes]] = {
    "cut short": _cut,
    "no json": _no_json,
    "no id": _without("mId"),
    "wrong type": _with("cId", 7),
    "unknown type": _with("type", "Watchdddog"),
    "endless": _framed(b"", b" " * (LARGEST + 1)),
    "empty frames": _framed(FORM_FEED * 3, FORM_FEED * 2),
}
