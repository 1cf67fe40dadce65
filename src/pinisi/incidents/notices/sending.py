"""What goes out to one receiver, and what his server said to it. Each way out is a `Sender`."""

from typing import Protocol

import msgspec

from pinisi.city.text import Language
from pinisi.incidents.notices.contact import Channel

LONGEST_ANSWER = 500


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One notice in a message, as machines read it."""

    id: str
    on: str
    at: str
    title: str
    text: str
    exercise: bool
    incident: str | None = None
    priority: int | None = None
    agency: str | None = None


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is the same at every attempt: who gets it twice can tell. `link`: where to say that one has read it, empty
    where this house has no address that is known outside. `raw` replaces all words: bytes in somebody else's form.
    """

    id: str
    channel: Channel
    name: str
    address: str
    secret: str
    language: Language
    subject: str
    text: str
    parts: tuple[Part, ...]
    exercise: bool
    link: str = ""
    raw: bytes = b""


class Answer(msgspec.Struct, frozen=True):
    """`taken`: the receiver's server has taken it; that anybody reads it, it does not say. `final`: to try again would
    change nothing. `wait`: seconds that the server asks for.
    """

    taken: bool
    said: str
    final: bool = False
    wait: float = 0.0


class Sender(Protocol):
    async def send(self, message: Outgoing) -> Answer:
        """Deliver once; never raises but when cancelled."""
        ...
