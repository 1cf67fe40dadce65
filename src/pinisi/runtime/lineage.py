"""Where a value comes from, as it is kept beside the value: the message, the reaction, the job or the command.

Kept by the log position that wrote the value, so that the past can be explained like the present.
"""

from hashlib import sha256

import msgspec

from pinisi.runtime.source import Message
from pinisi.vocabulary.instant import Instant

LONGEST_RAW = 2_000
BEGINNING = 200
"""Bytes of a message that are kept whole; of a longer one its beginning, its size and its digest."""
MOST_READ = 50
"""Inputs that are named one by one; of more, how many."""


class Read(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """What was read of one entity: these attributes (short names), as of a log position.

    With `since` and `until` it is a window of its past, of `values` values.
    """

    id: str
    position: int
    attributes: tuple[str, ...]
    since: Instant = 0
    until: Instant = 0
    values: int = 0


class FromReaction(msgspec.Struct, frozen=True, tag="reaction", omit_defaults=True, kw_only=True):
    """Made by a reaction, out of these inputs, for a moment. `unnamed`: how many more inputs there were."""

    service: str
    reaction: str
    version: int
    moment: Instant
    inputs: tuple[Read, ...]
    unnamed: int = 0


class FromMessage(msgspec.Struct, frozen=True, tag="message", omit_defaults=True, kw_only=True):
    """Brought by a message. `raw` is its text; or, where it is not `whole`, the beginning of it.

    `size` in bytes; `digest` is the SHA-256 of a message that is not kept whole, in hex.
    """

    source: str
    origin: str
    received: Instant
    raw: str
    media: str = ""
    size: int
    digest: str = ""

    @property
    def whole(self) -> bool:
        return not self.digest


class FromJob(msgspec.Struct, frozen=True, tag="job", omit_defaults=True, kw_only=True):
    """A result of the job of this id; what it was given stands in its record. `version` of the service's package."""

    service: str
    version: str
    job: str
    id: str
    moment: Instant


class FromCommand(msgspec.Struct, frozen=True, tag="command", omit_defaults=True, kw_only=True):
    """What the other side said of the command of this id, when its effect had come about."""

    service: str
    version: str
    action: str
    id: str
    moment: Instant


Origin = FromReaction | FromMessage | FromJob | FromCommand

encode_origin = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Origin).decode


def decode_origin(body: bytes) -> Origin | None:
    """None for one that a newer Pinisi has written."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def message_origin(source: str, message: Message) -> bytes:
    """The origin of what a message says."""
    whole = len(message.body) <= LONGEST_RAW
    return encode_origin(
        FromMessage(
            source=source,
            origin=message.origin,
            received=message.received,
            raw=(message.body if whole else message.body[:BEGINNING]).decode("utf-8", "replace"),
            media=message.media,
            size=len(message.body),
            digest="" if whole else sha256(message.body).hexdigest(),
        )
    )
