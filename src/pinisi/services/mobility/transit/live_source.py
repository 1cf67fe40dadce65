"""GTFS-Realtime as a source: vehicles, arrivals and alerts of lines, asked for over HTTP or put into a folder."""

from collections.abc import Callable

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.source import Card, Message, Reading, Source, SourceKind, Transport, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.transports.folder import Folder
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.services.mobility.models.transit import LIVE_TYPES
from pinisi.services.mobility.transit.shelf import SHELF

TEXTS = texts_of("pinisi.services.mobility")
MOST_BYTES = 16 << 20
SHORTEST = 5.0


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`feed`: the name of the timetable (source `mobility.gtfs`) that trips are checked against, and part of ids.

    `urls`: of VehiclePositions, TripUpdates, Alerts or all in one, asked `every` so many seconds; without any, files
    `*.pb` put into the folder `path`. `keys`: header -> name of the secret that it carries. `inside`: networks of our
    own that the addresses may lie in.
    """

    feed: str = "transit"
    urls: tuple[str, ...] = ()
    path: str = "gtfs-rt"
    every: float = 30.0
    keys: dict[str, str] = {}
    inside: tuple[str, ...] = ()
    publisher: str = ""
    licence: str = ""
    url: str = ""


def reader(feed: str) -> Callable[[Message], Reading]:
    def read(message: Message) -> Reading:
        from pinisi.services.mobility.engine.gtfs_rt.reading import read_realtime
        from pinisi.services.mobility.engine.gtfs_rt.wire import NoMessage
        from pinisi.services.mobility.transit.live_entities import live_entities

        try:
            said = read_realtime(message.body)
        except NoMessage as error:
            raise Unreadable(str(error)) from None
        return live_entities(feed, said, message.received, SHELF.book(feed))

    return read


def make(options: Options, profile: Profile) -> Source:
    if not options.feed.replace("-", "").isalnum() or not options.feed.isascii():
        raise ValueError("feed: is no name of letters, digits and dashes")
    if not options.every >= SHORTEST:
        raise ValueError(f"every: has to be at least {SHORTEST:g} seconds")
    return Source(
        id="gtfs-rt",
        title=TEXTS["live"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=options.licence or "none stated",
            url=options.url,
            note=TEXTS["live-note"],
        ),
        transport=_way_in(options),
        read=reader(options.feed),
        every=options.every,
        blinds=TEXTS["live-blinds"],
    )


def _way_in(options: Options) -> Transport:
    if not options.urls:
        return Folder(options.path, ("*.pb",))
    manners = Manners(most_bytes=MOST_BYTES)
    secrets = options.keys
    return HttpPoll(options.urls, options.every, manners=manners, inside=options.inside, secret_headers=secrets)


GTFS_RT = SourceKind(name="gtfs-rt", title=TEXTS["live"], options=Options, make=make, writes=LIVE_TYPES)
