"""The source of traffic light controllers that speak RSMP: kind `rsmp`, its options, and how it is put together."""

from collections.abc import AsyncIterator

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.json_body import read_json
from pinisi.runtime.source import Card, Line, Message, Reading, Source, SourceKind
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.models.controllers import CONTROLLER, ControllerReport, SitePlace, controller_entity

TEXTS = texts_of("pinisi.services.mobility")
PORT = 12111
"""Where sites look for their supervisor unless somebody chose another port."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`sites` are those that may connect; `host` is where we listen: loopback, until somebody opens it."""

    sites: tuple[SitePlace, ...]
    host: str = "127.0.0.1"
    port: int = PORT
    publisher: str = ""


class Rsmp:
    """Waits for sites to connect. What speaks the protocol is loaded only now."""

    def __init__(self, options: Options) -> None:
        self._options = options

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        from pinisi.services.mobility.rsmp.listening import Listening

        listening = Listening(line, {site.id: site for site in self._options.sites})
        async for message in listening.messages(self._options.host, self._options.port):
            yield message


def read(message: Message) -> Reading:
    """Raises Unreadable: it is none of our reports."""
    return Reading(entities=(controller_entity(read_json(message, ControllerReport)),))


def make(options: Options, profile: Profile) -> Source:
    _check(options)
    return Source(
        id="signal-controllers",
        title=TEXTS["controllers"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=profile.city.licence.name,
            note=TEXTS["controllers-note"],
        ),
        transport=Rsmp(options),
        read=read,
        every=60.0,
        method="reported",
        blinds=TEXTS["controllers-blinds"],
    )


def _check(options: Options) -> None:
    """Raises ValueError, naming the field."""
    ids = [site.id for site in options.sites]
    if not ids:
        raise ValueError("sites: there is none")
    for number, site in enumerate(options.sites):
        if not site.id or len(site.id) > 100 or ids.count(site.id) > 1:
            raise ValueError(f"sites[{number}].id: {site.id[:40]!r} is empty, too long or given twice")
        if not (-180 <= site.lon <= 180 and -90 <= site.lat <= 90):
            raise ValueError(f"sites[{number}]: {site.lon}, {site.lat} is no place on Earth (lon, lat)")
    if not 0 <= options.port <= 65_535:
        raise ValueError(f"port: {options.port} is not from 0 to 65535")


CONTROLLERS = SourceKind(
    name="rsmp", title=TEXTS["controllers"], options=Options, make=make, outside=False, writes=(CONTROLLER,)
)
